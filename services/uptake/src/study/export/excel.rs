//! CSV as Excel in Norwegian opens it without asking: semicolons, decimal commas, a byte order mark, and CRLF.

use super::table::{Kind, Table};

const MARK: &[u8] = &[0xEF, 0xBB, 0xBF];

/// The table in that form.
///
/// # Errors
/// Rows of another length than the header: a fault of the program.
pub fn csv(table: &Table) -> Result<Vec<u8>, csv::Error> {
    let mut builder = csv::WriterBuilder::new();
    builder.delimiter(b';').terminator(csv::Terminator::CRLF);
    let mut writer = builder.from_writer(MARK.to_vec());
    writer.write_record(table.description.header())?;
    for row in &table.rows {
        let cells = row.iter().zip(table.description.columns.iter());
        writer.write_record(cells.map(|(cell, column)| match column.kind {
            Kind::Number => cell.replace('.', ","),
            _ => cell.clone(),
        }))?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

#[cfg(test)]
mod tests {
    use super::super::described::EDGES;
    use super::*;

    #[test]
    fn numbers_have_commas_and_texts_keep_their_dots() {
        let rows = vec![["2026Q4", "P.1", "d;1", "2.5"].map(str::to_owned).into()];
        let bytes = csv(&Table { description: EDGES, rows }).unwrap();
        let text = std::str::from_utf8(bytes.strip_prefix(MARK).unwrap()).unwrap();
        assert_eq!(text, "quarter;practice;specialist;referrals\r\n2026Q4;P.1;\"d;1\";2,5\r\n");
    }
}
