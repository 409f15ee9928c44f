use super::*;
use crate::month::Month;
use time::Duration;
use time::macros::{date, datetime};

fn practice(id: u128) -> Practice {
    let id = Uuid::from_u128(id);
    Practice {
        id,
        name: "Solvik".into(),
        municipality: "Solvik".into(),
        test: false,
        list_size: Some(3_000),
        closed_on: None,
        trial_arm: String::new(),
    }
}

fn window() -> Window {
    Window { from: Month::parse("2026-01").unwrap(), to: Month::parse("2026-03").unwrap() }
}

fn now() -> At {
    datetime!(2026-03-20 12:00 UTC).into()
}

fn equipped(id: u128, on: Date) -> Step {
    Step { practice: Uuid::from_u128(id), step: "equipped".into(), on: At::midnight(on) }
}

fn sent(id: u128, at: At) -> Fact {
    Fact {
        practice: Uuid::from_u128(id),
        act: Act::Submitted,
        at,
        images: 3,
        test: false,
        view_overrides: 0,
        answered_at: None,
    }
}

/// First and last use as the store would say them.
fn spans(practices: &[Practice], facts: &[Fact]) -> Vec<Span> {
    let of = |practice: &Practice| {
        let uses =
            facts.iter().filter(|f| f.practice == practice.id && f.act == Act::Submitted && !f.test && f.images > 0);
        let times: Vec<At> = uses.map(|fact| fact.at).collect();
        Some(Span {
            practice: practice.id,
            first: *times.iter().min()?,
            last: *times.iter().max()?,
            uses: times.len() as i64,
        })
    };
    practices.iter().filter_map(of).collect()
}

fn built(practices: &[Practice], steps: &[Step], facts: &[Fact]) -> Vec<Row> {
    let spans = spans(practices, facts);
    rows(Sources { practices, steps, facts, spans: &spans, equipment: &[] }, window(), now())
}

#[test]
fn silence_is_a_zero_in_every_month() {
    let rows = built(&[practice(1)], &[equipped(1, date!(2026 - 02 - 20))], &[]);
    assert_eq!(rows[0].months, [0, 0, 0]);
    assert_eq!((rows[0].referrals, rows[0].first_use, rows[0].median_answer_hours), (0, None, None));
    assert_eq!(rows[0].silent_days, Some(28));
    let bare = built(&[practice(1)], &[], &[]);
    assert_eq!((bare.len(), bare[0].silent_days), (1, None));
}

#[test]
fn uses_fall_into_months_of_oslo() {
    let facts = [
        sent(1, datetime!(2026-01-31 22:59 UTC).into()),
        sent(1, datetime!(2026-01-31 23:00 UTC).into()),
        sent(1, datetime!(2026-03-10 12:00 UTC).into()),
    ];
    let rows = built(&[practice(1), practice(2)], &[], &facts);
    assert_eq!(rows[0].months, [1, 1, 1]);
    assert_eq!(rows[0].first_use, Some(date!(2026 - 01 - 31)));
    assert_eq!(rows[0].last_use, Some(date!(2026 - 03 - 10)));
    assert_eq!((rows[0].images_sent, rows[0].silent_days), (9, Some(10)));
    assert_eq!(rows[1].months, [0, 0, 0]);
}

#[test]
fn test_use_and_referrals_without_pictures_are_no_use() {
    let at = datetime!(2026-02-10 12:00 UTC).into();
    let facts = [
        sent(1, at),
        Fact { test: true, ..sent(1, at) },
        Fact { images: 0, ..sent(1, at) },
        sent(2, at),
        Fact { act: Act::Supplied, images: 2, ..sent(1, at) },
        Fact { act: Act::AnswerRead, images: 0, ..sent(1, at) },
        Fact { act: Act::AnswerRead, images: 0, test: true, ..sent(1, at) },
    ];
    let practices = [practice(1), Practice { test: true, ..practice(2) }];
    let rows = built(&practices, &[equipped(1, date!(2026 - 01 - 05)), equipped(2, date!(2026 - 01 - 05))], &facts);
    assert_eq!((rows[0].referrals, rows[0].test_use, rows[0].images_sent, rows[0].answers_read), (1, 1, 5, 1));
    assert_eq!((rows[1].referrals, rows[1].test_use, rows[1].first_use), (0, 1, None));
    let totals = totals(&rows);
    assert_eq!((totals.practices, totals.equipped, totals.with_use, totals.never_used), (1, 1, 1, 0));
    assert_eq!(totals.referrals, 1);
}

#[test]
fn the_median_is_over_answered_referrals() {
    let at: At = datetime!(2026-02-10 12:00 UTC).into();
    let answered = |hours| Fact { answered_at: Some(at + Duration::hours(hours)), ..sent(1, at) };
    let facts = [answered(2), answered(30), answered(4), sent(1, at), answered(-1)];
    let rows = built(&[practice(1)], &[], &facts);
    assert_eq!((rows[0].referrals, rows[0].median_answer_hours), (5, Some(4.0)));
}

/// 94 equipped, 22 with use, the four busiest 80 % (by hand: 30 + 20 + 17 + 13 of 100).
#[test]
fn the_study_begins_with_these_figures() {
    let practices: Vec<Practice> = (1..=94).map(practice).collect();
    let steps: Vec<Step> = (1..=94).map(|id| equipped(id, date!(2026 - 01 - 05))).collect();
    let mut uses = vec![30, 20, 17, 13, 2, 2];
    uses.extend([1; 16]);
    let at = datetime!(2026-02-10 12:00 UTC).into();
    let facts: Vec<Fact> = (1..).zip(&uses).flat_map(|(id, n)| std::iter::repeat_n(sent(id, at), *n)).collect();
    let rows = built(&practices, &steps, &facts);
    let totals = totals(&rows);
    assert_eq!((totals.practices, totals.equipped, totals.with_use, totals.never_used), (94, 94, 22, 72));
    assert_eq!(totals.top_four, Some(Share { numerator: 80, denominator: 100, share: 0.8 }));
    assert_eq!(rows.iter().map(|row| row.months.len()).sum::<usize>(), 94 * 3, "no gap in the panel");
    assert_eq!(rows.iter().flat_map(|row| &row.months).sum::<i64>(), totals.referrals);
}

#[test]
fn a_step_is_dated_by_its_first_record() {
    let steps = [equipped(1, date!(2026 - 02 - 01)), equipped(1, date!(2026 - 01 - 07))];
    let rows = built(&[practice(1)], &steps, &[]);
    assert_eq!(rows[0].steps, Steps { equipped: Some(date!(2026 - 01 - 07)), ..Steps::default() });
}

#[test]
fn a_closed_practice_is_kept_in_history_and_in_no_present_silence() {
    let closed = |id| Practice { closed_on: Some(date!(2026 - 03 - 10)), ..practice(id) };
    let practices =
        [closed(1), closed(2), practice(3), Practice { closed_on: Some(date!(2026 - 09 - 01)), ..practice(4) }];
    let steps: Vec<Step> = (1..=4).map(|id| equipped(id, date!(2026 - 01 - 05))).collect();
    let rows = built(&practices, &steps, &[sent(1, datetime!(2026-02-10 12:00 UTC).into())]);
    let told = |row: &Row| (row.standing.state, row.standing.action.is_some(), row.silent_days);
    assert_eq!(
        rows.iter().map(told).collect::<Vec<_>>(),
        [
            (State::Closed, false, None),
            (State::Closed, false, None),
            (State::NeverUsed, true, Some(74)),
            (State::NeverUsed, true, Some(74)),
        ]
    );
    let totals = totals(&rows);
    assert_eq!((totals.equipped, totals.with_use, totals.never_used, totals.closed), (4, 1, 2, 2));
    assert_eq!((totals.referrals, rows[0].months.as_slice()), (1, &[0, 1, 0][..]));
}

#[test]
fn equipment_is_gone_when_the_last_piece_went() {
    let piece = |id, until| Equipment { practice: Uuid::from_u128(id), until };
    let day = Some(date!(2026 - 03 - 01));
    let all = [
        piece(1, day),
        piece(1, Some(date!(2026 - 03 - 05))),
        piece(2, day),
        piece(2, None),
        piece(3, None),
        piece(3, day),
    ];
    assert_eq!(withdrawn(&all), HashMap::from([(Uuid::from_u128(1), date!(2026 - 03 - 05))]));
}

#[test]
fn views_left_out_are_counted_by_month_without_training() {
    let at = datetime!(2026-02-10 12:00 UTC).into();
    let left = |n| Fact { view_overrides: n, ..sent(1, at) };
    let rows = built(&[practice(1)], &[], &[left(2), Fact { images: 0, ..left(1) }, Fact { test: true, ..left(5) }]);
    assert_eq!(rows[0].view_overrides, [0, 3, 0]);
}
