//! What the study reads of the whole record, up to a cut.

use kit::{At, Db, statements};
use uuid::Uuid;

statements! {
    // The register and its steps are no facts of use. What is told late stands behind what happened after it.
    LAST = "select max(occurred_at) as last_at from uptake_fact";
    PRACTICES = "select id, centrality, distance_km, test, opened_on, closed_on, trial_arm from uptake_practice";
    REGISTERS = "select practice, starts_at, list_size, gps, staff from uptake_register where starts_at < $1 order by practice, starts_at";
    STEPS = "select practice, step, specialty, starts_at from uptake_enablement where starts_at < $1";
    // A use and what was entered in error as in the panel's USE. An answer is claimed when it is given, a refusal likewise.
    CASES = "select f.practice, f.specialty, f.occurred_at, f.actor_role, f.actor, f.test, (select a.occurred_at from uptake_fact a where a.case_token = f.case_token and a.kind = 'AnswerGiven' and a.occurred_at < $1 order by a.occurred_at, a.position limit 1) as answered_at, (select a.actor from uptake_fact a where a.case_token = f.case_token and a.kind = 'AnswerGiven' and a.occurred_at < $1 order by a.occurred_at, a.position limit 1) as answered_by, (select c.claimed_at from uptake_fact c where c.case_token = f.case_token and c.kind in ('AnswerGiven', 'ReferralDeclined') and c.claimed_at is not null and c.occurred_at < $1 order by c.position limit 1) as claimed_at, (select e.occurred_at from uptake_fact e where e.case_token = f.case_token and e.kind in ('ReferralWithdrawn', 'ReferralDeclined') and e.occurred_at < $1 order by e.occurred_at limit 1) as ended_at, (select count(*) from uptake_fact q where q.case_token = f.case_token and q.kind = 'InformationRequested' and q.occurred_at < $1) as questions from uptake_fact f where f.kind = 'ReferralSubmitted' and f.images >= 1 and f.practice is not null and f.occurred_at < $1 and not exists (select 1 from uptake_fact x where x.case_token = f.case_token and (x.kind = 'ReferralEnteredInError' or (x.kind = 'CaseEnteredInError' and x.about = 'referral'))) order by f.position";
}

/// A practice without its name and place.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct PracticeRow {
    /// Its id.
    pub id: Uuid,
    /// Statistics Norway's class, 1 to 6; 0 where the entry can no longer be read.
    pub centrality: Option<i64>,
    /// To the hospital.
    pub distance_km: Option<i64>,
    /// For training.
    pub test: bool,
    /// YYYY-MM-DD.
    pub opened_on: String,
    /// YYYY-MM-DD, or empty.
    pub closed_on: String,
    /// Or empty.
    pub trial_arm: String,
}

/// Figures of the register from an instant on.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct RegisterRow {
    /// Of which practice.
    pub practice: Uuid,
    /// From when.
    pub starts_at: At,
    /// Patients on the list.
    pub list_size: Option<i64>,
    /// GPs.
    pub gps: Option<i64>,
    /// Other staff.
    pub staff: Option<i64>,
}

/// A step for a specialty, or for all when empty.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct StepRow {
    /// Of which practice.
    pub practice: Uuid,
    /// Which.
    pub step: String,
    /// For which.
    pub specialty: String,
    /// From when.
    pub starts_at: At,
}

/// A referral with a picture, and what became of it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct CaseRow {
    /// Of which practice.
    pub practice: Uuid,
    /// As in the envelope.
    pub specialty: String,
    /// When it was sent.
    pub occurred_at: At,
    /// The sender's role, as in the envelope.
    pub actor_role: String,
    /// The sender's pseudonym.
    pub actor: Vec<u8>,
    /// Training or test.
    pub test: bool,
    /// First answer.
    pub answered_at: Option<At>,
    /// Pseudonym of who gave it.
    pub answered_by: Option<Vec<u8>>,
    /// When a specialist had claimed it; known once it is answered or declined.
    pub claimed_at: Option<At>,
    /// Taken back or declined.
    pub ended_at: Option<At>,
    /// Times that information was asked for before the cut.
    pub questions: i64,
}

/// When the newest fact of use happened.
pub async fn last(db: &Db) -> sqlx::Result<Option<At>> {
    let (at,): (Option<At>,) = db.q(LAST).one().await?;
    Ok(at)
}

/// All practices, in no order.
pub async fn practices(db: &Db) -> sqlx::Result<Vec<PracticeRow>> {
    db.q(PRACTICES).all().await
}

/// Register entries before an instant, of each practice the oldest first.
pub async fn registers(db: &Db, before: At) -> sqlx::Result<Vec<RegisterRow>> {
    db.q(REGISTERS).bind(before).all().await
}

/// Steps before an instant, in no order.
pub async fn steps(db: &Db, before: At) -> sqlx::Result<Vec<StepRow>> {
    db.q(STEPS).bind(before).all().await
}

/// Referrals before an instant, in the order of the log.
pub async fn cases(db: &Db, before: At) -> sqlx::Result<Vec<CaseRow>> {
    db.q(CASES).bind(before).all().await
}
