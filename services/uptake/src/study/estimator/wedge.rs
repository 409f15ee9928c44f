//! Stepped wedge: the variance of an effect when practices are equipped in steps.

/// A design: which practices have the service in which period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wedge {
    /// Practices × periods.
    pub equipped: Vec<Vec<bool>>,
}

impl Wedge {
    /// So many practices cross over at each of the periods after the first.
    pub fn regular(per_step: usize, periods: usize) -> Self {
        let steps = periods.saturating_sub(1);
        let row = |practice: usize| (0..periods).map(|period| period > practice / per_step.max(1)).collect();
        Self { equipped: (0..steps * per_step).map(row).collect() }
    }

    /// Hussey and Hughes (Contemp Clin Trials 2007): var θ = Iσ²(σ² + Tτ²) / {(IU − W)σ² + (U² + ITU − TW − IV)τ²}, σ² the
    /// variance within over the size of a cell, τ² that between practices; U = ΣX, W = Σⱼ(ΣᵢX)², V = Σᵢ(ΣⱼX)². `None` when the
    /// effect cannot be told from the periods.
    pub fn variance(&self, within: f64, cell_size: f64, between: f64) -> Option<f64> {
        let (practices, length) = (self.equipped.len() as f64, self.equipped.first()?.len());
        let on = |practice: &Vec<bool>, period: usize| f64::from(u8::from(practice[period]));
        let of_practice = self.equipped.iter().map(|row| (0..length).map(|period| on(row, period)).sum::<f64>());
        let of_period = (0..length).map(|period| self.equipped.iter().map(|row| on(row, period)).sum::<f64>());
        let v: f64 = of_practice.clone().map(|sum| sum * sum).sum();
        let w: f64 = of_period.map(|sum| sum * sum).sum();
        let u: f64 = of_practice.sum();
        let (periods, sigma2) = (length as f64, within / cell_size);
        let told_apart = u * u + practices * periods * u - periods * w - practices * v;
        let below = (practices * u - w) * sigma2 + told_apart * between;
        (below > 1e-12).then(|| practices * sigma2 * (sigma2 + periods * between) / below)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::matrix::Matrix;
    use crate::study::testing::prints;

    /// I-18 and T25: twelve practices, five periods, three per step; the same as generalised least squares gives.
    #[test]
    fn hussey_and_hughes() {
        let wedge = Wedge::regular(3, 5);
        let variance = wedge.variance(4.0, 10.0, 0.25).unwrap();
        prints(variance, "0.0765217");
        prints(variance.sqrt(), "0.276626");
        prints(by_least_squares(&wedge, 0.4, 0.25), "0.0765217");
        assert_eq!(Wedge { equipped: vec![vec![false, true]; 4] }.variance(4.0, 10.0, 0.25), None);
    }

    /// Cell means with periods and the effect as columns; σ² on the diagonal and τ² within a practice.
    fn by_least_squares(wedge: &Wedge, sigma2: f64, tau2: f64) -> f64 {
        let (practices, periods) = (wedge.equipped.len(), wedge.equipped[0].len());
        let mut information = Matrix::zeros(periods + 1, periods + 1);
        for i in 0..practices {
            let mut design = Matrix::zeros(periods, periods + 1);
            let mut covariance = Matrix::from_rows(&vec![vec![tau2; periods]; periods]);
            for j in 0..periods {
                *design.cell(j, j) = 1.0;
                *design.cell(j, periods) = f64::from(u8::from(wedge.equipped[i][j]));
                *covariance.cell(j, j) += sigma2;
            }
            let weighted = covariance.inverse().unwrap().product(&design);
            let part = design.crossed(&vec![1.0; periods], &weighted);
            for a in 0..=periods {
                for b in 0..=periods {
                    *information.cell(a, b) += part.at(a, b);
                }
            }
        }
        information.inverse().unwrap().at(periods, periods)
    }
}
