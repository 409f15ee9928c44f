//! A figure as it travels: value, numerator, denominator, interval, the estimator's name and what a reader must know.

use serde::Serialize;
use utoipa::ToSchema;

/// Both ends of an interval; 95 % unless said otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// Lower limit.
    pub low: f64,
    /// Upper limit.
    pub high: f64,
}

impl Interval {
    /// Between two limits.
    pub const fn new(low: f64, high: f64) -> Self {
        Self { low, high }
    }

    /// Each limit put through a rising function.
    pub fn map(self, rising: impl Fn(f64) -> f64) -> Self {
        Self { low: rising(self.low), high: rising(self.high) }
    }

    /// Whether a value lies within, limits included.
    pub fn holds(self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}

/// What a reader must know before believing a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = uptake::Flag)]
pub enum Flag {
    /// There was nothing to divide by.
    NoDenominator,
    /// The list size is not known: the figure is null, never a national mean.
    ListUnknown,
    /// Fewer than 500 patients on the list.
    SmallList,
    /// More referrals than patients on the list: a fault of the data, and the rate is refused.
    MoreThanList,
    /// Steps were passed in another order than they are recorded.
    OutOfOrder,
    /// Used before it was equipped: counted as time 0.
    UsedBeforeEquipped,
    /// Less than the window has passed since it could be used.
    TooEarly,
    /// Fewer than half reached it, so there is no median.
    NotReached,
    /// Fewer units than the figure needs.
    TooFew,
    /// Expected count under 1: drawn hollow, without a verdict.
    ExpectedUnderOne,
    /// Fewer than 12 points in a control chart's baseline.
    ShortBaseline,
    /// The list size jumped by more than a fifth: the alert is muted.
    ListJumped,
    /// The numbers vary more than chance explains; limits are widened.
    Overdispersed,
    /// A period that has not ended.
    Incomplete,
    /// Answered before it was allocated, or before it was sent.
    ClockError,
    /// Some of the cases are still open, and are counted as censored.
    OpenCases,
    /// Test use was left out.
    TestUseLeftOut,
    /// Under eight points on either side of the change: described, not estimated.
    DescriptiveOnly,
    /// The fit did not converge, or its optimum lies on a bound.
    NoFit,
}

/// A figure with its numerator, denominator, interval and flags.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// The figure; null when it is not defined.
    pub value: Option<f64>,
    /// Counted.
    pub numerator: f64,
    /// Out of, or the exposure.
    pub denominator: f64,
    /// Where there is one.
    pub interval: Option<Interval>,
    /// What made value and interval.
    pub estimator: &'static str,
    /// What a reader must know, in order, each once.
    pub flags: Vec<Flag>,
}

impl Figure {
    /// A ratio without an interval; null when the denominator is not positive.
    pub fn ratio(numerator: f64, denominator: f64, estimator: &'static str) -> Self {
        let value = (denominator > 0.0).then(|| numerator / denominator);
        let flags = if value.is_none() { vec![Flag::NoDenominator] } else { Vec::new() };
        Self { value, numerator, denominator, interval: None, estimator, flags }
    }

    /// A value that is no ratio, over so many units.
    pub fn of(value: Option<f64>, units: f64, estimator: &'static str) -> Self {
        Self { value, numerator: units, denominator: units, interval: None, estimator, flags: Vec::new() }
    }

    /// With an interval.
    #[must_use]
    pub fn within(mut self, interval: Option<Interval>) -> Self {
        self.interval = interval;
        self
    }

    /// With a flag, when it applies.
    #[must_use]
    pub fn flagged(mut self, flag: Flag, applies: bool) -> Self {
        if applies && !self.flags.contains(&flag) {
            self.flags.push(flag);
            self.flags.sort_unstable();
        }
        self
    }
}

/// One line of what an indicator gives: of whom or when, and the figure.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// The practice's code, a step, a period, or `all`.
    pub group: String,
    /// Which of the indicator's figures.
    pub name: &'static str,
    /// The figure.
    pub figure: Figure,
}

impl Line {
    /// A line.
    pub fn new(group: impl Into<String>, name: &'static str, figure: Figure) -> Self {
        Self { group: group.into(), name, figure }
    }
}
