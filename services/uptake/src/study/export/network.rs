//! The network of practices and specialists as tables, when there are people enough that nobody stands alone.

use super::described::{EDGES, NODES};
use super::table::{Table, text};
use crate::study::calendar::quarter_name;
use crate::study::estimator::network::Network;
use crate::study::indicator::networks::by_quarter;
use crate::study::view::View;
use std::collections::{BTreeMap, BTreeSet};

/// Fewest specialists of whom a network may be shown.
pub const PEOPLE: usize = 5;

/// Nodes and edges of all quarters.
#[derive(Clone, Debug, PartialEq)]
pub struct Tables {
    /// [`NODES`].
    pub nodes: Table,
    /// [`EDGES`].
    pub edges: Table,
}

/// The tables; `None` when fewer than [`PEOPLE`] specialists answered within the window.
pub fn tables(view: &View<'_>) -> Option<Tables> {
    let quarters = by_quarter(view);
    let people: BTreeSet<&str> =
        quarters.values().flat_map(|network| network.edges().map(|(_, specialist, _)| specialist)).collect();
    (people.len() >= PEOPLE).then(|| Tables { nodes: nodes(&quarters), edges: edges(&quarters) })
}

/// A node's side and its code; names of the two sides begin with the side.
fn split(name: &str) -> (&str, &str) {
    name.split_once(' ').unwrap_or(("", name))
}

fn nodes(quarters: &BTreeMap<i32, Network>) -> Table {
    let mut rows = Vec::new();
    for (quarter, network) in quarters {
        for node in network.nodes() {
            let (side, code) = split(&node.name);
            let mut cells = vec![quarter_name(quarter * 3), text(code), side.to_owned(), node.degree.to_string()];
            let figures = [node.strength, node.hhi, node.effective_partners, node.centrality, node.betweenness];
            cells.extend(figures.map(|figure| figure.to_string()));
            rows.push(cells);
        }
    }
    Table { description: NODES, rows }
}

fn edges(quarters: &BTreeMap<i32, Network>) -> Table {
    let mut rows = Vec::new();
    for (quarter, network) in quarters {
        for (practice, specialist, referrals) in network.edges() {
            let (practice, specialist) = (split(practice).1, split(specialist).1);
            rows.push(vec![quarter_name(quarter * 3), text(practice), text(specialist), referrals.to_string()]);
        }
    }
    Table { description: EDGES, rows }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::indicator::sample::{origin, random, whole};

    #[test]
    fn few_people_are_no_network() {
        let (mut programme, window) = origin();
        assert_eq!(tables(&View::new(&programme, &window)), None, "one specialist answers everything");
        for (place, case) in programme.cases.iter_mut().enumerate() {
            case.specialist = format!("d{}", place % PEOPLE);
        }
        assert!(tables(&View::new(&programme, &window)).is_some());
    }

    #[test]
    fn edges_are_the_answered_referrals() {
        let (programme, window) = (random(1, 40), whole());
        let view = View::new(&programme, &window);
        let cut = f64::from(window.until) * 24.0;
        let answered = view.uses_within().filter(|case| case.answered.is_some_and(|at| at < cut)).count();
        let tables = tables(&view).unwrap();
        let sum = |table: &Table, name: &str| {
            let column = table.columns().find(|one| one.0.name == name).unwrap().1;
            column.iter().map(|cell| cell.parse::<usize>().unwrap()).sum::<usize>()
        };
        assert_eq!(sum(&tables.edges, "referrals"), answered);
        assert_eq!(sum(&tables.nodes, "strength"), 2 * answered);
    }
}
