//! All SQL of review. A caller's scope is part of the statement: what they may not see is not there.

pub mod absence;
pub mod answer;
pub mod assignment;
pub mod board;
pub mod call;
pub mod case;
pub mod claim;
pub mod decline;
pub mod ended;
pub mod forward;
pub mod gauge;
pub mod image;
pub mod mistake;
pub mod notice;
pub mod opening;
pub mod question;
pub mod register;
pub mod responsible;
pub mod worklist;

use kit::Migration;

/// The case `c` is of a department in which the person (`$person`) holds one of the roles at `$now`.
macro_rules! in_department {
    ($roles:literal, $person:literal, $now:literal) => {
        concat!(
            "exists (select 1 from kit_grant g where g.person = ",
            $person,
            " and g.department = c.department and g.role in (",
            $roles,
            ") and g.starts_at <= ",
            $now,
            " and (g.ends_at is null or g.ends_at > ",
            $now,
            "))"
        )
    };
}
pub(crate) use in_department;

/// The case `c` was not entered in error and is of a department in which the person (`$person`) is specialist or
/// coordinator at `$now`.
macro_rules! of_caller {
    ($person:literal, $now:literal) => {
        concat!(
            "(c.state <> 'entered-in-error' and ",
            $crate::store::in_department!("'specialist', 'coordinator'", $person, $now),
            ")"
        )
    };
}
pub(crate) use of_caller;

/// The same for a specialist alone.
macro_rules! of_specialist {
    ($person:literal, $now:literal) => {
        concat!(
            "(c.state <> 'entered-in-error' and ",
            $crate::store::in_department!("'specialist'", $person, $now),
            ")"
        )
    };
}
pub(crate) use of_specialist;

/// The case `c` is of a department in which the person (`$person`) is coordinator at `$now`.
macro_rules! of_coordinator {
    ($person:literal, $now:literal) => {
        $crate::store::in_department!("'coordinator'", $person, $now)
    };
}
pub(crate) use of_coordinator;

/// The case `c` was meant for somebody who is away at `$now`, or has no right in its department any more.
macro_rules! to_reassign {
    ($now:literal) => {
        concat!(
            "(c.assigned_to is not null and (exists (select 1 from review_absence a where a.person = c.assigned_to and a.starts_at <= ",
            $now,
            " and a.ends_at > ",
            $now,
            ") or not ",
            $crate::store::of_caller!("c.assigned_to", $now),
            "))"
        )
    };
}
pub(crate) use to_reassign;

/// Statements of every noun.
pub const STATEMENT_LISTS: &[&[(&str, &str)]] = &[
    absence::STATEMENTS,
    answer::STATEMENTS,
    assignment::STATEMENTS,
    board::STATEMENTS,
    call::STATEMENTS,
    case::STATEMENTS,
    claim::STATEMENTS,
    decline::STATEMENTS,
    ended::STATEMENTS,
    forward::STATEMENTS,
    gauge::STATEMENTS,
    image::STATEMENTS,
    mistake::STATEMENTS,
    notice::STATEMENTS,
    opening::STATEMENTS,
    question::STATEMENTS,
    register::STATEMENTS,
    responsible::STATEMENTS,
    worklist::STATEMENTS,
];

/// The objects that cases show. What imaging said of pictures that were never sent is not counted on.
pub const OBJECTS: &[&str] = &[
    "select object, stored_sha256 from review_image order by id",
    "select r.object, r.stored_sha256 from review_rendition r join review_image i on i.id = r.image order by r.image, r.longest",
    "select t.object, t.stored_sha256 from review_tile t join review_image i on i.id = t.image order by t.image, t.across, t.down",
];

/// The schema. `listed` is kept with the state: on the worklist or not; the worklist's index begins with it.
pub const MIGRATIONS: &[Migration] = &[
    FIRST,
    REQUEST,
    FILTERS,
    OUTCOMES,
    REGISTER,
    BOARD,
    CALLS,
    RESPONSIBLE,
    ERRORS,
    CAPTURED,
    FILED,
    SUCCESSION,
    EACH_WAIT,
    KEPT_BACK,
    TRAINING,
    TILES,
];

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

const CALLS: Migration =
    Migration { number: 55, name: "what waits for practices, and calls to them", sql: call::SCHEMA };

// Numbers 2 to 29 are free.
const FILTERS: Migration = Migration {
    number: 40,
    name: "worklist filters by index",
    sql: "
        create index review_case_mine on review_case (department, claimed_by, listed, priority_rank, due_at, id) where claimed_by is not null;
        create index review_case_returned on review_case (department, state, listed, priority_rank, due_at, id) where state = 'returned';
    ",
};

const OUTCOMES: Migration = Migration {
    number: 50,
    name: "amendments, refusals, forwardings",
    sql: "
        alter table review_answer add column amends {uuid};
        alter table review_answer add column department {uuid};
        alter table review_answer add column department_name text;
        update review_answer set department = (select c.department from review_case c where c.id = review_answer.case_id),
            department_name = (select c.department_name from review_case c where c.id = review_answer.case_id);
        create index review_answer_department on review_answer (department, released_at, id);
        create table review_decline (
            id {uuid} primary key, case_id {uuid} not null, at {at} not null, person {uuid} not null, person_name text not null,
            role text not null, department {uuid} not null, department_name text not null, reason text not null,
            content {bytes} not null
        ) {strict};
        create index review_decline_case on review_decline (case_id, at);
        create index review_decline_department on review_decline (department, at, id);
        create table review_forward (
            id {uuid} primary key, case_id {uuid} not null, at {at} not null, person {uuid} not null, person_name text not null,
            role text not null, from_department {uuid} not null, from_name text not null, from_specialty text not null,
            to_department {uuid} not null, to_name text not null, to_specialty text not null, content {bytes} not null
        ) {strict};
        create index review_forward_case on review_forward (case_id, at);
        create index review_forward_department on review_forward (from_department, at, id);
    ",
};

const REGISTER: Migration = Migration {
    number: 51,
    name: "departments and people by name",
    sql: "
        create table review_department (
            id {uuid} primary key, name text not null, hospital text not null, specialties text not null
        ) {strict};
        create table review_person (id {uuid} primary key, name text not null) {strict};
    ",
};

const BOARD: Migration = Migration {
    number: 52,
    name: "assignments, absences, the coordinator's board",
    sql: "
        alter table review_case add column assigned_to {uuid};
        alter table review_case add column assigned_name text;
        alter table review_case add column assigned_at {at};
        create index review_case_assigned on review_case (department, assigned_to, listed, priority_rank, due_at, id) where assigned_to is not null;
        create index review_case_open on review_case (department, due_at, id) where state in ('waiting', 'returned', 'awaiting-information', 'signed', 'amending');
        create table review_absence (
            id {uuid} primary key, person {uuid} not null, starts_at {at} not null, ends_at {at} not null,
            noted_by {uuid} not null, noted_at {at} not null
        ) {strict};
        create index review_absence_person on review_absence (person, ends_at);
    ",
};

const ERRORS: Migration = Migration {
    number: 70,
    name: "who opened what; what was entered in error, and who is told",
    sql: "
        alter table review_image add column error_at {at};
        alter table review_answer add column stopped_at {at};
        create table review_opening (
            case_id {uuid} not null, person {uuid} not null, opened_at {at} not null, who {bytes} not null,
            primary key (case_id, person)
        ) {strict};
        create table review_mistake (
            id {uuid} primary key, case_id {uuid} not null, image {uuid}, at {at} not null, marked_by {uuid}
        ) {strict};
        create table review_notice (
            id {uuid} primary key, person {uuid} not null, mistake {uuid} not null, opened_at {at} not null, read_at {at}
        ) {strict};
        create index review_notice_person on review_notice (person, read_at);
    ",
};

const CAPTURED: Migration = Migration {
    number: 71,
    name: "when a picture was taken",
    sql: "
        alter table review_image add column captured_at {at};
        alter table review_derived add column captured_at {at};
    ",
};

const FILED: Migration = Migration {
    number: 72,
    name: "answers filed in the hospital's record",
    sql: "
        alter table review_answer add column filed_at {at};
        alter table review_answer add column filed_by {bytes};
    ",
};

const SUCCESSION: Migration =
    Migration { number: 73, name: "which practice takes over from a closed one", sql: call::SUCCESSION };

const EACH_WAIT: Migration =
    Migration { number: 74, name: "a wait for each thing that a case waits for", sql: call::EACH };

const KEPT_BACK: Migration =
    Migration { number: 75, name: "notices of an answer that was kept back", sql: notice::KEPT_BACK_COLUMN };

// Without it, counting the few of them walks every case that waits.
const TRAINING: Migration = Migration {
    number: 76,
    name: "cases to try the service with by index",
    sql: "create index review_case_training on review_case (department, test, listed, priority_rank, due_at, id) where test = true;",
};

const TILES: Migration = Migration { number: 80, name: "tiles of large pictures", sql: image::TILES };

const RESPONSIBLE: Migration =
    Migration { number: 65, name: "the practice's responsible clinician", sql: responsible::SCHEMA };
