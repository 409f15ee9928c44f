//! Tables that overlap: what one hides another may give away, so each is judged with all that was published before.

use super::attack::{Equation, System};
use super::rule::Rule;

/// A count to be published: which of the finest counts it is the sum of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum {
    /// Indices of finest counts, ascending.
    pub of: Vec<usize>,
    /// Their sum.
    pub count: u64,
}

/// Everything published of the same finest counts, in the order of publication.
#[derive(Clone, Debug, Default)]
pub struct Release {
    finest: usize,
    published: Vec<Sum>,
    hidden: Vec<Sum>,
}

impl Release {
    /// Nothing published yet of so many finest counts.
    pub fn new(finest: usize) -> Self {
        Self { finest, ..Self::default() }
    }

    /// Publishes what of a table may be: small counts are hidden, then the smallest that touch a hidden one, until neither this
    /// table nor any before can be computed to less than the rule's width. Gives the counts in the order asked, `None` hidden. A
    /// count that stands published already is given again.
    pub fn publish(&mut self, table: &[Sum], rule: &Rule) -> Vec<Option<u64>> {
        let known = |sum: &Sum| self.published.iter().any(|earlier| earlier.of == sum.of);
        let mut open: Vec<bool> = table.iter().map(|sum| known(sum) || !rule.hides(sum.count)).collect();
        let fixed: Vec<bool> = table.iter().map(known).collect();
        while let Some(weak) = self.weakest(table, &open, rule.width()) {
            let touches = |sum: &Sum| sum.of.iter().any(|one| weak.of.contains(one));
            let candidates = |near: bool| {
                let free = (0..table.len()).filter(|place| open[*place] && !fixed[*place]);
                free.filter(|place| !near || touches(&table[*place])).min_by_key(|place| table[*place].count)
            };
            let Some(place) = candidates(true).or_else(|| candidates(false)) else { break };
            open[place] = false;
        }
        for (place, sum) in table.iter().enumerate() {
            let list = if open[place] { &mut self.published } else { &mut self.hidden };
            if !list.contains(sum) {
                list.push(sum.clone());
            }
        }
        table.iter().zip(open).map(|(sum, open)| open.then_some(sum.count)).collect()
    }

    /// The hidden sum that can be computed most closely, if closer than allowed; of what is published and would be.
    fn weakest(&self, table: &[Sum], open: &[bool], width: f64) -> Option<Sum> {
        let shown = table.iter().zip(open).filter(|one| *one.1).map(|one| one.0);
        let equations: Vec<Equation> = self
            .published
            .iter()
            .chain(shown)
            .map(|sum| Equation { variables: sum.of.clone(), value: sum.count as f64 })
            .collect();
        let mut hidden = table.iter().zip(open).filter(|one| !*one.1).map(|one| one.0).chain(&self.hidden);
        // Should the arithmetic ever find no solution, hiding goes on rather than stops.
        let Some(system) = System::new(self.finest, &equations) else {
            return hidden.next().or(table.first()).cloned();
        };
        hidden
            .map(|sum| (sum, system.width(&sum.of)))
            .filter(|one| one.1 < width - 1e-6)
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .map(|one| one.0.clone())
    }

    /// The narrowest interval of a hidden count; infinite when nothing is hidden.
    pub fn narrowest(&self) -> f64 {
        let equation = |sum: &Sum| Equation { variables: sum.of.clone(), value: sum.count as f64 };
        let equations: Vec<Equation> = self.published.iter().map(equation).collect();
        let Some(system) = System::new(self.finest, &equations) else { return 0.0 };
        self.hidden.iter().map(|sum| system.width(&sum.of)).fold(f64::INFINITY, f64::min)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::dice::Dice;

    /// Finest counts by class, arm and quarter.
    const SHAPE: [usize; 3] = [3, 2, 4];

    /// A table over some of the three, with all its totals.
    fn table(counts: &[u64], over: [bool; 3]) -> Vec<Sum> {
        let place = |index: usize| [index / 8, index / 4 % 2, index % 4];
        let steps = |axis: usize| if over[axis] { SHAPE[axis] + 1 } else { 1 };
        let mut sums = Vec::new();
        for class in 0..steps(0) {
            for arm in 0..steps(1) {
                for quarter in 0..steps(2) {
                    let asked = [class, arm, quarter];
                    let within =
                        |axis: usize, at: usize| !over[axis] || asked[axis] == SHAPE[axis] || asked[axis] == at;
                    let of: Vec<usize> = (0..counts.len())
                        .filter(|index| (0..3).all(|axis| within(axis, place(*index)[axis])))
                        .collect();
                    sums.push(Sum { count: of.iter().map(|index| counts[*index]).sum(), of });
                }
            }
        }
        sums
    }

    /// An attacker with every overlapping table of a programme pins no hidden count to less than the width.
    #[test]
    fn overlapping_tables_give_nothing_away() {
        let mut dice = Dice::new(4);
        for _ in 0..200 {
            let spread = [4, 10, 30][dice.below(3)];
            let counts: Vec<u64> = (0..24).map(|_| dice.below(spread) as u64).collect();
            let mut release = Release::new(counts.len());
            let mut shown = 0;
            for over in [[true, false, true], [false, true, true], [true, true, false], [true, false, false]] {
                shown += release.publish(&table(&counts, over), &Rule::HIDE_FOUR).iter().flatten().count();
            }
            assert!(release.narrowest() >= 4.0 - 1e-6);
            assert!(shown > 0 || counts.iter().sum::<u64>() < 40, "{counts:?}");
        }
    }

    /// Two tables, each safe alone: the difference of their totals is the small cell.
    #[test]
    fn a_difference_is_seen() {
        let mut release = Release::new(3);
        let all = Sum { of: vec![0, 1, 2], count: 32 };
        assert_eq!(release.publish(std::slice::from_ref(&all), &Rule::HIDE_FOUR), [Some(32)]);
        assert_eq!(release.publish(&[Sum { of: vec![2], count: 2 }], &Rule::HIDE_FOUR), [None]);
        let rest = Sum { of: vec![0, 1], count: 30 };
        assert_eq!(release.publish(&[rest], &Rule::HIDE_FOUR), [None], "32 − 30 is 2");
        assert_eq!(release.publish(&[all], &Rule::HIDE_FOUR), [Some(32)], "asked again, told again");
    }
}
