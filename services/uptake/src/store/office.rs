//! What is known of one practice.

use super::{EquipmentRow, PracticeRow, SpanRow, StepRow};
use kit::{At, Db, statements};
use uuid::Uuid;

statements! {
    PRACTICE = "select p.id, p.name, p.municipality, p.test, p.closed_on, p.trial_arm, (select r.list_size from uptake_register r where r.practice = p.id and r.starts_at <= $2 order by r.starts_at desc limit 1) as list_size from uptake_practice p where p.id = $1";
    REGISTERS = "select starts_at, list_size, gps, staff from uptake_register where practice = $1 order by starts_at";
    STEPS = "select practice, step, starts_at from uptake_enablement where practice = $1 and starts_at <= $2 order by starts_at, step";
    STEPS_BY_SPECIALTY = "select step, specialty, starts_at from uptake_enablement where practice = $1 order by starts_at, step, specialty";
    SPAN = "select f.practice, min(f.occurred_at) as first_at, max(f.occurred_at) as last_at, count(*) as uses from uptake_fact f where f.practice = $1 and f.kind = 'ReferralSubmitted' and f.images >= 1 and f.test = false and f.occurred_at <= $2 and not exists (select 1 from uptake_fact x where x.case_token = f.case_token and (x.kind = 'ReferralEnteredInError' or (x.kind = 'CaseEnteredInError' and x.about = 'referral'))) group by f.practice";
    EQUIPMENT = "select practice, kind, thing, occurred_at, effective_at from uptake_fact where practice = $1 and kind in ('EquipmentPlaced', 'EquipmentWithdrawn') order by position";
    // What was entered in error and which answer was read as in the panel's USE; of close-outs the last one counts.
    FACTS = "select f.kind, f.specialty, f.occurred_at, f.effective_at, f.actor_role, f.images, f.test, f.about, f.people, f.thing, f.view_overrides, f.intention, (select a.occurred_at from uptake_fact a where a.case_token = f.case_token and a.kind = 'AnswerGiven' order by a.occurred_at limit 1) as answered_at, (select w.occurred_at from uptake_fact w where w.case_token = f.case_token and w.kind = 'ReferralWithdrawn' order by w.occurred_at limit 1) as withdrawn_at, (select d.occurred_at from uptake_fact d where d.case_token = f.case_token and d.kind = 'ReferralDeclined' order by d.occurred_at limit 1) as declined_at, coalesce((select c.close_out from uptake_fact c where c.case_token = f.case_token and c.kind = 'CloseOutRecorded' order by c.position desc limit 1), '') as close_out from uptake_fact f where f.practice = $1 and f.kind in ('ReferralSubmitted', 'AnswerAcknowledged', 'SignedIn', 'DraftStarted', 'DraftAbandoned', 'UploadFailed', 'EquipmentPlaced', 'EquipmentWithdrawn', 'TrainingGiven', 'SupportGiven', 'ReasonGiven') and (f.kind <> 'AnswerAcknowledged' or (f.disposition <> 'reject' and not exists (select 1 from uptake_fact e where e.case_token = f.case_token and e.kind = 'AnswerAcknowledged' and e.disposition <> 'reject' and e.position < f.position))) and not exists (select 1 from uptake_fact x where x.case_token = f.case_token and (x.kind = 'ReferralEnteredInError' or (x.kind = 'CaseEnteredInError' and x.about = 'referral'))) order by f.position";
}

/// Figures of the register from an instant on.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct RegisterRow {
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
pub struct SpecialtyStepRow {
    /// Which.
    pub step: String,
    /// For which.
    pub specialty: String,
    /// From when.
    pub starts_at: At,
}

/// A fact of one practice.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct FactRow {
    /// The event's kind.
    pub kind: String,
    /// As in the envelope.
    pub specialty: String,
    /// When it happened.
    pub occurred_at: At,
    /// From when it counts; none in facts that were kept before this was.
    pub effective_at: Option<At>,
    /// As in the envelope.
    pub actor_role: String,
    /// Pictures.
    pub images: i64,
    /// Training or test.
    pub test: bool,
    /// A word of a closed list.
    pub about: String,
    /// How many people.
    pub people: i64,
    /// Which piece of equipment.
    pub thing: Option<Uuid>,
    /// How many required views were left out with a reason.
    pub view_overrides: i64,
    /// What the office would have done without the service, or empty.
    pub intention: String,
    /// What it did after the answer to the same referral, or empty.
    pub close_out: String,
    /// First answer to the same referral.
    pub answered_at: Option<At>,
    /// When the same referral was taken back.
    pub withdrawn_at: Option<At>,
    /// When the same referral was first declined.
    pub declined_at: Option<At>,
}

impl FactRow {
    /// From when it counts.
    pub fn counts_from(&self) -> At {
        self.effective_at.unwrap_or(self.occurred_at)
    }
}

/// A practice with the list size that counts at an instant.
pub async fn practice(db: &Db, id: Uuid, now: At) -> sqlx::Result<Option<PracticeRow>> {
    db.q(PRACTICE).bind(id).bind(now).opt().await
}

/// Its register entries, oldest first.
pub async fn registers(db: &Db, id: Uuid) -> sqlx::Result<Vec<RegisterRow>> {
    db.q(REGISTERS).bind(id).all().await
}

/// Its steps up to an instant.
pub async fn steps(db: &Db, id: Uuid, now: At) -> sqlx::Result<Vec<StepRow>> {
    db.q(STEPS).bind(id).bind(now).all().await
}

/// Its steps by specialty, those to come included.
pub async fn steps_by_specialty(db: &Db, id: Uuid) -> sqlx::Result<Vec<SpecialtyStepRow>> {
    db.q(STEPS_BY_SPECIALTY).bind(id).all().await
}

/// Its first and last counted use up to an instant.
pub async fn span(db: &Db, id: Uuid, now: At) -> sqlx::Result<Option<SpanRow>> {
    db.q(SPAN).bind(id).bind(now).opt().await
}

/// What came and went of its equipment, in the order of the log.
pub async fn equipment(db: &Db, id: Uuid) -> sqlx::Result<Vec<EquipmentRow>> {
    db.q(EQUIPMENT).bind(id).all().await
}

/// Its facts in the order of the log.
pub async fn facts(db: &Db, id: Uuid) -> sqlx::Result<Vec<FactRow>> {
    db.q(FACTS).bind(id).all().await
}
