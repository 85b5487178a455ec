//! The ledger: what was given to customers and what they did for us, side by side.
//!
//! It is appended to and never changed: a correction is an entry against another one, and the two come to nothing. Totals
//! are derived. What is only planned is no entry, and so counts nothing. Each thing is entered once: see [`Source`].
//!
//! A seat in a cohort is a give, and tells that somebody attended, which is confidential. The decision whether something
//! may be asked counts it; marketing is neither shown it nor told a total with it in, unless the person allows their
//! attendance to be said inside the host firm: see [`shows_seats`]. Left out: storing (`store::advocacy::ledger`).

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};

use crate::access::{Principal, Role};
use crate::advocacy::ask::AskKind;
use crate::advocacy::consent::Standing;
use crate::contact;
use crate::refusal::{FieldRefusal, FieldRefusals, Refusal};
use crate::time;

crate::text_enum! {
    /// The two sides.
    pub enum Side {
        /// Something the customer got.
        Give = "give",
        /// Something the customer did for us.
        Act = "act",
    }
}

crate::text_enum! {
    /// What a customer can be given. What they can do for us is [`AskKind`].
    pub enum GiveKind {
        Amplification = "amplification published",
        Seat = "seat",
        Introduction = "introduction made",
        AwardNomination = "award nomination",
        SpeakingSlot = "speaking slot",
        Content = "content",
        Gift = "gift",
    }
}

impl GiveKind {
    /// Those that are entered by hand. The others are entered by what makes them, and by nothing else.
    pub const BY_HAND: [Self; 4] = [Self::AwardNomination, Self::SpeakingSlot, Self::Content, Self::Gift];

    /// Why it is not entered by hand, and what to do; `None` when it is.
    #[must_use]
    pub const fn entered_by_itself(self) -> Option<&'static str> {
        match self {
            Self::Amplification => {
                Some("An amplification is entered by itself when its first publication goes live. Record the publication on its task.")
            }
            Self::Seat => Some("A seat is entered by itself once its cohort is over. Choose something else."),
            Self::Introduction => {
                Some("An introduction is entered by itself once both have said yes. Offer one on the introductions page.")
            }
            Self::AwardNomination | Self::SpeakingSlot | Self::Content | Self::Gift => None,
        }
    }

    /// What one of it weighs: a week of somebody's learning most, a present least.
    #[must_use]
    pub const fn weight(self) -> i32 {
        match self {
            Self::Seat => 5,
            Self::SpeakingSlot => 4,
            Self::Amplification | Self::Introduction | Self::AwardNomination => 3,
            Self::Content => 2,
            Self::Gift => 1,
        }
    }
}

/// What one act of a customer weighs: by the time it takes them, and by the name they put in.
const fn act_weight(kind: AskKind) -> i32 {
    match kind {
        AskKind::AdvisoryBoard | AskKind::CaseStudy => 5,
        AskKind::SpeakingForUs | AskKind::Hosting | AskKind::Referral => 4,
        AskKind::ReferenceCall | AskKind::Introduction | AskKind::Beta | AskKind::Content => 3,
        AskKind::Testimonial | AskKind::Quote | AskKind::Review => 2,
        AskKind::Feedback => 1,
    }
}

/// What one entry weighs. Something that is not known weighs least.
#[must_use]
pub fn weight(side: Side, kind: &str) -> i32 {
    match side {
        Side::Give => GiveKind::parse(kind).map_or(1, GiveKind::weight),
        Side::Act => AskKind::parse(kind).map_or(1, act_weight),
    }
}

/// What an entry stands for, written so that the same thing is always written the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A task, once its first publication is live.
    Amplification(i64),
    /// An ask that was completed.
    Ask(i64),
    /// A registration of a cohort that is over.
    Registration(i64),
    /// An introduction, and whose give it is.
    Introduction { introduction: i64, person: i64 },
    /// Somebody recorded it.
    Hand,
    /// It corrects the entry of this number.
    Against(i64),
    /// Nothing this program writes.
    Other,
}

impl Source {
    /// Reads a stored source. Entered again after it was taken back, it ends with `#2`, `#3`…
    #[must_use]
    pub fn read(stored: &str) -> Self {
        let first = stored.split('#').next().unwrap_or_default();
        let mut parts = first.split(':');
        let (kind, one, two) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
        let number = |part: Option<&str>| part.and_then(|part| part.parse::<i64>().ok());
        match (kind, number(one), number(two)) {
            ("hand", ..) => Self::Hand,
            ("amplification", Some(id), _) => Self::Amplification(id),
            ("ask", Some(id), _) => Self::Ask(id),
            ("registration", Some(id), _) => Self::Registration(id),
            ("introduction", Some(introduction), Some(person)) => Self::Introduction { introduction, person },
            ("against", Some(id), _) => Self::Against(id),
            _ => Self::Other,
        }
    }

    /// As it is stored when it is entered for the `time`-th time, from 1.
    #[must_use]
    pub fn again(source: &str, time: usize) -> String {
        if time <= 1 { source.to_owned() } else { format!("{source}#{time}") }
    }

    /// As the correction of an entry by a person is stored.
    #[must_use]
    pub fn against(entry: i64) -> String {
        format!("against:{entry}")
    }

    /// As it is stored that an entry was taken back because what it stands for is no more: taken down, for one.
    #[must_use]
    pub fn undone(entry: i64) -> String {
        format!("against:{entry}:undone")
    }

    /// Whether what this took back may be entered again, once it is so again. What a person corrected stays corrected.
    #[must_use]
    pub fn lets_enter_again(against: &str) -> bool {
        against.starts_with("against:") && against.ends_with(":undone")
    }
}

/// One entry, as far as totals need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    pub id: i64,
    pub side: Side,
    /// Below zero in a correction.
    pub weight: i32,
    /// The entry it corrects.
    pub against: Option<i64>,
}

/// What entries come to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    pub gives: u32,
    pub acts: u32,
    pub give_weight: i64,
    pub act_weight: i64,
}

/// Adds up what is live: an entry and the one against it come to nothing, in whatever order they stand.
#[must_use]
pub fn totals(entries: &[Entry]) -> Totals {
    let corrected: BTreeSet<i64> = entries.iter().filter_map(|entry| entry.against).collect();
    let mut totals = Totals::default();
    for entry in entries.iter().filter(|entry| entry.against.is_none() && !corrected.contains(&entry.id)) {
        let (count, weight) = match entry.side {
            Side::Give => (&mut totals.gives, &mut totals.give_weight),
            Side::Act => (&mut totals.acts, &mut totals.act_weight),
        };
        *count += 1;
        *weight += i64::from(entry.weight);
    }
    totals
}

impl Totals {
    /// The balance by weight: above zero we gave more than we got.
    #[must_use]
    pub const fn balance(&self) -> i64 {
        self.give_weight - self.act_weight
    }

    /// What it comes to and what follows, in a sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        let (given, done) = (self.give_weight, self.act_weight);
        match (self.gives, self.acts) {
            (0, 0) => "Nothing was given yet, and nothing done for us. The first thing is a give.".to_owned(),
            (0, _) => {
                format!("They did {} for us, weighing {done}, and were given nothing yet. The next thing is a give.", acts(self.acts))
            }
            _ if self.balance() > 0 => format!("We gave more than they did for us: {given} against {done}, by weight."),
            _ if self.balance() == 0 => format!("Even: {given} given and {done} done for us, by weight."),
            // Whether they may be asked is another rule: see [`crate::advocacy::ask::may_ask`].
            _ => format!(
                "They did more for us than we gave: {done} against {given}, by weight. A give would even it out; whether they may be asked goes by how many gives and asks there were, not by weight."
            ),
        }
    }
}

fn acts(count: u32) -> String {
    if count == 1 { "1 act".to_owned() } else { format!("{count} acts") }
}

/// What correcting an entry comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Correcting {
    /// An entry of this weight is written against it.
    Corrects { weight: i32 },
    /// It is corrected already.
    AlreadySo,
}

/// Whether an entry can be taken back. Twice is the same; a correction stands.
///
/// # Errors
/// It is a correction itself.
pub fn correct(entry: &Entry, corrected: bool) -> Result<Correcting, LedgerRefusal> {
    if entry.against.is_some() {
        Err(LedgerRefusal::OfACorrection)
    } else if corrected {
        Ok(Correcting::AlreadySo)
    } else {
        Ok(Correcting::Corrects { weight: -entry.weight })
    }
}

/// Whether a member of staff is shown that somebody had a seat: admins are; marketing only while the person allows
/// their attendance to be said inside the host firm.
#[must_use]
pub fn shows_seats(who: &Principal, attendance: Standing) -> bool {
    shows_every_seat(who) || (who.is(Role::Marketing) && attendance.is_live())
}

/// Whether a member of staff is shown every seat, whatever was allowed.
#[must_use]
pub fn shows_every_seat(who: &Principal) -> bool {
    who.is(Role::Admin)
}

/// Whether a gift stays within what one person may be given in a calendar year.
///
/// # Errors
/// A sentence for `value`: what is left.
pub fn gift(limit: u32, given: u32, value: u32, year: i32) -> Result<(), FieldRefusal> {
    let left = limit.saturating_sub(given);
    if value <= left {
        return Ok(());
    }
    let sentence = if left == 0 {
        format!("The most one person may be given in a year is {limit}, and nothing of it is left for {year}. Give something else.")
    } else {
        format!("The most one person may be given in a year is {limit}. For {year}, {left} is left: choose something smaller.")
    };
    Err(FieldRefusal::new("value", sentence))
}

/// A give as it was typed. The kinds that are entered by themselves are refused.
#[derive(Debug, Clone, Copy, Default)]
pub struct TypedGive<'a> {
    /// 0: the company's as a whole.
    pub person: i64,
    /// 0: the company the person is at.
    pub company: i64,
    pub kind: &'a str,
    /// The day.
    pub on: &'a str,
    /// What it was; the customer reads it.
    pub note: &'a str,
    /// Of a gift, in whole units of the host's currency.
    pub value: &'a str,
}

/// An act as it was typed: something they did without being asked.
#[derive(Debug, Clone, Copy, Default)]
pub struct TypedAct<'a> {
    pub person: i64,
    pub company: i64,
    pub kind: &'a str,
    pub on: &'a str,
    pub note: &'a str,
}

/// A give that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Give {
    pub kind: GiveKind,
    pub on: NaiveDate,
    pub note: String,
    /// 0 unless it is a gift.
    pub value: u32,
}

impl Give {
    /// # Errors
    /// Every field that needs another look.
    pub fn parse(typed: &TypedGive<'_>, today: NaiveDate) -> Result<Self, LedgerRefusal> {
        let mut wrong = FieldRefusals::default();
        let kind = GiveKind::parse(contact::one_line(typed.kind).to_lowercase().as_str());
        match kind.map(GiveKind::entered_by_itself) {
            None => wrong.refuse("kind", "Choose what was given."),
            Some(Some(why)) => wrong.refuse("kind", why),
            Some(None) => {}
        }
        let gift = kind == Some(GiveKind::Gift);
        if gift && typed.person == 0 {
            wrong.refuse("person", "A gift is somebody’s own. Choose who got it.");
        }
        let on = wrong.keep(day(typed.on, today));
        let note = wrong.keep(note(typed.note));
        let value = wrong.keep(value(typed.value, gift));
        match kind {
            Some(kind) => wrong.finish().map(|()| Self { kind, on, note, value }).map_err(LedgerRefusal::Fields),
            None => Err(LedgerRefusal::Fields(wrong.into())),
        }
    }
}

/// An act that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    pub kind: AskKind,
    pub on: NaiveDate,
    pub note: String,
}

impl Done {
    /// # Errors
    /// Every field that needs another look.
    pub fn parse(typed: &TypedAct<'_>, today: NaiveDate) -> Result<Self, LedgerRefusal> {
        let mut wrong = FieldRefusals::default();
        let kind = AskKind::parse(contact::one_line(typed.kind).to_lowercase().as_str());
        if kind.is_none() {
            wrong.refuse("kind", "Choose what they did.");
        }
        let on = wrong.keep(day(typed.on, today));
        let note = wrong.keep(note(typed.note));
        match kind {
            Some(kind) => wrong.finish().map(|()| Self { kind, on, note }).map_err(LedgerRefusal::Fields),
            None => Err(LedgerRefusal::Fields(wrong.into())),
        }
    }
}

/// The first day something can be recorded for: 1 January of the year before last. What is older weighs on no balance.
#[must_use]
pub fn earliest(today: NaiveDate) -> NaiveDate {
    NaiveDate::from_ymd_opt(today.year() - 2, 1, 1).unwrap_or(today)
}

/// What is planned counts nothing: no day to come.
fn day(typed: &str, today: NaiveDate) -> Result<NaiveDate, FieldRefusal> {
    match time::parse_date(typed) {
        Ok(day) if day < earliest(today) => Err(FieldRefusal::new(
            "on",
            format!("This is too long ago. The earliest day that can be recorded is {}.", time::words::date(earliest(today))),
        )),
        Ok(day) if day > today => {
            Err(FieldRefusal::new("on", "This day is to come, and what is planned counts nothing. Record it once it is done."))
        }
        Ok(day) => Ok(day),
        Err(why) => Err(FieldRefusal::new("on", why.sentence())),
    }
}

fn note(typed: &str) -> Result<String, FieldRefusal> {
    contact::required("note", typed, 300, "Say in a few words what it was: they read this on their own page.")
}

fn value(typed: &str, gift: bool) -> Result<u32, FieldRefusal> {
    let typed = typed.trim();
    match (gift, typed.parse::<u32>()) {
        (false, Ok(0)) => Ok(0),
        (false, _) if typed.is_empty() => Ok(0),
        (false, _) => Err(FieldRefusal::new("value", "Only a gift has a value. Leave this empty.")),
        (true, Ok(value)) if (1..=1_000_000).contains(&value) => Ok(value),
        (true, _) => Err(FieldRefusal::new("value", "Enter what the gift cost, as a whole number.")),
    }
}

/// Reads why an entry is taken back.
///
/// # Errors
/// A sentence for `reason`.
pub fn reason(typed: &str) -> Result<String, FieldRefusal> {
    contact::required("reason", typed, 300, "Say why it does not stand. The entry is kept with it.")
}

/// Why nothing was entered or corrected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LedgerRefusal {
    Fields(Vec<FieldRefusal>),
    /// There is no such person or company.
    Nobody,
    /// There is no such entry.
    Unknown,
    OfACorrection,
}

impl Refusal for LedgerRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Fields(_) => "fields",
            Self::Nobody => "nobody",
            Self::Unknown => "unknown",
            Self::OfACorrection => "of-a-correction",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Fields(_) => "Some of this needs another look.".into(),
            Self::Nobody => "Nobody like that is known here any more. Reload the page and choose again.".into(),
            Self::Unknown => "There is no such entry. Reload the page.".into(),
            Self::OfACorrection => "This is a correction, and corrections stand. Record what is right as a new entry.".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn every_kind_has_a_weight_and_those_by_hand_are_the_ones_without_a_source() {
        let gives: Vec<(&str, i32)> = GiveKind::ALL.iter().map(|kind| (kind.as_str(), weight(Side::Give, kind.as_str()))).collect();
        let expect = [
            ("amplification published", 3),
            ("seat", 5),
            ("introduction made", 3),
            ("award nomination", 3),
            ("speaking slot", 4),
            ("content", 2),
            ("gift", 1),
        ];
        assert_eq!(gives, expect);
        let acts: Vec<(&str, i32)> = AskKind::ALL.iter().map(|kind| (kind.as_str(), weight(Side::Act, kind.as_str()))).collect();
        let expect = [
            ("introduction", 3),
            ("referral", 4),
            ("review", 2),
            ("case study", 5),
            ("testimonial", 2),
            ("quote", 2),
            ("reference call", 3),
            ("speaking for us", 4),
            ("advisory board", 5),
            ("beta", 3),
            ("feedback", 1),
            ("content", 3),
            ("hosting", 4),
        ];
        assert_eq!(acts, expect);
        assert_eq!((weight(Side::Give, "a lunch"), weight(Side::Act, "seat")), (1, 1));
        let by_hand: Vec<GiveKind> = GiveKind::ALL.iter().copied().filter(|kind| kind.entered_by_itself().is_none()).collect();
        assert_eq!(by_hand, GiveKind::BY_HAND);
    }

    #[test]
    fn sources_read_back() {
        for (stored, expect) in [
            ("amplification:12", Source::Amplification(12)),
            ("amplification:12#3", Source::Amplification(12)),
            ("ask:7", Source::Ask(7)),
            ("registration:4", Source::Registration(4)),
            ("introduction:9:31", Source::Introduction { introduction: 9, person: 31 }),
            ("hand:9f0c", Source::Hand),
            ("against:5", Source::Against(5)),
            ("against:5:undone", Source::Against(5)),
            ("introduction:9", Source::Other),
            ("lunch:1", Source::Other),
            ("", Source::Other),
        ] {
            assert_eq!(Source::read(stored), expect, "{stored}");
        }
        assert_eq!((Source::again("ask:7", 1).as_str(), Source::again("ask:7", 2).as_str()), ("ask:7", "ask:7#2"));
        assert_eq!((Source::against(5).as_str(), Source::undone(5).as_str()), ("against:5", "against:5:undone"));
        assert!(Source::lets_enter_again(&Source::undone(5)) && !Source::lets_enter_again(&Source::against(5)));
    }

    #[test]
    fn a_correction_is_made_once_and_stands() {
        let entry = Entry { id: 1, side: Side::Give, weight: 3, against: None };
        assert_eq!(correct(&entry, false), Ok(Correcting::Corrects { weight: -3 }));
        assert_eq!(correct(&entry, true), Ok(Correcting::AlreadySo));
        let correction = Entry { id: 2, weight: -3, against: Some(1), ..entry };
        for corrected in [false, true] {
            assert_eq!(correct(&correction, corrected), Err(LedgerRefusal::OfACorrection));
        }
    }

    #[test]
    fn seats_are_shown_to_admins_and_with_a_consent_to_marketing() {
        let (live, never) = (Standing::Live { until: date("2027-12-31"), event: 1 }, Standing::Never);
        let withdrawn = Standing::Withdrawn { on: date("2027-01-01"), event: 1 };
        for (role, attendance, expect) in [
            (Role::Admin, never, true),
            (Role::Marketing, live, true),
            (Role::Marketing, never, false),
            (Role::Marketing, withdrawn, false),
            (Role::AccountManager, live, false),
            (Role::ProgramManager, live, false),
        ] {
            let who = Principal::Staff { id: 1, roles: vec![role] };
            assert_eq!(shows_seats(&who, attendance), expect, "{role}, {attendance:?}");
        }
        assert!(!shows_seats(&Principal::Anonymous, live));
    }

    #[test]
    fn a_gift_stays_within_the_year() {
        for (limit, given, value, left) in [
            (100, 0, 100, None),
            (100, 60, 40, None),
            (100, 60, 41, Some("40 is left")),
            (100, 120, 1, Some("nothing of it is left")),
            (0, 0, 1, Some("nothing of it is left")),
        ] {
            match (gift(limit, given, value, 2027), left) {
                (Ok(()), None) => {}
                (Err(why), Some(left)) => assert!(why.field == "value" && why.sentence.contains(left), "{why:?}"),
                (found, _) => panic!("{limit} {given} {value}: {found:?}"),
            }
        }
    }

    #[test]
    fn gives_and_acts_as_they_are_typed() {
        let today = date("2027-01-15");
        let sound = TypedGive { person: 3, company: 1, kind: "Speaking slot", on: "2027-01-15", note: " Opening talk ", value: "" };
        let expect = Give { kind: GiveKind::SpeakingSlot, on: today, note: "Opening talk".into(), value: 0 };
        assert_eq!(Give::parse(&sound, today), Ok(expect));
        let gift = TypedGive { kind: "gift", value: "40", ..sound };
        assert_eq!(Give::parse(&gift, today).map(|give| give.value), Ok(40));
        let fields = |typed: &TypedGive<'_>| match Give::parse(typed, today) {
            Err(LedgerRefusal::Fields(wrong)) => wrong.into_iter().map(|why| why.field).collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        };
        for (typed, expect) in [
            (TypedGive::default(), vec!["kind", "on", "note"]),
            (TypedGive { kind: "seat", ..sound }, vec!["kind"]),
            (TypedGive { kind: "amplification published", ..sound }, vec!["kind"]),
            (TypedGive { kind: "introduction made", ..sound }, vec!["kind"]),
            (TypedGive { on: "2027-01-16", ..sound }, vec!["on"]),
            (TypedGive { on: "2025-01-01", ..sound }, vec![]),
            (TypedGive { on: "2024-12-31", ..sound }, vec!["on"]),
            (TypedGive { on: "1990-05-01", ..sound }, vec!["on"]),
            (TypedGive { value: "5", ..sound }, vec!["value"]),
            (TypedGive { value: "0", ..sound }, vec![]),
            (TypedGive { value: "", ..gift }, vec!["value"]),
            (TypedGive { value: "0", ..gift }, vec!["value"]),
            (TypedGive { value: "1.5", ..gift }, vec!["value"]),
            (TypedGive { person: 0, ..gift }, vec!["person"]),
            (TypedGive { person: 0, ..sound }, vec![]),
        ] {
            if expect.is_empty() {
                assert!(Give::parse(&typed, today).is_ok(), "{typed:?}");
            } else {
                assert_eq!(fields(&typed), expect, "{typed:?}");
            }
        }
        let done = TypedAct { person: 3, company: 1, kind: "referral", on: "2026-12-01", note: "Named us to a peer" };
        let expect = Done { kind: AskKind::Referral, on: date("2026-12-01"), note: "Named us to a peer".into() };
        assert_eq!(Done::parse(&done, today), Ok(expect));
        let Err(LedgerRefusal::Fields(wrong)) = Done::parse(&TypedAct { kind: "gift", on: "2028-01-01", ..done }, today) else {
            panic!("read")
        };
        assert_eq!(wrong.into_iter().map(|why| why.field).collect::<Vec<_>>(), ["kind", "on"]);
    }

    #[test]
    fn the_balance_is_said_in_words() {
        let of = |gives, acts, give_weight, act_weight| Totals { gives, acts, give_weight, act_weight }.sentence();
        assert_eq!(of(0, 0, 0, 0), "Nothing was given yet, and nothing done for us. The first thing is a give.");
        assert_eq!(of(0, 1, 0, 4), "They did 1 act for us, weighing 4, and were given nothing yet. The next thing is a give.");
        assert_eq!(of(2, 1, 6, 4), "We gave more than they did for us: 6 against 4, by weight.");
        assert_eq!(of(1, 1, 4, 4), "Even: 4 given and 4 done for us, by weight.");
        assert_eq!(
            of(1, 2, 3, 8),
            "They did more for us than we gave: 8 against 3, by weight. A give would even it out; whether they may be asked goes by how many gives and asks there were, not by weight."
        );
    }

    fn sources() -> impl Strategy<Value = Vec<(bool, i32, bool)>> {
        proptest::collection::vec((any::<bool>(), 1..9, any::<bool>()), 0..30)
    }

    /// The entries of sources: whether it is a give, its weight, and whether it was taken back.
    fn entries(sources: &[(bool, i32, bool)]) -> Vec<Entry> {
        let mut entries = Vec::new();
        for (give, weight, taken_back) in sources {
            let id = entries.len() as i64 + 1;
            let side = if *give { Side::Give } else { Side::Act };
            entries.push(Entry { id, side, weight: *weight, against: None });
            if *taken_back {
                entries.push(Entry { id: id + 1, side, weight: -weight, against: Some(id) });
            }
        }
        entries
    }

    proptest! {
        /// The totals are the sum of the live sources, and of everything as it stands in the table.
        #[test]
        fn totals_are_the_sum_of_live_sources(sources in sources()) {
            let entries = entries(&sources);
            let found = totals(&entries);
            let of = |side: bool| {
                let live: Vec<i64> = sources.iter().filter(|one| one.0 == side && !one.2).map(|one| i64::from(one.1)).collect();
                (live.len() as u32, live.iter().sum::<i64>())
            };
            let ((gives, give_weight), (acts, act_weight)) = (of(true), of(false));
            prop_assert_eq!(found, Totals { gives, acts, give_weight, act_weight });
            let stored = |side| entries.iter().filter(|entry| entry.side == side).map(|entry| i64::from(entry.weight)).sum::<i64>();
            prop_assert_eq!((found.give_weight, found.act_weight), (stored(Side::Give), stored(Side::Act)));
        }

        #[test]
        fn their_order_does_not_matter(mut shuffled in sources().prop_map(|sources| entries(&sources)).prop_shuffle(), turn in 0_usize..30) {
            let expect = totals(&shuffled);
            let turns = if shuffled.is_empty() { 0 } else { turn % shuffled.len() };
            shuffled.rotate_left(turns);
            prop_assert_eq!(totals(&shuffled), expect);
            shuffled.sort_by_key(|entry| entry.id);
            prop_assert_eq!(totals(&shuffled), expect);
        }

        #[test]
        fn an_entry_and_the_one_against_it_come_to_nothing(sources in sources(), weight in 1..9) {
            let mut before = entries(&sources);
            let expect = totals(&before);
            let entry = Entry { id: 1_000, side: Side::Act, weight, against: None };
            let Ok(Correcting::Corrects { weight }) = correct(&entry, false) else { panic!("not corrected") };
            before.push(entry);
            before.push(Entry { id: 1_001, weight, against: Some(entry.id), ..entry });
            prop_assert_eq!(totals(&before), expect);
        }
    }
}
