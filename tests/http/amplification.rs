//! A task as its people press it: from a verified achievement to what is public, written by one, approved by another, and
//! by the customer on a browser without an account. Plain forms all the way.

use axum::body::Body;
use axum::http::StatusCode;
use domain::access::Role;
use domain::advocacy::achievement::Typed;
use domain::advocacy::amplification::{Act, TypedTask};
use domain::advocacy::consent::{Group, Scope, Wish, usual_end};
use domain::advocacy::wording::TypedWording;
use sea_orm::ConnectionTrait;
use store::advocacy::amplification::{self, Task};
use store::advocacy::consent::Giver;
use store::{Actor, Db};
use tests::both_databases;
use tests::browser::{Browser, Got};
use tests::world::{Plan, World, app_on, now, staff};

/// Said among the host's own: not for the customer.
const AMONG_US: &str = "CANARY-too-dry-9921";
/// Of another customer's task.
const OTHERS: &str = "CANARY-other-customer-3307";
/// Written, and never sent.
const UNSENT: &str = "CANARY-unsent-draft-5518";

const TITLE: &str = "Hospital Innovator of the Year";
const WORDS: &str = "A prize well earned\n\nPerson 0 of 0 and the team showed <how> it is done.";
/// The day every check happens on.
const TODAY: &str = "2027-01-15";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\nand what a picture holds";

fn says(got: &Got, words: &str) {
    assert_eq!(got.status, StatusCode::OK, "{}: {}", got.path, got.body);
    shows(got, words);
}

fn shows(got: &Got, words: &str) {
    assert!(got.body.replace("<!>", "").contains(words), "{} does not say “{words}”: {}", got.path, got.body);
}

fn is_silent(got: &Got, canaries: &[&str]) {
    for canary in canaries {
        assert!(!got.body.contains(canary), "{} tells {canary}: {}", got.path, got.body);
    }
}

/// A hidden field of the page.
fn hidden(got: &Got, name: &str) -> String {
    let mark = format!("name=\"{name}\" value=\"");
    got.body.split(&mark).nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_else(|| panic!("no {name}: {}", got.body)).to_owned()
}

/// Who writes, who approves, and the invitation of the person it is about.
struct Stage {
    writer: Actor,
    approver: Actor,
    guest: i64,
}

async fn stage(db: &Db) -> Stage {
    let world = World::new(db, 2, 4).await;
    world.session(&Plan::everyone("E", "2027-03-28", "10:00", "11:00")).await;
    world.release().await;
    world.open().await;
    let guest = world.name(0, 1).await[0];
    world.accept(guest).await;
    world.name(1, 1).await;
    let writer = staff(db, "priya@halden.example", Role::Marketing).await;
    let approver = staff(db, "otto@halden.example", Role::Marketing).await;
    Stage { writer: Actor::Staff(writer), approver: Actor::Staff(approver), guest }
}

/// Something verified, of a person or of a company alone; answers its task.
async fn verified(db: &Db, by: Actor, email: &str, company: &str, title: &str) -> i64 {
    let typed = Typed { kind: "award", email, company, title, day: "2027-01-12", language: "en", ..Typed::default() };
    let id = store::advocacy::achievement::report(db, now(), by, &typed).await.unwrap().id();
    store::advocacy::achievement::verify(db, now(), by, id, 1).await.unwrap().task
}

async fn task(db: &Db, id: i64) -> Task {
    amplification::task(db, now(), id).await.unwrap().unwrap()
}

/// Written, planned, reviewed and sent, without a browser; answers the key of the customer's link.
async fn sent(db: &Db, stage: &Stage, id: i64, words: &str, image: &str) -> String {
    let wording = TypedWording { channel: "blog", language: "en", body: words, image, image_alt: "A cup", ..TypedWording::default() };
    amplification::save_wording(db, now(), stage.writer, id, task(db, id).await.revision, &wording).await.unwrap();
    let at_the_company = format!("ines@{}.example", task(db, id).await.company_name.to_lowercase().replace(' ', ""));
    let plan = TypedTask {
        owner: "",
        due_day: "2027-01-22",
        planned_for: TODAY,
        approver_name: "Ines Duarte",
        approver_email: &at_the_company,
        shows: vec!["company:company name"],
        ..TypedTask::default()
    };
    amplification::save_plan(db, now(), stage.writer, id, task(db, id).await.revision, &plan).await.unwrap();
    send(db, stage, id).await
}

/// Through review, and to the customer.
async fn send(db: &Db, stage: &Stage, id: i64) -> String {
    for (act, by) in [(Act::Submit, stage.writer), (Act::Approve, stage.approver), (Act::Send, stage.writer)] {
        amplification::step(db, now(), by, id, task(db, id).await.revision, act, "").await.unwrap();
    }
    link(db).await
}

/// The key of the link that was mailed last.
async fn link(db: &Db) -> String {
    let mails = store::outbox::lease(db, now(), 500).await.unwrap();
    mails.into_iter().rfind(|mail| mail.kind == "approval-asked").expect("a mail").secret.unwrap().link.unwrap()
}

/// One tap of a person who comes.
async fn allow(db: &Db, guest: i64, scope: Scope, group: Group) {
    let wish = Wish { scope, channels: group.channels().to_vec(), until: usual_end(now().date_naive()), exactly: false };
    store::advocacy::consent::give(db, now(), Giver::Invitation(guest), &wish).await.unwrap();
}

/// Signed in.
async fn at_work(app: &std::sync::Arc<app::desk::App>, email: &str) -> Browser {
    let mut browser = Browser::new(app);
    browser.sign_in(email).await;
    browser
}

both_databases! {
    async fn from_the_first_word_to_what_is_public(scratch) {
        let db = &scratch.db;
        let stage = stage(db).await;
        let id = verified(db, stage.writer, "p0@company0.example", "", TITLE).await;
        let other = verified(db, stage.writer, "", "Company 1", OTHERS).await;
        sent(db, &stage, other, OTHERS, "").await;
        let seller = staff(db, "sam@halden.example", Role::AccountManager).await;
        db.read().execute_unprepared(&format!("INSERT INTO account_manager (staff_id, company_id) SELECT {seller}, c.id FROM company c")).await.unwrap();
        let app = app_on(db, "http://127.0.0.1:3000");
        let (mut priya, mut otto) = (at_work(&app, "priya@halden.example").await, at_work(&app, "otto@halden.example").await);
        let (page, writing) = (format!("/celebrate/{id}"), format!("/celebrate/{id}/wording"));
        let number = id.to_string();
        let revision = async || task(db, id).await.revision.to_string();

        // Written: what is missing is said beside its field, and what was typed stays.
        let first = priya.open(&page).await;
        for words in [TITLE, "Award · Company 0", "The first words, by", "waiting 3 days", "Write the words", "draft"] {
            says(&first, words);
        }
        says(&priya.open(&writing).await, "X account 280");
        let wrong = [("task", number.as_str()), ("revision", "1"), ("channel", "x"), ("language", "en"), ("body", WORDS), ("link", "fjord"), ("image", ""), ("image_alt", "")];
        let wrong = priya.submit("/api/advocacy/amplification/wording", &wrong).await;
        for words in ["Enter the whole address", "value=\"fjord\"", "&lt;how", "left. Counted when you save."] {
            says(&wrong, words);
        }
        let typed = [("task", number.as_str()), ("revision", "1"), ("channel", "blog"), ("language", "en"), ("body", WORDS), ("link", "https://fjord.example/prize"), ("image", ""), ("image_alt", "")];
        let kept = priya.submit("/api/advocacy/amplification/wording", &typed).await;
        for words in ["The wording is kept.", "Blog, in English", "<p class=\"headline\">A prize well earned</p>", "href=\"https://fjord.example/prize\"", "Version 1, by"] {
            says(&kept, words);
        }

        // Planned: a wrong address loses nothing.
        let revised = revision().await;
        let mut plan = vec![
            ("task", number.as_str()), ("revision", revised.as_str()), ("owner", ""), ("due_day", "2027-01-22"), ("planned_for", TODAY),
            ("approver_name", "Ines Duarte"), ("approver_email", "ines"), ("show:person:name", "yes"),
        ];
        let wrong = priya.submit("/api/advocacy/amplification/plan", &plan).await;
        says(&wrong, "value=\"Ines Duarte\"");
        says(&wrong, "id=\"approver_email-e\"");
        // The colleague’s own mailbox, beside it, and the house’s: the link and the code would arrive here.
        for own in ["priya@halden.example", "priya+me@halden.example", "press@halden.example", "cohorts@halden.example", "priya@gmail.example"] {
            plan[6].1 = own;
            let wrong = priya.submit("/api/advocacy/amplification/plan", &plan).await;
            says(&wrong, "Name the person themselves, a signatory, or an address at company0.example.");
            says(&wrong, &format!("value=\"{own}\""));
        }
        plan[6].1 = "ines@company0.example";
        says(&priya.submit("/api/advocacy/amplification/plan", &plan).await, "The plan is kept.");

        // Four eyes: the writer is told why there is no button, and the act itself says no.
        let step = async |browser: &mut Browser, act: &str, comment: &str| {
            let revision = task(db, id).await.revision.to_string();
            browser.submit("/api/advocacy/amplification/step", &[("task", &number), ("revision", &revision), ("act", act), ("comment", comment)]).await
        };
        says(&step(&mut priya, "submit", "").await, "It waits for a colleague’s review.");
        let hers = priya.open(&page).await;
        says(&hers, "somebody else approves it");
        assert!(!hers.body.contains("value=\"approve\""), "no button to approve one’s own words: {}", hers.body);
        says(&step(&mut priya, "approve", "").await, "You wrote a wording of this");
        says(&otto.open(&page).await, "value=\"approve\"");
        says(&step(&mut otto, "request-changes", "").await, "Say why in a sentence");
        let asked = step(&mut otto, "request-changes", AMONG_US).await;
        says(&asked, "The changes are asked for");
        says(&asked, AMONG_US);
        says(&step(&mut priya, "submit", "").await, "It waits for a colleague’s review.");
        says(&step(&mut otto, "approve", "").await, "It is approved here.");
        says(&step(&mut otto, "send", "").await, "with a private link");

        // The link: exactly this, for a reader without an account; reading it changes nothing.
        let key = link(db).await;
        let (link, before) = (format!("/approve/{key}"), task(db, id).await);
        let mut ines = Browser::new(&app);
        let shown = ines.open(&link).await;
        for words in [
            "May we publish this?", "For Ines Duarte, on behalf of Company 0", "Friday 15 January 2027", "On the blog", "Person 0 of 0",
            "<p class=\"headline\">A prize well earned</p>", "showed &lt;how", "Approve exactly this", "href=\"#suggest\"", "href=\"#decline\"",
        ] {
            says(&shown, words);
        }
        is_silent(&shown, &[AMONG_US, OTHERS, "otto@halden.example", "priya@halden.example"]);
        assert_eq!(ines.send("HEAD", &link, &[], Body::empty()).await.status, StatusCode::OK);
        ines.open(&link).await;
        assert_eq!(task(db, id).await, before, "reading changes nothing");
        let unknown = Browser::new(&app).open("/approve/apv_unknown").await;
        assert_eq!(unknown.status, StatusCode::NOT_FOUND);
        shows(&unknown, "This link is not valid any more");

        // Only exactly this: another hash approves nothing, nor does another key.
        let answer = "/api/advocacy/amplification/answer";
        let hash = hidden(&shown, "hash");
        let forged = ines.submit(answer, &[("token", &key), ("hash", &"0".repeat(64)), ("act", "customer-approve")]).await;
        says(&forged, "Nothing was recorded");
        assert_eq!(task(db, id).await, before);
        let stranger = Browser::new(&app).submit(answer, &[("token", "apv_unknown"), ("hash", &hash), ("act", "customer-approve")]).await;
        assert_eq!(stranger.status, StatusCode::NOT_FOUND);
        let hosts = ines.submit(answer, &[("token", &key), ("hash", &hash), ("act", "schedule")]).await;
        assert_eq!(hosts.status, StatusCode::OK);
        assert_eq!(task(db, id).await, before, "a customer takes no step of the host’s");
        says(&priya.open(&format!("{page}/share")).await, "Not approved yet");
        let approve = [("token", key.as_str()), ("hash", hash.as_str()), ("act", "customer-approve")];
        // A link can be passed on: approving takes the code of a mail, which nobody sees here.
        let asked = ines.submit(answer, &approve).await;
        says(&asked, "Six digits are on their way to your address at company0.example.");
        is_silent(&asked, &["ines@"]);
        let wrong = [approve[0], approve[1], approve[2], ("digits", "12 34 5")];
        says(&ines.submit(answer, &wrong).await, "Enter the six digits from the mail.");
        assert_eq!(task(db, id).await, before, "nothing is approved before the code is entered");
        says(&ines.submit_proved(db, "ines@company0.example", answer, &approve).await, "You approved exactly this.");
        says(&ines.submit(answer, &approve).await, "You approved this");
        says(&priya.open(&page).await, "Ines Duarte approved exactly this on Friday 15 January 2027");

        // Scheduled once every consent stands; then the kit, and what is public.
        says(&step(&mut priya, "schedule", "").await, "Person 0 of 0 has not allowed their name on the blog.");
        allow(db, stage.guest, Scope::Name, Group::Ours).await;
        says(&step(&mut priya, "schedule", "").await, "It is scheduled.");
        let kit = priya.open(&format!("{page}/share")).await;
        says(&kit, "Only exactly this may be posted, and only on Friday 15 January 2027 (UTC)");
        says(&kit, &format!("https://fjord.example/prize?utm_source=blog&amp;utm_medium=referral&amp;utm_campaign=recognition-{id}"));
        let publication = hidden(&priya.open(&page).await, "publication");
        let publish = |url: &'static str, time: &'static str| {
            [("task", number.clone()), ("publication", publication.clone()), ("url", url.to_owned()), ("day", TODAY.to_owned()), ("time", time.to_owned())]
        };
        let record = async |browser: &mut Browser, fields: [(&str, String); 5]| {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            browser.submit("/api/advocacy/amplification/publish", &fields).await
        };
        let wrong = record(&mut priya, publish("javascript:alert(1)", "08:30")).await;
        says(&wrong, "Enter the whole address");
        says(&wrong, "value=\"08:30\"");
        says(&record(&mut priya, publish("https://halden.example/blog/prize", "nine")).await, "is not a time of day");
        let early = record(&mut priya, publish("https://halden.example/blog/prize", "08:59")).await;
        says(&early, "The customer approved this on Fri 15 Jan, 09:00 UTC, and nothing of it is public before that.");
        says(&early, "value=\"08:59\"");
        let public = record(&mut priya, publish("https://halden.example/blog/prize", "09:00")).await;
        for words in ["All of it is public.", "public since Fri 15 Jan, 09:00 UTC", "3 days to recognition", "Enter what it came to…"] {
            says(&public, words);
        }
        says(&record(&mut priya, publish("https://halden.example/blog/prize", "09:00")).await, "All of it is public.");
        let over = ines.open(&link).await;
        says(&over, "This is public");
        assert!(!over.body.contains("<button"), "there is nothing to press: {}", over.body);

        // Whoever it shows may want it gone: a colleague has it taken down, with a reason, and the customer sees until when.
        let place = format!("/publications/{publication}");
        says(&priya.open(&place).await, "Have it taken down…");
        let (open, asked) = ("/api/advocacy/publication/open-take-down", "They asked us to, by mail.");
        let short = priya.submit(open, &[("publication", publication.as_str()), ("reason", "No-77")]).await;
        says(&short, "Say in a sentence why it is to go");
        says(&short, "No-77");
        let reason = [("publication", publication.as_str()), ("reason", asked)];
        says(&priya.submit(open, &reason).await, "It is to be taken down by Wednesday 20 January 2027.");
        let opened = otto.submit(open, &reason).await;
        says(&opened, asked);
        says(&opened, "It is gone");
        assert!(!opened.body.contains("Have it taken down…"), "it is asked for once: {}", opened.body);
        let theirs = ines.open(&link).await;
        says(&theirs, "will be taken down by Wednesday 20 January 2027");
        is_silent(&theirs, &[asked]);

        // The firewall: an account manager sees none of it.
        let mut sam = at_work(&app, "sam@halden.example").await;
        for path in [page.clone(), writing, format!("{page}/share")] {
            let got = sam.open(&path).await;
            assert_eq!(got.status, StatusCode::FORBIDDEN, "{path}");
            is_silent(&got, &[TITLE, AMONG_US, OTHERS]);
        }
    }
}

both_databases! {
    async fn a_customer_suggests_holds_and_declines(scratch) {
        let db = &scratch.db;
        let stage = stage(db).await;
        let id = verified(db, stage.writer, "", "Company 0", TITLE).await;
        let app = app_on(db, "http://127.0.0.1:3000");
        let mut priya = at_work(&app, "priya@halden.example").await;
        let (page, number, answer) = (format!("/celebrate/{id}"), id.to_string(), "/api/advocacy/amplification/answer");
        let first = sent(db, &stage, id, WORDS, "").await;
        let mut ines = Browser::new(&app);
        let link = format!("/approve/{first}");
        let hash = hidden(&ines.open(&link).await, "hash");

        // Nothing suggested is no suggestion; then the words as they would have them, with why.
        let same = [("token", first.as_str()), ("hash", hash.as_str()), ("act", "customer-suggest"), ("text.0", WORDS), ("comment", " ")];
        says(&ines.submit(answer, &same).await, "Change a word above, or say here what should be different.");
        let better = [("token", first.as_str()), ("hash", hash.as_str()), ("act", "customer-suggest"), ("text.0", "A prize, shared"), ("comment", "It was all of us.")];
        let suggested = ines.submit(answer, &better).await;
        says(&suggested, "Thank you: we have what you suggest.");
        says(&suggested, "A new version will come");
        let seen = priya.open(&page).await;
        for words in ["changes were asked for", "It was all of us.", "Blog, English:\nA prize, shared", "Edit suggested by the customer", "Ines Duarte"] {
            says(&seen, words);
        }

        // Written anew: what was not sent is not shown, and the old link approves nothing.
        let revision = task(db, id).await.revision.to_string();
        let typed = [("task", number.as_str()), ("revision", revision.as_str()), ("channel", "blog"), ("language", "en"), ("body", UNSENT), ("link", ""), ("image", ""), ("image_alt", "")];
        says(&priya.submit("/api/advocacy/amplification/wording", &typed).await, "The wording is kept.");
        let anew = ines.open(&link).await;
        says(&anew, "A new version will come");
        is_silent(&anew, &[UNSENT]);
        says(&ines.submit(answer, &[("token", &first), ("hash", &hash), ("act", "customer-approve")]).await, "Nothing was recorded");
        let second_thought = [("token", first.as_str()), ("hash", hash.as_str()), ("act", "customer-suggest"), ("comment", "And thank the crew.")];
        let kept = ines.submit(answer, &second_thought).await;
        assert!(kept.body.contains("And thank the crew."), "what was typed is not lost: {}", kept.body);
        let second = send(db, &stage, id).await;
        let dead = ines.open(&link).await;
        assert_eq!(dead.status, StatusCode::NOT_FOUND, "a newer link ends the older one");
        let late = ines.submit(answer, &[("token", &first), ("hash", &hash), ("act", "customer-suggest"), ("text.0", "Typed for the old one"), ("comment", "")]).await;
        for words in ["This link is not valid any more", "What you had written", "Typed for the old one"] {
            shows(&late, words);
        }
        let link = format!("/approve/{second}");
        let shown = ines.open(&link).await;
        says(&shown, UNSENT);
        let hash = hidden(&shown, "hash");
        let act = |act: &'static str| [("token", second.as_str()), ("hash", hash.as_str()), ("act", act)];

        // Approved, then an edit: the approval is void, as the form had warned.
        says(&ines.submit_proved(db, "ines@company0.example", answer, &act("customer-approve")).await, "You approved exactly this.");
        says(&priya.open(&format!("{page}/wording?channel=blog&language=en")).await, "A change voids that");
        let revision = task(db, id).await.revision.to_string();
        let typed = [("task", number.as_str()), ("revision", revision.as_str()), ("channel", "blog"), ("language", "en"), ("body", WORDS), ("link", ""), ("image", ""), ("image_alt", "")];
        priya.submit("/api/advocacy/amplification/wording", &typed).await;
        let voided = task(db, id).await;
        assert_eq!((voided.approved_hash.as_str(), voided.state.as_str()), ("", "draft"));
        let third = send(db, &stage, id).await;
        let link = format!("/approve/{third}");
        let hash = hidden(&ines.open(&link).await, "hash");
        let act = |act: &'static str| [("token", third.as_str()), ("hash", hash.as_str()), ("act", act)];

        // Held: nobody here lets it go on but the customer.
        let held = ines.submit(answer, &act("customer-hold")).await;
        says(&held, "It is on hold.");
        says(&held, "You hold this");
        let revision = task(db, id).await.revision.to_string();
        let go_on = [("task", number.as_str()), ("revision", revision.as_str()), ("act", "resume"), ("comment", "")];
        says(&priya.submit("/api/advocacy/amplification/step", &go_on).await, "The customer holds this.");
        says(&priya.open(&page).await, "held by the customer");
        let nobody = Browser::new(&app).submit(answer, &act("customer-resume")).await;
        says(&nobody, "Six digits are on their way");
        assert_eq!(task(db, id).await.state.as_str(), "on hold", "whoever has the link alone lets nothing go on");
        says(&ines.submit(answer, &act("customer-resume")).await, "May we publish this?");

        // Declined, with no reason: it is closed for everybody.
        let declined = ines.submit(answer, &act("customer-decline")).await;
        says(&declined, "You declined.");
        says(&declined, "This is closed");
        is_silent(&declined, &["A prize well earned"]);
        says(&ines.submit(answer, &act("customer-decline")).await, "This is closed");
        says(&priya.open(&page).await, "Nothing: it was rejected");
    }
}

both_databases! {
    async fn pictures_are_for_those_who_have_the_key(scratch) {
        let db = &scratch.db;
        let stage = stage(db).await;
        let id = verified(db, stage.writer, "", "Company 0", TITLE).await;
        let other = verified(db, stage.writer, "", "Company 1", OTHERS).await;
        let app = app_on(db, "http://127.0.0.1:3000");
        let mut priya = at_work(&app, "priya@halden.example").await;
        let revision = task(db, id).await.revision.to_string();
        let fields = [("task", id.to_string()), ("revision", revision)];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let upload = "/api/advocacy/amplification/image";
        let page = priya.upload_once(upload, &fields, "cup.svg", b"<svg onload=\"alert(1)\">").await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        shows(&page, "This is no PNG, JPEG or WebP image.");
        shows(&page, TITLE);
        says(&priya.upload(upload, &fields, "cup.png", PNG).await, "alt=\"Image 1\"");
        let image = task(db, id).await.images[0].id;
        let theirs = amplification::add_image(db, now(), stage.writer, other, task(db, other).await.revision, [PNG, &b"!"[..]].concat()).await.unwrap();
        let key = sent(db, &stage, id, WORDS, &image.to_string()).await;
        let mut ines = Browser::new(&app);
        says(&ines.open(&format!("/approve/{key}")).await, "alt=\"A cup\"");

        let (status, headers, octets) = ines.file(&format!("/approve/{key}/images/{image}")).await;
        assert_eq!((status, octets.as_slice()), (StatusCode::OK, PNG));
        let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
        assert_eq!(header("content-type"), "image/png");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("cache-control"), "private, no-store");
        for path in [
            format!("/approve/apv_unknown/images/{image}"),
            format!("/approve/{key}/images/{theirs}"),
            format!("/approve/{key}/images/{}", theirs + 1_000),
            format!("/approve/{key}/images/none"),
        ] {
            assert_eq!(ines.file(&path).await.0, StatusCode::NOT_FOUND, "{path}");
        }
        assert_eq!(priya.file(&format!("/celebrate/{id}/images/{image}")).await.0, StatusCode::OK);
        assert_eq!(priya.file(&format!("/celebrate/{id}/images/{theirs}")).await.0, StatusCode::NOT_FOUND);
        staff(db, "sam@halden.example", Role::AccountManager).await;
        let sam = at_work(&app, "sam@halden.example").await;
        let (status, _, octets) = sam.file(&format!("/celebrate/{id}/images/{image}")).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        assert_ne!(octets, PNG);
    }
}

both_databases! {
    async fn two_write_at_once_and_nothing_is_lost(scratch) {
        let db = &scratch.db;
        let stage = stage(db).await;
        let id = verified(db, stage.writer, "", "Company 0", TITLE).await;
        let app = app_on(db, "http://127.0.0.1:3000");
        let (mut priya, mut otto) = (at_work(&app, "priya@halden.example").await, at_work(&app, "otto@halden.example").await);
        let (number, revision) = (id.to_string(), task(db, id).await.revision.to_string());
        let typed = |body: &'static str| {
            [("task", number.clone()), ("revision", revision.clone()), ("channel", "blog".to_owned()), ("language", "en".to_owned()), ("body", body.to_owned()), ("link", String::new())]
        };
        let save = async |browser: &mut Browser, fields: [(&str, String); 6]| {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            browser.submit("/api/advocacy/amplification/wording", &fields).await
        };
        says(&save(&mut priya, typed("What she wrote.")).await, "The wording is kept.");
        let both = save(&mut otto, typed("What he wrote.")).await;
        for words in ["Somebody changed this task meanwhile.", "What was saved meanwhile", "What she wrote.", "What he wrote."] {
            says(&both, words);
        }
        assert_eq!(task(db, id).await.wordings[0].body, "What she wrote.", "his is not kept yet");
        let mut again = typed("What he wrote.");
        again[1].1 = hidden(&both, "revision");
        says(&save(&mut otto, again).await, "The wording is kept.");
        let stands = task(db, id).await;
        assert_eq!((stands.wordings[0].body.as_str(), stands.wordings[0].version), ("What he wrote.", 2));
        says(&otto.open(&format!("/celebrate/{id}")).await, "What she wrote.");
    }
}
