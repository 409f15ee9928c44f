//! How adoption spreads: Rogers's categories, Bass's model, the logistic curve.

use super::fit::{Fit, least_squares};
use super::regression::ols;
use crate::study::figure::Interval;
use crate::study::matrix::Matrix;

/// Rogers's cuts on the *potential* (2.5, 16, 50 and 84 % in his rounding; 2.5, 16, 50, 84 as he draws them): how many adopters
/// end innovators, early adopters, early majority and late majority.
pub fn rogers(potential: f64) -> [f64; 4] {
    [0.025, 0.16, 0.5, 0.84].map(|share| share * potential)
}

/// Bass's model (Management Science 1969).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bass {
    /// How many adopt in the end.
    pub market: f64,
    /// Coefficient of innovation.
    pub p: f64,
    /// Coefficient of imitation.
    pub q: f64,
}

impl Bass {
    /// Cumulative adopters: m (1 − e^{−(p+q)t}) / (1 + (q/p) e^{−(p+q)t}).
    pub fn adopters(&self, time: f64) -> f64 {
        let decay = (-(self.p + self.q) * time).exp();
        self.market * (1.0 - decay) / (1.0 + self.q / self.p * decay)
    }

    /// When most adopt: ln(q/p)/(p + q).
    pub fn peak_time(&self) -> f64 {
        (self.q / self.p).ln() / (self.p + self.q)
    }

    /// Cumulative adopters then: m(½ − p/2q).
    pub fn adopters_at_peak(&self) -> f64 {
        self.market * (0.5 - self.p / (2.0 * self.q))
    }

    /// Adopters per period then: m(p + q)²/4q.
    pub fn peak_rate(&self) -> f64 {
        self.market * (self.p + self.q).powi(2) / (4.0 * self.q)
    }
}

/// A fit with the name of its method: methods differ in p by a factor of two.
#[derive(Clone, Debug, PartialEq)]
pub struct BassFit {
    /// The parameters.
    pub model: Bass,
    /// Sum of squared residuals.
    pub squares: f64,
    /// `NLS (Srinivasan-Mason)` or `OLS (Bass 1969)`.
    pub method: &'static str,
    /// 95 % of the market by profile of the sum of squares; an end that was not met lies on the search's bound.
    pub market_interval: Option<Interval>,
}

/// Why no curve is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Fewer than eight periods.
    TooShort,
    /// The last period has the most adopters: the peak is not passed, and every forecast is a guess.
    PeakNotPassed,
    /// Least-squares estimates need not exist (Markovic and Jukic 2013).
    NoOptimum,
}

fn refuse(increments: &[f64]) -> Result<(), Refusal> {
    let most = increments.iter().copied().fold(0.0, f64::max);
    match increments.len() {
        0..=7 => Err(Refusal::TooShort),
        n if increments[n - 1] >= most => Err(Refusal::PeakNotPassed),
        _ => Ok(()),
    }
}

/// Srinivasan and Mason (1986): least squares of x(t) = N(t) − N(t − 1), with the market no larger than the `equipped`.
///
/// # Errors
/// A [`Refusal`].
pub fn bass_nls(increments: &[f64], equipped: f64) -> Result<BassFit, Refusal> {
    refuse(increments)?;
    let total: f64 = increments.iter().sum();
    let bounds = [(total.min(equipped) * 0.5, equipped.max(total)), (1e-9, 1.0), (1e-9, 5.0)];
    let fit = nls(increments, &bounds).ok_or(Refusal::NoOptimum)?;
    if !fit.settled {
        return Err(Refusal::NoOptimum);
    }
    let model = Bass { market: fit.parameters[0], p: fit.parameters[1], q: fit.parameters[2] };
    let market_interval = Some(profile(increments, &fit, bounds));
    Ok(BassFit { model, squares: fit.squares, method: "NLS (Srinivasan-Mason)", market_interval })
}

fn nls(increments: &[f64], bounds: &[(f64, f64); 3]) -> Option<Fit> {
    let residuals = |x: &[f64]| misses(increments, Bass { market: x[0], p: x[1], q: x[2] });
    let total: f64 = increments.iter().sum();
    let market = (total * 1.1).clamp(bounds[0].0, bounds[0].1);
    let starts = [(0.02, 0.4), (0.005, 0.8), (0.1, 0.1)];
    let fits = starts.map(|(p, q)| least_squares(&[market, p, q], bounds, residuals));
    fits.into_iter().min_by(|a, b| a.squares.total_cmp(&b.squares))
}

fn misses(increments: &[f64], model: Bass) -> Vec<f64> {
    let period =
        |(place, seen): (usize, &f64)| model.adopters((place + 1) as f64) - model.adopters(place as f64) - seen;
    increments.iter().enumerate().map(period).collect()
}

/// Where the profile of the sum of squares rises by F(0.95; 1, n − 3) of the residual variance.
fn profile(increments: &[f64], best: &Fit, bounds: [(f64, f64); 3]) -> Interval {
    let freedom = increments.len() as f64 - 3.0;
    let mut quantile = 3.841;
    while crate::study::distribution::f_cdf(quantile, 1.0, freedom) < 0.95 {
        quantile *= 1.001;
    }
    let limit = best.squares * (1.0 + quantile / freedom);
    let squares = |market: f64| {
        let residuals = |x: &[f64]| misses(increments, Bass { market, p: x[0], q: x[1] });
        least_squares(&best.parameters[1..], &bounds[1..], residuals).squares
    };
    let reach = |bound: f64| {
        let (mut inside, mut outside) = (best.parameters[0], bound);
        if squares(outside) <= limit {
            return outside;
        }
        for _ in 0..30 {
            let middle = f64::midpoint(inside, outside);
            if squares(middle) <= limit { inside = middle } else { outside = middle }
        }
        inside
    };
    Interval::new(reach(bounds[0].0), reach(bounds[0].1))
}

/// Bass's own regression x = a + bN + cN² on the cumulative adopters before each period: m = (−b − √(b² − 4ac))/2c, p = a/m,
/// q = −cm.
///
/// # Errors
/// A [`Refusal`].
pub fn bass_ols(increments: &[f64]) -> Result<(BassFit, [f64; 3]), Refusal> {
    refuse(increments)?;
    let mut before = 0.0;
    let rows: Vec<Vec<f64>> = increments
        .iter()
        .map(|new| {
            let row = vec![1.0, before, before * before];
            before += new;
            row
        })
        .collect();
    let fit = ols(&Matrix::from_rows(&rows), increments).ok_or(Refusal::NoOptimum)?;
    let [a, b, c] = [fit.beta[0], fit.beta[1], fit.beta[2]];
    let root = b * b - 4.0 * a * c;
    if c >= 0.0 || root < 0.0 {
        return Err(Refusal::NoOptimum);
    }
    let market = (-b - root.sqrt()) / (2.0 * c);
    let model = Bass { market, p: a / market, q: -c * market };
    Ok((BassFit { model, squares: fit.squares, method: "OLS (Bass 1969)", market_interval: None }, [a, b, c]))
}

/// A logistic curve K/(1 + e^{−r(t − t₀)}).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Logistic {
    /// Ceiling.
    pub ceiling: f64,
    /// Growth.
    pub rate: f64,
    /// Half of the ceiling.
    pub middle: f64,
    /// Sum of squared residuals.
    pub squares: f64,
}

impl Logistic {
    /// From 10 to 90 % of the ceiling: ln 81 / r.
    pub fn ten_to_ninety(&self) -> f64 {
        81.0_f64.ln() / self.rate
    }
}

/// Least squares of a level at t = 1, 2, …; `None` under four points or without an optimum.
pub fn logistic(levels: &[f64]) -> Option<Logistic> {
    let highest = levels.iter().copied().fold(0.0, f64::max);
    if levels.len() < 4 || highest <= 0.0 {
        return None;
    }
    let n = levels.len() as f64;
    let residuals = |x: &[f64]| {
        let at = |(place, level): (usize, &f64)| x[0] / (1.0 + (-x[1] * ((place + 1) as f64 - x[2])).exp()) - level;
        levels.iter().enumerate().map(at).collect()
    };
    let bounds = [(highest * 0.1, highest * 20.0), (1e-6, 50.0), (-5.0 * n, 6.0 * n)];
    let fits = [(n / 2.0, 0.5), (n / 3.0, 2.0), (n, 0.2)]
        .map(|(middle, rate)| least_squares(&[highest, rate, middle], &bounds, residuals));
    let fit = fits.into_iter().min_by(|a, b| a.squares.total_cmp(&b.squares)).filter(|fit| fit.settled)?;
    Some(Logistic {
        ceiling: fit.parameters[0],
        rate: fit.parameters[1],
        middle: fit.parameters[2],
        squares: fit.squares,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::{print_all, prints};

    /// 2.5: of 94 practices; 22 adopters have just entered the early majority.
    #[test]
    fn rogers_of_the_origin() {
        print_all(&rogers(94.0), &["2.35", "15.04", "47", "78.96"]);
    }

    /// I-03.
    #[test]
    fn bass_forward_and_back() {
        let model = Bass { market: 94.0, p: 0.02, q: 0.45 };
        let adopters: Vec<f64> = (1..=6).map(|time| model.adopters(f64::from(time))).collect();
        print_all(&adopters, &["2.3402", "5.8515", "10.9423", "17.9679", "27.0313", "37.7582"]);
        let found = [model.peak_time(), model.adopters_at_peak(), model.peak_rate()];
        print_all(&found, &["6.624501", "44.9111", "11.5359"]);
        let increments: Vec<f64> =
            (0..12).map(|time| model.adopters(f64::from(time + 1)) - model.adopters(f64::from(time))).collect();
        let back = bass_nls(&increments, 200.0).unwrap().model;
        print_all(&[back.market, back.p, back.q], &["94.0000", "0.020000", "0.450000"]);
    }

    #[test]
    fn two_methods_differ() {
        let increments = [1.0, 1.0, 2.0, 3.0, 4.0, 4.0, 3.0, 2.0, 1.0, 1.0];
        let nls = bass_nls(&increments, 94.0).unwrap();
        let found = [nls.model.market, nls.model.p, nls.model.q, nls.squares, nls.model.peak_time()];
        print_all(&found, &["22.3781", "0.0201036", "0.685848", "0.373857", "5.0000"]);
        let limits = nls.market_interval.unwrap();
        assert!(limits.low > 20.0 && limits.low < 22.3781 && limits.high > 22.3781 && limits.high < 26.0, "{limits:?}");
        let (ols, line) = bass_ols(&increments).unwrap();
        print_all(&line, &["0.873524", "0.603959", "-0.029429"]);
        print_all(&[ols.model.market, ols.model.p, ols.model.q], &["21.8793", "0.039925", "0.643884"]);
    }

    #[test]
    fn refusals() {
        assert_eq!(bass_nls(&[1.0; 7], 94.0).unwrap_err(), Refusal::TooShort);
        let rising = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
        assert_eq!(bass_nls(&rising, 94.0).unwrap_err(), Refusal::PeakNotPassed);
        assert_eq!(logistic(&[0.0; 6]), None);
    }

    /// T07. The reference prints r = 2.38932 and t₀ = 4.85919, a little before the minimum of the same printed squares.
    #[test]
    fn norwegian_consultations() {
        let e =
            [76_448, 98_785, 103_170, 166_694, 542_049, 1_041_741, 803_344, 1_158_434, 1_049_448, 1_023_951, 928_186];
        let physical = [
            3_795_413, 3_511_745, 3_264_138, 3_722_489, 3_457_355, 2_585_637, 2_810_515, 3_096_060, 2_898_017,
            3_014_064, 2_746_855,
        ];
        let levels: Vec<f64> = e.iter().zip(physical).map(|(e, p)| f64::from(*e) / f64::from(e + p)).collect();
        let found = logistic(&levels).unwrap();
        print_all(
            &[found.ceiling, found.rate, found.middle, found.squares],
            &["0.260235", "2.38950", "4.85922", "0.005777"],
        );
        prints(found.ten_to_ninety(), "1.8391");
    }
}
