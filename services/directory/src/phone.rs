//! A telephone number as people write it: digits and spaces, perhaps a plus sign before them.

use crate::faults::Faults;

/// Longest number, in characters.
pub const LONGEST: usize = 40;

/// What a number may be written with.
pub const PATTERN: &str = "^[+]?[0-9 ]*$";

/// Whether a text is one.
pub fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    digits.chars().all(|c| c.is_ascii_digit() || c == ' ') && digits.chars().any(|c| c.is_ascii_digit())
}

/// A number that may be left out, trimmed.
pub fn optional(faults: &mut Faults, field: &str, value: &str) -> String {
    let phone = faults.optional_line(field, value, "the telephone number", LONGEST);
    if !phone.is_empty() && !is_number(&phone) {
        let message = "Write the telephone number with digits and spaces, for example +47 77 00 00 00.";
        faults.add(field, "not-a-number", message);
    }
    phone
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::tests::told;

    #[test]
    fn numbers_are_digits_and_spaces() {
        for (text, right) in
            [("+47 77 00 00 00", true), ("77000000", true), ("+", false), ("7700 x", false), ("ring", false)]
        {
            assert_eq!(is_number(text), right, "{text}");
        }
        let mut faults = Faults::default();
        assert_eq!(optional(&mut faults, "phone", "  "), "");
        assert_eq!(optional(&mut faults, "phone", " +47 1 "), "+47 1");
        optional(&mut faults, "phone", "ring us");
        assert_eq!(told(faults.finish(())), ["phone not-a-number"]);
    }
}
