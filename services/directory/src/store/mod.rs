//! All SQL of the directory: one text for both engines, one file per noun.

pub mod attempts;
pub mod closings;
pub mod context;
pub mod departments;
pub mod duty;
pub mod equipment;
pub mod grants;
pub mod import;
pub mod links;
pub mod notice;
pub mod ordinary;
pub mod people;
pub mod practices;
pub mod reasons;
pub mod schema;
pub mod sessions;
pub mod support;
pub mod sweep;

/// Every statement, list by list.
pub const STATEMENTS: &[&[(&str, &str)]] = &[
    attempts::STATEMENTS,
    closings::STATEMENTS,
    context::STATEMENTS,
    departments::STATEMENTS,
    duty::STATEMENTS,
    equipment::STATEMENTS,
    grants::STATEMENTS,
    import::STATEMENTS,
    links::STATEMENTS,
    notice::STATEMENTS,
    ordinary::STATEMENTS,
    people::STATEMENTS,
    practices::STATEMENTS,
    reasons::STATEMENTS,
    sessions::STATEMENTS,
    support::STATEMENTS,
    sweep::STATEMENTS,
];
