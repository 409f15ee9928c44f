//! Tables of the directory. Sessions and grants stand in kit's tables, which the directory alone writes.
//!
//! `content_hash` is the SHA-256 of what was first sent under an id: the same again is answered alike, other content is
//! refused, even after the row was changed. Names and e-mail of staff stand here in clear; notes of steps stand in the log only,
//! notes of contacts and texts of reasons here as well, sealed under the practice's key, texts of the context log under one of
//! each entry.

use kit::Migration;

/// The schema.
pub const MIGRATIONS: &[Migration] =
    &[FIRST, CHANGES, IMPORT, DUTY_HOURS, DUTY, CLOSINGS, CHAIRS, SUPPORT, MADE_IN, HPR, CONTEXT, ORDINARY];

const DUTY: Migration =
    Migration { number: 56, name: "open referrals by who answers for them", sql: super::duty::SCHEMA };

const CLOSINGS: Migration =
    Migration { number: 57, name: "who takes over from a closed practice", sql: super::closings::SCHEMA };

// Of whoever was invited before, it is not known: an administrator makes their next link.
const MADE_IN: Migration = Migration {
    number: 80,
    name: "which practice made an account",
    sql: "alter table directory_person add column made_in {uuid};",
};

const HPR: Migration = Migration {
    number: 81,
    name: "a clinician's number in the register of health personnel",
    sql: "alter table directory_person add column hpr_number text not null default '';",
};

const CONTEXT: Migration = Migration { number: 82, name: "the context log", sql: super::context::SCHEMA };

const ORDINARY: Migration = Migration { number: 83, name: "ordinary referrals by month", sql: super::ordinary::SCHEMA };

const FIRST: Migration = Migration {
    number: 1,
    name: "practices, departments, people, links",
    sql: "
        create table directory_practice (
            id {uuid} primary key, name text not null, municipality text not null, centrality {bigint} not null,
            distance_km {bigint} not null, channel text not null, opened_on text not null, test_practice {bool} not null,
            content_hash {bytes} not null, made_at {at} not null
        ) {strict};
        create table directory_register (
            id {uuid} primary key, practice {uuid} not null references directory_practice (id), from_day text not null,
            list_size {bigint} not null, gps {bigint} not null, staff {bigint} not null,
            content_hash {bytes} not null, made_at {at} not null
        ) {strict};
        create index directory_register_practice on directory_register (practice, from_day);
        create table directory_enablement (
            id {uuid} primary key, practice {uuid} not null references directory_practice (id), step text not null,
            specialty text, on_day text not null, content_hash {bytes} not null, made_at {at} not null
        ) {strict};
        create index directory_enablement_practice on directory_enablement (practice, on_day);
        create table directory_department (
            id {uuid} primary key, name text not null, hospital text not null, duty_phone text not null,
            content_hash {bytes} not null, made_at {at} not null
        ) {strict};
        create table directory_department_specialty (
            department {uuid} not null references directory_department (id), specialty text not null,
            primary key (department, specialty)
        ) {strict};
        create table directory_person (
            id {uuid} primary key, name text not null, email text not null unique, language text not null,
            password_hash text, totp_sealed {bytes}, totp_step {bigint}, last_sign_in_at {at},
            content_hash {bytes} not null, made_at {at} not null
        ) {strict};
        create table directory_grant (
            id {uuid} primary key, content_hash {bytes} not null, made_at {at} not null
        ) {strict};
        create table directory_link (
            token_hash {bytes} primary key, person {uuid} not null references directory_person (id), kind text not null,
            totp_sealed {bytes}, made_at {at} not null, expires_at {at} not null, used_at {at}, ended_at {at}
        ) {strict};
        create index directory_link_person on directory_link (person);
        create index directory_link_age on directory_link (expires_at);
        create table directory_attempt (
            who {bytes} primary key, failures {bigint} not null, began_at {at} not null
        ) {strict};
        create index directory_attempt_age on directory_attempt (began_at);
    ",
};

const CHANGES: Migration = Migration {
    number: 10,
    name: "a practice's last change, so that the same again is no second one",
    sql: "alter table directory_practice add column change_hash {bytes};",
};

const IMPORT: Migration = Migration {
    number: 20,
    name: "the register's own key, closing, trial arm; one import at a time",
    sql: "
        alter table directory_practice add column external_key text;
        alter table directory_practice add column closed_on text not null default '';
        alter table directory_practice add column trial_arm text not null default '';
        create unique index directory_practice_key on directory_practice (external_key);
        create table directory_turn (one {bigint} primary key, taken {bigint} not null) {strict};
        insert into directory_turn (one, taken) values (1, 0);
    ",
};

const CHAIRS: Migration = Migration {
    number: 66,
    name: "a practice's phone and deputy; whether a person wants a daily mail",
    sql: "
        alter table directory_practice add column phone text not null default '';
        alter table directory_practice add column deputy {uuid};
        alter table directory_person add column no_digest {bool};
    ",
};

const DUTY_HOURS: Migration = Migration {
    number: 50,
    name: "when a department's duty telephone is answered",
    sql: "alter table directory_department add column duty_hours text not null default '';",
};

const SUPPORT: Migration = Migration {
    number: 70,
    name: "equipment, trainings, contacts, reasons, the confirmed notice",
    sql: "
        create table directory_equipment (
            id {uuid} primary key, practice {uuid} not null references directory_practice (id), kind text not null, specialty text,
            make text not null, serial text not null, place text not null, from_day text not null,
            until_day text not null default '', reason text not null default '', content_hash {bytes} not null, made_at {at} not null
        ) {strict};
        create index directory_equipment_practice on directory_equipment (practice, from_day);
        create table directory_training (
            id {uuid} primary key, practice {uuid} not null references directory_practice (id), on_day text not null, specialty text,
            role text not null, people {bigint} not null, content_hash {bytes} not null, made_at {at} not null
        ) {strict};
        create index directory_training_practice on directory_training (practice, on_day);
        create table directory_contact (
            id {uuid} primary key, practice {uuid} not null references directory_practice (id), on_day text not null,
            kind text not null, note_sealed {bytes} not null, content_hash {bytes} not null, made_at {at} not null
        ) {strict};
        create index directory_contact_practice on directory_contact (practice, on_day);
        create table directory_reason (
            id {uuid} primary key, practice {uuid} not null references directory_practice (id), reason text not null,
            asked_after text not null, role text not null, text_sealed {bytes} not null, content_hash {bytes} not null,
            made_at {at} not null
        ) {strict};
        create index directory_reason_practice on directory_reason (practice, made_at);
        create table directory_notice (
            person {uuid} not null, version text not null, confirmed_at {at} not null, primary key (person, version)
        ) {strict};
    ",
};
