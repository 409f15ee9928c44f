//! What is wrong with a file, by line and column.

use kit::http::FieldError;
use serde::Serialize;
use std::borrow::Cow;

/// So many faults are told; a file with more has one cause behind many of them.
pub const MOST_FAULTS: usize = 1000;

/// One fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = ImportFault)]
pub struct Fault {
    /// The line as a text editor counts, from 1.
    pub line: usize,
    /// The column's name as its header says it; null when the whole line is meant.
    pub column: Option<String>,
    /// Stable word, e.g. `no-such-day`.
    #[schema(value_type = String)]
    pub code: Cow<'static, str>,
    /// A sentence with the remedy.
    #[schema(value_type = String)]
    pub message: Cow<'static, str>,
}

impl Fault {
    /// As a problem tells it: the field is `line 12, opened_on`.
    pub fn as_field(&self) -> FieldError {
        let field = match &self.column {
            Some(column) => format!("line {}, {column}", self.line),
            None => format!("line {}", self.line),
        };
        FieldError::new(field, self.code.clone(), self.message.clone())
    }
}

/// Faults found so far, in any order.
#[derive(Debug, Default)]
pub(crate) struct Faults(pub Vec<Fault>);

impl Faults {
    /// Notes one.
    pub fn add(
        &mut self,
        line: usize,
        column: Option<&str>,
        code: &'static str,
        message: impl Into<Cow<'static, str>>,
    ) {
        self.0.push(Fault { line, column: column.map(str::to_owned), code: code.into(), message: message.into() });
    }

    /// The first ones in the order of the lines, and how many more there are.
    pub fn told(mut self) -> (Vec<Fault>, usize) {
        // Stable: within a line they stay in the order in which they were found.
        self.0.sort_by_key(|fault| fault.line);
        let more = self.0.len().saturating_sub(MOST_FAULTS);
        self.0.truncate(MOST_FAULTS);
        (self.0, more)
    }
}
