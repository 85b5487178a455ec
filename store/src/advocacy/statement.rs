//! Everything one person may see of what was given, asked, allowed and shown, read in a constant number of queries.

use chrono::{DateTime, NaiveDate, Utc};
use domain::advocacy::consent::{Consents, Event, Subject, resolve};
use domain::advocacy::ledger::Side;
use domain::advocacy::own_limit::Limits;
use domain::advocacy::publication::State;
use domain::advocacy::statement::{
    Asked, ConsentLine, Document, Entry, FORMAT, Introduced, LimitsLine, Person, PublicationLine, act_words, allowed, give_words,
};
use sea_orm::FromQueryResult;

use crate::advocacy::ask::{self, AskedLine, OpenAsk};
use crate::advocacy::consent::{self, Shown};
use crate::advocacy::forgetting::{self, Standing};
use crate::advocacy::introduction::{self, MadeIntroduction, OpenIntroduction};
use crate::advocacy::ledger::{self, Line};
use crate::advocacy::{own_limit, own_page};
use crate::sql::{self, values};
use crate::{Db, Fault};

/// One person's page.
#[derive(Debug, Clone)]
pub struct Statement {
    /// Their row: whoever was merged into somebody else is that other one.
    pub id: i64,
    pub person: Person,
    pub open_asks: Vec<OpenAsk>,
    pub open_introductions: Vec<OpenIntroduction>,
    /// What counts of the ledger, the newest first.
    pub given: Vec<Line>,
    pub done: Vec<Line>,
    /// Only what reached them.
    pub asked: Vec<AskedLine>,
    pub introductions: Vec<MadeIntroduction>,
    pub events: Vec<Event>,
    pub consents: Consents,
    pub shown: Vec<Shown>,
    pub limits: Limits,
    pub forgetting: Standing,
}

/// Everything of one person. `None` when there is nobody of that number, or they are forgotten.
///
/// # Errors
/// The database.
pub async fn of(db: &Db, now: DateTime<Utc>, person: i64) -> Result<Option<Statement>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        name: String,
        title: String,
        company: String,
        email: String,
        language: String,
        zone: Option<String>,
    }
    let id = own_page::standing_for(db, person).await?;
    let row: Option<Row> = sql::one(
        db.read(),
        "SELECT p.name, p.title, c.name AS company, p.email, p.language, p.zone FROM person p JOIN company c ON c.id = p.company_id \
         WHERE p.id = $1 AND p.forgotten_at IS NULL",
        values![id],
    )
    .await?;
    let Some(row) = row else { return Ok(None) };
    let subject = Subject::Person(id);
    let events = consent::ledger(db, subject).await?;
    let lines = ledger::of_person(db, id).await?.into_iter().filter(Line::is_live);
    let (given, done) = lines.partition(|line| line.side == Side::Give);
    Ok(Some(Statement {
        id,
        person: Person {
            name: row.name,
            title: row.title,
            company: row.company,
            email: row.email,
            language: row.language,
            zone: row.zone.unwrap_or_default(),
        },
        open_asks: ask::open_for(db, id).await?,
        open_introductions: introduction::open_for(db, id).await?,
        given,
        done,
        asked: ask::all_for(db, id).await?,
        introductions: introduction::made_for(db, id).await?,
        consents: resolve(&events, now.date_naive()),
        events,
        shown: consent::shown(db, subject).await?,
        limits: own_limit::of(db, id).await?,
        forgetting: forgetting::standing(db, now, id).await?,
    }))
}

impl Statement {
    /// The same as a file of the host's, made on that day.
    #[must_use]
    pub fn document(&self, host: &str, made_on: NaiveDate) -> Document {
        let entry = |line: &Line, what: String| Entry { on: line.happened_on, kind: line.kind.clone(), what, note: line.note.clone() };
        Document {
            format: FORMAT,
            host: host.to_owned(),
            made_on,
            person: self.person.clone(),
            given: self.given.iter().map(|line| entry(line, give_words(&line.kind))).collect(),
            done: self.done.iter().map(|line| entry(line, act_words(&line.kind))).collect(),
            asked: self.asked.iter().map(asked).collect(),
            introductions: self.introductions.iter().map(introduced).collect(),
            allowed: allowed(&self.consents),
            consents: self.events.iter().rev().map(consented).collect(),
            publications: self.shown.iter().map(published).collect(),
            limits: LimitsLine::from(&self.limits),
            forgotten_by: self.forgetting.due,
        }
        .sorted()
    }
}

fn asked(line: &AskedLine) -> Asked {
    Asked {
        on: line.asked_at.date_naive(),
        kind: line.kind.to_string(),
        wording: line.wording.clone(),
        state: line.state.to_string(),
        answered_on: line.answered_at.map(|at| at.date_naive()),
        done_on: line.took_place.or_else(|| line.done_at.map(|at| at.date_naive())),
    }
}

fn introduced(line: &MadeIntroduction) -> Introduced {
    Introduced {
        on: line.introduced_at.date_naive(),
        topic: line.topic.clone(),
        with: line.with_name.clone(),
        title: line.with_title.clone(),
        company: line.with_company.clone(),
        email: line.with_email.clone(),
    }
}

fn consented(event: &Event) -> ConsentLine {
    ConsentLine {
        act: event.act.as_str(),
        scope: event.scope.as_str(),
        channels: event.channels.iter().map(|channel| channel.as_str()).collect(),
        from: event.from,
        until: event.until,
        text: event.scope.text(),
    }
}

fn published(one: &Shown) -> PublicationLine {
    PublicationLine {
        title: one.title.clone(),
        channel: one.channel.clone(),
        state: one.state.to_string(),
        on: one.published_at.map_or(one.planned_for, |at| at.date_naive()),
        url: if one.state == State::Live { one.url.clone() } else { String::new() },
        shows: one.scopes.clone(),
        taken_down_by: one.take_down.as_ref().filter(|task| task.done_at.is_none()).map(|task| task.due),
    }
}
