//! Time to an event with censoring.

use crate::study::distribution::{Z95, chi2_cdf};
use crate::study::figure::Interval;

/// How long something was followed, and whether the event came.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spell {
    /// Time from the origin, in the caller's unit.
    pub time: f64,
    /// The event came then; otherwise it was censored then.
    pub event: bool,
}

impl Spell {
    /// The event came.
    pub const fn event(time: f64) -> Self {
        Self { time, event: true }
    }

    /// It had not come.
    pub const fn censored(time: f64) -> Self {
        Self { time, event: false }
    }
}

/// One time at which events came.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// When.
    pub time: f64,
    /// Under observation just before.
    pub at_risk: usize,
    /// Events then; they come before censorings of the same time.
    pub events: usize,
    /// S(t) just after.
    pub survival: f64,
    /// Greenwood's standard error: S √Σ d/(n(n − d)).
    pub standard_error: f64,
    /// Log-log 95 % limits, S^exp(±z √V / ln S); none where S is 0 or 1.
    pub interval: Option<Interval>,
}

/// Kaplan and Meier's curve (JASA 1958).
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// Everything followed.
    pub spells: usize,
    /// Times with events, ascending.
    pub steps: Vec<Step>,
    /// The longest time followed.
    pub longest: f64,
}

/// A hair for products of fractions that should meet a round figure.
const HAIR: f64 = 1e-12;

/// Estimates the curve.
pub fn kaplan_meier(spells: &[Spell]) -> Curve {
    let sorted = ordered(spells);
    let mut steps: Vec<Step> = Vec::new();
    let (mut survival, mut variance, mut place) = (1.0, 0.0, 0);
    while place < sorted.len() {
        let time = sorted[place].time;
        let tied = sorted[place..].iter().take_while(|spell| spell.time <= time);
        let (mut events, mut all) = (0, 0);
        for spell in tied {
            events += usize::from(spell.event);
            all += 1;
        }
        let at_risk = sorted.len() - place;
        if events > 0 {
            let (d, n) = (events as f64, at_risk as f64);
            survival *= 1.0 - d / n;
            variance += if events < at_risk { d / (n * (n - d)) } else { 0.0 };
            let interval = log_log(survival, variance);
            steps.push(Step { time, at_risk, events, survival, standard_error: survival * variance.sqrt(), interval });
        }
        place += all;
    }
    Curve { spells: spells.len(), steps, longest: sorted.last().map_or(0.0, |spell| spell.time) }
}

fn ordered(spells: &[Spell]) -> Vec<Spell> {
    let mut sorted = spells.to_vec();
    sorted.sort_by(|a, b| a.time.total_cmp(&b.time).then(b.event.cmp(&a.event)));
    sorted
}

fn log_log(survival: f64, variance: f64) -> Option<Interval> {
    if survival <= HAIR || survival >= 1.0 - HAIR {
        return None;
    }
    let reach = Z95 * variance.sqrt() / survival.ln();
    Some(Interval::new(survival.powf((-reach).exp()), survival.powf(reach.exp())))
}

impl Curve {
    /// S(t).
    pub fn at(&self, time: f64) -> f64 {
        self.step_at(time).map_or(1.0, |step| step.survival)
    }

    /// The last step up to a time.
    pub fn step_at(&self, time: f64) -> Option<&Step> {
        self.steps.iter().take_while(|step| step.time <= time).last()
    }

    /// The first time by which a share had the event: S(t) ≤ 1 − share. `None`: not reached, which is an answer.
    pub fn quantile(&self, share: f64) -> Option<f64> {
        self.steps.iter().find(|step| step.survival <= 1.0 - share + HAIR).map(|step| step.time)
    }

    /// Half had it.
    pub fn median(&self) -> Option<f64> {
        self.quantile(0.5)
    }

    /// Where the limits of the curve cross the level (Brookmeyer and Crowley 1982); either end may not be reached.
    pub fn quantile_limits(&self, share: f64) -> (Option<f64>, Option<f64>) {
        let level = 1.0 - share + HAIR;
        let crossing = |limit: fn(Interval) -> f64| {
            let crosses = |step: &&Step| step.interval.map_or(step.survival <= HAIR, |found| limit(found) <= level);
            self.steps.iter().find(crosses).map(|step| step.time)
        };
        (crossing(|found| found.low), crossing(|found| found.high))
    }

    /// Area under S up to a time: the mean time without the event, restricted to it (Irwin 1949).
    pub fn restricted_mean(&self, until: f64) -> f64 {
        let (mut area, mut from, mut level) = (0.0, 0.0, 1.0);
        for step in self.steps.iter().take_while(|step| step.time < until) {
            area += level * (step.time - from);
            (from, level) = (step.time, step.survival);
        }
        area + level * (until - from).max(0.0)
    }
}

/// The test of two groups.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogRank {
    /// χ² with one degree of freedom.
    pub chi2: f64,
    /// Its tail.
    pub p: f64,
}

/// Mantel's log-rank test (1966): Σ(d₁ − d·n₁/n), hypergeometric variance. `None` when no time has both at risk and an event.
pub fn log_rank(first: &[Spell], second: &[Spell]) -> Option<LogRank> {
    let mut times: Vec<f64> = first.iter().chain(second).filter(|spell| spell.event).map(|spell| spell.time).collect();
    times.sort_unstable_by(f64::total_cmp);
    times.dedup();
    let (mut excess, mut variance) = (0.0, 0.0);
    for time in times {
        let at_risk = |group: &[Spell]| group.iter().filter(|spell| spell.time >= time).count() as f64;
        let events = |group: &[Spell]| {
            group.iter().filter(|spell| spell.event && spell.time.total_cmp(&time).is_eq()).count() as f64
        };
        let (n1, n, d1) = (at_risk(first), at_risk(first) + at_risk(second), events(first));
        let d = d1 + events(second);
        excess += d1 - d * n1 / n;
        if n > 1.0 {
            variance += d * (n1 / n) * (1.0 - n1 / n) * (n - d) / (n - 1.0);
        }
    }
    let chi2 = (variance > 0.0).then(|| excess * excess / variance)?;
    Some(LogRank { chi2, p: 1.0 - chi2_cdf(chi2, 1.0) })
}

/// How a spell with two possible ends ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// What is studied.
    Event,
    /// What makes it impossible, as a practice that closed before it ever used the service.
    Competing,
    /// Neither had come.
    Censored,
}

/// Cumulative incidence of the event with competing ends (Aalen and Johansen 1978): Σ S(t−)·d/n. Beside 1 − S, as sensitivity.
pub fn cumulative_incidence(spells: &[(f64, End)]) -> Vec<(f64, f64)> {
    let mut times: Vec<f64> = spells.iter().filter(|spell| spell.1 != End::Censored).map(|spell| spell.0).collect();
    times.sort_unstable_by(f64::total_cmp);
    times.dedup();
    let (mut free, mut incidence, mut curve) = (1.0, 0.0, Vec::new());
    for time in times {
        let at_risk = spells.iter().filter(|spell| spell.0 >= time).count() as f64;
        let ended =
            |end: End| spells.iter().filter(|spell| spell.1 == end && spell.0.total_cmp(&time).is_eq()).count() as f64;
        let (events, competing) = (ended(End::Event), ended(End::Competing));
        incidence += free * events / at_risk;
        free *= 1.0 - (events + competing) / at_risk;
        if events > 0.0 {
            curve.push((time, incidence));
        }
    }
    curve
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::dice::Dice;
    use crate::study::testing::{print_all, prints};

    /// A plus marks a censored time, as in print.
    fn spells(printed: &str) -> Vec<Spell> {
        let of = |text: &str| match text.strip_suffix('+') {
            Some(time) => Spell::censored(time.parse().unwrap()),
            None => Spell::event(text.parse().unwrap()),
        };
        printed.split(',').map(of).collect()
    }

    /// I-02.
    #[test]
    fn ten_practices() {
        let curve = kaplan_meier(&spells("1,2,2,4,6,6+,9,12+,12+,12+"));
        let column = |of: fn(&Step) -> f64| curve.steps.iter().map(of).collect::<Vec<_>>();
        assert_eq!(column(|step| step.time), [1.0, 2.0, 4.0, 6.0, 9.0]);
        print_all(&column(|step| step.survival), &["0.9", "0.7", "0.6", "0.5", "0.375"]);
        let errors = ["0.094868", "0.144914", "0.154919", "0.158114", "0.160565"];
        print_all(&column(|step| step.standard_error), &errors);
        let limits = curve.step_at(6.0).unwrap().interval.unwrap();
        print_all(&[limits.low, limits.high], &["0.1836", "0.7532"]);
        assert_eq!(curve.median(), Some(6.0));
        prints(curve.restricted_mean(12.0), "7.125");
        assert_eq!(curve.quantile_limits(0.5), (Some(1.0), None), "the lower limit at 1 is 0.473");
    }

    /// I-13: ten answered cases and two that are still open.
    #[test]
    fn open_cases_are_censored() {
        let curve = kaplan_meier(&spells("2,5,7,9,20,21,26,40,70,168,30+,100+"));
        assert_eq!([0.5, 0.75, 0.9].map(|part| curve.quantile(part)), [21.0, 70.0, 168.0].map(Some));
        prints(1.0 - curve.at(72.0), "0.7917");
    }

    /// T18: Freireich's trial of 6-mercaptopurine.
    #[test]
    fn freireich() {
        let treated = spells("6,6,6,6+,7,9+,10,10+,11+,13,16,17+,19+,20+,22,23,25+,32+,32+,34+,35+");
        let placebo = spells("1,1,2,2,3,4,4,5,5,8,8,8,8,11,11,12,12,15,17,22,23");
        let curve = kaplan_meier(&treated);
        let survival: Vec<f64> = curve.steps.iter().map(|step| step.survival).collect();
        print_all(&survival, &["0.8571", "0.8067", "0.7529", "0.6902", "0.6275", "0.5378", "0.4482"]);
        assert_eq!(curve.median(), Some(23.0));
        let test = log_rank(&treated, &placebo).unwrap();
        prints(test.chi2, "16.79294");
        prints(test.p * 1e5, "4.17");
        assert_eq!(kaplan_meier(&placebo).median(), Some(8.0));
    }

    #[test]
    fn origin_never_reaches_its_median() {
        let mut origin = vec![Spell::censored(20.0); 72];
        origin.extend((1..=22).map(|month| Spell::event(f64::from(month) / 2.0)));
        let curve = kaplan_meier(&origin);
        assert_eq!((curve.median(), curve.quantile_limits(0.5)), (None, (None, None)));
        prints(1.0 - curve.at(20.0), "0.23404");
        assert_eq!(log_rank(&[], &[]), None);
    }

    /// Section 9: without censoring the curve is 1 − the empirical distribution, and the order changes nothing.
    #[test]
    fn uncensored_curves_are_the_empirical_distribution() {
        let mut dice = Dice::new(2);
        for _ in 0..1_000 {
            let n = 1 + dice.below(60);
            let mut spells: Vec<Spell> = (0..n).map(|_| Spell::event(dice.below(24) as f64)).collect();
            let curve = kaplan_meier(&spells);
            for step in &curve.steps {
                let later = spells.iter().filter(|spell| spell.time > step.time).count() as f64;
                assert!((step.survival - later / n as f64).abs() < 1e-12);
            }
            dice.shuffle(&mut spells);
            assert_eq!(kaplan_meier(&spells), curve);
            let ends: Vec<(f64, End)> = spells.iter().map(|spell| (spell.time, End::Event)).collect();
            for (time, incidence) in cumulative_incidence(&ends) {
                assert!((1.0 - curve.at(time) - incidence).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn competing_ends_by_hand() {
        use End::{Censored, Competing, Event};
        let curve = cumulative_incidence(&[(1.0, Event), (2.0, Competing), (3.0, Event), (4.0, Censored)]);
        print_all(&curve.iter().map(|point| point.1).collect::<Vec<_>>(), &["0.25", "0.5"]);
    }
}
