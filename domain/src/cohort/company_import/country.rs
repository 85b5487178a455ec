//! The country a headquarters is in, when the file has no column for it.
//!
//! Only what the text itself says: an unknown place gives no country rather than a wrong one.

use super::without_footnote;

/// The fifty states and the district, as a headquarters names them.
#[rustfmt::skip]
const US_STATES: [&str; 53] = [
    "alabama", "alaska", "arizona", "arkansas", "california", "colorado", "connecticut", "d.c.", "dc", "delaware",
    "district of columbia", "florida", "georgia", "hawaii", "idaho", "illinois", "indiana", "iowa", "kansas", "kentucky",
    "louisiana", "maine", "maryland", "massachusetts", "michigan", "minnesota", "mississippi", "missouri", "montana",
    "nebraska", "nevada", "new hampshire", "new jersey", "new mexico", "new york", "north carolina", "north dakota", "ohio",
    "oklahoma", "oregon", "pennsylvania", "rhode island", "south carolina", "south dakota", "tennessee", "texas", "utah",
    "vermont", "virginia", "washington", "west virginia", "wisconsin", "wyoming",
];

#[rustfmt::skip]
const CANADIAN_PROVINCES: [&str; 10] = [
    "alberta", "british columbia", "manitoba", "new brunswick", "newfoundland and labrador", "nova scotia", "ontario",
    "prince edward island", "quebec", "saskatchewan",
];

/// Other words for a country, in lower case, and the one we keep.
const OTHER_NAMES: [(&str, &str); 18] = [
    ("uk", "United Kingdom"),
    ("u.k.", "United Kingdom"),
    ("great britain", "United Kingdom"),
    ("england", "United Kingdom"),
    ("scotland", "United Kingdom"),
    ("wales", "United Kingdom"),
    ("northern ireland", "United Kingdom"),
    ("us", "United States"),
    ("u.s.", "United States"),
    ("usa", "United States"),
    ("u.s.a.", "United States"),
    ("united states of america", "United States"),
    ("the united states", "United States"),
    ("uae", "United Arab Emirates"),
    ("u.a.e.", "United Arab Emirates"),
    ("the netherlands", "Netherlands"),
    ("holland", "Netherlands"),
    ("republic of ireland", "Ireland"),
];

/// The country of a headquarters such as `Dublin, Ireland`, `Austin, Texas` or `London, UK`; of several, the first
/// named (`;` between them). `None` when the text does not say: no comma, a code of two letters, a postcode.
#[must_use]
pub fn country_of(headquarters: &str) -> Option<String> {
    let first = without_footnote(headquarters.split(';').next().unwrap_or_default().trim());
    let (place, region) = match first.rsplit_once(',') {
        Some((place, region)) => (place.trim().to_lowercase(), region.trim()),
        None => (String::new(), first),
    };
    let key = region.to_lowercase();
    if let Some(country) = other_name(&key) {
        return Some(country.to_owned());
    }
    if key == "georgia" && (place.is_empty() || ["tbilisi", "batumi", "kutaisi"].contains(&place.as_str())) {
        return (!place.is_empty()).then(|| region.to_owned());
    }
    if US_STATES.contains(&key.as_str()) {
        return Some("United States".to_owned());
    }
    if CANADIAN_PROVINCES.contains(&key.as_str()) || key == "québec" {
        return Some("Canada".to_owned());
    }
    let says_a_country = !place.is_empty() && region.chars().count() > 2 && !region.chars().any(|c| c.is_ascii_digit());
    says_a_country.then(|| region.to_owned())
}

/// A country as a file writes it, in the word we keep for it.
pub(super) fn usual_name(country: &str) -> String {
    other_name(&country.to_lowercase()).unwrap_or(country).to_owned()
}

fn other_name(key: &str) -> Option<&'static str> {
    OTHER_NAMES.iter().find(|(other, _)| *other == key).map(|(_, kept)| *kept)
}
