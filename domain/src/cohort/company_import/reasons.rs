//! Why a mapping, a row or a part of one is not taken as it stands, in words.

use crate::refusal::Refusal;

use super::{Field, TEXT_LIMIT};

/// Something to look at in a row that is kept all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// Another share class of the company on an earlier line of the file.
    ShareClass {
        line: u64,
    },
    /// Another share class of a company already kept.
    ShareClassOfKnown {
        name: String,
    },
    UnknownSector {
        sector: String,
    },
    /// Left out: neither of [`super::SEGMENTS`].
    UnknownSegment {
        segment: String,
    },
    /// The file has no country and the headquarters does not tell.
    CountryUnclear {
        headquarters: String,
    },
    /// A cell such as `none` or `n/a`.
    ReadAsEmpty {
        field: Field,
        cell: String,
    },
}

impl Note {
    /// The note in words.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::ShareClass { line } => format!("Looks like the same company as line {line} (another share class)."),
            Self::ShareClassOfKnown { name } => format!("Looks like the same company as “{name}” (another share class)."),
            Self::UnknownSector { sector } => format!("“{sector}” is not one of the eleven GICS sectors. It is kept as written."),
            Self::UnknownSegment { segment } => format!("“{segment}” is neither B2B nor B2C, so the segment is left as it is."),
            Self::CountryUnclear { headquarters } => {
                format!("“{headquarters}” does not say which country it is in. Add a country column, or fill it in later.")
            }
            Self::ReadAsEmpty { field, cell } => format!("“{cell}” under {} is read as an empty cell.", field.label()),
        }
    }
}

/// Why a row is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowRefusal {
    /// More or fewer cells than there are titles.
    WrongWidth {
        titles: usize,
        cells: usize,
    },
    NameMissing,
    /// Longer than [`TEXT_LIMIT`] characters.
    TooLong {
        field: Field,
        length: usize,
    },
    /// Line breaks in a name, or characters nobody can see in any cell.
    Unprintable {
        field: Field,
    },
    NotADomain {
        cell: String,
    },
    /// An earlier line has the same name or domain.
    Repeats {
        line: u64,
        field: Field,
    },
    /// An earlier line already speaks of this stored company.
    SameCompany {
        line: u64,
        name: String,
    },
    /// The domain is one stored company's and the name another's.
    TwoCompanies {
        domain: String,
        of_domain: String,
        of_name: String,
    },
}

impl Refusal for RowRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::WrongWidth { .. } => "row-width",
            Self::NameMissing => "row-without-name",
            Self::TooLong { .. } => "row-too-long",
            Self::Unprintable { .. } => "row-unprintable",
            Self::NotADomain { .. } => "row-domain",
            Self::Repeats { .. } => "row-repeated",
            Self::SameCompany { .. } => "row-same-company",
            Self::TwoCompanies { .. } => "row-two-companies",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::WrongWidth { titles, cells } => {
                format!("This row has {cells} cells under {titles} titles. Look for a missing or extra comma, or an open quotation mark.")
            }
            Self::NameMissing => "This row has no company name. Fill it in, or take the row out.".into(),
            Self::TooLong { field, length } => {
                format!("The cell under {} is {length} characters long. Shorten it to {TEXT_LIMIT}.", field.label())
            }
            Self::Unprintable { field } => {
                format!("The cell under {} holds line breaks or characters that cannot be seen. Type it again.", field.label())
            }
            Self::NotADomain { cell } => format!("“{cell}” is not a web domain. Write it like example.com, or leave it empty."),
            Self::Repeats { line, field } => {
                format!("Line {line} already has this {}. Keep one of the two lines.", field.label().to_lowercase())
            }
            Self::SameCompany { line, name } => format!("Line {line} already speaks of “{name}”. Keep one of the two lines."),
            Self::TwoCompanies { domain, of_domain, of_name } => {
                format!("The domain {domain} is kept for “{of_domain}”, the name for “{of_name}”. Correct one of them first.")
            }
        }
    }
}

/// Why a mapping cannot be followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MappingRefusal {
    NameNotMapped,
    NoSuchColumn {
        field: Field,
        column: String,
    },
    /// Two columns of the file have this title.
    TwoColumns {
        field: Field,
        column: String,
    },
    /// Two fields are read from one column.
    SharedColumn {
        column: String,
        first: Field,
        second: Field,
    },
}

impl Refusal for MappingRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NameNotMapped => "mapping-without-name",
            Self::NoSuchColumn { .. } => "mapping-no-such-column",
            Self::TwoColumns { .. } => "mapping-two-columns",
            Self::SharedColumn { .. } => "mapping-shared-column",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::NameNotMapped => "Choose the column that holds the company's name.".into(),
            Self::NoSuchColumn { field, column } => {
                format!("The file has no column “{column}”. Choose another for {}.", field.label())
            }
            Self::TwoColumns { field, column } => {
                format!("Two columns are called “{column}”. Rename one in the file, or choose another for {}.", field.label())
            }
            Self::SharedColumn { column, first, second } => {
                format!("“{column}” is chosen for both {} and {}. Choose one column for each.", first.label(), second.label())
            }
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some(match self {
            Self::NameNotMapped => Field::Name.key(),
            Self::NoSuchColumn { field, .. } | Self::TwoColumns { field, .. } | Self::SharedColumn { second: field, .. } => field.key(),
        })
    }
}
