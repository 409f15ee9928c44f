//! Numbers of people who do not exist, for the demonstration and for tests.

use super::norwegian::with_check_digits;
use time::Date;

/// A number of the Tenor series (month + 80) for somebody born on that day; `nth` tells several people apart, about four
/// hundred a day. Individual digits lie where other systems, which still read a century from them, read the right one.
pub fn tenor(born: Date, nth: usize) -> Option<String> {
    let individual = match born.year() {
        1854..=1899 => 500..750_u16,
        1900..=1999 => 0..500,
        2000..=2039 => 500..1_000,
        _ => 0..1_000,
    };
    let six = format!("{:02}{:02}{:02}", born.day(), born.month() as u8 + 80, born.year().rem_euclid(100));
    let number = move |individual: u16| {
        let nine: Vec<u8> = format!("{six}{individual:03}").bytes().map(|byte| byte - b'0').collect();
        let all = with_check_digits(nine.try_into().ok()?)?;
        Some(all.iter().map(u8::to_string).collect())
    };
    individual.filter_map(number).cycle().nth(nth)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identifier::{contradicts, flaw};
    use crate::vocabulary::IdentifierSystem::NoNational;
    use std::collections::HashSet;
    use time::macros::date;

    #[test]
    fn they_hold_and_carry_the_birth_date() {
        for born in [date!(1974 - 11 - 13), date!(2010 - 10 - 19), date!(1939 - 09 - 09), date!(2000 - 02 - 29)] {
            let all: HashSet<String> = (0..300).map(|nth| tenor(born, nth).unwrap()).collect();
            assert_eq!(all.len(), 300, "each its own");
            for number in all {
                assert_eq!(flaw(NoNational, &number, true), None, "{number}");
                assert!(flaw(NoNational, &number, false).is_some(), "{number} is nobody's");
                assert!(!contradicts(NoNational, &number, born), "{number}");
            }
        }
        assert_eq!(tenor(date!(1974 - 11 - 13), 0).as_deref(), Some("13917400053"));
    }
}
