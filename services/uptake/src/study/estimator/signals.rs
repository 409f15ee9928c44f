//! When a control chart speaks: the rules of NHS "Plot the Dots", and Anhøj's runs rules.

use super::spc::Point;
use crate::study::distribution::binomial_quantile;
use serde::Serialize;

/// A baseline is frozen from so many points on.
pub const BASELINE: usize = 12;

/// Which rule a point broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// Outside the limits.
    Outside,
    /// One of seven in a row on the same side of the mean.
    Shift,
    /// One of seven in a row that rise or fall.
    Trend,
    /// One of two out of three beyond two thirds of the way to the same limit.
    TwoOfThree,
}

/// The rules that each point broke; its direction is that of its distance from the centre, or of its trend.
pub fn signals(points: &[Point]) -> Vec<Vec<Rule>> {
    let mut broken: Vec<Vec<Rule>> = vec![Vec::new(); points.len()];
    for (place, point) in points.iter().enumerate() {
        if !point.limits.holds(point.value) {
            broken[place].push(Rule::Outside);
        }
    }
    let side = |point: &Point| sign(point.value - point.centre);
    mark(&mut broken, points, 7, Rule::Shift, |run| same(run.iter().map(side)));
    mark(&mut broken, points, 7, Rule::Trend, |run| {
        same(run.windows(2).map(|pair| sign(pair[1].value - pair[0].value)))
    });
    for (start, run) in points.windows(3).enumerate() {
        for direction in [1, -1] {
            let far: Vec<usize> = (0..3).filter(|place| beyond_two_thirds(&run[*place]) == direction).collect();
            if far.len() >= 2 {
                for place in far {
                    add(&mut broken[start + place], Rule::TwoOfThree);
                }
            }
        }
    }
    broken
}

fn mark(broken: &mut [Vec<Rule>], points: &[Point], length: usize, rule: Rule, holds: impl Fn(&[Point]) -> bool) {
    for (start, run) in points.windows(length).enumerate() {
        if holds(run) {
            broken[start..start + length].iter_mut().for_each(|rules| add(rules, rule));
        }
    }
}

fn add(rules: &mut Vec<Rule>, rule: Rule) {
    if !rules.contains(&rule) {
        rules.push(rule);
    }
}

fn sign(value: f64) -> i8 {
    i8::from(value > 0.0) - i8::from(value < 0.0)
}

fn same(mut signs: impl Iterator<Item = i8>) -> bool {
    let first = signs.next().unwrap_or(0);
    first != 0 && signs.all(|sign| sign == first)
}

fn beyond_two_thirds(point: &Point) -> i8 {
    let reach = |limit: f64| point.centre + (limit - point.centre) * 2.0 / 3.0;
    i8::from(point.value > reach(point.limits.high)) - i8::from(point.value < reach(point.limits.low))
}

/// Anhøj's runs analysis (PLoS ONE 2014) about a centre line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Runs {
    /// Points not on the line.
    pub useful: usize,
    /// Longest run on one side.
    pub longest: usize,
    /// Longer than this is a signal: round(log₂ n) + 3.
    pub longest_allowed: usize,
    /// Times the line was crossed.
    pub crossings: usize,
    /// Fewer than this is a signal: the 5 % quantile of Binomial(n − 1, ½).
    pub crossings_needed: usize,
}

impl Runs {
    /// Whether either rule speaks.
    pub fn signals(&self) -> bool {
        self.longest > self.longest_allowed || self.crossings < self.crossings_needed
    }
}

/// Counts runs and crossings; `None` under two useful points.
pub fn runs(values: &[f64], centre: f64) -> Option<Runs> {
    let sides: Vec<i8> = values.iter().map(|value| sign(value - centre)).filter(|side| *side != 0).collect();
    if sides.len() < 2 {
        return None;
    }
    let crossings = sides.windows(2).filter(|pair| pair[0] != pair[1]).count();
    let longest = sides.chunk_by(|a, b| a == b).map(<[i8]>::len).max().unwrap_or(0);
    let (longest_allowed, crossings_needed) = runs_limits(sides.len());
    Some(Runs { useful: sides.len(), longest, longest_allowed, crossings, crossings_needed })
}

/// The longest run allowed and the crossings needed of so many useful points.
pub fn runs_limits(useful: usize) -> (usize, usize) {
    let longest = (useful as f64).log2().round() as usize + 3;
    (longest, binomial_quantile(0.05, useful.saturating_sub(1) as u64, 0.5) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::figure::Interval;

    fn points(values: &[f64]) -> Vec<Point> {
        values.iter().map(|value| Point { value: *value, centre: 10.0, limits: Interval::new(1.0, 19.0) }).collect()
    }

    fn breaks(values: &[f64], rule: Rule) -> Vec<usize> {
        let broken = signals(&points(values));
        (0..values.len()).filter(|place| broken[*place].contains(&rule)).collect()
    }

    /// I-11: n = 10, 12, 16, 20 and 24.
    #[test]
    fn anhoej() {
        let limits = [10, 12, 16, 20, 24].map(runs_limits);
        assert_eq!(limits, [(6, 2), (7, 3), (7, 4), (7, 6), (8, 8)]);
        let found = runs(&[1.0, 1.0, 0.0, -1.0, 1.0, 1.0, 1.0], 0.0).unwrap();
        assert_eq!((found.useful, found.longest, found.crossings), (6, 3, 2));
        assert!(!found.signals() && runs(&[1.0; 12], 0.0).unwrap().signals());
        assert_eq!(runs(&[0.0, 0.0], 0.0), None);
    }

    #[test]
    fn each_rule_speaks_and_no_other() {
        assert_eq!(breaks(&[10.0, 19.5, 0.5], Rule::Outside), [1, 2]);
        let shift = [9.0, 11.0, 12.0, 11.0, 12.0, 11.0, 12.0, 11.0, 9.0];
        assert_eq!(breaks(&shift, Rule::Shift), [1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(breaks(&shift[..7], Rule::Shift), [0; 0]);
        let trend = [7.0, 8.0, 9.0, 10.0, 11.0, 12.0, 13.0, 12.0];
        assert_eq!(breaks(&trend, Rule::Trend), [0, 1, 2, 3, 4, 5, 6]);
        assert_eq!(breaks(&trend[..6], Rule::Trend), [0; 0], "six points are five differences");
        assert_eq!(breaks(&[16.5, 10.0, 17.0, 3.0], Rule::TwoOfThree), [0, 2]);
        assert_eq!(breaks(&[16.5, 10.0, 3.0], Rule::TwoOfThree), [0; 0], "not on the same side");
        assert_eq!(breaks(&[16.0, 10.0, 16.0], Rule::TwoOfThree), [0; 0], "two thirds of the way, not beyond");
    }
}
