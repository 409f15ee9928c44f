//! A forwarding: a case goes to another department or specialty with everything in it.
//!
//! Whoever has it now, reads it: the department that forwarded keeps a line for its own record (to whom, when, by whom and
//! why) and can't open case or pictures any more, whether it had answered or not; what it answered went along. A case may come
//! back: every department sees the whole way. The date by which an answer is due stays, because the patient waits no shorter.

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

/// What a forwarding to `to` would be refused for. `offered` are the specialties of the department there; none when it is not
/// known.
///
/// # Errors
/// `Invalid` with the fields `departmentId`, `specialty` and `text`.
pub fn check(from: &Place, to: &Place, offered: Option<&[String]>, text: &str) -> Result<(), ReviewError> {
    let mut errors = Vec::new();
    match offered {
        None => errors.push(FieldError::new(
            "departmentId",
            "unknown-department",
            "This department is not known here. Choose one from the list.",
        )),
        Some(offered) if !offered.contains(&to.specialty) => errors.push(FieldError::new(
            "specialty",
            "wrong-specialty",
            "The department does not answer for this specialty. Choose another department or another specialty.",
        )),
        Some(_) if from == to => errors.push(FieldError::new(
            "departmentId",
            "already-there",
            "The case is there already. Choose another department or another specialty.",
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

    fn fields(from: &Place, to: &Place, offered: Option<&[String]>, text: &str) -> Vec<(String, String)> {
        match check(from, to, offered, text) {
            Err(ReviewError::Invalid(errors)) => {
                errors.into_iter().map(|error| (error.field, error.code.into_owned())).collect()
            }
            _ => Vec::new(),
        }
    }

    #[test]
    fn it_goes_somewhere_else_where_it_is_answered_and_says_why() {
        let both = ["dermatology".to_owned(), "plastic-surgery".to_owned()];
        let from = place(1, "dermatology");
        let none: [(String, String); 0] = [];
        assert_eq!(fields(&from, &place(2, "dermatology"), Some(&both), "Too large for us."), none);
        assert_eq!(fields(&from, &place(1, "plastic-surgery"), Some(&both), "To be cut."), none);
        let named = |field: &str, code: &str| [(field.to_owned(), code.to_owned())];
        assert_eq!(fields(&from, &from, Some(&both), "x"), named("departmentId", "already-there"));
        assert_eq!(fields(&from, &place(2, "ent"), Some(&both), "x"), named("specialty", "wrong-specialty"));
        assert_eq!(fields(&from, &place(9, "ent"), None, "x"), named("departmentId", "unknown-department"));
        assert_eq!(fields(&from, &place(2, "dermatology"), Some(&both), " "), named("text", "required"));
        let long = "x".repeat(LONGEST_REASON + 1);
        assert_eq!(fields(&from, &place(2, "dermatology"), Some(&both), &long), named("text", "too-long"));
    }
}
