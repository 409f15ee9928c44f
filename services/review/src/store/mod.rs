//! All SQL of review. A caller's scope is part of the statement: what they may not see is not there.

pub mod answer;
pub mod case;
pub mod claim;
pub mod gauge;
pub mod image;
pub mod question;
pub mod responsible;
pub mod worklist;

use kit::Migration;

/// The case `c` is of a department in which the person (`$person`) is specialist or coordinator at `$now`.
macro_rules! of_caller {
    ($person:literal, $now:literal) => {
        concat!(
            "exists (select 1 from kit_grant g where g.person = ",
            $person,
            " and g.department = c.department \
             and g.role in ('specialist', 'coordinator') and g.starts_at <= ",
            $now,
            " and (g.ends_at is null or g.ends_at > ",
            $now,
            "))"
        )
    };
}
pub(crate) use of_caller;

/// Statements of every noun.
pub const STATEMENT_LISTS: &[&[(&str, &str)]] = &[
    answer::STATEMENTS,
    case::STATEMENTS,
    claim::STATEMENTS,
    gauge::STATEMENTS,
    image::STATEMENTS,
    question::STATEMENTS,
    responsible::STATEMENTS,
    worklist::STATEMENTS,
];

/// The objects that cases show. What imaging said of pictures that were never sent is not counted on.
pub const OBJECTS: &[&str] = &[
    "select object, stored_sha256 from review_image order by id",
    "select r.object, r.stored_sha256 from review_rendition r join review_image i on i.id = r.image order by r.image, r.longest",
];

/// The schema. `listed` is kept with the state: on the worklist or not; the worklist's index begins with it.
pub const MIGRATIONS: &[Migration] = &[FIRST, REQUEST, FILTERS, RESPONSIBLE];

const FIRST: Migration = Migration {
    number: 1,
    name: "cases, pictures, questions, answers",
    sql: "
        create table review_case (
            id {uuid} primary key, data_key {uuid} not null, practice {uuid} not null, practice_name text not null,
            department {uuid} not null, department_name text not null, specialty text not null, channel text not null,
            priority text not null, priority_rank {bigint} not null, due_at {at} not null, submitted_at {at} not null,
            sex text not null, age_65_plus {bool}, test {bool} not null, content {bytes}, state text not null,
            listed {bool} not null, claimed_by {uuid}, claimed_name text, claimed_at {at}, lease_token {uuid},
            lease_expires_at {at}, returned_at {at}, withdrawn_at {at}
        ) {strict};
        create index review_case_worklist on review_case (department, listed, priority_rank, due_at, id);
        create index review_case_lease on review_case (lease_expires_at);
        create table review_image (
            id {uuid} primary key, case_id {uuid} not null, place {bigint} not null, finding {uuid}, question {uuid},
            image_view text not null, media_type text not null, bytes {bigint} not null, sha256 {bytes} not null,
            object text not null, stored_sha256 {bytes} not null, stored_bytes {bigint} not null,
            width {bigint} not null, height {bigint} not null, added_at {at} not null
        ) {strict};
        create index review_image_case on review_image (case_id, place);
        create table review_derived (
            image {uuid} primary key, state text not null, code text, message text, width {bigint}, height {bigint},
            sharpness {float}, exposure {float}, verdict text
        ) {strict};
        create table review_rendition (
            image {uuid} not null, longest {bigint} not null, object text not null, bytes {bigint} not null,
            sha256 {bytes} not null, stored_sha256 {bytes} not null, primary key (image, longest)
        ) {strict};
        create table review_shown (
            image {uuid} not null, person {uuid} not null, shown_at {at} not null, primary key (image, person)
        ) {strict};
        create table review_question (
            id {uuid} primary key, case_id {uuid} not null, asked_at {at} not null, asked_by {uuid} not null,
            asked_name text not null, wants text not null, content {bytes} not null, supplied_at {at}, reply {bytes}
        ) {strict};
        create index review_question_case on review_question (case_id, asked_at);
        create table review_draft (
            case_id {uuid} not null, person {uuid} not null, content {bytes} not null, saved_at {at} not null,
            primary key (case_id, person)
        ) {strict};
        create table review_answer (
            id {uuid} primary key, case_id {uuid} not null, person {uuid} not null, person_name text not null,
            role text not null, content {bytes} not null, disposition text not null, findings {bigint} not null,
            claimed_at {at}, signed_at {at} not null, release_at {at} not null, released_at {at}
        ) {strict};
        create index review_answer_case on review_answer (case_id, signed_at);
        create index review_answer_held on review_answer (released_at, release_at);
        create index review_answer_person on review_answer (person, signed_at);
    ",
};

const REQUEST: Migration = Migration {
    number: 30,
    name: "the request behind a signature; the oldest case of a specialty",
    sql: "
        alter table review_answer add column request {uuid};
        create index review_case_age on review_case (listed, specialty, priority_rank, submitted_at);
    ",
};

// Numbers 2 to 29 are free.
const FILTERS: Migration = Migration {
    number: 40,
    name: "worklist filters by index",
    sql: "
        create index review_case_mine on review_case (department, claimed_by, listed, priority_rank, due_at, id) where claimed_by is not null;
        create index review_case_returned on review_case (department, state, listed, priority_rank, due_at, id) where state = 'returned';
    ",
};

const RESPONSIBLE: Migration =
    Migration { number: 65, name: "the practice's responsible clinician", sql: responsible::SCHEMA };
