//! The seats a cohort offers one company, and the sums that may never be wrong.

use chrono::{DateTime, Utc};

use crate::cohort::State as CohortState;
use crate::contact::{self, Email};
use crate::refusal::{FieldRefusal, Refusal};

/// How a cohort's seats stand (PRODUCT: open seats = capacity − Σ allotted − registrations outside allotments).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sums {
    pub capacity: u32,
    /// Seats the manager promises beyond the capacity, on purpose.
    pub overbooked: u32,
    /// Σ allotment seats.
    pub allotted: u32,
    /// Seats held or confirmed outside any allotment.
    pub outside: u32,
}

impl Sums {
    /// Seats nobody has been promised.
    #[must_use]
    pub const fn open(&self) -> u32 {
        (self.capacity + self.overbooked).saturating_sub(self.allotted + self.outside)
    }
}

/// Allots `seats` where a company had `before` (0 for a new one) and `in_use` of them are held or confirmed.
///
/// # Errors
/// More than is open, or fewer than are in use.
pub fn allot(sums: Sums, before: u32, in_use: u32, seats: u32) -> Result<u32, AllotmentRefusal> {
    if seats < in_use {
        return Err(AllotmentRefusal::InUse { in_use });
    }
    let open = sums.open() + before;
    if seats > open {
        return Err(AllotmentRefusal::NotOpen { asked: seats, open });
    }
    Ok(seats)
}

/// Whether a cohort's capacity may become `capacity` (with `overbooked` on top).
///
/// # Errors
/// `Promised` when fewer than already promised.
pub fn resize(sums: Sums, capacity: u32, overbooked: u32) -> Result<(), AllotmentRefusal> {
    let promised = sums.allotted + sums.outside;
    if capacity + overbooked < promised { Err(AllotmentRefusal::Promised { promised }) } else { Ok(()) }
}

/// One executive a delegation lead or the manager names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub name: String,
    pub email: Email,
    pub title: String,
}

impl Named {
    /// A row of the naming form; an entirely empty row is nobody.
    ///
    /// # Errors
    /// What is missing in a row that was begun.
    pub fn parse(name: &str, email: &str, title: &str) -> Result<Option<Self>, Vec<FieldRefusal>> {
        if [name, email, title].iter().all(|typed| typed.trim().is_empty()) {
            return Ok(None);
        }
        let mut wrong = Vec::new();
        let name = contact::required("name", name, 120, "Enter their name.").map_err(|why| wrong.push(why));
        let email = Email::parse(email).map_err(|why| wrong.push(why));
        let title = contact::optional("title", title, 120).map_err(|why| wrong.push(why));
        match (name, email, title) {
            (Ok(name), Ok(email), Ok(title)) => Ok(Some(Self { name, email, title })),
            _ => Err(wrong),
        }
    }
}

/// Facts for naming executives to an allotment.
#[derive(Debug, Clone, Copy)]
pub struct NameFacts {
    pub now: DateTime<Utc>,
    pub cohort: CohortState,
    pub reply_by: DateTime<Utc>,
    pub seats: u32,
    /// Seats of it that live invitations hold or have.
    pub in_use: u32,
}

/// Whether `count` more people may be named.
///
/// # Errors
/// Closed, too late, or more people than seats.
pub fn name(facts: &NameFacts, count: u32) -> Result<(), AllotmentRefusal> {
    if facts.cohort != CohortState::Inviting {
        return Err(AllotmentRefusal::NotInviting);
    }
    if facts.now > facts.reply_by {
        return Err(AllotmentRefusal::TooLate);
    }
    let free = facts.seats.saturating_sub(facts.in_use);
    if count > free { Err(AllotmentRefusal::TooMany { free }) } else { Ok(()) }
}

/// Why the seats stay as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllotmentRefusal {
    NotOpen {
        asked: u32,
        open: u32,
    },
    InUse {
        in_use: u32,
    },
    Promised {
        promised: u32,
    },
    NotInviting,
    TooLate,
    TooMany {
        free: u32,
    },
    /// The person is already invited to this cohort.
    AlreadyInvited {
        email: String,
    },
    /// The address belongs to somebody at another company.
    OtherCompany {
        email: String,
        company: String,
    },
    /// Nobody was named.
    Nobody,
}

impl Refusal for AllotmentRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NotOpen { .. } => "not-open",
            Self::InUse { .. } => "in-use",
            Self::Promised { .. } => "promised",
            Self::NotInviting => "not-inviting",
            Self::TooLate => "too-late",
            Self::TooMany { .. } => "too-many",
            Self::AlreadyInvited { .. } => "already-invited",
            Self::OtherCompany { .. } => "other-company",
            Self::Nobody => "nobody",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::NotOpen { open: 0, .. } => {
                "Every seat of this cohort is promised. Raise its capacity, or take seats back from a company.".into()
            }
            Self::NotOpen { asked, open } => {
                format!("This would take {asked} seats, and {open} can be given. Give fewer, or raise the cohort's capacity.")
            }
            Self::InUse { in_use } => format!("{} already held or confirmed here. Allot at least that many.", seats_are(*in_use)),
            Self::Promised { promised } => {
                format!("{} already promised to companies. Set at least that many, or take seats back first.", seats_are(*promised))
            }
            Self::NotInviting => "This cohort is not inviting at the moment. The program team will write when it does.".into(),
            Self::TooLate => {
                "The reply date has passed, so your seats went back to the cohort. Write to the program team if you still want them.".into()
            }
            Self::TooMany { free: 0 } => {
                "All your seats are named. To send somebody else, ask one of your colleagues to pass on their invitation.".into()
            }
            Self::TooMany { free } => format!("{} left for your company. Name at most that many.", seats_are(*free)),
            Self::AlreadyInvited { email } => {
                format!("{email} is already invited to this cohort. Name somebody else, or leave this row empty.")
            }
            Self::OtherCompany { email, company } => {
                format!("{email} is known to us at {company}. Check the address, or write to the program team.")
            }
            Self::Nobody => "Name at least one colleague.".into(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::NotOpen { .. } | Self::InUse { .. } => Some("seats"),
            Self::Promised { .. } => Some("capacity"),
            Self::AlreadyInvited { .. } | Self::OtherCompany { .. } => Some("email"),
            _ => None,
        }
    }
}

fn seats_are(count: u32) -> String {
    if count == 1 { "1 seat is".into() } else { format!("{count} seats are") }
}

crate::text_enum! {
    /// One movement of a seat in the append-only seat journal.
    pub enum Movement {
        /// Seats promised to a company (or, negative, taken back).
        Allotted = "allotted",
        /// Seats a company gave back, or that its reply date freed.
        Released = "released",
        /// An invitation began to hold a seat.
        Held = "held",
        /// A held seat became a registration.
        Confirmed = "confirmed",
        /// A held seat was let go: declined, expired, revoked.
        LetGo = "let-go",
        /// A registration was given back.
        Withdrawn = "withdrawn",
        /// A held or confirmed seat passed to a colleague.
        Substituted = "substituted",
    }
}

/// What the journal says of the live rows: allotted, held, confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ledgered {
    pub allotted: i64,
    pub held: i64,
    pub confirmed: i64,
}

/// Sums a journal. `was_confirmed` tells a substitution of a confirmed seat from that of a held one.
#[must_use]
pub fn sum(journal: impl IntoIterator<Item = (Movement, i64, bool)>) -> Ledgered {
    journal.into_iter().fold(Ledgered::default(), |mut sums, (movement, seats, was_confirmed)| {
        match movement {
            Movement::Allotted => sums.allotted += seats,
            Movement::Released => sums.allotted -= seats,
            Movement::Held => sums.held += seats,
            Movement::Confirmed => {
                sums.held -= seats;
                sums.confirmed += seats;
            }
            Movement::LetGo => sums.held -= seats,
            Movement::Withdrawn => sums.confirmed -= seats,
            Movement::Substituted if was_confirmed => {
                sums.confirmed -= seats;
                sums.held += seats;
            }
            Movement::Substituted => {}
        }
        sums
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_seats() {
        for (capacity, overbooked, allotted, outside, open) in
            [(120, 0, 0, 0, 120), (120, 0, 120, 0, 0), (120, 6, 120, 2, 4), (100, 0, 120, 0, 0), (120, 0, 110, 10, 0)]
        {
            assert_eq!(Sums { capacity, overbooked, allotted, outside }.open(), open);
        }
    }

    #[test]
    fn allotting() {
        let sums = Sums { capacity: 120, overbooked: 0, allotted: 115, outside: 0 };
        for (before, in_use, seats, expect) in [
            (0, 0, 5, Ok(5)),
            (0, 0, 6, Err(AllotmentRefusal::NotOpen { asked: 6, open: 5 })),
            (10, 4, 15, Ok(15)),
            (10, 4, 16, Err(AllotmentRefusal::NotOpen { asked: 16, open: 15 })),
            (10, 4, 4, Ok(4)),
            (10, 4, 3, Err(AllotmentRefusal::InUse { in_use: 4 })),
        ] {
            assert_eq!(allot(sums, before, in_use, seats), expect, "{before} → {seats}");
        }
        assert_eq!(resize(sums, 114, 0), Err(AllotmentRefusal::Promised { promised: 115 }));
        assert_eq!(resize(sums, 114, 1), Ok(()));
    }

    #[test]
    fn naming() {
        let facts = NameFacts {
            now: "2027-02-01T10:00:00Z".parse().unwrap(),
            cohort: CohortState::Inviting,
            reply_by: "2027-02-26T17:00:00Z".parse().unwrap(),
            seats: 10,
            in_use: 7,
        };
        assert_eq!(name(&facts, 3), Ok(()));
        assert_eq!(name(&facts, 4), Err(AllotmentRefusal::TooMany { free: 3 }));
        assert_eq!(name(&NameFacts { cohort: CohortState::Draft, ..facts }, 1), Err(AllotmentRefusal::NotInviting));
        assert_eq!(name(&NameFacts { now: "2027-02-27T00:00:00Z".parse().unwrap(), ..facts }, 1), Err(AllotmentRefusal::TooLate));
    }

    #[test]
    fn a_row_is_a_person_or_nobody() {
        assert_eq!(Named::parse(" ", "", ""), Ok(None));
        assert_eq!(Named::parse("", "a@b.cd", "").unwrap_err(), [FieldRefusal::new("name", "Enter their name.")]);
        assert_eq!(Named::parse("Ida", "", "").unwrap_err().len(), 1);
        assert_eq!(Named::parse("Ida", "ida@b.cd", "COO").unwrap().unwrap().title, "COO");
    }

    #[test]
    fn the_journal_sums_to_what_lives() {
        use Movement::{Allotted, Confirmed, Held, LetGo, Released, Substituted, Withdrawn};
        let journal = [
            (Allotted, 10, false),
            (Held, 1, false),
            (Held, 1, false),
            (Confirmed, 1, false),
            (Substituted, 1, true), // the confirmed one passes on: the colleague is asked
            (Substituted, 1, false),
            (Confirmed, 1, false),
            (LetGo, 1, false),
            (Withdrawn, 1, false),
            (Released, 4, false),
        ];
        assert_eq!(sum(journal), Ledgered { allotted: 6, held: 0, confirmed: 0 });
    }
}
