//! I-14: how many within a practice use it. By role at the finest; outside the practice a class only.

use crate::study::estimator::concentration::{fewest, top};
use crate::study::estimator::proportion::share;
use crate::study::figure::{Figure, Flag, Line};
use crate::study::programme::Role;
use crate::study::view::View;
use std::collections::BTreeMap;

/// What is shown of a number of people outside their practice.
pub fn class(people: u64) -> &'static str {
    match people {
        0 => "0",
        1 => "1",
        2..=3 => "2-3",
        _ => "4+",
    }
}

/// Per practice with use: `doctors`, `nurses`, `secretaries` (senders over employed, never over 1), `busiest-share` and
/// `bus-factor`, the fewest people who sent half. A disclosure layer turns numbers into [`class`]es outside the practice.
pub fn penetration(view: &View<'_>) -> Vec<Line> {
    let mut senders: BTreeMap<usize, BTreeMap<(Role, &str), f64>> = BTreeMap::new();
    for case in view.uses_within() {
        *senders.entry(case.practice).or_default().entry((case.role, &case.sender)).or_default() += 1.0;
    }
    let mut lines = Vec::new();
    for place in view.counted() {
        let Some(people) = senders.get(&place) else { continue };
        let code = view.code(place);
        for (role, name) in Role::ALL.into_iter().zip(["doctors", "nurses", "secretaries"]) {
            let using = people.keys().filter(|person| person.0 == role).count() as u64;
            let employed = u64::from(view.practice(place).employed[role as usize]);
            // More senders than posts: locums came and went.
            let figure = share(using.min(employed), employed).flagged(Flag::NoDenominator, employed == 0);
            lines.push(Line::new(code, name, figure));
        }
        let counts: Vec<f64> = people.values().copied().collect();
        let all = counts.iter().sum::<f64>();
        lines.push(Line::new(code, "busiest-share", share(top(&counts, 1) as u64, all as u64)));
        let factor = fewest(&counts, 0.5).map(|people| people as f64);
        lines.push(Line::new(code, "bus-factor", Figure::of(factor, counts.len() as f64, "fewest people with half")));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::indicator::sample::{figure, origin};

    #[test]
    fn people_and_posts() {
        let (mut programme, window) = origin();
        for (place, case) in programme.cases.iter_mut().filter(|case| case.practice == 0).enumerate() {
            case.sender = format!("s{}", [0, 0, 1, 2][place % 4]);
            case.role = if place % 4 == 3 { Role::Nurse } else { Role::Doctor };
        }
        let lines = penetration(&View::new(&programme, &window));
        let of = |name| figure(&lines, "N00", name);
        assert_eq!((of("doctors").numerator as i32, of("doctors").denominator as i32), (1, 1));
        assert_eq!((of("nurses").value, of("secretaries").value), (Some(1.0), Some(0.0)));
        assert_eq!((of("busiest-share").value, of("bus-factor").value), (Some(0.5), Some(1.0)));
        assert_eq!([0, 1, 2, 3, 4, 90].map(class), ["0", "1", "2-3", "2-3", "4+", "4+"]);
    }
}
