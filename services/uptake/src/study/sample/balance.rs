//! Whether users and their partners are alike, before and after matching.

use crate::study::matrix::{mean, variance};
use serde::Serialize;

/// One covariate's row in the balance table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Balance {
    /// Its name.
    pub covariate: String,
    /// Mean over users.
    pub users: f64,
    /// Mean over the whole pool.
    pub pool: f64,
    /// Mean over the partners.
    pub partners: f64,
    /// Standardised mean difference by the users' SD, before matching.
    pub before_treated: Option<f64>,
    /// By √((s₁² + s₀²)/2), before.
    pub before_pooled: Option<f64>,
    /// After, by the users' SD.
    pub after_treated: Option<f64>,
    /// After, by the pooled SD of before matching, so that both are on one scale.
    pub after_pooled: Option<f64>,
    /// Variance of users over that of the pool.
    pub variance_ratio_before: Option<f64>,
    /// Over that of the partners.
    pub variance_ratio_after: Option<f64>,
}

/// Standardised difference of two means; `None` when nobody differs.
fn standardised(one: f64, other: f64, deviation: f64) -> Option<f64> {
    (deviation > 0.0).then(|| (one - other) / deviation)
}

fn ratio(one: f64, other: f64) -> Option<f64> {
    (other > 0.0).then(|| one / other)
}

/// Sample variance; of a covariate that is 0 or 1, p(1 − p) as MatchIt and cobalt take it.
fn spread(values: &[f64]) -> f64 {
    let binary = values.iter().all(|value| [0.0, 1.0].contains(value));
    match mean(values) {
        Some(share) if binary => share * (1.0 - share),
        _ => variance(values),
    }
}

/// One row; partners repeated as often as they were given. Missing groups count as zeros of no weight.
pub fn balance(covariate: &str, users: &[f64], pool: &[f64], partners: &[f64]) -> Balance {
    let of = |values: &[f64]| mean(values).unwrap_or(0.0);
    let (of_users, of_pool, of_partners) = (of(users), of(pool), of(partners));
    let (var_users, var_pool) = (spread(users), spread(pool));
    let pooled = f64::midpoint(var_users, var_pool).sqrt();
    Balance {
        covariate: covariate.to_owned(),
        users: of_users,
        pool: of_pool,
        partners: of_partners,
        before_treated: standardised(of_users, of_pool, var_users.sqrt()),
        before_pooled: standardised(of_users, of_pool, pooled),
        after_treated: standardised(of_users, of_partners, var_users.sqrt()),
        after_pooled: standardised(of_users, of_partners, pooled),
        variance_ratio_before: ratio(var_users, var_pool),
        variance_ratio_after: ratio(var_users, spread(partners)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::sample::distance::tests::{pool, users};
    use crate::study::testing::prints;
    use std::path::Path;

    fn of(place: usize, partners: [usize; 4]) -> Balance {
        let column = |rows: Vec<(bool, Vec<f64>)>| rows.into_iter().map(|row| row.1[place]).collect::<Vec<f64>>();
        let (users, pool) = (column(users()), column(pool()));
        balance("", &users, &pool, &partners.map(|partner| pool[partner]))
    }

    /// I-20: before and after, for either distance.
    #[test]
    fn four_pairs() {
        let printed = [(0, "-0.0774", "-0.0103"), (1, "-0.4625", "0.0494"), (2, "-0.1403", "0.0308")];
        for (place, before, after) in printed {
            let found = of(place, [3, 2, 4, 6]);
            prints(found.before_pooled.unwrap(), before);
            prints(found.after_pooled.unwrap(), after);
        }
        prints(of(0, [3, 2, 5, 6]).after_pooled.unwrap(), "-0.2785");
        prints(of(1, [3, 2, 5, 6]).after_pooled.unwrap(), "0.2986");
        assert_eq!(balance("same", &[1.0, 1.0], &[1.0, 1.0], &[1.0]).before_pooled, None);
    }

    /// T20, where a checkout has the data: LaLonde's trainees as MatchIt distributes them.
    #[test]
    fn lalonde() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/statistics/lalonde.tab");
        let Ok(text) = std::fs::read_to_string(path) else { return };
        let cell = |text: &str| text.trim_matches('"').to_owned();
        let mut lines = text.lines().map(|line| line.split(' ').map(cell).collect::<Vec<_>>());
        let names = lines.next().unwrap();
        // The rows' own names stand before the named columns.
        let rows: Vec<Vec<String>> = lines.collect();
        let column = |name: &str, treated: &str| {
            let place = names.iter().position(|one| one == name).unwrap() + 1;
            rows.iter().filter(|row| row[1] == treated).map(|row| row[place].parse().unwrap()).collect::<Vec<f64>>()
        };
        let printed = [
            ("age", "-0.3094"),
            ("educ", "0.0550"),
            ("married", "-0.8263"),
            ("nodegree", "0.2450"),
            ("re74", "-0.7211"),
            ("re75", "-0.2903"),
        ];
        for (name, difference) in printed {
            let (treated, control) = (column(name, "1"), column(name, "0"));
            assert_eq!((treated.len(), control.len()), (185, 429));
            prints(balance(name, &treated, &control, &[]).before_treated.unwrap(), difference);
        }
    }
}
