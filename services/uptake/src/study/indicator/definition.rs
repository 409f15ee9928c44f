//! Definitions of indicators, one file each, and the functions that compute them.
//!
//! A definition is a file so that a statistician can read, check and date it without reading code. Its hash is that of the file's
//! bytes; a report names both, so a figure of old can be told from one of a changed definition.

use super::{
    activity, adoption, arrivals, equity, funnel_plot, interruption, networks, penetration, process, quality,
    referral_rate, retention, spread, steps, substitution, turnaround,
};
use crate::study::figure::Line;
use crate::study::hash::sha256;
use crate::study::view::View;
use serde::{Deserialize, Serialize};

/// Which way is good; some have none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// More is better.
    Up,
    /// Less is better.
    Down,
    /// Neither: no judgement is drawn.
    None,
}

/// What an indicator's file says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// `I-01` and so on.
    pub id: String,
    /// Its name.
    pub title: String,
    /// Why it matters.
    pub why: String,
    /// What is counted.
    pub numerator: String,
    /// Out of what.
    pub denominator: String,
    /// Over which time.
    pub window: String,
    /// How value and interval are made, with the source of the formula.
    pub estimator: String,
    /// Which way is good.
    pub direction: Direction,
    /// Who wrote it.
    pub author: String,
    /// Who checked it.
    pub checker: String,
    /// When it is to be looked at again, `2027-11-30`.
    pub review: String,
    /// Counts up with every change.
    pub version: u32,
}

/// A definition with its hash and its function.
#[derive(Clone, Debug)]
pub struct Indicator {
    /// What the file says.
    pub definition: Definition,
    /// The file itself.
    pub file: &'static str,
    /// SHA-256 of the file, hexadecimal.
    pub hash: String,
    /// What computes it.
    pub compute: Compute,
}

/// An indicator's function.
pub type Compute = fn(&View<'_>) -> Vec<Line>;

macro_rules! entries {
    ($($id:literal $file:literal $compute:path;)*) => {
        &[$(($id, include_str!(concat!("../indicators/", $file, ".toml")), $compute as Compute)),*]
    };
}

const ENTRIES: &[(&str, &str, Compute)] = entries! {
    "I-01" "i01-funnel" steps::steps;
    "I-02" "i02-adoption" adoption::adoption;
    "I-03" "i03-arrivals" arrivals::arrivals;
    "I-04" "i04-activity" activity::activity;
    "I-05" "i05-retention" retention::retention;
    "I-06" "i06-rate" referral_rate::rates;
    "I-07" "i07-shrunken" referral_rate::shrunken;
    "I-08" "i08-concentration" spread::spread;
    "I-09" "i09-percentiles" referral_rate::percentiles;
    "I-10" "i10-funnel-plot" funnel_plot::funnel_plot;
    "I-11" "i11-process" process::process;
    "I-12" "i12-alerts" process::alerts;
    "I-13" "i13-turnaround" turnaround::turnaround;
    "I-14" "i14-penetration" penetration::penetration;
    "I-15" "i15-substitution" substitution::substitution;
    "I-16" "i16-network" networks::networks;
    "I-17" "i17-interruption" interruption::interruption;
    "I-18" "i18-rollout" interruption::rollout;
    "I-21" "i21-equity" equity::equity;
    "I-22" "i22-quality" quality::quality;
};

/// Every indicator, by id.
///
/// # Errors
/// A file that is no definition; a test holds that there is none.
pub fn indicators() -> Result<Vec<Indicator>, toml::de::Error> {
    let load = |(_, text, compute): &(&str, &'static str, Compute)| {
        Ok(Indicator {
            definition: toml::from_str(text)?,
            file: text,
            hash: sha256(text.as_bytes()),
            compute: *compute,
        })
    };
    ENTRIES.iter().map(load).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::indicator::sample::{random, reversed, whole};
    use std::collections::BTreeSet;

    /// Each file has its function, and each function its file.
    #[test]
    fn files_and_functions_match() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(FOLDER);
        let files: BTreeSet<Vec<u8>> =
            std::fs::read_dir(folder).unwrap().map(|entry| std::fs::read(entry.unwrap().path()).unwrap()).collect();
        let named: BTreeSet<Vec<u8>> = ENTRIES.iter().map(|entry| entry.1.as_bytes().to_vec()).collect();
        assert_eq!(files, named, "a file without a function, or the other way round");
        let expected = (1..=18).chain([21, 22]).map(|number| format!("I-{number:02}"));
        let loaded = indicators().unwrap();
        assert_eq!(
            loaded.iter().map(|one| one.definition.id.clone()).collect::<Vec<_>>(),
            expected.collect::<Vec<_>>()
        );
        for (indicator, entry) in loaded.iter().zip(ENTRIES) {
            let definition = &indicator.definition;
            assert_eq!((definition.id.as_str(), indicator.hash.len()), (entry.0, 64));
            assert!(definition.why.len() > 40 && definition.estimator.len() > 10, "{}", definition.id);
            assert_ne!(definition.author, definition.checker, "{}", definition.id);
            assert!(definition.version > 0 && definition.review.len() == 10);
        }
        let hashes: BTreeSet<String> = loaded.into_iter().map(|one| one.hash).collect();
        assert_eq!(hashes.len(), ENTRIES.len());
    }

    /// Those that fit curves or draw a thousand times are tried on fewer programmes.
    const SLOW: [&str; 2] = ["I-03", "I-08"];

    /// Section 9, in 1,000 random programmes: the order of practices changes no figure of any indicator, computing twice gives the
    /// same, and closing practices alters nothing before.
    #[test]
    fn order_and_later_closures_change_nothing() {
        let (indicators, window) = (indicators().unwrap(), whole());
        for seed in 0..1_000 {
            let programme = random(seed, 6);
            let turned = reversed(&programme);
            let mut closing = programme.clone();
            for practice in &mut closing.practices {
                practice.closed = practice.closed.or(Some(window.until));
            }
            for indicator in &indicators {
                let id = indicator.definition.id.as_str();
                if seed < 20 || !SLOW.contains(&id) {
                    let compute = |programme| (indicator.compute)(&View::new(programme, &window));
                    let lines = compute(&programme);
                    let finite = |line: &Line| line.figure.value.is_none_or(f64::is_finite);
                    assert!(lines.iter().all(finite), "{seed} {id}: {lines:?}");
                    assert_eq!(compute(&programme), lines);
                    assert_eq!(compute(&turned), lines, "{seed} {id}");
                    assert_eq!(compute(&closing), lines, "{seed} {id}");
                }
            }
        }
    }

    /// Every value lies within its interval, wherever it has one that is no control limit.
    #[test]
    fn intervals_hold_their_values() {
        let limits_of_charts = ["I-10", "I-11"];
        for seed in 0..60 {
            let (programme, window) = (random(1_000 + seed, 24), whole());
            let view = View::new(&programme, &window);
            for indicator in indicators().unwrap() {
                if limits_of_charts.contains(&indicator.definition.id.as_str()) {
                    continue;
                }
                for line in (indicator.compute)(&view) {
                    let figure = &line.figure;
                    if let (Some(value), Some(interval)) = (figure.value, figure.interval)
                        && !figure.estimator.starts_with("bootstrap")
                    {
                        assert!(interval.low - 1e-9 <= value && value <= interval.high + 1e-9, "{seed}: {line:?}");
                    }
                }
            }
        }
    }

    const FOLDER: &str = "src/study/indicators";
}
