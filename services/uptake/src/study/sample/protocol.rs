//! The protocol: the text that says how the sample was drawn, with its hash. The same design gives the same bytes.

use super::design::{Choice, Design, Exclusion, Outcome};
use crate::study::calendar::day_name;
use crate::study::hash::sha256;
use crate::study::programme::Window;
use std::fmt::Write;

/// The text and its SHA-256.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Protocol {
    /// Plain text, lines ending in a line feed.
    pub text: String,
    /// Hexadecimal.
    pub hash: String,
}

/// Writes the protocol of a design; `position` is the log position that the programme was read at.
pub fn protocol(design: &Design, choice: &Choice, window: &Window, position: u64) -> Protocol {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = write(&mut text, design, choice, window, position);
    Protocol { hash: sha256(text.as_bytes()), text }
}

fn write(text: &mut String, design: &Design, choice: &Choice, window: &Window, position: u64) -> std::fmt::Result {
    writeln!(text, "Study sample: top users and matched non-users")?;
    writeln!(text, "log position: {position}")?;
    writeln!(text, "window: {} to {}, the last day not included", day_name(window.from), day_name(window.until))?;
    writeln!(text, "specialty: {}", window.specialty.as_deref().unwrap_or("all"))?;
    let outcome = match choice.outcome {
        Outcome::Share => "share of all referrals",
        Outcome::Rate => "referrals per patient-year",
    };
    writeln!(text, "outcome: {outcome}")?;
    writeln!(text, "users with a referral: {}, 80 % by {}", design.ranked.len(), design.k80)?;
    writeln!(text, "chosen: {} with {:.6} of all referrals", design.users.join(", "), design.top_share)?;
    if !design.users_left_out.is_empty() {
        writeln!(text, "without a partner, as a covariate is not known: {}", design.users_left_out.join(", "))?;
    }
    writeln!(text, "pool: equipped for {} days, open, never used: {}", choice.equipped_days, design.pool.len())?;
    for reason in [
        Exclusion::Used,
        Exclusion::NotEquipped,
        Exclusion::TooRecent,
        Exclusion::Ended,
        Exclusion::CovariateUnknown,
        Exclusion::Training,
    ] {
        let codes: Vec<&str> = design.excluded.iter().filter(|one| one.1 == reason).map(|one| one.0.as_str()).collect();
        writeln!(text, "excluded, {}: {} {}", why(reason), codes.len(), codes.join(" "))?;
    }
    writeln!(text, "exact on: centrality, specialties equipped for")?;
    let covariates: Vec<&str> = choice.covariates.iter().map(|covariate| covariate.name()).collect();
    writeln!(text, "distance: {} on {}", design.metric.name(), covariates.join(", "))?;
    let warning = if design.collinear { "; over 30: covariates say the same, prefer ranks or ratios" } else { "" };
    writeln!(text, "condition number: {:.6}{warning}", design.condition)?;
    let caliper = choice.caliper.map_or_else(|| "none".to_owned(), |caliper| format!("{caliper:.6}"));
    writeln!(text, "partners each: {}, caliper: {caliper}", choice.partners)?;
    let ties = choice.seed.map_or_else(|| "practice code".to_owned(), |seed| format!("seed {seed}"));
    writeln!(text, "ties by: {ties}")?;
    for veto in &choice.vetoes {
        let reason = veto.reason.replace(['\r', '\n'], " ");
        writeln!(text, "vetoed: {} with {}: {reason}", veto.user, veto.partner)?;
    }
    for pair in &design.pairs {
        writeln!(text, "pair: {} with {}, distance {:.6}", pair.user, pair.partner, pair.distance)?;
    }
    writeln!(text, "total: {:.6}, greedy {:.6}", design.total, design.greedy_total)?;
    if !design.unmatched.is_empty() {
        writeln!(text, "too few partners: {}", design.unmatched.join(", "))?;
    }
    let told = |value: Option<f64>| value.map_or_else(|| "undefined".to_owned(), |value| format!("{value:.6}"));
    for row in &design.balance {
        let (before, after) = (told(row.before_pooled), told(row.after_pooled));
        writeln!(text, "standardised mean difference of {}: {before} before, {after} after", row.covariate)?;
    }
    Ok(())
}

const fn why(reason: Exclusion) -> &'static str {
    match reason {
        Exclusion::Used => "used the service",
        Exclusion::NotEquipped => "never equipped",
        Exclusion::TooRecent => "equipped too recently",
        Exclusion::Ended => "closed, merged or withdrawn",
        Exclusion::CovariateUnknown => "a covariate is not known",
        Exclusion::Training => "for training",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::indicator::sample::{origin, reversed};
    use crate::study::programme::Programme;
    use crate::study::sample::design::{Veto, design};
    use crate::study::view::View;

    #[test]
    fn the_same_sample_has_the_same_protocol() {
        let (programme, window) = origin();
        let mut choice = Choice::origin();
        let write = |programme: &Programme, choice: &Choice| {
            protocol(&design(&View::new(programme, &window), choice), choice, &window, 4_711)
        };
        let first = write(&programme, &choice);
        assert_eq!(write(&reversed(&programme), &choice), first);
        assert!(first.text.contains("log position: 4711\nwindow: 2023-01-01 to 2025-01-01"));
        assert!(first.text.contains("users with a referral: 22, 80 % by 4"));
        assert!(first.text.contains("excluded, used the service: 22 N00 N01"));
        assert_eq!(first.text.matches("pair: ").count(), 4);
        let (user, partner) = ("N00".to_owned(), first.text.split("pair: N00 with ").nth(1).unwrap()[..3].to_owned());
        choice.vetoes.push(Veto { user, partner, reason: "moving\nhouse".into() });
        let second = write(&programme, &choice);
        assert!(second.text.contains(": moving house\n"));
        assert_ne!(second.hash, first.hash);
    }
}
