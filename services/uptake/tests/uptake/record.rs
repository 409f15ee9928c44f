//! The record as the study takes it: what counts, on which clock, by which code, and what stays unknown.

use crate::house::{House, about, submitted, use_of};
use crate::programme::programme;
use kit::log::Envelope;
use kit::testing::DEPLOYMENTS;
use proto::directory::{
    ContextNoted, ContextWithdrawn, EquipmentPlaced, EquipmentWithdrawn, OrdinaryCount, OrdinaryReferralsCounted,
};
use proto::intake::ReferralEnteredInError;
use proto::review::{AnswerGiven, InformationRequested};
use std::collections::BTreeSet;
use time::macros::{date, datetime};
use uptake::record::{Asked, RecordError, read};
use uptake::study::calendar::{day_of, month_of};
use uptake::study::programme::{Case, Role, Step};

/// The case that was sent in an hour since 1970 on the clocks of Oslo.
fn sent(cases: &[Case], hour: f64) -> &Case {
    cases.iter().find(|case| (case.submitted - hour).abs() < 1e-9).expect("a case")
}

/// A day after everything that happens here.
fn afterwards() -> kit::At {
    datetime!(2026-09-01 00:00 UTC).into()
}

#[tokio::test]
async fn a_referral_becomes_a_case_with_what_became_of_it() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let practice = house.practice("Solvik", false, Some(datetime!(2026-01-05 00:00 UTC).into())).await;
        // 08:00 in Oslo's summer.
        let at = |hours: i64| kit::At::from(datetime!(2026-07-01 06:00 UTC)) + time::Duration::hours(hours);
        let referral = house.ctx().new_id();
        let by = |actor: u8, role: &str, envelope: Envelope| Envelope {
            actor: vec![actor; 16],
            actor_role: role.into(),
            ..envelope
        };
        house.publish(by(0xAB, "gp-staff", use_of(practice, referral, at(0), 2)), &submitted()).await;
        let later = |hours: i64| Envelope {
            claimed_us: Some(at(1).micros()),
            ..by(0xCD, "specialist", use_of(practice, referral, at(hours), 0))
        };
        for hours in [2, 3] {
            house.publish(later(hours), &InformationRequested::default()).await;
        }
        for hours in [18, 30] {
            house.publish(later(hours), &AnswerGiven::default()).await;
        }
        let mistake = house.submit(practice, at(24), 1).await;
        house.publish(use_of(practice, mistake, at(25), 0), &ReferralEnteredInError::default()).await;
        house.submit(practice, at(26), 0).await;
        house.settle().await;
        let asked = Asked { until: Some(day_of(date!(2026 - 08 - 01))), ..Asked::default() };
        let record = read(&house.ctx().db, &asked, afterwards()).await.expect("a record");
        assert_eq!(
            (record.window.from, record.window.until),
            (day_of(date!(2026 - 01 - 01)), day_of(date!(2026 - 08 - 01)))
        );
        let cases = record.programme.cases;
        assert_eq!(cases.len(), 1, "neither a mistake nor one without a picture: {cases:?}");
        let eight = f64::from(day_of(date!(2026 - 07 - 01))) * 24.0 + 8.0;
        let case = sent(&cases, eight);
        assert_eq!((case.allocated, case.answered, case.cancelled), (Some(eight + 1.0), Some(eight + 18.0), None));
        assert_eq!((case.role, case.questions, case.test), (Role::Nurse, 2, false));
        assert_eq!(
            (case.sender.as_str(), case.specialist.as_str()),
            ("ab".repeat(16).as_str(), "cd".repeat(16).as_str())
        );
        assert_eq!((case.aged, case.interpreter), (None, None));
        // At the end of the day it was asked about and not answered: what came later is not in the record.
        let evening = Asked { until: Some(day_of(date!(2026 - 07 - 02))), ..Asked::default() };
        let evening = read(&house.ctx().db, &evening, afterwards()).await.expect("a record").programme;
        let open = sent(&evening.cases, eight);
        assert_eq!((open.allocated, open.answered, open.specialist.as_str(), open.questions), (None, None, "", 2));
        // In June nobody had asked or answered yet, and nothing was sent.
        let earlier = Asked { until: Some(day_of(date!(2026 - 06 - 01))), ..Asked::default() };
        assert!(read(&house.ctx().db, &earlier, afterwards()).await.expect("a record").programme.cases.is_empty());
        house.world.stop().await;
    }
}

/// Newest rows alone, without their words, up to the cut; the same after a rebuild.
#[tokio::test]
async fn the_context_log_becomes_events_by_code() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let at = |day: time::Date| kit::At::midnight(day).micros();
        let practice = house.practice("Solvik", false, Some(datetime!(2026-01-05 00:00 UTC).into())).await;
        house.submit(practice, datetime!(2026-03-02 08:00 UTC).into(), 1).await;
        let department = house.ctx().new_id();
        let of_all = Envelope::default;
        let of_practice = || Envelope { practice: practice.as_bytes().to_vec(), ..Envelope::default() };
        let of_department = || Envelope { department: department.as_bytes().to_vec(), ..Envelope::default() };
        let noted =
            |entry: uuid::Uuid, kind: &str, from: time::Date, until: Option<time::Date>, place: Envelope| Envelope {
                subject: entry.as_bytes().to_vec(),
                key: entry.as_bytes().to_vec(),
                domain: "inner-setting".into(),
                about: kind.into(),
                effective_us: at(from),
                until_us: until.map(at),
                ..place
            };
        let [tariff, outage, champion, mistake] = [0; 4].map(|_| house.ctx().new_id());
        let words = ContextNoted { text: "Kari has left".into(), ..ContextNoted::default() };
        house.publish(noted(tariff, "tariff-change", date!(2026 - 02 - 01), None, of_all()), &words).await;
        house.publish(noted(outage, "outage", date!(2026 - 01 - 10), None, of_department()), &words).await;
        house.publish(noted(champion, "champion-leaves", date!(2026 - 02 - 10), None, of_all()), &words).await;
        house.publish(noted(mistake, "other", date!(2026 - 02 - 11), None, of_practice()), &words).await;
        // Corrected, and withdrawn.
        let end = Some(date!(2026 - 01 - 12));
        house.publish(noted(outage, "outage", date!(2026 - 01 - 11), end, of_department()), &words).await;
        house.publish(noted(champion, "champion-leaves", date!(2026 - 02 - 10), None, of_practice()), &words).await;
        let gone = noted(mistake, "other", date!(2026 - 02 - 11), None, of_practice());
        house.publish(gone, &ContextWithdrawn { reason: "Kari".into(), ..ContextWithdrawn::default() }).await;
        house.settle().await;
        let asked = Asked { until: Some(day_of(date!(2026 - 03 - 01))), ..Asked::default() };
        let told = read(&house.ctx().db, &asked, afterwards()).await.expect("a record").programme;
        let seen: Vec<_> = told
            .events
            .iter()
            .map(|one| (one.kind.as_str(), one.from, one.until, one.practice, one.department.is_some()))
            .collect();
        let day = day_of;
        assert_eq!(
            seen,
            [
                ("outage", day(date!(2026 - 01 - 11)), Some(day(date!(2026 - 01 - 12))), None, true),
                ("tariff-change", day(date!(2026 - 02 - 01)), None, None, false),
                ("champion-leaves", day(date!(2026 - 02 - 10)), None, Some(0), false),
            ]
        );
        assert!(told.events[0].department.as_deref().is_some_and(|code| code.len() == 9 && code.starts_with('D')));
        assert!(told.events.iter().all(|one| one.domain == "inner-setting" && !one.interruption));
        let earlier = Asked { until: Some(day_of(date!(2026 - 02 - 01))), ..Asked::default() };
        let before = read(&house.ctx().db, &earlier, afterwards()).await.expect("a record").programme;
        assert_eq!(before.events.len(), 1, "what begins on the day of the cut or after is not seen");
        let services = house.world.running.services();
        kit::log::rebuild(house.ctx(), &services[0].consumers[0]).await.expect("rebuilt");
        house.settle().await;
        let again = read(&house.ctx().db, &asked, afterwards()).await.expect("a record").programme;
        assert_eq!(again.events, told.events);
        house.world.stop().await;
    }
}

/// The newest count of whole months before the cut, and none where a specialty that is looked at is not known.
#[tokio::test]
async fn ordinary_referrals_are_known_or_missing_and_never_a_zero() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let practice = house.practice("Solvik", false, None).await;
        for specialty in ["dermatology", "ent"] {
            house.step(practice, "equipped", specialty, datetime!(2026-01-05 00:00 UTC).into()).await;
        }
        house.submit(practice, datetime!(2026-03-02 08:00 UTC).into(), 1).await;
        let count = |month: &str, specialty: &str, referrals: u32| OrdinaryCount {
            month: month.into(),
            specialty: specialty.into(),
            referrals,
        };
        let first = vec![
            count("2026-01", "dermatology", 4),
            count("2026-01", "ent", 0),
            count("2026-02", "dermatology", 9),
            count("2026-03", "dermatology", 1),
            count("2026-03", "ent", 1),
        ];
        for counts in [first, vec![count("2026-01", "dermatology", 5)]] {
            house.publish(about(practice, practice), &OrdinaryReferralsCounted { counts }).await;
        }
        house.settle().await;
        let until = Some(day_of(date!(2026 - 03 - 15)));
        let seen = async |specialty: Option<&str>| {
            let asked = Asked { until, specialty: specialty.map(str::to_owned), ..Asked::default() };
            let told = read(&house.ctx().db, &asked, afterwards()).await.expect("a record").programme.ordinary;
            told.iter().map(|one| (one.practice, one.month, one.referrals as i64)).collect::<Vec<_>>()
        };
        let [january, february] = [date!(2026 - 01 - 01), date!(2026 - 02 - 01)].map(|day| month_of(day_of(day)));
        assert_eq!(seen(Some("dermatology")).await, [(0, january, 5), (0, february, 9)]);
        assert_eq!(seen(Some("ent")).await, [(0, january, 0)], "a count of none is a count");
        assert_eq!(seen(None).await, [(0, january, 5)], "in February otology is not known");
        house.world.stop().await;
    }
}

#[tokio::test]
async fn the_register_becomes_practices_by_code() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        programme(&house).await;
        let record = read(&house.ctx().db, &Asked::default(), afterwards()).await.expect("a record");
        // The newest fact is of March, so February is the last whole month.
        assert_eq!(
            (record.window.from, record.window.until),
            (day_of(date!(2026 - 01 - 01)), day_of(date!(2026 - 03 - 01)))
        );
        let told = record.programme;
        let codes: BTreeSet<&str> = told.practices.iter().map(|practice| practice.code.as_str()).collect();
        assert_eq!(codes.len(), 5);
        assert!(codes.iter().all(|code| code.len() == 9 && code.starts_with('P')), "{codes:?}");
        assert!(told.practices.is_sorted_by_key(|practice| practice.code.clone()));
        let text = serde_json::to_string(&told).expect("JSON");
        assert!(!["Aurdal", "Bø", "Tromsø", "Kari"].iter().any(|name| text.contains(name)), "{text}");
        let user = told.practices.iter().position(|practice| practice.employed == [3, 4, 0]).expect("the user");
        let sizes =
            [(month_of(day_of(date!(2025 - 06 - 01))), 2_800.0), (month_of(day_of(date!(2026 - 02 - 01))), 3_000.0)];
        assert_eq!(told.practices[user].list_sizes, sizes);
        assert_eq!((told.practices[user].centrality, told.practices[user].kilometres), (5, Some(120.0)));
        assert_eq!(
            (told.practices[user].aged_share, told.practices[user].opened),
            (None, Some(day_of(date!(2001 - 01 - 01))))
        );
        assert_eq!(told.practices.iter().filter(|practice| practice.test).count(), 1);
        // Training in a real practice is told apart; half past midnight on 1 February in Oslo.
        assert_eq!(told.cases.iter().filter(|case| case.test).count(), 1, "{:?}", told.cases);
        assert_eq!(sent(&told.cases, f64::from(day_of(date!(2026 - 02 - 01))) * 24.0 + 0.5).practice, user);
        assert_eq!(told.cases.len(), 5, "what was sent in March is behind the cut");
        // A step for all specialties is one for the only one that the record knows.
        assert!(told.enablement.iter().all(|entry| entry.specialty == "dermatology"), "{:?}", told.enablement);
        let equipped = told.enablement.iter().filter(|entry| entry.step == Step::Equipped);
        assert_eq!(equipped.map(|entry| entry.on).collect::<Vec<_>>(), [day_of(date!(2026 - 01 - 05)); 3]);
        let april = Asked { until: Some(day_of(date!(2026 - 04 - 01))), ..Asked::default() };
        let april = read(&house.ctx().db, &april, afterwards()).await.expect("a record").programme;
        let withdrawn = sent(&april.cases, f64::from(day_of(date!(2026 - 03 - 18))) * 24.0 + 10.0);
        assert_eq!((withdrawn.cancelled, withdrawn.answered), (Some(withdrawn.submitted + 1.0), None));
        house.world.stop().await;
    }
}

#[tokio::test]
async fn equipment_that_went_is_a_step_when_nothing_is_left_and_an_empty_record_is_told() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let refused = read(&house.ctx().db, &Asked::default(), afterwards()).await;
        assert!(matches!(refused, Err(RecordError::NobodyEquipped)), "{refused:?}");
        let practice = house.practice("Solvik", false, Some(datetime!(2026-01-05 00:00 UTC).into())).await;
        house.settle().await;
        let piece = |thing: u8, specialty: &str, on: time::OffsetDateTime| Envelope {
            thing: vec![thing; 16],
            specialty: specialty.into(),
            effective_us: kit::At::from(on).micros(),
            ..about(practice, practice)
        };
        for (thing, specialty) in [(1, "dermatology"), (2, "ent")] {
            house.publish(piece(thing, specialty, datetime!(2026-01-05 00:00 UTC)), &EquipmentPlaced::default()).await;
        }
        house.publish(piece(1, "dermatology", datetime!(2026-03-02 00:00 UTC)), &EquipmentWithdrawn::default()).await;
        house.settle().await;
        let withdrawn = async |specialty: Option<&str>, until| {
            let asked = Asked { from: None, until: Some(until), specialty: specialty.map(str::to_owned) };
            let told = read(&house.ctx().db, &asked, afterwards()).await.expect("a record").programme;
            let steps = told.enablement.into_iter().filter(|entry| entry.step == Step::Withdrawn);
            steps.map(|entry| (entry.specialty, entry.on)).collect::<Vec<_>>()
        };
        let until = day_of(date!(2026 - 04 - 01));
        assert_eq!(
            withdrawn(Some("dermatology"), until).await,
            [("dermatology".to_owned(), day_of(date!(2026 - 03 - 02)))]
        );
        for (specialty, until) in
            [(Some("dermatology"), day_of(date!(2026 - 03 - 01))), (Some("ent"), until), (None, until)]
        {
            assert!(withdrawn(specialty, until).await.is_empty(), "{specialty:?} until {until}");
        }
        let bounds =
            [(Some(0), None, "1990-01-01"), (None, Some(day_of(date!(2026 - 09 - 03))), "later than tomorrow")];
        for (from, until, told) in bounds {
            let beyond = Asked { from, until, specialty: None };
            let refused = read(&house.ctx().db, &beyond, afterwards()).await.expect_err("refused").to_string();
            assert!(refused.contains(told), "{refused}");
        }
        let tomorrow = Asked { from: None, until: Some(day_of(date!(2026 - 09 - 02))), specialty: None };
        assert!(read(&house.ctx().db, &tomorrow, afterwards()).await.is_ok());
        let backwards = Asked { from: Some(until), until: Some(until), specialty: None };
        let refused = read(&house.ctx().db, &backwards, afterwards()).await.expect_err("refused").to_string();
        assert_eq!(refused, "the window would be from 2026-04-01 until 2026-04-01, which is not after it");
        house.world.stop().await;
    }
}
