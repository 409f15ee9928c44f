//! The panel as CSV: UTF-8 with a byte order mark, so that a spreadsheet reads æ, ø and å; every practice, zeros included.
//!
//! A cell that a spreadsheet would take for a formula begins with an apostrophe.

use crate::UptakeError;
use crate::month::Month;
use crate::panel::Row;
use crate::standing::Missing;
use time::Date;

/// Bytes that say UTF-8.
const BOM: &[u8] = &[0xEF, 0xBB, 0xBF];

const COLUMNS: [&str; 18] = [
    "id",
    "name",
    "municipality",
    "test_practice",
    "list_size",
    "offered",
    "agreed",
    "equipped",
    "connected",
    "trained",
    "support_ended",
    "first_use",
    "last_use",
    "referrals",
    "images_sent",
    "answers_read",
    "median_answer_hours",
    "silent_days",
];

/// Writes a header and one line per row; the months stand in the last columns.
///
/// # Errors
/// `Sheet`.
pub fn write(rows: &[Row], months: &[Month]) -> Result<Vec<u8>, UptakeError> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(BOM.to_vec());
    let mut header: Vec<String> = COLUMNS.iter().map(|&name| name.to_owned()).collect();
    header.extend(
        ["test_use", "uses_ever", "state", "next_step", "next_step_days", "closed_on", "trial_arm", "view_overrides"]
            .map(str::to_owned),
    );
    header.extend(months.iter().map(Month::to_string));
    writer.write_record(&header)?;
    for row in rows {
        writer.write_record(cells(row))?;
    }
    writer.into_inner().map_err(|error| UptakeError::Sheet(error.into_error().into()))
}

fn cells(row: &Row) -> Vec<String> {
    let (practice, steps) = (&row.practice, &row.steps);
    let mut cells = vec![
        practice.id.to_string(),
        harmless(&practice.name),
        harmless(&practice.municipality),
        if practice.test { "yes" } else { "no" }.to_owned(),
        number(practice.list_size),
    ];
    let days = [
        steps.offered,
        steps.agreed,
        steps.equipped,
        steps.connected,
        steps.trained,
        steps.support_ended,
        row.first_use,
        row.last_use,
    ];
    cells.extend(days.map(day));
    cells.extend([row.referrals, row.images_sent, row.answers_read].map(|n| n.to_string()));
    cells.push(row.median_answer_hours.map_or_else(String::new, |hours| format!("{hours:.2}")));
    cells.push(number(row.silent_days));
    cells.push(row.test_use.to_string());
    cells.push(row.uses.to_string());
    let standing = &row.standing;
    cells.extend([standing.state.as_str(), standing.missing.map_or("", Missing::as_str)].map(str::to_owned));
    cells.push(number(standing.days));
    cells.extend([day(practice.closed_on), harmless(&practice.trial_arm)]);
    cells.push(row.view_overrides.iter().sum::<i64>().to_string());
    cells.extend(row.months.iter().map(i64::to_string));
    cells
}

fn number(value: Option<i64>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

fn day(date: Option<Date>) -> String {
    date.map_or_else(String::new, |date| date.to_string())
}

/// Text that no spreadsheet runs.
pub(crate) fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::panel::{Practice, Steps};
    use time::macros::date;
    use uuid::Uuid;

    fn row(name: &str) -> Row {
        let practice = Practice {
            id: Uuid::from_u128(1),
            name: name.into(),
            municipality: "Tromsø".into(),
            test: false,
            list_size: None,
            closed_on: Some(date!(2027 - 01 - 31)),
            trial_arm: "early".into(),
        };
        Row {
            steps: Steps { equipped: Some(date!(2026 - 01 - 05)), ..Steps::default() },
            median_answer_hours: Some(6.504),
            silent_days: Some(12),
            ..Row::empty(practice, 2)
        }
    }

    #[test]
    fn a_silent_practice_has_a_line_of_zeros() {
        let months = [Month::parse("2026-01").unwrap(), Month::parse("2026-02").unwrap()];
        let bytes = write(&[row("Solvik, legekontor")], &months).unwrap();
        assert!(bytes.starts_with(BOM));
        let text = String::from_utf8(bytes[BOM.len()..].to_vec()).unwrap();
        let lines: Vec<&str> = text.split_terminator("\r\n").collect();
        assert_eq!(
            lines,
            [
                "id,name,municipality,test_practice,list_size,offered,agreed,equipped,connected,trained,support_ended,\
                 first_use,last_use,referrals,images_sent,answers_read,median_answer_hours,silent_days,test_use,uses_ever,state,\
                 next_step,next_step_days,closed_on,trial_arm,view_overrides,2026-01,2026-02",
                "00000000-0000-0000-0000-000000000001,\"Solvik, legekontor\",Tromsø,no,,,,2026-01-05,,,,,,0,0,0,6.50,12,0,0,not-equipped,equipment,,2027-01-31,early,0,0,0",
            ]
        );
    }

    #[test]
    fn no_cell_is_a_formula() {
        for name in ["=1+1", "+47", "-x", "@sum", "\tx", "\rx"] {
            assert_eq!(harmless(name), format!("'{name}"));
        }
        assert_eq!(harmless("Solvik = best"), "Solvik = best");
        let months = [Month::parse("2026-01").unwrap(), Month::parse("2026-02").unwrap()];
        let bytes = write(&[row("=HYPERLINK(\"http://x\")")], &months).unwrap();
        let mut reader = csv::Reader::from_reader(&bytes[BOM.len()..]);
        let line = reader.records().next().unwrap().unwrap();
        assert_eq!(&line[1], "'=HYPERLINK(\"http://x\")");
    }
}
