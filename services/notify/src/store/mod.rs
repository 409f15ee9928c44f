//! All SQL of notify, one file per noun.

pub mod gauge;
pub mod item;
pub mod mail;
pub mod notice;
pub mod person;
pub mod wait;

use kit::Migration;

/// Every statement, list by list.
pub const STATEMENT_LISTS: &[&[(&str, &str)]] =
    &[gauge::STATEMENTS, item::STATEMENTS, mail::STATEMENTS, notice::STATEMENTS, person::STATEMENTS, wait::STATEMENTS];

/// The schema.
pub const MIGRATIONS: &[Migration] = &[FIRST, SUCCESSION, EACH_WAIT, NOTICES];

const SUCCESSION: Migration =
    Migration { number: 2, name: "which practice takes over from a closed one", sql: wait::SUCCESSION };

const EACH_WAIT: Migration = Migration { number: 3, name: "a wait for each thing that waits", sql: wait::EACH };

const NOTICES: Migration = Migration { number: 4, name: "notices of what was entered in error", sql: notice::SCHEMA };

// `day` is a digest's day in Oslo, `YYYY-MM-DD`: the index allows a person one a day.
const FIRST: Migration = Migration {
    number: 1,
    name: "people, what waits, whom it is told to, mails",
    sql: "
        create table notify_person (
            id {uuid} primary key, email {bytes} not null, language text not null, digest {bool} not null
        ) {strict};
        create table notify_practice (id {uuid} primary key, deputy {uuid}) {strict};
        create table notify_wait (
            referral {uuid} primary key, practice {uuid} not null, department {uuid} not null, priority text not null,
            what text not null, since {at} not null, due {at}, answer {uuid}, phoned_at {at}, next_at {at} not null
        ) {strict};
        create index notify_wait_next on notify_wait (next_at);
        create table notify_item (
            person {uuid} not null, referral {uuid} not null, what text not null, step text not null, since {at} not null,
            urgent {bool} not null, made_at {at} not null, mail {uuid}, primary key (person, referral, what, step, since)
        ) {strict};
        create index notify_item_referral on notify_item (referral);
        create index notify_item_mail on notify_item (mail);
        create index notify_item_waiting on notify_item (person) where mail is null;
        create table notify_mail (
            id {uuid} primary key, person {uuid} not null, digest {bool} not null, day text, state text not null,
            made_at {at} not null, due_at {at} not null, ended_at {at},
            lease_token {uuid}, lease_expires_at {at}, attempts {bigint} not null
        ) {strict};
        create unique index notify_mail_day on notify_mail (person, day) where day is not null;
        create index notify_mail_waiting on notify_mail (due_at) where state = 'waiting';
        create index notify_mail_person on notify_mail (person, state);
    ",
};
