//! What a referral of each specialty asks: versioned descriptions as data, and the rules that read them.
//!
//! The browser draws its form from a description, intake checks answers by it, and whoever reads an old answer labels it by
//! the version under which it was given: so a version that was published stays in `proto/questionnaires` for ever, and a
//! change is a new file. Names follow FHIR Questionnaire where it has one. The fields are those that the tables of common
//! clinical content ask for (header, lesion, rash, ear, wound, burn, scar), required where a table says 1..1.
//!
//! Rejected: a table and a struct per specialty (a migration per field), and FHIR Questionnaire itself (red flags and
//! required pictures have no place in it). Codes are SNOMED CT and DICOM where DICOM prints them (`SCT`, `DCM`), and words of
//! our own with an empty system elsewhere.

mod answer;
mod condition;
mod example;
mod shape;
#[cfg(test)]
mod tests;

pub use answer::{Answers, Fault, Flaw};
pub use condition::{Condition, Fact, Facts};
pub use shape::{AnswerOption, Flag, Item, ItemType, Level, Questionnaire, RequiredView, Text, Value};

use std::cmp::Reverse;
use std::sync::LazyLock;

macro_rules! published {
    ($($file:literal),+ $(,)?) => {
        /// Every published version: its file's name and text.
        const FILES: &[(&str, &str)] =
            &[$(($file, include_str!(concat!("../../questionnaires/", $file, ".json")))),+];
    };
}

published!(
    "referral.1",
    "dermatology.1",
    "dermatology-lesion.1",
    "dermatology-rash.1",
    "ent.1",
    "ent-ear.1",
    "plastic-wound.1",
    "plastic-burn.1",
    "plastic-scar.1",
    "plastic-lesion.1",
);

/// A set of descriptions, the newest version of each first.
#[derive(Clone, Debug)]
pub struct Catalogue(Vec<Questionnaire>);

/// Every published description; the newest version of each first, then the older ones, in the order of the form.
pub static ALL: LazyLock<Catalogue> = LazyLock::new(|| {
    Catalogue::new(FILES.iter().map(|(name, text)| match serde_json::from_str(text) {
        Ok(one) => one,
        // Part of the program: a test reads every file.
        Err(error) => panic!("{name}: {error}"),
    }))
});

impl Catalogue {
    /// From descriptions in the order of the form.
    pub fn new(all: impl IntoIterator<Item = Questionnaire>) -> Self {
        let mut all: Vec<Questionnaire> = all.into_iter().collect();
        let order: Vec<String> = all.iter().map(|one| one.id.clone()).collect();
        let place = |id: &str| order.iter().position(|known| known == id);
        let newest = |one: &Questionnaire, all: &[Questionnaire]| {
            all.iter().filter(|other| other.id == one.id).all(|other| other.version <= one.version)
        };
        let known = all.clone();
        all.sort_by_key(|one| (!newest(one, &known), place(&one.id), Reverse(one.version)));
        Self(all)
    }

    /// All versions; the newest of each id first.
    pub fn all(&self) -> &[Questionnaire] {
        &self.0
    }

    /// One version.
    pub fn version(&self, id: &str, version: u32) -> Option<&Questionnaire> {
        self.0.iter().find(|one| one.id == id && one.version == version)
    }

    /// The newest version.
    pub fn newest(&self, id: &str) -> Option<&Questionnaire> {
        self.0.iter().filter(|one| one.id == id).max_by_key(|one| one.version)
    }

    /// Those that a referral to `specialty` answers once (`kind` none), or for a finding of `kind`: of each id the version
    /// that `begun` names, else the newest.
    pub fn applying<'a>(
        &'a self,
        specialty: Option<&'a str>,
        kind: Option<&'a str>,
        begun: impl Fn(&str) -> Option<u32> + 'a,
    ) -> impl Iterator<Item = &'a Questionnaire> + 'a {
        let newest =
            self.0.iter().filter(|one| self.newest(&one.id).is_some_and(|newest| newest.version == one.version));
        newest
            .map(move |newest| {
                begun(&newest.id).and_then(|version| self.version(&newest.id, version)).unwrap_or(newest)
            })
            .filter(move |one| one.applies(specialty, kind))
    }
}
