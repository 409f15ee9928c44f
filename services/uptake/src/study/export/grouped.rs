//! What everybody sees: referrals by centrality class and quarter, and their rates, behind the disclosure rule.
//!
//! A count is hidden when it is small, when fewer practices than the rule asks are live behind it or gave to it, when one
//! dominates it, and when it would give another away. Counts are those of I-06: of practices that were live and whose list is
//! known. Exposure is to the nearest 100 patient-years, so that no list size comes out of a difference.

use super::described::PANEL_BY_CLASS;
use super::entry::{Entry, Period};
use super::panel::{exposure, referrals};
use super::table::{Table, known};
use crate::study::calendar::Month;
use crate::study::disclosure::rule::Sight;
use crate::study::disclosure::table;
use crate::study::estimator::rate::rate;
use crate::study::figure::Flag;
use crate::study::indicator::definition::Definition;
use crate::study::indicator::referral_rate::SCALE;
use crate::study::view::View;
use std::collections::{BTreeMap, BTreeSet};

/// Patient-years are rounded to a multiple of these.
const YEARS: f64 = 100.0;

/// A class or quarter that is the total.
pub const ALL: &str = "all";

/// One cell of the table with totals.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// `centrality 3`, or the total `all`.
    pub class: String,
    /// The quarter, or the total.
    pub quarter: Option<Period>,
    /// As it may be shown.
    pub referrals: Option<u64>,
    /// Of the cell's practices, rounded; 0 too where the cell is not shown.
    pub patient_years: f64,
    /// A quarter that the window cuts.
    pub incomplete: bool,
    /// A practice whose list is not known is left out.
    pub left_out: bool,
}

/// What one practice adds in one quarter.
#[derive(Clone, Copy, Debug, Default)]
struct Part {
    referrals: u64,
    patient_years: f64,
    left_out: bool,
}

/// Parts by class, quarter and practice; only of practices that were live.
type Parts = BTreeMap<(u8, Month, usize), Part>;

/// The cells, totals included, as a sight allows.
pub fn cells(view: &View<'_>, sight: &Sight) -> Vec<Cell> {
    let parts = parts(view);
    let classes: Vec<u8> = parts.keys().map(|key| key.0).collect::<BTreeSet<_>>().into_iter().collect();
    let months = view.window.months();
    let quarters: Vec<Month> =
        months.iter().map(|month| month.div_euclid(3) * 3).collect::<BTreeSet<_>>().into_iter().collect();
    if classes.is_empty() || quarters.is_empty() {
        return Vec::new();
    }
    let of = |class: Option<u8>, quarter: Option<Month>| -> BTreeMap<usize, Part> {
        let mut sums: BTreeMap<usize, Part> = BTreeMap::new();
        for ((one, at, practice), part) in &parts {
            if class.is_none_or(|class| class == *one) && quarter.is_none_or(|quarter| quarter == *at) {
                let sum = sums.entry(*practice).or_default();
                sum.referrals += part.referrals;
                sum.patient_years += part.patient_years;
                sum.left_out |= part.left_out;
            }
        }
        sums
    };
    let rows: Vec<Option<u8>> = classes.iter().copied().map(Some).chain([None]).collect();
    let columns: Vec<Option<Month>> = quarters.iter().copied().map(Some).chain([None]).collect();
    let count = |class: u8, quarter: Month| of(Some(class), Some(quarter)).values().map(|part| part.referrals).sum();
    let counts = table::Table {
        cells: classes.iter().map(|class| quarters.iter().map(|quarter| count(*class, *quarter)).collect()).collect(),
    };
    let mut narrow = Vec::new();
    for (row, class) in rows.iter().enumerate() {
        for (column, quarter) in columns.iter().enumerate() {
            if is_narrow(&of(*class, *quarter), sight) {
                narrow.push((row, column));
            }
        }
    }
    let shown = counts.protect(&sight.rule, &narrow);
    let mut cells = Vec::new();
    for (class, shown) in rows.iter().zip(shown.cells) {
        for (quarter, referrals) in columns.iter().zip(shown) {
            let parts = of(*class, *quarter);
            // A sum of nothing would be −0.
            let years = parts.values().fold(0.0, |sum, part| sum + part.patient_years);
            let whole = |first: &Month| (*first..first + 3).all(|month| months.binary_search(&month).is_ok());
            cells.push(Cell {
                class: class.map_or_else(|| ALL.to_owned(), |class| format!("centrality {class}")),
                quarter: quarter.map(Period::Quarter),
                referrals,
                patient_years: if referrals.is_some() { (years / YEARS).round() * YEARS } else { 0.0 },
                incomplete: quarter.as_ref().is_some_and(|first| !whole(first)),
                left_out: parts.values().any(|part| part.left_out),
            });
        }
    }
    cells
}

/// Too few practices behind a cell, too few that gave to it, or one that dominates it. A cell without practices says nothing.
fn is_narrow(practices: &BTreeMap<usize, Part>, sight: &Sight) -> bool {
    let by_practice: Vec<u64> = practices.values().map(|part| part.referrals).collect();
    let few = !practices.is_empty() && practices.len() < sight.rule.practices.max(sight.band);
    few || !sight.rule.broad(&by_practice)
}

fn parts(view: &View<'_>) -> Parts {
    let counts = referrals(view);
    let mut parts = Parts::new();
    for practice in view.counted() {
        for month in view.window.months().into_iter().filter(|month| view.live(practice, *month)) {
            let key = (view.practice(practice).centrality, month.div_euclid(3) * 3, practice);
            let part = parts.entry(key).or_default();
            match exposure(view, practice, month) {
                Some(years) => {
                    part.referrals += counts.get(&(practice, month)).copied().unwrap_or(0);
                    part.patient_years += years;
                }
                None => part.left_out = true,
            }
        }
    }
    parts
}

/// The table [`PANEL_BY_CLASS`].
pub fn panel(cells: &[Cell]) -> Table {
    let row = |cell: &Cell| {
        let years = cell.referrals.map(|_| cell.patient_years);
        let quarter = cell.quarter.map_or_else(|| ALL.to_owned(), Period::name);
        let hidden = cell.referrals.is_none().to_string();
        vec![cell.class.clone(), quarter, known(cell.referrals), known(years), hidden]
    };
    Table { description: PANEL_BY_CLASS, rows: cells.iter().map(row).collect() }
}

/// Rates of the cells as figures of I-06, whose definition is given.
pub fn entries<'a>(cells: &[Cell], definition: &'a Definition) -> Vec<Entry<'a>> {
    let entry = |cell: &Cell| {
        let group = cell.quarter.map_or_else(|| cell.class.clone(), |of| format!("{}, {}", cell.class, of.name()));
        let figure = cell.referrals.map(|count| {
            rate(count, cell.patient_years, SCALE)
                .flagged(Flag::Incomplete, cell.incomplete)
                .flagged(Flag::ListUnknown, cell.left_out)
        });
        Entry { definition, group, practice: None, period: cell.quarter, name: "rate-by-class", figure }
    };
    cells.iter().map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::calendar::month_of;
    use crate::study::disclosure::attack::{Equation, System};
    use crate::study::disclosure::rule::{Rule, Tier};
    use crate::study::indicator::definition::indicators;
    use crate::study::indicator::sample::{random, whole};
    use crate::study::programme::{Programme, Window};

    /// Programmes small and large, and one in which everybody sends every week, so that much is shown.
    fn programmes() -> impl Iterator<Item = Programme> {
        (0..40).map(|seed| {
            let mut programme = random(seed, 30 + (seed as usize * 17) % 170);
            if seed % 2 == 0 {
                let cases = programme.cases.clone();
                for shift in 1..6 {
                    let other = |place: usize| (place + shift * 7) % programme.practices.len();
                    programme.cases.extend(cases.iter().map(|case| {
                        let practice = other(case.practice);
                        crate::study::programme::Case { practice, ..case.clone() }
                    }));
                }
            }
            programme
        })
    }

    /// The table as an attacker has it: read from the exported CSV, totals and all.
    struct Published {
        classes: Vec<String>,
        quarters: Vec<String>,
        counts: BTreeMap<(String, String), Option<u64>>,
    }

    impl Published {
        fn read(csv: &[u8]) -> Self {
            let mut counts = BTreeMap::new();
            for record in csv::Reader::from_reader(csv).records() {
                let record = record.unwrap();
                counts.insert((record[0].to_owned(), record[1].to_owned()), record[2].parse().ok());
                assert_eq!(&record[4], if record[2].is_empty() { "true" } else { "false" });
                assert!(!record[2].is_empty() || record[3].is_empty(), "exposure of a hidden cell");
            }
            let names = |of: fn(&(String, String)) -> &String| {
                let all: BTreeSet<String> = counts.keys().map(of).filter(|name| *name != ALL).cloned().collect();
                all.into_iter().collect::<Vec<_>>()
            };
            Self { classes: names(|key| &key.0), quarters: names(|key| &key.1), counts }
        }

        /// Indices of the finest counts that a cell is the sum of.
        fn members(&self, (class, quarter): &(String, String)) -> Vec<usize> {
            let width = self.quarters.len();
            let is = |name: &str, asked: &String| asked == ALL || name == asked;
            let places = (0..self.classes.len()).flat_map(|row| (0..width).map(move |column| (row, column)));
            places
                .filter(|(row, column)| is(&self.classes[*row], class) && is(&self.quarters[*column], quarter))
                .map(|(row, column)| row * width + column)
                .collect()
        }
    }

    /// Linear programming over the published file bounds no hidden count, total or not, to less than the rule's width.
    #[test]
    fn the_published_file_gives_no_hidden_count_away() {
        let (mut hidden, mut shown) = (0, 0);
        for programme in programmes() {
            let window = whole();
            let sight = Tier::Public.sight(Rule::HIDE_FOUR);
            let csv = panel(&cells(&View::new(&programme, &window), &sight)).csv().unwrap();
            let published = Published::read(&csv);
            let equations: Vec<Equation> = published
                .counts
                .iter()
                .filter_map(|(key, count)| {
                    Some(Equation { variables: published.members(key), value: (*count)? as f64 })
                })
                .collect();
            let all = published.classes.len() * published.quarters.len();
            let system = System::new(all, &equations).expect("what is published is true");
            for (key, _) in published.counts.iter().filter(|one| one.1.is_none()) {
                let width = system.width(&published.members(key));
                assert!(width >= sight.rule.width() - 1e-6, "{key:?} is known to {width}");
                hidden += 1;
            }
            shown += equations.iter().filter(|one| one.value > 0.0).count();
        }
        assert!(hidden > 100 && shown > 100, "hidden {hidden}, shown {shown}");
    }

    /// Whatever is shown is no small count, rests on five practices that gave to it, and on none with more than 85 %.
    #[test]
    fn what_is_shown_is_broad() {
        for programme in programmes() {
            let window = whole();
            let view = View::new(&programme, &window);
            let mut counted: BTreeMap<(String, Option<Period>), BTreeMap<usize, u64>> = BTreeMap::new();
            for case in view.uses_within() {
                let (practice, month) = (case.practice, month_of(case.day()));
                if view.live(practice, month) && view.practice(practice).list_size(month).is_some() {
                    let class = format!("centrality {}", view.practice(practice).centrality);
                    let quarter = Some(Period::Quarter(month.div_euclid(3) * 3));
                    for class in [class, ALL.to_owned()] {
                        for quarter in [quarter, None] {
                            let by_practice = counted.entry((class.clone(), quarter)).or_default();
                            *by_practice.entry(practice).or_default() += 1;
                        }
                    }
                }
            }
            for cell in cells(&view, &Tier::Public.sight(Rule::HIDE_FOUR)) {
                let by_practice = counted.remove(&(cell.class.clone(), cell.quarter)).unwrap_or_default();
                let total: u64 = by_practice.values().sum();
                let most = by_practice.values().copied().max().unwrap_or(0);
                if let Some(count) = cell.referrals {
                    let broad = by_practice.len() >= 5 && most * 100 <= total * 85;
                    assert_eq!(count, total, "{cell:?}");
                    assert!(count == 0 || (count > 4 && broad), "{cell:?} {by_practice:?}");
                }
            }
        }
    }

    /// Peers see bands of ten practices at least, so they see less than everybody does of five.
    #[test]
    fn the_band_is_kept() {
        let (programme, window) = (random(2, 60), whole());
        let view = View::new(&programme, &window);
        let shown = |tier: Tier| {
            let cells = cells(&view, &tier.sight(Rule::HIDE_FOUR));
            cells.into_iter().filter(|cell| cell.referrals.is_some() && cell.patient_years > 0.0).count()
        };
        assert!(shown(Tier::Peers) < shown(Tier::Public));
    }

    #[test]
    fn a_hidden_cell_has_no_rate_and_a_cut_quarter_says_so() {
        let window = Window { from: whole().from + 31, ..whole() };
        let (programme, indicators) = (random(0, 94), indicators().unwrap());
        let cells = cells(&View::new(&programme, &window), &Tier::Public.sight(Rule::HIDE_FOUR));
        let rate = indicators.iter().find(|one| one.definition.id == "I-06").unwrap();
        for (entry, cell) in entries(&cells, &rate.definition).iter().zip(&cells) {
            assert_eq!(entry.figure.is_none(), cell.referrals.is_none());
            if let (Some(figure), Some(count)) = (&entry.figure, cell.referrals) {
                assert!((figure.numerator - count as f64).abs() < 1e-9);
                let cut = entry.period.map(Period::name).as_deref() == Some("2022Q1");
                assert_eq!(figure.flags.contains(&Flag::Incomplete), cut, "{entry:?}");
            }
        }
    }
}
