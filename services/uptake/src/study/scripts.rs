//! The scripts that travel in a bundle: whoever has only its files makes every figure again, in Python or in R, and sees what differs.
//!
//! They share no code with this program and take nothing but the bundle: the comparison is worth as much as they are independent.

macro_rules! files {
    ($($file:literal)*) => {
        &[$(($file, include_str!(concat!("scripts/", $file)))),*]
    };
}

/// Name in the bundle and text: the two that are run, and what each is made of.
pub const SCRIPTS: &[(&str, &str)] = files! {
    "analysis.R"
    "analysis.py"
    "analysis/cases.R"
    "analysis/charts.R"
    "analysis/charts.py"
    "analysis/estimators.R"
    "analysis/estimators.py"
    "analysis/indicators.R"
    "analysis/indicators.py"
    "analysis/matching.R"
    "analysis/matching.py"
    "analysis/programme.R"
    "analysis/programme.py"
};
