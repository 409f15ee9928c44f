//! All SQL of the directory: one text for both engines, one file per noun.

pub mod attempts;
pub mod departments;
pub mod grants;
pub mod import;
pub mod links;
pub mod people;
pub mod practices;
pub mod schema;
pub mod sessions;
pub mod sweep;

/// Every statement, list by list.
pub const STATEMENTS: &[&[(&str, &str)]] = &[
    attempts::STATEMENTS,
    departments::STATEMENTS,
    grants::STATEMENTS,
    import::STATEMENTS,
    links::STATEMENTS,
    people::STATEMENTS,
    practices::STATEMENTS,
    sessions::STATEMENTS,
    sweep::STATEMENTS,
];
