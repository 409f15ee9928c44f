//! A study as files that anybody can make again: what went in, every figure, the sample and its protocol, and a hash of each.
//!
//! The same programme, window and origin give the same bytes: no clock, no name, no order by chance. Tables are UTF-8 with a header,
//! commas and line feeds; an empty cell is not known. A text that a spreadsheet would take for a formula begins with an apostrophe.

use super::calendar::day_name;
use super::chart::{Language, charts};
use super::export::context::context;
use super::export::described::{self, BALANCE, CONCENTRATION, FRAME, FUNNEL, INDICATORS};
use super::export::entry::{self, Computed, entries};
use super::export::table::Description;
use super::hash::sha256;
use super::indicator::definition::indicators;
use super::programme::{Programme, Window};
use super::sample::design::{Choice, Design, Pair, design};
use super::sample::frame::{Consent, frame};
use super::sample::protocol::protocol;
use super::scripts::SCRIPTS;
use super::tables::{parameters, tables as data};
use super::view::View;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Name of the file with the hashes of all others, as `sha256sum --check` reads it.
pub const MANIFEST: &str = "MANIFEST.sha256";

/// Practices that step in per seat of the interview frame.
pub const RESERVES: usize = 2;

/// What is not in the bundle because the record lacks what it is made from.
const CONDITIONS: &str =
    "conditions.csv (interest, technology and need against use) is not in this bundle: each must be measured before
the window and never from use, and the record holds neither a stated interest, nor a test picture per device, nor from
which distance or waiting time on there is a need.";

/// Where a programme is from.
#[derive(Clone, Debug)]
pub struct Origin<'a> {
    /// Version of the program.
    pub version: &'a str,
    /// The last event of the log that is in the programme.
    pub position: i64,
    /// What else a reader must know, a line each.
    pub notes: &'a [String],
}

/// Why there is no bundle.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// A definition of an indicator.
    #[error("definition of an indicator: {0}")]
    Definition(#[from] toml::de::Error),
    /// A table.
    #[error("table: {0}")]
    Table(#[from] csv::Error),
    /// A word of a closed list, or the programme.
    #[error("JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// Files by name; folders with `/`.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Every file of a study.
///
/// # Errors
/// See [`BundleError`]: a fault of the program.
pub fn bundle(programme: &Programme, window: &Window, origin: &Origin<'_>) -> Result<Files, BundleError> {
    let view = View::new(programme, window);
    let choice = Choice::origin();
    let found = design(&view, &choice);
    let protocol = protocol(&found, &choice, window, u64::try_from(origin.position).unwrap_or(0));
    let mut files = Files::new();
    let mut put = |name: &str, bytes: Vec<u8>| files.insert(name.to_owned(), bytes);
    let computed = computed(&view)?;
    for (description, bytes) in tables(&view, &computed, &found, &choice)? {
        put(&description.file(), bytes);
    }
    for (indicator, _) in &computed {
        put(&format!("definitions/{}.toml", indicator.definition.id), indicator.file.into());
    }
    put("context.csv", context(&view, true).csv()?);
    put("programme.json", serde_json::to_vec(programme)?);
    for chart in charts(&view, Language::En) {
        put(&format!("charts/{}.svg", chart.name), chart.svg.into());
    }
    put("data/parameters.csv", parameters(window, &choice, RESERVES)?);
    for (name, text) in SCRIPTS {
        put(name, (*text).into());
    }
    put("README.txt", readme(window, origin, &protocol.hash).into());
    put("protocol.txt", protocol.text.into());
    files.extend(data(programme)?);
    let mut manifest = String::new();
    for (name, bytes) in &files {
        // Writing to a String cannot fail.
        let _ = writeln!(manifest, "{}  {name}", sha256(bytes));
    }
    files.insert(MANIFEST.to_owned(), manifest.into());
    Ok(files)
}

/// Every indicator with its lines.
///
/// # Errors
/// A file that is no definition; a test holds that there is none.
pub fn computed(view: &View<'_>) -> Result<Computed, toml::de::Error> {
    let indicators = indicators()?;
    Ok(indicators.into_iter().map(|one| (one.clone(), (one.compute)(view))).collect())
}

/// The tables of figures and of the sample, each with what it is.
///
/// # Errors
/// See [`BundleError`]: a fault of the program.
pub fn tables(
    view: &View<'_>,
    computed: &Computed,
    found: &Design,
    choice: &Choice,
) -> Result<Vec<(Description, Vec<u8>)>, BundleError> {
    let all = entries(view, computed);
    let funnel: Vec<_> = all.iter().filter(|entry| entry.definition.id == "I-01").cloned().collect();
    Ok(vec![
        (INDICATORS, entry::indicators(&all).csv()?),
        (FUNNEL, entry::table(&funnel, FUNNEL).csv()?),
        (CONCENTRATION, concentration(view, found)?),
        (described::sample(&choice.covariates), sample(found, choice)?),
        (BALANCE, balance(found)?),
        (FRAME, seats(view, found, choice)?),
    ])
}

pub(super) type Table = csv::Writer<Vec<u8>>;

fn table(description: &Description) -> Result<Table, csv::Error> {
    headed(&description.header())
}

pub(super) fn headed(columns: &[&str]) -> Result<Table, csv::Error> {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(columns)?;
    Ok(table)
}

pub(super) fn finished(table: Table) -> Result<Vec<u8>, csv::Error> {
    table.into_inner().map_err(|error| error.into_error().into())
}

pub(super) fn number(value: Option<f64>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

/// A word of a closed list as it travels in JSON.
pub(super) fn word(value: impl Serialize) -> Result<String, serde_json::Error> {
    Ok(serde_json::to_value(value)?.as_str().unwrap_or_default().to_owned())
}

/// Users of the window, the busiest first: referrals, the share of all, and the share of all down to there.
fn concentration(view: &View<'_>, found: &Design) -> Result<Vec<u8>, csv::Error> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for case in view.uses_within() {
        *counts.entry(view.code(case.practice)).or_default() += 1;
    }
    let total: usize = counts.values().sum();
    let mut table = table(&CONCENTRATION)?;
    let mut sum = 0;
    for (place, (code, _)) in found.ranked.iter().enumerate() {
        let count = counts.get(code.as_str()).copied().unwrap_or(0);
        sum += count;
        let share = |part: usize| (part as f64 / total as f64).to_string();
        let cells =
            [(place + 1).to_string(), code.clone(), count.to_string(), share(count), sum.to_string(), share(sum)];
        table.write_record(cells)?;
    }
    finished(table)
}

/// Pairs of the optimal assignment and of the greedy one, with the raw covariates of both.
fn sample(found: &Design, choice: &Choice) -> Result<Vec<u8>, csv::Error> {
    let mut table = table(&described::sample(&choice.covariates))?;
    for (assignment, pairs) in [("optimal", &found.pairs), ("greedy", &found.greedy_pairs)] {
        for Pair { user, partner, distance, user_values, partner_values } in pairs {
            let mut cells = vec![assignment.to_owned(), user.clone(), partner.clone(), distance.to_string()];
            cells.extend(user_values.iter().chain(partner_values).map(f64::to_string));
            table.write_record(&cells)?;
        }
    }
    finished(table)
}

fn balance(found: &Design) -> Result<Vec<u8>, csv::Error> {
    let mut table = table(&BALANCE)?;
    for row in &found.balance {
        let means = [row.users, row.pool, row.partners].map(Some);
        let differences = [row.before_treated, row.before_pooled, row.after_treated, row.after_pooled];
        let ratios = [row.variance_ratio_before, row.variance_ratio_after];
        let figures = means.into_iter().chain(differences).chain(ratios).map(number);
        table.write_record([row.covariate.clone()].into_iter().chain(figures))?;
    }
    finished(table)
}

/// The record holds no consent: nobody is taken to have been asked.
fn seats(view: &View<'_>, found: &Design, choice: &Choice) -> Result<Vec<u8>, BundleError> {
    let second = design(view, &Choice { partners: choice.partners + RESERVES, ..choice.clone() });
    let mut table = table(&FRAME)?;
    for seat in frame(found, &second, RESERVES, &view.programme.practices, |_| Consent::NotAsked) {
        let roles: Vec<&str> = seat.meet.iter().map(|role| role.name()).collect();
        table.write_record([
            seat.practice,
            word(seat.group)?,
            seat.beside.unwrap_or_default(),
            seat.rank.to_string(),
            roles.join(" "),
            word(seat.consent)?,
        ])?;
    }
    Ok(finished(table)?)
}

fn readme(window: &Window, origin: &Origin<'_>, protocol: &str) -> String {
    let mut notes = String::new();
    for note in origin.notes {
        // Writing to a String cannot fail.
        let _ = writeln!(notes, "- {note}");
    }
    format!(
        "Uptake of Lysbro per practice: a study that can be made again

program version: {version}
log position: {position}
window: {from} to {until}, the last day not included; days and hours are those of Oslo
specialty: {specialty}
protocol: SHA-256 {protocol}

programme.json    what everything is computed from: practices by code, steps, referrals; days since 1970, months since
                  year 0, hours since 1970, all on the clocks of Oslo; people by pseudonym
indicators.csv    every line of every indicator: value, numerator, denominator, 95 % interval or limits of a chart, flags,
                  version of the definition, and the practice and period where it is of one
charts/           the charts of the study's pages, as SVG
definitions/      what each indicator counts, why, and by which estimator
funnel.csv        from offered to sustained (I-01)
context.csv       what happened around the programme, where and when, each with its domain of the CFIR
concentration.csv practices with use in the window, the busiest first
sample.csv        the busiest and the non-users matched with them: optimal, and greedy beside it
balance.csv       whether the two are alike, before and after matching
frame.csv         whom to meet, and who steps in
protocol.txt      how the sample was drawn
data/             the same as programme.json in tables, and parameters.csv: window, sample and rule as chosen
analysis.py       makes every figure again from these files alone, and says which differ; analysis.R is the same in R
analysis/         what these two are made of: each formula with its source
{MANIFEST}   SHA-256 of every file: sha256sum --check {MANIFEST}

To make it again: python3 analysis.py (Python 3.9 or newer, nothing else), or Rscript analysis.R (R 4.1 or newer, nothing else).
Each prints every figure that differs from the tables here and ends with figures=<how many were compared> differing=<how many
differ>; a difference is a failure. With --figures they also draw figures/*.pdf, for which Python needs matplotlib. Not made again
are the two fitted curves of I-03.

This is for the staff of the programme: list sizes, dates and distances can tell which practice a code is.

A referral counts when it carries a picture and was not entered in error; training and tests are never counted. A code is
P and the end of the practice's id, by which whoever may read the list of practices finds the practice.
A wait ends unanswered when the referral is withdrawn or declined. GPs are doctors; an office's other staff are nurses.

{CONDITIONS}

Not in the record, and so unknown here:
{notes}",
        version = origin.version,
        position = origin.position,
        from = day_name(window.from),
        until = day_name(window.until),
        specialty = window.specialty.as_deref().unwrap_or("all"),
    )
}
