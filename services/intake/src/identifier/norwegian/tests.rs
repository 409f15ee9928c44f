//! Published vectors, and numbers by construction: every series, every rest of the first sum, every digit mistyped.

use super::*;
use time::macros::date;

/// Those of NAV's validator and the Tax Administration's rule: first sum's rest 0 to 3, D-number, Dolly.
#[test]
fn published_numbers_are_taken() {
    use CheckDigits::{Always, From2032};
    use Series::{HNumber, Nhn, Tenor};
    for (number, series, check) in [
        ("01857010015", Tenor, Always),
        ("01857010023", Tenor, From2032),
        ("01857010031", Tenor, From2032),
        ("01857010120", Tenor, From2032),
        ("41857010009", Tenor, Always),
        ("01457010032", HNumber, Always),
        ("13116900216", Series::National, Always),
        ("13717404089", Nhn, Always),
        // The example in python-stdnum's documentation.
        ("15108695088", Series::National, Always),
    ] {
        let read = read(number).unwrap();
        assert_eq!((read.series, read.check), (series, check), "{number}");
        assert_eq!(flaw(number, true), None, "{number}");
        assert_eq!(flaw(number, false), series.is_synthetic().then_some(SYNTHETIC), "{number}");
    }
}

#[test]
fn published_numbers_are_refused() {
    for (number, why) in [
        ("01857010058", CHECK),
        ("01857010066", CHECK),
        ("01857010018", CHECK),
        // Printed as a sample in no-basis.
        ("13057444850", CHECK),
        ("31028970123", DATE),
        ("15108695077", CHECK),
        ("1391740407", LENGTH),
        ("139174040755", LENGTH),
        ("", LENGTH),
        ("1391740407O", LETTERS),
        // Digits of another script are no digits here.
        ("1391740407\u{665}", LETTERS),
    ] {
        assert_eq!(flaw(number, true), Some(why), "{number}");
    }
}

/// The number with its first nine digits and that rest of the first sum, if there is one.
fn with_rest(nine: &str, rest: u32) -> Option<String> {
    let mut all: Vec<u8> = nine.bytes().map(|byte| byte - b'0').collect();
    let first = (rest + 11 - weighted(&all, &FIRST)) % 11;
    all.push(first as u8);
    let second = (11 - weighted(&all, &SECOND)) % 11;
    all.push(second as u8);
    (first < 10 && second < 10).then(|| all.iter().map(u8::to_string).collect())
}

#[test]
fn the_first_sum_may_leave_three_and_no_more() {
    for rest in 0..11 {
        let mut seen = 0;
        for individual in 0..1_000 {
            let Some(number) = with_rest(&format!("010170{individual:03}"), rest) else { continue };
            seen += 1;
            assert_eq!(flaw(&number, false), (rest > 3).then_some(CHECK), "{number} leaves {rest}");
        }
        assert!(seen > 700, "{seen} numbers leave {rest}");
    }
}

#[test]
fn every_series_is_read_with_its_birth_date() {
    let born = date!(1970 - 12 - 31);
    let with = |six: &str| {
        let number = (0..100).find_map(|n| with_rest(&format!("{six}{n:03}"), 0)).unwrap();
        read(&number).unwrap()
    };
    for (six, series) in [
        ("311270", Series::National),
        ("711270", Series::National),
        ("315270", Series::HNumber),
        ("317770", Series::Nhn),
        ("319270", Series::Tenor),
        ("719270", Series::Tenor),
    ] {
        let read = with(six);
        assert_eq!(read.series, series, "{six}");
        let day = read.born.unwrap();
        assert!(day.may_be(born) && day.may_be(date!(2070 - 12 - 31)), "{six}");
        assert!(!day.may_be(date!(1970 - 12 - 30)) && !day.may_be(date!(1971 - 12 - 31)), "{six}");
    }
    for six in ["811270", "999999", "800000"] {
        let read = with(six);
        assert_eq!((read.series, read.born), (Series::FhNumber, None), "{six}");
    }
}

#[test]
fn a_day_must_exist_in_some_century() {
    let day = |six: &str| {
        let number = (0..100).find_map(|n| with_rest(&format!("{six}{n:03}"), 0)).unwrap();
        read(&number)
    };
    // 2000 was a leap year, 1900 was not, and the number does not say which.
    for six in ["290200", "290296", "310170", "418570", "010101"] {
        assert!(day(six).is_ok(), "{six}");
    }
    for six in ["290201", "290297", "300296", "310470", "001270", "321270", "400170", "720170", "010070", "011370"] {
        assert_eq!(day(six), Err(DATE), "{six}");
    }
    for month in (13..=40).chain(53..=65).chain(78..=80).chain(93..=99) {
        assert_eq!(day(&format!("01{month}70")), Err(DATE), "{month}");
    }
}

/// What the check digits are for: one digit mistyped, or two neighbours that changed places. The second sum alone sees all of
/// them, so the looser first one of 2032 costs nothing here.
#[test]
fn a_mistyped_digit_is_seen() {
    let mut tried = 0;
    for number in (0..4).flat_map(|rest| (0..50).filter_map(move |n| with_rest(&format!("131174{n:03}"), rest))) {
        assert!(read(&number).is_ok(), "{number}");
        let refused = |bytes: &[u8]| {
            let mistyped = std::str::from_utf8(bytes).unwrap();
            assert!(mistyped == number || read(mistyped).is_err(), "{number} -> {mistyped}");
        };
        for at in 0..11 {
            for digit in b'0'..=b'9' {
                let mut bytes = number.clone().into_bytes();
                bytes[at] = digit;
                refused(&bytes);
                tried += 1;
            }
        }
        for at in 0..10 {
            let mut bytes = number.clone().into_bytes();
            bytes.swap(at, at + 1);
            refused(&bytes);
        }
    }
    assert!(tried > 100 * 110, "{tried}");
}
