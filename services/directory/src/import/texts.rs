//! Texts of a file: what the forms take, and what only files bring with them.

use super::values::{Wrong, wrong};
use crate::faults::{NAME, unseen};
use crate::phone;

/// Longest trial arm, in characters.
pub(super) const ARM: usize = 60;
/// Longest key, in characters.
const KEY: usize = 100;

/// What a spreadsheet shows where a formula has failed or a column is too narrow.
const ERRORS: [&str; 9] = ["#REF!", "#N/A", "#NAME?", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!", "#I/T", "#NAVN?"];
/// UTF-8 that was once read as Windows-1252 and saved so: æ, ø, å and their capitals.
const GARBLED: [&str; 6] = ["Ã¦", "Ã¸", "Ã¥", "Ã†", "Ã˜", "Ã…"];

/// Whether the text is what somebody wrote.
pub(crate) fn undamaged(text: &str) -> Result<(), Wrong> {
    if ERRORS.contains(&text) || (text.len() > 1 && text.bytes().all(|byte| byte == b'#')) {
        return wrong(
            "spreadsheet-error",
            "A spreadsheet could not show what belongs here. Mend the cell or widen the column, and save again.",
        );
    }
    if text.contains('\u{fffd}') {
        return wrong("damaged-text", "Letters were lost here (�) before this file was saved. Write the text anew.");
    }
    if GARBLED.iter().any(|garbled| text.contains(garbled)) {
        return wrong(
            "garbled-text",
            "Letters such as æ, ø and å were garbled before this file was saved. Open the original as UTF-8, and save again.",
        );
    }
    Ok(())
}

/// One line of text of at most so many characters.
pub(super) fn line(text: &str, longest: usize) -> Result<String, Wrong> {
    if text.contains('\n') {
        return wrong("line-break", "There is a line break in this text. Write it on one line.");
    }
    if text.starts_with('=') {
        return wrong("formula", "This is a formula. Write what it comes to.");
    }
    if text.chars().count() > longest {
        return wrong("too-long", format!("Shorten this to {longest} characters."));
    }
    if text.chars().any(unseen) || !text.chars().any(char::is_alphanumeric) {
        return wrong("not-plain", "Write this with letters or digits, and without invisible characters.");
    }
    Ok(text.to_owned())
}

/// A name of a practice or a municipality.
pub(super) fn name(text: &str) -> Result<String, Wrong> {
    line(text, NAME)
}

/// A telephone number.
pub(super) fn phone(text: &str) -> Result<String, Wrong> {
    let text = line(text, phone::LONGEST)?;
    if !phone::is_number(&text) {
        return wrong(
            "not-a-phone",
            "This is not a telephone number. Write digits and spaces, for example +47 77 00 00 00.",
        );
    }
    Ok(text)
}

/// What a cell holds that says there is none: an empty one says nothing.
const NONE: [&str; 3] = ["-", "–", "—"];

/// Nothing for a dash, or what is there.
pub(super) fn or_none(text: &str, parse: impl FnOnce(&str) -> Result<String, Wrong>) -> Result<String, Wrong> {
    if NONE.contains(&text) { Ok(String::new()) } else { parse(text) }
}

/// A key: the same text in every file.
pub(crate) fn key(text: &str) -> Result<String, Wrong> {
    let text = line(text, KEY)?;
    if text.chars().any(char::is_whitespace) {
        return wrong("blank-in-key", "There is a blank in this key. Write it without.");
    }
    let shortened = text.split_once(['E', 'e']).is_some_and(|(before, behind)| {
        before.contains([',', '.'])
            && before.chars().all(|c| c.is_ascii_digit() || matches!(c, ',' | '.'))
            && behind.starts_with('+')
            && behind[1..].bytes().all(|byte| byte.is_ascii_digit())
    });
    if shortened {
        return wrong(
            "scientific",
            "The spreadsheet has shortened this number. Format the column as text, and write the number anew.",
        );
    }
    Ok(text)
}
