//! All SQL of intake, a file per noun.
//!
//! Clear columns hold what lists, dates and the study's envelopes need; everything about the patient, every free text and
//! every staff name is sealed under the referral's data key (see [`crate::sealed`]).

pub mod answer;
pub mod chair;
pub mod chore;
pub mod decline;
pub mod duty;
pub mod erasure;
pub mod error;
pub mod forward;
pub mod gauge;
pub mod happening;
pub mod image;
pub mod list;
pub mod notice;
pub mod opening;
pub mod orphan;
pub mod person;
pub mod phone;
pub mod place;
pub mod question;
pub mod quota;
pub mod referral;
pub mod succession;
pub mod transfer;
pub mod upload;

use kit::Migration;

/// The schema.
pub const MIGRATIONS: &[Migration] = &[
    FIRST,
    QUOTA,
    LISTS,
    DUTY,
    OUTCOMES,
    RESPONSIBLE,
    PEOPLE,
    SUCCESSION,
    TRANSFER,
    CHAIRS,
    ERRORS,
    CAPTURED,
    CLOSE_OUT,
    FILED,
    PHONE,
    TRAINING,
    REOPENED,
    EDGES,
    UNOPENED,
    HPR,
    ANSWER_PRIORITY,
];

const FIRST: Migration = Migration {
    number: 1,
    name: "intake",
    sql: "
        create table intake_practice (
            id {uuid} primary key, name text not null, channel text not null, test {bool} not null
        ) {strict};
        create table intake_department (
            id {uuid} primary key, name text not null, hospital text not null, specialties text not null
        ) {strict};
        create table intake_referral (
            id {uuid} primary key, practice {uuid} not null, state text not null, version {bigint} not null,
            test {bool} not null, specialty text, department {uuid}, priority text, sent_to text,
            created_at {at} not null, updated_at {at} not null, discarded_at {at}, submitted_at {at}, due_at {at},
            withdrawn_at {at}, answered_at {at}, acknowledged_at {at}, erased_at {at},
            identifier_hash {bytes}, content {bytes} not null, withdraw_reason {bytes}
        ) {strict};
        create index intake_referral_list on intake_referral (practice, state, updated_at);
        create index intake_referral_identifier on intake_referral (identifier_hash);
        create index intake_referral_discarded on intake_referral (discarded_at);
        create table intake_image (
            id {uuid} primary key, referral {uuid} not null, finding {uuid}, view text not null, state text not null,
            reason_code text, reason_message text, media_type text not null, bytes {bigint} not null,
            sha256 {bytes} not null, object text not null, stored_sha256 {bytes} not null, stored_bytes {bigint} not null,
            width {bigint} not null, height {bigint} not null, upright_width {bigint}, upright_height {bigint},
            sharpness {float}, exposure {float}, verdict text,
            added_at {at} not null, removed_at {at}, sent_at {at}, question {uuid}
        ) {strict};
        create index intake_image_referral on intake_image (referral, added_at);
        create table intake_rendition (
            image {uuid} not null, longest {bigint} not null, object text not null, sha256 {bytes} not null,
            stored_sha256 {bytes} not null, primary key (image, longest)
        ) {strict};
        create table intake_upload (
            id {uuid} primary key, referral {uuid} not null, image {uuid} not null, finding {uuid}, view text not null,
            person {uuid} not null, role text not null, length {bigint} not null, pos {bigint} not null, sha256 {bytes},
            created_at {at} not null,
            moved_at {at} not null, expires_at {at} not null, ended_at {at}, finished_at {at}
        ) {strict};
        create index intake_upload_referral on intake_upload (referral);
        create index intake_upload_expiry on intake_upload (expires_at);
        create table intake_piece (
            upload {uuid} not null, pos {bigint} not null, length {bigint} not null, object text not null,
            primary key (upload, pos)
        ) {strict};
        create table intake_question (
            id {uuid} primary key, referral {uuid} not null, asked_at {at} not null, asked {bytes},
            supplied_at {at}, reply {bytes}
        ) {strict};
        create index intake_question_referral on intake_question (referral, asked_at);
        create table intake_answer (
            id {uuid} primary key, referral {uuid} not null, answered_at {at} not null, after_withdrawal {bool} not null,
            content {bytes}
        ) {strict};
        create index intake_answer_referral on intake_answer (referral, answered_at);
        create table intake_happening (
            id {uuid} primary key, referral {uuid} not null, at {at} not null, what text not null, who {bytes}
        ) {strict};
        create index intake_happening_referral on intake_happening (referral, at);
        create table intake_orphan (image {uuid} primary key, object text not null, at {at} not null) {strict};
        create table intake_chore (name text primary key, done_at {at} not null) {strict};
    ",
};

const QUOTA: Migration = Migration {
    number: 30,
    name: "a lock per practice for its quotas; unfinished uploads",
    sql: "
        create table intake_quota (practice {uuid} primary key, asked_at {at} not null) {strict};
        create index intake_upload_unfinished on intake_upload (referral) where finished_at is null and ended_at is null;
    ",
};

const LISTS: Migration = Migration { number: 40, name: "lists by index", sql: list::INDEX };

const OUTCOMES: Migration = Migration {
    number: 55,
    name: "amendments, refusals, forwardings",
    sql: "
        alter table intake_answer add column amends {uuid};
        alter table intake_referral add column first_sent_to text;
        create table intake_decline (id {uuid} primary key, referral {uuid} not null, at {at} not null, content {bytes}) {strict};
        create index intake_decline_referral on intake_decline (referral, at);
        create table intake_forward (id {uuid} primary key, referral {uuid} not null, at {at} not null, content {bytes}) {strict};
        create index intake_forward_referral on intake_forward (referral, at);
    ",
};

const CHAIRS: Migration = Migration { number: 65, name: "whose an open case is", sql: chair::SCHEMA };

const DUTY: Migration = Migration {
    number: 50,
    name: "whom to phone at a department, and when",
    sql: "
        alter table intake_department add column duty_phone text not null default '';
        alter table intake_department add column duty_hours text not null default '';
    ",
};

const ERRORS: Migration = Migration {
    number: 70,
    name: "who opened what; what was entered in error, and who is told",
    sql: "
        alter table intake_image add column error_at {at};
        create table intake_opening (
            referral {uuid} not null, person {uuid} not null, opened_at {at} not null, who {bytes} not null,
            primary key (referral, person)
        ) {strict};
        create table intake_error (
            id {uuid} primary key, referral {uuid} not null, image {uuid}, at {at} not null, by_department {bool} not null,
            told {bytes}, openers {bytes}, person {uuid}, role text, replacement {uuid}, replaced_at {at}
        ) {strict};
        create index intake_error_referral on intake_error (referral, at);
        create index intake_error_replacing on intake_error (at) where replacement is not null and replaced_at is null;
        create table intake_notice (
            id {uuid} primary key, person {uuid} not null, error {uuid} not null, opened_at {at} not null, read_at {at}
        ) {strict};
        create index intake_notice_person on intake_notice (person, read_at);
        create index intake_notice_error on intake_notice (error);
    ",
};

const CAPTURED: Migration = Migration {
    number: 71,
    name: "when a picture was taken",
    sql: "
        alter table intake_upload add column captured_at {at};
        alter table intake_image add column captured_at {at};
    ",
};

const CLOSE_OUT: Migration = Migration {
    number: 72,
    name: "intention and close-out",
    sql: "
        alter table intake_referral add column intention text;
        alter table intake_referral add column close_out text;
        alter table intake_referral add column close_out_text {bytes};
        alter table intake_referral add column closed_out_at {at};
        create index intake_referral_close_out on intake_referral (practice, updated_at, id)
            where state = 'acknowledged' and closed_out_at is null and discarded_at is null and erased_at is null;
    ",
};

const FILED: Migration = Migration {
    number: 73,
    name: "answers filed in the practice's record",
    sql: "
        alter table intake_answer add column filed_at {at};
        alter table intake_answer add column filed_by {bytes};
    ",
};

const PHONE: Migration = Migration {
    number: 74,
    name: "phones that lend their camera to a draft",
    sql: "
        create table intake_phone (
            id {uuid} primary key, referral {uuid} not null, practice {uuid} not null, person {uuid} not null, role text not null,
            code_hash {bytes} not null, opened_at {at} not null, code_expires_at {at} not null, attempts {bigint} not null,
            used_at {at}, cookie_hash {bytes}, expires_at {at}, ended_at {at}
        ) {strict};
        create index intake_phone_referral on intake_phone (referral, opened_at);
        create index intake_phone_cookie on intake_phone (cookie_hash);
    ",
};

const TRAINING: Migration = Migration {
    number: 75,
    name: "referrals to try the service with",
    sql: "alter table intake_referral add column training {bool} not null default false;",
};

const RESPONSIBLE: Migration = Migration { number: 60, name: "the responsible clinician", sql: duty::SCHEMA };

const PEOPLE: Migration = Migration { number: 61, name: "names of the offices' people", sql: person::SCHEMA };

const HPR: Migration =
    Migration { number: 79, name: "their numbers in the register of health personnel", sql: person::HPR_COLUMN };

const ANSWER_PRIORITY: Migration =
    Migration { number: 80, name: "how urgent the newest answer made it", sql: chair::ANSWER_PRIORITY };

const SUCCESSION: Migration = Migration { number: 62, name: "closed and merged practices", sql: succession::SCHEMA };

const TRANSFER: Migration = Migration { number: 63, name: "patients who change practice", sql: transfer::SCHEMA };

const REOPENED: Migration = Migration {
    number: 76,
    name: "questions after an answer are open",
    sql: "
        update intake_referral set state = 'awaiting-information', until_at = case when acknowledged_at is null then until_at else (
                select min(q.asked_at) from intake_question q where q.referral = intake_referral.id and q.supplied_at is null
                and q.asked_at > intake_referral.answered_at
            ) end
            where state in ('answered', 'acknowledged') and erased_at is null and exists (
                select 1 from intake_question q where q.referral = intake_referral.id and q.supplied_at is null
                and q.asked_at > intake_referral.answered_at
            );
    ",
};

const EDGES: Migration = Migration { number: 77, name: "one successor per closed practice", sql: succession::EDGES };

const UNOPENED: Migration = Migration {
    number: 78,
    name: "notices to those who answer for it and had not opened it",
    sql: "alter table intake_notice add column opened {bool} not null default true;",
};

/// Every statement, list by list.
pub const STATEMENTS: &[&[(&str, &str)]] = &[
    answer::STATEMENTS,
    chair::STATEMENTS,
    chore::STATEMENTS,
    decline::STATEMENTS,
    duty::STATEMENTS,
    erasure::STATEMENTS,
    error::STATEMENTS,
    forward::STATEMENTS,
    gauge::STATEMENTS,
    happening::STATEMENTS,
    image::STATEMENTS,
    list::STATEMENTS,
    notice::STATEMENTS,
    opening::STATEMENTS,
    orphan::STATEMENTS,
    person::STATEMENTS,
    phone::STATEMENTS,
    place::STATEMENTS,
    question::STATEMENTS,
    quota::STATEMENTS,
    referral::STATEMENTS,
    succession::STATEMENTS,
    transfer::STATEMENTS,
    upload::STATEMENTS,
];

/// Every original that a picture's row counts on. Staged pieces come and go, and smaller copies are imaging's.
pub const OBJECTS: &[&str] = &["select object, stored_sha256 from intake_image"];

/// That a person (`$2`) may see referral `r` at an instant (`$3`): a right in its practice, or in one that took over from it, and
/// it is nobody else's by mistake.
macro_rules! in_scope {
    () => {
        crate::store::in_scope!("$2", "$3")
    };
    ($person:literal, $now:literal) => {
        concat!("r.state <> 'entered-in-error' and ", crate::store::of_office!($person, $now))
    };
}
pub(crate) use in_scope;

/// That a person (`$2`) has, at an instant (`$3`), a right to work with what is referral `r`'s practice's, or that of one that
/// took over from it. Who merely covers sees drafts and what is open, and what has changed since.
macro_rules! of_office {
    () => {
        crate::store::of_office!("$2", "$3")
    };
    ($person:literal, $now:literal) => {
        concat!(
            "exists (select 1 from kit_grant g where g.person = ",
            $person,
            " and g.role in ('gp-clinician', 'gp-staff') and g.starts_at <= ",
            $now,
            " and (g.ends_at is null or g.ends_at > ",
            $now,
            ") and (g.practice = r.practice or ",
            crate::store::succession::taken_over!($now),
            "))"
        )
    };
}
pub(crate) use of_office;
