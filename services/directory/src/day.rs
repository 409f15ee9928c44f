//! A calendar day as people write it and as tables keep it: `YYYY-MM-DD`, which sorts as text on both engines.

use time::Date;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

const FORM: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");

/// A real day from 1900 to 2199, or nothing.
pub fn parse(text: &str) -> Option<Date> {
    let day = (text.len() == 10).then(|| Date::parse(text, FORM).ok()).flatten()?;
    (1900..2200).contains(&day.year()).then_some(day)
}

/// `YYYY-MM-DD`.
pub fn text(day: Date) -> String {
    format!("{:04}-{:02}-{:02}", day.year(), u8::from(day.month()), day.day())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_real_days_are_read() {
        for real in ["1900-01-01", "2024-02-29", "2199-12-31"] {
            assert_eq!(parse(real).map(text).as_deref(), Some(real));
        }
        for wrong in [
            "",
            "2025-02-29",
            "2026-13-01",
            "1899-12-31",
            "2200-01-01",
            "2026-3-2",
            "02.03.2026",
            "2026-03-02T00:00:00Z",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
