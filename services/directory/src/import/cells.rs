//! Text into records of cells (RFC 4180), each cell with its line.
//!
//! Rejected: the `csv` crate for reading. It forgives a quote that never closes (and takes the rest of the file for one cell), and
//! knows the line on which a record begins but not that of a cell behind one with line breaks.

use std::iter::Peekable;
use std::str::Chars;

/// Whether a cell's quotation marks are in their places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quotes {
    Fine,
    /// One in the middle of a text, or a text behind the closing one.
    Stray,
    /// It opens and never closes.
    Open,
}

/// One cell.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    /// On which it begins.
    pub line: usize,
    pub text: String,
    pub quotes: Quotes,
}

/// One record: usually a line.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    /// On which it begins.
    pub line: usize,
    pub cells: Vec<Cell>,
}

/// Separator, the text from the header on, and the header's line; `None` for a file with nothing in it.
///
/// The separator is whatever of `;`, `,` and tab stands most often in the first line that is not blank, or what Excel's own
/// `sep=;` above it says.
pub(super) fn begin(text: &str) -> Option<(char, &str, usize)> {
    let (mut rest, mut line, mut told) = (text, 1, None);
    loop {
        let end = rest.find(['\n', '\r']).unwrap_or(rest.len());
        let first = &rest[..end];
        let said = first.trim().strip_prefix("sep=").filter(|said| said.chars().count() == 1);
        if let Some(said) = said.filter(|_| told.is_none()) {
            told = said.chars().next();
        } else if !first.trim().is_empty() {
            let often =
                [';', ',', '\t'].into_iter().max_by_key(|one| (first.matches(*one).count(), u8::from(*one != '\t')));
            return Some((told.or(often)?, rest, line));
        }
        let broken = &rest[end..];
        rest = broken.strip_prefix("\r\n").or_else(|| broken.strip_prefix(['\n', '\r']))?;
        line += 1;
    }
}

/// The line on which a text ends, from 1.
pub(super) fn lines(text: &str) -> usize {
    let alone = text.matches('\r').count() - text.matches("\r\n").count();
    1 + text.matches('\n').count() + alone
}

/// All records that are not blank; the first line has the number `line`.
pub(super) fn records(text: &str, separator: char, line: usize) -> Vec<Record> {
    let mut reader = Reader { chars: text.chars().peekable(), separator, line };
    let mut records = Vec::new();
    while reader.chars.peek().is_some() {
        let record = reader.record();
        // Spreadsheets leave rows of separators behind where something was deleted.
        if record.cells.iter().any(|cell| !cell.text.trim().is_empty() || cell.quotes != Quotes::Fine) {
            records.push(record);
        }
    }
    records
}

struct Reader<'a> {
    chars: Peekable<Chars<'a>>,
    separator: char,
    line: usize,
}

impl Reader<'_> {
    fn record(&mut self) -> Record {
        let mut record = Record { line: self.line, cells: Vec::new() };
        loop {
            record.cells.push(self.cell());
            match self.chars.next() {
                Some(c) if c == self.separator => {}
                Some(c) => {
                    self.broken(c);
                    return record;
                }
                None => return record,
            }
        }
    }

    /// Up to a separator, the end of a line or of the file, which stay.
    fn cell(&mut self) -> Cell {
        let mut cell = Cell { line: self.line, text: String::new(), quotes: Quotes::Fine };
        if self.chars.next_if_eq(&'"').is_some() {
            self.quoted(&mut cell);
            if cell.quotes == Quotes::Open {
                return cell;
            }
        }
        let quoted = cell.text.len();
        while let Some(c) = self.chars.next_if(|c| *c != self.separator && !matches!(c, '\n' | '\r')) {
            if c == '"' {
                cell.quotes = Quotes::Stray;
            }
            cell.text.push(c);
        }
        if quoted > 0 && !cell.text[quoted..].trim().is_empty() {
            cell.quotes = Quotes::Stray;
        }
        cell
    }

    fn quoted(&mut self, cell: &mut Cell) {
        loop {
            match self.chars.next() {
                Some('"') if self.chars.next_if_eq(&'"').is_some() => cell.text.push('"'),
                Some('"') => return,
                Some(c @ ('\n' | '\r')) => {
                    self.broken(c);
                    cell.text.push('\n');
                }
                Some(c) => cell.text.push(c),
                None => {
                    cell.quotes = Quotes::Open;
                    return;
                }
            }
        }
    }

    /// Behind the first character of a line's end.
    fn broken(&mut self, c: char) {
        if c == '\r' {
            self.chars.next_if_eq(&'\n');
        }
        self.line += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `line text` of each cell, record by record.
    fn read(text: &str) -> Vec<Vec<String>> {
        let (separator, text, line) = begin(text).expect("something");
        let cell =
            |cell: Cell| format!("{} {}{}", cell.line, cell.text, if cell.quotes == Quotes::Fine { "" } else { " !" });
        records(text, separator, line).into_iter().map(|record| record.cells.into_iter().map(cell).collect()).collect()
    }

    #[test]
    fn each_cell_has_the_line_that_an_editor_shows() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["a;b;c", "1;\"two", "lines, \"\"quoted\"\"\";3", ";;", "", "4;5;6"].join(end);
            let rows =
                [vec!["1 a", "1 b", "1 c"], vec!["2 1", "2 two\nlines, \"quoted\"", "3 3"], vec!["6 4", "6 5", "6 6"]];
            assert_eq!(read(&text), rows, "{end:?}");
            assert_eq!(lines(&text), 6);
        }
    }

    #[test]
    fn quotation_marks_out_of_place_are_seen() {
        assert_eq!(read("a,b\n\"x\" y,\"z\"\n"), [["1 a", "1 b"], ["2 x y !", "2 z"]]);
        assert_eq!(read("a,b\nthe \"Old\" office,z\n"), [["1 a", "1 b"], ["2 the \"Old\" office !", "2 z"]]);
        assert_eq!(read("a,b\nx,\"y\nz,\n"), [["1 a", "1 b"], ["2 x", "2 y\nz,\n !"]]);
        assert_eq!(read("a,b\n\"x\" ,y"), [["1 a", "1 b"], ["2 x ", "2 y"]], "blanks behind are harmless");
    }

    #[test]
    fn the_separator_is_found_or_told() {
        assert_eq!(begin("a;b,c;d").map(|found| found.0), Some(';'));
        assert_eq!(begin("\n\na,b").map(|found| (found.0, found.2)), Some((',', 3)));
        assert_eq!(begin("sep=;\r\na,b,c\r\n"), Some((';', "a,b,c\r\n", 2)));
        assert_eq!(begin("a\tb").map(|found| found.0), Some('\t'));
        assert_eq!(begin(" \n\r\n"), None);
    }
}
