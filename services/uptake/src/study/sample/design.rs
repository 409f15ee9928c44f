//! The design: which users are studied, who could stand beside them, and who does.

use super::assignment::{Assignment, greedy, optimal};
use super::balance::{Balance, balance};
use super::distance::{COLLINEAR, Metric, distances};
use crate::study::calendar::Day;
use crate::study::dice::Dice;
use crate::study::estimator::concentration::{fewest, top};
use crate::study::programme::{Practice, Step};
use crate::study::view::View;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// What top users have most of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = uptake::Outcome)]
pub enum Outcome {
    /// Of all referrals in the window.
    Share,
    /// Per list patient and year; practices without a known list cannot be chosen.
    Rate,
}

/// A covariate of the distance. Each must be known of a practice, or it is excluded by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = uptake::Covariate)]
pub enum Covariate {
    /// Natural logarithm of the list size at the cut.
    LogListSize,
    /// List size at the cut.
    ListSize,
    /// List size over doctors.
    PatientsPerDoctor,
    /// Doctors, nurses and secretaries.
    Staff,
    /// Kilometres to the specialist.
    Kilometres,
    /// Share of the list that is 65 or older.
    AgedShare,
}

impl Covariate {
    /// As it is printed.
    pub const fn name(self) -> &'static str {
        match self {
            Self::LogListSize => "log list size",
            Self::ListSize => "list size",
            Self::PatientsPerDoctor => "patients per doctor",
            Self::Staff => "staff",
            Self::Kilometres => "kilometres",
            Self::AgedShare => "share 65+",
        }
    }

    fn of(self, practice: &Practice, until: Day) -> Option<f64> {
        let list = || practice.list_size(crate::study::calendar::month_of(until - 1)).filter(|size| *size > 0.0);
        match self {
            Self::LogListSize => list().map(f64::ln),
            Self::ListSize => list(),
            Self::PatientsPerDoctor => {
                list().filter(|_| practice.employed[0] > 0).map(|size| size / f64::from(practice.employed[0]))
            }
            Self::Staff => Some(f64::from(practice.employed.iter().sum::<u32>())),
            Self::Kilometres => practice.kilometres,
            Self::AgedShare => practice.aged_share,
        }
    }
}

/// A pair that the researcher will not have, with the reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Veto {
    /// The user's code.
    pub user: String,
    /// The partner's.
    pub partner: String,
    /// Why; printed in the protocol.
    pub reason: String,
}

/// What the researcher chooses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// What top users have most of.
    pub outcome: Outcome,
    /// How many of them.
    pub users: usize,
    /// Partners of each.
    pub partners: usize,
    /// Covariates of the distance.
    pub covariates: Vec<Covariate>,
    /// The distance.
    pub metric: Metric,
    /// No pair further apart.
    pub caliper: Option<f64>,
    /// A non-user must have been equipped for so many days.
    pub equipped_days: i32,
    /// Orders equals: by code, or by a seed.
    pub seed: Option<u64>,
    /// Pairs refused so far.
    pub vetoes: Vec<Veto>,
}

impl Choice {
    /// The origin's: the four with the largest share, one partner each, equipped for a year.
    pub fn origin() -> Self {
        Self {
            outcome: Outcome::Share,
            users: 4,
            partners: 1,
            covariates: vec![Covariate::LogListSize, Covariate::PatientsPerDoctor, Covariate::Kilometres],
            metric: Metric::Mahalanobis,
            caliper: None,
            equipped_days: 365,
            seed: None,
            vetoes: Vec::new(),
        }
    }
}

/// Why a practice is not in the pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = uptake::Exclusion)]
pub enum Exclusion {
    /// It used the service.
    Used,
    /// It was never equipped.
    NotEquipped,
    /// Equipped for less than asked.
    TooRecent,
    /// Closed, merged or withdrawn.
    Ended,
    /// A covariate is not known.
    CovariateUnknown,
    /// A practice for training.
    Training,
}

/// Who is studied, and how they were found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Design {
    /// Every user of the window with its outcome, the top first.
    pub ranked: Vec<(String, f64)>,
    /// The chosen users' share of all referrals.
    pub top_share: f64,
    /// Fewest practices with 80 %.
    pub k80: usize,
    /// Users that were chosen, or would have been but for an unknown covariate.
    pub users: Vec<String>,
    /// Chosen by rank, left out because a covariate is not known.
    pub users_left_out: Vec<String>,
    /// Codes of the pool.
    pub pool: Vec<String>,
    /// Everyone else among the practices, with the reason.
    pub excluded: Vec<(String, Exclusion)>,
    /// Pairs of the optimal assignment: user, partner, distance.
    pub pairs: Vec<Pair>,
    /// Sum of their distances.
    pub total: f64,
    /// Pairs and sum of the greedy assignment, beside.
    pub greedy_pairs: Vec<Pair>,
    /// Its sum.
    pub greedy_total: f64,
    /// Balance per covariate.
    pub balance: Vec<Balance>,
    /// The metric that was used.
    pub metric: Metric,
    /// Condition number of the correlation matrix.
    pub condition: f64,
    /// The condition number is over 30: prefer ranks, Euclid or ratios.
    pub collinear: bool,
    /// Users without as many partners as asked for.
    pub unmatched: Vec<String>,
}

/// A user beside a non-user.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Pair {
    /// The user's code.
    pub user: String,
    /// The partner's.
    pub partner: String,
    /// Their distance.
    pub distance: f64,
    /// Raw covariates of the user, in the order chosen.
    pub user_values: Vec<f64>,
    /// Of the partner.
    pub partner_values: Vec<f64>,
}

/// A practice with the values of the covariates.
struct Unit {
    place: usize,
    values: Vec<f64>,
}

/// Chooses users and partners. The same programme, window and choice give the same design to the last bit, in whatever order the
/// practices come.
pub fn design(view: &View<'_>, choice: &Choice) -> Design {
    let order = order(view, choice.seed);
    let ranked = ranking(view, choice.outcome, &order);
    let values = |place: usize| {
        let of = |covariate: &Covariate| covariate.of(view.practice(place), view.window.until);
        choice.covariates.iter().map(of).collect::<Option<Vec<f64>>>()
    };
    let chosen: Vec<usize> = ranked.iter().take(choice.users).map(|one| one.0).collect();
    let users: Vec<Unit> =
        chosen.iter().filter_map(|place| values(*place).map(|values| Unit { place: *place, values })).collect();
    let (mut pool, mut excluded) = (Vec::new(), Vec::new());
    for place in &order {
        match exclusion(view, *place, choice.equipped_days) {
            Some(reason) => excluded.push((*place, reason)),
            None => match values(*place) {
                Some(values) => pool.push(Unit { place: *place, values }),
                None => excluded.push((*place, Exclusion::CovariateUnknown)),
            },
        }
    }
    let training = (0..view.programme.practices.len()).filter(|place| view.practice(*place).test);
    excluded.extend(training.map(|place| (place, Exclusion::Training)));
    let of = |units: &[Unit]| units.iter().map(|unit| unit.values.clone()).collect::<Vec<_>>();
    let measured = distances(&of(&users), &of(&pool), choice.metric);
    let costs = allowed(view, choice, &users, &pool, measured.costs);
    let (best, hasty) = (optimal(&costs, choice.partners), greedy(&costs, choice.partners));
    let pairs = |found: &Assignment| pairs(view, &users, &pool, &costs, found);
    let code = |place: usize| view.code(place).to_owned();
    let mut excluded: Vec<(String, Exclusion)> = excluded.into_iter().map(|(place, why)| (code(place), why)).collect();
    excluded.sort_unstable();
    let counts: Vec<f64> = counts(view);
    let total: f64 = counts.iter().sum();
    let short = (0..users.len()).filter(|row| best.columns[*row].len() < choice.partners);
    Design {
        ranked: ranked.iter().map(|(place, value)| (code(*place), *value)).collect(),
        top_share: if total > 0.0 { chosen.iter().map(|place| counts[*place]).sum::<f64>() / total } else { 0.0 },
        k80: fewest(&counts, 0.8).unwrap_or(0),
        users: chosen.iter().map(|place| code(*place)).collect(),
        users_left_out: chosen.iter().filter(|place| values(**place).is_none()).map(|place| code(*place)).collect(),
        pool: pool.iter().map(|unit| code(unit.place)).collect(),
        excluded,
        pairs: pairs(&best),
        total: best.cost,
        greedy_pairs: pairs(&hasty),
        greedy_total: hasty.cost,
        balance: balances(choice, &users, &pool, &best),
        metric: measured.metric,
        condition: measured.condition,
        collinear: measured.condition > COLLINEAR,
        unmatched: short.map(|row| code(users[row].place)).collect(),
    }
}

/// The practices that count, by code or in the order of a seed.
fn order(view: &View<'_>, seed: Option<u64>) -> Vec<usize> {
    let mut order: Vec<usize> = view.counted().collect();
    if let Some(seed) = seed {
        Dice::new(seed).shuffle(&mut order);
    }
    order
}

fn counts(view: &View<'_>) -> Vec<f64> {
    let mut counts = vec![0.0; view.programme.practices.len()];
    view.uses_within().for_each(|case| counts[case.practice] += 1.0);
    counts
}

/// Users by outcome, the highest first; equals in the order given.
fn ranking(view: &View<'_>, outcome: Outcome, order: &[usize]) -> Vec<(usize, f64)> {
    let counts = counts(view);
    let all = top(&counts, counts.len());
    let value = |place: usize| match outcome {
        Outcome::Share => Some(counts[place] / all),
        Outcome::Rate => view.exposure(place).filter(|years| *years > 0.0).map(|years| counts[place] / years),
    };
    let users = order.iter().filter(|place| counts[**place] > 0.0);
    let mut ranked: Vec<(usize, f64)> = users.filter_map(|place| value(*place).map(|value| (*place, value))).collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
    ranked
}

fn exclusion(view: &View<'_>, place: usize, days: i32) -> Option<Exclusion> {
    let practice = view.practice(place);
    match view.first_step(place, Step::Equipped) {
        _ if !view.use_days(place).is_empty() => Some(Exclusion::Used),
        _ if view.ended(place).is_some() || practice.merged_into.is_some() => Some(Exclusion::Ended),
        None => Some(Exclusion::NotEquipped),
        Some(on) if on + days > view.window.until => Some(Exclusion::TooRecent),
        Some(_) => None,
    }
}

/// Forbids pairs of different centrality or channel, beyond the caliper, and vetoed ones.
fn allowed(view: &View<'_>, choice: &Choice, users: &[Unit], pool: &[Unit], mut costs: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    let channels = channels(view);
    for (user, of_user) in users.iter().zip(&mut costs) {
        for (other, cost) in pool.iter().zip(of_user) {
            let (one, two) = (view.practice(user.place), view.practice(other.place));
            let vetoed = choice.vetoes.iter().any(|veto| veto.user == one.code && veto.partner == two.code);
            let channels = channels[user.place] == channels[other.place];
            let far = choice.caliper.is_some_and(|caliper| *cost > caliper);
            if one.centrality != two.centrality || !channels || vetoed || far {
                *cost = f64::INFINITY;
            }
        }
    }
    costs
}

/// By practice, the specialties for which it is equipped.
fn channels<'a>(view: &View<'a>) -> Vec<BTreeSet<&'a str>> {
    let mut channels = vec![BTreeSet::new(); view.programme.practices.len()];
    for entry in &view.programme.enablement {
        let equipped = entry.step == Step::Equipped && entry.on < view.window.until;
        if equipped && view.window.takes(&entry.specialty) && entry.practice < channels.len() {
            channels[entry.practice].insert(entry.specialty.as_str());
        }
    }
    channels
}

fn pairs(view: &View<'_>, users: &[Unit], pool: &[Unit], costs: &[Vec<f64>], found: &Assignment) -> Vec<Pair> {
    let pair = |row: usize, column: usize| Pair {
        user: view.code(users[row].place).to_owned(),
        partner: view.code(pool[column].place).to_owned(),
        distance: costs[row][column],
        user_values: users[row].values.clone(),
        partner_values: pool[column].values.clone(),
    };
    let all = found.columns.iter().enumerate();
    all.flat_map(|(row, columns)| columns.iter().map(move |column| (row, *column)))
        .map(|(row, column)| pair(row, column))
        .collect()
}

fn balances(choice: &Choice, users: &[Unit], pool: &[Unit], found: &Assignment) -> Vec<Balance> {
    let row = |(place, covariate): (usize, &Covariate)| {
        let of = |units: &[Unit]| units.iter().map(|unit| unit.values[place]).collect::<Vec<f64>>();
        let partners: Vec<f64> = found.columns.iter().flatten().map(|column| pool[*column].values[place]).collect();
        balance(covariate.name(), &of(users), &of(pool), &partners)
    };
    choice.covariates.iter().enumerate().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::indicator::sample::{origin, random, reversed, whole};
    use crate::study::testing::prints;

    /// The origin's chain: four of twenty-two users with 80 %, and four non-users beside them.
    #[test]
    fn four_users_and_four_partners() {
        let (programme, window) = origin();
        let found = design(&View::new(&programme, &window), &Choice::origin());
        assert_eq!((found.users.as_slice(), found.k80), (&["N00", "N01", "N02", "N03"].map(String::from)[..], 4));
        prints(found.top_share, "0.80");
        assert_eq!((found.ranked.len(), found.pool.len(), found.pairs.len()), (22, 72, 4));
        assert_eq!(found.excluded.iter().filter(|one| one.1 == Exclusion::Used).count(), 22);
        for pair in &found.pairs {
            let class = |code: &str| programme.practices.iter().find(|one| one.code == code).unwrap().centrality;
            assert_eq!(class(&pair.user), class(&pair.partner));
        }
        assert!(found.total <= found.greedy_total && found.unmatched.is_empty());
        for row in &found.balance {
            assert!(row.after_pooled.unwrap().abs() < 0.5, "{row:?}");
        }
    }

    #[test]
    fn a_veto_solves_again_and_a_caliper_leaves_alone() {
        let (programme, window) = origin();
        let view = View::new(&programme, &window);
        let mut choice = Choice::origin();
        let first = design(&view, &choice);
        let (user, partner) = (first.pairs[0].user.clone(), first.pairs[0].partner.clone());
        choice.vetoes.push(Veto { user: user.clone(), partner: partner.clone(), reason: "same owner".into() });
        let second = design(&view, &choice);
        assert!(second.pairs.iter().all(|pair| pair.user != user || pair.partner != partner));
        assert!(second.total >= first.total);
        choice.caliper = Some(0.0);
        let none = design(&view, &choice);
        assert_eq!((none.pairs.len(), none.unmatched.len()), (0, 4));
    }

    #[test]
    fn every_practice_is_accounted_for() {
        for seed in 0..300 {
            let programme = random(seed, 40);
            let window = whole();
            let view = View::new(&programme, &window);
            let choice = Choice { partners: 2, users: 5, outcome: Outcome::Rate, ..Choice::origin() };
            let found = design(&view, &choice);
            assert_eq!(found.pool.len() + found.excluded.len(), programme.practices.len());
            let turned = reversed(&programme);
            assert_eq!(
                design(&View::new(&turned, &window), &choice),
                found,
                "the order of the register changes nothing"
            );
            assert!(found.pairs.len() < found.greedy_pairs.len() + 11 && found.pairs.len() >= found.greedy_pairs.len());
            let seeded = Choice { seed: Some(5), ..choice };
            assert_eq!(design(&view, &seeded), design(&view, &seeded));
        }
    }
}
