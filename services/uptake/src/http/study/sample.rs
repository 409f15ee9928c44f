//! The study designer: choose top users and matched non-users, refuse a pair with a reason, and solve again.

use super::wanted::{Wanted, invalid};
use crate::UptakeError;
use crate::http::ROLES;
use crate::record::Record;
use crate::store;
use crate::studied::Studied;
use crate::study::bundle::RESERVES;
use crate::study::calendar::day_name;
use crate::study::programme::Role;
use crate::study::sample::balance::Balance;
use crate::study::sample::design::{Choice, Covariate, Design, Exclusion, Outcome, Pair, Veto, design};
use crate::study::sample::distance::Metric;
use crate::study::sample::frame::{Consent, Group, Seat, frame};
use crate::study::sample::protocol::protocol;
use crate::study::view::View;
use axum::Extension;
use axum::extract::State;
use kit::http::{FieldError, Json};
use kit::{Caller, Context};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use utoipa::ToSchema;
use uuid::Uuid;

/// Most users, partners of each, and refused pairs.
const USERS: usize = 50;
const PARTNERS: usize = 5;
const VETOES: usize = 100;
/// Characters of a reason.
const REASON: std::ops::RangeInclusive<usize> = 3..=300;
/// Most days for which a non-user must have been equipped.
const EQUIPPED_DAYS: i32 = 3_650;
/// Practices for which a sample is solved while the researcher waits.
const SOLVED_AT_ONCE: usize = 20_000;

/// What the researcher chooses.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = uptake::SampleWanted)]
pub struct SampleWanted {
    #[serde(default)]
    window: Wanted,
    /// What top users have most of: `share` of all referrals, or `rate` per list patient and year.
    outcome: Outcome,
    /// How many top users, 1 to 50.
    users: usize,
    /// Partners of each, 1 to 5.
    partners: usize,
    /// Covariates of the distance, each once.
    covariates: Vec<Covariate>,
    /// The distance.
    metric: Metric,
    /// No pair further apart.
    #[serde(default)]
    caliper: Option<f64>,
    /// A non-user must have been equipped for so many days, 0 to 3650.
    equipped_days: i32,
    /// Orders equals; absent: by code.
    #[serde(default)]
    seed: Option<u32>,
    /// Pairs refused so far.
    #[serde(default)]
    vetoes: Vec<VetoWanted>,
}

/// A pair that the researcher will not have.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = uptake::Veto)]
pub struct VetoWanted {
    /// The user's code.
    user: String,
    /// The partner's.
    partner: String,
    /// Why, 3 to 300 characters; it stands in the protocol.
    reason: String,
}

/// A practice of the sample, so that its code can be followed.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = uptake::SampledPractice)]
pub struct PracticeName {
    code: String,
    id: Uuid,
    name: String,
    municipality: String,
}

/// A user by rank.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = uptake::RankedUser)]
pub struct RankedView {
    practice: String,
    /// Share of all referrals, or referrals per patient and year.
    outcome: f64,
}

/// A user beside a non-user.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = uptake::SamplePair)]
pub struct PairView {
    user: String,
    partner: String,
    distance: f64,
    /// Raw covariates of the user, in the order chosen.
    user_values: Vec<f64>,
    /// Of the partner.
    partner_values: Vec<f64>,
}

/// A covariate before and after matching.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = uptake::SampleBalance)]
pub struct BalanceView {
    covariate: Covariate,
    /// Means.
    users: f64,
    pool: f64,
    partners: f64,
    /// Standardised mean differences by the users' deviation and by the pooled one of before.
    before_treated: Option<f64>,
    before_pooled: Option<f64>,
    after_treated: Option<f64>,
    after_pooled: Option<f64>,
    /// Variance of users over that of the pool, and over that of the partners.
    variance_ratio_before: Option<f64>,
    variance_ratio_after: Option<f64>,
}

/// A practice that is not in the pool.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = uptake::Excluded)]
pub struct ExcludedView {
    practice: String,
    reason: Exclusion,
}

/// A practice's place in the interview frame.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = uptake::Seat)]
pub struct SeatView {
    practice: String,
    group: Group,
    /// Of a non-user, the user it stands beside.
    beside: Option<String>,
    /// The order in which reserves step in; 0 of those who are no reserves.
    rank: usize,
    /// Roles to meet: those that the practice employs.
    meet: Vec<Role>,
    consent: Consent,
}

/// A sample with how it was drawn.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = uptake::Sample)]
pub struct SampleView {
    from: String,
    until: String,
    log_position: i64,
    /// Every user of the window, the top first.
    ranked: Vec<RankedView>,
    /// The chosen users' share of all referrals.
    top_share: f64,
    /// Fewest practices with 80 % of all referrals.
    k80: usize,
    users: Vec<String>,
    /// Chosen by rank, without a partner because a covariate is not known.
    users_left_out: Vec<String>,
    pool: Vec<String>,
    excluded: Vec<ExcludedView>,
    /// The optimal assignment and the sum of its distances.
    pairs: Vec<PairView>,
    total: f64,
    /// The greedy one beside it.
    greedy_pairs: Vec<PairView>,
    greedy_total: f64,
    balance: Vec<BalanceView>,
    /// The distance that was used.
    metric: Metric,
    /// Condition number of the correlation matrix; null: beyond all bounds.
    condition: Option<f64>,
    /// Over 30: prefer ranks, Euclid or ratios.
    collinear: bool,
    /// Users without as many partners as asked for.
    unmatched: Vec<String>,
    frame: Vec<SeatView>,
    /// Plain text; the same choice at the same position gives the same.
    protocol: String,
    /// SHA-256 of the protocol, hexadecimal.
    protocol_sha256: String,
    /// Practices of the frame and of the ranking.
    practices: Vec<PracticeName>,
}

/// Draws a sample; nothing is kept.
#[utoipa::path(
    post, path = "/study/sample", operation_id = "uptakeSample", tag = "uptake",
    request_body = SampleWanted,
    responses((status = 200, body = SampleView), (status = 422, body = kit::http::ProblemBody))
)]
pub async fn sample(
    State(ctx): State<Context>,
    caller: Caller,
    Extension(studied): Extension<Studied>,
    Json(wanted): Json<SampleWanted>,
) -> Result<Json<SampleView>, UptakeError> {
    caller.require(&ROLES)?;
    let choice = wanted.choice()?;
    let record = wanted.window.read(&ctx, &studied).await?;
    if record.programme.practices.len() > SOLVED_AT_ONCE {
        return Err(invalid("window", "too-many", "There are too many practices. Choose one specialty."));
    }
    known(&record, &choice)?;
    let names = names(&ctx, &record).await?;
    let sample = studied.compute(&record, move |record| drawn(record, &choice, &names)).await?;
    Ok(Json(sample))
}

impl SampleWanted {
    fn choice(&self) -> Result<Choice, UptakeError> {
        let mut errors = Vec::new();
        let mut check = |holds: bool, field: &str, message: &'static str| {
            if !holds {
                errors.push(FieldError::new(field, "out-of-range", message));
            }
        };
        check((1..=USERS).contains(&self.users), "users", "Choose 1 to 50 top users.");
        check((1..=PARTNERS).contains(&self.partners), "partners", "Choose 1 to 5 partners of each.");
        let twice = (1..self.covariates.len()).any(|place| self.covariates[..place].contains(&self.covariates[place]));
        check(!self.covariates.is_empty() && !twice, "covariates", "Choose at least one covariate, each once.");
        check(
            self.caliper.is_none_or(|most| most > 0.0 && most.is_finite()),
            "caliper",
            "Write a distance above 0, or none.",
        );
        check((0..=EQUIPPED_DAYS).contains(&self.equipped_days), "equippedDays", "Write 0 to 3650 days.");
        check(self.vetoes.len() <= VETOES, "vetoes", "Refuse at most 100 pairs.");
        for (place, veto) in self.vetoes.iter().enumerate() {
            let reason = veto.reason.trim();
            let fits = REASON.contains(&reason.chars().count()) && !reason.chars().any(char::is_control);
            check(
                fits,
                &format!("vetoes[{place}].reason"),
                "Say why in 3 to 300 characters; it stands in the protocol.",
            );
        }
        if !errors.is_empty() {
            return Err(UptakeError::Invalid(errors));
        }
        let veto = |of: &VetoWanted| Veto {
            user: of.user.clone(),
            partner: of.partner.clone(),
            reason: of.reason.trim().to_owned(),
        };
        Ok(Choice {
            outcome: self.outcome,
            users: self.users,
            partners: self.partners,
            covariates: self.covariates.clone(),
            metric: self.metric,
            caliper: self.caliper,
            equipped_days: self.equipped_days,
            seed: self.seed.map(u64::from),
            vetoes: self.vetoes.iter().map(veto).collect(),
        })
    }
}

/// Refuses a veto that names nobody: what stands in it goes into the protocol.
fn known(record: &Record, choice: &Choice) -> Result<(), UptakeError> {
    let codes: HashSet<&str> = record.codes.values().map(String::as_str).collect();
    let mut errors = Vec::new();
    for (place, veto) in choice.vetoes.iter().enumerate() {
        for (field, code) in [("user", &veto.user), ("partner", &veto.partner)] {
            if !codes.contains(code.as_str()) {
                let field = format!("vetoes[{place}].{field}");
                errors.push(FieldError::new(field, "unknown", "Choose the code of a practice of the sample."));
            }
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(UptakeError::Invalid(errors)) }
}

/// Names by code.
async fn names(ctx: &Context, record: &Record) -> Result<HashMap<String, PracticeName>, UptakeError> {
    let rows = store::practices(&ctx.db, ctx.now()).await?.into_iter();
    let named = rows.filter_map(|row| {
        let code = record.codes.get(&row.id)?.clone();
        let name = PracticeName { code: code.clone(), id: row.id, name: row.name, municipality: row.municipality };
        Some((code, name))
    });
    Ok(named.collect())
}

fn drawn(record: &Record, choice: &Choice, names: &HashMap<String, PracticeName>) -> SampleView {
    let view = View::new(&record.programme, &record.window);
    let found = design(&view, choice);
    let second = design(&view, &Choice { partners: choice.partners + RESERVES, ..choice.clone() });
    let seats = frame(&found, &second, RESERVES, &record.programme.practices, |_| Consent::NotAsked);
    let position = u64::try_from(record.position).unwrap_or(0);
    let protocol = protocol(&found, choice, &record.window, position);
    let ranked = found.ranked.iter().map(|one| one.0.as_str());
    let mut shown: Vec<&str> = seats.iter().map(|seat| seat.practice.as_str()).chain(ranked).collect();
    shown.sort_unstable();
    shown.dedup();
    let practices = shown.into_iter().filter_map(|code| names.get(code).cloned()).collect();
    let balance = choice.covariates.iter().zip(&found.balance).map(|(of, row)| BalanceView::new(*of, row)).collect();
    let Design { ranked, pairs, greedy_pairs, excluded, .. } = found;
    SampleView {
        from: day_name(record.window.from),
        until: day_name(record.window.until),
        log_position: record.position,
        ranked: ranked.into_iter().map(|(practice, outcome)| RankedView { practice, outcome }).collect(),
        top_share: found.top_share,
        k80: found.k80,
        users: found.users,
        users_left_out: found.users_left_out,
        pool: found.pool,
        excluded: excluded.into_iter().map(|(practice, reason)| ExcludedView { practice, reason }).collect(),
        pairs: pairs.into_iter().map(PairView::from).collect(),
        total: found.total,
        greedy_pairs: greedy_pairs.into_iter().map(PairView::from).collect(),
        greedy_total: found.greedy_total,
        balance,
        metric: found.metric,
        condition: Some(found.condition).filter(|number| number.is_finite()),
        collinear: found.collinear,
        unmatched: found.unmatched,
        frame: seats.into_iter().map(SeatView::from).collect(),
        protocol: protocol.text,
        protocol_sha256: protocol.hash,
        practices,
    }
}

impl From<Pair> for PairView {
    fn from(pair: Pair) -> Self {
        let Pair { user, partner, distance, user_values, partner_values } = pair;
        Self { user, partner, distance, user_values, partner_values }
    }
}

impl BalanceView {
    fn new(covariate: Covariate, row: &Balance) -> Self {
        Self {
            covariate,
            users: row.users,
            pool: row.pool,
            partners: row.partners,
            before_treated: row.before_treated,
            before_pooled: row.before_pooled,
            after_treated: row.after_treated,
            after_pooled: row.after_pooled,
            variance_ratio_before: row.variance_ratio_before,
            variance_ratio_after: row.variance_ratio_after,
        }
    }
}

impl From<Seat> for SeatView {
    fn from(seat: Seat) -> Self {
        let Seat { practice, group, beside, rank, meet, consent } = seat;
        Self { practice, group, beside, rank, meet, consent }
    }
}
