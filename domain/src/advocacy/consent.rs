//! Consent: what a person allows with their name, a company with its own; an append-only ledger, and what it comes to
//! on a day.
//!
//! Nothing is allowed until it was given, anything unrecognised grants nothing, and the latest event holds for each scope
//! on each channel. The day an event names is a UTC day; a consent ends with its last day. Left out: storing the events
//! (`store::advocacy::consent`), and what may be published with them (`advocacy::publication`).

use std::collections::BTreeMap;

use chrono::{Months, NaiveDate, TimeDelta};

use crate::conduct::conversation_rule::content_hash;
use crate::refusal::{FieldRefusal, Refusal};
use crate::time::{self, words};

crate::text_enum! {
    /// What may be shown or asked. The company's name and logo are the company's to give; all else is the person's.
    pub enum Scope {
        Name = "name",
        Title = "title",
        Photo = "photo",
        CompanyName = "company name",
        Logo = "logo",
        Quote = "quote",
        Video = "video",
        Recording = "recording",
        Attendance = "attendance",
        PeerIntroduction = "peer introduction",
        ReferenceCall = "reference call",
    }
}

/// The version of [`Scope::text`], raised whenever one of the texts changes.
pub const TEXT_VERSION: i32 = 1;

impl Scope {
    /// Whether it is a company's to give, by a signatory.
    #[must_use]
    pub const fn of_company(self) -> bool {
        matches!(self, Self::CompanyName | Self::Logo)
    }

    /// Whether it is given channel by channel. An introduction and a reference call are shown nowhere.
    #[must_use]
    pub const fn has_channels(self) -> bool {
        !matches!(self, Self::PeerIntroduction | Self::ReferenceCall)
    }

    /// Whether it is words or pictures, which nobody sees before the customer approved exactly these: only a task shows them.
    #[must_use]
    pub const fn needs_approval(self) -> bool {
        matches!(self, Self::Photo | Self::Quote | Self::Video | Self::Recording)
    }

    /// The sentence somebody agrees to, exactly as it is shown; kept with every event.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Name => "You may show my name outside the cohort.",
            Self::Title => "You may show my job title beside my name.",
            Self::Photo => "You may show a photo of me.",
            Self::CompanyName => "You may show our company’s name.",
            Self::Logo => "You may show our company’s logo, as we draw it.",
            Self::Quote => "You may quote a sentence of mine, word for word.",
            Self::Video => "You may show a video in which I am seen or heard.",
            Self::Recording => "You may play a recording of a session in which I am heard.",
            Self::Attendance => "You may say that I took part in a cohort.",
            Self::PeerIntroduction => {
                "You may propose an introduction between me and another participant; each of us says yes before anything is shared."
            }
            Self::ReferenceCall => "You may ask me to speak with another company about working with you; I answer each time.",
        }
    }

    /// The SHA-256 of the sentence.
    #[must_use]
    pub fn text_hash(self) -> String {
        content_hash(self.text())
    }

    /// What it is, to whom it belongs: `Your name`.
    #[must_use]
    pub const fn heading(self) -> &'static str {
        match self {
            Self::Name => "Your name",
            Self::Title => "Your job title",
            Self::Photo => "A photo of you",
            Self::CompanyName => "Your company’s name",
            Self::Logo => "Your company’s logo",
            Self::Quote => "A quote of yours",
            Self::Video => "A video of you",
            Self::Recording => "A recording of you",
            Self::Attendance => "That you took part",
            Self::PeerIntroduction => "Introductions to peers",
            Self::ReferenceCall => "Reference calls",
        }
    }

    /// What it is, said of somebody else: `a photo of them`.
    #[must_use]
    pub const fn of_them(self) -> &'static str {
        match self {
            Self::Name => "their name",
            Self::Title => "their job title",
            Self::Photo => "a photo of them",
            Self::CompanyName => "its name",
            Self::Logo => "its logo",
            Self::Quote => "a quote of theirs",
            Self::Video => "a video of them",
            Self::Recording => "a recording of them",
            Self::Attendance => "saying that they took part",
            Self::PeerIntroduction => "introductions to peers",
            Self::ReferenceCall => "reference calls",
        }
    }

    /// The scope as a part of an id or an address: `company-name`.
    #[must_use]
    pub fn key(self) -> String {
        self.as_str().replace(' ', "-")
    }

    /// Where it is given: each channel, or the one place without.
    #[must_use]
    pub fn places(self) -> Vec<Option<Channel>> {
        if self.has_channels() { Channel::ALL.iter().copied().map(Some).collect() } else { vec![None] }
    }
}

crate::text_enum! {
    /// Where something is shown.
    pub enum Channel {
        Internal = "internal",
        Blog = "blog",
        Newsletter = "newsletter",
        LinkedIn = "linkedin",
        X = "x",
        Press = "press",
        Awards = "awards",
    }
}

impl Channel {
    /// `LinkedIn page`
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Internal => "Intranet and internal mail",
            Self::Blog => "Blog",
            Self::Newsletter => "Newsletter",
            Self::LinkedIn => "LinkedIn page",
            Self::X => "X account",
            Self::Press => "Press",
            Self::Awards => "Award entries",
        }
    }

    /// `on the blog`
    #[must_use]
    pub const fn place(self) -> &'static str {
        match self {
            Self::Internal => "inside the host firm",
            Self::Blog => "on the blog",
            Self::Newsletter => "in the newsletter",
            Self::LinkedIn => "on LinkedIn",
            Self::X => "on X",
            Self::Press => "in the press",
            Self::Awards => "in award entries",
        }
    }
}

crate::text_enum! {
    /// Channels that are given in one tap.
    pub enum Group {
        Internal = "internal",
        Ours = "our channels",
        Earned = "press and awards",
    }
}

impl Group {
    /// The channels in it.
    #[must_use]
    pub const fn channels(self) -> &'static [Channel] {
        match self {
            Self::Internal => &[Channel::Internal],
            Self::Ours => &[Channel::Blog, Channel::Newsletter, Channel::LinkedIn, Channel::X],
            Self::Earned => &[Channel::Press, Channel::Awards],
        }
    }

    /// `Our own channels`, in the host's voice.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Internal => "Inside our firm",
            Self::Ours => "Our own channels",
            Self::Earned => "Press and awards",
        }
    }

    /// What is in it, in words.
    #[must_use]
    pub const fn hint(self) -> &'static str {
        match self {
            Self::Internal => "Intranet and internal mail.",
            Self::Ours => "Blog, newsletter, LinkedIn page and X account.",
            Self::Earned => "What we send to the press, and entries for awards.",
        }
    }
}

crate::text_enum! {
    /// What an event does.
    pub enum Act {
        Grant = "grant",
        Withdraw = "withdraw",
    }
}

/// Whose consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    Person(i64),
    Company(i64),
}

impl Subject {
    /// Whether the scope is theirs to give.
    #[must_use]
    pub const fn may_give(self, scope: Scope) -> bool {
        matches!(self, Self::Company(_)) == scope.of_company()
    }
}

/// One line of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Rises with every event.
    pub id: i64,
    pub act: Act,
    pub scope: Scope,
    /// What a grant gives; what a withdrawal takes back, where none is everything.
    pub channels: Vec<Channel>,
    pub from: NaiveDate,
    /// The last day.
    pub until: NaiveDate,
}

impl Event {
    /// Reads a stored line. `None` when its act or scope is not known: it grants nothing, and takes nothing back. A channel
    /// that is not known is left out; a withdrawal of such channels alone takes everything back, so that doubt never grants.
    #[must_use]
    pub fn read(id: i64, act: &str, scope: &str, channels: &str, from: NaiveDate, until: NaiveDate) -> Option<Self> {
        let channels = channels.split(',').filter_map(|word| Channel::parse(word.trim())).collect();
        Some(Self { id, act: Act::parse(act)?, scope: Scope::parse(scope)?, channels, from, until })
    }

    /// Whether it speaks of this scope on this channel.
    #[must_use]
    pub fn touches(&self, scope: Scope, channel: Option<Channel>) -> bool {
        self.scope == scope && self.places().contains(&channel)
    }

    fn places(&self) -> Vec<Option<Channel>> {
        let everywhere = self.act == Act::Withdraw && self.channels.is_empty();
        if everywhere || !self.scope.has_channels() { self.scope.places() } else { self.channels.iter().copied().map(Some).collect() }
    }

    fn standing(&self, on: NaiveDate) -> Standing {
        let event = self.id;
        match self.act {
            Act::Withdraw => Standing::Withdrawn { on: self.from, event },
            Act::Grant if on < self.from => Standing::NotYet { from: self.from, event },
            Act::Grant if on > self.until => Standing::Expired { on: self.until, event },
            Act::Grant => Standing::Live { until: self.until, event },
        }
    }
}

/// Channels as a row keeps them: `blog,newsletter`; empty is none.
#[must_use]
pub fn channel_words(channels: &[Channel]) -> String {
    channels.iter().map(|channel| channel.as_str()).collect::<Vec<_>>().join(",")
}

/// How one scope stands on one channel, and by which event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Standing {
    #[default]
    Never,
    NotYet {
        from: NaiveDate,
        event: i64,
    },
    /// Given, with its last day.
    Live {
        until: NaiveDate,
        event: i64,
    },
    /// It ended; `on` was its last day.
    Expired {
        on: NaiveDate,
        event: i64,
    },
    Withdrawn {
        on: NaiveDate,
        event: i64,
    },
}

impl Standing {
    /// Whether it is given today.
    #[must_use]
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Live { .. })
    }
}

/// Everything one subject allows on one day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Consents(BTreeMap<(Scope, Option<Channel>), Standing>);

impl Consents {
    /// How a scope stands on a channel; the channel is `None` for scopes without.
    #[must_use]
    pub fn standing(&self, scope: Scope, channel: Option<Channel>) -> Standing {
        self.0.get(&(scope, channel)).copied().unwrap_or_default()
    }

    /// Everything that is given, in the order of the scopes: its last day, and the event that gave it.
    pub fn live(&self) -> impl Iterator<Item = (Scope, Option<Channel>, NaiveDate, i64)> + '_ {
        self.0.iter().filter_map(|((scope, channel), standing)| match standing {
            Standing::Live { until, event } => Some((*scope, *channel, *until, *event)),
            _ => None,
        })
    }
}

/// What the ledger comes to on a day. Of the events that speak of a scope on a channel, the latest holds.
#[must_use]
pub fn resolve(events: &[Event], on: NaiveDate) -> Consents {
    let mut latest: BTreeMap<(Scope, Option<Channel>), &Event> = BTreeMap::new();
    for event in events {
        for place in event.places() {
            let known = latest.entry((event.scope, place)).or_insert(event);
            if known.id < event.id {
                *known = event;
            }
        }
    }
    Consents(latest.into_iter().map(|(place, event)| (place, event.standing(on))).collect())
}

/// What a person allows, in one line: `You allow your name on our own channels and a quote of yours on the blog; nothing
/// else.`
#[must_use]
pub fn in_short(consents: &Consents) -> String {
    let allowed: Vec<String> =
        Scope::ALL.iter().filter(|scope| !scope.of_company()).filter_map(|scope| allowed(consents, *scope)).collect();
    match allowed.as_slice() {
        [] => "You allow nothing at the moment.".to_owned(),
        [one] => format!("You allow {one}; nothing else."),
        [first @ .., last] => format!("You allow {} and {last}; nothing else.", first.join(", ")),
    }
}

/// A scope that is given, and where.
fn allowed(consents: &Consents, scope: Scope) -> Option<String> {
    let heading = scope.heading();
    let what = heading.chars().take(1).flat_map(char::to_lowercase).chain(heading.chars().skip(1)).collect::<String>();
    if !scope.has_channels() {
        return consents.standing(scope, None).is_live().then_some(what);
    }
    let live: Vec<Channel> = Channel::ALL.iter().copied().filter(|channel| consents.standing(scope, Some(*channel)).is_live()).collect();
    let place = match live.as_slice() {
        [] => return None,
        all if all.len() == Channel::ALL.len() => "everywhere",
        [one] => one.place(),
        some if some == Group::Ours.channels() => "on our own channels",
        some if some == Group::Earned.channels() => "in the press and in award entries",
        _ => "on some channels",
    };
    Some(format!("{what} {place}"))
}

/// A consent lasts so many months when nothing else is said, and at most so many.
pub const MONTHS: u32 = 12;
pub const MOST_MONTHS: u32 = 24;

/// The last day of a consent given on this day, when nothing else is said.
#[must_use]
pub fn usual_end(on: NaiveDate) -> NaiveDate {
    on.checked_add_months(Months::new(MONTHS)).unwrap_or(on)
}

/// The last day a consent given on this day can have.
#[must_use]
pub fn latest_end(on: NaiveDate) -> NaiveDate {
    on.checked_add_months(Months::new(MOST_MONTHS)).unwrap_or(on)
}

/// Days before its end at which somebody is told that a consent ends.
pub const NOTICE_DAYS: i64 = 14;

/// The last day whose ending consents are announced on this day.
#[must_use]
pub fn announced_until(on: NaiveDate) -> NaiveDate {
    on.checked_add_signed(TimeDelta::days(NOTICE_DAYS)).unwrap_or(on)
}

/// Whether its end is worth a mail: what was given within the time of the notice was given with its end in sight.
#[must_use]
pub fn is_announced(event: &Event) -> bool {
    announced_until(event.from) <= event.until
}

/// Reads the last day as it was typed; nothing typed is the usual end.
///
/// # Errors
/// A sentence for `until`: no date, past, or too far.
pub fn parse_end(typed: &str, today: NaiveDate) -> Result<NaiveDate, FieldRefusal> {
    if typed.trim().is_empty() {
        return Ok(usual_end(today));
    }
    let until = time::parse_date(typed).map_err(|why| FieldRefusal::new("until", why.sentence()))?;
    let latest = latest_end(today);
    if until < today {
        return Err(FieldRefusal::new("until", "This day is past. Choose today or a later day, or stop it."));
    }
    if until > latest {
        let sentence = format!("Choose a day until {}: after {MOST_MONTHS} months we ask you again.", words::day(latest));
        return Err(FieldRefusal::new("until", sentence));
    }
    Ok(until)
}

/// A consent as it was asked for: one tap on a group of channels, or boxes and a day.
#[derive(Debug, Clone, Default)]
pub struct Typed<'a> {
    pub scope: &'a str,
    pub group: &'a str,
    /// The boxes that were ticked.
    pub channels: Vec<&'a str>,
    pub until: &'a str,
    /// The hash of the sentence that was on the page.
    pub shown: &'a str,
    /// The boxes are the whole answer: what is not ticked is taken back.
    pub exactly: bool,
}

/// A consent somebody wants to give, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    pub scope: Scope,
    /// In the order of the channels; empty for a scope without, or when every box was left empty.
    pub channels: Vec<Channel>,
    pub until: NaiveDate,
    pub exactly: bool,
}

impl Wish {
    /// # Errors
    /// Something in it is not known, the sentence changed, or the day is none.
    pub fn parse(typed: &Typed<'_>, today: NaiveDate) -> Result<Self, ConsentRefusal> {
        let scope = Scope::parse(typed.scope).ok_or(ConsentRefusal::Unrecognised)?;
        if typed.shown != scope.text_hash() {
            return Err(ConsentRefusal::TextChanged);
        }
        let mut channels = Vec::new();
        if scope.has_channels() && typed.exactly {
            for word in &typed.channels {
                channels.push(Channel::parse(word).ok_or(ConsentRefusal::Unrecognised)?);
            }
            channels.sort_unstable();
            channels.dedup();
        } else if scope.has_channels() {
            channels.extend_from_slice(Group::parse(typed.group).ok_or(ConsentRefusal::Unrecognised)?.channels());
        }
        let until = parse_end(typed.until, today).map_err(ConsentRefusal::Until)?;
        Ok(Self { scope, channels, until, exactly: typed.exactly })
    }
}

/// What giving comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Giving {
    Changes {
        /// What is granted; `Some` of no channels for a scope without.
        grant: Option<Vec<Channel>>,
        /// What was given before and is taken back.
        stop: Vec<Channel>,
    },
    /// It stands exactly so already.
    AlreadySo,
}

/// Gives.
///
/// # Errors
/// It is not theirs to give, or nothing was chosen.
pub fn give(subject: Subject, wish: &Wish, consents: &Consents) -> Result<Giving, ConsentRefusal> {
    let scope = wish.scope;
    if !subject.may_give(scope) {
        return Err(ConsentRefusal::NotTheirs(scope));
    }
    let left_out = |channel: &Channel| {
        !wish.channels.contains(channel)
            && matches!(consents.standing(scope, Some(*channel)), Standing::Live { .. } | Standing::NotYet { .. })
    };
    let stop: Vec<Channel> =
        if wish.exactly && scope.has_channels() { Channel::ALL.iter().copied().filter(left_out).collect() } else { Vec::new() };
    let places: Vec<Option<Channel>> = if scope.has_channels() { wish.channels.iter().copied().map(Some).collect() } else { vec![None] };
    if places.is_empty() && stop.is_empty() {
        return Err(ConsentRefusal::NoChannel);
    }
    let stands = places.iter().all(|place| matches!(consents.standing(scope, *place), Standing::Live { until, .. } if until == wish.until));
    match (stands, stop.is_empty()) {
        (true, true) => Ok(Giving::AlreadySo),
        (true, false) => Ok(Giving::Changes { grant: None, stop }),
        (false, _) => Ok(Giving::Changes { grant: Some(wish.channels.clone()), stop }),
    }
}

/// Reads what is to be taken back: a scope, and one group of its channels or all of them.
///
/// # Errors
/// Something in it is not known.
pub fn parse_stop(scope: &str, group: &str) -> Result<(Scope, Vec<Channel>), ConsentRefusal> {
    let scope = Scope::parse(scope).ok_or(ConsentRefusal::Unrecognised)?;
    if group.is_empty() || !scope.has_channels() {
        return Ok((scope, Vec::new()));
    }
    let group = Group::parse(group).ok_or(ConsentRefusal::Unrecognised)?;
    Ok((scope, group.channels().to_vec()))
}

/// What taking back comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopping {
    Stops,
    /// Nothing of it is given, and nothing ever published with it could still be seen.
    AlreadySo,
}

/// Takes back, also what has ended by itself: what was published with it comes down.
///
/// # Errors
/// It is not theirs.
pub fn stop(subject: Subject, scope: Scope, channels: &[Channel], consents: &Consents) -> Result<Stopping, ConsentRefusal> {
    if !subject.may_give(scope) {
        return Err(ConsentRefusal::NotTheirs(scope));
    }
    let places = if channels.is_empty() { scope.places() } else { channels.iter().copied().map(Some).collect() };
    let over = |place: &Option<Channel>| matches!(consents.standing(scope, *place), Standing::Never | Standing::Withdrawn { .. });
    Ok(if places.iter().all(over) { Stopping::AlreadySo } else { Stopping::Stops })
}

/// Why a consent was not changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConsentRefusal {
    /// A scope, channel or group that is none.
    Unrecognised,
    /// The sentence on the page is not the one that holds now.
    TextChanged,
    /// The company's, asked of a person; or the other way round.
    NotTheirs(Scope),
    NoChannel,
    Until(FieldRefusal),
    /// The link, or the invitation, no longer opens this.
    LinkOver,
}

impl Refusal for ConsentRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Unrecognised => "unrecognised",
            Self::TextChanged => "text-changed",
            Self::NotTheirs(_) => "not-theirs",
            Self::NoChannel => "no-channel",
            Self::Until(_) => "until",
            Self::LinkOver => "link-over",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Unrecognised => "Nothing was changed: this is not on the list. Choose from the page as it stands now.".into(),
            Self::TextChanged => {
                "Nothing was changed: the sentence you agree to was renewed while you read. Read it again, then choose.".into()
            }
            Self::NotTheirs(scope) if scope.of_company() => {
                "Nothing was changed: a company’s name and logo are given by its signatory, who has a link of their own.".into()
            }
            Self::NotTheirs(_) => "Nothing was changed: this is each person’s own to give.".into(),
            Self::NoChannel => "Tick at least one place where it may be shown.".into(),
            Self::Until(why) => why.sentence.clone(),
            Self::LinkOver => "Nothing was changed: that link has been replaced. Use the one in our newest mail.".into(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::NoChannel => Some("channels"),
            Self::Until(why) => Some(why.field),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap()
    }

    fn event(id: i64, act: Act, scope: Scope, channels: &[Channel], from: &str, until: &str) -> Event {
        Event { id, act, scope, channels: channels.to_vec(), from: day(from), until: day(until) }
    }

    #[test]
    fn the_texts_are_the_ones_of_this_version() {
        let all: String = Scope::ALL.iter().map(|scope| format!("{scope}: {}\n", scope.text())).collect();
        assert_eq!(
            (TEXT_VERSION, content_hash(&all).as_str()),
            (1, "980a9642d8eedda16350871ccfae06ce62d86d7258f39de650fdad6911e0ec5b"),
            "a text changed: raise TEXT_VERSION"
        );
    }

    #[test]
    fn what_is_allowed_fits_one_line() {
        let until = "2028-01-15";
        let grant = |id, scope, channels: &[Channel]| event(id, Act::Grant, scope, channels, "2027-01-15", until);
        for (events, expect) in [
            (vec![], "You allow nothing at the moment."),
            (vec![grant(1, Scope::Name, Group::Ours.channels())], "You allow your name on our own channels; nothing else."),
            (
                vec![grant(1, Scope::Name, Channel::ALL), grant(2, Scope::Quote, &[Channel::Blog]), grant(3, Scope::ReferenceCall, &[])],
                "You allow your name everywhere, a quote of yours on the blog and reference calls; nothing else.",
            ),
            (
                vec![grant(1, Scope::Photo, &[Channel::Blog, Channel::Press]), grant(2, Scope::Video, Group::Earned.channels())],
                "You allow a photo of you on some channels and a video of you in the press and in award entries; nothing else.",
            ),
            (
                vec![grant(1, Scope::Name, Channel::ALL), event(2, Act::Withdraw, Scope::Name, &[], "2027-01-15", "2027-01-15")],
                "You allow nothing at the moment.",
            ),
        ] {
            assert_eq!(in_short(&resolve(&events, day("2027-02-01"))), expect);
        }
    }

    #[test]
    fn whose_and_where() {
        let company: Vec<Scope> = Scope::ALL.iter().copied().filter(|scope| scope.of_company()).collect();
        let nowhere: Vec<Scope> = Scope::ALL.iter().copied().filter(|scope| !scope.has_channels()).collect();
        assert_eq!(company, [Scope::CompanyName, Scope::Logo]);
        assert_eq!(nowhere, [Scope::PeerIntroduction, Scope::ReferenceCall]);
        let grouped: Vec<Channel> = Group::ALL.iter().flat_map(|group| group.channels()).copied().collect();
        assert_eq!(grouped, Channel::ALL);
        for scope in Scope::ALL {
            assert_eq!(
                (Subject::Person(1).may_give(*scope), Subject::Company(1).may_give(*scope)),
                (!scope.of_company(), scope.of_company())
            );
        }
    }

    #[test]
    fn what_is_not_recognised_grants_nothing() {
        let read = |act, scope, channels| Event::read(1, act, scope, channels, day("2027-01-01"), day("2027-12-31"));
        for (act, scope, channels, expect) in [
            ("grant", "name", "blog,press", Some(vec![Channel::Blog, Channel::Press])),
            ("grant", "name", "blog, tiktok", Some(vec![Channel::Blog])),
            ("grant", "name", "tiktok", Some(vec![])),
            ("grant", "name", "", Some(vec![])),
            ("grant", "nickname", "blog", None),
            ("assume", "name", "blog", None),
            ("Grant", "name", "blog", None),
            ("grant", "Name", "blog", None),
        ] {
            assert_eq!(read(act, scope, channels).map(|event| event.channels), expect, "{act} {scope} {channels}");
        }
        let on = day("2027-06-01");
        let nothing = resolve(&[read("grant", "name", "tiktok").unwrap()], on);
        assert_eq!(nothing.live().count(), 0);
        // A withdrawal that names only what is not known takes everything back.
        let given = event(1, Act::Grant, Scope::Name, Channel::ALL, "2027-01-01", "2027-12-31");
        let doubt = Event { id: 2, ..read("withdraw", "name", "tiktok").unwrap() };
        assert_eq!(resolve(&[given, doubt], on).live().count(), 0);
    }

    #[test]
    fn the_latest_event_holds_for_each_channel_and_a_consent_ends_with_its_day() {
        use Channel::{Blog, Press, X};
        let events = [
            event(1, Act::Grant, Scope::Quote, &[Blog, Press], "2027-01-10", "2027-03-10"),
            event(2, Act::Withdraw, Scope::Quote, &[Press], "2027-02-01", "2027-02-01"),
            event(3, Act::Grant, Scope::Quote, &[X], "2027-03-01", "2027-03-31"),
            event(4, Act::Grant, Scope::ReferenceCall, &[], "2027-01-10", "2027-03-10"),
        ];
        for (on, blog, press, x, call) in [
            (
                "2027-01-09",
                Standing::NotYet { from: day("2027-01-10"), event: 1 },
                Standing::Withdrawn { on: day("2027-02-01"), event: 2 },
                Standing::NotYet { from: day("2027-03-01"), event: 3 },
                Standing::NotYet { from: day("2027-01-10"), event: 4 },
            ),
            (
                "2027-03-10",
                Standing::Live { until: day("2027-03-10"), event: 1 },
                Standing::Withdrawn { on: day("2027-02-01"), event: 2 },
                Standing::Live { until: day("2027-03-31"), event: 3 },
                Standing::Live { until: day("2027-03-10"), event: 4 },
            ),
            (
                "2027-03-11",
                Standing::Expired { on: day("2027-03-10"), event: 1 },
                Standing::Withdrawn { on: day("2027-02-01"), event: 2 },
                Standing::Live { until: day("2027-03-31"), event: 3 },
                Standing::Expired { on: day("2027-03-10"), event: 4 },
            ),
        ] {
            let consents = resolve(&events, day(on));
            let found = [Some(Blog), Some(Press), Some(X)].map(|channel| consents.standing(Scope::Quote, channel));
            assert_eq!(found, [blog, press, x], "{on}");
            assert_eq!(consents.standing(Scope::ReferenceCall, None), call, "{on}");
            assert_eq!(consents.standing(Scope::Name, Some(Blog)), Standing::Never);
        }
        let all_back = event(5, Act::Withdraw, Scope::Quote, &[], "2027-03-05", "2027-03-05");
        let mut reordered = vec![all_back];
        reordered.extend(events);
        assert_eq!(resolve(&reordered, day("2027-03-06")).live().map(|(scope, ..)| scope).collect::<Vec<_>>(), [Scope::ReferenceCall]);
    }

    #[test]
    fn the_last_day_as_it_is_typed() {
        let today = day("2027-01-15");
        for (typed, expect) in [
            ("", Ok("2028-01-15")),
            ("2027-01-15", Ok("2027-01-15")),
            ("2029-01-15", Ok("2029-01-15")),
            ("2027-01-14", Err("This day is past. Choose today or a later day, or stop it.")),
            ("2029-01-16", Err("Choose a day until Monday 15 January 2029: after 24 months we ask you again.")),
            ("soon", Err("“soon” is not a date we can use. Write it as year-month-day, for example 2027-03-29.")),
        ] {
            let found = parse_end(typed, today).map(|until| until.to_string()).map_err(|why| why.sentence);
            assert_eq!(found, expect.map(str::to_owned).map_err(str::to_owned), "{typed}");
        }
        assert_eq!((usual_end(day("2028-02-29")), announced_until(today)), (day("2029-02-28"), day("2027-01-29")));
    }

    #[test]
    fn a_wish_is_one_group_or_exactly_the_boxes() {
        let today = day("2027-01-15");
        let (name, call) = (Scope::Name.text_hash(), Scope::ReferenceCall.text_hash());
        let typed = Typed { scope: "name", group: "our channels", shown: &name, ..Typed::default() };
        let wish =
            |channels: &[Channel], exactly| Wish { scope: Scope::Name, channels: channels.to_vec(), until: day("2028-01-15"), exactly };
        assert_eq!(Wish::parse(&typed, today), Ok(wish(Group::Ours.channels(), false)));
        let boxes = Typed { exactly: true, channels: vec!["press", "blog", "press"], ..typed.clone() };
        assert_eq!(Wish::parse(&boxes, today), Ok(wish(&[Channel::Blog, Channel::Press], true)));
        for (typed, expect) in [
            (Typed { scope: "nickname", ..typed.clone() }, ConsentRefusal::Unrecognised),
            (Typed { group: "everywhere", ..typed.clone() }, ConsentRefusal::Unrecognised),
            (Typed { channels: vec!["tiktok"], ..boxes.clone() }, ConsentRefusal::Unrecognised),
            (Typed { shown: &call, ..typed.clone() }, ConsentRefusal::TextChanged),
            (Typed { shown: "", ..typed }, ConsentRefusal::TextChanged),
        ] {
            assert_eq!(Wish::parse(&typed, today), Err(expect), "{typed:?}");
        }
        let call = Typed { scope: "reference call", shown: &call, ..Typed::default() };
        assert_eq!(Wish::parse(&call, today).map(|wish| wish.channels), Ok(vec![]));
    }

    #[test]
    fn giving_and_taking_back() {
        use Channel::{Blog, Newsletter, Press};
        let (today, person) = (day("2027-01-15"), Subject::Person(1));
        let until = usual_end(today);
        let given = event(1, Act::Grant, Scope::Name, &[Blog, Press], "2027-01-15", "2028-01-15");
        let consents = resolve(std::slice::from_ref(&given), today);
        let wish = |channels: &[Channel], exactly| Wish { scope: Scope::Name, channels: channels.to_vec(), until, exactly };
        for (wish, expect) in [
            (wish(&[Blog], false), Ok(Giving::AlreadySo)),
            (wish(&[Blog, Press], true), Ok(Giving::AlreadySo)),
            (wish(&[Blog], true), Ok(Giving::Changes { grant: None, stop: vec![Press] })),
            (wish(&[], true), Ok(Giving::Changes { grant: None, stop: vec![Blog, Press] })),
            (wish(&[Newsletter], true), Ok(Giving::Changes { grant: Some(vec![Newsletter]), stop: vec![Blog, Press] })),
            (wish(&[Blog, Newsletter], false), Ok(Giving::Changes { grant: Some(vec![Blog, Newsletter]), stop: vec![] })),
            (Wish { until: today, ..wish(&[Blog], false) }, Ok(Giving::Changes { grant: Some(vec![Blog]), stop: vec![] })),
            (Wish { scope: Scope::Photo, ..wish(&[], true) }, Err(ConsentRefusal::NoChannel)),
            (Wish { scope: Scope::ReferenceCall, ..wish(&[], false) }, Ok(Giving::Changes { grant: Some(vec![]), stop: vec![] })),
            (Wish { scope: Scope::Logo, ..wish(&[Blog], false) }, Err(ConsentRefusal::NotTheirs(Scope::Logo))),
        ] {
            assert_eq!(give(person, &wish, &consents), expect, "{wish:?}");
        }
        assert_eq!(give(Subject::Company(1), &wish(&[Blog], false), &consents), Err(ConsentRefusal::NotTheirs(Scope::Name)));

        for (scope, channels, expect) in [
            (Scope::Name, &[][..], Ok(Stopping::Stops)),
            (Scope::Name, &[Press], Ok(Stopping::Stops)),
            (Scope::Name, &[Newsletter], Ok(Stopping::AlreadySo)),
            (Scope::Photo, &[], Ok(Stopping::AlreadySo)),
            (Scope::Logo, &[], Err(ConsentRefusal::NotTheirs(Scope::Logo))),
        ] {
            assert_eq!(stop(person, scope, channels, &consents), expect, "{scope} {channels:?}");
        }
        let ended = resolve(&[given], day("2029-01-01"));
        assert_eq!(stop(person, Scope::Name, &[], &ended), Ok(Stopping::Stops), "what ended may still be seen somewhere");
        assert_eq!(parse_stop("name", "press and awards"), Ok((Scope::Name, vec![Press, Channel::Awards])));
        assert_eq!(parse_stop("reference call", ""), Ok((Scope::ReferenceCall, vec![])));
        assert_eq!(parse_stop("name", "everywhere"), Err(ConsentRefusal::Unrecognised));
    }

    fn events() -> impl Strategy<Value = Vec<Event>> {
        let channels = proptest::collection::vec(proptest::sample::select(Channel::ALL), 0..4);
        let one = (proptest::sample::select(Scope::ALL), channels, any::<bool>(), 0_i64..40, 0_i64..40);
        proptest::collection::vec(one, 0..24).prop_map(|lines| {
            let first = day("2027-01-01");
            lines
                .into_iter()
                .enumerate()
                .map(|(index, (scope, channels, grant, from, lasts))| Event {
                    id: index as i64 + 1,
                    act: if grant { Act::Grant } else { Act::Withdraw },
                    scope,
                    channels,
                    from: first + TimeDelta::days(from),
                    until: first + TimeDelta::days(from + lasts),
                })
                .collect()
        })
    }

    /// The ledger read as a person would: from the newest line backwards, until one speaks of it.
    fn naively_live(events: &[Event], scope: Scope, channel: Option<Channel>, on: NaiveDate) -> Option<i64> {
        let newest = events.iter().rev().find(|event| {
            event.scope == scope
                && match channel {
                    None => true,
                    Some(channel) => event.channels.contains(&channel) || (event.act == Act::Withdraw && event.channels.is_empty()),
                }
        })?;
        (newest.act == Act::Grant && newest.from <= on && on <= newest.until).then_some(newest.id)
    }

    proptest! {
        #[test]
        fn resolving_is_reading_the_ledger_backwards(events in events(), after in 0_i64..90) {
            let on = day("2027-01-01") + TimeDelta::days(after);
            let consents = resolve(&events, on);
            for scope in Scope::ALL {
                for channel in scope.places() {
                    let live = match consents.standing(*scope, channel) {
                        Standing::Live { event, .. } => Some(event),
                        _ => None,
                    };
                    prop_assert_eq!(live, naively_live(&events, *scope, channel, on));
                }
            }
        }
    }
}
