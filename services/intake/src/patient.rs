//! A patient's birth date, age and initials; the number is [`crate::identifier`]'s.

use time::Date;
use time::macros::format_description;

/// Oldest birth date that is believed.
const OLDEST_YEARS: i32 = 130;

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
