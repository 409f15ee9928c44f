//! What uptake keeps of the log: every kind of event, as a fact without patient, free text or image.
//!
//! Everything is read from the envelope, so a destroyed key changes no figure; only what the register says of practices,
//! and whether the department found a whole referral to be in error or one picture of it, come from sealed parts. The
//! tables can be emptied and rebuilt from the first event.

use crate::store::ordinary::{self, OrdinaryRow};
use crate::store::{self, NewFact, NewPractice, context};
use kit::log::{Consumer, Opened, ProjectError, Recorded, id_of};
use kit::{At, Context, Tx};
use proto::Event;
use proto::directory::{
    ContextNoted, ContextWithdrawn, EnablementRecorded, OrdinaryReferralsCounted, PracticeChanged, PracticeRegistered,
    RegisterRecorded,
};
use proto::intake::ReferralErased;
use proto::review::CaseEnteredInError;
use uuid::Uuid;

/// Facts of use and the register.
pub const FACTS: Consumer = Consumer {
    name: "uptake.facts",
    kinds: &[
        "PracticeRegistered",
        "PracticeChanged",
        "RegisterRecorded",
        "EnablementRecorded",
        "DepartmentRegistered",
        "DepartmentChanged",
        "PersonRegistered",
        "GrantGiven",
        "GrantEnded",
        "SignedIn",
        "PracticeClosed",
        "PracticeMerged",
        "EquipmentPlaced",
        "EquipmentWithdrawn",
        "TrainingGiven",
        "SupportGiven",
        "ReasonGiven",
        "NoticeConfirmed",
        "DraftStarted",
        "DraftAbandoned",
        "UploadFailed",
        "UploadSucceeded",
        "ReferralSubmitted",
        "ReferralWithdrawn",
        "InformationSupplied",
        "AnswerAcknowledged",
        "ResponsibilityTaken",
        "ResponsibilityEnded",
        "ReferralTransferred",
        "ReferralErased",
        "ReferralEnteredInError",
        "PictureEnteredInError",
        "PeopleTold",
        "CloseOutRecorded",
        "AnswerFiled",
        "ImageReady",
        "ImageRejected",
        "ImageTiled",
        "InformationRequested",
        "AnswerGiven",
        "ReferralDeclined",
        "ReferralForwarded",
        "PracticeDeputyChosen",
        "PreferencesChosen",
        "PracticePhoned",
        "CaseEnteredInError",
        "LetterFiled",
        "ContextNoted",
        "ContextWithdrawn",
        "OrdinaryReferralsCounted",
    ],
    project: |ctx, tx, event| Box::pin(project(ctx, tx, event)),
    reset: store::RESET,
};

/// A name that nobody can read any more.
const ERASED: &str = "(erased)";

async fn project(ctx: &Context, tx: &mut Tx, event: &Recorded) -> Result<(), ProjectError> {
    match event.kind() {
        PracticeRegistered::KIND => registered(ctx, tx, event).await?,
        PracticeChanged::KIND => changed(ctx, tx, event).await?,
        RegisterRecorded::KIND => {
            let envelope = &event.envelope;
            let figures = [envelope.list_size, envelope.gps, envelope.staff].map(|figure| figure.map(i64::from));
            store::add_register(tx, practice(event), event.effective_at(), figures).await?;
        }
        EnablementRecorded::KIND => {
            let (step, specialty) = (event.envelope.step.clone(), event.envelope.specialty.clone());
            store::add_step(tx, practice(event), step, specialty, event.effective_at()).await?;
        }
        CaseEnteredInError::KIND => {
            let about = in_error(ctx, event).await?;
            store::add_fact(tx, NewFact { about, ..fact(ctx, event) }).await?;
        }
        // What was written in words of it is not read: the study needs what, where and when.
        ContextNoted::KIND | ContextWithdrawn::KIND => {
            let entry = context::Entry::of(event, event.kind() == ContextWithdrawn::KIND);
            context::put(tx, entry).await?;
            store::add_fact(tx, fact(ctx, event)).await?;
        }
        OrdinaryReferralsCounted::KIND => {
            if let Opened::Open(told) = ctx.open::<OrdinaryReferralsCounted>(event).await? {
                ordinary::put(tx, event.position, counts(practice(event), told)).await?;
            }
            store::add_fact(tx, fact(ctx, event)).await?;
        }
        // No use of the service: what was used before stays counted.
        ReferralErased::KIND => {}
        _ => store::add_fact(tx, fact(ctx, event)).await?,
    }
    Ok(store::advance(tx, event.position).await?)
}

/// What of a case was entered in error, as the envelope says it or, without that, the sealed part. A mistake whose referral was
/// erased since was about the whole of it: that is what is erased.
async fn in_error(ctx: &Context, event: &Recorded) -> Result<String, ProjectError> {
    if !event.envelope.about.is_empty() {
        return Ok(event.envelope.about.clone());
    }
    let whole = match ctx.open::<CaseEnteredInError>(event).await? {
        Opened::Open(fact) => fact.image.is_empty(),
        Opened::Erased => true,
    };
    Ok(if whole { store::WHOLE_REFERRAL } else { "picture" }.to_owned())
}

/// The practice that a register event is about.
fn practice(event: &Recorded) -> Uuid {
    event.practice().unwrap_or_else(|| event.subject())
}

async fn registered(ctx: &Context, tx: &mut Tx, event: &Recorded) -> Result<(), ProjectError> {
    let id = practice(event);
    let fact = match ctx.open::<PracticeRegistered>(event).await? {
        Opened::Open(fact) => fact,
        Opened::Erased => PracticeRegistered {
            name: ERASED.to_owned(),
            opened_on: event.effective_at().date().to_string(),
            test_practice: event.envelope.test,
            ..PracticeRegistered::default()
        },
    };
    let practice = NewPractice {
        id,
        name: fact.name,
        municipality: fact.municipality,
        centrality: i64::from(fact.centrality),
        distance_km: i64::from(fact.distance_km),
        test: fact.test_practice,
        opened_on: fact.opened_on,
        channel: event.envelope.channel.clone(),
        closed_on: fact.closed_on,
        trial_arm: fact.trial_arm,
    };
    Ok(store::add_practice(tx, practice).await?)
}

async fn changed(ctx: &Context, tx: &mut Tx, event: &Recorded) -> Result<(), ProjectError> {
    let Opened::Open(fact) = ctx.open::<PracticeChanged>(event).await? else {
        return Ok(());
    };
    match store::change(tx, practice(event), fact).await? {
        1 => Ok(()),
        _ => Err(ProjectError::Poison("it changes a practice that was never registered".into())),
    }
}

fn counts(practice: Uuid, told: OrdinaryReferralsCounted) -> Vec<OrdinaryRow> {
    let row = |count: proto::directory::OrdinaryCount| OrdinaryRow {
        practice,
        month: count.month,
        specialty: count.specialty,
        referrals: i64::from(count.referrals),
    };
    told.counts.into_iter().map(row).collect()
}

fn fact(ctx: &Context, event: &Recorded) -> NewFact {
    let envelope = &event.envelope;
    NewFact {
        position: event.position,
        kind: envelope.kind.clone(),
        practice: event.practice(),
        specialty: envelope.specialty.clone(),
        channel: envelope.channel.clone(),
        occurred_at: event.occurred_at(),
        actor_role: envelope.actor_role.clone(),
        actor: envelope.actor.clone(),
        images: i64::from(envelope.images),
        findings: i64::from(envelope.findings),
        disposition: envelope.disposition.clone(),
        priority: envelope.priority.clone(),
        claimed_at: envelope.claimed_us.map(At::from_micros),
        case_token: ctx.pseudonym(event.subject()),
        test: envelope.test,
        intention: envelope.intention.clone(),
        close_out: envelope.close_out.clone(),
        effective_at: event.effective_at(),
        about: envelope.about.clone(),
        people: i64::from(envelope.people),
        thing: id_of(&envelope.thing),
        view_overrides: i64::from(envelope.view_overrides),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_kind_of_event_is_overlooked() {
        for (kind, producer) in proto::KINDS {
            assert!(FACTS.kinds.contains(kind), "{producer}'s {kind} is not consumed");
        }
        assert_eq!(FACTS.kinds.len(), proto::KINDS.len());
    }
}
