//! Linear and Poisson regression, as far as a time series needs them.

use crate::study::distribution::Z95;
use crate::study::figure::Interval;
use crate::study::matrix::{Matrix, dot};

/// Coefficients with standard errors.
#[derive(Clone, Debug, PartialEq)]
pub struct Regression {
    /// In the order of the design's columns.
    pub beta: Vec<f64>,
    /// Of each.
    pub standard_errors: Vec<f64>,
    /// Observed minus fitted.
    pub residuals: Vec<f64>,
    /// Linear: sum of squared residuals. Poisson: Pearson's χ².
    pub squares: f64,
    /// Degrees of freedom left.
    pub freedom: f64,
}

impl Regression {
    /// Dispersion: squares over degrees of freedom.
    pub fn dispersion(&self) -> f64 {
        self.squares / self.freedom
    }

    /// exp(β) with 95 % limits; `quasi` scales the standard error by √dispersion.
    pub fn ratio(&self, place: usize, quasi: bool) -> (f64, Interval) {
        let scale = if quasi { self.dispersion().sqrt() } else { 1.0 };
        let (beta, reach) = (self.beta[place], Z95 * self.standard_errors[place] * scale);
        (beta.exp(), Interval::new((beta - reach).exp(), (beta + reach).exp()))
    }
}

/// Ordinary least squares. `None` when columns depend on each other or no degree of freedom is left.
pub fn ols(design: &Matrix, y: &[f64]) -> Option<Regression> {
    let weights = vec![1.0; y.len()];
    let freedom = y.len().checked_sub(design.columns()).filter(|left| *left > 0)? as f64;
    let inverse = design.crossed(&weights, design).inverse()?;
    let beta = inverse.times(&crossed_with(design, y));
    let residuals: Vec<f64> = design.times(&beta).iter().zip(y).map(|(fitted, y)| y - fitted).collect();
    let squares = dot(&residuals, &residuals);
    let errors = (0..beta.len()).map(|place| (inverse.at(place, place) * squares / freedom).sqrt()).collect();
    Some(Regression { beta, standard_errors: errors, residuals, squares, freedom })
}

/// Newey and West's standard errors (Econometrica 1987): Bartlett weights 1 − l/(L + 1), no small-sample factor.
pub fn newey_west(design: &Matrix, residuals: &[f64], lags: usize) -> Option<Vec<f64>> {
    let (n, k) = (residuals.len(), design.columns());
    let inverse = design.crossed(&vec![1.0; n], design).inverse()?;
    let mut meat = Matrix::zeros(k, k);
    for lag in 0..=lags {
        let weight = 1.0 - lag as f64 / (lags + 1) as f64;
        for t in lag..n {
            let product = weight * residuals[t] * residuals[t - lag];
            for i in 0..k {
                for j in 0..k {
                    let mut both = design.at(t, i) * design.at(t - lag, j);
                    if lag > 0 {
                        both += design.at(t - lag, i) * design.at(t, j);
                    }
                    *meat.cell(i, j) += product * both;
                }
            }
        }
    }
    let cover = inverse.product(&meat).product(&inverse);
    Some((0..k).map(|place| cover.at(place, place).sqrt()).collect())
}

/// Poisson regression with a log link and an offset, by iteratively reweighted least squares (McCullagh and Nelder 1989).
/// `None` when columns depend on each other, a count is negative, or it does not converge, as when a side has no counts.
pub fn poisson(design: &Matrix, counts: &[f64], offset: &[f64]) -> Option<Regression> {
    let freedom = counts.len().checked_sub(design.columns()).filter(|left| *left > 0)? as f64;
    if counts.iter().any(|count| *count < 0.0) {
        return None;
    }
    let mut eta: Vec<f64> = counts.iter().map(|count| (count + 0.5).ln()).collect();
    let mut beta = vec![0.0; design.columns()];
    for round in 0.. {
        let mu: Vec<f64> = eta.iter().map(|eta| eta.exp()).collect();
        let working: Vec<f64> =
            (0..counts.len()).map(|i| mu[i] * (eta[i] - offset[i] + (counts[i] - mu[i]) / mu[i])).collect();
        let inverse = design.crossed(&mu, design).inverse()?;
        let next = inverse.times(&crossed_with(design, &working));
        if next.iter().any(|beta| !beta.is_finite()) {
            return None;
        }
        let moved = beta.iter().zip(&next).map(|(from, to)| (from - to).abs()).fold(0.0, f64::max);
        beta = next;
        eta = design.times(&beta).iter().zip(offset).map(|(line, offset)| line + offset).collect();
        // Relative: where few counts make a coefficient large, its last digits never stand still.
        let largest = beta.iter().map(|beta| beta.abs()).fold(1.0, f64::max);
        if moved < 1e-10 * largest {
            break;
        }
        if round > 200 {
            return None;
        }
    }
    let mu: Vec<f64> = eta.iter().map(|eta| eta.exp()).collect();
    let inverse = design.crossed(&mu, design).inverse()?;
    let residuals: Vec<f64> = counts.iter().zip(&mu).map(|(count, mu)| count - mu).collect();
    let squares = residuals.iter().zip(&mu).map(|(residual, mu)| residual * residual / mu).sum();
    let standard_errors: Vec<f64> = (0..beta.len()).map(|place| inverse.at(place, place).sqrt()).collect();
    // Where a side has no counts the estimate runs off, and its error with it.
    let told = standard_errors.iter().all(|error| *error < 1e3);
    told.then_some(Regression { beta, standard_errors, residuals, squares, freedom })
}

fn crossed_with(design: &Matrix, y: &[f64]) -> Vec<f64> {
    let mut sums = vec![0.0; design.columns()];
    for (row, y) in y.iter().enumerate() {
        for (column, sum) in sums.iter_mut().enumerate() {
            *sum += design.at(row, column) * y;
        }
    }
    sums
}
