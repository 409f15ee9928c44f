//! Dates, numbers, and yes and no, as spreadsheets write them. What can be meant in two ways is refused and not guessed.

use crate::day;
use std::borrow::Cow;
use std::ops::RangeInclusive;
use time::Date;

/// Why a cell can't be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub code: &'static str,
    pub message: Cow<'static, str>,
}

pub(super) fn wrong<T>(code: &'static str, message: impl Into<Cow<'static, str>>) -> Result<T, Wrong> {
    Err(Wrong { code, message: message.into() })
}

/// A calendar day from 1900 to 2199: `2026-03-02`, or `02.03.2026` as in Norway.
pub(super) fn day(text: &str) -> Result<Date, Wrong> {
    let form = "Write the date as YYYY-MM-DD, for example 2026-03-02, or as 02.03.2026.";
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if digits(text) && (4..=6).contains(&text.len()) {
        return wrong(
            "serial-date",
            format!("This is a spreadsheet's number of a day. Format the column as a date. {form}"),
        );
    }
    if text.contains(':') {
        return wrong("date-with-time", format!("This is a date with a time. Leave the time out. {form}"));
    }
    let parts: Vec<&str> = text.split(['-', '.', '/']).collect();
    let [first, second, third] = parts.as_slice() else {
        return wrong("not-a-date", format!("This is not a date. {form}"));
    };
    if !parts.iter().all(|part| digits(part) && !part.is_empty() && part.len() <= 4) {
        return wrong("not-a-date", format!("This is not a date. {form}"));
    }
    let marks: String = text.chars().filter(|c| !c.is_ascii_digit()).collect();
    let (year, month, of_month) = match (first.len(), third.len(), marks.as_str()) {
        (4, 1 | 2, "--" | ".." | "//") => (first, second, third),
        (1 | 2, 4, "..") => (third, second, first),
        (1 | 2, 4, "//" | "--") => {
            return wrong("ambiguous-date", format!("Day and month can't be told apart here. {form}"));
        }
        (1 | 2, 1 | 2, _) => return wrong("short-year", format!("Write the year with four digits. {form}")),
        _ => return wrong("not-a-date", format!("This is not a date. {form}")),
    };
    if !("1900"..="2199").contains(year) {
        return wrong("year-out-of-range", "The year is outside 1900 to 2199. Correct it.");
    }
    match day::parse(&format!("{year}-{month:0>2}-{of_month:0>2}")) {
        Some(day) => Ok(day),
        None => wrong("no-such-day", "There is no such day in the calendar. Correct it."),
    }
}

/// A day that has come; one day of grace, as it is tomorrow in the north before it is in UTC.
pub(super) fn past_day(text: &str, today: Date) -> Result<Date, Wrong> {
    let day = day(text)?;
    if Some(day) > today.next_day() {
        return wrong("in-future", "This day has not come yet. Write today's date or an earlier one, or leave it out.");
    }
    Ok(day)
}

/// A number as it is written.
struct Number {
    negative: bool,
    whole: String,
    fraction: Option<String>,
}

fn number(text: &str) -> Result<Number, Wrong> {
    let (negative, rest) = match text.strip_prefix(['-', '−']) {
        Some(rest) => (true, rest.trim_start()),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let plain = ungrouped(rest);
    let digits = plain.len() - plain.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (whole, behind) = plain.split_at(digits);
    let fraction = behind.strip_prefix([',', '.']);
    let end = fraction.unwrap_or(behind).trim_start_matches(|c: char| c.is_ascii_digit());
    if whole.is_empty() {
        return wrong("not-a-number", "This is not a number. Write digits alone.");
    }
    if end.starts_with(['E', 'e']) && end[1..].trim_start_matches(['+', '-']).bytes().all(|byte| byte.is_ascii_digit())
    {
        return wrong(
            "scientific",
            "The spreadsheet has shortened this number. Format the column as text, and write the number anew.",
        );
    }
    if !end.is_empty() && end.trim_start().starts_with(|c: char| c.is_alphabetic() || c == '%') {
        return wrong("with-unit", "Write the number alone, without a unit behind it.");
    }
    if !end.is_empty() || fraction == Some("") {
        return wrong("not-a-number", "This is not a number. Write digits alone.");
    }
    let fraction = fraction.map(|fraction| fraction.trim_end_matches('0').to_owned()).filter(|_| !behind.is_empty());
    if behind.len() == 4 && whole != "0" {
        return wrong(
            "ambiguous-number",
            "The mark may stand for thousands or for decimals. Write the number without it.",
        );
    }
    Ok(Number { negative, whole: whole.to_owned(), fraction: fraction.filter(|fraction| !fraction.is_empty()) })
}

/// Without the blanks between groups of three digits.
fn ungrouped(text: &str) -> Cow<'_, str> {
    let blank = |c: char| matches!(c, ' ' | '\u{a0}' | '\u{202f}');
    let groups: Vec<&str> = text.split(blank).collect();
    let all_digits = |group: &str| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit());
    match groups.split_first() {
        Some((first, rest))
            if !rest.is_empty()
                && first.len() <= 3
                && all_digits(first)
                && rest.iter().all(|one| one.len() == 3 && all_digits(one)) =>
        {
            groups.concat().into()
        }
        _ => text.into(),
    }
}

/// A whole number within a range; `remedy` says which.
pub(super) fn whole(text: &str, range: RangeInclusive<i64>, remedy: &'static str) -> Result<i64, Wrong> {
    let number = number(text)?;
    if number.fraction.is_some() {
        return wrong("not-whole", format!("This is not a whole number. {remedy}"));
    }
    within(&number, 0, range, remedy)
}

/// Kilometres, with decimals if need be; kept whole, a half rounded up.
pub(super) fn kilometres(text: &str, range: RangeInclusive<i64>, remedy: &'static str) -> Result<i64, Wrong> {
    let number = number(text)?;
    let half = number.fraction.as_deref().is_some_and(|fraction| fraction >= "5");
    within(&number, i64::from(half), range, remedy)
}

fn within(number: &Number, more: i64, range: RangeInclusive<i64>, remedy: &'static str) -> Result<i64, Wrong> {
    let value = number.whole.parse::<i64>().unwrap_or(i64::MAX).saturating_add(more);
    let below_zero = number.negative && (value != 0 || number.fraction.is_some());
    if below_zero || !range.contains(&value) {
        return wrong("out-of-range", remedy);
    }
    Ok(value)
}

/// Yes or no, in English or Norwegian.
pub(super) fn yes_no(text: &str) -> Result<bool, Wrong> {
    match text.to_lowercase().as_str() {
        "yes" | "ja" | "true" | "sann" | "1" | "y" | "j" | "x" => Ok(true),
        "no" | "nei" | "false" | "usann" | "0" | "n" => Ok(false),
        _ => wrong("not-yes-or-no", "Write yes or no."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code<T: std::fmt::Debug>(result: Result<T, Wrong>) -> &'static str {
        let wrong = result.expect_err("it is refused");
        assert!(wrong.message.ends_with('.'), "{}", wrong.message);
        wrong.code
    }

    #[test]
    fn dates_are_read_as_iso_and_as_in_norway() {
        for text in ["2026-03-02", "02.03.2026", "2.3.2026", "2026-3-2", "2026.03.02", "2026/03/02"] {
            assert_eq!(day(text).map(day::text).as_deref(), Ok("2026-03-02"), "{text}");
        }
        for (text, expected) in [
            ("02/03/2026", "ambiguous-date"),
            ("02-03-2026", "ambiguous-date"),
            ("2.3.26", "short-year"),
            ("02/03/26", "short-year"),
            ("46083", "serial-date"),
            ("2026-03-02 00:00:00", "date-with-time"),
            ("2026-03-02T10:00", "date-with-time"),
            ("2026-02-30", "no-such-day"),
            ("31.04.2026", "no-such-day"),
            ("2026-13-01", "no-such-day"),
            ("1899-12-31", "year-out-of-range"),
            ("01.01.2200", "year-out-of-range"),
            ("March", "not-a-date"),
            ("2026", "serial-date"),
            ("20260302", "not-a-date"),
            ("2026-03", "not-a-date"),
            ("2026-æ-02", "not-a-date"),
            ("--", "not-a-date"),
            ("2026.03-02", "not-a-date"),
        ] {
            assert_eq!(code(day(text)), expected, "{text}");
        }
        let today = day::parse("2026-03-02").expect("a date");
        assert!(past_day("2026-03-03", today).is_ok());
        assert_eq!(code(past_day("2026-03-04", today)), "in-future");
    }

    #[test]
    fn numbers_are_read_as_spreadsheets_show_them() {
        let list = |text| whole(text, 0..=100_000, "Write it.");
        for (text, value) in [
            ("2100", 2100),
            ("2 100", 2100),
            ("2\u{a0}100", 2100),
            ("12\u{202f}100", 12_100),
            ("7,0", 7),
            ("7.00", 7),
            ("+7", 7),
            ("-0", 0),
        ] {
            assert_eq!(list(text), Ok(value), "{text}");
        }
        for (text, expected) in [
            ("-1", "out-of-range"),
            ("−1", "out-of-range"),
            ("100001", "out-of-range"),
            ("99999999999999999999999", "out-of-range"),
            ("2,5", "not-whole"),
            ("2.100", "ambiguous-number"),
            ("2,100", "ambiguous-number"),
            ("2,1E+03", "scientific"),
            ("2100 patients", "with-unit"),
            ("45%", "with-unit"),
            ("about 7", "not-a-number"),
            ("2 1", "not-a-number"),
            ("2.1.0", "not-a-number"),
            ("7,", "not-a-number"),
            ("", "not-a-number"),
        ] {
            assert_eq!(code(list(text)), expected, "{text}");
        }
        for (text, value) in
            [("212", 212), ("212,4", 212), ("212.5", 213), ("0,05", 0), ("0,500", 1), ("3000,49", 3000)]
        {
            assert_eq!(kilometres(text, 0..=3000, "Write it."), Ok(value), "{text}");
        }
        for (text, expected) in [
            ("212 km", "with-unit"),
            ("3000,5", "out-of-range"),
            ("-0,2", "out-of-range"),
            ("1.200", "ambiguous-number"),
        ] {
            assert_eq!(code(kilometres(text, 0..=3000, "Write it.")), expected, "{text}");
        }
        assert_eq!((yes_no("Ja"), yes_no("NO")), (Ok(true), Ok(false)));
        assert_eq!(code(yes_no("maybe")), "not-yes-or-no");
    }
}
