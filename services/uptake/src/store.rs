//! All SQL of uptake. No row holds a patient, a free text or a staff member's name.

pub mod context;
pub mod office;
pub mod ordinary;
pub mod person;
pub mod study;

use kit::{At, Db, Migration, Tx, statements};
use proto::directory::PracticeChanged;
use uuid::Uuid;

/// The schema. A fact's `case_token` is a pseudonym of the referral: it joins a referral with its answer and nothing else.
pub const MIGRATIONS: &[Migration] = &[FIRST, ABOUT, INTENTION, CLOSED, CONTEXT, ORDINARY];

const FIRST: Migration = Migration {
    number: 1,
    name: "register, enablement, facts of use",
    sql: "
        create table uptake_practice (
            id {uuid} primary key, name text not null, municipality text not null, centrality {bigint}, distance_km {bigint},
            test {bool} not null, opened_on text not null, channel text not null
        ) {strict};
        create table uptake_register (
            practice {uuid} not null, starts_at {at} not null, list_size {bigint}, gps {bigint}, staff {bigint},
            primary key (practice, starts_at)
        ) {strict};
        create table uptake_enablement (
            practice {uuid} not null, step text not null, specialty text not null, starts_at {at} not null,
            primary key (practice, step, specialty)
        ) {strict};
        create table uptake_fact (
            position {bigint} primary key, kind text not null, practice {uuid}, specialty text not null, channel text not null,
            occurred_at {at} not null, actor_role text not null, actor {bytes} not null, images {bigint} not null,
            findings {bigint} not null, disposition text not null, priority text not null, claimed_at {at},
            case_token {bytes} not null, test {bool} not null
        ) {strict};
        create index uptake_fact_time on uptake_fact (kind, occurred_at);
        create index uptake_fact_case on uptake_fact (case_token, kind, occurred_at);
        create table uptake_position (one {bigint} primary key, position {bigint} not null) {strict};
        insert into uptake_position (one, position) values (1, 0);
    ",
};

const ABOUT: Migration = Migration {
    number: 50,
    name: "what a fact was about, and when it counts; a practice's and a person's facts",
    sql: "
        alter table uptake_fact add column about text not null default '';
        alter table uptake_fact add column people {bigint} not null default 0;
        alter table uptake_fact add column thing {uuid};
        alter table uptake_fact add column effective_at {at};
        create index uptake_fact_practice on uptake_fact (practice, position);
        create index uptake_fact_actor on uptake_fact (actor, position);
    ",
};

// A rebuild fills them for what was recorded before.
const INTENTION: Migration = Migration {
    number: 70,
    name: "intention and close-out of a fact",
    sql: "
        alter table uptake_fact add column intention text not null default '';
        alter table uptake_fact add column close_out text not null default '';
    ",
};

// A rebuild fills them for what was recorded before.
const CLOSED: Migration = Migration {
    number: 80,
    name: "closing and trial arm of a practice; views left out of a referral",
    sql: "
        alter table uptake_practice add column closed_on text not null default '';
        alter table uptake_practice add column trial_arm text not null default '';
        alter table uptake_fact add column view_overrides {bigint} not null default 0;
    ",
};

const CONTEXT: Migration = Migration { number: 82, name: "the context log", sql: context::SCHEMA };

const ORDINARY: Migration = Migration { number: 83, name: "ordinary referrals by month", sql: ordinary::SCHEMA };

/// What a fact is about that a department found a whole referral to be in error: it is in no figure, as one that its
/// practice marked.
pub const WHOLE_REFERRAL: &str = "referral";

/// Empties everything for a rebuild from the log.
pub const RESET: &[&str] = &[
    "delete from uptake_practice",
    "delete from uptake_register",
    "delete from uptake_enablement",
    "delete from uptake_fact",
    "delete from uptake_context",
    "delete from uptake_ordinary",
    "update uptake_position set position = 0 where one = 1",
];

statements! {
    PRACTICE = "insert into uptake_practice (id, name, municipality, centrality, distance_km, test, opened_on, channel, closed_on, trial_arm) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (id) do update set name = excluded.name, municipality = excluded.municipality, centrality = excluded.centrality, distance_km = excluded.distance_km, test = excluded.test, opened_on = excluded.opened_on, channel = excluded.channel, closed_on = excluded.closed_on, trial_arm = excluded.trial_arm";
    CHANGE = "update uptake_practice set name = $2, municipality = $3, test = coalesce($4, test), centrality = coalesce($5, centrality), distance_km = coalesce($6, distance_km), opened_on = coalesce($7, opened_on), closed_on = coalesce($8, closed_on), trial_arm = coalesce($9, trial_arm) where id = $1";
    REGISTER = "insert into uptake_register (practice, starts_at, list_size, gps, staff) values ($1, $2, $3, $4, $5) on conflict (practice, starts_at) do update set list_size = excluded.list_size, gps = excluded.gps, staff = excluded.staff";
    STEP = "insert into uptake_enablement (practice, step, specialty, starts_at) values ($1, $2, $3, $4) on conflict (practice, step, specialty) do update set starts_at = excluded.starts_at";
    FACT = "insert into uptake_fact (position, kind, practice, specialty, channel, occurred_at, actor_role, actor, images, findings, disposition, priority, claimed_at, case_token, test, about, people, thing, effective_at, intention, close_out, view_overrides) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)";
    ADVANCE = "update uptake_position set position = $1 where one = 1 and position < $1";
    POSITION = "select position from uptake_position where one = 1";
    PRACTICES = "select p.id, p.name, p.municipality, p.test, p.closed_on, p.trial_arm, (select r.list_size from uptake_register r where r.practice = p.id and r.starts_at < $1 order by r.starts_at desc limit 1) as list_size from uptake_practice p";
    FIRST_EQUIPPED = "select e.starts_at from uptake_enablement e join uptake_practice p on p.id = e.practice where e.step = 'equipped' and p.test = false order by e.starts_at limit 1";
    STEPS = "select practice, step, starts_at from uptake_enablement where starts_at < $1 and (cast($2 as text) = '' or specialty = '' or specialty = cast($2 as text))";
    // A referral that was entered in error is no use, and nothing of it counts.
    // A referral's answer is read once, however often it is amended and read again; a refusal that was read is no answer.
    USE = "select f.practice, f.kind, f.occurred_at, f.images, f.test, f.view_overrides, (select a.occurred_at from uptake_fact a where a.case_token = f.case_token and a.kind = 'AnswerGiven' order by a.occurred_at limit 1) as answered_at from uptake_fact f where f.kind in ('ReferralSubmitted', 'InformationSupplied', 'AnswerAcknowledged') and (f.kind <> 'AnswerAcknowledged' or (f.disposition <> 'reject' and not exists (select 1 from uptake_fact e where e.case_token = f.case_token and e.kind = 'AnswerAcknowledged' and e.disposition <> 'reject' and e.position < f.position))) and f.occurred_at >= $1 and f.occurred_at < $2 and f.practice is not null and (cast($3 as text) = '' or f.specialty = cast($3 as text)) and not exists (select 1 from uptake_fact x where x.case_token = f.case_token and (x.kind = 'ReferralEnteredInError' or (x.kind = 'CaseEnteredInError' and x.about = 'referral'))) order by f.position";
    SPANS = "select f.practice, min(f.occurred_at) as first_at, max(f.occurred_at) as last_at, count(*) as uses from uptake_fact f where f.kind = 'ReferralSubmitted' and f.images >= 1 and f.test = false and f.practice is not null and f.occurred_at < $1 and (cast($2 as text) = '' or f.specialty = cast($2 as text)) and not exists (select 1 from uptake_fact x where x.case_token = f.case_token and (x.kind = 'ReferralEnteredInError' or (x.kind = 'CaseEnteredInError' and x.about = 'referral'))) group by f.practice";
    EQUIPMENT = "select practice, kind, thing, occurred_at, effective_at from uptake_fact where kind in ('EquipmentPlaced', 'EquipmentWithdrawn') and practice is not null and (cast($1 as text) = '' or specialty = '' or specialty = cast($1 as text)) order by position";
}

/// Statements of uptake.
pub const STATEMENT_LISTS: &[&[(&str, &str)]] =
    &[STATEMENTS, context::STATEMENTS, office::STATEMENTS, ordinary::STATEMENTS, person::STATEMENTS, study::STATEMENTS];

/// A practice as the register has it.
#[derive(Clone, Debug)]
pub struct NewPractice {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Where it is.
    pub municipality: String,
    /// Statistics Norway's class, 1 to 6.
    pub centrality: i64,
    /// To the hospital.
    pub distance_km: i64,
    /// For training.
    pub test: bool,
    /// YYYY-MM-DD.
    pub opened_on: String,
    /// How it reaches us.
    pub channel: String,
    /// YYYY-MM-DD, or empty.
    pub closed_on: String,
    /// Or empty.
    pub trial_arm: String,
}

/// One fact, from an event's envelope.
#[derive(Clone, Debug)]
pub struct NewFact {
    /// The event's number.
    pub position: i64,
    /// The event's kind.
    pub kind: String,
    /// By or about which practice.
    pub practice: Option<Uuid>,
    /// As in the envelope.
    pub specialty: String,
    /// As in the envelope.
    pub channel: String,
    /// When.
    pub occurred_at: At,
    /// As in the envelope.
    pub actor_role: String,
    /// Pseudonym, 16 bytes, or empty.
    pub actor: Vec<u8>,
    /// Pictures.
    pub images: i64,
    /// Findings.
    pub findings: i64,
    /// As in the envelope.
    pub disposition: String,
    /// As in the envelope.
    pub priority: String,
    /// When the specialist had claimed it.
    pub claimed_at: Option<At>,
    /// Pseudonym of what it is about.
    pub case_token: Vec<u8>,
    /// Training or test.
    pub test: bool,
    /// From when it counts.
    pub effective_at: At,
    /// A word of a closed list, as in the envelope.
    pub about: String,
    /// How many people it was about.
    pub people: i64,
    /// The piece of equipment that it was about.
    pub thing: Option<Uuid>,
    /// How many required views were left out with a reason.
    pub view_overrides: i64,
    /// What the office would have done without the service, or empty.
    pub intention: String,
    /// What it did after the answer, or empty.
    pub close_out: String,
}

/// Registers a practice.
pub async fn add_practice(tx: &mut Tx, practice: NewPractice) -> sqlx::Result<()> {
    tx.q(PRACTICE)
        .bind(practice.id)
        .bind(practice.name)
        .bind(practice.municipality)
        .bind(practice.centrality)
        .bind(practice.distance_km)
        .bind(practice.test)
        .bind(practice.opened_on)
        .bind(practice.channel)
        .bind(practice.closed_on)
        .bind(practice.trial_arm)
        .exec_one()
        .await
}

/// Writes what changed of a practice; how many there were.
pub async fn change(tx: &mut Tx, id: Uuid, new: PracticeChanged) -> sqlx::Result<u64> {
    let q = tx.q(CHANGE).bind(id).bind(new.name).bind(new.municipality).bind(new.test_practice);
    let q = q.bind(new.centrality.map(i64::from)).bind(new.distance_km.map(i64::from));
    q.bind(new.opened_on).bind(new.closed_on).bind(new.trial_arm).exec().await
}

/// Records list size, GPs and staff from a date.
pub async fn add_register(tx: &mut Tx, practice: Uuid, from: At, figures: [Option<i64>; 3]) -> sqlx::Result<()> {
    let [list_size, gps, staff] = figures;
    tx.q(REGISTER).bind(practice).bind(from).bind(list_size).bind(gps).bind(staff).exec_one().await
}

/// Records a step; a later record of the same step and specialty corrects it.
pub async fn add_step(tx: &mut Tx, practice: Uuid, step: String, specialty: String, on: At) -> sqlx::Result<()> {
    tx.q(STEP).bind(practice).bind(step).bind(specialty).bind(on).exec_one().await
}

/// Keeps a fact.
pub async fn add_fact(tx: &mut Tx, fact: NewFact) -> sqlx::Result<()> {
    tx.q(FACT)
        .bind(fact.position)
        .bind(fact.kind)
        .bind(fact.practice)
        .bind(fact.specialty)
        .bind(fact.channel)
        .bind(fact.occurred_at)
        .bind(fact.actor_role)
        .bind(fact.actor)
        .bind(fact.images)
        .bind(fact.findings)
        .bind(fact.disposition)
        .bind(fact.priority)
        .bind(fact.claimed_at)
        .bind(fact.case_token)
        .bind(fact.test)
        .bind(fact.about)
        .bind(fact.people)
        .bind(fact.thing)
        .bind(fact.effective_at)
        .bind(fact.intention)
        .bind(fact.close_out)
        .bind(fact.view_overrides)
        .exec_one()
        .await
}

/// Says how far the log was read. A parked event that is retried later does not set it back.
pub async fn advance(tx: &mut Tx, position: i64) -> sqlx::Result<()> {
    tx.q(ADVANCE).bind(position).exec().await?;
    Ok(())
}

/// How far the log was read.
pub async fn position(db: &Db) -> sqlx::Result<i64> {
    let (position,): (i64,) = db.q(POSITION).one().await?;
    Ok(position)
}

/// A practice with its list size.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct PracticeRow {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Where it is.
    pub municipality: String,
    /// For training.
    pub test: bool,
    /// As last recorded.
    pub list_size: Option<i64>,
    /// YYYY-MM-DD, or empty.
    pub closed_on: String,
    /// Or empty.
    pub trial_arm: String,
}

/// A step.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct StepRow {
    /// Of which practice.
    pub practice: Uuid,
    /// Which.
    pub step: String,
    /// From when.
    pub starts_at: At,
}

/// A fact of use.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct UseRow {
    /// By which practice.
    pub practice: Uuid,
    /// The event's kind.
    pub kind: String,
    /// When.
    pub occurred_at: At,
    /// Pictures.
    pub images: i64,
    /// Training or test.
    pub test: bool,
    /// How many required views were left out with a reason.
    pub view_overrides: i64,
    /// First answer to the same referral: what amends it later changes nothing.
    pub answered_at: Option<At>,
}

/// A piece of equipment that came or went.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct EquipmentRow {
    /// Whose.
    pub practice: Uuid,
    /// The event's kind.
    pub kind: String,
    /// Which piece.
    pub thing: Option<Uuid>,
    /// When it happened.
    pub occurred_at: At,
    /// From when it counts.
    pub effective_at: Option<At>,
}

/// First and last use.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct SpanRow {
    /// Of which practice.
    pub practice: Uuid,
    /// First.
    pub first_at: At,
    /// Last.
    pub last_at: At,
    /// How many.
    pub uses: i64,
}

/// All practices, with the list size that counted before an instant.
pub async fn practices(db: &Db, before: At) -> sqlx::Result<Vec<PracticeRow>> {
    db.q(PRACTICES).bind(before).all().await
}

/// When the first practice that is no test practice was equipped.
pub async fn first_equipped(db: &Db) -> sqlx::Result<Option<At>> {
    let row: Option<(At,)> = db.q(FIRST_EQUIPPED).opt().await?;
    Ok(row.map(|(at,)| at))
}

/// Steps before an instant, of one specialty (empty: all).
pub async fn steps(db: &Db, before: At, specialty: &str) -> sqlx::Result<Vec<StepRow>> {
    db.q(STEPS).bind(before).bind(specialty.to_owned()).all().await
}

/// Facts of use within a time.
pub async fn uses(db: &Db, from: At, before: At, specialty: &str) -> sqlx::Result<Vec<UseRow>> {
    db.q(USE).bind(from).bind(before).bind(specialty.to_owned()).all().await
}

/// First and last use before an instant.
pub async fn spans(db: &Db, before: At, specialty: &str) -> sqlx::Result<Vec<SpanRow>> {
    db.q(SPANS).bind(before).bind(specialty.to_owned()).all().await
}

/// What came and went of equipment for one specialty (empty: all), in the order of the log.
pub async fn equipment(db: &Db, specialty: &str) -> sqlx::Result<Vec<EquipmentRow>> {
    db.q(EQUIPMENT).bind(specialty.to_owned()).all().await
}
