//! Figures as rows: each with its indicator's definition, the practice and the period that it is of.

use super::described::INDICATORS;
use super::table::{Description, Table, known, text};
use crate::study::calendar::{Day, Month, first_day, month_name, quarter_name};
use crate::study::figure::{Figure, Flag, Line};
use crate::study::indicator::definition::{Definition, Indicator};
use crate::study::view::View;
use std::collections::BTreeSet;

/// Every indicator with its lines.
pub type Computed = Vec<(Indicator, Vec<Line>)>;

/// A month or a quarter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Period {
    /// A month.
    Month(Month),
    /// The quarter that begins with a month.
    Quarter(Month),
}

impl Period {
    /// Of `2026-11` or `2026Q4`.
    pub fn parse(name: &str) -> Option<Self> {
        let (year, place, quarter) = match (name.split_once('-'), name.split_once('Q')) {
            (Some((year, month)), _) => (year.parse::<i32>().ok()?, month.parse::<i32>().ok()?, false),
            (None, Some((year, quarter))) => (year.parse::<i32>().ok()?, quarter.parse::<i32>().ok()?, true),
            (None, None) => return None,
        };
        let first = if quarter { year * 12 + (place - 1) * 3 } else { year * 12 + place - 1 };
        let period = if quarter { Self::Quarter(first) } else { Self::Month(first) };
        (period.name() == name).then_some(period)
    }

    /// `2026-11` or `2026Q4`.
    pub fn name(self) -> String {
        match self {
            Self::Month(first) => month_name(first),
            Self::Quarter(first) => quarter_name(first),
        }
    }

    /// First and last day.
    pub fn days(self) -> (Day, Day) {
        let (first, months) = match self {
            Self::Month(first) => (first, 1),
            Self::Quarter(first) => (first, 3),
        };
        (first_day(first), first_day(first + months) - 1)
    }
}

/// One figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry<'a> {
    /// What it is.
    pub definition: &'a Definition,
    /// Of whom or when, as the indicator says it.
    pub group: String,
    /// The practice that it is of.
    pub practice: Option<String>,
    /// The month or quarter that it is of; else the window.
    pub period: Option<Period>,
    /// Which of the indicator's figures.
    pub name: &'static str,
    /// The figure; `None` where it must not be shown.
    pub figure: Option<Figure>,
}

/// All lines as entries.
pub fn entries<'a>(view: &View<'_>, computed: &'a Computed) -> Vec<Entry<'a>> {
    let codes: BTreeSet<&str> = view.counted().map(|place| view.code(place)).collect();
    let entry = |definition: &'a Definition, line: &Line| Entry {
        definition,
        group: line.group.clone(),
        practice: codes.contains(line.group.as_str()).then(|| line.group.clone()),
        period: Period::parse(&line.group).filter(|_| !codes.contains(line.group.as_str())),
        name: line.name,
        figure: Some(line.figure.clone()),
    };
    computed.iter().flat_map(|(one, lines)| lines.iter().map(|line| entry(&one.definition, line))).collect()
}

/// The table of entries, under [`INDICATORS`] or another name with its columns.
pub fn table(entries: &[Entry<'_>], description: Description) -> Table {
    Table { description, rows: entries.iter().map(row).collect() }
}

/// [`table`] of all indicators.
pub fn indicators(entries: &[Entry<'_>]) -> Table {
    table(entries, INDICATORS)
}

fn row(entry: &Entry<'_>) -> Vec<String> {
    let figure = entry.figure.as_ref();
    let interval = figure.and_then(|figure| figure.interval);
    let flags = figure.map_or_else(|| "hidden".to_owned(), |figure| flags(&figure.flags));
    vec![
        entry.definition.id.clone(),
        text(&entry.group),
        entry.name.to_owned(),
        known(figure.and_then(|figure| figure.value)),
        known(figure.map(|figure| figure.numerator)),
        known(figure.map(|figure| figure.denominator)),
        known(interval.map(|interval| interval.low)),
        known(interval.map(|interval| interval.high)),
        figure.map_or_else(String::new, |figure| figure.estimator.to_owned()),
        flags,
        entry.definition.version.to_string(),
        text(entry.practice.as_deref().unwrap_or_default()),
        known(entry.period.map(Period::name)),
    ]
}

/// Flags in the words of JSON, with spaces between.
pub fn flags(flags: &[Flag]) -> String {
    // A flag is a word in JSON, so that none is lost here; a test holds it.
    let word = |flag: &Flag| serde_json::to_value(flag).ok()?.as_str().map(str::to_owned);
    flags.iter().filter_map(word).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::calendar::day_name;

    #[test]
    fn periods_by_name() {
        assert_eq!(Period::parse("2026-11"), Some(Period::Month(2026 * 12 + 10)));
        assert_eq!(Period::parse("2026Q4").map(Period::name).as_deref(), Some("2026Q4"));
        let (first, last) = Period::parse("2024Q1").unwrap().days();
        assert_eq!((day_name(first), day_name(last)), ("2024-01-01".into(), "2024-03-31".into()));
        for other in ["2026-13", "2026-1", "2026Q5", "2022Q2 + 3", "day 91", "all", "P2026-11", "-", "Q"] {
            assert_eq!(Period::parse(other), None, "{other}");
        }
    }

    #[test]
    fn words_of_flags() {
        assert_eq!(flags(&[Flag::SmallList, Flag::TooEarly]), "small-list too-early");
    }
}
