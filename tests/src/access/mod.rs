//! Who may do what: the table of routes, and a valid request for each of its rows. The suite walks it; `access-timing`
//! measures its refusals.

mod prepare;
mod request;
mod table;

pub use prepare::prepare;
pub use request::{TOKEN, request};
pub use table::{Expected, For, How, Noun, Row, TABLE, TAKEN};
