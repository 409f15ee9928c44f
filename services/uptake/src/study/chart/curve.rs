//! Step lines: a survival curve, or one minus it, with its band.

use super::drawing::{Drawing, Place, Shape};
use super::look::{BAND, MAIN};
use super::plot::Plot;
use crate::study::estimator::survival::Curve;

/// Which way a curve is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// 1 − S(t): how many had it.
    Rising,
    /// S(t): how many have not.
    Falling,
}

impl Course {
    fn of(self, survival: f64) -> f64 {
        match self {
            Self::Rising => 1.0 - survival,
            Self::Falling => survival,
        }
    }
}

/// The highest value that a curve or its band has.
pub fn highest(curve: &Curve, course: Course) -> f64 {
    let high = |limits: crate::study::figure::Interval| course.of(limits.low).max(course.of(limits.high));
    let steps = curve.steps.iter().map(|step| step.interval.map_or(course.of(step.survival), high));
    steps.fold(course.of(1.0), f64::max)
}

/// Draws the curve up to a time, with log-log limits where there are some.
pub fn draw(drawing: &mut Drawing, plot: &Plot, curve: &Curve, course: Course, until: f64) {
    let steps: Vec<_> = curve.steps.iter().take_while(|step| step.time <= until).collect();
    let ends = steps.iter().skip(1).map(|step| step.time).chain([until]);
    let (mut low, mut high): (Vec<Place>, Vec<Place>) = (Vec::new(), Vec::new());
    let mut line = vec![plot.at(0.0, course.of(1.0))];
    let mut before = 1.0;
    for (step, end) in steps.iter().zip(ends) {
        line.extend([before, step.survival].map(|survival| plot.at(step.time, course.of(survival))));
        before = step.survival;
        if let Some(limits) = step.interval {
            low.extend([step.time, end].map(|time| plot.at(time, course.of(limits.low))));
            high.extend([step.time, end].map(|time| plot.at(time, course.of(limits.high))));
        }
    }
    line.push(plot.at(until, course.of(before)));
    area(drawing, low, high);
    drawing.draw(&Shape::Through(&line), &MAIN);
}

/// The band between two lines; nothing when there are none.
pub fn area(drawing: &mut Drawing, mut low: Vec<Place>, high: Vec<Place>) {
    low.extend(high.into_iter().rev());
    if low.len() > 2 {
        drawing.draw(&Shape::Within(&low), &BAND);
    }
}
