//! Figures as FHIR R4: per indicator a `Bundle` of its `Measure` and of `MeasureReport`s of type summary, one per practice and
//! period (hl7.org/fhir/R4/measurereport.html).
//!
//! Counts that are whole are `count`; R4 has no other place for patient-years, interval, estimator and flags than extensions. What
//! is hidden is `masked`. Rejected: the practice as `subject`, for R4 takes no Organization there; it is the `reporter`.

use super::entry::{Entry, Period, flags};
use crate::study::calendar::{Day, day_name};
use crate::study::figure::Figure;
use crate::study::indicator::definition::{Definition, Direction};
use crate::study::programme::Window;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const TERMS: &str = "http://terminology.hl7.org/CodeSystem";

/// Codes of practices.
pub const PRACTICES: &str = "urn:lysbro:practice";

/// What a report is of: a practice or none, a period or the window.
type Subject<'a> = (Option<&'a str>, Option<Period>);

/// The bundle of one indicator, of those entries that are its.
///
/// # Errors
/// None that the program does not make.
pub fn bundle(definition: &Definition, entries: &[Entry<'_>], window: &Window) -> Result<Vec<u8>, serde_json::Error> {
    let mut reports: BTreeMap<Subject<'_>, Vec<&Entry<'_>>> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.definition.id == definition.id) {
        reports.entry((entry.practice.as_deref(), entry.period)).or_default().push(entry);
    }
    let reports = reports.iter().map(|(subject, entries)| report(definition, *subject, entries, window));
    let resources = [measure(definition)].into_iter().chain(reports);
    let entries: Vec<Value> = resources.map(|resource| json!({ "resource": resource })).collect();
    serde_json::to_vec_pretty(&json!({ "resourceType": "Bundle", "type": "collection", "entry": entries }))
}

fn canonical(definition: &Definition) -> String {
    format!("urn:lysbro:indicator:{}", definition.id)
}

fn extension(name: &str) -> String {
    format!("urn:lysbro:extension:{name}")
}

fn coded(system: &str, code: &str) -> Value {
    json!({ "coding": [{ "system": format!("{TERMS}/{system}"), "code": code }] })
}

fn improvement(definition: &Definition) -> Option<Value> {
    match definition.direction {
        Direction::Up => Some(coded("measure-improvement-notation", "increase")),
        Direction::Down => Some(coded("measure-improvement-notation", "decrease")),
        Direction::None => None,
    }
}

fn measure(definition: &Definition) -> Value {
    let population = |code: &str, text: &str| {
        json!({
            "code": coded("measure-population", code),
            "description": text,
            "criteria": { "language": "text/plain", "expression": text },
        })
    };
    let mut measure = json!({
        "resourceType": "Measure",
        "id": definition.id,
        "url": canonical(definition),
        "version": definition.version.to_string(),
        "name": definition.id.replace('-', "_"),
        "title": definition.title,
        "status": "active",
        "publisher": definition.author,
        "description": format!("{}. Window: {}.", definition.title, definition.window),
        "purpose": definition.why,
        "guidance": definition.estimator,
        "scoring": coded("measure-scoring", "ratio"),
        "group": [{ "population": [
            population("numerator", &definition.numerator),
            population("denominator", &definition.denominator),
        ]}],
    });
    if let Some(notation) = improvement(definition) {
        measure["improvementNotation"] = notation;
    }
    measure
}

fn report(definition: &Definition, of: Subject<'_>, entries: &[&Entry<'_>], window: &Window) -> Value {
    let (practice, period) = of;
    let (first, last): (Day, Day) = period.map_or((window.from, window.until - 1), Period::days);
    let reporter = practice.map_or_else(
        || json!({ "type": "Organization", "display": "All practices of the programme" }),
        |code| json!({ "type": "Organization", "identifier": { "system": PRACTICES, "value": code } }),
    );
    let named = [Some(definition.id.clone()), practice.map(str::to_owned), period.map(Period::name)];
    let mut report = json!({
        "resourceType": "MeasureReport",
        "id": named.into_iter().flatten().collect::<Vec<_>>().join("."),
        "status": "complete",
        "type": "summary",
        "measure": format!("{}|{}", canonical(definition), definition.version),
        "reporter": reporter,
        "period": { "start": day_name(first), "end": day_name(last) },
        "group": entries.iter().map(|entry| group(entry)).collect::<Vec<_>>(),
    });
    if let Some(notation) = improvement(definition) {
        report["improvementNotation"] = notation;
    }
    report
}

fn group(entry: &Entry<'_>) -> Value {
    let of_report = entry.practice.is_some() || entry.period.is_some_and(|period| period.name() == entry.group);
    let text = if of_report { entry.name.to_owned() } else { format!("{}, {}", entry.name, entry.group) };
    let mut group = json!({ "code": { "text": text } });
    let Some(figure) = &entry.figure else {
        group["population"] = ["numerator", "denominator"].map(masked).into();
        return group;
    };
    group["population"] =
        json!([population("numerator", figure.numerator), population("denominator", figure.denominator)]);
    if let Some(value) = figure.value {
        group["measureScore"] = json!({ "value": value });
    }
    group["extension"] = statistics(figure).into();
    group
}

fn population(code: &str, amount: f64) -> Value {
    let code = coded("measure-population", code);
    let whole = amount.fract().abs() < f64::EPSILON && (0.0..2_147_483_648.0).contains(&amount);
    if whole {
        json!({ "code": code, "count": amount as i32 })
    } else {
        json!({ "code": code, "extension": [{ "url": extension("amount"), "valueDecimal": amount }] })
    }
}

fn masked(code: &str) -> Value {
    let reason = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";
    json!({
        "code": coded("measure-population", code),
        "_count": { "extension": [{ "url": reason, "valueCode": "masked" }] },
    })
}

fn statistics(figure: &Figure) -> Vec<Value> {
    let ends = figure.interval.map(|interval| [("low", interval.low), ("high", interval.high)]);
    let mut all: Vec<Value> =
        ends.into_iter().flatten().map(|(name, end)| json!({ "url": extension(name), "valueDecimal": end })).collect();
    all.push(json!({ "url": extension("estimator"), "valueString": figure.estimator }));
    if !figure.flags.is_empty() {
        all.push(json!({ "url": extension("flags"), "valueString": flags(&figure.flags) }));
    }
    all
}
