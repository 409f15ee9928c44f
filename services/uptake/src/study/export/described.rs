//! What every table of the study is: its rows, and each column with type, unit and meaning.

use super::table::{Column, Description, Kind};
use crate::study::sample::design::Covariate;
use std::borrow::Cow;

const PRACTICE: Column = Column::new("practice", Kind::Text, "", "Code of the practice; it stays the same.");
const QUARTER: Column = Column::new("quarter", Kind::Text, "", "Calendar quarter, 2026Q4.");

const FIGURE: &[Column] = &[
    Column::new("indicator", Kind::Text, "", "Id of the indicator; its definition is a file of its own."),
    Column::new("group", Kind::Text, "", "Of whom or when: a practice's code, a step, a period, a class, or all."),
    Column::new("name", Kind::Text, "", "Which of the indicator's figures."),
    Column::new("value", Kind::Number, "", "The figure; empty when it is not defined or not shown."),
    Column::new("numerator", Kind::Number, "", "Counted; empty when it is not shown."),
    Column::new("denominator", Kind::Number, "", "Out of, or the exposure in patient-years."),
    Column::new("low", Kind::Number, "", "Lower end of the 95 % interval, or of a chart's limits."),
    Column::new("high", Kind::Number, "", "Upper end of the same."),
    Column::new("estimator", Kind::Text, "", "What made value and interval."),
    Column::new(
        "flags",
        Kind::Text,
        "",
        "What a reader must know, words with spaces between; hidden: small or too few.",
    ),
    Column::new("version", Kind::Count, "", "Version of the indicator's definition."),
    Column::new("practice", Kind::Text, "", "The practice's code, where the figure is of one."),
    Column::new("period", Kind::Text, "", "Month or quarter, where the figure is of one; else it is of the window."),
];

/// Every line of every indicator.
pub const INDICATORS: Description = Description {
    name: "indicators",
    title: "Figures of all indicators, one a row",
    columns: Cow::Borrowed(FIGURE),
    key: &["indicator", "group", "name"],
};

/// I-01 alone.
pub const FUNNEL: Description =
    Description { name: "funnel", title: "From offered to sustained use (I-01), one figure a row", ..INDICATORS };

/// Users of the window, the busiest first.
pub const CONCENTRATION: Description = Description {
    name: "concentration",
    title: "Practices with use in the window, the busiest first",
    columns: Cow::Borrowed(&[
        Column::new("rank", Kind::Count, "", "Place, from 1."),
        PRACTICE,
        Column::new("referrals", Kind::Count, "referrals", "Real referrals in the window."),
        Column::new("share", Kind::Number, "1", "Of all referrals of the window."),
        Column::new("cumulative_referrals", Kind::Count, "referrals", "Referrals of this and all busier practices."),
        Column::new("cumulative_share", Kind::Number, "1", "The same as a share of all."),
    ]),
    key: &["rank"],
};

/// Users and who is matched with them, with the raw covariates of both.
pub fn sample(covariates: &[Covariate]) -> Description {
    let mut columns = vec![
        Column::new("assignment", Kind::Text, "", "optimal, or greedy for comparison."),
        Column::new("user", Kind::Text, "", "Code of the user: the case."),
        Column::new("partner", Kind::Text, "", "Code of the matched non-user: the control."),
        Column::new("distance", Kind::Number, "", "How unlike the two are, by the protocol's measure."),
    ];
    for (whose, of) in [("user", "the user"), ("partner", "the matched non-user")] {
        columns.extend(covariates.iter().map(|covariate| Column {
            name: Cow::Owned(format!("{whose}: {}", covariate.name())),
            meaning: Cow::Owned(format!("At {of}, at the cut: {}.", covariate.name())),
            ..Column::telling("", Kind::Number, "", "")
        }));
    }
    Description {
        name: "sample",
        title: "Matched pairs of users and non-users (case and control)",
        columns: Cow::Owned(columns),
        key: &["assignment", "user", "partner"],
    }
}

/// Whether the matched are alike.
pub const BALANCE: Description = Description {
    name: "balance",
    title: "Whether users and non-users are alike, before and after matching, one covariate a row",
    columns: Cow::Borrowed(&[
        Column::new("covariate", Kind::Text, "", "Which covariate."),
        Column::new("users", Kind::Number, "", "Mean of the users."),
        Column::new("pool", Kind::Number, "", "Mean of all non-users that could be matched."),
        Column::new("partners", Kind::Number, "", "Mean of the matched non-users."),
        Column::new("before_treated", Kind::Number, "SD", "Difference from the pool over the users' SD."),
        Column::new("before_pooled", Kind::Number, "SD", "Difference from the pool over the pooled SD."),
        Column::new("after_treated", Kind::Number, "SD", "Difference from the matched over the users' SD."),
        Column::new("after_pooled", Kind::Number, "SD", "Difference from the matched over the pooled SD."),
        Column::new("variance_ratio_before", Kind::Number, "1", "Variance of users over that of the pool."),
        Column::new("variance_ratio_after", Kind::Number, "1", "Variance of users over that of the matched."),
    ]),
    key: &["covariate"],
};

/// Whom to meet.
pub const FRAME: Description = Description {
    name: "frame",
    title: "The interview frame: whom to meet and who steps in, one practice a row",
    columns: Cow::Borrowed(&[
        PRACTICE,
        Column::new("group", Kind::Text, "", "user, non-user, reserve-user or reserve-non-user."),
        Column::new("beside", Kind::Text, "", "The user that a non-user stands beside."),
        Column::new("rank", Kind::Count, "", "The order in which reserves step in, from 1; 0 of those who are none."),
        Column::new("meet", Kind::Text, "", "Roles to meet, words with spaces between."),
        Column::new("consent", Kind::Text, "", "not-asked, given or declined."),
    ]),
    key: &["practice"],
};

/// Time to first use.
pub const SURVIVAL: Description = Description {
    name: "survival",
    title: "Time from equipped to the first real referral, one equipped practice a row",
    columns: Cow::Borrowed(&[
        PRACTICE,
        Column::new("entry", Kind::Day, "", "Day on which it was equipped."),
        Column::new("exit", Kind::Day, "", "Day of the first referral, of closing or withdrawal, or the cut."),
        Column::new("days", Kind::Count, "days", "From entry to exit."),
        Column::new(
            "event",
            Kind::Count,
            "",
            "1 first referral; 2 closed or withdrawn before it; 0 censored at the cut.",
        ),
        Column::new("used_before_equipped", Kind::Truth, "", "First used before it was equipped: counted as day 0."),
        Column::new("centrality", Kind::Count, "", "Statistics Norway's centrality class, 1 (most central) to 6."),
        Column::new("arm", Kind::Text, "", "Arm of a trial, when there is one."),
        Column::telling("list_size", Kind::Number, "patients", "Patients on the list in the month of entry."),
        Column::telling("doctors", Kind::Count, "people", "Doctors employed."),
        Column::telling("nurses", Kind::Count, "people", "Nurses, or staff other than doctors, employed."),
        Column::telling("secretaries", Kind::Count, "people", "Secretaries employed."),
        Column::telling("kilometres", Kind::Number, "km", "To the specialist."),
        Column::telling("aged_share", Kind::Number, "1", "Share of the list that is 65 or older."),
        Column::telling("interpreter_share", Kind::Number, "1", "Share of the list that needs an interpreter."),
    ]),
    key: &["practice"],
};

/// Practice × month; `events` are columns with the event's kind.
pub fn panel(events: &[(String, String)]) -> Description {
    let mut columns = vec![
        PRACTICE,
        Column::new("month", Kind::Month, "", "Whole month of the window."),
        Column::new("months_since_equipped", Kind::Count, "months", "0 in the month of equipment; empty if never."),
        Column::new("live", Kind::Truth, "", "Equipped in the month or before, and not ended before it began."),
        Column::telling(
            "patient_years",
            Kind::Number,
            "patient-years",
            "List size over 12 of a live month; 0 of another, empty where the list is not known.",
        ),
        Column::new("referrals", Kind::Count, "referrals", "Real referrals of the month; silence is 0."),
        Column::new("trained", Kind::Truth, "", "Trained in the month or before."),
        Column::new("support_ended", Kind::Truth, "", "Support ended in the month or before."),
    ];
    columns.extend(events.iter().map(|(column, kind)| Column {
        name: Cow::Owned(column.clone()),
        meaning: Cow::Owned(format!(
            "1 from the month of the event {kind} on, to that of its end where it has one; else 0."
        )),
        ..Column::new("", Kind::Count, "", "")
    }));
    Description {
        name: "panel",
        title: "Every practice in every whole month of the window, zeros included",
        columns: Cow::Owned(columns),
        key: &["practice", "month"],
    }
}

/// The context log.
pub const CONTEXT: Description = Description {
    name: "context",
    title: "The context log: dated events around the programme that began before the cut, one a row",
    columns: Cow::Borrowed(&[
        Column::new("event", Kind::Count, "", "Number of the event, from 1, by its first day."),
        Column::new("scope", Kind::Text, "", "programme, department or practice: of whom it is."),
        Column::new("practice", Kind::Text, "", "Code of the practice that it is of, where it is of one."),
        Column::new("department", Kind::Text, "", "Code of the department that it is of, where it is of one."),
        Column::new(
            "domain",
            Kind::Text,
            "",
            "Domain of the CFIR of 2022: innovation, outer-setting, inner-setting, individuals or implementation-process.",
        ),
        Column::new("kind", Kind::Text, "", "What happened, a word of a closed list."),
        Column::new("from", Kind::Day, "", "First day; for researchers the first of its month."),
        Column::new("until", Kind::Day, "", "Last day, empty without an end; for researchers the first of its month."),
    ]),
    key: &["event"],
};

/// Class × quarter, for everybody.
pub const PANEL_BY_CLASS: Description = Description {
    name: "panel_by_class",
    title: "Referrals by centrality class and quarter; small numbers and what would give them away are hidden",
    columns: Cow::Borrowed(&[
        Column::new("class", Kind::Text, "", "Centrality class of the practices, or all."),
        Column::new("quarter", Kind::Text, "", "Calendar quarter, 2026Q4, or all of the window."),
        Column::new("referrals", Kind::Count, "referrals", "Real referrals of live practices with a known list."),
        Column::new("patient_years", Kind::Number, "patient-years", "Their list sizes over 12, to the nearest 100."),
        Column::new(
            "hidden",
            Kind::Truth,
            "",
            "Not shown: small, of too few practices, or it would give another away.",
        ),
    ]),
    key: &["class", "quarter"],
};

/// Nodes of the network.
pub const NODES: Description = Description {
    name: "nodes",
    title: "Practices and specialists of each quarter's network",
    columns: Cow::Borrowed(&[
        QUARTER,
        Column::new("node", Kind::Text, "", "Code of the practice, or pseudonym of the specialist."),
        Column::new("side", Kind::Text, "", "practice or specialist."),
        Column::new("degree", Kind::Count, "partners", "Partners."),
        Column::new("strength", Kind::Number, "referrals", "Answered referrals."),
        Column::new("hhi", Kind::Number, "1", "Herfindahl index over partners."),
        Column::new("effective_partners", Kind::Number, "partners", "One over the Herfindahl index."),
        Column::new("centrality", Kind::Number, "1", "Share of all possible partners."),
        Column::new("betweenness", Kind::Number, "1", "Share of shortest paths between others that pass through it."),
    ]),
    key: &["quarter", "side", "node"],
};

/// Edges of the network.
pub const EDGES: Description = Description {
    name: "edges",
    title: "Answered referrals between a practice and a specialist in a quarter",
    columns: Cow::Borrowed(&[
        QUARTER,
        PRACTICE,
        Column::new("specialist", Kind::Text, "", "Pseudonym of who answered."),
        Column::new("referrals", Kind::Number, "referrals", "Answered referrals that were sent in the quarter."),
    ]),
    key: &["quarter", "practice", "specialist"],
};

/// The dictionary itself.
pub const DICTIONARY: Description = Description {
    name: "dictionary",
    title: "Every column of every table",
    columns: Cow::Borrowed(&[
        Column::new("table", Kind::Text, "", "Name of the table."),
        Column::new("column", Kind::Text, "", "Header of the column."),
        Column::new("type", Kind::Text, "", "text, integer, number, boolean, date or month."),
        Column::new("unit", Kind::Text, "", "Unit, where there is one."),
        Column::new("meaning", Kind::Text, "", "What it means."),
    ]),
    key: &["table", "column"],
};
