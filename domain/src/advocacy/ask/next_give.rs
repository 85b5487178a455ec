//! What to do instead of asking: the next useful give, from what is open for somebody.
//!
//! Nothing here is told by a cohort: what somebody wishes to learn is read from their advocate's record, never from a seat.

/// What is open for somebody: of each the oldest, or what stands first on their record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpenForThem {
    /// The task of a verified achievement of theirs that is not recognised yet, and its title.
    pub task: Option<(i64, String)>,
    /// An achievement that somebody reported and nobody has verified, and its title.
    pub reported: Option<(i64, String)>,
    /// What they want to know more about.
    pub interest: Option<String>,
    /// They allow introductions to peers.
    pub may_introduce: bool,
    /// They asked to be forgotten.
    pub to_be_forgotten: bool,
}

/// The next useful give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NextGive {
    Celebrate {
        task: i64,
        title: String,
    },
    Verify {
        achievement: i64,
        title: String,
    },
    Introduce {
        topic: String,
    },
    Tell {
        about: String,
    },
    /// Nothing is open: something is to be found first.
    Look,
    /// They asked to be forgotten: nothing more is given either.
    LeaveBe,
}

impl NextGive {
    /// The most useful of what is open.
    #[must_use]
    pub fn of(open: &OpenForThem) -> Self {
        match open {
            OpenForThem { to_be_forgotten: true, .. } => Self::LeaveBe,
            OpenForThem { task: Some((task, title)), .. } => Self::Celebrate { task: *task, title: title.clone() },
            OpenForThem { reported: Some((achievement, title)), .. } => Self::Verify { achievement: *achievement, title: title.clone() },
            OpenForThem { interest: Some(topic), may_introduce: true, .. } => Self::Introduce { topic: topic.clone() },
            OpenForThem { interest: Some(about), .. } => Self::Tell { about: about.clone() },
            OpenForThem { .. } => Self::Look,
        }
    }

    /// `The next useful give: celebrate “Hospital Innovator of the Year”.`
    #[must_use]
    pub fn sentence(&self) -> String {
        let give = match self {
            Self::Celebrate { title, .. } => format!("celebrate “{title}”"),
            Self::Verify { title, .. } => format!("verify “{title}”, and celebrate it"),
            Self::Introduce { topic } => format!("introduce them to somebody who knows about {topic}"),
            Self::Tell { about } => format!("tell them something new about {about}"),
            Self::Look => "find something of theirs to celebrate, such as a talk, an award or a quote".to_owned(),
            Self::LeaveBe => return "Give them nothing more either: they asked to be forgotten.".to_owned(),
        };
        format!("The next useful give: {give}.")
    }

    /// Where marketing does it; `None` where there is nothing to do.
    #[must_use]
    pub fn path(&self) -> Option<String> {
        match self {
            Self::Celebrate { task, .. } => Some(format!("/celebrate/{task}")),
            Self::Verify { achievement, .. } => Some(format!("/achievements/{achievement}")),
            Self::Introduce { .. } => Some("/introductions".to_owned()),
            Self::Tell { .. } | Self::Look => Some("/achievements/new".to_owned()),
            Self::LeaveBe => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_useful_of_what_is_open_is_named() {
        let task = Some((7, "Forest Prize".to_owned()));
        let reported = Some((3, "Keynote".to_owned()));
        let interest = Some("heat storage".to_owned());
        let all = OpenForThem { task, reported: reported.clone(), interest: interest.clone(), may_introduce: true, to_be_forgotten: false };
        for (open, sentence, path) in [
            (all.clone(), "The next useful give: celebrate “Forest Prize”.", "/celebrate/7"),
            (OpenForThem { to_be_forgotten: true, ..all.clone() }, "Give them nothing more either: they asked to be forgotten.", ""),
            (OpenForThem { task: None, ..all }, "The next useful give: verify “Keynote”, and celebrate it.", "/achievements/3"),
            (
                OpenForThem { interest: interest.clone(), may_introduce: true, ..OpenForThem::default() },
                "The next useful give: introduce them to somebody who knows about heat storage.",
                "/introductions",
            ),
            (
                OpenForThem { interest, ..OpenForThem::default() },
                "The next useful give: tell them something new about heat storage.",
                "/achievements/new",
            ),
            (
                OpenForThem { may_introduce: true, ..OpenForThem::default() },
                "The next useful give: find something of theirs to celebrate, such as a talk, an award or a quote.",
                "/achievements/new",
            ),
        ] {
            let next = NextGive::of(&open);
            assert_eq!((next.sentence().as_str(), next.path().unwrap_or_default().as_str()), (sentence, path));
        }
    }
}
