//! WCAG 2.2 AA by axe-core on every kind of page, at phone and desk width, light and dark. No violations, no overflow.

use domain::access::Role;
use domain::advocacy::ask::Source;
use domain::advocacy::consent::{Group, Scope, Typed as TypedConsent, Wish};
use domain::advocacy::publication::{Named, TypedPlan};
use domain::advocacy::signatory::Signatory;
use domain::conduct::conversation_rule::{Language, STARTING_TEXT};
use domain::conduct::incident::{TypedReport, next_hour};
use domain::conduct::sales_opening::Typed as TypedTopic;
use sea_orm::{ConnectionTrait, EntityTrait};
use store::Db;
use store::advocacy::consent::Giver;
use store::advocacy::{ask, consent, publication, signatory};
use store::conduct::agenda_check::TypedDismissal;
use store::conduct::conversation_rule::{self, TypedText};
use store::conduct::incident::{self, Reporter, new_token};
use store::conduct::{agenda_check, educator, quiet_period, sales_opening};
use store::entity::registration;
use tests::chromium::{Look, Site, Window};
use tests::database::{Kind, Scratch};
use tests::world::{Plan, World, now};

use super::sign_in;

mod advocacy;

/// What happens around the rule and the consents, so that every page of it has something to show.
struct Lived {
    person: i64,
    /// One by a colleague that was upheld, one without a name that waits.
    incidents: [i64; 2],
    /// One that is public and to be taken down, one that is planned.
    publications: [i64; 2],
    /// A session with a finding that stands, and one with a finding that was let stand.
    found: [i64; 2],
    /// Private links: an educator's, a signatory's, a nameless and a named concern's.
    links: [String; 4],
}

async fn live(world: &World, registered: i64, reviewer: i64, seller: i64) -> Lived {
    let (db, actor, cohort) = (&world.db, world.actor(), world.cohort);
    let company = world.company(0).await;
    let row = registration::Entity::find_by_id(registered).one(db.read()).await.unwrap().expect("the registration");

    // The account manager observes, a customer opens a topic with them, and they follow it up.
    world.look_after(company, &[seller]).await;
    world.observe(seller, company).await;
    let (staff, until) = (seller.to_string(), "2027-02-15");
    sales_opening::open(db, now(), registered, &TypedTopic { topic: "Storage for two plants", staff: &staff, until }).await.unwrap();
    let opening = sales_opening::for_staff(db, now(), seller, 1).await.unwrap().rows[0].id;
    sales_opening::follow_up(db, now(), seller, opening, "Sent the paper on storage.").await.unwrap();

    // Version 2 is published in two languages and asked of everybody here; version 3 is being written.
    let german = "Wir kommen zusammen, um voneinander zu lernen. Hier wird nichts verkauft.";
    let write = async |english: &str| {
        let typed = [(Language::English, english), (Language::German, german)];
        let typed = typed.map(|(language, body)| TypedText { language, body, revision: 0 });
        conversation_rule::save_draft(db, now(), actor, &typed).await.unwrap();
    };
    write(&format!("{STARTING_TEXT}\n- Not even at dinner.")).await;
    let texts = conversation_rule::writing(db).await.unwrap().texts().expect("a draft");
    conversation_rule::publish_draft(db, now(), actor, &texts.fingerprint(), &[cohort]).await.unwrap();
    write(&format!("{STARTING_TEXT}\n- Not on the bus, either.")).await;
    let teacher = world.taught("Reading", "Dr. Mei Tanaka").await;
    educator::save(db, now(), actor, teacher, "mei@school.example").await.unwrap();

    // Two concerns: without a name, which waits; by a colleague, answered and upheld.
    let typed =
        TypedReport { said: "Somebody asked when we would renew.", severity: "serious", started_by: "A speaker", ..Default::default() };
    let nameless = incident::report(db, now(), cohort, Reporter::Nobody, &new_token(), &typed).await.unwrap();
    incident::tell_due(db, next_hour(now())).await.unwrap();
    let nameless_case = incident::list(db, reviewer, None, 1).await.unwrap().rows[0].id;
    let named = TypedReport { said: "A speaker told two guests what her course costs.", ..typed };
    let known = incident::report(db, now(), cohort, Reporter::Staff(seller), &new_token(), &named).await.unwrap();
    incident::tell_due(db, next_hour(now())).await.unwrap();
    let case = incident::list(db, reviewer, None, 1).await.unwrap().rows.iter().find(|line| line.id != nameless_case).unwrap().id;
    for (revision, act) in [(1, "take"), (2, "uphold")] {
        incident::step(db, now(), reviewer, case, revision, act, "Both guests remember it.").await.unwrap();
    }
    incident::answer(db, now(), reviewer, nameless_case, "Thank you. Which day was it?").await.unwrap();
    incident::reply(db, now(), &nameless, "It was on Monday.").await.unwrap();
    incident::tell_due(db, next_hour(now())).await.unwrap();

    // Sales language in two sessions that are not released, one let stand.
    let mut found = [0; 2];
    for (at, title) in ["A demo of our product", "The price of waiting: our pricing"].into_iter().enumerate() {
        found[at] = world.session(&Plan::everyone(title, "2027-03-30", "09:00", "10:00")).await;
    }
    for one in
        agenda_check::findings(db, cohort).await.unwrap().into_iter().map(|one| one.found).filter(|one| one.session == Some(found[1]))
    {
        let typed = TypedDismissal { session: one.session, key: &one.key, phrase: &one.phrase, reason: "It is the title of a book." };
        agenda_check::dismiss(db, now(), actor, cohort, typed).await.unwrap();
    }

    // A quiet period is set aside, and something asked.
    let reason = "They asked us for it themselves.";
    quiet_period::set_aside(db, now(), world.manager, cohort, row.person_id, reason).await.unwrap();
    world.give(row.person_id).await;
    ask::submit(db, now(), actor, Source::Page, row.person_id, "feedback", "Would you say it in one sentence?").await.unwrap();

    // Consents of the guest and of their company; what is public with one that was taken back since.
    let mine = Giver::Invitation(row.invitation_id);
    allow(db, mine, Scope::Name).await;
    allow(db, mine, Scope::Title).await;
    let signs = Signatory::parse("Mei Mori", "Head of brand", "mori@company0.example").unwrap();
    signatory::save(db, now(), actor, company, &signs).await.unwrap();
    let mails = store::outbox::unsent_to(db, "mori@company0.example").await.unwrap();
    let signing = mails[0].secret.clone().unwrap().link.unwrap();
    allow(db, Giver::Link(&signing), Scope::Logo).await;
    let mut publications = [0; 2];
    for (at, (title, scope)) in [("What a week can change", "title"), ("Five sentences", "name")].into_iter().enumerate() {
        let shows = vec![(Named::Email("p1@company0.example"), vec![scope]), (Named::Company("Company 0"), vec!["logo"])];
        let typed = TypedPlan { title, channel: "blog", day: "2027-01-15", shows };
        publications[at] = publication::plan(db, now(), actor, &typed).await.unwrap();
    }
    publication::publish(db, now(), actor, publications[0], 1, "https://halden.example/news/week").await.unwrap();
    consent::withdraw(db, now(), mine, Scope::Title, &[]).await.unwrap();

    let asked = store::outbox::unsent_to(db, "mei@school.example").await.unwrap();
    let teaching = asked.last().unwrap().secret.clone().unwrap().link.unwrap();
    Lived { person: row.person_id, incidents: [case, nameless_case], publications, found, links: [teaching, signing, nameless, known] }
}

/// What is wrong with the page in the window: what axe finds, and whether it is too wide.
async fn look_at(window: &Window, name: &str, look: &str) -> Vec<String> {
    let mut wrong: Vec<String> = window.axe().await.into_iter().map(|found| format!("{name} ({look}): {found}")).collect();
    if window.overflows().await {
        wrong.push(format!("{name} ({look}): wider than the window"));
    }
    wrong
}

/// One tap on the host's own channels.
async fn allow(db: &Db, giver: Giver<'_>, scope: Scope) {
    let shown = scope.text_hash();
    let typed = TypedConsent { scope: scope.as_str(), group: Group::Ours.as_str(), shown: &shown, ..TypedConsent::default() };
    consent::give(db, now(), giver, &Wish::parse(&typed, now().date_naive()).unwrap()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_for_everybody() {
    let scratch = Scratch::new(Kind::Sqlite).await;
    let world = World::new(&scratch.db, 3, 4).await;
    let workshop = world.session(&Plan::capped("Workshop", "2027-03-29", "10:00", "11:00", 1)).await;
    world.session(&Plan::capped("Rival", "2027-03-29", "10:30", "11:30", 5)).await;
    world.session(&Plan::everyone("Dinner", "2027-03-27", "18:00", "21:00")).await;
    world.release().await;
    world.open().await;
    let people = world.name(0, 3).await;
    let taker = world.accept(people[1]).await;
    store::agenda::seat::take_seat(&scratch.db, now(), taker, workshop).await.unwrap();
    let admin = tests::world::staff(&scratch.db, "admin@halden.example", Role::Admin).await;
    scratch
        .db
        .read()
        .execute_unprepared(&format!(
            "INSERT INTO staff_role (staff_id, role) VALUES ({admin}, 'program manager'), ({admin}, 'facilitator'), ({admin}, 'account manager'), ({admin}, 'executive sponsor'), ({admin}, 'incident reviewer'), ({admin}, 'marketing')"
        ))
        .await
        .unwrap();
    let seller = tests::world::staff(&scratch.db, "seller@halden.example", Role::AccountManager).await;
    let lived = live(&world, taker, admin, seller).await;
    // Whoever sells reports about cohorts they observe; here the admin does everything.
    let observes = "INSERT INTO observer (cohort_id, staff_id, company_id, attached_at) SELECT cohort_id, ADMIN, company_id, attached_at FROM observer";
    scratch.db.read().execute_unprepared(&observes.replace("ADMIN", &admin.to_string())).await.unwrap();
    let mails = store::outbox::unsent(&scratch.db, world.cohort).await.unwrap();
    let link = |kind: &str, to: &str| {
        mails.iter().rfind(|mail| mail.kind == kind && mail.to_email == to).unwrap().secret.clone().unwrap().link.unwrap()
    };
    let (invitation, delegation) = (link("invitation", "p0@company0.example"), link("delegation", "lead1@company1.example"));
    let accepted = link("accepted", "p1@company0.example");
    let site = Site::serve(&scratch.db).await;

    let cohort = format!("/cohorts/{}", world.cohort);
    let session = format!("{cohort}/agenda/{workshop}");
    let allotment = format!("{cohort}/companies/{}", world.allotments[0]);
    let staff_pages = [
        "/cohorts",
        &cohort,
        &format!("{cohort}/people"),
        &format!("{cohort}/needs"),
        &format!("{cohort}/observers"),
        &format!("{cohort}/agenda"),
        &format!("{cohort}/agenda/new"),
        &session,
        &format!("{cohort}/release"),
        &format!("{cohort}/report"),
        &format!("{cohort}/settings"),
        &format!("{cohort}/invite"),
        &allotment,
        &format!("{cohort}/agenda-import"),
        "/programs",
        &format!("/programs/{}", world.program),
        "/programs/new",
        &format!("/programs/{}/new-cohort", world.program),
        "/companies",
        "/companies/1",
        "/people",
        "/people/1",
        &format!("/people/{}", lived.person),
        "/companies/0",
        "/companies/import",
        "/rules",
        "/rules/1",
        "/rules/2?lang=de",
        "/rules/write",
        "/rules/preview",
        &format!("{cohort}/rule"),
        "/agenda-check",
        "/agenda-check?language=de&text=Der+Preis",
        &format!("{cohort}/agenda/{}", lived.found[0]),
        &format!("{cohort}/agenda/{}", lived.found[1]),
        "/concern",
        "/incidents",
        &format!("/incidents/{}", lived.incidents[0]),
        &format!("/incidents/{}", lived.incidents[1]),
        "/publications",
        &format!("/publications/{}", lived.publications[0]),
        &format!("/publications/{}", lived.publications[1]),
        "/outbox",
        "/outbox/1",
        "/staff",
        "/account",
        "/scorecard",
        "/my-sessions",
        "/nowhere",
    ]
    .map(|page: &str| page.to_owned());
    let [teaching, signing, nameless, known] = &lived.links;
    // What these pages would not say if they stood empty, or were others.
    let says = [
        ("/my/rule".to_owned(), "Version 2 holds now"),
        ("/my/terms".to_owned(), "is taken down by"),
        ("/my/openings".to_owned(), "Storage for two plants"),
        ("/my/concern".to_owned(), "Leave my name out"),
        (format!("/e/{teaching}"), "Dear Dr. Mei Tanaka,"),
        (format!("/s/{signing}"), "Mei Mori, Head of brand"),
        (format!("/c/{nameless}"), "Which day was it?"),
        (format!("/c/{known}"), "We also mailed you this link."),
        (format!("{cohort}/rule"), "Dr. Mei Tanaka"),
        (format!("{cohort}/observers"), "account manager"),
        (format!("{cohort}/release"), "Dismiss…"),
        (format!("{cohort}/report"), "It is the title of a book."),
        (format!("{cohort}/agenda/{}", lived.found[0]), "What sounds like selling"),
        (format!("{cohort}/agenda/{}", lived.found[1]), "It is the title of a book."),
        (format!("/people/{}", lived.person), "They asked us for it themselves."),
        ("/rules/2?lang=de".to_owned(), "Hier wird nichts verkauft."),
        ("/rules/write".to_owned(), "Write version 3"),
        ("/rules/preview".to_owned(), "Version 3, as it will be read"),
        ("/agenda-check".to_owned(), "Sales language in English"),
        ("/concern".to_owned(), "Spring cohort"),
        ("/incidents".to_owned(), "Concern of 15 January"),
        (format!("/incidents/{}", lived.incidents[0]), "Both guests remember it."),
        (format!("/incidents/{}", lived.incidents[1]), "It was on Monday."),
        ("/publications".to_owned(), "Needs you"),
        (format!("/publications/{}", lived.publications[0]), "To be taken down"),
        (format!("/publications/{}", lived.publications[1]), "Mark as public"),
        ("/companies/1".to_owned(), "Consents of the company"),
        ("/openings".to_owned(), "Storage for two plants"),
        ("/my-customers".to_owned(), "Person 1 of 0"),
    ];
    let mine = [
        "/my/week",
        &format!("/my/week/{workshop}"),
        "/my/calendar",
        "/my/people",
        "/my/details",
        "/my/rule",
        "/my/terms",
        "/my/openings",
        "/my/concern",
        "/my/withdraw",
    ]
    .map(|page: &str| page.to_owned());
    let private = [format!("/e/{teaching}"), format!("/s/{signing}"), format!("/c/{nameless}"), format!("/c/{known}")];
    let sellers = ["/openings", "/my-customers"].map(str::to_owned);

    let mut wrong = Vec::new();
    for (width, dark) in [(390, false), (1440, true)] {
        let window = Window::open(&site, Look { javascript: true, dark, width }).await;
        let look = format!("{width} px, {}", if dark { "dark" } else { "light" });
        let mut check = async |name: &str| wrong.extend(look_at(&window, name, &look).await);
        window.go("/sign-in").await;
        check("/sign-in").await;
        window.go(&format!("/i/{invitation}")).await;
        check("the letter").await;
        window.press("Accept my seat").await;
        check("/invitation/accept").await;
        for page in ["/invitation", "/invitation/decline", "/invitation/colleague"] {
            window.go(page).await;
            check(page).await;
        }
        window.go(&format!("/i/{accepted}")).await;
        window.press("main form button").await;
        for page in mine.iter().chain(private.iter()) {
            window.go(page).await;
            if let Some((_, words)) = says.iter().find(|(path, _)| path == page) {
                window.sees(words).await;
            }
            check(page).await;
        }
        window.go(&format!("/d/{delegation}")).await;
        check("the lead's letter").await;
        window.press("main form button").await;
        check("/delegation").await;
        for (email, pages) in [("admin@halden.example", &staff_pages[..]), ("seller@halden.example", &sellers[..])] {
            sign_in(&window, email).await;
            for page in pages {
                window.go(page).await;
                if let Some((_, words)) = says.iter().find(|(path, _)| path == page) {
                    window.sees(words).await;
                }
                check(page).await;
            }
            window.go("/account").await;
            window.press("form[action='/api/staff/sign-out'] button").await;
        }
        window.close().await;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
