//! The panel: every practice in every whole month, from the register first and use after, so that silence is a zero.

use super::described;
use super::table::{Table, known, text};
use crate::study::calendar::{Month, month_name, month_of};
use crate::study::programme::Step;
use crate::study::view::View;
use std::collections::BTreeMap;

/// Real referrals within the window by practice and month.
pub fn referrals(view: &View<'_>) -> BTreeMap<(usize, Month), u64> {
    let mut counts = BTreeMap::new();
    for case in view.uses_within() {
        *counts.entry((case.practice, month_of(case.day()))).or_default() += 1;
    }
    counts
}

/// Patient-years of a month: 0 when the practice is not live, `None` when its list is not known.
pub fn exposure(view: &View<'_>, practice: usize, month: Month) -> Option<f64> {
    if !view.live(practice, month) {
        return Some(0.0);
    }
    view.practice(practice).list_size(month).map(|size| size / 12.0)
}

/// The table described by [`described::panel`].
pub fn panel(view: &View<'_>) -> Table {
    let (counts, columns) = (referrals(view), events(view));
    let mut rows = Vec::new();
    for practice in view.counted() {
        let since = |step| view.first_step(practice, step).map(month_of);
        let (equipped, trained, ended) = (since(Step::Equipped), since(Step::Trained), since(Step::SupportEnded));
        for month in view.window.months() {
            let by = |first: Option<Month>| first.is_some_and(|first| first <= month).to_string();
            let mut cells = vec![
                text(view.code(practice)),
                month_name(month),
                known(equipped.map(|first| month - first)),
                view.live(practice, month).to_string(),
                known(exposure(view, practice, month)),
                counts.get(&(practice, month)).copied().unwrap_or(0).to_string(),
                by(trained),
                by(ended),
            ];
            cells.extend(columns.keys().map(|column| u8::from(happened(view, column, practice, month)).to_string()));
            rows.push(cells);
        }
    }
    let columns: Vec<(String, String)> = columns.into_iter().collect();
    Table { description: described::panel(&columns), rows }
}

/// A column's name with the event's kind, of every kind in the context log.
fn events(view: &View<'_>) -> BTreeMap<String, String> {
    view.programme.events.iter().map(|event| (column(&event.kind), event.kind.clone())).collect()
}

fn column(kind: &str) -> String {
    let plain = |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '_' };
    format!("event_{}", kind.chars().map(plain).collect::<String>())
}

fn happened(view: &View<'_>, name: &str, practice: usize, month: Month) -> bool {
    view.programme.events.iter().any(|event| {
        column(&event.kind) == name
            && event.practice.is_none_or(|of| of == practice)
            && event.from < view.window.until
            && event.lasts(month)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::indicator::referral_rate::rates;
    use crate::study::indicator::sample::{origin, random, whole};
    use crate::study::programme::Event;

    fn cells<'a>(table: &'a Table, name: &str) -> Vec<&'a str> {
        table.columns().find(|one| one.0.name == name).unwrap().1
    }

    /// The panel adds up to I-06: live months' referrals and exposure of each practice are its numerator and denominator.
    #[test]
    fn the_panel_is_what_rates_rest_on() {
        for seed in 0..20 {
            let (programme, window) = (random(seed, 30), whole());
            let view = View::new(&programme, &window);
            let table = panel(&view);
            let all = view.counted().count() * window.months().len();
            assert_eq!(table.rows.len(), all, "silent practices and months have rows");
            let [codes, live, years, counts] =
                ["practice", "live", "patient_years", "referrals"].map(|name| cells(&table, name));
            let mut sums: BTreeMap<&str, (f64, Option<f64>)> = BTreeMap::new();
            for (place, code) in codes.into_iter().enumerate() {
                let sum = sums.entry(code).or_insert((0.0, Some(0.0)));
                if live[place] == "true" {
                    sum.0 += counts[place].parse::<f64>().unwrap();
                }
                sum.1 = sum.1.zip(years[place].parse::<f64>().ok()).map(|(sum, years)| sum + years);
            }
            for line in rates(&view).iter().filter(|line| line.name == "rate") {
                let (count, years) = sums[line.group.as_str()];
                assert!((count - line.figure.numerator).abs() < 1e-9, "{seed} {line:?}");
                assert!((years.unwrap_or(0.0) - line.figure.denominator).abs() < 1e-6, "{seed} {line:?}");
            }
        }
    }

    #[test]
    fn events_are_dummies_from_their_month_on() {
        let (mut programme, window) = origin();
        let from = window.from + 45;
        programme.events.push(Event { practice: Some(1), kind: "champion left".into(), from, ..Event::default() });
        let whole = Event { kind: "outage".into(), from, until: Some(from + 40), ..Event::default() };
        programme.events.push(whole);
        let view = View::new(&programme, &window);
        let table = panel(&view);
        let dummies = cells(&table, "event_champion_left");
        let months = window.months().len();
        assert_eq!((dummies[0], dummies[months], dummies[months + 1]), ("0", "0", "1"));
        assert_eq!(dummies.iter().filter(|cell| **cell == "1").count(), months - 1);
        let outage = cells(&table, "event_outage");
        let lasted = 1 + (month_of(from + 40) - month_of(from)) as usize;
        assert_eq!(outage.iter().filter(|cell| **cell == "1").count(), lasted * view.counted().count(), "to its end");
    }
}
