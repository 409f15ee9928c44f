//! Any other number: a passport, another country's number, a hospital's own. Nothing is known of it but that it can be read
//! and fits on a line.

use super::Flaw;
use crate::text;

/// Most characters.
const LONGEST: usize = 32;

const TOO_LONG: Flaw =
    Flaw { code: "number-too-long", message: "A number has at most 32 characters. Write the number alone." };
const HIDDEN: Flaw = Flaw {
    code: "number-hidden-characters",
    message: "This number holds a character that can't be seen. Type it instead of pasting it.",
};

#[cfg(test)]
pub(super) const FLAWS: [Flaw; 2] = [TOO_LONG, HIDDEN];

/// Without spaces at the ends, and with one where it has several. Hyphens and single spaces may be part of it.
pub(super) fn normal(written: &str) -> String {
    written.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What is wrong with a number in its normal form.
pub(super) fn flaw(number: &str) -> Option<Flaw> {
    if number.chars().any(text::is_hidden) {
        return Some(HIDDEN);
    }
    (number.chars().count() > LONGEST).then_some(TOO_LONG)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_seen_and_fits_will_do() {
        for number in ["A", "SYNTHETIC-1", "AB 123 456", "№ 7", &"x".repeat(32), &"ø".repeat(32)] {
            assert_eq!(flaw(number), None, "{number}");
        }
        assert_eq!(flaw(&"x".repeat(33)), Some(TOO_LONG));
        for number in ["AB\u{200b}12", "AB\u{7}12", "\u{feff}7", "12\u{ad}34", "7\u{2066}"] {
            assert_eq!(flaw(number), Some(HIDDEN), "{number:?}");
        }
    }

    #[test]
    fn spaces_are_made_one() {
        assert_eq!(normal(" AB\u{a0}12 \t 34\n"), "AB 12 34");
        assert_eq!(normal("AB-12"), "AB-12");
    }
}
