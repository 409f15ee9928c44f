//! A forwarding: a case goes to another department or specialty with everything in it.
//!
//! Whoever has it now, reads it: the department that forwarded keeps a line for its own record (to whom, when, by whom and
//! why) and can't open case or pictures any more, whether it had answered or not; what it answered went along. A case may come
//! back: every department sees the whole way. A question that is open stays open, and the case waits for its reply there.
//! The date by which an answer is due stays, because the patient waits no shorter.

use crate::ReviewError;
use crate::answer::{LONGEST_REASON, blank, too_long};
use kit::http::FieldError;
use uuid::Uuid;

/// A department with a specialty: where a case is, or goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The department.
    pub department: Uuid,
    /// `dermatology`, `ent` or `plastic-surgery`.
    pub specialty: String,
}

/// What the department there is.
#[derive(Clone, Copy, Debug)]
pub struct There<'a> {
    /// What it answers for.
    pub specialties: &'a [String],
    /// A specialist has a right there now.
    pub staffed: bool,
}

/// What a forwarding to `to` would be refused for. `there` is none when the department is not known.
///
/// # Errors
/// `Invalid` with the fields `departmentId`, `specialty` and `text`.
pub fn check(from: &Place, to: &Place, there: Option<There<'_>>, text: &str) -> Result<(), ReviewError> {
    let mut errors = Vec::new();
    match there {
        None => errors.push(FieldError::new(
            "departmentId",
            "unknown-department",
            "This department is not known here. Choose one from the list.",
        )),
        Some(there) if !there.specialties.contains(&to.specialty) => errors.push(FieldError::new(
            "specialty",
            "wrong-specialty",
            "The department does not answer for this specialty. Choose another department or another specialty.",
        )),
        Some(_) if from == to => errors.push(FieldError::new(
            "departmentId",
            "already-there",
            "The case is there already. Choose another department or another specialty.",
        )),
        Some(there) if !there.staffed => errors.push(FieldError::new(
            "departmentId",
            "nobody-there",
            "No specialist works there now, so nobody would read it. Choose another department.",
        )),
        Some(_) => {}
    }
    if blank(text) {
        errors.push(FieldError::new("text", "required", "Write why the case goes on, for those who read it next."));
    }
    errors.extend(too_long("text", text, LONGEST_REASON));
    if errors.is_empty() { Ok(()) } else { Err(ReviewError::Invalid(errors)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(department: u128, specialty: &str) -> Place {
        Place { department: Uuid::from_u128(department), specialty: specialty.to_owned() }
    }

    fn fields(from: &Place, to: &Place, there: Option<There<'_>>, text: &str) -> Vec<(String, String)> {
        match check(from, to, there, text) {
            Err(ReviewError::Invalid(errors)) => {
                errors.into_iter().map(|error| (error.field, error.code.into_owned())).collect()
            }
            _ => Vec::new(),
        }
    }

    #[test]
    fn it_goes_somewhere_else_where_it_is_answered_and_says_why() {
        let both = ["dermatology".to_owned(), "plastic-surgery".to_owned()];
        let there = There { specialties: &both, staffed: true };
        let empty = There { staffed: false, ..there };
        let from = place(1, "dermatology");
        let none: [(String, String); 0] = [];
        assert_eq!(fields(&from, &place(2, "dermatology"), Some(there), "Too large for us."), none);
        assert_eq!(fields(&from, &place(1, "plastic-surgery"), Some(there), "To be cut."), none);
        let named = |field: &str, code: &str| [(field.to_owned(), code.to_owned())];
        assert_eq!(fields(&from, &from, Some(there), "x"), named("departmentId", "already-there"));
        assert_eq!(fields(&from, &place(2, "ent"), Some(there), "x"), named("specialty", "wrong-specialty"));
        assert_eq!(fields(&from, &place(9, "ent"), None, "x"), named("departmentId", "unknown-department"));
        assert_eq!(fields(&from, &place(2, "dermatology"), Some(there), " "), named("text", "required"));
        assert_eq!(fields(&from, &place(2, "dermatology"), Some(empty), "x"), named("departmentId", "nobody-there"));
        let long = "x".repeat(LONGEST_REASON + 1);
        assert_eq!(fields(&from, &place(2, "dermatology"), Some(there), &long), named("text", "too-long"));
    }
}
