//! How unequally use is spread.
//!
//! Every index is reported twice, over all equipped practices (with zeros) and over users only: the Herfindahl index and its
//! effective number do not change with zeros, Gini, Hoover and Theil do. A total of 0 leaves all of them undefined.

use super::quantile::{Kind, quantile};
use crate::study::dice::Dice;
use crate::study::figure::Interval;

/// The indices over one set of counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Concentration {
    /// Units counted, zeros included where they were given.
    pub units: usize,
    /// Sum of the counts.
    pub total: f64,
    /// Gini: 2 Σ i·x(i) / (n Σ x) − (n + 1)/n over ascending x.
    pub gini: f64,
    /// G·n/(n − 1) (Deltas 2003); 0 for a single unit.
    pub gini_unbiased: f64,
    /// Herfindahl and Hirschman: Σ s².
    pub hhi: f64,
    /// (H − 1/n)/(1 − 1/n); 0 for a single unit.
    pub hhi_normalised: f64,
    /// 1/H: so many equal users would be as concentrated.
    pub effective: f64,
    /// Hoover: Σ |s − 1/n| / 2, the share that would have to move.
    pub hoover: f64,
    /// Theil's T: Σ s ln(n s), where 0 ln 0 is 0.
    pub theil: f64,
    /// Shannon's entropy: −Σ s ln s.
    pub entropy: f64,
    /// Pielou's evenness: entropy over ln n; 1 for a single unit.
    pub evenness: f64,
    /// Fewest units that reach 80 %.
    pub k80: usize,
}

/// All indices; `None` when nothing was counted.
pub fn concentration(counts: &[f64]) -> Option<Concentration> {
    let total: f64 = counts.iter().sum();
    if total <= 0.0 {
        return None;
    }
    let units = counts.len();
    let n = units as f64;
    let mut sorted = counts.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let ranked: f64 = sorted.iter().enumerate().map(|(place, count)| (place + 1) as f64 * count).sum();
    let shares: Vec<f64> = sorted.iter().map(|count| count / total).collect();
    let gini = 2.0 * ranked / (n * total) - (n + 1.0) / n;
    let hhi: f64 = shares.iter().map(|share| share * share).sum();
    let entropy: f64 = shares.iter().filter(|share| **share > 0.0).map(|share| -share * share.ln()).sum();
    let several = units > 1;
    Some(Concentration {
        units,
        total,
        gini,
        gini_unbiased: if several { gini * n / (n - 1.0) } else { 0.0 },
        hhi,
        hhi_normalised: if several { (hhi - 1.0 / n) / (1.0 - 1.0 / n) } else { 0.0 },
        effective: 1.0 / hhi,
        hoover: shares.iter().map(|share| (share - 1.0 / n).abs()).sum::<f64>() / 2.0,
        theil: n.ln() - entropy,
        entropy,
        evenness: if several { entropy / n.ln() } else { 1.0 },
        k80: fewest(counts, 0.8)?,
    })
}

/// The fewest units that together have at least such a share; `None` when nothing was counted.
pub fn fewest(counts: &[f64], share: f64) -> Option<usize> {
    let total: f64 = counts.iter().sum();
    let mut sorted = counts.to_vec();
    sorted.sort_unstable_by(|a, b| b.total_cmp(a));
    let mut sum = 0.0;
    let reached = |count: &f64| {
        sum += count;
        sum >= share * total * (1.0 - 1e-12)
    };
    (total > 0.0).then(|| sorted.iter().position(reached))?.map(|place| place + 1)
}

/// What the `k` largest have together.
pub fn top(counts: &[f64], k: usize) -> f64 {
    let mut sorted = counts.to_vec();
    sorted.sort_unstable_by(|a, b| b.total_cmp(a));
    sorted.iter().take(k).sum()
}

/// Lorenz's curve: (share of units, share of counts) from (0, 0) to (1, 1), the smallest first. Empty when nothing was counted.
pub fn lorenz(counts: &[f64]) -> Vec<(f64, f64)> {
    let total: f64 = counts.iter().sum();
    if total <= 0.0 {
        return Vec::new();
    }
    let mut sorted = counts.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let (n, mut sum) = (counts.len() as f64, 0.0);
    let point = |(place, count): (usize, &f64)| {
        sum += count;
        ((place + 1) as f64 / n, sum / total)
    };
    std::iter::once((0.0, 0.0)).chain(sorted.iter().enumerate().map(point)).collect()
}

/// Percentile bootstrap over units, 95 % (Efron 1979), of several statistics from the same draws: the same intervals for the same
/// seed. Draws of zeros alone are left out. `None` under two units, or when fewer than half of the draws give values.
pub fn bootstrap<const N: usize>(
    counts: &[f64],
    draws: usize,
    seed: u64,
    statistics: impl Fn(&[f64]) -> Option<[f64; N]>,
) -> Option<[Interval; N]> {
    if counts.len() < 2 {
        return None;
    }
    let mut sorted = counts.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let mut dice = Dice::new(seed);
    let mut drawn = vec![0.0; sorted.len()];
    let mut found: Vec<[f64; N]> = Vec::with_capacity(draws);
    for _ in 0..draws {
        drawn.fill_with(|| sorted[dice.below(sorted.len())]);
        found.extend(statistics(&drawn));
    }
    if found.is_empty() || found.len() * 2 < draws {
        return None;
    }
    let mut intervals = [Interval::new(0.0, 0.0); N];
    for (place, interval) in intervals.iter_mut().enumerate() {
        let values: Vec<f64> = found.iter().map(|one| one[place]).collect();
        *interval = Interval::new(quantile(&values, 0.025, Kind::Linear)?, quantile(&values, 0.975, Kind::Linear)?);
    }
    Some(intervals)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::prints;

    fn with_zeros(users: &[f64], all: usize) -> Vec<f64> {
        let mut counts = users.to_vec();
        counts.resize(all, 0.0);
        counts
    }

    /// I-08 and T25: the vector of R's documentation of `Gini`.
    #[test]
    fn the_documented_vector() {
        let vector = [541.0, 1463.0, 2445.0, 3438.0, 4437.0, 5401.0, 6392.0, 8304.0, 11_904.0, 22_261.0];
        let found = concentration(&vector).unwrap();
        prints(found.gini, "0.462091");
        prints(found.gini_unbiased, "0.513435");
        let area: f64 =
            lorenz(&vector).windows(2).map(|pair| (pair[1].0 - pair[0].0) * (pair[1].1 + pair[0].1) / 2.0).sum();
        prints(1.0 - 2.0 * area, "0.462091");
    }

    /// I-08: 94 practices, 22 users, the top four 80 %. The reference prints the indices and not its vector; this one, of 300
    /// referrals, has them.
    #[test]
    fn ninety_four_practices() {
        let users = ORIGIN_LIKE;
        let (all, only) = (concentration(&with_zeros(&users, 94)).unwrap(), concentration(&users).unwrap());
        prints(top(&users, 4) / only.total, "0.8");
        prints(all.gini, "0.932128");
        prints(only.gini, "0.710000");
        prints(all.hhi, "0.188133");
        prints(all.effective, "5.315");
        assert_eq!((all.k80, only.k80), (4, 4));
    }

    /// A vector with the printed indices.
    const ORIGIN_LIKE: [f64; 22] = [
        77.0, 77.0, 66.0, 20.0, 9.0, 8.0, 7.0, 6.0, 6.0, 4.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 1.0, 1.0, 1.0,
        1.0,
    ];

    /// I-08 and T01: what the origin's facts alone imply, top four equal and the other eighteen equal.
    #[test]
    fn bounds_of_the_origin() {
        let mut users = vec![20.0; 4];
        users.extend([20.0 / 18.0; 18]);
        let (all, only) = (concentration(&with_zeros(&users, 94)).unwrap(), concentration(&users).unwrap());
        prints(all.gini, "0.910638");
        prints(only.gini, "0.618182");
        prints(all.hhi, "0.162222");
        prints(all.effective, "6.164");
    }

    #[test]
    fn edges() {
        assert_eq!(concentration(&[0.0, 0.0]), None);
        assert_eq!(concentration(&[]), None);
        let one = concentration(&[7.0]).unwrap();
        assert_eq!((one.gini, one.gini_unbiased, one.hhi, one.hhi_normalised, one.k80), (0.0, 0.0, 1.0, 0.0, 1));
        assert!(lorenz(&[0.0]).is_empty());
    }

    /// Section 9: a practice of zeros leaves Herfindahl as it is and raises Gini; the order of practices changes nothing.
    #[test]
    fn properties_of_random_programmes() {
        let mut dice = Dice::new(8);
        for _ in 0..1_000 {
            let n = 2 + dice.below(40);
            let mut counts: Vec<f64> = (0..n).map(|_| dice.below(30) as f64).collect();
            let Some(before) = concentration(&counts) else { continue };
            let more = concentration(&with_zeros(&counts, n + 1)).unwrap();
            assert!((before.hhi - more.hhi).abs() < 1e-12 && more.gini > before.gini && more.theil > before.theil);
            dice.shuffle(&mut counts);
            assert_eq!(concentration(&counts), Some(before));
            assert!((0.0..=1.0).contains(&before.gini) && (0.0..=1.0 + 1e-9).contains(&before.evenness));
        }
    }

    #[test]
    fn a_bootstrap_repeats_and_covers() {
        let mut users = vec![60.0, 50.0, 40.0, 30.0];
        users.extend([3.0; 18]);
        let gini = |counts: &[f64]| concentration(counts).map(|found| [found.gini]);
        let limits = bootstrap(&users, 500, 3, gini).unwrap();
        assert_eq!(bootstrap(&users, 500, 3, gini), Some(limits));
        users.reverse();
        assert_eq!(bootstrap(&users, 500, 3, gini), Some(limits), "the order changes nothing");
        let [limits] = limits;
        assert!(limits.low < limits.high && limits.holds(gini(&users).unwrap()[0]));
        assert_eq!(bootstrap(&[0.0, 0.0], 500, 3, gini), None);
    }
}
