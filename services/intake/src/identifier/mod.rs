//! A patient's number: its normal form, what is wrong with it, and the birth date that it carries. One file per system.
//!
//! Rejected: a warning that can be overridden. A number with wrong check digits names nobody or somebody else, and a patient
//! without a number that holds has the system `generic`.

mod generic;
pub mod made_up;
mod nhs;
pub mod norwegian;

use crate::text;
use crate::vocabulary::IdentifierSystem;
use time::Date;

/// What is wrong with a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// Stable word, for translation.
    pub code: &'static str,
    /// One sentence or two: what is wrong, and the remedy.
    pub message: &'static str,
}

/// Nothing is written.
pub const MISSING: Flaw = Flaw { code: "required", message: "Write the patient's number." };

/// A number as it is stored in events and hashed for search, however it was typed: "139174 04075" is "13917404075".
pub fn normal(system: IdentifierSystem, written: &str) -> String {
    match system {
        IdentifierSystem::NoNational | IdentifierSystem::Nhs => without_separators(written),
        IdentifierSystem::Generic => generic::normal(written),
    }
}

/// What is wrong with a number in its system; `None` when it will do. Numbers of synthetic people belong into synthetic
/// deployments alone.
pub fn flaw(system: IdentifierSystem, written: &str, synthetic: bool) -> Option<Flaw> {
    if text::blank(written) {
        return Some(MISSING);
    }
    let number = normal(system, written);
    match system {
        IdentifierSystem::NoNational => norwegian::flaw(&number, synthetic),
        IdentifierSystem::Nhs => nhs::flaw(&number),
        IdentifierSystem::Generic => generic::flaw(&number),
    }
}

/// Whether a number without flaw says that its patient was born on another day.
pub fn contradicts(system: IdentifierSystem, written: &str, born: Date) -> bool {
    system == IdentifierSystem::NoNational
        && norwegian::read(&normal(system, written)).is_ok_and(|read| read.born.is_some_and(|day| !day.may_be(born)))
}

/// Numbers are written and copied with spaces, non-breaking ones too, and with hyphens and dashes of many kinds; what can't
/// be seen comes along from web pages.
fn without_separators(written: &str) -> String {
    let separates = |c: char| {
        c.is_whitespace() || text::is_hidden(c) || c == '-' || matches!(c, '\u{2010}'..='\u{2015}' | '\u{2212}')
    };
    written.chars().filter(|c| !separates(*c)).collect()
}

/// The number as digits.
fn digits<const N: usize>(number: &str, letters: Flaw, length: Flaw) -> Result<[u8; N], Flaw> {
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(letters);
    }
    let digits: Vec<u8> = number.bytes().map(|byte| byte - b'0').collect();
    digits.try_into().map_err(|_| length)
}

/// The sum of digits times weights, modulo 11.
fn weighted(digits: &[u8], weights: &[u8]) -> u32 {
    digits.iter().zip(weights).map(|(digit, weight)| u32::from(*digit) * u32::from(*weight)).sum::<u32>() % 11
}

#[cfg(test)]
mod tests {
    use super::*;
    use IdentifierSystem::{Generic, Nhs, NoNational};
    use std::collections::HashSet;
    use time::macros::date;

    #[test]
    fn one_normal_form_however_it_is_typed() {
        for written in [
            "13917404075",
            " 139174 04075\n",
            "139174-04075",
            "139174\u{a0}04075",
            "139174\u{202f}04\u{2009}075",
            "139174\u{2011}04075",
            "139174\u{2013}04075",
            "\u{feff}13917404\u{200b}075\u{ad}",
        ] {
            assert_eq!(normal(NoNational, written), "13917404075", "{written:?}");
            assert_eq!(flaw(NoNational, written, true), None, "{written:?}");
        }
        assert_eq!(normal(Nhs, "943 476 5870"), "9434765870");
        assert_eq!(normal(Generic, "  AB-12\u{a0} 34 "), "AB-12 34");
    }

    #[test]
    fn every_flaw_has_its_own_code_and_a_remedy() {
        let all: Vec<Flaw> =
            [&[MISSING][..], &norwegian::FLAWS, &nhs::FLAWS, &generic::FLAWS].into_iter().flatten().copied().collect();
        let codes: HashSet<_> = all.iter().map(|flaw| flaw.code).collect();
        assert_eq!(codes.len(), all.len());
        for flaw in all {
            assert!(flaw.message.ends_with('.') && flaw.message.len() > 20, "{flaw:?}");
        }
    }

    #[test]
    fn nothing_written_is_missing_in_every_system() {
        for system in IdentifierSystem::ALL {
            for written in ["", " ", "-", "\u{200b}"] {
                assert_eq!(flaw(*system, written, true), Some(MISSING), "{system:?} {written:?}");
            }
        }
    }

    #[test]
    fn the_birth_date_must_fit() {
        let born = date!(1974 - 11 - 13);
        // However it is written, and in whatever century: a number does not tell it.
        assert!(!contradicts(NoNational, "13917404075", born) && !contradicts(NoNational, "139174 04075", born));
        assert!(!contradicts(NoNational, "13917404075", date!(1874 - 11 - 13)));
        // D-number of the Tenor series, H-number or Dolly, NHN: the date is the one without what marks the series.
        for (number, born) in [
            ("41857010009", date!(1970 - 05 - 01)),
            ("01457010032", date!(1970 - 05 - 01)),
            ("13717404089", date!(1974 - 06 - 13)),
        ] {
            assert!(!contradicts(NoNational, number, born), "{number}");
            assert!(contradicts(NoNational, number, born + time::Duration::DAY), "{number}");
        }
        for other in [date!(1974 - 11 - 12), date!(1974 - 10 - 13), date!(1975 - 11 - 13)] {
            assert!(contradicts(NoNational, "13917404075", other), "{other}");
        }
        // No date stands in these, and a number with a flaw says nothing.
        assert!(!contradicts(Nhs, "9434765870", born));
        assert!(!contradicts(Generic, "13917404075", date!(1958 - 03 - 14)));
        assert!(!contradicts(NoNational, "13917404076", date!(1958 - 03 - 14)));
    }
}
