//! How unlike two practices are. The choice changes who is interviewed, so more than one is always shown.

use crate::study::estimator::quantile::average_ranks;
use crate::study::matrix::{Matrix, mean, variance};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which distance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = uptake::Metric)]
pub enum Metric {
    /// √((a − b)ᵀ S⁻¹ (a − b)), S pooled within users and non-users (Rubin 1980).
    Mahalanobis,
    /// √Σ((a − b)/s)², s from the diagonal of the same S.
    StandardisedEuclid,
    /// Mahalanobis on ranks, the variances set to that of untied ranks (Rosenbaum, Design of Observational Studies 2010, 8.3).
    RankMahalanobis,
    /// Mean of |a − b| over the range (Gower 1971).
    Gower,
}

impl Metric {
    /// As it is printed in a protocol.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mahalanobis => "Mahalanobis, pooled within groups",
            Self::StandardisedEuclid => "standardised Euclidean, pooled within groups",
            Self::RankMahalanobis => "rank Mahalanobis (Rosenbaum)",
            Self::Gower => "Gower",
        }
    }
}

/// Covariates whose correlation matrix has a larger condition number are nearly the same thing said twice.
pub const COLLINEAR: f64 = 30.0;

/// Distances and what they rest on.
#[derive(Clone, Debug, PartialEq)]
pub struct Distances {
    /// Users × pool.
    pub costs: Vec<Vec<f64>>,
    /// The metric used: the one asked for, or standardised Euclid where covariates depend on each other exactly.
    pub metric: Metric,
    /// Condition number of the correlation matrix; infinite where a covariate is a sum of others or never differs.
    pub condition: f64,
}

impl Distances {
    /// Whether to warn, and to prefer ranks, Euclid or ratios of covariates.
    pub fn collinear(&self) -> bool {
        self.condition > COLLINEAR
    }
}

/// Every user's distance from every non-user; rows of covariates of equal length.
pub fn distances(users: &[Vec<f64>], pool: &[Vec<f64>], metric: Metric) -> Distances {
    let condition = pooled_covariance(users, pool).map_or(f64::INFINITY, |s| condition(&s));
    let between = |of: &dyn Fn(&[f64], &[f64]) -> f64| {
        users.iter().map(|user| pool.iter().map(|other| of(user, other)).collect()).collect::<Vec<Vec<f64>>>()
    };
    let quadratic = |inverse: &Matrix, a: &[f64], b: &[f64]| {
        let difference: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
        crate::study::matrix::dot(&inverse.times(&difference), &difference).max(0.0).sqrt()
    };
    let inverse = match metric {
        Metric::Mahalanobis => pooled_covariance(users, pool).and_then(|s| s.inverse()),
        Metric::RankMahalanobis => rank_covariance(users, pool).and_then(|s| s.inverse()),
        Metric::StandardisedEuclid | Metric::Gower => None,
    };
    match (metric, inverse) {
        (Metric::Mahalanobis, Some(inverse)) => {
            Distances { costs: between(&|a, b| quadratic(&inverse, a, b)), metric, condition }
        }
        (Metric::RankMahalanobis, Some(inverse)) => {
            let (ranked_users, ranked_pool) = ranked(users, pool);
            let of = |a: &Vec<f64>| ranked_pool.iter().map(|b| quadratic(&inverse, a, b)).collect();
            Distances { costs: ranked_users.iter().map(of).collect(), metric, condition }
        }
        (Metric::Gower, _) => {
            let ranges = spans(users, pool);
            let of = |a: &[f64], b: &[f64]| {
                let parts = a.iter().zip(b).zip(&ranges).map(|((a, b), range)| (a - b).abs() / range);
                parts.sum::<f64>() / ranges.len().max(1) as f64
            };
            Distances { costs: between(&of), metric, condition }
        }
        _ => {
            let spread: Vec<f64> = deviations(users, pool);
            let of = |a: &[f64], b: &[f64]| {
                a.iter().zip(b).zip(&spread).map(|((a, b), s)| ((a - b) / s).powi(2)).sum::<f64>().sqrt()
            };
            Distances { costs: between(&of), metric: Metric::StandardisedEuclid, condition }
        }
    }
}

/// S = ((n₁ − 1)S₁ + (n₀ − 1)S₀)/(n₁ + n₀ − 2); `None` under three practices.
pub fn pooled_covariance(users: &[Vec<f64>], pool: &[Vec<f64>]) -> Option<Matrix> {
    let k = users.first().or(pool.first())?.len();
    let freedom = (users.len() + pool.len()).checked_sub(2).filter(|left| *left > 0)? as f64;
    let mut sum = Matrix::zeros(k, k);
    for group in [users, pool] {
        let means: Vec<f64> = (0..k).map(|place| mean(&column(group, place)).unwrap_or(0.0)).collect();
        for row in group {
            for i in 0..k {
                for j in 0..k {
                    *sum.cell(i, j) += (row[i] - means[i]) * (row[j] - means[j]) / freedom;
                }
            }
        }
    }
    Some(sum)
}

/// Largest over smallest eigenvalue of the correlation matrix.
pub fn condition(covariance: &Matrix) -> f64 {
    let k = covariance.rows();
    let mut correlation = covariance.clone();
    for i in 0..k {
        for j in 0..k {
            let scale = (covariance.at(i, i) * covariance.at(j, j)).sqrt();
            if scale <= 0.0 {
                return f64::INFINITY;
            }
            *correlation.cell(i, j) = covariance.at(i, j) / scale;
        }
    }
    let values = correlation.eigenvalues();
    match (values.first(), values.last()) {
        (Some(least), Some(most)) if *least > 1e-12 => most / least,
        (Some(_), Some(_)) => f64::INFINITY,
        _ => 1.0,
    }
}

fn column(rows: &[Vec<f64>], place: usize) -> Vec<f64> {
    rows.iter().map(|row| row[place]).collect()
}

/// Pooled standard deviations; 1 where nobody differs, so that such a covariate adds nothing.
fn deviations(users: &[Vec<f64>], pool: &[Vec<f64>]) -> Vec<f64> {
    let Some(s) = pooled_covariance(users, pool) else { return vec![1.0; users.first().map_or(0, Vec::len)] };
    (0..s.rows()).map(|place| s.at(place, place).sqrt()).map(|s| if s > 0.0 { s } else { 1.0 }).collect()
}

fn spans(users: &[Vec<f64>], pool: &[Vec<f64>]) -> Vec<f64> {
    let k = users.first().or(pool.first()).map_or(0, Vec::len);
    let span = |place: usize| {
        let all = users.iter().chain(pool).map(|row| row[place]);
        let (low, high) = all.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
        if high > low { high - low } else { 1.0 }
    };
    (0..k).map(span).collect()
}

fn ranked(users: &[Vec<f64>], pool: &[Vec<f64>]) -> (Vec<Vec<f64>>, Vec<Vec<f64>>) {
    let all: Vec<Vec<f64>> = users.iter().chain(pool).cloned().collect();
    let k = all.first().map_or(0, Vec::len);
    let columns: Vec<Vec<f64>> = (0..k).map(|place| average_ranks(&column(&all, place))).collect();
    let mut rows: Vec<Vec<f64>> = (0..all.len()).map(|row| columns.iter().map(|ranks| ranks[row]).collect()).collect();
    let others = rows.split_off(users.len());
    (rows, others)
}

/// Covariance of the ranks over everyone, rescaled to the variance that untied ranks would have.
fn rank_covariance(users: &[Vec<f64>], pool: &[Vec<f64>]) -> Option<Matrix> {
    let (mut rows, others) = ranked(users, pool);
    rows.extend(others);
    let n = rows.len();
    let untied = variance(&(1..=n).map(|rank| rank as f64).collect::<Vec<_>>());
    let mut covariance = pooled_covariance(&rows, &[])?;
    let freedom = (n as f64 - 2.0) / (n as f64 - 1.0);
    let k = covariance.rows();
    let scale: Vec<f64> = (0..k).map(|place| (untied / (covariance.at(place, place) * freedom)).sqrt()).collect();
    for i in 0..k {
        for j in 0..k {
            let both = if scale[i].is_finite() && scale[j].is_finite() { scale[i] * scale[j] * freedom } else { 0.0 };
            *covariance.cell(i, j) *= both;
        }
    }
    Some(covariance)
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::study::sample::assignment::{brute_force_cost, optimal};
    use crate::study::testing::{print_all, prints};

    /// I-20: list, patients per doctor, kilometres; true where rural.
    pub fn users() -> Vec<(bool, Vec<f64>)> {
        vec![
            (true, vec![2800.0, 930.0, 140.0]),
            (true, vec![3300.0, 1100.0, 95.0]),
            (false, vec![7600.0, 1085.0, 6.0]),
            (false, vec![5200.0, 1040.0, 12.0]),
        ]
    }

    /// The pool of the same example.
    pub fn pool() -> Vec<(bool, Vec<f64>)> {
        vec![
            (true, vec![3000.0, 1000.0, 120.0]),
            (true, vec![2500.0, 1250.0, 210.0]),
            (true, vec![4400.0, 1100.0, 60.0]),
            (true, vec![1800.0, 900.0, 160.0]),
            (false, vec![7200.0, 1200.0, 9.0]),
            (false, vec![9800.0, 1089.0, 4.0]),
            (false, vec![5600.0, 933.0, 15.0]),
            (false, vec![5000.0, 1250.0, 10.0]),
        ]
    }

    fn split(rows: Vec<(bool, Vec<f64>)>) -> (Vec<bool>, Vec<Vec<f64>>) {
        rows.into_iter().unzip()
    }

    fn matched(metric: Metric) -> (Vec<usize>, Vec<f64>, f64) {
        let ((rural, users), (pool_rural, pool)) = (split(users()), split(pool()));
        let mut costs = distances(&users, &pool, metric).costs;
        for (row, of_row) in costs.iter_mut().enumerate() {
            for (column, cost) in of_row.iter_mut().enumerate() {
                if rural[row] != pool_rural[column] {
                    *cost = f64::INFINITY;
                }
            }
        }
        let found = optimal(&costs, 1);
        assert!((brute_force_cost(&costs) - found.cost).abs() < 1e-9);
        let partners: Vec<usize> = found.columns.iter().map(|of_row| of_row[0]).collect();
        let paid = partners.iter().enumerate().map(|(row, column)| costs[row][*column]).collect();
        (partners, paid, found.cost)
    }

    #[test]
    fn mahalanobis_as_printed() {
        let ((_, users), (_, pool)) = (split(users()), split(pool()));
        let s = pooled_covariance(&users, &pool).unwrap();
        print_all(s.row(0), &["6325625", "78080", "-159547.5"]);
        print_all(s.row(1), &["78080", "14996.825", "-1602.975"]);
        print_all(s.row(2), &["-159547.5", "-1602.975", "5770.675"]);
        let (partners, paid, total) = matched(Metric::Mahalanobis);
        assert_eq!(partners, [3, 2, 4, 6], "U1-C4, U2-C3, U3-C5, U4-C7");
        print_all(&paid, &["0.4397", "0.4815", "1.0538", "1.0324"]);
        prints(total, "3.007395");
    }

    /// The other distance interviews another practice.
    #[test]
    fn euclid_picks_another() {
        let (partners, _, total) = matched(Metric::StandardisedEuclid);
        assert_eq!(partners[2], 5, "U3-C6");
        prints(total, "2.936087");
        assert_eq!(matched(Metric::RankMahalanobis).0.len(), 4);
        assert_eq!(matched(Metric::Gower).0.len(), 4);
    }

    /// List, doctors and staff say the same: 2,800/3/3 goes to 1,800/2/2 before 3,000/3/4, and a warning is due.
    #[test]
    fn collinear_covariates_warn() {
        let users =
            vec![vec![2800.0, 3.0, 3.0], vec![7600.0, 7.0, 8.0], vec![5200.0, 5.0, 5.0], vec![3300.0, 3.0, 4.0]];
        let pool = vec![
            vec![3000.0, 3.0, 4.0],
            vec![1800.0, 2.0, 2.0],
            vec![7200.0, 7.0, 7.0],
            vec![9800.0, 9.0, 10.0],
            vec![5000.0, 5.0, 5.0],
        ];
        let found = distances(&users, &pool, Metric::Mahalanobis);
        assert!(found.collinear(), "{}", found.condition);
        assert!(found.costs[0][1] < found.costs[0][0], "the odd partner");
        let ratios = |row: &Vec<f64>| vec![row[0], row[0] / row[1], row[2] / row[1]];
        let (users, pool): (Vec<_>, Vec<_>) = (users.iter().map(ratios).collect(), pool.iter().map(ratios).collect());
        assert!(!distances(&users, &pool, Metric::Mahalanobis).collinear(), "ratios do not");
        let same = vec![vec![1.0, 2.0], vec![2.0, 4.0], vec![3.0, 6.0]];
        let singular = distances(&same, &same, Metric::Mahalanobis);
        assert_eq!((singular.metric, singular.condition), (Metric::StandardisedEuclid, f64::INFINITY));
    }

    /// Untied ranks give a plain Mahalanobis distance on ranks.
    #[test]
    fn ranks_do_not_see_outliers() {
        let near = distances(&[vec![1.0], vec![4.0]], &[vec![2.0], vec![3.0]], Metric::RankMahalanobis);
        let far = distances(&[vec![1.0], vec![4000.0]], &[vec![2.0], vec![3.0]], Metric::RankMahalanobis);
        assert_eq!(near.costs, far.costs);
        prints(near.costs[0][0], "0.774597");
    }
}
