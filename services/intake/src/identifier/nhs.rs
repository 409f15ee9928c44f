//! NHS numbers: ten digits, the last a check digit, modulo 11.
//!
//! Rule: NHS Data Dictionary, NHS NUMBER: the first nine digits times 10 down to 2, the check digit times 1, summed, are
//! divisible by 11. Ten equal digits always pass, and people type them where they have no number; nobody has one.

use super::{Flaw, digits, weighted};

const LETTERS: Flaw = Flaw {
    code: "nhs-number-letters",
    message: "An NHS number has digits only. Look for a letter, such as O typed for 0 or l for 1, or choose another kind of number.",
};
const LENGTH: Flaw = Flaw {
    code: "nhs-number-length",
    message: "An NHS number has 10 digits. Look for a digit too few or too many, or choose another kind of number.",
};
const CHECK: Flaw = Flaw {
    code: "nhs-number-check",
    message: "A digit of this NHS number is mistyped: its check digit does not fit. Compare it digit by digit with the patient's record.",
};
const FILLER: Flaw = Flaw {
    code: "nhs-number-filler",
    message: "Ten times the same digit is nobody's NHS number. Write the patient's own number, or choose another kind of number.",
};

#[cfg(test)]
pub(super) const FLAWS: [Flaw; 4] = [LETTERS, LENGTH, CHECK, FILLER];

const WEIGHTS: [u8; 10] = [10, 9, 8, 7, 6, 5, 4, 3, 2, 1];

/// What is wrong with a number in its normal form.
pub(super) fn flaw(number: &str) -> Option<Flaw> {
    match digits::<10>(number, LETTERS, LENGTH) {
        Err(flaw) => Some(flaw),
        Ok(digits) if digits.iter().all(|digit| *digit == digits[0]) => Some(FILLER),
        Ok(digits) if weighted(&digits, &WEIGHTS) != 0 => Some(CHECK),
        Ok(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_numbers() {
        for number in ["9434765870", "9434765919"] {
            assert_eq!(flaw(number), None, "{number}");
        }
        for (number, why) in [
            ("9434765871", CHECK),
            ("9434756870", CHECK),
            ("943476587", LENGTH),
            ("94347658700", LENGTH),
            ("943476587x", LETTERS),
        ] {
            assert_eq!(flaw(number), Some(why), "{number}");
        }
    }

    #[test]
    fn ten_equal_digits_are_nobodys() {
        for digit in 0..10_u8 {
            assert_eq!(weighted(&[digit; 10], &WEIGHTS), 0, "the check digit alone would let it pass");
            assert_eq!(flaw(&digit.to_string().repeat(10)), Some(FILLER));
        }
    }

    /// Modulo 11 sees every single digit that is mistyped and every two neighbours that changed places.
    #[test]
    fn a_mistyped_digit_is_seen() {
        let mut valid = 0;
        for serial in (400_000_000..499_999_999_u32).step_by(333_337) {
            let nine = serial.to_string();
            let sum = weighted(&nine.bytes().map(|byte| byte - b'0').collect::<Vec<_>>(), &WEIGHTS);
            let check = (11 - sum) % 11;
            if check == 10 {
                continue;
            }
            let number = format!("{nine}{check}");
            assert_eq!(flaw(&number), None, "{number}");
            valid += 1;
            for at in 0..10 {
                let mut mistyped = number.clone().into_bytes();
                mistyped[at] = b'0' + (mistyped[at] - b'0' + 1 + (serial % 9) as u8) % 10;
                assert_eq!(flaw(&String::from_utf8(mistyped).unwrap()), Some(CHECK), "{number} at {at}");
                let mut swapped = number.clone().into_bytes();
                swapped.swap(at, (at + 1).min(9));
                let swapped = String::from_utf8(swapped).unwrap();
                assert_eq!(flaw(&swapped).is_some(), swapped != number, "{number} at {at}");
            }
        }
        assert!(valid > 200);
    }
}
