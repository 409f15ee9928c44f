//! A programme seen through a window: what indicators ask, looked up once.

use super::calendar::{Day, Month, first_day, month_of};
use super::programme::{Case, Practice, Programme, Step, Window};

/// A programme up to a cut, of one specialty or all. Practices for training are not in it.
#[derive(Clone, Debug)]
pub struct View<'a> {
    /// Everything.
    pub programme: &'a Programme,
    /// What is looked at.
    pub window: &'a Window,
    first: Vec<[Option<Day>; 7]>,
    use_days: Vec<Vec<Day>>,
    counted: Vec<usize>,
}

impl<'a> View<'a> {
    /// Looks at a programme.
    pub fn new(programme: &'a Programme, window: &'a Window) -> Self {
        let all = programme.practices.len();
        let mut first = vec![[None; 7]; all];
        let seen =
            programme.enablement.iter().filter(|entry| window.takes(&entry.specialty) && entry.on < window.until);
        for entry in seen.filter(|entry| entry.practice < all) {
            let on = &mut first[entry.practice][entry.step as usize];
            *on = Some(on.map_or(entry.on, |earlier: Day| earlier.min(entry.on)));
        }
        let mut counted: Vec<usize> = (0..all).filter(|place| !programme.practices[*place].test).collect();
        counted.sort_by(|a, b| programme.practices[*a].code.cmp(&programme.practices[*b].code));
        let mut view = Self { programme, window, first, use_days: Vec::new(), counted };
        let mut use_days = vec![Vec::new(); all];
        for case in view.uses() {
            use_days[case.practice].push(case.day());
        }
        for days in &mut use_days {
            days.sort_unstable();
        }
        view.use_days = use_days;
        view
    }

    /// One practice.
    pub fn practice(&self, place: usize) -> &'a Practice {
        &self.programme.practices[place]
    }

    /// Its code.
    pub fn code(&self, place: usize) -> &'a str {
        &self.programme.practices[place].code
    }

    /// Indices of the practices that count, by code.
    pub fn counted(&self) -> impl Iterator<Item = usize> {
        self.counted.iter().copied()
    }

    /// The first record of a step before the cut.
    pub fn first_step(&self, practice: usize, step: Step) -> Option<Day> {
        self.first[practice][step as usize]
    }

    /// Real cases up to the cut: neither test cases nor of a practice for training.
    pub fn uses(&self) -> impl Iterator<Item = &'a Case> {
        let (programme, window) = (self.programme, self.window);
        programme.cases.iter().filter(move |case| {
            !case.test
                && window.takes(&case.specialty)
                && case.day() < window.until
                && programme.practices.get(case.practice).is_some_and(|practice| !practice.test)
        })
    }

    /// Real cases within the window.
    pub fn uses_within(&self) -> impl Iterator<Item = &'a Case> {
        let from = self.window.from;
        self.uses().filter(move |case| case.day() >= from)
    }

    /// The days of a practice's real cases up to the cut, ascending.
    pub fn use_days(&self, practice: usize) -> &[Day] {
        &self.use_days[practice]
    }

    /// When it stopped being able to use the service: closed or withdrawn, if before the cut.
    pub fn ended(&self, practice: usize) -> Option<Day> {
        let closed = self.practice(practice).closed.filter(|day| *day < self.window.until);
        [closed, self.first_step(practice, Step::Withdrawn)].into_iter().flatten().min()
    }

    /// Live in a month: equipped in it or before, and not ended before it began.
    pub fn live(&self, practice: usize, month: Month) -> bool {
        self.first_step(practice, Step::Equipped).is_some_and(|day| month_of(day) <= month)
            && self.ended(practice).is_none_or(|day| day > first_day(month))
    }

    /// Patient-years of the live whole months of the window; `None` when a list size is not known. No live month is 0.
    pub fn exposure(&self, practice: usize) -> Option<f64> {
        let live = self.window.months().into_iter().filter(|month| self.live(practice, *month));
        live.map(|month| self.practice(practice).list_size(month)).sum::<Option<f64>>().map(|sum| sum / 12.0)
    }

    /// Per practice, real cases in the months for which exposure is counted.
    pub fn exposed_uses(&self) -> Vec<u64> {
        let months = self.window.months();
        let mut counts = vec![0; self.programme.practices.len()];
        for case in self.uses_within() {
            let month = month_of(case.day());
            if months.binary_search(&month).is_ok() && self.live(case.practice, month) {
                counts[case.practice] += 1;
            }
        }
        counts
    }
}
