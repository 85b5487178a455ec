use std::collections::BTreeSet;

use super::*;
use crate::refusal::Refusal;

const SP500: &[u8] = include_bytes!("../../../../tests/data/sp500.csv");

fn table(text: &str) -> Table {
    read(text.as_bytes()).unwrap()
}

fn planned(text: &str, known: &[Known]) -> Plan {
    let table = table(text);
    plan(&table, &Mapping::guess(&table.columns), known).unwrap()
}

/// The plan's companies as the store would answer them afterwards.
fn kept(plan: &Plan) -> Vec<Known> {
    let companies = plan.rows.iter().filter_map(|row| match &row.outcome {
        Outcome::Create(company) => Some(company.clone()),
        _ => None,
    });
    (1..).zip(companies).map(|(id, company)| known(id, company)).collect()
}

fn known(id: i64, company: NewCompany) -> Known {
    let NewCompany { name, domain, sector, sub_industry, headquarters, country, segment } = company;
    Known { id, name, domain, sector, sub_industry, headquarters, country, segment }
}

fn named(name: &str) -> NewCompany {
    NewCompany { name: name.into(), ..Default::default() }
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// Each row as `line: what it comes to`, then its notes.
fn told(plan: &Plan) -> Vec<String> {
    let mut lines = Vec::new();
    for row in &plan.rows {
        let what = match &row.outcome {
            Outcome::Create(company) => format!("create {}", company.name),
            Outcome::Update { id, changes, .. } => {
                let changes: Vec<_> = changes.iter().map(|c| format!("{}: {} → {}", c.field, c.before, c.after)).collect();
                format!("update {id} ({})", changes.join("; "))
            }
            Outcome::Unchanged { id } => format!("unchanged {id}"),
            Outcome::Refuse(why) => format!("refuse: {}", why.sentence()),
        };
        lines.push(format!("{}: {what}", row.line));
        lines.extend(row.notes.iter().map(|note| format!("  {}", note.sentence())));
    }
    lines
}

#[test]
fn the_real_file_is_503_new_companies_and_nothing_the_second_time() {
    let table = read(SP500).unwrap();
    let mapping = Mapping::guess(&table.columns);
    for (field, column) in [
        (Field::Name, Some("Security")),
        (Field::Domain, None),
        (Field::Sector, Some("GICS Sector")),
        (Field::SubIndustry, Some("GICS Sub-Industry")),
        (Field::Headquarters, Some("Headquarters Location")),
        (Field::Country, None),
        (Field::Segment, None),
    ] {
        assert_eq!(mapping.column(field), column, "{field}");
    }

    let first = plan(&table, &mapping, &[]).unwrap();
    assert_eq!(first.counts(), Counts { create: 503, ..Default::default() });
    let noted: Vec<_> = first.rows.iter().flat_map(|row| row.notes.iter().map(move |note| (row.line, note.clone()))).collect();
    assert_eq!(
        noted,
        [
            (22, Note::ShareClass { line: 21 }),
            (69, Note::ReadAsEmpty { field: Field::Headquarters, cell: "none".into() }),
            (208, Note::ShareClass { line: 207 }),
            (335, Note::ShareClass { line: 334 }),
        ]
    );
    let without_country: Vec<_> =
        kept(&first).into_iter().filter(|company| company.country.is_none()).map(|company| company.name).collect();
    assert_eq!(without_country, ["Block, Inc."]);

    let second = plan(&table, &mapping, &kept(&first)).unwrap();
    assert_eq!(second.counts(), Counts { unchanged: 503, ..Default::default() });
    assert!(second.rows.iter().all(|row| row.notes.is_empty()));
}

#[test]
fn one_real_row_in_full() {
    let table = read(SP500).unwrap();
    let plan = plan(&table, &Mapping::guess(&table.columns), &[]).unwrap();
    let row = plan.rows.iter().find(|row| row.line == 343).unwrap();
    assert_eq!(
        *row,
        PlannedRow {
            line: 343,
            name: "Norwegian Cruise Line Holdings".into(),
            outcome: Outcome::Create(NewCompany {
                name: "Norwegian Cruise Line Holdings".into(),
                domain: None,
                sector: some("Consumer Discretionary"),
                sub_industry: some("Hotels, Resorts & Cruise Lines"),
                headquarters: some("Miami-Dade County, Florida"),
                country: some("United States"),
                segment: None,
            }),
            notes: vec![],
        }
    );
}

#[test]
fn every_country_in_the_real_file() {
    let table = read(SP500).unwrap();
    let at = table.columns.iter().position(|column| column == "Headquarters Location").unwrap();
    let countries: BTreeSet<_> = table.rows.iter().map(|row| country_of(&row.cells[at]).unwrap_or_default()).collect();
    let expect = ["", "Bermuda", "Canada", "Ireland", "Netherlands", "Switzerland", "United Kingdom", "United States"];
    assert_eq!(countries.iter().map(String::as_str).collect::<Vec<_>>(), expect);
}

#[test]
fn countries_of_headquarters() {
    for (headquarters, expect) in [
        ("Saint Paul, Minnesota", Some("United States")),
        ("New York City, New York", Some("United States")),
        ("Washington, D.C.", Some("United States")),
        ("West Falls Church, Virginia[2]", Some("United States")),
        ("Columbus, Ohio; Detroit, Michigan", Some("United States")),
        ("Atlanta, Georgia", Some("United States")),
        ("Tbilisi, Georgia", Some("Georgia")),
        ("Georgia", None),
        ("California", Some("United States")),
        ("Dublin, Ireland", Some("Ireland")),
        ("Dublin, Ohio", Some("United States")),
        ("London, UK", Some("United Kingdom")),
        ("Warmley, Bristol, United Kingdom", Some("United Kingdom")),
        ("Vancouver, Canada", Some("Canada")),
        ("Vancouver, British Columbia", Some("Canada")),
        ("Hamilton, Bermuda", Some("Bermuda")),
        ("Munich, DE", None),
        ("London, SW1A 1AA", None),
        ("London", None),
        ("none", None),
        ("", None),
        (" , ", None),
        (",;,", None),
    ] {
        assert_eq!(country_of(headquarters).as_deref(), expect, "{headquarters:?}");
    }
}

#[test]
fn files_as_people_save_them() {
    let expect = Table {
        columns: vec!["Name".into(), "Country".into()],
        rows: vec![Row { line: 2, cells: vec!["Åker, AB".into(), "Sweden".into()] }],
    };
    for (text, shift) in [
        ("Name,Country\n\"Åker, AB\",Sweden\n", 0),
        ("\u{FEFF}Name,Country\r\n\"Åker, AB\",Sweden", 0),
        ("Name;Country\nÅker, AB;Sweden\n", 0),
        ("Name\tCountry\rÅker, AB\tSweden\r", 0),
        ("sep=;\r\nName;Country\r\nÅker, AB;Sweden\r\n", 1),
        ("\n\n Name , Country \n\n,\n\"Åker, AB\",Sweden\n , \n", 4),
        ("\"Name\",\"Country\"\n\"Åker, AB\",\"Sweden\"\n", 0),
    ] {
        let mut expect = expect.clone();
        expect.rows[0].line += shift;
        assert_eq!(read(text.as_bytes()), Ok(expect), "{text:?}");
    }
}

#[test]
fn files_that_are_not_read() {
    let long = format!("Name\n{}", "x\n".repeat(ROW_LIMIT + 1));
    for (bytes, expect) in [
        (&b""[..], FileRefusal::Empty),
        (b" \r\n ,,\n", FileRefusal::Empty),
        (b"\xEF\xBB\xBF", FileRefusal::Empty),
        (b"PK\x03\x04rest", FileRefusal::Workbook),
        (b"Name\nLoreal\nL'Or\xE9al\n", FileRefusal::NotUtf8 { line: 3 }),
        (b"\xFF\xFEN\0a\0", FileRefusal::NotUtf8 { line: 1 }),
        (b"MMM,3M,66740\nAOS,A. O. Smith,91142\n", FileRefusal::NoHeader { value: "66740".into() }),
        (b"Name,Country\n", FileRefusal::NoRows),
        (long.as_bytes(), FileRefusal::TooManyRows),
    ] {
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(40)]).into_owned();
        assert_eq!(read(bytes), Err(expect), "{shown:?}");
    }
    assert_eq!(read(format!("Name\n{}", "x\n".repeat(ROW_LIMIT)).as_bytes()).unwrap().rows.len(), ROW_LIMIT);
}

#[test]
fn rows_that_are_refused_or_noted() {
    let long = "x".repeat(TEXT_LIMIT + 1);
    let fits = "y".repeat(TEXT_LIMIT);
    let text = format!(
        "Name,Domain,Sector,Country,Segment\n\
         Acme,https://www.Acme.example/about,health care,UK,b2b\n\
         ,nobody.example,,,\n\
         Short,row\n\
         Long,,,,,spill\n\
         Spilled blanks,,,,,,\n\
         {long},,,,\n\
         {fits},,,,\n\
         \"Two\nlines\",,,,\n\
         Bell\u{7},,,,\n\
         Turned,,\u{202E}gnihtemos,,\n\
         Mail,info@mail.example,,,\n\
         ACME,,,,\n\
         Other,ACME.example,,,\n\
         =1+1,,Telecoms,,wholesale\n\
         Nothing,n/a,—,none,\n"
    );
    assert_eq!(
        told(&planned(&text, &[])),
        [
            "2: create Acme".to_owned(),
            "3: refuse: This row has no company name. Fill it in, or take the row out.".into(),
            "4: refuse: This row has 2 cells under 5 titles. Look for a missing or extra comma, or an open quotation mark.".into(),
            "5: refuse: This row has 6 cells under 5 titles. Look for a missing or extra comma, or an open quotation mark.".into(),
            "6: create Spilled blanks".into(),
            "7: refuse: The cell under Name is 201 characters long. Shorten it to 200.".into(),
            format!("8: create {fits}"),
            "9: refuse: The cell under Name holds line breaks or characters that cannot be seen. Type it again.".into(),
            "11: refuse: The cell under Name holds line breaks or characters that cannot be seen. Type it again.".into(),
            "12: refuse: The cell under Sector holds line breaks or characters that cannot be seen. Type it again.".into(),
            "13: refuse: “info@mail.example” is not a web domain. Write it like example.com, or leave it empty.".into(),
            "14: refuse: Line 2 already has this name. Keep one of the two lines.".into(),
            "15: refuse: Line 2 already has this domain. Keep one of the two lines.".into(),
            "16: create =1+1".into(),
            "  “Telecoms” is not one of the eleven GICS sectors. It is kept as written.".into(),
            "  “wholesale” is neither B2B nor B2C, so the segment is left as it is.".into(),
            "17: create Nothing".into(),
            "  “n/a” under Domain is read as an empty cell.".into(),
            "  “—” under Sector is read as an empty cell.".into(),
            "  “none” under Country is read as an empty cell.".into(),
        ]
    );
}

#[test]
fn values_are_kept_in_their_usual_form() {
    let plan = planned(
        "Company,Website,Industry,HQ,Sector,Segment\n A  B ,HTTP://www.AB.example:80/x,Rope,\"1 Quay\nCork, Ireland\",ENERGY,b2c\n",
        &[],
    );
    assert_eq!(
        plan.rows[0].outcome,
        Outcome::Create(NewCompany {
            name: "A B".into(),
            domain: some("ab.example"),
            sector: some("Energy"),
            sub_industry: some("Rope"),
            headquarters: some("1 Quay Cork, Ireland"),
            country: some("Ireland"),
            segment: some("B2C"),
        })
    );
}

#[test]
fn stored_companies_are_recognised_and_nothing_is_erased() {
    let stored = [
        known(1, NewCompany { domain: some("acme.example"), sector: some("Energy"), segment: some("B2B"), ..named("Acme") }),
        known(2, named("Bolt")),
        known(3, NewCompany { domain: some("www.Cask.example"), ..named("Cask") }),
    ];
    for (row, expect) in [
        ("acme,,,", "update 1 (name: Acme → acme)"),                         // by name
        ("Acme Group,acme.example,,", "update 1 (name: Acme → Acme Group)"), // by domain
        ("Acme,acme.example,,", "unchanged 1"),
        ("Acme,acme.example,Utilities,", "update 1 (sector: Energy → Utilities)"),
        ("Bolt,bolt.example,,b2c", "update 2 (domain:  → bolt.example; segment:  → B2C)"),
        ("Cask,cask.example,,", "unchanged 3"),
        ("Ｂｏｌｔ,,,", "update 2 (name: Bolt → Ｂｏｌｔ)"),
        ("Bolt,acme.example,,", "refuse: The domain acme.example is kept for “Acme”, the name for “Bolt”. Correct one of them first."),
        ("Acme Class B,,,", "create Acme Class B"),
    ] {
        let plan = planned(&format!("Name,Domain,Sector,Segment\n{row}\n"), &stored);
        assert_eq!(told(&plan)[0], format!("2: {expect}"), "{row}");
    }
    let twice = planned("Name,Domain\nAcme,\nAcme Group,acme.example\n", &stored);
    assert_eq!(told(&twice), ["2: unchanged 1", "3: refuse: Line 2 already speaks of “Acme”. Keep one of the two lines."]);
    let another = planned("Name\nBolt (Class B)\n", &stored);
    assert_eq!(another.rows[0].notes, [Note::ShareClassOfKnown { name: "Bolt".into() }]);
}

#[test]
fn a_derived_country_fills_and_follows_but_never_overrules() {
    for (stored_place, stored_country, place, expect) in [
        ("", "", "Cork, Ireland", "update 1 (headquarters:  → Cork, Ireland; country:  → Ireland)"),
        ("Cork, Ireland", "", "Cork, Ireland", "update 1 (country:  → Ireland)"),
        (
            "Cork, Ireland",
            "Ireland",
            "London, UK",
            "update 1 (headquarters: Cork, Ireland → London, UK; country: Ireland → United Kingdom)",
        ),
        ("Cork, Ireland", "Bermuda", "London, UK", "update 1 (headquarters: Cork, Ireland → London, UK)"),
        ("Cork, Ireland", "Bermuda", "Cork, Ireland", "unchanged 1"),
        ("Cork, Ireland", "Ireland", "Nowhere", "update 1 (headquarters: Cork, Ireland → Nowhere)"),
    ] {
        let stored = known(1, NewCompany { headquarters: some(stored_place), country: some(stored_country), ..named("Acme") });
        let plan = planned(&format!("Name,Headquarters\nAcme,\"{place}\"\n"), &[stored]);
        assert_eq!(told(&plan)[0], format!("2: {expect}"), "{stored_place}, {stored_country}, {place}");
    }
}

#[test]
fn mappings_that_cannot_be_followed() {
    let table = table("A,B,B\n1,2,3\n");
    for (pairs, expect) in [
        (&[][..], MappingRefusal::NameNotMapped),
        (&[(Field::Domain, "A")], MappingRefusal::NameNotMapped),
        (&[(Field::Name, "C")], MappingRefusal::NoSuchColumn { field: Field::Name, column: "C".into() }),
        (&[(Field::Name, "B")], MappingRefusal::TwoColumns { field: Field::Name, column: "B".into() }),
        (
            &[(Field::Name, "A"), (Field::Segment, "A")],
            MappingRefusal::SharedColumn { column: "A".into(), first: Field::Name, second: Field::Segment },
        ),
    ] {
        let mut mapping = Mapping::default();
        for (field, column) in pairs {
            mapping.set(*field, *column);
        }
        assert_eq!(plan(&table, &mapping, &[]), Err(expect));
    }
}

#[test]
fn a_mapping_travels_as_json_and_a_field_can_be_left_out_again() {
    let mut mapping = Mapping::guess(&["Company", "Name", "HQ"]);
    assert_eq!(serde_json::to_string(&mapping).unwrap(), r#"{"name":"Company","headquarters":"HQ"}"#);
    assert_eq!(serde_json::from_str::<Mapping>(r#"{"name":"Company","headquarters":"HQ"}"#).unwrap(), mapping);
    mapping.set(Field::Headquarters, " ");
    assert_eq!(mapping.column(Field::Headquarters), None);
    for &field in Field::ALL {
        assert_eq!(Field::from_key(field.key()), Some(field));
    }
}

#[test]
fn keys_fold_what_people_would_call_the_same() {
    for (name, expect) in
        [("  ACME\u{A0}\tInc. ", "acme inc."), ("Ａｃｍｅ", "acme"), ("ﬁrst", "first"), ("Estée", "estée"), ("Este\u{301}e", "estée")]
    {
        assert_eq!(name_key(name), expect, "{name:?}");
        assert_eq!(name_key(&name_key(name)), expect, "{name:?} again");
    }
    for (typed, expect) in [
        ("Example.com", Some("example.com")),
        ("https://www.example.co.uk/about?x#y", Some("example.co.uk")),
        ("example.com.", Some("example.com")),
        ("bücher.example", Some("bücher.example")),
        ("", None),
        ("example", None),
        ("3.5", None),
        ("a..b", None),
        ("-a.example", None),
        ("a b.example", None),
        ("x@example.com", None),
        ("http://", None),
    ] {
        assert_eq!(domain_key(typed).as_deref(), expect, "{typed:?}");
    }
}
