//! Which stored company a row speaks of, and what it would change there.

use std::collections::HashMap;

use super::{Change, Field, Known, NewCompany, Note, Outcome, RowRefusal, Said, country_of, domain_key, name_key};

/// The companies already kept and the rows taken so far, by everything they can be recognised by.
pub(super) struct Register<'a> {
    known_by_domain: HashMap<String, &'a Known>,
    known_by_name: HashMap<String, &'a Known>,
    known_by_stem: HashMap<String, &'a Known>,
    lines_by_domain: HashMap<String, u64>,
    lines_by_name: HashMap<String, u64>,
    lines_by_stem: HashMap<String, u64>,
    lines_by_known: HashMap<i64, u64>,
}

impl<'a> Register<'a> {
    pub(super) fn of(known: &'a [Known]) -> Self {
        let mut register = Self {
            known_by_domain: HashMap::new(),
            known_by_name: HashMap::new(),
            known_by_stem: HashMap::new(),
            lines_by_domain: HashMap::new(),
            lines_by_name: HashMap::new(),
            lines_by_stem: HashMap::new(),
            lines_by_known: HashMap::new(),
        };
        for company in known {
            let key = name_key(&company.name);
            register.known_by_stem.entry(stem(&key).to_owned()).or_insert(company);
            register.known_by_name.entry(key).or_insert(company);
            if let Some(domain) = company.domain.as_deref().and_then(domain_key) {
                register.known_by_domain.entry(domain).or_insert(company);
            }
        }
        register
    }

    /// Takes the row's place in the file, so that a later one that repeats it is refused.
    pub(super) fn place(&mut self, line: u64, said: &Said, notes: &mut Vec<Note>) -> Outcome {
        let key = name_key(&said.name);
        let domain = said.values.get(&Field::Domain);
        if let Some(&line) = domain.and_then(|domain| self.lines_by_domain.get(domain)) {
            return Outcome::Refuse(RowRefusal::Repeats { line, field: Field::Domain });
        }
        if let Some(&line) = self.lines_by_name.get(&key) {
            return Outcome::Refuse(RowRefusal::Repeats { line, field: Field::Name });
        }
        let by_domain = domain.and_then(|domain| self.known_by_domain.get(domain)).copied();
        let by_name = self.known_by_name.get(&key).copied();
        if let (Some(domain), Some(of_domain), Some(of_name)) = (domain, by_domain, by_name)
            && of_domain.id != of_name.id
        {
            let (of_domain, of_name) = (of_domain.name.clone(), of_name.name.clone());
            return Outcome::Refuse(RowRefusal::TwoCompanies { domain: domain.clone(), of_domain, of_name });
        }
        let matched = by_domain.or(by_name);
        if let Some(company) = matched
            && let Some(&line) = self.lines_by_known.get(&company.id)
        {
            return Outcome::Refuse(RowRefusal::SameCompany { line, name: company.name.clone() });
        }

        let outcome = match matched {
            Some(company) => update(company, said),
            None => {
                if let Some(&line) = self.lines_by_stem.get(stem(&key)) {
                    notes.push(Note::ShareClass { line });
                } else if let Some(other) = self.known_by_stem.get(stem(&key)) {
                    notes.push(Note::ShareClassOfKnown { name: other.name.clone() });
                }
                Outcome::Create(create(said))
            }
        };
        if let Some(company) = matched {
            self.lines_by_known.insert(company.id, line);
        }
        if let Some(domain) = domain {
            self.lines_by_domain.insert(domain.clone(), line);
        }
        self.lines_by_stem.entry(stem(&key).to_owned()).or_insert(line);
        self.lines_by_name.insert(key, line);
        outcome
    }
}

/// A name's key without its share class: `news corp (class b)` and `news corp class b` are `news corp`.
fn stem(key: &str) -> &str {
    let before = match key.strip_suffix(')').and_then(|open| open.rsplit_once('(')) {
        Some((before, inside)) => (inside.starts_with("class ") || inside.starts_with("series ")).then_some(before),
        None => [" class ", " series "]
            .into_iter()
            .find_map(|word| key.rsplit_once(word))
            .filter(|(_, letter)| letter.chars().count() == 1)
            .map(|(before, _)| before),
    };
    before.map_or(key, |before| before.trim_end_matches(|c: char| c == ',' || c == '-' || c.is_whitespace()))
}

fn create(said: &Said) -> NewCompany {
    let mut company = NewCompany::default();
    for (&field, value) in &said.values {
        company.put(field, value.clone());
    }
    company.country = company.country.or_else(|| said.derived_country.clone());
    company
}

fn update(known: &Known, said: &Said) -> Outcome {
    let mut company = NewCompany::from(known);
    let mut changes = Vec::new();
    for &field in Field::ALL {
        let Some(after) = said.values.get(&field).or_else(|| derived(known, said, field)) else {
            continue;
        };
        let before = company.value(field).unwrap_or_default().to_owned();
        let same = match field {
            Field::Domain => domain_key(&before).as_ref() == Some(after),
            Field::Segment => before.eq_ignore_ascii_case(after),
            _ => before == *after,
        };
        if !same {
            company.put(field, after.clone());
            changes.push(Change { field, before, after: after.clone() });
        }
    }
    if changes.is_empty() { Outcome::Unchanged { id: known.id } } else { Outcome::Update { id: known.id, changes, company } }
}

/// The derived country fills an empty place and follows a move; one that somebody typed is left alone.
fn derived<'s>(known: &Known, said: &'s Said, field: Field) -> Option<&'s String> {
    let stored = known.country.as_deref().unwrap_or_default();
    let ours = stored.is_empty() || known.headquarters.as_deref().and_then(country_of).as_deref() == Some(stored);
    (field == Field::Country && ours).then_some(said.derived_country.as_ref()).flatten()
}
