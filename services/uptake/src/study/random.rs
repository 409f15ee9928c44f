//! Programmes made by a seed: for tests, comparisons with other software, and trying the study without a register.

use super::calendar::{Day, Month, day_of, month_of};
use super::dice::Dice;
use super::programme::{Case, Enablement, Event, Ordinary, Practice, Programme, Role, Step};
use time::macros::date;

/// The first day of a made programme.
pub const BEGINS: Day = day_of(date!(2022 - 01 - 01));

/// The day after its last.
pub const ENDS: Day = day_of(date!(2026 - 01 - 01));

/// A programme of so many practices over four years: staggered equipment, few busy users, many that never begin, closures, gaps
/// in the register, test use and faults of the data.
pub fn programme(seed: u64, practices: usize) -> Programme {
    let mut dice = Dice::new(seed);
    let mut made = Programme::default();
    for place in 0..practices {
        let practice = practice(&mut dice, place);
        let equipped = enable(&mut made, &mut dice, place);
        if let Some(equipped) = equipped.filter(|_| dice.chance(0.45)) {
            let ends = practice.closed.unwrap_or(ENDS);
            send(&mut made, &mut dice, place, equipped, ends);
        }
        for month in month_of(BEGINS)..month_of(ENDS) {
            if dice.chance(0.5) {
                made.ordinary.push(Ordinary { practice: place, month, referrals: dice.below(6) as f64 });
            }
        }
        made.practices.push(practice);
    }
    let from = day_of(date!(2024 - 01 - 01));
    made.events.push(Event { kind: "tariff".into(), from, interruption: true, ..Event::default() });
    made
}

fn practice(dice: &mut Dice, place: usize) -> Practice {
    let doctors = 1 + dice.below(6) as u32;
    let list = f64::from(doctors) * (600.0 + dice.below(500) as f64);
    let mut list_sizes: Vec<(Month, f64)> = vec![(month_of(BEGINS), list)];
    if dice.chance(0.3) {
        list_sizes.push((month_of(BEGINS) + 20, (list * (0.7 + dice.unit() * 0.6)).round()));
    }
    if dice.chance(0.06) {
        list_sizes.clear();
    }
    Practice {
        code: format!("P{:04}", (place * 7_919 + 13) % 10_000),
        test: dice.chance(0.04),
        centrality: 1 + dice.below(6) as u8,
        arm: Some(if dice.chance(0.5) { "a" } else { "b" }.to_owned()),
        opened: Some(BEGINS - 1_000),
        closed: dice.chance(0.06).then(|| BEGINS + 300 + dice.below(1_000) as Day),
        merged_into: None,
        list_sizes,
        employed: [doctors, dice.below(4) as u32, 1 + dice.below(3) as u32],
        kilometres: Some((dice.unit().powi(2) * 300.0).round()),
        aged_share: Some(0.1 + dice.unit() * 0.25),
        interpreter_share: Some(dice.unit() * 0.08),
    }
}

fn enable(made: &mut Programme, dice: &mut Dice, place: usize) -> Option<Day> {
    let mut on = BEGINS + dice.below(500) as Day;
    let mut equipped = None;
    let steps = [
        (Step::Offered, 0.97),
        (Step::Agreed, 0.9),
        (Step::Equipped, 0.9),
        (Step::Connected, 0.9),
        (Step::Trained, 0.7),
    ];
    for (step, chance) in steps {
        if !dice.chance(chance) {
            continue;
        }
        on += dice.below(60) as Day;
        made.enablement.push(Enablement { practice: place, step, specialty: "dermatology".into(), on });
        if step == Step::Equipped {
            equipped = Some(on);
        }
    }
    if dice.chance(0.05) {
        let on = on + 200 + dice.below(600) as Day;
        made.enablement.push(Enablement {
            practice: place,
            step: Step::Withdrawn,
            specialty: "dermatology".into(),
            on,
        });
    }
    equipped
}

fn send(made: &mut Programme, dice: &mut Dice, place: usize, equipped: Day, ends: Day) {
    // A few are very busy; most try it and stay rare.
    let pace = 3.0 + dice.unit().powi(3) * 160.0;
    let mut on = equipped - if dice.chance(0.05) { 5 } else { 0 } + dice.below(240) as Day;
    let stops = if dice.chance(0.4) { on + dice.below(500) as Day } else { ends };
    while on < stops.min(ends).min(ENDS) {
        made.cases.push(case(dice, place, on));
        on += 1 + (-(1.0 - dice.unit()).ln() * pace) as Day;
    }
}

fn case(dice: &mut Dice, place: usize, on: Day) -> Case {
    let submitted = f64::from(on) * 24.0 + 8.0 + dice.below(32) as f64 / 4.0;
    let late = if dice.chance(0.03) { 24.0 * 9.0 } else { 0.1 };
    let waits = (-(1.0 - dice.unit()).ln() * 30.0 * 4.0).round() / 4.0 + 0.25;
    let answered = dice.chance(0.93).then_some(submitted + waits);
    let fault = dice.chance(0.01);
    Case {
        practice: place,
        specialty: if dice.chance(0.8) { "dermatology" } else { "ent" }.to_owned(),
        submitted,
        recorded: submitted + late,
        allocated: dice.chance(0.95).then_some(submitted + if fault { waits + 1.0 } else { waits * 0.4 }),
        answered,
        cancelled: (answered.is_none() && dice.chance(0.5)).then_some(submitted + 20.0),
        role: Role::ALL[dice.below(3)],
        sender: format!("s{place}-{}", dice.below(4)),
        specialist: format!("d{}", dice.below(5)),
        test: dice.chance(0.05),
        aged: dice.chance(0.9).then(|| dice.chance(0.3)),
        interpreter: dice.chance(0.9).then(|| dice.chance(0.04)),
        questions: dice.below(5) as u32 / 4,
    }
}
