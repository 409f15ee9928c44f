//! Norwegian numbers of eleven digits: six for the birth date, three individual digits, two check digits.
//!
//! | number | told by |
//! |---|---|
//! | national identity number | |
//! | D-number (somebody who is not resident) | first digit + 4 |
//! | H-number (a hospital's own, for somebody whose number is not known) | month + 40 |
//! | FH-number (the same from one national pool) | first digit 8 or 9; no date in it |
//! | synthetic people: Tenor, NHN's and Dolly | month + 80, + 65, + 40 |
//!
//! An H-number and one of the Dolly series look alike. An H-number may be a real patient's, so both are taken everywhere.
//!
//! Source of the check digits: the Norwegian Tax Administration's description of the national identity number and its change
//! for numbers given out from 2032 on, as NAV's open validator has it. Numbers of both rules stand side by side, so nothing
//! here reads century or sex from the individual digits.

use super::{Flaw, digits, weighted};
use time::{Date, Month};

/// Something else than digits.
const LETTERS: Flaw = Flaw {
    code: "national-number-letters",
    message: "A Norwegian identity number has digits only. Look for a letter, such as O typed for 0 or l for 1, or choose another kind of number.",
};
/// Not eleven.
const LENGTH: Flaw = Flaw {
    code: "national-number-length",
    message: "A Norwegian identity number or D-number has 11 digits. Look for a digit too few or too many, or choose another kind of number.",
};
/// A day that does not exist.
const DATE: Flaw = Flaw {
    code: "national-number-date",
    message: "A Norwegian identity number begins with day, month and year of birth, and this one begins with no such day. Check its first six digits.",
};
/// Check digits that do not fit.
const CHECK: Flaw = Flaw {
    code: "national-number-check",
    message: "One or two digits of this number are mistyped: its check digits do not fit. Compare it digit by digit with the patient's record.",
};
/// A synthetic number where real patients are.
const SYNTHETIC: Flaw = Flaw {
    code: "national-number-synthetic",
    message: "This number belongs to a made-up person for tests, and real patients are referred here. Write the patient's own number.",
};

#[cfg(test)]
pub(super) const FLAWS: [Flaw; 5] = [LETTERS, LENGTH, DATE, CHECK, SYNTHETIC];

/// Weights of the first sum, over the first ten digits.
const FIRST: [u8; 10] = [3, 7, 6, 1, 8, 9, 4, 5, 2, 1];
/// Weights of the second sum, over all eleven.
const SECOND: [u8; 11] = [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1];

/// Whether and how the two check digits fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckDigits {
    /// By the rule of all numbers given out before 2032: both sums are divisible by 11.
    Always,
    /// By the rule from 2032 on alone: the first sum leaves 1, 2 or 3, the second nothing.
    From2032,
    /// Not.
    Wrong,
}

impl CheckDigits {
    /// Both rules, in this one place.
    pub fn of(digits: &[u8; 11]) -> Self {
        match (weighted(digits, &FIRST), weighted(digits, &SECOND)) {
            (0, 0) => Self::Always,
            (1..=3, 0) => Self::From2032,
            _ => Self::Wrong,
        }
    }
}

/// Where a number comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Series {
    /// National identity number or D-number.
    National,
    /// H-number, or the synthetic Dolly series: they look alike.
    HNumber,
    /// FH-number.
    FhNumber,
    /// Synthetic: Tenor, the Tax Administration's test population.
    Tenor,
    /// Synthetic: Norsk helsenett's.
    Nhn,
}

impl Series {
    /// Whether nobody real has such a number.
    pub fn is_synthetic(self) -> bool {
        matches!(self, Self::Tenor | Self::Nhn)
    }
}

/// Day and month of birth, and the year's last two digits: a number does not say in which century.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BirthDay {
    day: u8,
    month: Month,
    of_century: u8,
}

impl BirthDay {
    /// A day that exists in some century. A year that ends in 00 may be a leap year: 2000 was one.
    fn new(day: u8, month: u8, of_century: u8) -> Option<Self> {
        let month = Month::try_from(month).ok()?;
        let longest = month.length(2000 + i32::from(of_century));
        (1..=longest).contains(&day).then_some(Self { day, month, of_century })
    }

    /// Whether somebody born on that day may have it.
    pub fn may_be(self, born: Date) -> bool {
        let of_century = born.year().rem_euclid(100) as u8;
        (self.day, self.month, self.of_century) == (born.day(), born.month(), of_century)
    }
}

/// A number whose digits fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Read {
    /// Where it comes from.
    pub series: Series,
    /// The birth date in it; none in an FH-number.
    pub born: Option<BirthDay>,
    /// By which rule its check digits fit.
    pub check: CheckDigits,
}

/// Reads a number in its normal form.
///
/// # Errors
/// What is wrong with it, the coarsest first: a date that does not exist says more than check digits that do not fit.
pub fn read(number: &str) -> Result<Read, Flaw> {
    let digits: [u8; 11] = digits(number, LETTERS, LENGTH)?;
    let (series, born) = first_six(&digits).ok_or(DATE)?;
    let check = CheckDigits::of(&digits);
    if check == CheckDigits::Wrong { Err(CHECK) } else { Ok(Read { series, born, check }) }
}

/// What the first six digits say; none when there is no such day.
fn first_six(digits: &[u8; 11]) -> Option<(Series, Option<BirthDay>)> {
    let two = |at: usize| digits[at] * 10 + digits[at + 1];
    let day = match digits[0] {
        8 | 9 => return Some((Series::FhNumber, None)),
        4..=7 => two(0) - 40,
        _ => two(0),
    };
    let (series, month) = match two(2) {
        month @ 41..=52 => (Series::HNumber, month - 40),
        month @ 66..=77 => (Series::Nhn, month - 65),
        month @ 81..=92 => (Series::Tenor, month - 80),
        month => (Series::National, month),
    };
    Some((series, Some(BirthDay::new(day, month, two(4))?)))
}

/// What is wrong with a number in its normal form.
pub(super) fn flaw(number: &str, synthetic: bool) -> Option<Flaw> {
    match read(number) {
        Err(flaw) => Some(flaw),
        Ok(read) if read.series.is_synthetic() && !synthetic => Some(SYNTHETIC),
        Ok(_) => None,
    }
}

/// Nine digits with check digits by the rule before 2032; none where one of them would be 10.
pub(super) fn with_check_digits(nine: [u8; 9]) -> Option<[u8; 11]> {
    let mut all = [0; 11];
    all[..9].copy_from_slice(&nine);
    for (at, weights) in [(9, FIRST.as_slice()), (10, &SECOND)] {
        let check = (11 - weighted(&all[..at], weights)) % 11;
        all[at] = u8::try_from(check).ok().filter(|check| *check < 10)?;
    }
    Some(all)
}

#[cfg(test)]
mod tests;
