//! From values to places, and round values to write on an axis.

/// A straight scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// Lowest and highest value.
    pub values: (f64, f64),
    /// Where they lie.
    pub places: (f64, f64),
}

impl Scale {
    /// Where a value lies; in the middle when there is but one value.
    pub fn place(&self, value: f64) -> f64 {
        let span = self.values.1 - self.values.0;
        let share = if span > 0.0 { (value - self.values.0) / span } else { 0.5 };
        self.places.0 + share * (self.places.1 - self.places.0)
    }
}

/// A round step of 1, 2 or 5 times a power of ten, so that about so many fit.
pub fn step(span: f64, about: usize) -> f64 {
    if !span.is_finite() || span <= 0.0 {
        return 1.0;
    }
    let rough = span / about.max(1) as f64;
    let power = 10_f64.powi(rough.log10().floor() as i32);
    let round = [1.0, 2.0, 5.0].into_iter().find(|round| round * power >= rough * (1.0 - 1e-9));
    round.unwrap_or(10.0) * power
}

/// Round values from the lowest to the highest, and the decimals that they need. The ends are moved outwards to round values.
pub fn rounded(low: f64, high: f64, about: usize, whole: bool) -> (Vec<f64>, usize) {
    let (low, high) = if low.is_finite() && high.is_finite() { (low, high.max(low)) } else { (0.0, 1.0) };
    let mut step = step(high - low, about);
    if whole {
        step = step.max(1.0);
    }
    let (first, last) = ((low / step + 1e-9).floor(), (high / step - 1e-9).ceil());
    let last = if last > first { last } else { first + 1.0 };
    let decimals = (-step.log10().floor()).max(0.0) as usize;
    let values = (0..=(last - first).min(1_000.0) as usize).map(|number| (first + number as f64) * step);
    (values.collect(), decimals)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round() {
        assert_eq!(rounded(0.0, 40.0, 4, true), (vec![0.0, 10.0, 20.0, 30.0, 40.0], 0));
        assert_eq!(rounded(0.0, 0.0, 4, true), (vec![0.0, 1.0], 0));
        assert_eq!(rounded(0.0, 2.0, 5, true), (vec![0.0, 1.0, 2.0], 0));
        let (values, decimals) = rounded(-0.31, 0.47, 4, false);
        assert_eq!((values.len(), decimals), (6, 1));
        assert_eq!(rounded(f64::NAN, 1.0, 2, false).0, [0.0, 0.5, 1.0]);
    }

    #[test]
    fn one_value_lies_in_the_middle() {
        let scale = Scale { values: (3.0, 3.0), places: (10.0, 20.0) };
        assert!((scale.place(3.0) - 15.0).abs() < 1e-12);
    }
}
