//! What the directory does: each act is rules, then one transaction of rows and events.
//!
//! The routes and the command line call the same acts.

pub mod closings;
pub mod colleagues;
pub mod context;
pub mod departments;
pub mod deputy;
pub mod door;
pub mod enablement;
pub mod equipment;
pub mod grants;
pub mod hashing;
pub mod import;
pub mod links;
pub mod notice;
pub mod once;
pub mod ordinary;
pub mod people;
pub mod practices;
pub mod preferences;
pub mod reasons;
pub mod registers;
pub mod sessions;
pub mod sign_in;
pub mod support;
pub mod sweep;
