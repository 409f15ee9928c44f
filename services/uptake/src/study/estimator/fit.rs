//! Non-linear least squares with bounds.

use crate::study::matrix::Matrix;

/// A minimum of a sum of squares.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// Where it is.
    pub parameters: Vec<f64>,
    /// Sum of squared residuals there.
    pub squares: f64,
    /// The last step was short, and no parameter lies on a bound.
    pub settled: bool,
}

/// Levenberg and Marquardt's method with central differences, each parameter held within its bounds. The start must lie within.
pub fn least_squares(start: &[f64], bounds: &[(f64, f64)], residuals: impl Fn(&[f64]) -> Vec<f64>) -> Fit {
    let mut at = start.to_vec();
    let mut here = residuals(&at);
    let mut squares = sum_of_squares(&here);
    let (mut damping, mut short) = (1e-3, false);
    for _ in 0..400 {
        let jacobian = slopes(&at, bounds, &residuals);
        let ones = vec![1.0; here.len()];
        let mut normal = jacobian.crossed(&ones, &jacobian);
        let mut gradient = jacobian.crossed(&here, &Matrix::from_rows(&vec![vec![1.0]; here.len()]));
        hold(&at, bounds, &mut normal, &mut gradient);
        let Some((to, next, found)) = downhill(&at, bounds, (&normal, &gradient), &mut damping, squares, &residuals)
        else {
            short = true;
            break;
        };
        let moved = at.iter().zip(&to).all(|(from, to)| (from - to).abs() <= 1e-13 * (1.0 + from.abs()));
        (at, here, squares) = (to, next, found);
        if moved {
            short = true;
            break;
        }
    }
    let inside = at.iter().zip(bounds).all(|(value, (low, high))| {
        let edge = 1e-9 * (1.0 + value.abs());
        value - low > edge.min(1e-12) && high - value > edge
    });
    Fit { parameters: at, squares, settled: short && inside }
}

/// Holds the parameters that lie on a bound and would leave it, so that the others move as if these were given.
fn hold(at: &[f64], bounds: &[(f64, f64)], normal: &mut Matrix, gradient: &mut Matrix) {
    for place in 0..at.len() {
        let downhill = -gradient.at(place, 0);
        let (low, high) = bounds[place];
        if (at[place] <= low && downhill < 0.0) || (at[place] >= high && downhill > 0.0) {
            *gradient.cell(place, 0) = 0.0;
            for other in 0..at.len() {
                *normal.cell(place, other) = 0.0;
                *normal.cell(other, place) = 0.0;
            }
            *normal.cell(place, place) = 1.0;
        }
    }
}

type Found = (Vec<f64>, Vec<f64>, f64);

/// The first damped step that lowers the sum; `None` when none does.
fn downhill(
    at: &[f64],
    bounds: &[(f64, f64)],
    (normal, gradient): (&Matrix, &Matrix),
    damping: &mut f64,
    squares: f64,
    residuals: &impl Fn(&[f64]) -> Vec<f64>,
) -> Option<Found> {
    for _ in 0..60 {
        let mut damped = normal.clone();
        for place in 0..at.len() {
            *damped.cell(place, place) += *damping * normal.at(place, place).max(1e-12);
        }
        if let Some(inverse) = damped.inverse() {
            let step = inverse.product(gradient);
            let to: Vec<f64> = (0..at.len())
                .map(|place| (at[place] - step.at(place, 0)).clamp(bounds[place].0, bounds[place].1))
                .collect();
            let next = residuals(&to);
            let found = sum_of_squares(&next);
            if found < squares {
                *damping = (*damping / 5.0).max(1e-15);
                return Some((to, next, found));
            }
        }
        *damping *= 4.0;
    }
    None
}

fn slopes(at: &[f64], bounds: &[(f64, f64)], residuals: &impl Fn(&[f64]) -> Vec<f64>) -> Matrix {
    let mut columns = Vec::new();
    for place in 0..at.len() {
        let width = 1e-6 * at[place].abs().max(1e-4);
        let (mut below, mut above) = (at.to_vec(), at.to_vec());
        below[place] = (at[place] - width).max(bounds[place].0);
        above[place] = (at[place] + width).min(bounds[place].1);
        let run = above[place] - below[place];
        let (low, high) = (residuals(&below), residuals(&above));
        columns.push(low.iter().zip(&high).map(|(low, high)| (high - low) / run).collect::<Vec<f64>>());
    }
    let rows = columns.first().map_or(0, Vec::len);
    let mut jacobian = Matrix::zeros(rows, at.len());
    for (column, values) in columns.iter().enumerate() {
        for (row, value) in values.iter().enumerate() {
            *jacobian.cell(row, column) = *value;
        }
    }
    jacobian
}

fn sum_of_squares(residuals: &[f64]) -> f64 {
    residuals.iter().map(|residual| residual * residual).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::print_all;

    #[test]
    fn rosenbrock() {
        let valley = |x: &[f64]| vec![10.0 * (x[1] - x[0] * x[0]), 1.0 - x[0]];
        let free = least_squares(&[-1.2, 1.0], &[(-5.0, 5.0), (-5.0, 5.0)], valley);
        print_all(&free.parameters, &["1.000000", "1.000000"]);
        assert!(free.settled);
        let bound = least_squares(&[-1.2, 1.0], &[(-5.0, 0.5), (-5.0, 5.0)], valley);
        print_all(&bound.parameters, &["0.5000", "0.2500"]);
        assert!(!bound.settled, "an optimum on a bound is none");
    }
}
