//! The context log as a table: what happened, where and when, without its words. A day on which somebody left a practice may tell
//! who it was, so that researchers get the month.

use super::described::CONTEXT;
use super::table::{Table, known, text};
use crate::study::calendar::{Day, day_name, first_day, month_of};
use crate::study::programme::Event;
use crate::study::view::View;

/// Events that began before the cut, those of practices for training left out; `exact`: with their days, and not their months.
pub fn context(view: &View<'_>, exact: bool) -> Table {
    let counted: Vec<usize> = view.counted().collect();
    let seen =
        |event: &&Event| event.from < view.window.until && event.practice.is_none_or(|place| counted.contains(&place));
    let mut events: Vec<&Event> = view.programme.events.iter().filter(seen).collect();
    events.sort_by(|one, other| one.order().cmp(&other.order()));
    let day = |day: Day| day_name(if exact { day } else { first_day(month_of(day)) });
    let row = |(place, event): (usize, &&Event)| {
        let scope = match (event.practice, &event.department) {
            (Some(_), _) => "practice",
            (None, Some(_)) => "department",
            (None, None) => "programme",
        };
        vec![
            (place + 1).to_string(),
            scope.to_owned(),
            known(event.practice.map(|place| text(view.code(place)))),
            known(event.department.as_deref().map(text)),
            text(&event.domain),
            text(&event.kind),
            day(event.from),
            known(event.until.map(day)),
        ]
    };
    Table { description: CONTEXT, rows: events.iter().enumerate().map(row).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::indicator::sample::origin;

    #[test]
    fn days_for_the_programme_and_months_for_research() {
        let (mut programme, window) = origin();
        let from = window.from + 45;
        programme.practices[2].test = true;
        programme.events = vec![
            Event { kind: "=1+1".into(), from: window.until, ..Event::default() },
            Event { practice: Some(2), kind: "outage".into(), from, ..Event::default() },
            Event { practice: Some(1), kind: "champion-leaves".into(), from, until: Some(from), ..Event::default() },
            Event { department: Some("D1".into()), kind: "=1+1".into(), from: from - 1, ..Event::default() },
            Event { domain: "outer-setting".into(), kind: "tariff-change".into(), from: from - 2, ..Event::default() },
        ];
        let view = View::new(&programme, &window);
        let lines = |exact: bool| context(&view, exact).rows.iter().map(|row| row.join(",")).collect::<Vec<_>>();
        let code = view.code(1);
        assert_eq!(
            lines(true),
            [
                "1,programme,,,outer-setting,tariff-change,2023-02-13,".to_owned(),
                "2,department,,D1,,'=1+1,2023-02-14,".to_owned(),
                format!("3,practice,{code},,,champion-leaves,2023-02-15,2023-02-15"),
            ]
        );
        assert!(lines(false).iter().all(|line| line.contains("2023-02-01") && !line.contains("2023-02-1")));
    }
}
