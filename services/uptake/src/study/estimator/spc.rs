//! Statistical process control: a practice or the programme against its own history.

use crate::study::figure::Interval;

/// One point with its centre and limits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// What was seen.
    pub value: f64,
    /// The centre line.
    pub centre: f64,
    /// Natural process limits.
    pub limits: Interval,
}

/// d₂ of a range of two: σ = mean moving range / 1.128.
const D2: f64 = 1.128;

/// The individuals chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Xmr {
    /// Mean of the values.
    pub mean: f64,
    /// Mean of the moving ranges, after screening.
    pub moving_range: f64,
    /// Ranges left out by screening.
    pub screened: usize,
    /// Mean ± 2.66·moving range.
    pub limits: Interval,
}

/// Shewhart's chart of individuals: mean ± 2.66·mean|MR|. With `screen`, ranges over 3.267·mean|MR| are left out once, as the
/// NHS's charts do by default. `None` under two values.
pub fn xmr(values: &[f64], screen: bool) -> Option<Xmr> {
    let mean = crate::study::matrix::mean(values)?;
    let ranges: Vec<f64> = values.windows(2).map(|pair| (pair[1] - pair[0]).abs()).collect();
    let first = crate::study::matrix::mean(&ranges)?;
    let kept: Vec<f64> = ranges.iter().copied().filter(|range| !screen || *range <= 3.267 * first).collect();
    let moving_range = crate::study::matrix::mean(&kept)?;
    let reach = 2.66 * moving_range;
    let limits = Interval::new(mean - reach, mean + reach);
    Some(Xmr { mean, moving_range, screened: ranges.len() - kept.len(), limits })
}

/// A chart of counts over exposures, plain or with Laney's correction.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// Total over total.
    pub centre: f64,
    /// Standardised deviations (x/n − centre)/√(variance/n).
    pub z: Vec<f64>,
    /// Laney's σ_z = mean|Δz| / 1.128 (Quality Engineering 2002).
    pub sigma_z: f64,
    /// Limits of ±3σ.
    pub plain: Vec<Point>,
    /// Limits of ±3σ·σ_z. Use these when the exposures are large.
    pub laney: Vec<Point>,
}

/// u chart: counts `c` over exposures `n`, c̄ ± 3√(u/n), never under 0. `None` under two points or without exposure.
pub fn u_chart(counts: &[f64], exposures: &[f64]) -> Option<Chart> {
    chart(counts, exposures, |u| u, f64::INFINITY)
}

/// p chart: shares of `n`, p̄ ± 3√(p(1 − p)/n), within 0 and 1.
pub fn p_chart(counts: &[f64], of: &[f64]) -> Option<Chart> {
    chart(counts, of, |p| p * (1.0 - p), 1.0)
}

fn chart(counts: &[f64], sizes: &[f64], variance: impl Fn(f64) -> f64, ceiling: f64) -> Option<Chart> {
    if counts.len() != sizes.len() || counts.len() < 2 || sizes.iter().any(|size| *size <= 0.0) {
        return None;
    }
    let centre = counts.iter().sum::<f64>() / sizes.iter().sum::<f64>();
    let sigma: Vec<f64> = sizes.iter().map(|size| (variance(centre) / size).sqrt()).collect();
    if sigma.iter().any(|sigma| *sigma <= 0.0) {
        return None;
    }
    let values: Vec<f64> = counts.iter().zip(sizes).map(|(count, size)| count / size).collect();
    let z: Vec<f64> = values.iter().zip(&sigma).map(|(value, sigma)| (value - centre) / sigma).collect();
    let steps: f64 = z.windows(2).map(|pair| (pair[1] - pair[0]).abs()).sum();
    let sigma_z = steps / (z.len() - 1) as f64 / D2;
    let points = |factor: f64| {
        let point = |(value, sigma): (&f64, &f64)| {
            let reach = 3.0 * sigma * factor;
            Point {
                value: *value,
                centre,
                limits: Interval::new((centre - reach).max(0.0), (centre + reach).min(ceiling)),
            }
        };
        values.iter().zip(&sigma).map(point).collect::<Vec<_>>()
    };
    Some(Chart { centre, sigma_z, plain: points(1.0), laney: points(sigma_z), z })
}

/// t chart of rare use: days between referrals, made even by the power 1/3.6 (Nelson 1994), charted as individuals and turned
/// back. `None` under three intervals.
pub fn t_chart(days_between: &[f64]) -> Option<Xmr> {
    if days_between.len() < 3 {
        return None;
    }
    let even: Vec<f64> = days_between.iter().map(|days| days.max(0.0).powf(1.0 / 3.6)).collect();
    let mut chart = xmr(&even, false)?;
    let back = |value: f64| value.max(0.0).powf(3.6);
    chart.limits = chart.limits.map(back);
    chart.mean = back(chart.mean);
    Some(chart)
}

/// g chart of rare use: days without use between two days with use, geometric, x̄ ± 3√(x̄(x̄ + 1)), never under 0 (Benneyan 2001).
pub fn g_chart(days_between: &[f64]) -> Option<(f64, Interval)> {
    let mean = crate::study::matrix::mean(days_between)?;
    let reach = 3.0 * (mean * (mean + 1.0)).sqrt();
    Some((mean, Interval::new((mean - reach).max(0.0), mean + reach)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::{print_all, prints};

    /// I-11: a range of 17 is under the cut of 17.226, so nothing is screened, and yet 30 lies above the limit.
    #[test]
    fn individuals() {
        let values = [12.0, 15.0, 11.0, 14.0, 13.0, 16.0, 12.0, 14.0, 30.0, 13.0, 15.0, 12.0];
        let chart = xmr(&values, true).unwrap();
        let found = [chart.mean, chart.moving_range, chart.limits.low, chart.limits.high];
        print_all(&found, &["14.75", "5.272727", "0.7245", "28.7755"]);
        assert_eq!(chart.screened, 0);
        prints(3.267 * chart.moving_range, "17.226");
        assert!(!chart.limits.holds(30.0));
        assert_eq!(xmr(&[1.0], true), None);
        let steps = [0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 50.0, 49.0, 50.0];
        assert_eq!(xmr(&steps, true).unwrap().screened, 1);
    }

    #[test]
    fn counts_over_exposure() {
        let counts = [8.0, 10.0, 6.0, 12.0, 9.0, 25.0, 11.0, 7.0];
        let chart = u_chart(&counts, &[4.0, 4.2, 4.1, 4.5, 4.3, 4.4, 4.25, 4.0]).unwrap();
        let (plain, laney) = (chart.plain[5], chart.laney[5]);
        let found = [chart.centre, plain.limits.high, plain.value, chart.sigma_z, laney.limits.high];
        print_all(&found, &["2.607407", "4.9168", "5.6818", "1.718963", "6.5772"]);
        assert!(!plain.limits.holds(plain.value) && laney.limits.holds(laney.value));
        assert_eq!(u_chart(&[1.0, 2.0], &[1.0, 0.0]), None);
    }

    /// T07: Norway's e-consultations by quarter. The printed shares of four quarters are not those of the printed counts.
    #[test]
    fn large_counts_need_laney() {
        let e =
            [76_448, 98_785, 103_170, 166_694, 542_049, 1_041_741, 803_344, 1_158_434, 1_049_448, 1_023_951, 928_186];
        let physical = [
            3_795_413, 3_511_745, 3_264_138, 3_722_489, 3_457_355, 2_585_637, 2_810_515, 3_096_060, 2_898_017,
            3_014_064, 2_746_855,
        ];
        let counts = e.map(f64::from);
        let of: Vec<f64> = e.iter().zip(&physical).map(|(e, physical)| f64::from(e + physical)).collect();
        let shares: Vec<f64> = counts.iter().zip(&of).map(|(count, of)| count / of).collect();
        let percent: Vec<f64> = shares.iter().map(|share| share * 100.0).collect();
        let right = ["1.97", "2.74", "3.06", "4.29", "13.55", "28.72", "22.23", "27.23", "26.59", "25.36", "25.26"];
        print_all(&percent, &right);
        let published = [2.0, 2.7, 3.1, 4.3, 13.6, 29.2, 22.4, 27.5, 26.9, 25.4, 25.3];
        let differ = percent.iter().zip(published).filter(|(found, told)| (**found - told).abs() > 0.051).count();
        assert_eq!(differ, 4);
        let chart = p_chart(&counts, &of).unwrap();
        prints(chart.centre * 100.0, "16.6901");
        let least = chart.z.iter().copied().fold(f64::INFINITY, f64::min);
        let most = chart.z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        print_all(&[least, most, chart.sigma_z], &["-776.5", "614.4", "192.02"]);
        let individuals = xmr(&shares, false).unwrap();
        let found = [individuals.mean, individuals.limits.low, individuals.limits.high];
        print_all(&found, &["0.164537", "0.057592", "0.271481"]);
    }

    #[test]
    fn rare_use() {
        let (mean, limits) = g_chart(&[10.0, 20.0, 30.0]).unwrap();
        print_all(&[mean, limits.low, limits.high], &["20", "0", "81.4817"]);
        let chart = t_chart(&[30.0, 45.0, 28.0, 60.0, 33.0]).unwrap();
        assert!(chart.limits.low > 0.0 && chart.limits.holds(60.0) && !chart.limits.holds(400.0));
        assert_eq!(t_chart(&[1.0, 2.0]), None);
    }
}
