//! Facts that the tests of this folder start from.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use uuid::Uuid;

use super::{Due, Event, Mailbox, Publisher, Status};
use crate::time::Zone;

pub(super) fn utc(text: &str) -> DateTime<Utc> {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect("a time").and_utc()
}

pub(super) fn zone(name: &str) -> Zone {
    Zone::parse(name).expect("a known zone")
}

pub(super) fn publisher() -> Publisher {
    Publisher { host: "cohortium.example".to_owned(), version: "0.1.0".to_owned() }
}

pub(super) fn organizer() -> Mailbox {
    Mailbox { name: "Executive Program".to_owned(), address: "program@cohortium.example".to_owned() }
}

pub(super) fn attendee() -> Mailbox {
    Mailbox { name: "Ada Lovelace".to_owned(), address: "ada@analytical.example".to_owned() }
}

/// An opening session in Paris on Saturday 27 March 2027, 09:00–10:15.
pub(super) fn event() -> Event {
    Event {
        uid: Uuid::from_u128(0x2f0c_1f6e_8a4b_4c1d_9e55_0123_4567_89ab),
        sequence: 2,
        status: Status::Confirmed,
        starts_at: utc("2027-03-27 08:00"),
        ends_at: utc("2027-03-27 09:15"),
        zone: zone("Europe/Paris"),
        title: "Opening".to_owned(),
        description: "Welcome, and why we are here.".to_owned(),
        location: Some("Salle 3; ground floor".to_owned()),
        url: Some("https://cohortium.example/s/1".to_owned()),
        categories: vec!["Keynote".to_owned()],
        created: utc("2027-01-05 10:00"),
        modified: utc("2027-02-01 12:30"),
    }
}

/// The same session at other times in another zone, with its own UID.
pub(super) fn event_at(number: u128, zone_name: &str, starts_at: &str, ends_at: &str) -> Event {
    Event { uid: Uuid::from_u128(number), zone: zone(zone_name), starts_at: utc(starts_at), ends_at: utc(ends_at), ..event() }
}

/// A prize that is to be celebrated by Monday 29 March 2027.
pub(super) fn due() -> Due {
    Due {
        uid: Uuid::from_u128(0x7c1d_1f6e_8a4b_4c1d_9e55_0123_4567_89ab),
        sequence: 1,
        day: NaiveDate::from_ymd_opt(2027, 3, 29).expect("a day"),
        title: "Due: Forest Stewardship Prize".to_owned(),
        description: "Delta Timber. To be written.".to_owned(),
        url: Some("https://cohortium.example/celebrate/7".to_owned()),
        created: utc("2027-03-22 10:00"),
        modified: utc("2027-03-23 12:30"),
    }
}
