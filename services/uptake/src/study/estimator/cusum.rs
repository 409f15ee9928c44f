//! CUSUM: whether a series has moved away from its own recent level.
//!
//! The rule is OpenPrescribing's: target = mean of the first window, k = ½ SD, h = 5 SD with the population SD of the window;
//! C⁺ = max(0, C⁺ + x − (target + k)), C⁻ = min(0, C⁻ + x − (target − k)), rounded to two decimals; an alert outside ±h. After
//! an alert the target is the mean of the window before; while the sum still moves outward h stays, otherwise h is taken anew
//! and the sums restart.

/// One point's state.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cusum {
    /// The level that it is compared with.
    pub target: f64,
    /// h.
    pub threshold: f64,
    /// C⁺.
    pub above: f64,
    /// C⁻.
    pub below: f64,
}

impl Cusum {
    /// +1 for an alert upward, −1 downward, else 0.
    pub fn alert(&self) -> i8 {
        i8::from(self.above > self.threshold) - i8::from(self.below < -self.threshold)
    }

    fn next(&self, value: f64) -> (f64, f64) {
        let k = self.threshold / SDS / 2.0;
        let rounded = |sum: f64| (sum * 100.0).round() / 100.0;
        let above = rounded((self.above + value - (self.target + k)).max(0.0));
        (above, rounded((self.below + value - (self.target - k)).min(0.0)))
    }
}

/// h in standard deviations.
const SDS: f64 = 5.0;

/// Follows a series; empty when it is shorter than the window.
pub fn cusum(values: &[f64], window: usize) -> Vec<Cusum> {
    if window == 0 || values.len() < window {
        return Vec::new();
    }
    let mut states: Vec<Cusum> = Vec::with_capacity(values.len());
    let (target, threshold) = level(&values[..window]);
    let mut state = Cusum { target, threshold, above: 0.0, below: 0.0 };
    for (place, value) in values.iter().enumerate() {
        if state.alert() != 0 && place >= window {
            let (target, threshold) = level(&values[place - window..place]);
            state.target = target;
            let (above, below) = state.next(*value);
            let outward = (state.alert() > 0 && above > state.above) || (state.alert() < 0 && below < state.below);
            if !outward {
                state = Cusum { target, threshold, above: 0.0, below: 0.0 };
            }
        }
        (state.above, state.below) = state.next(*value);
        states.push(state);
    }
    states
}

fn level(window: &[f64]) -> (f64, f64) {
    let n = window.len() as f64;
    let mean = window.iter().sum::<f64>() / n;
    let variance = window.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / n;
    (mean, SDS * variance.sqrt())
}

/// How large a move of a percentile is in words.
pub fn size_of_move(points: f64) -> &'static str {
    match points.abs() {
        size if size < 10.0 => "slightly",
        size if size < 20.0 => "moderately",
        size if size < 30.0 => "considerably",
        _ => "massively",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::print_all;

    /// By hand: mean 5, population SD 1, so k = 0.5 and h = 5.
    #[test]
    fn a_lasting_rise_alerts_and_a_restart_follows() {
        let mut values = vec![4.0, 6.0, 4.0, 6.0, 4.0, 6.0];
        values.extend([8.0, 8.0, 8.0, 8.0, 8.0, 8.0, 8.0, 8.0]);
        let states = cusum(&values, 6);
        let above: Vec<f64> = states.iter().map(|state| state.above).collect();
        print_all(&above[..9], &["0.00", "0.50", "0.00", "0.50", "0.00", "0.50", "3.00", "5.50", "7.00"]);
        assert_eq!(states[..9].iter().map(Cusum::alert).collect::<Vec<_>>(), [0, 0, 0, 0, 0, 0, 0, 1, 1]);
        // The window before the ninth is 4, 6, 4, 6, 8, 8: mean 6; 5.5 + 8 − 6.5 moves outward, so h stays.
        print_all(&[states[8].target, states[8].threshold, states[8].above], &["6", "5", "7.00"]);
    }

    #[test]
    fn a_steady_series_never_alerts() {
        let steady: Vec<f64> = (0..60).map(|place| f64::from(place % 3)).collect();
        assert!(cusum(&steady, 12).iter().all(|state| state.alert() == 0));
        assert!(cusum(&[1.0; 5], 12).is_empty());
        let falling: Vec<f64> =
            (0..24).map(|place| if place < 12 { 50.0 + f64::from(place % 2) } else { 40.0 }).collect();
        assert_eq!(cusum(&falling, 12)[13].alert(), -1);
        assert_eq!([3.0, -12.0, 29.9, 30.0].map(size_of_move), ["slightly", "moderately", "considerably", "massively"]);
    }
}
