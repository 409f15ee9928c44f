//! Referrals as DHIS2 imports them: JSON of `/api/dataValueSets` in the form for many periods and units (docs.dhis2.org, Sending
//! bulks of data values).
//!
//! Things are named by code, as the payload says; whoever imports gives the data set, the data element and the units these codes.
//! A zero is a value: it is kept where the data element is set to store zeros.

use super::entry::Period;
use super::grouped::Cell;
use super::panel::referrals;
use crate::study::view::View;
use serde_json::{Value, json};

/// Code of the data set.
pub const DATA_SET: &str = "LYSBRO_UPTAKE";

/// Code of the data element.
pub const DATA_ELEMENT: &str = "LYSBRO_REFERRALS_SENT";

/// Real referrals per practice and whole month in which it was live, or sent any.
///
/// # Errors
/// None that the program does not make.
pub fn by_practice(view: &View<'_>) -> Result<Vec<u8>, serde_json::Error> {
    let counts = referrals(view);
    let mut values = Vec::new();
    for practice in view.counted() {
        for month in view.window.months() {
            let count = counts.get(&(practice, month)).copied().unwrap_or(0);
            if count > 0 || view.live(practice, month) {
                values.push(value(&Period::Month(month).name().replace('-', ""), view.code(practice), count));
            }
        }
    }
    payload(&values)
}

/// Shown counts per class and quarter; totals are DHIS2's to make, where all are shown.
///
/// # Errors
/// None that the program does not make.
pub fn by_class(cells: &[Cell]) -> Result<Vec<u8>, serde_json::Error> {
    let inner = cells.iter().filter(|cell| cell.class != super::grouped::ALL);
    let values: Vec<Value> = inner
        .filter_map(|cell| Some(value(&cell.quarter?.name(), &cell.class.replace(' ', "_"), cell.referrals?)))
        .collect();
    payload(&values)
}

fn value(period: &str, unit: &str, count: u64) -> Value {
    json!({ "dataElement": DATA_ELEMENT, "period": period, "orgUnit": unit, "value": count.to_string() })
}

fn payload(values: &[Value]) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec_pretty(&json!({ "dataSet": DATA_SET, "idScheme": "code", "dataValues": values }))
}
