//! A programme of five practices: a user, one that stopped, a silent one, one that is not equipped, a test practice.

use crate::house::{House, about, submitted, use_of};
use kit::At;
use kit::log::Envelope;
use proto::directory::{PracticeChanged, RegisterRecorded};
use proto::intake::{AnswerAcknowledged, InformationSupplied, ReferralWithdrawn};
use proto::review::{AnswerGiven, ReferralDeclined, ReferralForwarded};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// Publishes everything; gives the referrals.
pub async fn programme(house: &House) -> Vec<Uuid> {
    let [user, stopped, test] = register(house).await;
    let mut referrals = Vec::new();
    for (practice, at, hours) in [
        (user, datetime!(2026-01-20 09:00 UTC), Some(2)),
        // The last UTC hour of January is February in Oslo.
        (user, datetime!(2026-01-31 23:30 UTC), Some(30)),
        (user, datetime!(2026-03-18 09:00 UTC), None),
        (stopped, datetime!(2026-01-15 09:00 UTC), Some(5)),
        (test, datetime!(2026-02-02 09:00 UTC), Some(1)),
    ] {
        let at = At::from(at);
        let referral = house.submit(practice, at, 3).await;
        referrals.push(referral);
        if let Some(hours) = hours {
            let later = use_of(practice, referral, at + Duration::hours(hours), 0);
            house.publish(later.clone(), &AnswerGiven::default()).await;
            house.publish(later, &AnswerAcknowledged::default()).await;
        }
    }
    odd_acts(house, user, &referrals).await;
    house.settle().await;
    referrals
}

/// Practices, steps, list sizes; gives the user, the one that stopped, the test practice.
async fn register(house: &House) -> [Uuid; 3] {
    let day = |at: OffsetDateTime| At::from(at);
    let january = day(datetime!(2026-01-05 00:00 UTC));
    let user = house.practice("Aurdal", false, Some(january)).await;
    let stopped = house.practice("Bygland", false, Some(january)).await;
    let march = day(datetime!(2026-03-10 00:00 UTC));
    let silent = house.practice("Ås", false, Some(march)).await;
    house.practice("=Dal", false, None).await;
    let test = house.practice("Øvingskontoret", true, Some(january)).await;
    let trained = day(datetime!(2026-01-12 00:00 UTC));
    house.step(user, "trained", "dermatology", trained).await;
    house.step(silent, "offered", "", day(datetime!(2026-02-01 00:00 UTC))).await;
    // Planned for later: not a fact yet.
    house.step(silent, "trained", "", day(datetime!(2026-04-01 00:00 UTC))).await;
    for (size, from) in [(2_800, datetime!(2025-06-01 00:00 UTC)), (3_000, datetime!(2026-02-01 00:00 UTC))] {
        let envelope = Envelope {
            list_size: Some(size),
            gps: Some(3),
            staff: Some(4),
            effective_us: day(from).micros(),
            key: Vec::new(),
            ..about(user, user)
        };
        house.publish(envelope, &RegisterRecorded {}).await;
    }
    let changed = PracticeChanged { name: "Bø".into(), municipality: "Bø".into(), ..PracticeChanged::default() };
    house.publish(about(stopped, stopped), &changed).await;
    [user, stopped, test]
}

/// Without a picture: no use. Withdrawn later: still a use. Training in a real practice: counted apart.
async fn odd_acts(house: &House, user: Uuid, referrals: &[Uuid]) {
    let at = |at: OffsetDateTime| At::from(at);
    house.submit(user, at(datetime!(2026-02-10 09:00 UTC)), 0).await;
    let withdrawn = use_of(user, referrals[2], at(datetime!(2026-03-18 10:00 UTC)), 0);
    let reason = "Seen elsewhere.".into();
    house.publish(withdrawn, &ReferralWithdrawn { reason }).await;
    let training = use_of(user, house.ctx().new_id(), at(datetime!(2026-02-11 09:00 UTC)), 2);
    house.publish(Envelope { test: true, ..training }, &submitted()).await;
    let supplied = use_of(user, referrals[0], at(datetime!(2026-01-21 09:00 UTC)), 2);
    let fact = InformationSupplied { text: "Here.".into(), ..InformationSupplied::default() };
    house.publish(supplied, &fact).await;
    // An answer that was amended and read again counts as it did, and a refusal that was read is no answer.
    let amended = Envelope { amends: true, ..use_of(user, referrals[0], at(datetime!(2026-02-20 09:00 UTC)), 0) };
    house.publish(amended.clone(), &AnswerGiven::default()).await;
    house.publish(amended, &AnswerAcknowledged::default()).await;
    let late = use_of(user, referrals[2], at(datetime!(2026-03-18 11:00 UTC)), 0);
    let declined = Envelope { disposition: "reject".into(), ..late };
    house.publish(declined.clone(), &ReferralDeclined::default()).await;
    house.publish(declined, &AnswerAcknowledged::default()).await;
    house
        .publish(use_of(user, referrals[1], at(datetime!(2026-02-01 08:00 UTC)), 0), &ReferralForwarded::default())
        .await;
}
