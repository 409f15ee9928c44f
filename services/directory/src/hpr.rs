//! A clinician's number in Norway's register of health personnel (HPR), or a national equivalent: digits without a public check
//! digit, so that only the form can be checked.

use crate::faults::Faults;

/// Most digits.
const LONGEST: usize = 9;

/// A number that may be left out, trimmed.
pub fn optional(faults: &mut Faults, field: &str, value: &str) -> String {
    let number = value.trim();
    if !number.chars().all(|c| c.is_ascii_digit()) {
        faults.add(field, "not-a-number", "Write the HPR number with digits alone, for example 1234567.");
    } else if number.len() > LONGEST {
        faults.add(field, "too-long", "An HPR number has at most 9 digits. Write that number alone.");
    }
    number.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::tests::told;

    #[test]
    fn a_number_is_one_to_nine_digits() {
        let check = |text: &str| {
            let mut faults = Faults::default();
            let number = optional(&mut faults, "hprNumber", text);
            faults.finish(number)
        };
        for (text, number) in [("", ""), ("  ", ""), ("7", "7"), (" 1234567 ", "1234567"), ("123456789", "123456789")] {
            assert_eq!(check(text).ok().as_deref(), Some(number), "{text:?}");
        }
        for text in ["HPR 12", "12 34", "-1", "1.5", "١٢"] {
            assert_eq!(told(check(text)), ["hprNumber not-a-number"], "{text:?}");
        }
        assert_eq!(told(check("1234567890")), ["hprNumber too-long"]);
    }
}
