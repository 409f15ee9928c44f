//! Chart 15: who works with whom in the newest quarter with answers: practices left, specialists right, the strongest first.
//!
//! A specialist stands as a number by strength, never as a pseudonym.

use super::drawing::{Anchor, Drawing, LABEL, SMALL, Shape};
use super::look::{BLUE, Look, ORANGE, WHITE};
use super::scale::Scale;
use super::{Chart, Head, Language, Words, say_capped};
use crate::study::calendar::quarter_name;
use crate::study::estimator::network::Network;
use crate::study::figure::Line;
use crate::study::indicator::networks::{by_quarter, networks};
use crate::study::view::View;
use std::collections::BTreeMap;

/// Light, for edges cross.
const EDGE: &str = "#a5b1bb";

/// Nodes of a side that are drawn at most.
const SHOWN: usize = 60;

/// Both sides by strength, and the edges between their places.
struct Sides<'a> {
    practices: Vec<(&'a str, f64)>,
    specialists: Vec<(&'a str, f64)>,
    edges: Vec<(usize, usize, f64)>,
}

fn ordered(strengths: BTreeMap<&str, f64>) -> Vec<(&str, f64)> {
    let mut nodes: Vec<(&str, f64)> = strengths.into_iter().collect();
    nodes.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
    nodes
}

fn sides(network: &Network) -> Sides<'_> {
    let (mut left, mut right) = (BTreeMap::new(), BTreeMap::new());
    for (practice, specialist, weight) in network.edges() {
        *left.entry(practice).or_insert(0.0) += weight;
        *right.entry(specialist).or_insert(0.0) += weight;
    }
    let (practices, specialists) = (ordered(left), ordered(right));
    let place = |nodes: &[(&str, f64)]| -> BTreeMap<String, usize> {
        nodes.iter().enumerate().map(|(place, node)| (node.0.to_owned(), place)).collect()
    };
    let (of_practice, of_specialist) = (place(&practices), place(&specialists));
    let edge = |(practice, specialist, weight): (&str, &str, f64)| {
        Some((*of_practice.get(practice)?, *of_specialist.get(specialist)?, weight))
    };
    let mut edges: Vec<(usize, usize, f64)> = network.edges().filter_map(edge).collect();
    edges.sort_by_key(|edge| (edge.0, edge.1));
    Sides { practices, specialists, edges }
}

fn code(name: &str) -> &str {
    name.strip_prefix("practice ").unwrap_or(name)
}

fn specialist(place: usize, language: Language) -> String {
    format!("{} {}", language.say("Specialist", "Spesialist"), place + 1)
}

/// Edges as wide as their referrals; I-16's newest quarter, its edges in the table.
pub fn network(view: &View<'_>, language: Language) -> Chart {
    let quarters = by_quarter(view);
    let head = Head {
        name: "network",
        title: Words::new("Practices and specialists", "Legekontor og spesialister"),
        definition: Some("I-16"),
        columns: vec![
            language.say("Quarter", "Kvartal"),
            language.say("Practice", "Legekontor"),
            language.say("Specialist, by number of answers", "Spesialist, etter antall svar"),
            language.say("Answered referrals", "Besvarte henvisninger"),
        ],
    };
    let Some((quarter, network)) = quarters.last_key_value() else {
        let why = Words::new("No referral of the window has been answered.", "Ingen henvisning i perioden er besvart.");
        return head.empty(language, why, Vec::new());
    };
    let name = quarter_name(quarter * 3);
    let sides = sides(network);
    let row = |edge: &(usize, usize, f64)| {
        let practice = sides.practices.get(edge.0).map(|node| code(node.0)).unwrap_or_default();
        vec![name.clone(), practice.to_owned(), specialist(edge.1, language), language.count(edge.2)]
    };
    let rows = sides.edges.iter().map(row).collect();
    head.drawn(drawing(&sides, &name, language), finding(&sides, &name, &networks(view)), rows)
}

fn drawing(sides: &Sides<'_>, quarter: &str, language: Language) -> Drawing {
    let (left, right) = (sides.practices.len().min(SHOWN), sides.specialists.len().min(SHOWN));
    let foot = if left < sides.practices.len() || right < sides.specialists.len() { 28.0 } else { 0.0 };
    let high = 20.0 * left.max(right).max(4) as f64;
    let mut drawing = Drawing::new("network", language, 56.0 + high + foot);
    let (from, to) = (170.0, 470.0);
    let titles = [language.say("Practices", "Legekontor"), language.say("Specialists", "Spesialister")];
    drawing.strong((from, 22.0), Anchor::End, LABEL, titles[0]);
    drawing.strong((to, 22.0), Anchor::Start, LABEL, titles[1]);
    drawing.text((f64::midpoint(from, to), 22.0), Anchor::Middle, LABEL, quarter);
    let place = |number: usize, of: usize| 44.0 + high * (number as f64 + 0.5) / of.max(1) as f64;
    let heaviest = sides.edges.iter().map(|edge| edge.2).fold(0.0, f64::max);
    // Thinner the more there are, so that they can be told apart.
    let widest = (240.0 / sides.edges.len().min(left * right).max(1) as f64).clamp(1.6, 12.0);
    let width = Scale { values: (0.0, heaviest), places: (widest / 12.0, widest) };
    for (practice, other, weight) in sides.edges.iter().filter(|edge| edge.0 < left && edge.1 < right) {
        let look = Look::line("line edge", EDGE, width.place(*weight), "");
        let ends = ((from + 10.0, place(*practice, left)), (to - 10.0, place(*other, right)));
        drawing.draw_telling(&Shape::Line(ends.0, ends.1), &look, &language.count(*weight));
    }
    let dots = [Look::mark("mark practice", BLUE, WHITE), Look::mark("mark specialist", ORANGE, WHITE)];
    for (number, (name, strength)) in sides.practices.iter().take(left).enumerate() {
        let y = place(number, left);
        drawing.draw(&Shape::Circle((from + 10.0, y), 6.0), &dots[0]);
        let label = format!("{} ({})", super::clipped(code(name), SMALL, 110.0), language.count(*strength));
        drawing.text((from - 2.0, y + 4.5), Anchor::End, SMALL, &label);
    }
    for (number, (_, strength)) in sides.specialists.iter().take(right).enumerate() {
        let y = place(number, right);
        drawing.draw(&Shape::Square((to - 10.0, y), 6.0), &dots[1]);
        let label = format!("{} ({})", specialist(number, language), language.count(*strength));
        drawing.text((to + 2.0, y + 4.5), Anchor::Start, SMALL, &label);
    }
    let foot = (6.0, drawing.height - 10.0);
    say_capped(&mut drawing, foot, left + right, sides.practices.len() + sides.specialists.len());
    drawing
}

fn finding(sides: &Sides<'_>, quarter: &str, lines: &[Line]) -> Words {
    let of = |name: &str| {
        let found = lines.iter().find(|line| line.group == quarter && line.name == name);
        found.and_then(|line| line.figure.value)
    };
    let total: f64 = sides.edges.iter().map(|edge| edge.2).sum();
    let busiest = sides.specialists.first().map_or(0.0, |node| node.1);
    Words::both(|language| {
        let practices = language.many(sides.practices.len(), ["practice", "practices"], ["legekontor"; 2]);
        let specialists =
            language.many(sides.specialists.len(), ["specialist", "specialists"], ["spesialist", "spesialister"]);
        let shared = language.many(
            total as usize,
            ["answered referral", "answered referrals"],
            ["besvart henvisning", "besvarte henvisninger"],
        );
        let density = of("density").map(|density| language.percent(density)).unwrap_or_default();
        let parts = language.many(
            of("components").unwrap_or(0.0) as usize,
            ["connected part", "connected parts"],
            ["sammenhengende del", "sammenhengende deler"],
        );
        let share = if total > 0.0 { language.percent(busiest / total) } else { String::new() };
        match language {
            Language::En => format!(
                "In {quarter} {practices} and {specialists} shared {shared} over {density} of the possible pairs, in {parts}; \
                 the busiest specialist answered {share}."
            ),
            Language::Nb => format!(
                "I {quarter} delte {practices} og {specialists} {shared} over {density} av mulige par, i {parts}; den \
                 travleste spesialisten besvarte {share}."
            ),
        }
    })
}
