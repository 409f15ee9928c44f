//! One record into what it says of a practice, with everything that is wrong with it.

use super::Faults;
use super::cells::{Cell, Quotes, Record};
use super::columns::{Column, Columns, EXAMPLE, REGISTER, STEPS};
use super::values::{Wrong, kilometres, past_day, whole, wrong, yes_no};
use super::{texts, values};
use crate::day;
use crate::enablement::{Enablement, Step};
use crate::practice::{CENTRALITY, FARTHEST, LARGEST_LIST, MOST_STAFF, Register};
use crate::specialty::Specialty;
use std::collections::HashMap;
use time::Date;

/// What a line says of one practice. `None` where the file has no such column, or nothing in it: then nothing is said about it, and
/// what stands of a practice stays. A register whose column is there and not kept would otherwise undo what was done by hand.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// The line on which it begins.
    pub line: usize,
    pub key: String,
    pub name: String,
    pub municipality: String,
    pub centrality: i64,
    pub distance_km: i64,
    pub channel: Option<String>,
    pub opened_on: Date,
    /// `YYYY-MM-DD`; only of a practice that is new.
    pub closed_on: Option<String>,
    pub test_practice: Option<bool>,
    /// Empty, written `-`: it is in no trial.
    pub trial_arm: Option<String>,
    /// Empty, written `-`: none is known.
    pub phone: Option<String>,
    pub register: Option<Register>,
    pub steps: Vec<Enablement>,
    /// Headers of the columns that a comparison with the register may find fault with.
    pub columns: Named,
}

/// Names of columns as the file says them.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub key: String,
    pub name: String,
    pub closed_on: String,
}

/// Keys seen so far, in small letters, with what was written and its line.
pub(super) type Seen = HashMap<String, (String, usize)>;

/// The row; `None` when something is wrong with it or a required column is missing.
pub(super) fn read(
    columns: &Columns,
    record: &Record,
    today: Date,
    seen: &mut Seen,
    faults: &mut Faults,
) -> Option<Row> {
    let before = faults.0.len();
    if columns.again(record) {
        faults.add(record.line, None, "header-again", "This is the header once more. Remove the line.");
        return None;
    }
    let mut line = Line { columns, record, faults, open: false };
    line.shape();
    if line.open {
        return None;
    }
    let row = line.row(today, seen);
    row.filter(|_| faults.0.len() == before)
}

struct Line<'a> {
    columns: &'a Columns,
    record: &'a Record,
    faults: &'a mut Faults,
    /// A quotation mark that never closes has taken the rest of the file.
    open: bool,
}

impl Line<'_> {
    fn fault(&mut self, place: usize, wrong: Wrong) {
        let line = self.record.cells.get(place).map_or(self.record.line, |cell| cell.line);
        self.faults.add(line, Some(&self.columns.name(place)), wrong.code, wrong.message);
    }

    fn fault_at<T>(&mut self, column: Column, found: Result<T, Wrong>) -> Option<T> {
        let place = self.columns.place(column)?;
        found.map_err(|wrong| self.fault(place, wrong)).ok()
    }

    /// As many cells as the header has, quotation marks in their places, nothing below a column without a name.
    fn shape(&mut self) {
        let (cells, columns) = (&self.record.cells, self.columns.len());
        for (place, cell) in cells.iter().enumerate() {
            if cell.quotes == Quotes::Open {
                let message =
                    "A quotation mark opens here and never closes. Close it at the end of the text, or remove it.";
                self.open = true;
                return self.fault(place, Wrong { code: "open-quote", message: message.into() });
            }
            if cell.quotes == Quotes::Stray {
                let message = "A quotation mark is out of place. Put the whole text in quotation marks and write those within twice.";
                self.fault(place, Wrong { code: "stray-quote", message: message.into() });
            }
            if self.columns.unnamed(place) && !cell.text.trim().is_empty() {
                let message = "There is something below a column without a name. Name the column, or empty the cell.";
                self.fault(place, Wrong { code: "unnamed-column", message: message.into() });
            }
        }
        if cells.len() < columns {
            let message = format!("The line has {} cells and the header {columns}. Add what is missing.", cells.len());
            self.faults.add(self.record.line, None, "too-few-cells", message);
        } else if cells[columns..].iter().any(|cell| !cell.text.trim().is_empty()) {
            let message = format!(
                "The line has {} cells and the header {columns}. A text that holds the separator needs quotation marks round it.",
                cells.len()
            );
            self.faults.add(self.record.line, None, "too-many-cells", message);
        }
    }

    /// A column's cell, unless the line is too short or its quotation marks are out of place: that has been told.
    fn cell(&self, column: Column) -> Option<&Cell> {
        let cell = self.record.cells.get(self.columns.place(column)?)?;
        (cell.quotes == Quotes::Fine).then_some(cell)
    }

    /// What a cell says: nothing when it is empty.
    fn say<T>(&mut self, column: Column, parse: impl FnOnce(&str) -> Result<T, Wrong>) -> Option<T> {
        let text = self.cell(column)?.text.trim().to_owned();
        if text.is_empty() {
            return None;
        }
        let found = texts::undamaged(&text).and_then(|()| parse(&text));
        self.fault_at(column, found)
    }

    /// What a cell says that must say something.
    fn need<T>(
        &mut self,
        column: Column,
        missing: &'static str,
        parse: impl FnOnce(&str) -> Result<T, Wrong>,
    ) -> Option<T> {
        if self.cell(column)?.text.trim().is_empty() {
            return self.fault_at(column, wrong("required", missing));
        }
        self.say(column, parse)
    }

    /// What a cell says, or what an empty one means; `None` when there is no such column, or a fault.
    fn or<T>(&mut self, column: Column, empty: T, parse: impl FnOnce(&str) -> Result<T, Wrong>) -> Option<T> {
        if self.cell(column)?.text.trim().is_empty() { Some(empty) } else { self.say(column, parse) }
    }

    fn row(&mut self, today: Date, seen: &mut Seen) -> Option<Row> {
        let key = self.key(seen);
        let name = self.need(Column::Name, "Write the practice's name.", texts::name);
        let municipality = self.need(Column::Municipality, "Write the municipality.", texts::name);
        let class = "Write the centrality class, from 1 (most central) to 6 (least central).";
        let centrality = self.need(Column::Centrality, class, |text| whole(text, CENTRALITY, class));
        let distance = "Write the distance to the hospital in kilometres, from 0 to 3000.";
        let distance_km = self.need(Column::DistanceKm, distance, |text| kilometres(text, 0..=FARTHEST, distance));
        let opened = "Write the day from which the practice counts, for example 2026-03-02.";
        let opened_on = self.need(Column::OpenedOn, opened, |text| past_day(text, today));
        let channel = self.or(Column::Channel, "web".into(), channel);
        let closed = self.say(Column::ClosedOn, values::day);
        let backwards = closed.zip(opened_on).is_some_and(|(closed, opened)| closed < opened);
        if backwards {
            let message = "The practice would close before it opened. Correct one of the two dates.";
            self.fault_at::<()>(Column::ClosedOn, wrong("closed-before-opened", message));
        }
        let closed_on = closed.map(day::text);
        let test_practice = self.say(Column::TestPractice, yes_no);
        let trial_arm = self.say(Column::TrialArm, |text| texts::or_none(text, |text| texts::line(text, texts::ARM)));
        let phone = self.say(Column::Phone, |text| texts::or_none(text, texts::phone));
        let register = self.register();
        let steps = self.steps(today, closed.filter(|_| !backwards));
        let named = |column| self.columns.place(column).map(|place| self.columns.name(place)).unwrap_or_default();
        Some(Row {
            line: self.record.line,
            columns: Named { key: named(Column::Key), name: named(Column::Name), closed_on: named(Column::ClosedOn) },
            key: key?,
            name: name?,
            municipality: municipality?,
            centrality: centrality?,
            distance_km: distance_km?,
            opened_on: opened_on?,
            channel,
            closed_on,
            test_practice,
            trial_arm,
            phone,
            register,
            steps,
        })
    }

    /// The key: no other line has it.
    fn key(&mut self, seen: &mut Seen) -> Option<String> {
        let missing = "Write the practice's key in the register. It must stay the same from file to file.";
        let key = self.need(Column::Key, missing, |text| {
            if text == EXAMPLE {
                return wrong(
                    "example-line",
                    "This is the template's example. Remove the line, or write a practice's key.",
                );
            }
            texts::key(text)
        })?;
        let taken = seen.get(&key.to_lowercase()).cloned();
        let found = match taken {
            Some((other, line)) if other == key => wrong(
                "double-key",
                format!("Line {line} has this key already. Remove one of the two lines, or correct the key."),
            ),
            Some((other, line)) => wrong(
                "key-case",
                format!(
                    "Line {line} has the key {other}, which differs in capital letters alone. Write keys in one way."
                ),
            ),
            None => Ok(key.clone()),
        };
        seen.entry(key.to_lowercase()).or_insert((key, self.record.line));
        self.fault_at(Column::Key, found)
    }

    /// List size, GPs and staff with their date: all of them or none.
    fn register(&mut self) -> Option<Register> {
        let said = |line: &Self, column| line.cell(column).is_some_and(|cell| !cell.text.trim().is_empty());
        let any = REGISTER.into_iter().any(|column| said(self, column));
        if !any {
            return None;
        }
        for column in REGISTER {
            if self.cell(column).is_some() && !said(self, column) {
                let message =
                    "register_from, list_size, gps and staff go together. Write this one too, or empty the others.";
                self.fault_at::<()>(column, wrong("incomplete-register", message));
            }
        }
        let list = "Write how many patients are on the practice's list, from 0 to 100,000.";
        let gps = "Write how many GPs work in the practice, from 0 to 1000.";
        let staff = "Write how many other staff work in the practice, from 0 to 1000.";
        // Dates ahead are fine: registers are late, and mergers are known early.
        let from = self.say(Column::RegisterFrom, values::day);
        let list_size = self.say(Column::ListSize, |text| whole(text, 0..=LARGEST_LIST, list));
        let gps = self.say(Column::Gps, |text| whole(text, 0..=MOST_STAFF, gps));
        let staff = self.say(Column::Staff, |text| whole(text, 0..=MOST_STAFF, staff));
        Some(Register { from: from?, list_size: list_size?, gps: gps?, staff: staff? })
    }

    /// A date per step; order is not enforced: practices are trained before they are equipped.
    fn steps(&mut self, today: Date, closed: Option<Date>) -> Vec<Enablement> {
        let specialties = [None, Some(Specialty::Dermatology), Some(Specialty::Ent), Some(Specialty::PlasticSurgery)];
        let mut steps = Vec::new();
        for (step, specialty) in STEPS.into_iter().flat_map(|step: Step| specialties.map(|one| (step, one))) {
            let on = self.say(Column::Step(step, specialty), |text| {
                let on = past_day(text, today)?;
                if closed.is_some_and(|closed| closed < on) {
                    return wrong(
                        "after-closing",
                        "This day comes after the practice closed. Correct one of the two dates.",
                    );
                }
                Ok(on)
            });
            steps.extend(on.map(|on| Enablement { step, specialty, on, note: String::new() }));
        }
        steps
    }
}

fn channel(text: &str) -> Result<String, Wrong> {
    if text.eq_ignore_ascii_case("web") {
        return Ok("web".into());
    }
    wrong("unknown-channel", "Practices reach Lysbro by the browser only. Write web, or leave it empty.")
}
