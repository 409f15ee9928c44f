//! Which rows are shown: the table on the screen and the sheet that is taken from it agree by asking here.

use crate::UptakeError;
use crate::panel::Row;
use crate::standing::State;
use kit::http::FieldError;

/// Longest search text, in characters.
const LONGEST: usize = 100;

/// A filter over rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    state: Option<State>,
    words: String,
}

impl Filter {
    /// From the query's `show` (empty: all) and `search`.
    ///
    /// # Errors
    /// `Invalid` with the fields `show` and `search`.
    pub fn asked(show: &str, search: &str) -> Result<Self, UptakeError> {
        let wrong = |field, message| Err(UptakeError::Invalid(vec![FieldError::new(field, field, message)]));
        let state = match show {
            "" => None,
            "not-equipped" => Some(State::NotEquipped),
            "never-used" => Some(State::NeverUsed),
            "silent" => Some(State::Silent),
            "users" => Some(State::User),
            "closed" => Some(State::Closed),
            _ => {
                return wrong(
                    "show",
                    "Choose not-equipped, never-used, silent, users or closed, or leave it out for all.",
                );
            }
        };
        if search.chars().count() > LONGEST {
            return wrong("search", "Shorten the search to 100 characters.");
        }
        Ok(Self { state, words: search.trim().to_lowercase() })
    }

    /// Whether a row is shown: by its state, and when name or municipality contain the words.
    pub fn takes(&self, row: &Row) -> bool {
        let practice = &row.practice;
        self.state.is_none_or(|state| state == row.standing.state && !practice.test)
            && [&practice.name, &practice.municipality].iter().any(|text| text.to_lowercase().contains(&self.words))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::panel::Practice;
    use crate::standing::Standing;
    use uuid::Uuid;

    fn row(name: &str, state: State, test: bool) -> Row {
        let practice = Practice {
            id: Uuid::nil(),
            name: name.into(),
            municipality: "Nordfjorden".into(),
            test,
            list_size: None,
            closed_on: None,
            trial_arm: String::new(),
        };
        let standing = Standing { state, missing: None, days: None, action: None };
        Row { standing, ..Row::empty(practice, 0) }
    }

    #[test]
    fn rows_are_shown_by_state_and_words() {
        let rows = [
            row("Solvik", State::User, false),
            row("ØVRE Moen", State::NeverUsed, false),
            row("Training", State::NeverUsed, true),
            row("Old", State::Closed, false),
        ];
        let shown = |show: &str, search: &str| {
            let filter = Filter::asked(show, search).unwrap();
            rows.iter().filter(|row| filter.takes(row)).map(|row| row.practice.name.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(shown("", ""), ["Solvik", "ØVRE Moen", "Training", "Old"]);
        assert_eq!(shown("closed", ""), ["Old"]);
        assert_eq!(shown("never-used", ""), ["ØVRE Moen"]);
        assert_eq!(shown("", " øvre "), ["ØVRE Moen"]);
        assert_eq!(shown("", "nordf").len(), 4);
        assert_eq!(shown("users", "moen"), [""; 0]);
        assert!(Filter::asked("everybody", "").is_err() && Filter::asked("", &"x".repeat(101)).is_err());
    }
}
