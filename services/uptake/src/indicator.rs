//! Indicators: small pure functions over slices. Each figure travels with its numerator and denominator.

use kit::At;
use serde::Serialize;
use utoipa::ToSchema;

/// A share with both of its counts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = uptake::Share)]
pub struct Share {
    /// Counted.
    pub numerator: i64,
    /// Out of.
    pub denominator: i64,
    /// Numerator over denominator, 0 to 1.
    pub share: f64,
}

impl Share {
    /// A part of a whole; `None` when there is nothing to share.
    pub fn of(numerator: i64, denominator: i64) -> Option<Self> {
        (denominator > 0).then(|| Self { numerator, denominator, share: numerator as f64 / denominator as f64 })
    }
}

/// The share that the `k` largest counts have of all: concentration of use. `None` when there is nothing to share.
pub fn top_share(counts: &[i64], k: usize) -> Option<Share> {
    let denominator: i64 = counts.iter().sum();
    let mut sorted = counts.to_vec();
    sorted.sort_unstable_by(|a, b| b.cmp(a));
    let numerator: i64 = sorted.iter().take(k).sum();
    Share::of(numerator, denominator)
}

/// A quantile, 0 to 1, with linear interpolation between the two beside it (type 7). `None` of nothing.
pub fn quantile(values: &[f64], part: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let place = part.clamp(0.0, 1.0) * sorted.len().checked_sub(1)? as f64;
    let (below, above) = (place.floor() as usize, place.ceil() as usize);
    Some(sorted[below] + (sorted[above] - sorted[below]) * (place - place.floor()))
}

/// The median; of an even number the mean of the two in the middle (quantile type 7). `None` of nothing.
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        n if n % 2 == 1 => Some(sorted[middle]),
        _ => Some(f64::midpoint(sorted[middle - 1], sorted[middle])),
    }
}

/// Clock hours between two instants; an answer dated before its referral is a fault of the data and counts as none.
pub fn hours_between(from: At, to: At) -> Option<f64> {
    let hours = (to - from).as_seconds_f64() / 3_600.0;
    (hours >= 0.0).then_some(hours)
}

/// Whole calendar days in Oslo since the last use, or since a practice was equipped when it never used it. `None` when it was
/// never equipped, or only later than `until`.
pub fn silent_days(last_use: Option<At>, equipped: Option<At>, until: At) -> Option<i64> {
    let since = last_use.or(equipped).filter(|since| *since <= until)?;
    Some((kit::oslo::date(until) - kit::oslo::date(since)).whole_days())
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    /// 94 practices equipped, 22 that ever used it, 4 that made about 80 %: the figures the study begins with.
    #[test]
    fn four_of_ninety_four_make_eighty_per_cent() {
        let mut counts = vec![0; 72];
        counts.extend([30, 20, 17, 13]); // 80
        counts.extend([2, 2]); // 4
        counts.extend([1; 16]); // 16
        assert_eq!((counts.len(), counts.iter().filter(|n| **n > 0).count()), (94, 22));
        assert_eq!(top_share(&counts, 4), Some(Share { numerator: 80, denominator: 100, share: 0.8 }));
        counts.reverse();
        assert_eq!(top_share(&counts, 4).unwrap().numerator, 80, "the order of practices changes nothing");
        counts.push(0);
        assert_eq!(top_share(&counts, 4).unwrap().numerator, 80, "a silent practice changes nothing");
    }

    #[test]
    fn a_share_of_nothing_is_none() {
        assert_eq!(top_share(&[], 4), None);
        assert_eq!(top_share(&[0, 0], 4), None);
        assert_eq!(top_share(&[3], 4), Some(Share { numerator: 3, denominator: 3, share: 1.0 }));
    }

    #[test]
    fn medians_by_hand() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0]), Some(3.0));
        // Reference series of the study's notes: p50 by type 7 is 20.5.
        assert_eq!(median(&[168.0, 2.0, 5.0, 70.0, 7.0, 9.0, 20.0, 21.0, 40.0, 26.0]), Some(20.5));
        assert_eq!(median(&[5.0, 1.0, 9.0]), Some(5.0));
    }

    /// The deciles of the study's notes (I-09), and the same series' p90.
    #[test]
    fn quantiles_by_hand() {
        let series = [0.0, 0.0, 0.0, 0.5, 1.2, 1.2, 3.0, 9.9];
        for (part, expected) in [(0.3, 0.05), (0.4, 0.4), (0.5, 0.85), (0.8, 2.28), (0.9, 5.07), (1.0, 9.9), (0.0, 0.0)]
        {
            let found = quantile(&series, part).unwrap();
            assert!((found - expected).abs() < 1e-9, "{part}: {found}");
        }
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(quantile(&[7.0], 0.9), Some(7.0));
    }

    #[test]
    fn hours_never_run_backwards() {
        let sent = At::from(datetime!(2026-03-29 00:00 UTC));
        assert_eq!(hours_between(sent, datetime!(2026-03-29 06:30 UTC).into()), Some(6.5));
        assert_eq!(hours_between(sent, datetime!(2026-03-28 23:00 UTC).into()), None);
    }

    #[test]
    fn silence_counts_calendar_days() {
        let until = At::from(datetime!(2026-03-31 06:00 UTC));
        let used = At::from(datetime!(2026-03-27 23:30 UTC)); // 28 March in Oslo
        let equipped = At::from(datetime!(2026-03-01 00:00 UTC));
        assert_eq!(silent_days(Some(used), Some(equipped), until), Some(3));
        assert_eq!(silent_days(None, Some(equipped), until), Some(30));
        assert_eq!(silent_days(None, None, until), None);
        assert_eq!(silent_days(None, Some(until + time::Duration::days(1)), until), None);
        assert_eq!(silent_days(Some(until), None, until), Some(0));
    }
}
