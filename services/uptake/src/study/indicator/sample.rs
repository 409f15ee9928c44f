//! Programmes for the tests of indicators.

use crate::study::calendar::day_of;
use crate::study::figure::{Figure, Line};
use crate::study::programme::{Case, Enablement, Practice, Programme, Role, Step, Window};

pub use crate::study::random::programme as random;
use time::macros::date;

/// All of a random programme.
pub fn whole() -> Window {
    Window { from: crate::study::random::BEGINS, until: crate::study::random::ENDS, specialty: None }
}

/// The origin: 94 practices offered and equipped early in 2023, 22 that used it in 2023 and 2024, of which four made 80 %.
pub fn origin() -> (Programme, Window) {
    let mut programme = Programme::default();
    let counts = [40, 30, 24, 18].into_iter().chain([2; 10]).chain([1; 8]);
    let counts: Vec<i32> = counts.chain([0; 72]).collect();
    for (place, count) in counts.iter().enumerate() {
        let number = place as i32;
        programme.practices.push(Practice {
            code: format!("N{place:02}"),
            centrality: 3 + (place % 3) as u8,
            opened: Some(day_of(date!(2010 - 01 - 01))),
            list_sizes: vec![(0, 1_000.0 + f64::from(number * 37 % 50) * 60.0)],
            employed: [1 + (place % 4) as u32, 1, 2],
            kilometres: Some(20.0 + f64::from(number * 53 % 300)),
            aged_share: Some(0.2),
            interpreter_share: Some(0.03),
            ..Practice::default()
        });
        let equipped = day_of(date!(2023 - 01 - 10)) + number % 60;
        for (step, on) in [(Step::Offered, equipped - 30), (Step::Equipped, equipped), (Step::Trained, equipped + 14)] {
            programme.enablement.push(Enablement { practice: place, step, specialty: "dermatology".into(), on });
        }
        for one in 0..*count {
            let on = equipped + 20 + number + one * 12;
            programme.cases.push(case(place, f64::from(on) * 24.0 + 10.0));
        }
    }
    (programme, Window { from: day_of(date!(2023 - 01 - 01)), until: day_of(date!(2025 - 01 - 01)), specialty: None })
}

/// A case answered after a day.
pub fn case(practice: usize, submitted: f64) -> Case {
    Case {
        practice,
        specialty: "dermatology".into(),
        submitted,
        recorded: submitted,
        allocated: Some(submitted + 4.0),
        answered: Some(submitted + 24.0),
        cancelled: None,
        role: Role::Doctor,
        sender: format!("s{practice}"),
        specialist: "d1".into(),
        test: false,
        aged: Some(practice.is_multiple_of(3)),
        interpreter: Some(false),
        questions: 0,
    }
}

/// The same programme with its practices in the opposite order.
pub fn reversed(programme: &Programme) -> Programme {
    let mut turned = programme.clone();
    turned.practices.reverse();
    let last = turned.practices.len() - 1;
    turned.enablement.iter_mut().for_each(|entry| entry.practice = last - entry.practice);
    turned.cases.iter_mut().for_each(|case| case.practice = last - case.practice);
    turned.ordinary.iter_mut().for_each(|entry| entry.practice = last - entry.practice);
    turned
}

/// The figure of a group by its name.
///
/// # Panics
/// When there is none.
#[track_caller]
pub fn figure(lines: &[Line], group: &str, name: &str) -> Figure {
    let line = lines.iter().find(|line| line.group == group && line.name == name);
    line.expect("the line").figure.clone()
}
