//! Rules for single numbers: thresholds, rounding, dominance, and who sees what.

use crate::study::estimator::quantile::{Kind, quantile};
use serde::{Deserialize, Serialize};

/// How counts are rounded after small ones are hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rounding {
    /// Not at all.
    Exact,
    /// To the nearest multiple.
    Nearest(u64),
    /// OpenSAFELY's midpoint 6: ⌈x/6⌉·6 − 3, and 0 stays 0; for curves and rates, without bias. Its columns end in `_midpoint6`.
    Midpoint6,
}

/// A rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Counts from 1 to this are hidden; 0 hides none.
    pub threshold: u64,
    /// Zeros are hidden too, where the absence itself says something.
    pub hide_zeros: bool,
    /// How the others are rounded.
    pub rounding: Rounding,
    /// Practices that a cell needs.
    pub practices: usize,
    /// No practice may have more than this share of a cell, in percent.
    pub dominance: u32,
    /// Units that a median or another quantile needs.
    pub quantile_units: usize,
}

impl Rule {
    /// Nothing hidden.
    pub const EXACT: Self = Self {
        threshold: 0,
        hide_zeros: false,
        rounding: Rounding::Exact,
        practices: 0,
        dominance: 100,
        quantile_units: 1,
    };

    /// 1 to 4 hidden, as Norwegian health registers do.
    pub const HIDE_FOUR: Self = Self { threshold: 4, practices: 5, dominance: 85, quantile_units: 10, ..Self::EXACT };

    /// 1 to 7 hidden, the rest to the nearest 5, as OpenSAFELY does.
    pub const HIDE_SEVEN: Self = Self { threshold: 7, rounding: Rounding::Nearest(5), ..Self::HIDE_FOUR };

    /// Midpoint 6.
    pub const MIDPOINT_SIX: Self = Self { threshold: 0, rounding: Rounding::Midpoint6, ..Self::HIDE_FOUR };

    /// Whether a count is hidden for its own sake.
    pub fn hides(&self, count: u64) -> bool {
        if count == 0 { self.hide_zeros } else { count <= self.threshold }
    }

    /// A count as it is shown; `None` hidden.
    pub fn shown(&self, count: u64) -> Option<u64> {
        (!self.hides(count)).then(|| self.rounding.of(count))
    }

    /// How wide an attacker's interval of a hidden cell must be.
    pub fn width(&self) -> f64 {
        match self.rounding {
            Rounding::Nearest(base) => self.threshold.max(base) as f64,
            Rounding::Exact | Rounding::Midpoint6 => self.threshold as f64,
        }
    }

    /// A ratio from the counts as they are shown; `None` when either is hidden or nothing is left to divide by.
    pub fn ratio(&self, numerator: u64, denominator: u64) -> Option<f64> {
        let (numerator, denominator) = (self.shown(numerator)?, self.shown(denominator)?);
        (denominator > 0).then(|| numerator as f64 / denominator as f64)
    }

    /// A quantile; `None` under so many units. Minimum and maximum are never given.
    pub fn quantile(&self, values: &[f64], part: f64) -> Option<f64> {
        let within = part > 0.0 && part < 1.0 && values.len() >= self.quantile_units;
        within.then(|| quantile(values, part, Kind::Linear)).flatten()
    }

    /// Whether a cell rests on enough practices, none of which dominates. An empty cell does.
    pub fn broad(&self, by_practice: &[u64]) -> bool {
        let total: u64 = by_practice.iter().sum();
        let largest = by_practice.iter().copied().max().unwrap_or(0);
        let contributing = by_practice.iter().filter(|count| **count > 0).count();
        total == 0 || (contributing >= self.practices && largest * 100 <= total * u64::from(self.dominance))
    }
}

impl Rounding {
    /// A count rounded.
    pub fn of(self, count: u64) -> u64 {
        match self {
            Self::Exact | Self::Nearest(0) => count,
            Self::Nearest(base) => (count + base / 2) / base * base,
            Self::Midpoint6 => (count.div_ceil(6) * 6).saturating_sub(3),
        }
    }
}

/// ehrQL's rounding of measures: up to 7 becomes 0, the rest goes to the nearest 5.
pub fn ehrql(count: u64) -> u64 {
    if count <= 7 { 0 } else { Rounding::Nearest(5).of(count) }
}

/// Who looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tier {
    /// A practice at its own figures.
    Own,
    /// A practice at the others: bands only, of ten at least.
    Peers,
    /// Programme staff.
    Programme,
    /// A researcher under agreement: codes and coarse covariates.
    Researcher,
    /// Everybody.
    Public,
}

/// What a tier may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sight {
    /// How numbers are protected.
    pub rule: Rule,
    /// Practices by name.
    pub names: bool,
    /// Practices one by one, by name or code.
    pub single_practices: bool,
    /// Fewest practices in a band.
    pub band: usize,
}

impl Tier {
    /// Its sight; `public` is the rule that the programme chose for what is published.
    pub const fn sight(self, public: Rule) -> Sight {
        match self {
            Self::Own | Self::Programme => Sight { rule: Rule::EXACT, names: true, single_practices: true, band: 1 },
            Self::Peers => Sight { rule: public, names: false, single_practices: false, band: 10 },
            Self::Researcher => Sight { rule: Rule::EXACT, names: false, single_practices: true, band: 1 },
            Self::Public => Sight { rule: public, names: false, single_practices: false, band: 5 },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// T23.
    #[test]
    fn published_maps() {
        assert_eq!([0, 1, 7, 8, 12, 13, 17, 18, 22, 94].map(ehrql), [0, 0, 0, 10, 10, 15, 15, 20, 20, 95]);
        let midpoint = [0, 1, 6, 7, 12, 13, 22, 72, 94].map(|count| Rounding::Midpoint6.of(count));
        assert_eq!(midpoint, [0, 3, 3, 9, 9, 15, 21, 69, 93]);
    }

    #[test]
    fn small_counts_and_what_follows_from_them() {
        let rule = Rule::HIDE_FOUR;
        assert_eq!([0, 1, 4, 5].map(|count| rule.shown(count)), [Some(0), None, None, Some(5)]);
        assert_eq!([7, 8, 12].map(|count| Rule::HIDE_SEVEN.shown(count)), [None, Some(10), Some(10)]);
        assert_eq!((rule.ratio(3, 50), rule.ratio(10, 50), rule.ratio(0, 0)), (None, Some(0.2), None));
        assert_eq!(Rule { hide_zeros: true, ..rule }.shown(0), None);
        assert_eq!(Rounding::Nearest(0).of(7), 7);
    }

    #[test]
    fn medians_need_units_and_cells_need_practices() {
        let rule = Rule::HIDE_FOUR;
        let values: Vec<f64> = (0..10).map(f64::from).collect();
        assert_eq!((rule.quantile(&values, 0.5), rule.quantile(&values[1..], 0.5)), (Some(4.5), None));
        assert_eq!(rule.quantile(&values, 1.0), None, "a maximum is a practice");
        assert!(rule.broad(&[10, 10, 10, 10, 10]) && rule.broad(&[0, 0]));
        assert!(!rule.broad(&[10, 10, 10, 10]), "four practices");
        assert!(!rule.broad(&[900, 10, 10, 10, 10, 10]), "one has 94 %");
        assert!(Tier::Public.sight(rule).band == 5 && !Tier::Peers.sight(rule).single_practices);
        assert!(Tier::Own.sight(rule).rule == Rule::EXACT && !Tier::Researcher.sight(rule).names);
    }
}
