//! Interrupted time series: level and slope before and after a date (Lopez Bernal, Cummins and Gasparrini, IJE 2017).
//!
//! log μ = log E + b₀ + b₁t + b₂·post + b₃(t − t₀)post + season. Under eight points on a side it is described, not estimated.

use super::regression::{Regression, newey_west, ols, poisson};
use crate::study::matrix::Matrix;

/// What stands in the design's columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Model {
    /// Points before the change; it comes with the next.
    pub before: usize,
    /// Points left out after the change, while it is phased in.
    pub phase_in: usize,
    /// With a change of slope, counted from the last point before.
    pub slope: bool,
    /// Pairs of sine and cosine.
    pub harmonics: usize,
    /// Points in a year.
    pub season: usize,
}

/// Where the step stands among the coefficients.
pub const STEP: usize = 2;

impl Model {
    /// Whether each side has eight points.
    pub fn enough(&self, points: usize) -> bool {
        self.before >= 8 && points >= self.before + self.phase_in + 8
    }

    /// The rows used: all but the phase-in.
    fn used(&self, points: usize) -> impl Iterator<Item = usize> {
        let (from, to) = (self.before, self.before + self.phase_in);
        (0..points).filter(move |place| *place < from || *place >= to)
    }

    fn design(&self, points: usize) -> Matrix {
        let row = |place: usize| {
            let (t, post) = ((place + 1) as f64, f64::from(u8::from(place >= self.before)));
            let mut row = vec![1.0, t, post];
            if self.slope {
                row.push((t - self.before as f64) * post);
            }
            for harmonic in 1..=self.harmonics {
                let angle = std::f64::consts::TAU * harmonic as f64 * t / self.season.max(1) as f64;
                row.extend([angle.sin(), angle.cos()]);
            }
            row
        };
        Matrix::from_rows(&self.used(points).map(row).collect::<Vec<_>>())
    }
}

/// The linear model, with Newey and West's standard errors beside.
pub fn linear(values: &[f64], model: Model, lags: usize) -> Option<(Regression, Vec<f64>)> {
    let design = model.design(values.len());
    let y: Vec<f64> = model.used(values.len()).map(|place| values[place]).collect();
    let fit = ols(&design, &y)?;
    let errors = newey_west(&design, &fit.residuals, lags)?;
    Some((fit, errors))
}

/// The model of counts over an exposure; its dispersion makes it quasi-Poisson. `None` without exposure.
pub fn counts(counts: &[f64], exposures: &[f64], model: Model) -> Option<Regression> {
    if counts.len() != exposures.len() || exposures.iter().any(|exposure| *exposure <= 0.0) {
        return None;
    }
    let used: Vec<usize> = model.used(counts.len()).collect();
    let y: Vec<f64> = used.iter().map(|place| counts[*place]).collect();
    let offset: Vec<f64> = used.iter().map(|place| exposures[*place].ln()).collect();
    poisson(&model.design(counts.len()), &y, &offset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::{print_all, prints};
    use std::path::Path;

    const SMALL: [f64; 12] = [4.0, 5.0, 3.0, 6.0, 5.0, 4.0, 12.0, 14.0, 13.0, 15.0, 16.0, 15.0];

    /// I-17, the small series.
    #[test]
    fn twelve_points() {
        let model = Model { before: 6, slope: true, ..Model::default() };
        let (fit, errors) = linear(&SMALL, model, 1).unwrap();
        print_all(&fit.beta, &["4.2", "0.085714", "7.152381", "0.571429"]);
        print_all(&fit.standard_errors, &["0.967897", "0.248533", "1.225985", "0.351479"]);
        print_all(&errors, &["0.343058", "0.121775", "0.517062", "0.196172"]);
        let (ratio, limits) = counts(&SMALL, &[1.0; 12], model).unwrap().ratio(STEP, false);
        print_all(&[ratio, limits.low, limits.high], &["2.544670", "1.1124", "5.8211"]);
        assert!(!model.enough(12) && Model { before: 8, ..model }.enough(16));
        let phased = Model { phase_in: 2, ..model };
        assert_eq!(linear(&SMALL, phased, 1).unwrap().0.residuals.len(), 10);
        assert_eq!(counts(&SMALL, &[0.0; 12], model), None);
    }

    /// I-17 and T21, where a checkout has the series: admissions in Sicily before and after the ban on smoking.
    #[test]
    fn sicily() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/statistics/sicily.csv");
        let Ok(text) = std::fs::read_to_string(path) else { return };
        let rows: Vec<Vec<f64>> =
            text.lines().skip(1).map(|line| line.split(',').map(|cell| cell.parse().unwrap()).collect()).collect();
        let column = |place: usize| rows.iter().map(|row| row[place]).collect::<Vec<f64>>();
        let (admissions, people) = (column(2), column(6));
        let before = column(4).iter().filter(|post| **post == 0.0).count();
        let model = Model { before, ..Model::default() };
        let plain = counts(&admissions, &people, model).unwrap();
        let (ratio, limits) = plain.ratio(STEP, false);
        print_all(&[ratio, limits.low, limits.high], &["0.8944", "0.8647", "0.9251"]);
        let quasi = plain.ratio(STEP, true).1;
        print_all(&[quasi.low, quasi.high], &["0.8392", "0.9532"]);
        prints(plain.dispersion(), "3.559");
        let seasonal = Model { harmonics: 2, season: 12, ..model };
        let fit = counts(&admissions, &people, seasonal).unwrap();
        let (ratio, limits) = fit.ratio(STEP, true);
        print_all(&[ratio, limits.low, limits.high], &["0.8851", "0.8394", "0.9332"]);
    }
}
