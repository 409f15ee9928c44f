//! Bytes into text. Spreadsheets save in many ways; guessing an encoding would turn `Bodø` into something else without a word.

use super::cells;
use super::fault::Fault;

/// Why a file can't be read at all, and where.
#[derive(Debug)]
pub(super) struct Broken {
    line: usize,
    column: Option<String>,
    code: &'static str,
    message: String,
}

impl Broken {
    fn whole(code: &'static str, message: &str) -> Self {
        Self { line: 1, column: None, code, message: message.to_owned() }
    }

    pub fn into_fault(self) -> Fault {
        Fault { line: self.line, column: self.column, code: self.code.into(), message: self.message.into() }
    }
}

/// The text without a byte order mark.
pub(super) fn text(bytes: &[u8]) -> Result<&str, Broken> {
    let utf16 = "This file is in UTF-16, or is no text at all. In Excel, save it as “CSV UTF-8 (Comma delimited)”.";
    match bytes {
        // An archive (xlsx, ods), or Microsoft's older compound file (xls).
        [b'P', b'K', 3, 4, ..] | [0xD0, 0xCF, 0x11, 0xE0, ..] => {
            let message =
                "This is a workbook and not CSV. Open it in Excel and save it as “CSV UTF-8 (Comma delimited)”.";
            return Err(Broken::whole("workbook", message));
        }
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => return Err(Broken::whole("utf-16", utf16)),
        _ if bytes.contains(&0) => return Err(Broken::whole("utf-16", utf16)),
        _ => {}
    }
    let bytes = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|error| {
        let (before, after) = bytes.split_at(error.valid_up_to());
        not_utf8(std::str::from_utf8(before).unwrap_or_default(), after.first().copied().unwrap_or_default())
    })
}

/// Where the text ends that can be read: its line, and its column by the header.
fn not_utf8(before: &str, byte: u8) -> Broken {
    let line = cells::lines(before);
    // With a letter where the byte is, so that its cell is there.
    let shown = format!("{before}?");
    let records = cells::begin(&shown).map(|(separator, text, line)| cells::records(text, separator, line));
    let column = match records.unwrap_or_default().as_slice() {
        [header, .., last] => header.cells.get(last.cells.len() - 1).map(|cell| cell.text.trim().to_owned()),
        _ => None,
    };
    let letter = match byte {
        0xE6 | 0xC6 => " (“æ” in Windows-1252)",
        0xF8 | 0xD8 => " (“ø” in Windows-1252)",
        0xE5 | 0xC5 => " (“å” in Windows-1252)",
        _ => "",
    };
    Broken {
        line,
        column,
        code: "not-utf8",
        message: format!(
            "Line {line} is not UTF-8: it holds the byte {byte:02X}{letter}. In Excel, save the file as “CSV UTF-8 (Comma delimited)”; elsewhere choose UTF-8."
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(bytes: &[u8]) -> (usize, Option<String>, &'static str) {
        let broken = text(bytes).expect_err("it can't be read");
        assert!(broken.message.ends_with('.'), "{}", broken.message);
        (broken.line, broken.column, broken.code)
    }

    #[test]
    fn a_byte_that_is_not_utf_8_is_told_by_line_and_column() {
        let name = |text: &str| Some(text.to_owned());
        assert_eq!(place(b"key;name\r\nA;Bod\xF8\r\n"), (2, name("name"), "not-utf8"));
        assert_eq!(place(b"key,name\n\xD8,b\n"), (2, name("key"), "not-utf8"));
        assert_eq!(place(b"key;name\n\nA;\"two\nlines \xE5\";\n"), (4, name("name"), "not-utf8"));
        assert_eq!(place(b"key;n\xE5\n"), (1, None, "not-utf8"));
        assert!(text(b"\xEF\xBB\xBFkey").is_ok_and(|text| text == "key"));
    }

    #[test]
    fn what_is_no_text_is_told_apart() {
        assert_eq!(place(b"PK\x03\x04rest").2, "workbook");
        assert_eq!(place(b"\xD0\xCF\x11\xE0").2, "workbook");
        assert_eq!(place(b"\xFF\xFEk\0").2, "utf-16");
        assert_eq!(place(b"key\0name").2, "utf-16");
    }
}
