//! The access table, replayed: every door, by every principal, on their own and on somebody else's program. What is
//! denied changes nothing and says nothing; what is allowed is let in; canaries show only where they may.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::StatusCode;
use domain::access::{Audience, Door, Grant, Role, Standing};
use domain::advocacy::achievement::Typed;
use domain::advocacy::consent::Scope;
use domain::advocacy::ledger::TypedGive;
use domain::advocacy::wording::TypedWording;
use domain::conduct::incident::{TypedReport, next_hour};
use domain::registration::invitation::Needs;
use sea_orm::{ConnectionTrait, Statement};
use store::advocacy::{achievement, amplification, ledger};
use store::conduct::incident::{self, Reporter};
use store::registration::invitation::{self, Answer};
use store::{Actor, Db};
use tests::browser::{Browser, Got};
use tests::database::{Kind, Scratch};
use tests::world::{Plan, World, app_on, now};

/// Said by one executive of their needs: nobody but the program team (and they themselves) may read it.
const CANARY: &str = "CANARY-nut-allergy-7731";
/// The name of an executive: not for people outside the program team and the cohort.
const NAME_CANARY: &str = "Canarina Finch";

/// Said in a concern about the conversation rule: for its reviewers and whoever reported it.
const CONCERN_CANARY: &str = "CANARY-discount-at-dinner-2048";

/// What a customer achieved, before anything of it is public: for marketing, admins, and the customer's own links.
const NEWS_CANARY: &str = "CANARY-prize-for-slow-steaming-5512";

/// The customer's own page, their approval, a colleague's calendar of due dates: what stands in the links.
const OWN_TOKEN: &str = "own_replayed";
const APPROVAL_TOKEN: &str = "apv_replayed";
const DUE_TOKEN: &str = "due_replayed";

/// Everybody who may come to a door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    Anonymous,
    Staff(Role),
    /// A program manager, facilitator, account manager or sponsor of another program; a reviewer who reported the concern.
    OtherStaff(Role),
    Invited,
    Accepted,
    Over,
    Lead,
}

const EVERYBODY: [Who; 17] = [
    Who::Anonymous,
    Who::Staff(Role::Admin),
    Who::Staff(Role::ProgramManager),
    Who::OtherStaff(Role::ProgramManager),
    Who::Staff(Role::Facilitator),
    Who::OtherStaff(Role::Facilitator),
    Who::Staff(Role::Marketing),
    Who::Staff(Role::AccountManager),
    Who::OtherStaff(Role::AccountManager),
    Who::Staff(Role::ExecutiveSponsor),
    Who::OtherStaff(Role::ExecutiveSponsor),
    Who::Staff(Role::IncidentReviewer),
    Who::OtherStaff(Role::IncidentReviewer),
    Who::Invited,
    Who::Accepted,
    Who::Over,
    Who::Lead,
];

impl Who {
    /// What the row of a door says of this principal. Written from the table's words, without asking its code.
    fn may(self, door: Door) -> bool {
        let leads_to_an_object = OBJECTS.iter().any(|(name, _)| *name == door.name());
        door.grants().iter().any(|grant| match (grant, self) {
            (Grant::Anyone, _) | (Grant::AnyStaff, Self::Staff(_) | Self::OtherStaff(_)) | (Grant::DelegationLead, Self::Lead) => true,
            (Grant::Any(role), Self::Staff(mine) | Self::OtherStaff(mine)) | (Grant::Own(role), Self::Staff(mine)) => *role == mine,
            (Grant::Own(role), Self::OtherStaff(mine)) => *role == mine && !leads_to_an_object,
            (Grant::Executive(Standing::Invited), Self::Invited)
            | (Grant::Executive(Standing::Accepted), Self::Accepted)
            | (Grant::Executive(Standing::Over), Self::Over) => true,
            _ => false,
        })
    }

    fn email(self) -> Option<String> {
        match self {
            Self::Staff(role) => Some(format!("own.{}@halden.example", role.as_str().replace(' ', "."))),
            Self::OtherStaff(role) => Some(format!("other.{}@halden.example", role.as_str().replace(' ', "."))),
            _ => None,
        }
    }
}

/// Doors that lead to one object, and the form that names it.
const OBJECTS: &[(&str, &[(&str, &str)])] = &[
    ("CompanyPage", &[]),
    ("CompanyImportPlan", &[]),
    ("CompanyImportMap", &[("import", "{import}"), ("name", "Name")]),
    ("CompanyImportApply", &[("import", "{import}")]),
    ("ProgramPage", &[]),
    ("EditProgram", &[("program", "{program}"), ("revision", "1"), ("title", "T"), ("sponsor_name", "S")]),
    ("NewCohortPage", &[]),
    (
        "CreateCohort",
        &[
            ("program", "{program}"),
            ("title", "T"),
            ("venue", "V"),
            ("zone", "Europe/Paris"),
            ("first_day", "2027-05-01"),
            ("last_day", "2027-05-02"),
            ("capacity", "9"),
            ("reply_by", "2027-04-01"),
        ],
    ),
    ("CohortPage", &[]),
    ("CohortSettingsPage", &[]),
    ("EditCohort", &[("cohort", "{cohort}"), ("revision", "1"), ("title", "T")]),
    ("StepCohort", &[("cohort", "{cohort}"), ("step", "cancel")]),
    ("AllotPage", &[]),
    ("Allot", &[("cohort", "{cohort}"), ("seats", "1")]),
    ("AllotmentPage", &[]),
    (
        "EditAllotment",
        &[("allotment", "{allotment}"), ("cohort", "{cohort}"), ("revision", "1"), ("seats", "5"), ("reply_by", "2027-02-20")],
    ),
    ("SendDelegationLink", &[("allotment", "{allotment}"), ("cohort", "{cohort}")]),
    ("NominateForCompany", &[("allotment", "{allotment}"), ("cohort", "{cohort}"), ("name.0", "N"), ("email.0", "n@x.example")]),
    ("PeoplePage", &[]),
    ("NeedsPage", &[]),
    ("Remind", &[("invitation", "{invitation}")]),
    ("Revoke", &[("invitation", "{invitation}")]),
    ("AgendaPage", &[]),
    ("NewSessionPage", &[]),
    (
        "CreateSession",
        &[
            ("cohort", "{cohort}"),
            ("title", "T"),
            ("day", "2027-03-28"),
            ("starts", "09:00"),
            ("ends", "10:00"),
            ("kind", "case"),
            ("mode", "everyone"),
        ],
    ),
    ("SessionPage", &[]),
    (
        "EditSession",
        &[
            ("session", "{session}"),
            ("revision", "1"),
            ("title", "T"),
            ("day", "2027-03-28"),
            ("starts", "09:00"),
            ("ends", "10:00"),
            ("kind", "case"),
            ("mode", "everyone"),
        ],
    ),
    ("CancelSession", &[("session", "{session}"), ("cancelled", "yes")]),
    ("SetRoom", &[("cohort", "{cohort}"), ("room_name", "R"), ("capacity", "9"), ("room_capacity", "9")]),
    ("AgendaImportPage", &[]),
    ("AgendaImportPlan", &[]),
    ("AgendaImportMap", &[("import", "{agenda_import}")]),
    ("AgendaImportApply", &[("import", "{agenda_import}")]),
    ("AgendaUpload", &[("cohort", "{cohort}")]),
    ("ReleasePage", &[]),
    (
        "DismissFinding",
        &[
            ("cohort", "{cohort}"),
            ("session", "{session}"),
            ("key", "title: workshop"),
            ("phrase", "Workshop"),
            ("reason", "It may stand."),
        ],
    ),
    ("ReportPage", &[]),
    ("ReportFile", &[]),
    ("Release", &[("cohort", "{cohort}"), ("number", "2")]),
    ("OutboxMail", &[]),
    ("RetryMail", &[("mail", "{mail}")]),
    ("DiscardMail", &[("mail", "{mail}")]),
    ("CohortRulePage", &[]),
    ("RemindAcknowledgement", &[("cohort", "{cohort}"), ("who", "all")]),
    ("SaveEducator", &[("educator", "{educator}"), ("email", "mei@school.example")]),
    ("RecordAcknowledgement", &[("educator", "{educator}"), ("evidence", "Signed copy in the folder")]),
    ("ObserversPage", &[]),
    ("AttachObserver", &[("cohort", "{cohort}"), ("staff", "{staff}"), ("company", "{company}")]),
    ("DetachObserver", &[("cohort", "{cohort}"), ("staff", "{staff}"), ("company", "{company}")]),
    ("PersonPage", &[]),
    ("OverrideQuiet", &[("cohort", "{cohort}"), ("person", "{person}"), ("reason", "They asked for it themselves.")]),
    ("AskPage", &[]),
    ("SaveAskDraft", &[("person", "{person}"), ("kind", "review"), ("wording", "Would you write a review?")]),
    ("StepAsk", &[("ask", "{ask}"), ("revision", "1"), ("act", "cancel"), ("comment", "No longer needed.")]),
    ("SubmitAsk", &[("person", "{person}"), ("kind", "review"), ("wording", "Would you write a review?")]),
    ("IncidentPage", &[]),
    ("StepIncident", &[("incident", "{incident}"), ("revision", "1"), ("act", "take")]),
    ("NameReported", &[("incident", "{incident}"), ("staff", "{staff}")]),
    ("AnswerReporter", &[("incident", "{incident}"), ("body", "An answer.")]),
];

/// Forms of acts that lead to no single object of a program.
const FORMS: &[(&str, &[(&str, &str)])] = &[
    ("TakeSeat", &[("session", "{session}")]),
    ("GiveUpSeat", &[("session", "{session}")]),
    ("SwapSeat", &[("session", "{session}")]),
    ("JoinWaitlist", &[("session", "{session}")]),
    ("LeaveWaitlist", &[("session", "{session}")]),
    ("ChangeStaff", &[("person", "{staff}"), ("role:marketing", "on"), ("active", "on")]),
    ("InviteStaffAgain", &[("person", "{staff}")]),
    ("AddStaff", &[("name", "New"), ("email", "new@halden.example"), ("role:marketing", "on")]),
    ("SaveCompany", &[("company", "0"), ("name", "Brand new")]),
    ("CompetitorPair", &[("company", "{company}"), ("other", "{other_company}"), ("compete", "yes")]),
    ("CreateProgram", &[("title", "T"), ("sponsor_name", "S")]),
    ("SaveRuleDraft", &[("body", "A rule that is long enough to be kept by everybody who reads it.")]),
    ("AcknowledgeRule", &[("version", "1"), ("hash", "{hash}")]),
    ("AcknowledgeAgain", &[("version", "1"), ("hash", "{hash}"), ("ack", "yes")]),
    ("EducatorAcknowledge", &[("token", "edu_none"), ("version", "1"), ("hash", "{hash}"), ("ack", "yes")]),
    ("SaveTerms", &[("language", "en"), ("revision", "0"), ("terms", "workshop ! block")]),
    ("PublishRule", &[("body", "A rule that is long enough to be kept by everybody who reads it.")]),
    ("ChangePassword", &[("old", "x"), ("password", "another long password")]),
    ("NameExecutives", &[("name.0", "N"), ("email.0", "new@x.example")]),
    ("GiveBackSeats", &[("count", "1")]),
    ("Accept", &[("rule", "1"), ("rule_ack", "on")]),
    ("Decline", &[("reason", "")]),
    ("SendColleague", &[("name", "N"), ("email", "colleague@x.example")]),
    ("Withdraw", &[("reason", "")]),
    ("SaveDetails", &[("revision", "1"), ("dietary", "x")]),
    ("MyConcern", &[("anonymous", "yes"), ("said", "Somebody asked when we would renew."), ("severity", "slight")]),
    ("StaffConcern", &[("cohort", "{cohort}"), ("said", "Somebody asked when they would renew."), ("severity", "slight")]),
    ("ConcernReply", &[("token", "{concern}"), ("body", "A message.")]),
    ("OpenTopic", &[("topic", "Topic"), ("staff", "{staff}"), ("until", "2027-02-01")]),
    ("CloseTopic", &[("opening", "1")]),
    ("AddFollowUp", &[("opening", "1"), ("note", "N")]),
    ("GiveConsent", &[("scope", "name"), ("group", "our channels"), ("text", "{sentence}")]),
    ("WithdrawConsent", &[("scope", "name")]),
    ("SignatoryGive", &[("token", "sig_none"), ("scope", "logo"), ("group", "our channels"), ("text", "x")]),
    ("SignatoryWithdraw", &[("token", "sig_none"), ("scope", "logo")]),
    ("SaveSignatory", &[("company", "{company}"), ("name", "Rana Idris"), ("title", ""), ("email", "rana@company0.example")]),
    ("EndSignatory", &[("signatory", "{signatory}")]),
    (
        "PlanPublication",
        &[("title", "A post"), ("channel", "blog"), ("day", "2027-02-01"), ("email.0", "p1@company0.example"), ("scope.0:name", "on")],
    ),
    ("PublishPublication", &[("publication", "{publication}"), ("revision", "1"), ("url", "https://host.example/post")]),
    ("CancelPublication", &[("publication", "{publication}"), ("revision", "1")]),
    ("OpenTakeDown", &[("publication", "{publication}"), ("reason", "They asked for it by mail.")]),
    ("CloseTakeDown", &[("take_down", "1"), ("proof", "The page is gone.")]),
    ("SaveAdvocate", &[("person", "{person}"), ("revision", "0"), ("stage", "active"), ("topics", "Storage"), ("languages", "en")]),
    ("OpenProblem", &[("person", "{person}"), ("whose", "person"), ("what", "An invoice is wrong.")]),
    ("CloseProblem", &[("problem", "{problem}"), ("solution", "Put right on Monday."), ("person", "{person}")]),
    ("MergePersons", &[("keep", "{person}"), ("gone", "{double}")]),
    ("AdvocateImportApply", &[("import", "{advocate_import}")]),
    ("ReportAchievement", &[("kind", "award"), ("email", "p0@company0.example"), ("title", "Another prize"), ("day", "2027-01-10")]),
    (
        "EditAchievement",
        &[
            ("achievement", "{reported}"),
            ("revision", "1"),
            ("kind", "award"),
            ("email", "p0@company0.example"),
            ("title", "T"),
            ("day", "2027-01-10"),
        ],
    ),
    ("VerifyAchievement", &[("achievement", "{reported}"), ("revision", "1")]),
    ("RejectAchievement", &[("achievement", "{reported}"), ("revision", "1"), ("reason", "It is somebody else of that name.")]),
    ("AchievementImportApply", &[("import", "{achievement_import}")]),
    ("AddWatchedFeed", &[("url", "https://news.example/feed.xml")]),
    ("StepWatchedFeed", &[("feed", "{feed}"), ("act", "pause")]),
    ("WatchName", &[("name", "Amara Okafor"), ("email", "p0@company0.example")]),
    ("UnwatchName", &[("watched", "{watched}")]),
    ("TakeFeedItem", &[("item", "{item}")]),
    ("DismissFeedItem", &[("item", "{item}")]),
    ("SaveWording", &[("task", "{task}"), ("revision", "{task_revision}"), ("channel", "blog"), ("language", "en"), ("body", "A prize.")]),
    ("EndWording", &[("task", "{task}"), ("revision", "{task_revision}"), ("channel", "blog"), ("language", "en")]),
    ("ImageUpload", &[("task", "{task}"), ("revision", "{task_revision}")]),
    ("SaveTaskPlan", &[("task", "{task}"), ("revision", "{task_revision}"), ("due_day", "2027-01-22"), ("planned_for", "2027-01-20")]),
    ("StepTask", &[("task", "{task}"), ("revision", "{task_revision}"), ("act", "withdraw"), ("comment", "Not this one.")]),
    (
        "RecordPublication",
        &[
            ("task", "{task}"),
            ("publication", "{publication}"),
            ("url", "https://host.example/post"),
            ("day", "2027-01-15"),
            ("time", "08:00"),
        ],
    ),
    ("SaveResult", &[("publication", "{publication}"), ("impressions", "9"), ("counted_on", "2027-01-15")]),
    ("ResultImportApply", &[("import", "{result_import}")]),
    ("AnswerApproval", &[("token", "{apv}"), ("hash", "x"), ("act", "customer-hold")]),
    ("SaveWebhook", &[("channel", "blog"), ("url", "https://cms.example/hook"), ("active", "on")]),
    ("RetryDelivery", &[("delivery", "1")]),
    (
        "SaveAdvocacySettings",
        &[
            ("revision", "0"),
            ("internal_hours", "12"),
            ("customer_hours", "48"),
            ("most_reminders", "2"),
            ("recognition_days", "5"),
            ("person_cap", "2"),
            ("company_cap", "2"),
            ("interval_days", "90"),
            ("answer_days", "14"),
            ("gift_limit", "100"),
        ],
    ),
    (
        "RecordGive",
        &[("person", "{person}"), ("company", "{company}"), ("kind", "speaking slot"), ("on", "2027-01-10"), ("note", "Our day")],
    ),
    ("RecordAct", &[("person", "{person}"), ("company", "{company}"), ("kind", "review"), ("on", "2027-01-10"), ("note", "On its own")]),
    ("CorrectEntry", &[("entry", "{entry}"), ("company", "{company}"), ("reason", "It was another company.")]),
    ("OfferIntroduction", &[("knows", "{person}"), ("learns", "{double}"), ("topic", "Storage")]),
    ("CancelIntroduction", &[("introduction", "1")]),
    ("AnswerAsk", &[("ask", "{ask}"), ("answer", "yes")]),
    ("SetLimits", &[("most_per_quarter", "1")]),
    ("AnswerIntroduction", &[("introduction", "1"), ("answer", "yes")]),
    ("AskToBeForgotten", &[("code", "123456")]),
    ("LinkAnswerAsk", &[("token", "{own}"), ("ask", "{ask}"), ("answer", "yes")]),
    ("LinkSetLimits", &[("token", "{own}"), ("most_per_quarter", "1")]),
    ("LinkAnswerIntroduction", &[("token", "{own}"), ("introduction", "1"), ("answer", "yes")]),
    ("LinkWithdrawConsent", &[("token", "{own}"), ("scope", "name")]),
    ("LinkSendProofCode", &[("token", "{own}")]),
    ("LinkAskToBeForgotten", &[("token", "{own}"), ("code", "123456")]),
    ("SendOwnPageLink", &[("person", "{person}")]),
    ("ForgetPerson", &[("person", "{person}")]),
];

struct Stage {
    db: Db,
    /// What stands in braces in a form or a path.
    ids: Vec<(&'static str, String)>,
    browsers: Vec<(Who, Browser)>,
}

impl Stage {
    async fn build(db: &Db) -> Self {
        let world = World::new(db, 2, 4).await;
        let session = world.session(&Plan::capped("Workshop", "2027-03-29", "10:00", "11:00", 5)).await;
        let educator = world.taught("Reading", "Mei Tanaka").await;
        world.release().await;
        world.open().await;
        let people = world.name(0, 3).await;
        let canary =
            domain::cohort::allotment::Named::parse(NAME_CANARY, "canarina@company1.example", "COO").expect("a row").expect("a person");
        store::cohort::allotment::name(db, now(), world.actor(), world.allotments[1], &[(0, canary)]).await.expect("named");
        let finch = store::cohort::allotment::get(db, world.allotments[1]).await.expect("read").expect("there").people[0].invitation;
        let needs = Needs { dietary: CANARY.into(), ..Needs::default() };
        invitation::accept(db, now(), finch, &Answer { needs, acknowledged: Some(1), ..Answer::default() }).await.expect("accepted");

        // Staff: the owner of the world is `manager`; here every role once of this program, once of another.
        let mut staff = Vec::new();
        for who in EVERYBODY {
            if let (Some(email), Who::Staff(role) | Who::OtherStaff(role)) = (who.email(), who) {
                staff.push((who, tests::world::staff(db, &email, role).await));
            }
        }
        let id = |who: Who| staff.iter().find(|(one, _)| *one == who).expect("an account").1;
        let own = id(Who::Staff(Role::ProgramManager));
        let change = |sql: String| async move { db.read().execute_unprepared(&sql).await.expect("the change") };
        change(format!(
            "UPDATE program SET owner_id = {own}, sponsor_id = {} WHERE id = {}",
            id(Who::Staff(Role::ExecutiveSponsor)),
            world.program
        ))
        .await;
        change(format!("INSERT INTO session_facilitator (session_id, staff_id) VALUES ({session}, {})", id(Who::Staff(Role::Facilitator))))
            .await;
        let companies = store::cohort::company::list(db, &Default::default(), 1).await.expect("companies").rows;
        change(format!(
            "INSERT INTO account_manager (staff_id, company_id) VALUES ({}, {})",
            id(Who::Staff(Role::AccountManager)),
            companies[0].id
        ))
        .await;

        let today = "'2027-01-15T09:00:00+00:00'";
        change(format!(
            "INSERT INTO publication (title, channel, state, planned_for, url, created_at) VALUES ('A planned post', 'blog', 'planned', '2027-02-01', '', {today})"
        ))
        .await;
        change(format!(
            "INSERT INTO signatory (company_id, name, title, email, created_at) VALUES ({}, 'Noor Haddad', '', 'noor@company0.example', {today})",
            companies[0].id
        ))
        .await;
        let said = TypedReport { said: CONCERN_CANARY, severity: "grave", ..TypedReport::default() };
        let reporter = Reporter::Staff(id(Who::OtherStaff(Role::IncidentReviewer)));
        let concern = incident::report(db, now(), world.cohort, reporter, "", &said).await.expect("reported");
        incident::tell_due(db, next_hour(now())).await.expect("told");
        let concerns = incident::list(db, id(Who::Staff(Role::IncidentReviewer)), None, 1).await.expect("read").rows;

        let guests = store::cohort::person::list(db, now(), None, "p0@company0.example", 1).await.expect("read");
        let person = guests.rows[0].id;
        change(format!(
            "INSERT INTO person (company_id, email, name, title, created_at) VALUES ({}, 'double@company0.example', 'Somebody known twice', '', {today})",
            companies[0].id
        ))
        .await;
        let double = world.person("double@company0.example").await;
        let priya = id(Who::Staff(Role::Marketing));
        let celebrated = advocacy(db, priya, person).await;
        let mut kept = Vec::new();
        for (into, csv) in [
            (store::import::Into::Advocates, "name,email,company\nRana Idris,rana@company0.example,Company 0"),
            (store::import::Into::Achievements, "kind,email,title,date\naward,p0@company0.example,A prize,2027-01-09"),
            (store::import::Into::Results, "publication,impressions\n1,12"),
        ] {
            kept.push(store::import::keep(db, now(), priya, into, "c.csv", csv.into(), "{}".into()).await.expect("kept"));
        }
        let schedule = String::from_utf8(include_bytes!("../data/agenda-democon.json").to_vec()).expect("text");
        let csv = "Name\nImported".to_owned();
        let import = store::import::keep(db, now(), own, store::import::Into::Companies, "c.csv", csv, r#"{"name":"Name"}"#.into())
            .await
            .expect("kept");
        let agenda_import =
            store::import::keep(db, now(), own, store::import::Into::Agenda { cohort: world.cohort }, "a.json", schedule, "[]".into())
                .await
                .expect("kept");
        let mails = store::outbox::unsent(db, world.cohort).await.expect("mails");
        let link = |kind: &str, to: &str| {
            let mail = mails.iter().rfind(|mail| mail.kind == kind && mail.to_email == to).expect("a mail");
            mail.secret.clone().expect("a secret")
        };
        let app = app_on(db, "http://127.0.0.1:3000");
        let mut stage = Self {
            ids: vec![
                ("company", companies[0].id.to_string()),
                ("other_company", companies[1].id.to_string()),
                ("import", import.to_string()),
                ("agenda_import", agenda_import.to_string()),
                ("program", world.program.to_string()),
                ("cohort", world.cohort.to_string()),
                ("allotment", world.allotments[0].to_string()),
                ("invitation", people[0].to_string()),
                ("session", session.to_string()),
                ("educator", educator.to_string()),
                ("hash", domain::conduct::conversation_rule::content_hash(domain::conduct::conversation_rule::STARTING_TEXT)),
                ("staff", id(Who::OtherStaff(Role::Facilitator)).to_string()),
                ("mail", mails[0].id.to_string()),
                ("person", guests.rows[0].id.to_string()),
                ("number", "1".into()),
                ("publication", "1".into()),
                ("signatory", "1".into()),
                ("sentence", Scope::Name.text_hash()),
                ("incident", concerns[0].id.to_string()),
                ("advocate_import", kept[0].to_string()),
                ("achievement_import", kept[1].to_string()),
                ("result_import", kept[2].to_string()),
                ("double", double.to_string()),
                ("achievement", celebrated.achievement.to_string()),
                ("reported", celebrated.reported.to_string()),
                ("task", celebrated.task.to_string()),
                ("task_revision", celebrated.revision.to_string()),
                ("image", celebrated.image.to_string()),
                ("ask", celebrated.ask.to_string()),
                ("entry", celebrated.entry.to_string()),
                ("problem", "1".into()),
                ("feed", "1".into()),
                ("watched", "1".into()),
                ("item", "1".into()),
                ("own", OWN_TOKEN.into()),
                ("apv", APPROVAL_TOKEN.into()),
                ("concern", concern),
                ("token", link("invitation", "p0@company0.example").link.expect("a link")),
                ("*file", app.assets.icon.trim_start_matches("/assets/").to_owned()),
            ],
            db: db.clone(),
            browsers: Vec::new(),
        };
        let over = link("invitation", "p2@company0.example").link.expect("a link");
        for who in EVERYBODY {
            let mut browser = Browser::new(&app);
            match who {
                Who::Anonymous => {}
                Who::Staff(_) | Who::OtherStaff(_) => {
                    browser.sign_in(&who.email().expect("an address")).await;
                }
                Who::Invited => {
                    browser.hold_invitation(&link("invitation", "p0@company0.example").link.expect("a link")).await;
                }
                Who::Accepted => {
                    browser.hold_invitation(&link("invitation", "p1@company0.example").link.expect("a link")).await;
                    let registration = world.accept(people[1]).await;
                    store::agenda::seat::take_seat(db, now(), registration, session).await.expect("a seat");
                }
                Who::Over => {
                    browser.hold_invitation(&over).await;
                    invitation::decline(db, now(), people[2], "").await.expect("declined");
                }
                Who::Lead => {
                    browser.hold_delegation(&link("delegation", "lead0@company0.example").link.expect("a link")).await;
                }
            }
            stage.browsers.push((who, browser));
        }
        stage
    }

    fn fill(&self, door: Door, text: &str) -> String {
        let mut text = text.to_owned();
        if door.name().starts_with("AgendaImport") {
            text = text.replace("{import}", "{agenda_import}");
        }
        if [Door::DelegationLink, Door::SignatoryLink].contains(&door) || door.path().starts_with("/cal/") || door == Door::WelcomePage {
            text = text.replace("{token}", "none");
        }
        for (name, import) in [("Advocate", "{advocate_import}"), ("Achievement", "{achievement_import}"), ("Result", "{result_import}")] {
            if door.name().starts_with(name) {
                text = text.replace("{import}", import);
            }
        }
        for (place, token) in [("/c/", "{concern}"), ("/me/", OWN_TOKEN), ("/approve/", APPROVAL_TOKEN), ("/due/", DUE_TOKEN)] {
            if door.path().starts_with(place) {
                text = text.replace("{token}", token);
            }
        }
        for (name, value) in &self.ids {
            text = text.replace(&format!("{{{name}}}"), value);
        }
        text
    }

    /// Comes to a door as somebody would.
    async fn knock(&self, door: Door, browser: &Browser) -> Got {
        let mut browser = browser.clone();
        let path = self.fill(door, door.path());
        if door.method() == "GET" {
            return browser.send("GET", &path, &[], Body::empty()).await;
        }
        let form = OBJECTS.iter().chain(FORMS).find(|(name, _)| *name == door.name()).map_or(&[][..], |(_, form)| form);
        let form: Vec<(String, String)> = form.iter().map(|(name, value)| ((*name).to_owned(), self.fill(door, value))).collect();
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        if door.name().ends_with("Upload") {
            return browser.upload_once(&path, &form, "a.csv", b"Name\nA company").await;
        }
        browser.post(&path, &form).await
    }
}

/// Whether an answer turns somebody away.
fn turned_away(door: Door, got: &Got) -> bool {
    let elsewhere = got.status == StatusCode::SEE_OTHER && ["/sign-in", "/invitation"].contains(&got.location());
    elsewhere
        || [StatusCode::FORBIDDEN, StatusCode::UNAUTHORIZED].contains(&got.status)
        || (got.status == StatusCode::NOT_FOUND && !SECRETS.contains(&door))
}

/// Doors behind which the sign-in page or the invitation is where one may end up when let in: what they are for is told
/// there.
const LEAD_TO_SIGN_IN: [Door; 14] = [
    Door::Home,
    Door::SetupPage,
    Door::Setup,
    Door::SetPassword,
    Door::SignOut,
    Door::SignOutEverywhere,
    Door::ChangeStaff,
    Door::AcceptPage,
    Door::DeclinePage,
    Door::ColleaguePage,
    Door::Accept,
    Door::Decline,
    Door::SendColleague,
    Door::Withdraw,
];

/// Whether an answer let somebody in.
fn let_in(door: Door, got: &Got) -> bool {
    !turned_away(door, got) || (LEAD_TO_SIGN_IN.contains(&door) && got.status == StatusCode::SEE_OTHER)
}

/// Doors whose key is a secret in the path: with a wrong one they are not found, for everybody alike. Of an approval that
/// was not sent, neither are its images.
const SECRETS: &[Door] = &[
    Door::DelegationLink,
    Door::Feed,
    Door::FeedAgendaFile,
    Door::FeedSessionFile,
    Door::EducatorLink,
    Door::SignatoryLink,
    Door::ApprovalImage,
];

/// What stands once customers are celebrated and asked.
struct Celebrated {
    achievement: i64,
    reported: i64,
    task: i64,
    revision: i32,
    image: i64,
    ask: i64,
    entry: i64,
}

async fn advocacy(db: &Db, marketing: i64, person: i64) -> Celebrated {
    let by = Actor::Staff(marketing);
    let change = |sql: String| async move { db.read().execute_unprepared(&sql).await.expect("the change") };
    let of = |title| Typed { kind: "award", email: "p0@company0.example", title, day: "2027-01-12", ..Typed::default() };
    let reported = achievement::report(db, now(), by, &of("A conference talk nobody looked at yet")).await.expect("reported").id();
    let verified = achievement::report(db, now(), by, &of(NEWS_CANARY)).await.expect("reported").id();
    let task = achievement::verify(db, now(), by, verified, 1).await.expect("verified").task;
    let revision = async || amplification::task(db, now(), task).await.expect("read").expect("a task").revision;
    let body = TypedWording { channel: "blog", language: "en", body: "A prize, and well earned.", ..TypedWording::default() };
    amplification::save_wording(db, now(), by, task, revision().await, &body).await.expect("a wording");
    let png = [&b"\x89PNG\r\n\x1a\n"[..], &[0; 16]].concat();
    let image = amplification::add_image(db, now(), by, task, revision().await, png).await.expect("an image");
    change(format!(
        "UPDATE amplification SET token_hash = '{}', token_until = '2027-03-01T09:00:00+00:00' WHERE id = {task}",
        store::link::hash(APPROVAL_TOKEN)
    ))
    .await;
    let today = "'2027-01-15T09:00:00+00:00'";
    change(format!(
        "INSERT INTO own_page_link (person_id, token_hash, made_at, until_at) VALUES ({person}, '{}', {today}, '2027-03-01T09:00:00+00:00')",
        store::link::hash(OWN_TOKEN)
    ))
    .await;
    change(format!(
        "INSERT INTO due_feed (staff_id, token_hash, made_at) VALUES ({marketing}, '{}', {today})",
        store::link::hash(DUE_TOKEN)
    ))
    .await;
    change(format!("INSERT INTO problem (person_id, what, opened_at, solution) VALUES ({person}, 'A late delivery', {today}, '')")).await;
    change(format!(
        "INSERT INTO watched_feed (url, title, state, etag, last_modified, next_at, last_error, created_at) \
         VALUES ('https://press.example/rss', 'Press', 'watching', '', '', {today}, '', {today})"
    ))
    .await;
    change(format!(
        "INSERT INTO watched_name (name, name_key, person_id, created_at) VALUES ('Ines Duarte', 'ines duarte', {person}, {today})"
    ))
    .await;
    change(format!(
        "INSERT INTO feed_item (watched_feed_id, watched_name_id, guid, url, title, summary, published_on, state, found_at) \
         VALUES (1, 1, 'g', 'https://press.example/1', 'A talk in Oslo', '', '2027-01-12', 'found', {today})"
    ))
    .await;
    let give = TypedGive { person, company: 0, kind: "content", on: "2027-01-10", note: "A paper", value: "" };
    let entry = ledger::record_give(db, now(), by, &give).await.expect("given");
    change(format!(
        "INSERT INTO ask (person_id, kind, wording, source, state, reasons, submitted_by, submitted_at) \
         VALUES ({person}, 'review', 'Would you write one?', 'page', 'draft', '', {marketing}, {today})"
    ))
    .await;
    Celebrated { achievement: verified, reported, task, revision: revision().await, image, ask: 1, entry }
}

/// Everything in the tables that an act could change.
async fn fingerprint(db: &Db) -> String {
    let mut out = String::new();
    for table in [
        "staff",
        "staff_role",
        "company",
        "competitor",
        "program",
        "cohort",
        "allotment",
        "invitation",
        "registration",
        "session",
        "released_session",
        "seat",
        "waitlist",
        "rule_version",
        "rule_draft",
        "educator",
        "acknowledgement",
        "outbox",
        "history",
        "seat_journal",
        "room",
        "person",
        "observer",
        "ask",
        "quiet_override",
        "incident",
        "incident_about",
        "incident_message",
        "sales_opening",
        "follow_up",
        "term_list",
        "finding_dismissal",
        "consent_event",
        "signatory",
        "publication",
        "publish_decision",
        "take_down",
        "advocacy_setting",
        "advocate",
        "own_limit",
        "problem",
        "watched_feed",
        "watched_name",
        "achievement",
        "feed_item",
        "amplification",
        "amplification_image",
        "amplification_step",
        "amplification_use",
        "wording",
        "publication_result",
        "webhook",
        "webhook_delivery",
        "due_feed",
        "ledger_entry",
        "introduction",
        "own_page_link",
        "proof_code",
        "forget_wish",
        "import",
    ] {
        let sql = format!("SELECT count(*) AS n FROM {table}");
        let row =
            db.read().query_one_raw(Statement::from_string(db.read().get_database_backend(), sql)).await.expect("a count").expect("a row");
        out.push_str(&format!("{table}={} ", row.try_get::<i64>("", "n").expect("a number")));
    }
    out
}

/// Every denied row leaves everything as it was and gives nothing away.
async fn denied_rows(kind: Kind) {
    let scratch = Scratch::new(kind).await;
    let stage = Stage::build(&scratch.db).await;
    let before = fingerprint(&stage.db).await;
    let mut asked = 0;
    for door in Door::ALL {
        for (who, browser) in &stage.browsers {
            if who.may(*door) {
                continue;
            }
            let got = stage.knock(*door, browser).await;
            assert!(turned_away(*door, &got), "{who:?} must not enter {door:?}: {} {}", got.status, got.location());
            for canary in [CANARY, NAME_CANARY, CONCERN_CANARY, NEWS_CANARY, "Workshop"] {
                assert!(!got.body.contains(canary), "{door:?} shows {canary} to {who:?}");
            }
            asked += 1;
        }
    }
    assert!(asked > 900, "{asked} rows were asked");
    assert_eq!(fingerprint(&stage.db).await, before, "a denied act changed something");
}

#[tokio::test(flavor = "multi_thread")]
async fn denied_rows_on_sqlite() {
    denied_rows(Kind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn denied_rows_on_postgres() {
    denied_rows(Kind::Postgres).await;
}

/// Every page a principal may open opens, and shows the canaries only to those who may see them.
#[tokio::test(flavor = "multi_thread")]
async fn allowed_pages_open_and_keep_secrets() {
    let scratch = Scratch::new(Kind::Sqlite).await;
    let stage = Stage::build(&scratch.db).await;
    let team = [Who::Staff(Role::Admin), Who::Staff(Role::ProgramManager)];
    let (mut seen, mut concerned, mut told) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for door in Door::ALL.iter().filter(|door| door.method() == "GET") {
        for (who, browser) in &stage.browsers {
            if !who.may(*door) {
                continue;
            }
            let got = stage.knock(*door, browser).await;
            assert!(let_in(*door, &got), "{who:?} may enter {door:?}: {} {}", got.status, got.location());
            assert!(!got.status.is_server_error(), "{door:?} for {who:?}: {}", got.body);
            if got.body.contains(CANARY) {
                seen.insert(format!("{door:?}"));
                assert!(team.contains(who), "{door:?} shows dietary needs to {who:?}");
            }
            if got.body.contains(CONCERN_CANARY) {
                let reviews = *who == Who::Staff(Role::IncidentReviewer) && *door == Door::IncidentPage;
                assert!(reviews || *door == Door::ConcernLink, "{door:?} shows a concern to {who:?}");
                concerned.insert(format!("{door:?}"));
            }
            if got.body.contains(NEWS_CANARY) {
                // A program manager reads it as the next useful give for somebody of theirs.
                let gives = *who == Who::Staff(Role::ProgramManager) && [Door::PersonPage, Door::AskPage, Door::NewAskPage].contains(door);
                let knows = gives || [Role::Marketing, Role::Admin].map(Who::Staff).contains(who);
                let theirs = ["/me/", "/approve/", "/due/"].iter().any(|place| door.path().starts_with(place));
                assert!(knows || theirs, "{door:?} shows what is not public to {who:?}");
                told.insert(format!("{door:?}"));
            }
            if got.body.contains(NAME_CANARY) {
                // Marketing may know of people, and not which cohorts they attend.
                let knows = *who == Who::Staff(Role::Marketing) && [Door::PersonsPage, Door::NewAskPage].contains(door);
                assert!(team.contains(who) || *who == Who::Accepted || knows, "{door:?} shows a name to {who:?}");
            }
            if [Door::PersonsPage, Door::PersonPage].contains(door) && *who == Who::Staff(Role::Marketing) {
                assert!(!got.body.contains("Spring cohort"), "{door:?} shows who attends to {who:?}");
            }
            assert!(!got.body.contains("/i/inv_") || door.audience() == Audience::Everyone, "{door:?} shows a personal link to {who:?}");
        }
    }
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), ["NeedsPage"], "the canary is planted where it can be seen");
    assert!(["CelebratePage", "TaskPage", "AchievementPage", "DueFeed"].iter().all(|door| told.contains(*door)), "{told:?}");
    assert_eq!(concerned.into_iter().collect::<Vec<_>>(), ["ConcernLink", "IncidentPage"], "and so is the other");
}

/// Every act a principal may do is not turned away: each on a fresh world, since acts change it.
#[tokio::test(flavor = "multi_thread")]
async fn allowed_acts_are_let_in() {
    let scratch = Scratch::new(Kind::Sqlite).await;
    let stage = Stage::build(&scratch.db).await;
    let file = scratch.file().expect("a file");
    scratch.db.read().execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await.expect("a checkpoint");
    let mut copies = 0;
    for door in Door::ALL.iter().filter(|door| door.method() == "POST") {
        for (who, browser) in &stage.browsers {
            if !who.may(*door) {
                continue;
            }
            // A copy of its own name each time: a connection of the last one that closes late removes files by their name.
            copies += 1;
            let copy = file.with_file_name(format!("copy{copies}.db"));
            std::fs::copy(&file, &copy).expect("a copy");
            let db = Db::connect(&format!("sqlite://{}", copy.display())).await.expect("the copy opens");
            let app = app_on(&db, "http://127.0.0.1:3000");
            let got = stage.knock(*door, &browser.at(&app)).await;
            assert!(let_in(*door, &got), "{who:?} may {door:?}: {} {}", got.status, got.location());
            assert!(
                got.status == StatusCode::SEE_OTHER || got.status.is_success() || got.status == StatusCode::UNPROCESSABLE_ENTITY,
                "{door:?} for {who:?}: {} {}",
                got.status,
                got.body
            );
        }
    }
}

/// Every server function is a door's, at the door's path, and every act's door is a server function's (uploads aside).
#[test]
fn every_server_function_has_its_row() {
    let registered: BTreeSet<String> = leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path.to_owned()).collect();
    let table: BTreeSet<String> = Door::ALL
        .iter()
        .filter(|door| door.method() == "POST" && !door.name().ends_with("Upload"))
        .map(|door| door.path().to_owned())
        .collect();
    assert_eq!(registered, table);
}

/// The forms above name every object a door leads to.
#[test]
fn every_own_grant_on_an_object_is_replayed_with_one() {
    for door in Door::ALL {
        let own = door.grants().iter().any(|grant| matches!(grant, Grant::Own(_)));
        let lists = [
            "CompaniesPage",
            "ProgramsPage",
            "CohortsPage",
            "MySessionsPage",
            "MyCustomersPage",
            "ScorecardPage",
            "OutboxPage",
            "PersonsPage",
            "AsksPage",
            "NewAskPage",
            "MatchPage",
        ];
        let replayed = OBJECTS.iter().any(|(name, _)| *name == door.name());
        assert!(!own || replayed || lists.contains(&door.name()), "{door:?} is about somebody's own, and no object is named for it");
    }
}
