//! I-04: what state a practice is in: `active(k, w)` is at least k cases in the last w months.

use crate::study::calendar::{Day, Month, date_of, first_day, month_of};
use crate::study::estimator::proportion;
use crate::study::figure::{Flag, Line};
use crate::study::programme::Step;
use crate::study::view::View;

/// When a practice is active; printed beside every chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// At least so many cases …
    pub cases: usize,
    /// … in so many months.
    pub months: i32,
}

impl Default for Rule {
    /// Ontario's: three in six months.
    fn default() -> Self {
        Self { cases: 3, months: 6 }
    }
}

/// A practice's state on a day. Closed beats all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Closed, or the equipment was taken back.
    Closed,
    /// Never equipped, and never used it.
    NotLive,
    /// Fewer months since it went live than the rule looks back, and not active.
    TooEarly,
    /// Never used it.
    NeverUsed,
    /// Used it, was never active.
    Tried,
    /// Active.
    Active,
    /// Active again after it had lapsed.
    Reactivated,
    /// Was active, is no longer.
    Lapsed,
    /// No case in twelve months.
    Dormant,
}

impl State {
    /// All of them, in order.
    pub const ALL: [Self; 9] = [
        Self::Closed,
        Self::NotLive,
        Self::TooEarly,
        Self::NeverUsed,
        Self::Tried,
        Self::Active,
        Self::Reactivated,
        Self::Lapsed,
        Self::Dormant,
    ];

    /// As it is exported.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::NotLive => "not-live",
            Self::TooEarly => "too-early",
            Self::NeverUsed => "never-used",
            Self::Tried => "tried",
            Self::Active => "active",
            Self::Reactivated => "reactivated",
            Self::Lapsed => "lapsed",
            Self::Dormant => "dormant",
        }
    }
}

/// Month by month from going live: `Some(true)` active, `None` not yet evaluable. Within the first w − 1 months it is evaluable
/// only when k is reached already.
pub fn by_month(counts: &[usize], rule: Rule) -> Vec<Option<bool>> {
    let w = rule.months.max(1) as usize;
    let state = |place: usize| {
        let sum: usize = counts[(place + 1).saturating_sub(w)..=place].iter().sum();
        let reached = sum >= rule.cases;
        (reached || place + 1 >= w).then_some(reached)
    };
    (0..counts.len()).map(state).collect()
}

/// Cases of the window (day − w months, day].
fn recent(uses: &[Day], on: Day, months: i32) -> usize {
    let from = months_before(on, months);
    uses.iter().filter(|used| **used > from && **used <= on).count()
}

/// The same date so many months earlier, or the last of that month.
fn months_before(on: Day, months: i32) -> Day {
    let earlier: Month = month_of(on) - months;
    let same = first_day(earlier) + Day::from(date_of(on).day()) - 1;
    same.min(first_day(earlier + 1) - 1)
}

/// The state at the end of a day. `uses` ascending.
pub fn state(uses: &[Day], live: Option<Day>, ended: Option<Day>, on: Day, rule: Rule) -> State {
    let seen = &uses[..uses.partition_point(|used| *used <= on)];
    if ended.is_some_and(|ended| ended <= on) {
        return State::Closed;
    }
    let Some(live) = live.into_iter().chain(seen.first().copied()).min().filter(|live| *live <= on) else {
        return State::NotLive;
    };
    // Active periods can begin on days of use alone, and end only by time.
    let starts = |place: &usize| recent(seen, seen[*place], rule.months) >= rule.cases;
    let active_uses: Vec<usize> = (0..seen.len()).filter(starts).collect();
    if recent(seen, on, rule.months) >= rule.cases {
        let broken = |pair: &[usize]| {
            (pair[0]..pair[1]).any(|place| recent(seen, seen[place + 1] - 1, rule.months) < rule.cases)
        };
        return if active_uses.windows(2).any(broken) { State::Reactivated } else { State::Active };
    }
    let silent = |since: Day| since <= months_before(on, 12);
    match seen.last() {
        None if months_before(on, rule.months) < live => State::TooEarly,
        None => State::NeverUsed,
        Some(last) if silent(*last) => State::Dormant,
        _ if !active_uses.is_empty() => State::Lapsed,
        _ if months_before(on, rule.months) < live => State::TooEarly,
        _ => State::Tried,
    }
}

/// The day on which it was first active, and the quarter's end by which it had been active at four in a row.
pub fn sustained(
    uses: &[Day],
    live: Option<Day>,
    ended: Option<Day>,
    until: Day,
    rule: Rule,
) -> (Option<Day>, Option<Day>) {
    let active = uses.iter().copied().find(|on| recent(uses, *on, rule.months) >= rule.cases);
    let Some(from) = active else { return (None, None) };
    let first_quarter = month_of(live.map_or(from, |live| live.min(from))) / 3 * 3 + 3;
    let mut row = 0;
    for month in (first_quarter..).step_by(3) {
        let end = first_day(month) - 1;
        if end >= until {
            break;
        }
        let state = state(uses, live, ended, end, rule);
        row = if matches!(state, State::Active | State::Reactivated) { row + 1 } else { 0 };
        if row == 4 {
            return (active, Some(end));
        }
    }
    (active, None)
}

/// The share of practices in each state on the last day, with Wilson's interval.
pub fn activity(view: &View<'_>) -> Vec<Line> {
    let counted: Vec<usize> = view.counted().collect();
    let states: Vec<State> = counted
        .iter()
        .map(|place| {
            let live = view.first_step(*place, Step::Equipped);
            state(view.use_days(*place), live, view.ended(*place), view.window.until - 1, Rule::default())
        })
        .collect();
    let line = |one: State| {
        let count = states.iter().filter(|state| **state == one).count() as u64;
        let figure = proportion::share(count, counted.len() as u64);
        Line::new(one.name(), "share", figure.flagged(Flag::TooEarly, one == State::TooEarly && count > 0))
    };
    State::ALL.into_iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::calendar::day_of;
    use crate::study::indicator::sample::{figure, origin};
    use time::macros::date;

    const JANUARY: Day = day_of(date!(2024 - 01 - 01));

    /// I-04: evaluable from month 6, active until month 15. The sum reaches 3 in month 4 already, which is early and not missing.
    #[test]
    fn eighteen_months() {
        let mut counts = vec![0, 0, 1, 2, 0, 1, 1, 0, 0, 3];
        counts.resize(18, 0);
        let states = by_month(&counts, Rule::default());
        assert_eq!(states[..3], [None; 3]);
        assert_eq!(states[3..5], [Some(true); 2], "reached before the window is full");
        assert_eq!(counts[..6].iter().sum::<usize>(), 4);
        assert!(states[5..15].iter().all(|state| *state == Some(true)));
        assert_eq!(states[15..], [Some(false); 3]);
    }

    #[test]
    fn states_on_a_day() {
        let rule = Rule::default();
        let on = |uses: &[Day], day| state(uses, Some(JANUARY), None, day, rule);
        assert_eq!(on(&[], JANUARY - 1), State::NotLive);
        assert_eq!(on(&[], JANUARY + 90), State::TooEarly);
        assert_eq!(on(&[], JANUARY + 190), State::NeverUsed);
        let busy = [JANUARY + 10, JANUARY + 20, JANUARY + 30];
        assert_eq!(on(&busy, JANUARY + 29), State::TooEarly);
        assert_eq!(on(&busy, JANUARY + 30), State::Active);
        assert_eq!(on(&busy[..1], JANUARY + 200), State::Tried);
        assert_eq!(on(&busy, JANUARY + 250), State::Lapsed);
        assert_eq!(on(&busy, JANUARY + 400), State::Dormant);
        let again = [&busy[..], &[JANUARY + 300, JANUARY + 301, JANUARY + 302]].concat();
        assert_eq!(on(&again, JANUARY + 310), State::Reactivated);
        assert_eq!(state(&busy, Some(JANUARY), Some(JANUARY + 31), JANUARY + 32, rule), State::Closed);
    }

    #[test]
    fn four_quarters_in_a_row_are_sustained() {
        let weekly: Vec<Day> = (0..60).map(|week| JANUARY + 7 * week).collect();
        let (active, kept) = sustained(&weekly, Some(JANUARY), None, JANUARY + 800, Rule::default());
        assert_eq!((active, kept), (Some(JANUARY + 14), Some(day_of(date!(2024 - 12 - 31)))));
        assert_eq!(sustained(&weekly[..30], Some(JANUARY), None, JANUARY + 330, Rule::default()).1, None);
    }

    #[test]
    fn states_cover_every_practice() {
        let (programme, window) = origin();
        let lines = activity(&View::new(&programme, &window));
        assert!((lines.iter().map(|line| line.figure.numerator).sum::<f64>() - 94.0).abs() < 1e-9);
        assert!((figure(&lines, "never-used", "share").numerator - 72.0).abs() < 1e-9);
    }
}
