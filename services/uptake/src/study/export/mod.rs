//! The study's data sets in the formats that others read: a text in, bytes out, for whoever may see them.
//!
//! A table is made once, as CSV; every other format is made from that CSV and from the one description of its columns, so that no
//! two can differ. For whom a set is decides what is in it: see [`Tier`]. FHIR R4's `MeasureReport.subject` takes no Organization,
//! so a practice is the report's `reporter`.
//!
//! | room | what is in it |
//! |---|---|
//! | [`table`], [`described`] | a table and what its columns are; the columns of all tables |
//! | [`entry`], [`survival`], [`panel`], [`network`], [`context`] | rows: figures, time to first use, practice × month, practices and specialists, the context log |
//! | [`coarse`], [`grouped`] | what a researcher sees of a practice; what everybody sees |
//! | [`excel`], [`workbook`], [`columnar`] | Norwegian Excel's CSV, XLSX, Parquet |
//! | [`package`], [`annotation`], [`dictionary`] | Frictionless, CSVW, and a table of all columns |
//! | [`fhir`], [`dhis2`], [`graphml`] | figures, counts and the network for other software |
//! | [`set`] | all of it as files |

pub mod annotation;
pub mod coarse;
pub mod columnar;
pub mod context;
pub mod described;
pub mod dhis2;
pub mod dictionary;
pub mod entry;
pub mod excel;
pub mod fhir;
pub mod graphml;
pub mod grouped;
pub mod network;
pub mod package;
pub mod panel;
pub mod set;
pub mod survival;
pub mod table;
pub mod workbook;

pub use super::disclosure::rule::Tier;
pub use set::{ExportError, exports};
