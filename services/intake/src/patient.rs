//! A patient's number, birth date, age and initials.
//!
//! Numbers are checked for their format only; check digits come with the identifier registers (D-numbers and synthetic
//! test series have digits of their own, and refusing a real patient costs more than a mistyped digit that the name contradicts).

use crate::vocabulary::IdentifierSystem;
use time::Date;
use time::macros::format_description;

/// Oldest birth date that is believed.
const OLDEST_YEARS: i32 = 130;

/// What is wrong with an identifier in its system, as a sentence with the remedy; `None` when it will do.
pub fn identifier_flaw(system: IdentifierSystem, identifier: &str) -> Option<&'static str> {
    let digits = |count: usize| identifier.len() == count && identifier.bytes().all(|byte| byte.is_ascii_digit());
    match system {
        IdentifierSystem::NoNational if !digits(11) => Some(
            "A Norwegian identity number or D-number has 11 digits. Check the number, or choose another kind of number.",
        ),
        IdentifierSystem::Nhs if !digits(10) => {
            Some("An NHS number has 10 digits. Check the number, or choose another kind of number.")
        }
        IdentifierSystem::Generic if !(1..=32).contains(&identifier.chars().count()) => {
            Some("A number has 1 to 32 characters. Shorten it.")
        }
        _ => None,
    }
}

/// Why a birth date is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BirthDateFlaw {
    /// Not a day of the calendar.
    NotADate,
    /// After today.
    InTheFuture,
    /// More than 130 years ago.
    TooLongAgo,
}

/// Reads a birth date, `YYYY-MM-DD`.
///
/// # Errors
/// [`BirthDateFlaw`].
pub fn birth_date(text: &str, today: Date) -> Result<Date, BirthDateFlaw> {
    let date = Date::parse(text, format_description!("[year]-[month]-[day]")).map_err(|_| BirthDateFlaw::NotADate)?;
    if date > today {
        return Err(BirthDateFlaw::InTheFuture);
    }
    if today.year() - date.year() > OLDEST_YEARS {
        return Err(BirthDateFlaw::TooLongAgo);
    }
    Ok(date)
}

/// Full years on a day.
pub fn age(born: Date, on: Date) -> i32 {
    let had_birthday = (on.month() as u8, on.day()) >= (born.month() as u8, born.day());
    on.year() - born.year() - i32::from(!had_birthday)
}

/// First and last initial, `K.N.`: lists show no more of a name. Empty for an empty name.
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphabetic()));
    let Some(first) = words.next() else {
        return String::new();
    };
    let initial = |c: char| format!("{}.", c.to_uppercase());
    words.next_back().map_or_else(|| initial(first), |last| initial(first) + &initial(last))
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn identifiers_have_the_length_of_their_system() {
        use IdentifierSystem::{Generic, Nhs, NoNational};
        for (system, good, bad) in [
            (NoNational, vec!["14035812345"], vec!["1403581234", "140358123456", "1403581234a", "140358 1234", ""]),
            (Nhs, vec!["9434765919"], vec!["943476591", "94347659190", "943476591x"]),
            (Generic, vec!["A", "SYNTHETIC-1", &"x".repeat(32)], vec!["", &"x".repeat(33)]),
        ] {
            for text in good {
                assert_eq!(identifier_flaw(system, text), None, "{text}");
            }
            for text in bad {
                assert!(identifier_flaw(system, text).is_some(), "{text}");
            }
        }
    }

    #[test]
    fn birth_dates_are_real_and_past() {
        let today = date!(2026 - 03 - 02);
        assert_eq!(birth_date("2026-03-02", today), Ok(today));
        assert_eq!(birth_date("2024-02-29", today), Ok(date!(2024 - 02 - 29)));
        assert_eq!(birth_date("2023-02-29", today), Err(BirthDateFlaw::NotADate));
        assert_eq!(birth_date("14.03.1958", today), Err(BirthDateFlaw::NotADate));
        assert_eq!(birth_date("2026-03-03", today), Err(BirthDateFlaw::InTheFuture));
        assert_eq!(birth_date("1880-01-01", today), Err(BirthDateFlaw::TooLongAgo));
    }

    #[test]
    fn age_counts_birthdays() {
        assert_eq!(age(date!(1961 - 03 - 02), date!(2026 - 03 - 01)), 64);
        assert_eq!(age(date!(1961 - 03 - 02), date!(2026 - 03 - 02)), 65);
        assert_eq!(age(date!(2024 - 02 - 29), date!(2025 - 02 - 28)), 0);
    }

    #[test]
    fn initials_are_first_and_last() {
        assert_eq!(initials("Kari Nordmann"), "K.N.");
        assert_eq!(initials("  øystein  (SYNTHETIC) åsen "), "Ø.Å.");
        assert_eq!(initials("Kari"), "K.");
        assert_eq!(initials(" "), "");
    }
}
