//! Time to first use as survival software reads it: one row per equipped practice, with the covariates of the month of entry.

use super::described::SURVIVAL;
use super::table::{Table, known, text};
use crate::study::calendar::{day_name, month_of};
use crate::study::estimator::survival::End;
use crate::study::indicator::adoption::{Way, ways};
use crate::study::programme::Step;
use crate::study::view::View;

/// The table [`SURVIVAL`], from the ways of I-02.
pub fn survival(view: &View<'_>) -> Table {
    let rows = ways(view).iter().filter_map(|way| row(view, way)).collect();
    Table { description: SURVIVAL, rows }
}

fn row(view: &View<'_>, way: &Way) -> Option<Vec<String>> {
    let entry = view.first_step(way.practice, Step::Equipped)?;
    let practice = view.practice(way.practice);
    let event = match way.end {
        End::Censored => 0,
        End::Event => 1,
        End::Competing => 2,
    };
    let mut cells = vec![
        text(&practice.code),
        day_name(entry),
        day_name(entry + way.days),
        way.days.to_string(),
        event.to_string(),
        way.before.to_string(),
        known((practice.centrality > 0).then_some(practice.centrality)),
        text(practice.arm.as_deref().unwrap_or_default()),
        known(practice.list_size(month_of(entry))),
    ];
    cells.extend(practice.employed.map(|count| count.to_string()));
    cells.extend([practice.kilometres, practice.aged_share, practice.interpreter_share].map(known));
    Some(cells)
}
