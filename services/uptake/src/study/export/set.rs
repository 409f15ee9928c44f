//! All exports of a study as files, for one tier.

use super::annotation;
use super::coarse;
use super::columnar::parquet;
use super::context::context;
use super::dhis2;
use super::dictionary::dictionary;
use super::entry::{Computed, Entry, entries, indicators};
use super::excel;
use super::fhir;
use super::graphml::graphml;
use super::grouped;
use super::network;
use super::package::{About, Resource, datapackage};
use super::panel::panel;
use super::survival::survival;
use super::table::Table;
use super::workbook::workbook;
use crate::study::bundle::{BundleError, Files, Origin, computed, tables};
use crate::study::calendar::day_name;
use crate::study::disclosure::rule::{Rule, Sight, Tier};
use crate::study::programme::{Programme, Window};
use crate::study::sample::design::{Choice, design};
use crate::study::view::View;
use std::fmt::Write;

/// Name of the text that says what is in the set and what is not.
pub const CONTENTS: &str = "EXPORTS.txt";

/// Why there are no exports.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// A practice sees its own figures on its page; there is no set of one practice.
    #[error("exports are of the programme; a practice's own figures are on its page")]
    NotForOne,
    /// A table of the bundle.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// A table.
    #[error("table: {0}")]
    Table(#[from] csv::Error),
    /// JSON.
    #[error("JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// XLSX.
    #[error("workbook: {0}")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    /// Parquet.
    #[error("Parquet: {0}")]
    Columnar(#[from] ::parquet::errors::ParquetError),
    /// GraphML.
    #[error("GraphML: {0}")]
    Graph(#[from] std::io::Error),
}

/// What formats are made from.
struct Set<'a> {
    tables: Vec<Table>,
    entries: Vec<Entry<'a>>,
    dhis2: Vec<u8>,
    graphml: Option<Vec<u8>>,
    left_out: Vec<&'static str>,
}

/// Every export that a tier may have; `public` is the rule of what is published. Folders with `/`: `excel/`, `parquet/`, `fhir/`.
///
/// # Errors
/// [`ExportError::NotForOne`] for [`Tier::Own`]; the others are faults of the program, or more rows than a sheet holds.
pub fn exports(
    programme: &Programme,
    window: &Window,
    origin: &Origin<'_>,
    tier: Tier,
    public: Rule,
) -> Result<Files, ExportError> {
    if tier == Tier::Own {
        return Err(ExportError::NotForOne);
    }
    let view = View::new(programme, window);
    let (computed, sight) = (computed(&view).map_err(BundleError::from)?, tier.sight(public));
    let mut set = if sight.single_practices {
        by_practice(&view, &computed, sight)?
    } else {
        by_class(&view, &computed, &sight)?
    };
    set.tables.push(dictionary(&set.tables));
    files(&set, &computed, window, &Told { origin, tier })
}

fn by_practice<'a>(view: &View<'_>, computed: &'a Computed, sight: Sight) -> Result<Set<'a>, ExportError> {
    let choice = Choice::origin();
    let mut all = vec![survival(view), panel(view), context(view, sight.names)];
    for (description, bytes) in tables(view, computed, &design(view, &choice), &choice)? {
        all.push(Table::read(description, &bytes)?);
    }
    let mut left_out = Vec::new();
    let network = network::tables(view);
    if network.is_none() {
        left_out
            .push("nodes, edges and GraphML: fewer than five specialists answered, so one could be told from another");
    }
    let graphml = network.as_ref().map(graphml).transpose()?;
    all.extend(network.into_iter().flat_map(|found| [found.nodes, found.edges]));
    let mut entries = entries(view, computed);
    if !sight.names {
        entries = coarse::entries(entries);
        all = all.into_iter().map(coarse::table).collect();
        all.retain(|table| table.description.name != "indicators");
        all.push(indicators(&entries));
        left_out.push(
            "exact covariates: list sizes are public, so one significant digit is given, and two of a practice's rate",
        );
        left_out.push(
            "days of the context log: the month is given, for the day on which somebody left may tell who it was",
        );
    }
    all.sort_by_key(|table| table.description.name);
    Ok(Set { tables: all, entries, dhis2: dhis2::by_practice(view)?, graphml, left_out })
}

fn by_class<'a>(view: &View<'_>, computed: &'a Computed, sight: &Sight) -> Result<Set<'a>, ExportError> {
    let cells = grouped::cells(view, sight);
    let rates = computed.iter().find(|one| one.0.definition.id == "I-06");
    let entries = rates.map(|one| grouped::entries(&cells, &one.0.definition)).unwrap_or_default();
    let left_out = vec![
        "whatever is of one practice: its figures, the sample and its frame, times to first use, the network",
        "the context log: who came and went is of few people",
        "indicators other than I-06: their counts are not yet judged together with those that are here",
    ];
    let tables = vec![indicators(&entries), grouped::panel(&cells)];
    Ok(Set { tables, entries, dhis2: dhis2::by_class(&cells)?, graphml: None, left_out })
}

/// From what, and for whom.
struct Told<'a> {
    origin: &'a Origin<'a>,
    tier: Tier,
}

fn files(set: &Set<'_>, computed: &Computed, window: &Window, told: &Told<'_>) -> Result<Files, ExportError> {
    let mut files = Files::new();
    let mut resources = Vec::new();
    for table in &set.tables {
        let description = &table.description;
        let path = format!("excel/{}", description.file());
        files.insert(description.file(), table.csv()?);
        files.insert(path.clone(), excel::csv(table)?);
        files.insert(annotation::name(description), annotation::metadata(description)?);
        files.insert(format!("parquet/{}.parquet", description.name), parquet(table)?);
        resources.push(Resource { path: description.file(), table, norwegian: false });
        resources.push(Resource { path, table, norwegian: true });
    }
    let title = "Uptake of Lysbro per practice";
    files.insert("study.xlsx".to_owned(), workbook(&set.tables, title)?);
    let description = said(window, told);
    let about = About { version: told.origin.version, title, description: &description };
    files.insert("datapackage.json".to_owned(), datapackage(&about, &resources, &files)?);
    for (indicator, _) in computed {
        let bytes = fhir::bundle(&indicator.definition, &set.entries, window)?;
        files.insert(format!("fhir/{}.json", indicator.definition.id), bytes);
    }
    files.insert("dhis2.json".to_owned(), set.dhis2.clone());
    if let Some(bytes) = &set.graphml {
        files.insert("network.graphml".to_owned(), bytes.clone());
    }
    files.insert(CONTENTS.to_owned(), contents(set, &description).into());
    Ok(files)
}

fn said(window: &Window, told: &Told<'_>) -> String {
    let whom = match told.tier {
        Tier::Own | Tier::Programme => "programme staff: exact, by practice",
        Tier::Researcher => "a researcher under agreement: by the practice's code, covariates coarse",
        Tier::Peers => "another practice: by class of practices, small numbers hidden",
        Tier::Public => "everybody: by class of practices, small numbers hidden",
    };
    format!(
        "Window {} to {}, the last day not included; specialty: {}; log position {}. For {whom}.",
        day_name(window.from),
        day_name(window.until),
        window.specialty.as_deref().unwrap_or("all"),
        told.origin.position,
    )
}

fn contents(set: &Set<'_>, description: &str) -> String {
    let mut text = format!("Uptake of Lysbro per practice: data sets\n\n{description}\n\n");
    // Writing to a String cannot fail.
    for table in &set.tables {
        let _ = writeln!(text, "{}: {}, {} rows", table.description.file(), table.description.title, table.rows.len());
    }
    text.push_str(
        "
The same tables: excel/ for Norwegian Excel, study.xlsx, parquet/. What their columns mean: dictionary.csv, datapackage.json
(Frictionless), NAME.csv-metadata.json (CSVW). fhir/: a Measure and its MeasureReports per indicator, FHIR R4. dhis2.json:
/api/dataValueSets, things named by code, zeros included.

Left out:
",
    );
    let none = ["nothing"];
    let left_out = if set.left_out.is_empty() { &none[..] } else { &set.left_out };
    for one in left_out {
        let _ = writeln!(text, "- {one}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::export::described::INDICATORS;
    use crate::study::indicator::sample::{origin, random, reversed, whole};
    use std::collections::BTreeSet;

    const TIERS: [Tier; 4] = [Tier::Programme, Tier::Researcher, Tier::Peers, Tier::Public];

    fn of(programme: &Programme, window: &Window, tier: Tier) -> Files {
        let origin = Origin { version: "1", position: 7, notes: &[] };
        exports(programme, window, &origin, tier, Rule::HIDE_FOUR).unwrap()
    }

    fn text(files: &Files, name: &str) -> String {
        String::from_utf8(files[name].clone()).unwrap()
    }

    /// The same programme gives the same bytes, in whatever order its practices stand.
    #[test]
    fn the_same_bytes_again() {
        let (programme, window) = (random(3, 40), whole());
        for tier in TIERS {
            let once = of(&programme, &window, tier);
            assert!(once == of(&programme, &window, tier));
            let turned = of(&reversed(&programme), &window, tier);
            let differing: Vec<&String> = once.keys().filter(|name| turned.get(*name) != once.get(*name)).collect();
            assert!(differing.is_empty() && turned.len() == once.len(), "{tier:?} {differing:?}");
        }
    }

    /// Each key tells the rows of its table apart and is never empty; each cell is of its column's kind.
    #[test]
    fn keys_are_keys() {
        for seed in 0..3 {
            let (programme, window) = (random(seed, 50), whole());
            for tier in TIERS {
                let files = of(&programme, &window, tier);
                for (name, bytes) in &files {
                    if name.contains('/') || !name.ends_with(".csv-metadata.json") {
                        continue;
                    }
                    let metadata: serde_json::Value = serde_json::from_slice(bytes).unwrap();
                    let key = metadata["tableSchema"]["primaryKey"].as_array().unwrap().clone();
                    let mut reader = csv::Reader::from_reader(&files[name.trim_end_matches("-metadata.json")][..]);
                    let header = reader.headers().unwrap().clone();
                    let places: Vec<usize> =
                        key.iter().map(|one| header.iter().position(|column| one == column).unwrap()).collect();
                    let mut seen = BTreeSet::new();
                    for record in reader.records() {
                        let record = record.unwrap();
                        let row: Vec<String> = places.iter().map(|place| record[*place].to_owned()).collect();
                        assert!(row.iter().all(|cell| !cell.is_empty()), "{name} {row:?}");
                        assert!(seen.insert(row.clone()), "{name} {row:?} stands twice");
                    }
                }
            }
        }
    }

    /// The indicators' table is one with the bundle's, and the origin's figures are in it with version, practice and period.
    #[test]
    fn the_long_table_is_the_bundle_s() {
        let (programme, window) = origin();
        let files = of(&programme, &window, Tier::Programme);
        let told = Origin { version: "1", position: 7, notes: &[] };
        let bundle = crate::study::bundle::bundle(&programme, &window, &told).unwrap();
        for name in ["indicators.csv", "funnel.csv", "concentration.csv", "sample.csv", "balance.csv", "frame.csv"] {
            assert!(bundle[name] == files[name], "{name}");
        }
        let table = Table::read(INDICATORS, &files["indicators.csv"]).unwrap();
        let row = |group: &str, name: &str| table.rows.iter().find(|row| row[1] == group && row[2] == name).unwrap();
        let used = row("first-use", "of-first");
        assert_eq!(
            (&used[4..6], &used[10..]),
            (&["22", "94"].map(str::to_owned)[..], &["1", "", ""].map(str::to_owned)[..])
        );
        assert_eq!(row("N00", "rate")[11..], ["N00", ""]);
        assert_eq!(row("2023Q1", "hazard")[11..], ["", "2023Q1"]);
    }

    /// A text of the register that a spreadsheet would run is none in any table, and no practice, person or exact covariate is in
    /// what it must not be in.
    #[test]
    fn what_must_not_leave_does_not() {
        let (mut programme, window) = (random(5, 94), whole());
        for practice in &mut programme.practices {
            practice.arm = Some("=1+1".into());
            practice.list_sizes.iter_mut().for_each(|entry| entry.1 = (entry.1 / 100.0).floor() * 100.0 + 37.0);
        }
        let (staff, research) = (of(&programme, &window, Tier::Programme), of(&programme, &window, Tier::Researcher));
        assert!(text(&staff, "survival.csv").contains(",'=1+1,") && !text(&staff, "survival.csv").contains(",=1+1"));
        let sizes: BTreeSet<String> = programme
            .practices
            .iter()
            .flat_map(|practice| &practice.list_sizes)
            .flat_map(|entry| [entry.1.to_string(), (entry.1 / 12.0).to_string()])
            .collect();
        let cells = |files: &Files, name: &str| {
            let text = text(files, name);
            text.split([',', '\n']).filter(|cell| sizes.contains(*cell)).count()
        };
        for name in ["survival.csv", "panel.csv"] {
            assert!(cells(&staff, name) > 0 && cells(&research, name) == 0, "{name}");
        }
        let codes: Vec<&str> = programme.practices.iter().map(|practice| practice.code.as_str()).collect();
        for tier in [Tier::Peers, Tier::Public] {
            for (name, bytes) in of(&programme, &window, tier) {
                let text = String::from_utf8_lossy(&bytes);
                assert!(codes.iter().all(|code| !text.contains(code)), "{tier:?} {name}");
            }
        }
        for (name, bytes) in staff.iter().chain(&research) {
            assert!(!String::from_utf8_lossy(bytes).contains("s1-"), "a sender in {name}");
        }
    }

    /// A researcher's figures give no list size back: neither a count over a rate, nor one month's patient-years less another's.
    #[test]
    fn rates_give_no_list_size_back() {
        let (programme, window) = (random(7, 94), whole());
        let files = of(&programme, &window, Tier::Researcher);
        let table = Table::read(INDICATORS, &files["indicators.csv"]).unwrap();
        let mut looked = 0;
        for row in table.rows.iter().filter(|row| !row[11].is_empty() || row[0] == "I-11") {
            for cell in [3, 5, 6, 7].iter().filter_map(|place| row[*place].parse::<f64>().ok()) {
                assert_eq!(coarse::significant(cell, 2).to_bits(), cell.to_bits(), "{row:?}");
            }
            looked += 1;
        }
        assert!(looked > 300);
    }

    #[test]
    fn a_practice_has_no_set_and_few_people_no_network() {
        let (programme, window) = origin();
        let told = Origin { version: "1", position: 7, notes: &[] };
        let refused = exports(&programme, &window, &told, Tier::Own, Rule::HIDE_FOUR);
        assert!(matches!(refused, Err(ExportError::NotForOne)));
        let files = of(&programme, &window, Tier::Programme);
        assert!(!files.contains_key("network.graphml") && !files.contains_key("edges.csv"));
        assert!(text(&files, CONTENTS).contains("fewer than five specialists"));
    }
}
