//! Figures: percentiles, medians, and the line that ends a bench.

use std::time::Duration;

/// Times of single calls.
#[derive(Debug, Default)]
pub struct Times(Vec<Duration>);

impl Times {
    /// Adds one.
    pub fn add(&mut self, time: Duration) {
        self.0.push(time);
    }

    /// Adds all of another's.
    pub fn join(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// The time that `share` (0 to 1) of the calls did not exceed, in ms.
    pub fn percentile(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort();
        let place = (sorted.len() as f64 * share) as usize;
        sorted.get(place.min(sorted.len().saturating_sub(1))).map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
    }

    /// Median in ms.
    pub fn p50(&self) -> f64 {
        self.percentile(0.5)
    }

    /// 95 % in ms.
    pub fn p95(&self) -> f64 {
        self.percentile(0.95)
    }
}

/// The middle of some figures.
pub fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The line that ends a bench.
pub fn line(name: &str, ours: f64, peer: f64, unit: &str) {
    println!("bench {name} ratio={:.2} ours={ours:.2} {unit} peer={peer:.2} {unit}", ours / peer);
}

/// What else the machine was doing.
pub fn load() {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = text.split(' ').take(3).collect::<Vec<_>>().join(" ");
    let profile = if cfg!(debug_assertions) { "debug" } else { "release" };
    println!(
        "machine load={load} cores={} profile={profile}",
        std::thread::available_parallelism().map_or(0, usize::from)
    );
}
