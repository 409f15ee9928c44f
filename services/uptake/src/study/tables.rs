//! The programme as tables, for software that reads no JSON, and what was chosen of it: window, sample, rule.
//!
//! Practices are named by their code and not by an index. Days, months and hours are the numbers of [`super::programme`].

use super::bundle::{BundleError, Files, finished, headed, number, word};
use super::calendar::{Day, Month};
use super::indicator::activity::Rule;
use super::programme::{Case, Practice, Programme, Window};
use super::sample::design::Choice;
use crate::sheet::harmless;

/// Between the names of a list in one cell.
const BETWEEN: &str = "; ";

/// Every table under `data/`. What stands beside a practice that is not in the register is in none.
///
/// # Errors
/// See [`BundleError`]: a fault of the program.
pub fn tables(programme: &Programme) -> Result<Files, BundleError> {
    let code = |place: usize| programme.practices.get(place).map(|practice| harmless(&practice.code));
    let mut files = Files::new();
    let mut put = |name: &str, bytes: Vec<u8>| files.insert(format!("data/{name}.csv"), bytes);
    put("practices", practices(&programme.practices)?);
    put("list_sizes", list_sizes(&programme.practices)?);

    let mut steps = headed(&["practice", "step", "specialty", "day"])?;
    for entry in &programme.enablement {
        if let Some(code) = code(entry.practice) {
            steps.write_record([code, word(entry.step)?, harmless(&entry.specialty), entry.on.to_string()])?;
        }
    }
    put("steps", finished(steps)?);

    let mut cases = headed(&CASES)?;
    for case in &programme.cases {
        if let Some(code) = code(case.practice) {
            cases.write_record(row(code, case))?;
        }
    }
    put("cases", finished(cases)?);

    let mut ordinary = headed(&["practice", "month", "referrals"])?;
    for entry in &programme.ordinary {
        if let Some(code) = code(entry.practice) {
            ordinary.write_record([code, entry.month.to_string(), entry.referrals.to_string()])?;
        }
    }
    put("ordinary", finished(ordinary)?);

    let mut events = headed(&["practice", "kind", "day", "interruption", "department", "domain", "until"])?;
    for event in &programme.events {
        let of = event.practice.and_then(code).unwrap_or_default();
        events.write_record([
            of,
            harmless(&event.kind),
            event.from.to_string(),
            event.interruption.to_string(),
            told(event.department.as_deref().map(harmless)),
            harmless(&event.domain),
            told(event.until),
        ])?;
    }
    put("events", finished(events)?);
    Ok(files)
}

const PRACTICES: [&str; 13] = [
    "practice",
    "test",
    "centrality",
    "arm",
    "opened",
    "closed",
    "merged_into",
    "doctors",
    "nurses",
    "secretaries",
    "kilometres",
    "aged_share",
    "interpreter_share",
];

const CASES: [&str; 14] = [
    "practice",
    "specialty",
    "submitted",
    "recorded",
    "allocated",
    "answered",
    "cancelled",
    "role",
    "sender",
    "specialist",
    "test",
    "aged",
    "interpreter",
    "questions",
];

/// What is known, as text; an empty cell otherwise.
fn told(value: Option<impl ToString>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

fn practices(practices: &[Practice]) -> Result<Vec<u8>, csv::Error> {
    let mut table = headed(&PRACTICES)?;
    for practice in practices {
        let [doctors, nurses, secretaries] = practice.employed;
        table.write_record([
            harmless(&practice.code),
            practice.test.to_string(),
            practice.centrality.to_string(),
            told(practice.arm.as_deref().map(harmless)),
            told(practice.opened),
            told(practice.closed),
            told(practice.merged_into.as_deref().map(harmless)),
            doctors.to_string(),
            nurses.to_string(),
            secretaries.to_string(),
            number(practice.kilometres),
            number(practice.aged_share),
            number(practice.interpreter_share),
        ])?;
    }
    finished(table)
}

fn list_sizes(practices: &[Practice]) -> Result<Vec<u8>, csv::Error> {
    let mut table = headed(&["practice", "month", "patients"])?;
    let entry =
        |code: &str, (month, patients): &(Month, f64)| [harmless(code), month.to_string(), patients.to_string()];
    for practice in practices {
        for size in &practice.list_sizes {
            table.write_record(entry(&practice.code, size))?;
        }
    }
    finished(table)
}

fn row(code: String, case: &Case) -> [String; 14] {
    [
        code,
        harmless(&case.specialty),
        case.submitted.to_string(),
        case.recorded.to_string(),
        number(case.allocated),
        number(case.answered),
        number(case.cancelled),
        case.role.name().to_owned(),
        harmless(&case.sender),
        harmless(&case.specialist),
        case.test.to_string(),
        told(case.aged),
        told(case.interpreter),
        case.questions.to_string(),
    ]
}

/// What was chosen, a name and a value a line: the window, the sample and when a practice is active. An empty value is none.
///
/// # Errors
/// See [`BundleError`]: a fault of the program.
pub fn parameters(window: &Window, choice: &Choice, reserves: usize) -> Result<Vec<u8>, BundleError> {
    let days = |day: Day| day.to_string();
    let names: Vec<&str> = choice.covariates.iter().map(|covariate| covariate.name()).collect();
    let vetoes: Vec<String> = choice.vetoes.iter().map(|veto| format!("{} with {}", veto.user, veto.partner)).collect();
    let rule = Rule::default();
    let lines = [
        ("from", days(window.from)),
        ("until", days(window.until)),
        ("specialty", window.specialty.clone().unwrap_or_default()),
        ("outcome", word(choice.outcome)?),
        ("users", choice.users.to_string()),
        ("partners", choice.partners.to_string()),
        ("reserves", reserves.to_string()),
        ("covariates", names.join(BETWEEN)),
        ("metric", word(choice.metric)?),
        ("caliper", number(choice.caliper)),
        ("equipped_days", days(choice.equipped_days)),
        ("seed", told(choice.seed)),
        ("vetoes", vetoes.join(BETWEEN)),
        ("active_cases", rule.cases.to_string()),
        ("active_months", rule.months.to_string()),
    ];
    let mut table = headed(&["name", "value"])?;
    for (name, value) in lines {
        table.write_record([name, &harmless(&value)])?;
    }
    Ok(finished(table)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::indicator::sample::{origin, random};

    fn text(files: &Files, name: &str) -> String {
        String::from_utf8(files[name].clone()).unwrap()
    }

    #[test]
    fn a_line_for_everything_and_nothing_invented() {
        let mut programme = random(3, 40);
        programme.practices[0].kilometres = None;
        programme.practices[0].code = "=1+1".into();
        programme.practices[1].arm = None;
        let files = tables(&programme).unwrap();
        let lines = |name: &str| text(&files, &format!("data/{name}.csv")).lines().count() - 1;
        let counts = ["practices", "steps", "cases", "ordinary", "events"].map(lines);
        let expected = [
            programme.practices.len(),
            programme.enablement.len(),
            programme.cases.len(),
            programme.ordinary.len(),
            programme.events.len(),
        ];
        assert_eq!(counts, expected);
        let sizes: usize = programme.practices.iter().map(|practice| practice.list_sizes.len()).sum();
        assert_eq!(lines("list_sizes"), sizes);
        let practices = text(&files, "data/practices.csv");
        let row: Vec<&str> = practices.lines().nth(1).unwrap().split(',').collect();
        assert_eq!((row[0], row[10]), ("'=1+1", ""), "no formula, and what is unknown is empty");
        assert_eq!(practices.lines().nth(2).unwrap().split(',').nth(3), Some(""));
    }

    /// An entry of a practice that is not in the register is left out, as every indicator leaves it out.
    #[test]
    fn an_unknown_practice_has_no_line() {
        let (mut programme, window) = origin();
        let before = tables(&programme).unwrap();
        let mut stray = programme.cases[0].clone();
        stray.practice = programme.practices.len();
        programme.cases.push(stray);
        assert_eq!(tables(&programme).unwrap(), before);
        let told = String::from_utf8(parameters(&window, &Choice::origin(), 2).unwrap()).unwrap();
        assert!(
            told.starts_with("name,value\nfrom,19358\nuntil,20089\nspecialty,\noutcome,share\nusers,4\n"),
            "{told}"
        );
        assert!(told.contains("covariates,log list size; patients per doctor; kilometres\nmetric,mahalanobis\n"));
    }
}
