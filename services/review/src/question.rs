//! An information request: what the specialist misses, asked of the practice.

use crate::ReviewError;
use kit::http::FieldError;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Longest question, in characters.
pub const LONGEST: usize = 4_000;

/// What is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = review::Wants)]
pub enum Wants {
    /// Pictures that show more.
    BetterImages,
    /// More about the patient.
    History,
    /// As the text says.
    Other,
}

impl Wants {
    /// As it stands in events and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BetterImages => "better-images",
            Self::History => "history",
            Self::Other => "other",
        }
    }
}

/// One word or several.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(untagged)]
#[schema(as = review::WantsOneOrMore)]
pub enum OneOrMore {
    /// One.
    One(Wants),
    /// Several.
    More(Vec<Wants>),
}

impl OneOrMore {
    /// As a slice.
    pub fn as_slice(&self) -> &[Wants] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::More(more) => more,
        }
    }
}

/// The words joined with commas, each once, in the order of the list.
pub fn joined(wants: &[Wants]) -> String {
    let each = [Wants::BetterImages, Wants::History, Wants::Other];
    each.into_iter().filter(|one| wants.contains(one)).map(Wants::as_str).collect::<Vec<_>>().join(",")
}

/// Back from [`joined`].
pub fn split(joined: &str) -> Vec<String> {
    joined.split(',').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// A question says what it wants, and says it in words.
///
/// # Errors
/// `Invalid` with the fields `wants` and `text`.
pub fn check(wants: &[Wants], text: &str) -> Result<(), ReviewError> {
    let mut errors = Vec::new();
    if wants.is_empty() {
        errors.push(FieldError::new("wants", "required", "Choose what you need from the practice."));
    }
    if text.trim().is_empty() {
        errors.push(FieldError::new("text", "required", "Write to the practice what you need."));
    }
    if text.chars().count() > LONGEST {
        errors.push(FieldError::new("text", "too-long", "Shorten the question to at most 4,000 characters."));
    }
    if errors.is_empty() { Ok(()) } else { Err(ReviewError::Invalid(errors)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_joined_once_and_split_again() {
        let text = joined(&[Wants::Other, Wants::BetterImages, Wants::Other]);
        assert_eq!(text, "better-images,other");
        assert_eq!(split(&text), ["better-images", "other"]);
        assert!(split("").is_empty());
        let one: OneOrMore = serde_json::from_str("\"history\"").unwrap();
        let more: OneOrMore = serde_json::from_str("[\"history\",\"other\"]").unwrap();
        assert_eq!((one.as_slice().len(), joined(more.as_slice())), (1, "history,other".to_owned()));
    }

    #[test]
    fn an_empty_question_is_refused_with_both_fields() {
        let Err(ReviewError::Invalid(errors)) = check(&[], " ") else { panic!("accepted") };
        assert_eq!(errors.iter().map(|error| error.field.as_str()).collect::<Vec<_>>(), ["wants", "text"]);
        assert!(check(&[Wants::History], "Since when?").is_ok());
        assert!(check(&[Wants::History], &"x".repeat(LONGEST + 1)).is_err());
    }
}
