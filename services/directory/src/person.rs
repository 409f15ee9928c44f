//! A person who may sign in: name, e-mail, language. Patients never do.

use crate::Error;
use crate::faults::{Faults, NAME};
use crate::hpr;
use crate::language::Language;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A person to be registered.
#[derive(Clone, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewPerson {
    /// Made by the client, so that a repeated request registers once; made here when absent.
    #[serde(default)]
    pub id: Option<Uuid>,
    /// As answers and questions show it, 1 to 200 characters.
    #[serde(default)]
    #[schema(
        required = true,
        min_length = 1,
        max_length = 200,
        pattern = "^[^\\x00-\\x1f\\x7f-\\x9f\\u200b-\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ufeff]*$"
    )]
    pub name: String,
    /// For signing in; unique, without regard to upper and lower case.
    #[serde(default)]
    #[schema(required = true, max_length = 254, format = Email)]
    pub email: String,
    /// `en` or `nb`.
    #[serde(default)]
    #[schema(required = true, value_type = Language)]
    pub language: String,
    /// Number in Norway's register of health personnel, or a national equivalent: 1 to 9 digits. Letters name a clinician by it.
    #[serde(default)]
    #[schema(pattern = "^ *[0-9]{0,9} *$")]
    pub hpr_number: String,
}

/// A person who may be registered; the e-mail in lower case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Person {
    pub name: String,
    pub email: String,
    pub language: Language,
    /// Empty when it is not known; then it is no part of the content's hash, which stands from before there were any.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub hpr_number: String,
}

impl NewPerson {
    /// The person, trimmed.
    ///
    /// # Errors
    /// `Invalid` with every field that is missing or wrong.
    pub fn check(&self) -> Result<Person, Error> {
        let mut faults = Faults::default();
        let name = faults.line("name", &self.name, "the person's name", NAME);
        let email = self.email.trim().to_lowercase();
        if email.is_empty() {
            faults.add("email", "required", "Write the person's e-mail address.");
        } else if !looks_like_email(&email) {
            faults.add("email", "not-an-email", "This is not an e-mail address. Write it as in name@office.example.");
        }
        let language = Language::parse(self.language.trim());
        let language = faults.choice("language", language, "Choose the language: en (English) or nb (norsk bokmål).");
        let hpr_number = hpr::optional(&mut faults, "hprNumber", &self.hpr_number);
        faults.finish(language.map(|language| Person { name, email, language, hpr_number }))?.ok_or(Error::NotFound)
    }
}

/// One `@`, a name before it, a domain with a dot after it, at most 254 characters (RFC 5321), and none of the signs
/// that only quoted addresses may hold: an authenticator's address breaks on `:`.
pub fn looks_like_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !"@:;,<>()[]\\\"".contains(c);
    let dots = |part: &str| !part.starts_with('.') && !part.ends_with('.') && !part.contains("..");
    text.len() <= 254
        && (1..=64).contains(&local.len())
        && domain.contains('.')
        && [local, domain].iter().all(|part| part.chars().all(plain) && dots(part))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::tests::told;

    #[test]
    fn an_email_has_the_shape_of_one() {
        for right in ["kari@solvik.example", "k.n+1@a.b.example", "åse@solvik.example"] {
            assert!(looks_like_email(right), "{right}");
        }
        for wrong in [
            "",
            "kari",
            "@solvik.example",
            "kari@",
            "kari@solvik",
            "a@b@c.example",
            "a b@c.example",
            "a:b@c.example",
            ".a@c.example",
            "a@c..example",
            "a@.example",
        ] {
            assert!(!looks_like_email(wrong), "{wrong}");
        }
        assert!(!looks_like_email(&format!("{}@c.example", "a".repeat(65))));
    }

    #[test]
    fn a_person_is_kept_in_lower_case() {
        let form = NewPerson {
            name: "Kari SYNTHETIC".into(),
            email: " Kari@Solvik.Example ".into(),
            language: "nb".into(),
            ..NewPerson::default()
        };
        assert_eq!(form.check().map(|person| person.email).ok().as_deref(), Some("kari@solvik.example"));
        assert_eq!(told(NewPerson::default().check()), ["name required", "email required", "language required"]);
        assert_eq!(
            told(NewPerson { email: "kari".into(), language: "de".into(), ..form }.check()),
            ["email not-an-email", "language required"]
        );
    }
}
