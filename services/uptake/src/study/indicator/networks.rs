//! I-16: the network of practices and specialists by quarter, from answered referrals.

use crate::study::calendar::{month_of, quarter_name};
use crate::study::estimator::network::Network;
use crate::study::figure::{Figure, Line};
use crate::study::view::View;
use std::collections::BTreeMap;

/// The networks of the quarters of the window that have answered referrals.
pub fn by_quarter(view: &View<'_>) -> BTreeMap<i32, Network> {
    let mut edges: BTreeMap<i32, Vec<(String, String, f64)>> = BTreeMap::new();
    let cut = f64::from(view.window.until) * 24.0;
    for case in view.uses_within().filter(|case| case.answered.is_some_and(|at| at < cut)) {
        // The sides must not share a name.
        let edge = (format!("practice {}", view.code(case.practice)), format!("specialist {}", case.specialist), 1.0);
        edges.entry(month_of(case.day()).div_euclid(3)).or_default().push(edge);
    }
    let network = |edges: Vec<(String, String, f64)>| {
        Network::new(
            edges.iter().map(|(practice, specialist, weight)| (practice.as_str(), specialist.as_str(), *weight)),
        )
    };
    edges.into_iter().map(|(quarter, edges)| (quarter, network(edges))).collect()
}

/// Per quarter `density`, `components`, `giant-share` and, from the quarter before, `jaccard`. Nodes are in [`by_quarter`], for they
/// name people's codes.
pub fn networks(view: &View<'_>) -> Vec<Line> {
    let quarters = by_quarter(view);
    let mut lines = Vec::new();
    let mut before: Option<(i32, &Network)> = None;
    for (quarter, network) in &quarters {
        let name = quarter_name(quarter * 3);
        let edges = network.edges().count() as f64;
        let parts = network.components();
        let nodes: usize = parts.iter().sum();
        let density = network.density();
        let pairs = density.map_or(0.0, |density| edges / density);
        lines.push(Line::new(&name, "density", Figure::ratio(edges, pairs, "edges over possible pairs")));
        lines.push(Line::new(&name, "components", Figure::of(Some(parts.len() as f64), nodes as f64, "count")));
        let giant = parts.first().copied().unwrap_or(0) as f64;
        lines.push(Line::new(&name, "giant-share", Figure::ratio(giant, nodes as f64, "nodes in the largest part")));
        if let Some((_, earlier)) = before.filter(|(earlier, _)| earlier + 1 == *quarter) {
            let turned = earlier.turnover(network);
            let all = (turned.kept + turned.new + turned.lost) as f64;
            lines.push(Line::new(&name, "jaccard", Figure::ratio(turned.kept as f64, all, "edges kept over all")));
        }
        before = Some((*quarter, network));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::indicator::sample::{origin, random, whole};

    #[test]
    fn one_specialist_connects_all() {
        let (programme, window) = origin();
        let lines = networks(&View::new(&programme, &window));
        for line in lines.iter().filter(|line| line.name != "jaccard") {
            assert_eq!(line.figure.value, Some(1.0), "{line:?}");
        }
        assert!(lines.iter().any(|line| line.name == "jaccard"));
    }

    #[test]
    fn shares_stay_shares() {
        for seed in 0..100 {
            let programme = random(seed, 15);
            let lines = networks(&View::new(&programme, &whole()));
            let shares = lines.iter().filter(|line| line.name != "components");
            assert!(shares.filter_map(|line| line.figure.value).all(|value| (0.0..=1.0).contains(&value)));
        }
    }
}
