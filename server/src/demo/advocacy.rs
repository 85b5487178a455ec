//! What a firm celebrates, gives and asks some months after its first cohort, made by the same verbs the pages use, each at
//! the instant it would have happened. Companies are real; what they accomplished, and everybody in it, is made up.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::Refusal;
use domain::access::{Principal, Role};
use domain::advocacy::achievement::Typed as TypedAchievement;
use domain::advocacy::advocate::{NewPerson, TypedAdvocate};
use domain::advocacy::amplification::{Act, State};
use domain::advocacy::ask::{Act as AskAct, AskRefusal, Source};
use domain::advocacy::consent::{Scope, Subject};
use domain::advocacy::ledger::{TypedAct, TypedGive};
use domain::advocacy::own_limit::TypedLimits;
use domain::advocacy::result::TypedResult;
use domain::advocacy::signatory::Signatory;
use domain::advocacy::watched_feed::Act as FeedAct;
use domain::registration::proof::{Proved, SentCode, YesNo, code_until, prove};
use store::advocacy::amplification::{Task, TypedTask, TypedWording};
use store::advocacy::ask::{TypedDraft, TypedStep};
use store::advocacy::consent::Giver;
use store::advocacy::introduction::Offering;
use store::advocacy::watched_feed::{Adding, Entry, Fetched, Outcome};
use store::advocacy::{
    achievement, advocate, amplification, ask, due_feed, introduction, ledger, own_limit, problem, result, watched_feed,
};
use store::outbox::Message;
use store::{Actor, Db, Halt};

use super::pilot::Known;
use super::{Done, allow, person, person_of, text};
use crate::cli::halted;

/// The picture of a task: 1200 × 628.
const PICTURE: &[u8] = include_bytes!("picture.png");

/// Advocates who were never invited: the place of their company in the list, the number they are generated from, their title.
const NEVER_INVITED: [(usize, usize, &str); 3] =
    [(4, 652, "Chief Risk Officer"), (7, 657, "Head of Delivery"), (9, 631, "VP Laboratory Buildings")];

/// Of the advocate at each company: stage, topics, interests, languages, events they follow.
const RECORDS: [(&str, &str, &str, &str, &str); 12] = [
    ("cultivated", "Pricing experiments", "Telling a story with figures", "en", "Decision Makers Podcast"),
    ("resting", "Trust between strangers", "Seasonal work", "en, it", "Service Summit Lisbon"),
    ("cultivated", "Supply chains that bend", "Reading weak signals", "en, da", ""),
    ("active", "Maintenance before failure", "Grid storage", "en, cs", "Energy Operations Day"),
    ("identified", "Deciding late", "", "en", ""),
    ("active", "Scenario planning; Hospital logistics", "Stopping the line", "en, sv, de", "Nordic Health Forum"),
    ("active", "Stopping the line; Safety culture", "Scenario planning", "en, es", "Lean Forum Gothenburg"),
    ("cultivated", "Teams across time zones", "Safety culture", "en, ko", ""),
    ("active", "Hydrogen at the plant; Grid storage", "Stopping the line", "en, nb", "Chemistry Week"),
    ("alumni", "Buildings for laboratories", "", "en, tr", ""),
    ("active", "Forecasting a grid; Grid storage", "Hydrogen at the plant", "en", "European Utility Awards"),
    ("active", "Keeping a promise to a million callers", "Scenario planning; Safety culture", "en, es, de", ""),
];

/// What those who came allow on our own channels, and whether they may be introduced or called.
const CONSENTS: [(usize, &[Scope]); 9] = [
    (0, &[Scope::Name]),
    (1, &[Scope::Name, Scope::PeerIntroduction]),
    (2, &[Scope::Name, Scope::Title]),
    (3, &[Scope::Name, Scope::Title, Scope::PeerIntroduction]),
    (5, &[Scope::Name, Scope::Title, Scope::Quote, Scope::PeerIntroduction]),
    (6, &[Scope::Name, Scope::Title, Scope::Quote, Scope::PeerIntroduction]),
    (8, &[Scope::Name, Scope::Quote, Scope::PeerIntroduction]),
    (10, &[Scope::Name, Scope::Title, Scope::PeerIntroduction, Scope::ReferenceCall]),
    (11, &[Scope::PeerIntroduction, Scope::ReferenceCall]),
];

/// Who signs for a company: its place in the list, and the number they are generated from.
const SIGNATORIES: [(usize, usize); 9] = [(0, 993), (1, 994), (2, 995), (3, 990), (5, 996), (6, 991), (8, 997), (9, 998), (10, 992)];

/// Gives: to whom, days ago, kind, what it was, its value.
const GIVES: [(usize, i64, &str, &str, &str); 11] = [
    (5, 90, "award nomination", "Put forward for the Hospital Logistics Prize of the Nordic Health Forum.", ""),
    (6, 85, "speaking slot", "Half an hour at our yearly meeting, on stopping the line.", ""),
    (11, 75, "content", "Our paper on keeping promises in a call centre, a month before it was out.", ""),
    (1, 60, "content", "The reading list of our week on trust between strangers.", ""),
    (0, 50, "content", "Our paper on pricing experiments, with the figures behind it.", ""),
    (2, 45, "gift", "The book on weak signals you asked about.", "40"),
    (8, 41, "speaking slot", "A place on the panel on hydrogen at our yearly meeting.", ""),
    (7, 33, "content", "What we learned about teams across time zones, before we published it.", ""),
    (10, 28, "award nomination", "Put forward as Grid Operator of the Year.", ""),
    (9, 20, "content", "Our notes on buildings for laboratories, with the plans.", ""),
    (11, 15, "gift", "A fountain pen, for the call you took.", "35"),
];

/// Done for us without being asked: by whom, days ago, kind, what it was.
const ACTS: [(usize, i64, &str, &str); 2] = [
    (2, 27, "introduction", "Brought us together with the head of operations of a supplier."),
    (7, 18, "referral", "Told a peer at another company about the week, and wrote to us both."),
];

/// Something a customer accomplished, and how far we are with celebrating it.
struct Story {
    /// Whose: the place of their company in the list.
    of: usize,
    /// The company's as a whole, not one person's.
    of_company: bool,
    kind: &'static str,
    title: &'static str,
    outlet: &'static str,
    url: &'static str,
    /// So many days ago it happened, was reported and verified.
    days: i64,
    /// The editor writes it and the writer looks at it, not the other way round.
    by_editor: bool,
    /// The day it is to be seen, from today on.
    seen: Option<i64>,
    /// The day it is due, from today on, where that is not the usual one.
    due: Option<i64>,
    shows: &'static [&'static str],
    /// Channel, language and words, in which `{name}` and `{company}` stand for theirs.
    wordings: &'static [(&'static str, &'static str, &'static str)],
    /// What the picture of the first wording shows; nothing is no picture.
    picture: &'static str,
    state: State,
    /// Hours since its last step.
    hours: i64,
    /// What the customer said with theirs.
    said: &'static str,
    /// Impressions, clicks, reactions, comments and value on each channel, in the order of the channels.
    results: &'static [[&'static str; 5]],
}

/// A person's, in writing.
const PLAIN: Story = Story {
    of: 0,
    of_company: false,
    kind: "award",
    title: "",
    outlet: "",
    url: "",
    days: 1,
    by_editor: false,
    seen: None,
    due: None,
    shows: &["person:name", "company:company name"],
    wordings: &[],
    picture: "",
    state: State::Draft,
    hours: 0,
    said: "",
    results: &[],
};

/// Of every column of the board, the oldest first.
const STORIES: &[Story] = &[
    Story {
        of: 9,
        kind: "promotion",
        title: "Appointed to the Laboratory Buildings Council",
        outlet: "Laboratory Buildings Council",
        url: "https://councils.example/laboratory-buildings/members",
        days: 20,
        seen: Some(-14),
        wordings: &[("linkedin", "en", "{name} of {company} joins the Laboratory Buildings Council. Congratulations from all of us.")],
        state: State::Rejected,
        hours: 400,
        said: "Thank you, and I would rather leave this one to the Council.",
        ..PLAIN
    },
    Story {
        of: 6,
        kind: "speaking",
        title: "How a plant of 1,200 learned to stop the line",
        outlet: "Lean Forum Gothenburg",
        url: "https://leanforum.example/gothenburg/stop-the-line",
        days: 16,
        seen: Some(-13),
        shows: &["person:name", "person:title", "company:company name"],
        wordings: &[
            (
                "blog",
                "en",
                "At the Lean Forum in Gothenburg {name} of {company} told how 1,200 people learned to stop the line.\n\nIt took a year. In the first month nobody pulled the cord; in the sixth it was pulled forty times a day, and nobody was asked why first. What they found was rarely what they had looked for.\n\nThe recording is on the forum’s page. It is worth your forty minutes.",
            ),
            (
                "linkedin",
                "en",
                "How do 1,200 people learn to stop the line? {name} of {company} told it at the Lean Forum in Gothenburg, and we sat in the third row and took notes. The recording is out.",
            ),
        ],
        state: State::Measured,
        hours: 313,
        results: &[["1840", "312", "41", "6", "900"], ["12400", "530", "286", "31", "2100"]],
        ..PLAIN
    },
    Story {
        of: 4,
        kind: "publication",
        title: "In praise of deciding late",
        outlet: "The Operations Review",
        url: "https://review.example/essays/deciding-late",
        days: 12,
        due: Some(-2),
        shows: &[],
        ..PLAIN
    },
    Story {
        of: 10,
        title: "Grid Operator of the Year",
        outlet: "European Utility Awards",
        url: "https://utilityawards.example/winners/grid-operator",
        days: 8,
        seen: Some(-6),
        shows: &["person:name", "company:company name", "company:logo"],
        wordings: &[
            (
                "newsletter",
                "en",
                "Grid Operator of the Year\n\nThe prize goes to the team of {name} at {company}, for a forecast that a whole region plans its day by. We put them forward, and are as glad as they are.",
            ),
            (
                "linkedin",
                "en",
                "Grid Operator of the Year: {name} and the team at {company}. A forecast that a whole region plans its day by, built by people who answer the telephone themselves. Congratulations.",
            ),
        ],
        state: State::Published,
        hours: 145,
        results: &[["2150", "190", "0", "0", "600"]],
        ..PLAIN
    },
    Story {
        of: 6,
        of_company: true,
        kind: "milestone",
        title: "Thirty years of the apprentice school",
        outlet: "Skills Weekly",
        url: "https://skills.example/thirty-years-of-a-school",
        days: 7,
        seen: Some(6),
        shows: &["company:company name", "company:logo"],
        wordings: &[(
            "linkedin",
            "en",
            "Thirty years, four thousand apprentices and a waiting list: the school of {company} has taught whole families. Happy birthday.",
        )],
        state: State::OnHold,
        hours: 28,
        said: "Please wait until our own news is out. I let it go on from here.",
        ..PLAIN
    },
    Story {
        of: 2,
        title: "Supply Chain Team of the Year",
        outlet: "Logistics Guild",
        url: "https://guild.example/awards/supply-chain-team",
        days: 5,
        seen: Some(6),
        shows: &["person:name", "person:title", "company:company name"],
        wordings: &[(
            "linkedin",
            "en",
            "Supply Chain Team of the Year: {name} and colleagues at {company}, who kept their promises through a closed port and two strikes.",
        )],
        state: State::ChangesRequested,
        hours: 5,
        said: "Please leave out the strikes. “Who kept their promises through a difficult year” says it.",
        ..PLAIN
    },
    Story {
        of: 6,
        title: "Safety Culture Award",
        outlet: "Guild of Safe Work",
        url: "https://safework.example/awards/safety-culture",
        days: 5,
        seen: Some(1),
        due: Some(0),
        shows: &["person:name", "person:title", "company:company name"],
        wordings: &[
            (
                "linkedin",
                "en",
                "The Safety Culture Award goes to {name} and the night shift at {company}: two years in which everybody went home as they came.",
            ),
            (
                "linkedin",
                "de",
                "Der Preis für Sicherheitskultur geht an {name} und die Nachtschicht bei {company}: zwei Jahre, in denen alle so nach Hause gingen, wie sie kamen.",
            ),
        ],
        ..PLAIN
    },
    Story {
        of: 3,
        kind: "publication",
        title: "Maintenance before failure: a field report",
        outlet: "Journal of Plant Practice",
        url: "https://plantpractice.example/field-reports/maintenance",
        days: 4,
        seen: Some(3),
        shows: &["person:name", "company:company name"],
        wordings: &[
            (
                "linkedin",
                "en",
                "What does a pump sound like a week before it fails? {name} of {company} wrote down what their crews hear, and when to believe it.",
            ),
            (
                "linkedin",
                "de",
                "Wie klingt eine Pumpe eine Woche, bevor sie ausfällt? {name} von {company} hat aufgeschrieben, was die Leute im Feld hören, und wann man ihnen glaubt.",
            ),
            ("x", "en", "What does a pump sound like a week before it fails? {name} of {company} wrote it down:"),
        ],
        state: State::Scheduled,
        hours: 5,
        ..PLAIN
    },
    Story {
        of: 8,
        kind: "milestone",
        title: "The first year of hydrogen at the plant",
        outlet: "Chemistry Week",
        url: "https://chemistryweek.example/a-year-of-hydrogen",
        days: 3,
        seen: Some(5),
        wordings: &[(
            "linkedin",
            "en",
            "A year of hydrogen at the plant: {name} of {company} keeps a list of what they would do differently, and shares it.",
        )],
        state: State::Approved,
        hours: 3,
        ..PLAIN
    },
    Story {
        of: 10,
        kind: "promotion",
        title: "Elected to the board of the Grid Forum",
        outlet: "Grid Forum",
        url: "https://gridforum.example/board",
        days: 3,
        by_editor: true,
        seen: Some(7),
        shows: &["person:name", "person:title", "company:company name"],
        wordings: &[("linkedin", "en", "{name} of {company} joins the board of the Grid Forum. We know few people who listen as well.")],
        state: State::ApprovedInternally,
        hours: 2,
        ..PLAIN
    },
    Story {
        of: 0,
        kind: "media quote",
        title: "Three questions on pricing experiments",
        outlet: "Decision Makers Podcast",
        url: "https://decisionmakers.example/episodes/pricing-experiments",
        days: 3,
        seen: Some(7),
        shows: &["person:name", "person:quote", "company:company name"],
        wordings: &[(
            "linkedin",
            "en",
            "“We were wrong in nine experiments of ten, and the tenth paid for them all.” {name} of {company}, in three questions and as many answers.",
        )],
        ..PLAIN
    },
    Story {
        of: 5,
        title: "Hospital Logistics Prize",
        outlet: "Nordic Health Forum",
        url: "https://nordichealth.example/prizes/hospital-logistics",
        days: 2,
        seen: Some(4),
        shows: &["person:name", "person:title", "company:company name"],
        wordings: &[
            (
                "linkedin",
                "en",
                "The Hospital Logistics Prize of the Nordic Health Forum goes to {name} and the stores team at {company}: every box with its label, every label read by a person, and no ward without what it needs. Congratulations.",
            ),
            ("x", "en", "The Hospital Logistics Prize goes to {name} and the stores team at {company}. Congratulations."),
        ],
        picture: "Shelves of a hospital store, every box with its label",
        state: State::WithCustomer,
        hours: 1,
        ..PLAIN
    },
    Story {
        of: 1,
        kind: "speaking",
        title: "What trust costs, and what it saves",
        outlet: "Service Summit Lisbon",
        url: "https://servicesummit.example/lisbon/keynotes/trust",
        days: 2,
        seen: Some(3),
        wordings: &[(
            "linkedin",
            "en",
            "What does trust between strangers cost, and what does it save? {name} of {company} did the sum on a stage in Lisbon.",
        )],
        state: State::InReview,
        hours: 4,
        ..PLAIN
    },
    Story {
        of: 11,
        kind: "media quote",
        title: "What a promise to a million callers is worth",
        outlet: "The Operations Review",
        url: "https://review.example/interviews/a-promise-to-callers",
        days: 2,
        seen: Some(0),
        shows: &["person:name", "company:company name"],
        wordings: &[
            (
                "linkedin",
                "en",
                "The Operations Review asked {name} of {company} what a promise to a million callers is worth, and got an answer with a figure in it.",
            ),
            ("x", "en", "What is a promise to a million callers worth? {name} of {company} has a figure:"),
        ],
        state: State::Published,
        ..PLAIN
    },
    Story {
        of: 3,
        kind: "speaking",
        title: "Panel: what a field crew knows first",
        outlet: "Energy Operations Day",
        url: "https://energyoperations.example/panels/field-crew",
        days: 1,
        by_editor: true,
        seen: Some(4),
        wordings: &[("linkedin", "en", "What does a field crew know before anybody else? {name} of {company} asked one, on a panel.")],
        state: State::InReview,
        hours: 6,
        ..PLAIN
    },
];

/// The acts that lead a task from a draft to a state, but for publishing.
const fn way_to(state: State) -> &'static [Act] {
    match state {
        State::Draft | State::Withdrawn | State::Failed => &[],
        State::InReview => &[Act::Submit],
        State::ApprovedInternally => &[Act::Submit, Act::Approve],
        State::WithCustomer => &[Act::Submit, Act::Approve, Act::Send],
        State::ChangesRequested => &[Act::Submit, Act::Approve, Act::Send, Act::CustomerSuggest],
        State::OnHold => &[Act::Submit, Act::Approve, Act::Send, Act::CustomerHold],
        State::Rejected => &[Act::Submit, Act::Approve, Act::Send, Act::CustomerDecline],
        State::Approved => &[Act::Submit, Act::Approve, Act::Send, Act::CustomerApprove],
        State::Scheduled | State::Published | State::Measured => {
            &[Act::Submit, Act::Approve, Act::Send, Act::CustomerApprove, Act::Schedule]
        }
    }
}

/// The colleagues who do it.
#[derive(Clone, Copy)]
pub(super) struct Hands {
    /// Runs the program.
    pub manager: i64,
    /// Of marketing: writes.
    pub writer: i64,
    /// Of marketing: looks at what the writer wrote, and writes now and then.
    pub editor: i64,
}

/// That a made-up customer entered the code of a mail that is not sent.
fn with_code(at: DateTime<Utc>) -> Option<Proved> {
    prove(Some(SentCode { until: code_until(at), tries: 0, used: false }), true, at).ok()
}

/// What nobody could know otherwise.
pub(super) struct Tokens {
    /// Of a customer who is asked to approve something.
    pub approval: String,
    /// Of the page of somebody who was asked for something.
    pub own_page: String,
    /// Of the writer's calendar of what is due.
    pub due_feed: String,
}

/// Fills it in. `alumni` are those who came to the first cohort, one of a company; `quiet` is the address of somebody who
/// has accepted the next one.
pub(super) async fn fill(
    db: &Db,
    now: DateTime<Utc>,
    hands: Hands,
    companies: &[(i64, String)],
    alumni: Vec<Known>,
    quiet: &str,
) -> Done<Tokens> {
    let known = alumni.into_iter().map(|one| (one.company, one)).collect();
    let mut all = Advocacy { db, now, hands, companies, known };
    all.add().await?;
    all.keep_records().await?;
    all.allow_things().await?;
    all.give().await?;
    all.ask().await?;
    all.introduce().await?;
    for story in STORIES {
        all.tell(story).await?;
    }
    all.report().await?;
    all.watch().await?;
    all.refuse(quiet).await?;
    Ok(Tokens {
        approval: all.link_to(&all.of(5)?.email, |message| matches!(message, Message::ApprovalAsked { .. })).await?,
        own_page: all.link_to(&all.of(3)?.email, |message| matches!(message, Message::AskMade { .. })).await?,
        due_feed: due_feed::renew(db, now, hands.writer).await.map_err(text)?.ok_or("the writer is gone")?,
    })
}

struct Advocacy<'a> {
    db: &'a Db,
    now: DateTime<Utc>,
    hands: Hands,
    companies: &'a [(i64, String)],
    /// The advocate at each company, by its place in the list.
    known: BTreeMap<usize, Known>,
}

impl Advocacy<'_> {
    fn days_ago(&self, days: i64) -> DateTime<Utc> {
        self.now - TimeDelta::days(days)
    }

    fn hours_ago(&self, hours: i64) -> DateTime<Utc> {
        self.now - TimeDelta::hours(hours)
    }

    /// The day so many days from today on.
    fn day(&self, ahead: i64) -> NaiveDate {
        self.now.date_naive() + TimeDelta::days(ahead)
    }

    fn of(&self, company: usize) -> Done<&Known> {
        self.known.get(&company).ok_or_else(|| format!("nobody is known of company {company}"))
    }

    fn company(&self, place: usize) -> Done<&(i64, String)> {
        self.companies.get(place).ok_or_else(|| format!("there is no company {place}"))
    }

    /// The newest private link somebody got in such a mail.
    async fn link_to(&self, email: &str, wanted: fn(&Message) -> bool) -> Done<String> {
        let mails = store::outbox::unsent_to(self.db, email).await.map_err(text)?;
        let newest = mails.into_iter().rev().filter(|mail| wanted(&mail.message)).find_map(|mail| mail.secret?.link);
        newest.ok_or_else(|| format!("{email} got no link"))
    }

    // ---- who they are ----

    /// Advocates who were never invited.
    async fn add(&mut self) -> Done<()> {
        for (place, number, title) in NEVER_INVITED {
            let company = &self.company(place)?.1;
            let (name, email) = person(number, company);
            let new = NewPerson::parse(&name, &email, company, title).map_err(|_| format!("{email} is nobody"))?;
            let added = advocate::add(self.db, self.days_ago(116), Actor::Staff(self.hands.writer), &new).await.map_err(halted)?;
            self.known.insert(place, Known { person: added.person, name, email, company: place, invitation: None });
        }
        Ok(())
    }

    async fn keep_records(&self) -> Done<()> {
        for (place, (stage, topics, interests, languages, events)) in RECORDS.into_iter().enumerate() {
            let known = self.of(place)?;
            let slug = known.name.to_lowercase().replace(' ', "-");
            // They lead to nobody: no one has such a name there.
            let linkedin = format!("{slug}-is-made-up");
            let bluesky = if place % 2 == 0 { format!("{slug}.example") } else { String::new() };
            let website = if place % 3 == 0 { format!("https://{slug}.example") } else { String::new() };
            let typed = TypedAdvocate {
                stage,
                topics,
                interests,
                languages,
                events,
                linkedin: &linkedin,
                bluesky: &bluesky,
                website: &website,
                ..TypedAdvocate::default()
            };
            // Whoever was added has a record already.
            let revision = i32::from(known.invitation.is_none());
            let writer = Actor::Staff(self.hands.writer);
            advocate::save(self.db, self.days_ago(115), writer, known.person, revision, &typed).await.map_err(halted)?;
        }
        Ok(())
    }

    /// Those who came allow things by their invitation, and signatories what is their company's.
    async fn allow_things(&self) -> Done<()> {
        for (place, scopes) in CONSENTS {
            let invitation = self.of(place)?.invitation.ok_or("somebody was never invited")?;
            for scope in scopes {
                allow(self.db, self.days_ago(118), Giver::Invitation(invitation), *scope).await?;
            }
        }
        for (place, number) in SIGNATORIES {
            let (company, company_name) = self.company(place)?;
            let (name, email) = person(number, company_name);
            let signs = Signatory::parse(&name, "Head of brand", &email).map_err(|why| why.sentence())?;
            let writer = Actor::Staff(self.hands.writer);
            store::advocacy::signatory::save(self.db, self.days_ago(100), writer, *company, &signs).await.map_err(halted)?;
            let token = self.link_to(&email, |message| matches!(message, Message::SignatoryAsked { .. })).await?;
            for scope in [Scope::CompanyName, Scope::Logo] {
                allow(self.db, self.days_ago(99), Giver::Link(&token), scope).await?;
            }
        }
        Ok(())
    }

    // ---- what was given ----

    /// Gives and acts; one give did not stand.
    async fn give(&self) -> Done<()> {
        let writer = Actor::Staff(self.hands.writer);
        for (place, days, kind, note, value) in GIVES {
            self.record(place, days, kind, note, value).await?;
        }
        for (place, days, kind, note) in ACTS {
            let at = self.days_ago(days);
            let on = at.date_naive().to_string();
            let typed = TypedAct { person: self.of(place)?.person, company: 0, kind, on: &on, note };
            ledger::record_act(self.db, at, writer, &typed).await.map_err(halted)?;
        }
        let wrong = self.record(9, 12, "gift", "A model of the new building.", "80").await?;
        let marketing = Principal::Staff { id: self.hands.writer, roles: vec![Role::Marketing] };
        let reason = "It came back: the rules of their house allow no gifts.";
        ledger::correct(self.db, self.days_ago(8), &marketing, wrong, reason).await.map_err(halted)?;
        Ok(())
    }

    async fn record(&self, place: usize, days: i64, kind: &str, note: &str, value: &str) -> Done<i64> {
        let at = self.days_ago(days);
        let on = at.date_naive().to_string();
        let typed = TypedGive { person: self.of(place)?.person, company: 0, kind, on: &on, note, value };
        ledger::record_give(self.db, at, Actor::Staff(self.hands.writer), &typed).await.map_err(halted)
    }

    // ---- what was asked ----

    /// Asks in every state, the oldest first.
    async fn ask(&self) -> Done<()> {
        let Hands { manager, writer, editor } = self.hands;
        for (place, days, kind, wording, answer) in [
            (
                6,
                70,
                "speaking for us",
                "Would you tell our yearly meeting how your plant learned to stop the line? Twenty minutes, and we come to you if that is easier.",
                "With pleasure. I bring the cord.",
            ),
            (
                11,
                62,
                "reference call",
                "A company that thinks about coming would like to hear from somebody who came. Would you take a call of a quarter of an hour?",
                "Yes, in the last week of the month.",
            ),
        ] {
            let ask = self.asked(self.days_ago(days), writer, place, kind, wording).await?;
            self.answered(self.days_ago(days - 3), place, ask, true, answer).await?;
            let day = self.day(20 - days).to_string();
            self.step_ask(self.days_ago(days - 4), writer, ask, AskAct::Schedule, &day).await?;
            self.step_ask(self.days_ago(days - 20), writer, ask, AskAct::Complete, "").await?;
        }

        let wording = "What should we have asked you about the week, and did not? Three sentences would help us.";
        self.asked(self.days_ago(40), writer, 0, "feedback", wording).await?;
        ask::expire_due(self.db, self.days_ago(22)).await.map_err(text)?;

        let wording = "Would your planners try our table of weak signals for a month, and tell us where it is wrong?";
        let beta = self.asked(self.days_ago(30), editor, 2, "beta", wording).await?;
        self.answered(self.days_ago(26), 2, beta, false, "Not this quarter: my team is moving house. Please ask again.").await?;

        let wording = "We are choosing the questions of next year’s program. Would you sit with us for two mornings, and tell us what is not worth asking?";
        let board = self.asked(self.days_ago(20), manager, 10, "advisory board", wording).await?;
        self.answered(self.days_ago(17), 10, board, true, "Yes. Mornings are good.").await?;
        self.step_ask(self.days_ago(15), manager, board, AskAct::Schedule, &self.day(9).to_string()).await?;

        let wording =
            "May we write down your first year of hydrogen, with what went wrong in it? You read every word before anybody else does.";
        let case = self.asked(self.days_ago(9), writer, 8, "case study", wording).await?;
        self.answered(self.days_ago(1), 8, case, true, "If the list of mistakes stays in, yes.").await?;

        let wording = "Would you show twelve peers what your crews listen for, one morning at a site of your choice? We bring the people and the coffee.";
        self.asked(self.days_ago(2), writer, 3, "hosting", wording).await?;

        let wording = "May we quote one sentence of your talk in Stockholm, about labels that a person reads?";
        let quote = self.submitted(self.days_ago(2), writer, 5, "quote", wording).await?;
        self.step_ask(self.days_ago(1), editor, quote, AskAct::TakeUp, "").await?;

        let wording = "Would you write three lines about the paper on time zones, where others look for such things?";
        self.submitted(self.days_ago(1), writer, 7, "review", wording).await?;

        let wording = "Would you let twelve peers see a laboratory that was built to be rebuilt?";
        let draft = TypedDraft { person: self.of(9)?.person, kind: "hosting", wording };
        ask::save_draft(self.db, self.hours_ago(5), Actor::Staff(editor), 0, 0, &draft).await.map_err(halted)?;
        Ok(())
    }

    /// Written and submitted: it waits for another pair of eyes.
    async fn submitted(&self, at: DateTime<Utc>, by: i64, place: usize, kind: &str, wording: &str) -> Done<i64> {
        let (by, draft) = (Actor::Staff(by), TypedDraft { person: self.of(place)?.person, kind, wording });
        let ask = ask::save_draft(self.db, at, by, 0, 0, &draft).await.map_err(halted)?;
        ask::submit_draft(self.db, at, by, ask, 1, kind, wording).await.map_err(halted)?;
        Ok(ask)
    }

    /// It went out some hours later.
    async fn asked(&self, at: DateTime<Utc>, by: i64, place: usize, kind: &str, wording: &str) -> Done<i64> {
        let ask = self.submitted(at, by, place, kind, wording).await?;
        let other = if by == self.hands.editor { self.hands.writer } else { self.hands.editor };
        self.step_ask(at + TimeDelta::hours(3), other, ask, AskAct::TakeUp, "").await?;
        self.step_ask(at + TimeDelta::hours(4), other, ask, AskAct::Approve, "").await?;
        Ok(ask)
    }

    async fn step_ask(&self, at: DateTime<Utc>, by: i64, ask: i64, act: AskAct, day: &str) -> Done<()> {
        let stands = ask::get(self.db, ask).await.map_err(text)?.ok_or("an ask is gone")?;
        let typed = TypedStep { comment: "", day };
        ask::step(self.db, at, Actor::Staff(by), ask, stands.revision, act, &typed).await.map_err(halted)?;
        Ok(())
    }

    async fn answered(&self, at: DateTime<Utc>, place: usize, ask: i64, yes: bool, note: &str) -> Done<()> {
        let person = self.of(place)?.person;
        ask::answer(self.db, at, Actor::Person(person), person, ask, if yes { YesNo::Yes(with_code(at)) } else { YesNo::No }, note)
            .await
            .map_err(halted)?;
        Ok(())
    }

    /// Somebody is quiet, somebody set limits, and with somebody a problem is open: what would be asked of them is refused.
    async fn refuse(&self, quiet: &str) -> Done<()> {
        let Hands { manager, writer, .. } = self.hands;
        let busy = self.of(1)?;
        let invitation = busy.invitation.ok_or("somebody was never invited")?;
        let pause = self.day(30).to_string();
        let limits = TypedLimits {
            most_per_quarter: "1",
            never: vec!["speaking for us", "reference call"],
            pause_until: &pause,
            note: "We are moving three teams at once. I am glad to hear from you once that is done.",
        };
        own_limit::set(self.db, self.days_ago(10), Actor::Executive(invitation), busy.person, &limits).await.map_err(halted)?;
        let cross = self.of(4)?.person;
        let what = "Their name was misspelt on the badge of our last meeting, twice, and nobody wrote back when they said so.";
        problem::open(self.db, self.days_ago(6), Actor::Staff(writer), Subject::Person(cross), what).await.map_err(halted)?;

        let talk = "Would you give your talk from Lisbon once more, at our yearly meeting?";
        self.refused(self.hours_ago(3), writer, busy.person, "speaking for us", talk).await?;
        let peer = "Is there a peer at another company to whom the week would be of use?";
        self.refused(self.hours_ago(2), manager, cross, "referral", peer).await?;
        let quiet = person_of(self.db, self.now, quiet).await?;
        let words = "Would you write two sentences about why you come?";
        self.refused(self.now, writer, quiet, "testimonial", words).await
    }

    async fn refused(&self, at: DateTime<Utc>, by: i64, person: i64, kind: &str, wording: &str) -> Done<()> {
        match ask::submit(self.db, at, Actor::Staff(by), Source::Page, person, kind, wording).await {
            Err(Halt::Refused(AskRefusal::NotNow(_))) => Ok(()),
            Err(halt) => Err(halted(halt)),
            Ok(_) => Err(format!("“{kind}” was let through, and should not be")),
        }
    }

    // ---- who was introduced ----

    /// One introduction is made, one waits for the second yes.
    async fn introduce(&self) -> Done<()> {
        let learner = self.of(11)?.person;
        for (knows, topic, days, both) in [(5, "Scenario planning", 45, true), (6, "Safety culture", 1, false)] {
            let (writer, knower) = (Actor::Staff(self.hands.writer), self.of(knows)?.person);
            let at = self.days_ago(days);
            let offered = introduction::offer(self.db, at, writer, knower, learner, topic).await.map_err(halted)?;
            let (Offering::Offered(offered) | Offering::AlreadyOffered(offered)) = offered;
            for person in [knower, learner].into_iter().take(if both { 2 } else { 1 }) {
                let at = at + TimeDelta::hours(20);
                introduction::answer(self.db, at, Actor::Person(person), person, offered, YesNo::Yes(with_code(at)))
                    .await
                    .map_err(halted)?;
            }
        }
        Ok(())
    }

    // ---- what is celebrated ----

    /// Who writes a story, and who looks at it.
    fn hands_of(&self, story: &Story) -> (i64, i64) {
        let Hands { writer, editor, .. } = self.hands;
        if story.by_editor { (editor, writer) } else { (writer, editor) }
    }

    /// Who approves it for the customer: its signatory, where it is the company's.
    fn approver(&self, story: &Story) -> Done<(String, String)> {
        let known = self.of(story.of)?;
        if !story.of_company {
            return Ok((known.name.clone(), known.email.clone()));
        }
        let (_, number) = SIGNATORIES.into_iter().find(|(place, _)| *place == story.of).ok_or("nobody signs for it")?;
        Ok(person(number, &self.company(story.of)?.1))
    }

    async fn task(&self, at: DateTime<Utc>, id: i64) -> Done<Task> {
        amplification::task(self.db, at, id).await.map_err(text)?.ok_or_else(|| format!("task {id} is gone"))
    }

    /// From the news to where its task stands.
    async fn tell(&self, story: &Story) -> Done<()> {
        let verified_at = self.days_ago(story.days) + TimeDelta::hours(1);
        let (task, due) = self.verified(story, verified_at).await?;
        self.write(story, verified_at, task).await?;
        self.plan(story, verified_at, task, due).await?;
        self.take_on(story, task).await?;
        if matches!(story.state, State::Published | State::Measured) {
            self.publish(story, task).await?;
        }
        Ok(())
    }

    /// Answers its task, and the day that one is due.
    async fn verified(&self, story: &Story, at: DateTime<Utc>) -> Done<(i64, NaiveDate)> {
        let (known, company) = (self.of(story.of)?, &self.company(story.of)?.1);
        let (email, company) = if story.of_company { ("", company.as_str()) } else { (known.email.as_str(), "") };
        let happened = self.days_ago(story.days);
        let day = happened.date_naive().to_string();
        let Story { kind, title, outlet, url, .. } = *story;
        let typed = TypedAchievement { kind, email, company, title, outlet, url, day: &day, language: "en", evidence: "" };
        let by = Actor::Staff(self.hands_of(story).0);
        let reported = achievement::report(self.db, happened, by, &typed).await.map_err(halted)?.id();
        let verified = achievement::verify(self.db, at, by, reported, 1).await.map_err(halted)?;
        Ok((verified.task, verified.due))
    }

    async fn write(&self, story: &Story, at: DateTime<Utc>, task: i64) -> Done<()> {
        let by = Actor::Staff(self.hands_of(story).0);
        let (known, company) = (self.of(story.of)?, &self.company(story.of)?.1);
        let mut image = String::new();
        if !story.picture.is_empty() {
            let revision = self.task(at, task).await?.revision;
            let added = amplification::add_image(self.db, at, by, task, revision, PICTURE.to_vec()).await.map_err(halted)?;
            image = added.to_string();
        }
        for (index, (channel, language, body)) in story.wordings.iter().copied().enumerate() {
            let body = body.replace("{name}", &known.name).replace("{company}", company);
            let (image, image_alt) = if index == 0 { (image.as_str(), story.picture) } else { ("", "") };
            let typed = TypedWording { channel, language, body: &body, link: story.url, image, image_alt };
            let revision = self.task(at, task).await?.revision;
            amplification::save_wording(self.db, at, by, task, revision, &typed).await.map_err(halted)?;
        }
        Ok(())
    }

    async fn plan(&self, story: &Story, at: DateTime<Utc>, task: i64, due: NaiveDate) -> Done<()> {
        let by = self.hands_of(story).0;
        let (approver_name, approver_email) = self.approver(story)?;
        let (owner, due_day) = (by.to_string(), story.due.map_or(due, |ahead| self.day(ahead)).to_string());
        let planned_for = story.seen.map_or_else(String::new, |ahead| self.day(ahead).to_string());
        let typed = TypedTask {
            owner: &owner,
            due_day: &due_day,
            planned_for: &planned_for,
            approver_name: &approver_name,
            approver_email: &approver_email,
            shows: story.shows.to_vec(),
            ..TypedTask::default()
        };
        let revision = self.task(at, task).await?.revision;
        amplification::save_plan(self.db, at, Actor::Staff(by), task, revision, &typed).await.map_err(halted)
    }

    /// Every step until it stands where the story says, two hours after each other, the last one its hours ago.
    async fn take_on(&self, story: &Story, task: i64) -> Done<()> {
        let (by, other) = self.hands_of(story);
        let (_, email) = self.approver(story)?;
        let way = way_to(story.state);
        let mut at = self.hours_ago(story.hours + 2 * way.len() as i64);
        for act in way {
            at += TimeDelta::hours(2);
            if act.is_customers() {
                let token = self.link_to(&email, |message| matches!(message, Message::ApprovalAsked { .. })).await?;
                let page = amplification::for_approval(self.db, at, &token).await.map_err(text)?.ok_or("the link opens nothing")?;
                amplification::answer(self.db, at, &token, &page.hash, *act, story.said, with_code(at)).await.map_err(halted)?;
            } else {
                let staff = Actor::Staff(if *act == Act::Approve { other } else { by });
                let revision = self.task(at, task).await?.revision;
                amplification::step(self.db, at, staff, task, revision, *act, "").await.map_err(halted)?;
            }
        }
        Ok(())
    }

    /// Public on every channel on the day that was approved, and counted yesterday as far as the story goes.
    async fn publish(&self, story: &Story, task: i64) -> Done<()> {
        let by = Actor::Staff(self.hands_of(story).0);
        let at = self.now + TimeDelta::days(story.seen.ok_or("a story without a day is not public")?);
        for (index, wording) in self.task(at, task).await?.wordings.into_iter().enumerate() {
            let publication = wording.publication.ok_or("nothing is planned")?.id;
            let url = format!("https://www.host.example/{}/{}-{task}", wording.channel, wording.language);
            amplification::publish(self.db, at, by, publication, &url, at).await.map_err(halted)?;
            if let Some([impressions, clicks, reactions, comments, value]) = story.results.get(index).copied() {
                let typed = TypedResult { impressions, clicks, reactions, comments, value, ..TypedResult::default() };
                result::save(self.db, self.days_ago(1), by, publication, &typed).await.map_err(halted)?;
            }
        }
        Ok(())
    }

    /// Reported and not verified: one that may be the same as another, one that was somebody else, one of yesterday.
    async fn report(&self) -> Done<()> {
        let Hands { manager, editor, .. } = self.hands;
        let (namesake, late) = (self.of(4)?, self.of(7)?);
        let title = format!("{} on a late equaliser", namesake.name);
        let reports = [
            (
                9,
                9,
                "media quote",
                namesake.email.as_str(),
                "",
                title.as_str(),
                "Sunday Sport",
                "https://sundaysport.example/a-late-equaliser",
            ),
            (
                15,
                2,
                "speaking",
                "",
                self.company(6)?.1.as_str(),
                "A plant of 1,200 learned to stop the line",
                "Plant Weekly",
                "https://plantweekly.example/stop-the-line",
            ),
            (
                1,
                1,
                "publication",
                late.email.as_str(),
                "",
                "Teams that never meet: a field report",
                "Journal of Plant Practice",
                "https://plantpractice.example/field-reports/teams-that-never-meet",
            ),
        ];
        for (happened, reported, kind, email, company, title, outlet, url) in reports {
            let (at, day) = (self.days_ago(reported), self.day(-happened).to_string());
            let typed = TypedAchievement { kind, email, company, title, outlet, url, day: &day, language: "en", evidence: "" };
            let id = achievement::report(self.db, at, Actor::Staff(manager), &typed).await.map_err(halted)?.id();
            if email == namesake.email {
                let reason = "This is a footballer of the same name.";
                achievement::reject(self.db, self.days_ago(8), Actor::Staff(editor), id, 1, reason, "").await.map_err(halted)?;
            }
        }
        Ok(())
    }

    /// Names that are looked for, and two feeds that were read once: nobody reaches such addresses, so they are paused.
    async fn watch(&self) -> Done<()> {
        let editor = Actor::Staff(self.hands.editor);
        for place in [6, 10, 11] {
            let known = self.of(place)?;
            watched_feed::watch(self.db, self.days_ago(21), editor, &known.name, &known.email, "").await.map_err(halted)?;
        }
        for place in [3, 8] {
            let company = &self.company(place)?.1;
            watched_feed::watch(self.db, self.days_ago(21), editor, company, "", company).await.map_err(halted)?;
        }
        let interview = format!("{} on what a grid forecasts wrong", self.of(10)?.name);
        let visit = format!("{} opens its training yard to the neighbours", self.company(8)?.1);
        for (address, title, said, summary) in [
            (
                "https://press.example/feed.xml",
                "Plant and Grid Weekly",
                interview,
                "Every forecast is wrong somewhere, she says, and the somewhere is worth a map. An interview.",
            ),
            (
                "https://review.example/rss",
                "The Operations Review",
                visit,
                "On Saturdays the pumps are switched off and the school next door comes in. A visit.",
            ),
        ] {
            let (at, read) = (self.days_ago(20), self.days_ago(1));
            let (Adding::Added(feed) | Adding::Already(feed)) = watched_feed::add(self.db, at, editor, address).await.map_err(halted)?;
            let slug = said.to_lowercase().replace(' ', "-");
            let entry = Entry {
                guid: slug.clone(),
                url: format!("{}/{slug}", address.rsplit_once('/').map_or(address, |(site, _)| site)),
                title: said,
                summary: summary.to_owned(),
                published_on: self.day(-2),
            };
            let fetched = Fetched { title: title.to_owned(), entries: vec![entry], ..Fetched::default() };
            watched_feed::keep(self.db, read, feed, Outcome::Fetched(fetched)).await.map_err(text)?;
            watched_feed::step(self.db, read, editor, feed, FeedAct::Pause).await.map_err(halted)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::advocacy::board::{Column, column};
    use domain::advocacy::consent::Channel;
    use domain::advocacy::wording::{length, most};

    use super::*;

    #[test]
    fn every_wording_fits_its_channel_whoever_it_is_about() {
        for story in STORIES {
            for (channel, _, body) in story.wordings {
                let channel = Channel::parse(channel).unwrap();
                let body = body.replace("{name}", "Somebody with a Long Name").replace("{company}", "Alexandria Real Estate Equities");
                assert!(length(channel, &body, story.url) <= most(channel), "{}", story.title);
            }
        }
    }

    /// Whom the words name, that is shown, and somebody may give it: the demo models no breach.
    #[test]
    fn whoever_is_named_is_shown() {
        for story in STORIES {
            let says = |what: &str| story.wordings.iter().any(|(_, _, body)| body.contains(what));
            assert!(!says("{name}") || story.shows.contains(&"person:name"), "{}", story.title);
            assert!(!says("{company}") || story.shows.contains(&"company:company name"), "{}", story.title);
            // The last company's signatory is made with the cohort that is to come.
            let signed = story.of == 11 || SIGNATORIES.iter().any(|(place, _)| *place == story.of);
            assert!(!says("{company}") || signed, "{}: nobody signs for it", story.title);
        }
    }

    #[test]
    fn a_task_stands_in_every_column() {
        let columns: BTreeSet<Column> = STORIES.iter().filter_map(|story| column(story.state, None)).collect();
        assert_eq!(columns.len(), Column::ALL.len());
    }
}
