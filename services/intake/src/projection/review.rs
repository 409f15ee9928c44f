//! Questions and answers of departments. They are copied sealed under the referral's key, whatever sealed the event.
//!
//! An answer that is committed stands: one that crossed a withdrawal is kept, and shown as given after it.

use crate::acting::happened;
use crate::duty;
use crate::referral::State;
use crate::sealed::{self, Answered, AnsweredFinding, Asked};
use crate::store::{answer, question, referral};
use kit::keys::KeyError;
use kit::log::{Consumer, Opened, ProjectError, Recorded, id_of};
use kit::seal::DataKey;
use kit::{Context, Error, Tx};
use proto::Event;
use proto::review::{AnswerGiven, InformationRequested};
use uuid::Uuid;

pub const CONSUMER: Consumer = Consumer {
    name: "intake-review",
    kinds: &[InformationRequested::KIND, AnswerGiven::KIND],
    project: |ctx, tx, event| Box::pin(project(ctx, tx, event)),
    reset: &[],
};

async fn project(ctx: &Context, tx: &mut Tx, event: &Recorded) -> Result<(), ProjectError> {
    let Some(row) = referral::locked(tx, event.subject()).await? else {
        tracing::warn!(position = event.position, kind = event.kind(), "an event about a referral that is not here");
        return Ok(());
    };
    let key = match ctx.keys.get(row.id).await {
        Ok(key) => Some(key),
        Err(KeyError::Erased) => None,
        Err(other) => return Err(Error::from(other).into()),
    };
    match event.kind() {
        InformationRequested::KIND => asked(ctx, tx, event, &row, key.as_ref()).await,
        AnswerGiven::KIND => answered(ctx, tx, event, &row, key.as_ref()).await,
        _ => Ok(()),
    }
}

/// A fact that can be read and copied; none becomes a tombstone without content.
async fn content<E: Event>(ctx: &Context, event: &Recorded) -> Result<Option<E>, ProjectError> {
    Ok(match ctx.open::<E>(event).await? {
        Opened::Open(fact) => Some(fact),
        Opened::Erased => None,
    })
}

async fn asked(
    ctx: &Context,
    tx: &mut Tx,
    event: &Recorded,
    row: &referral::Row,
    key: Option<&DataKey>,
) -> Result<(), ProjectError> {
    let (Some(fact), Some(key)) = (content::<InformationRequested>(ctx, event).await?, key) else {
        // The event's own id keeps the tombstone apart from other questions.
        let id = id_of(&event.envelope.id).unwrap_or_default();
        return Ok(question::add(tx, id, row.id, event.occurred_at(), None).await?);
    };
    let id = id_of(&fact.question).ok_or_else(|| ProjectError::Poison("the event names no question".into()))?;
    let wants = fact.wants.split([',', ' ']).filter(|word| !word.is_empty()).map(str::to_owned).collect();
    let asked = Asked { by: fact.asked_by, wants, text: fact.text };
    let sealed = sealed::seal(ctx, key, sealed::ASKED, id, &asked)?;
    question::add(tx, id, row.id, event.occurred_at(), Some(sealed)).await?;
    referral::set_state(tx, row.id, row.state.after_question(), event.occurred_at()).await?;
    Ok(happened(ctx, tx, key, row.id, "asked", Some(&asked.by)).await?)
}

async fn answered(
    ctx: &Context,
    tx: &mut Tx,
    event: &Recorded,
    row: &referral::Row,
    key: Option<&DataKey>,
) -> Result<(), ProjectError> {
    let (answered_at, after_withdrawal) = (event.occurred_at(), row.state == State::Withdrawn);
    let copy = |id, content| answer::Row { id, answered_at, after_withdrawal, content };
    referral::set_answered(tx, row.id, row.state.after_answer(), answered_at).await?;
    let (Some(fact), Some(key)) = (content::<AnswerGiven>(ctx, event).await?, key) else {
        let id = id_of(&event.envelope.id).unwrap_or_default();
        return Ok(answer::add(tx, row.id, copy(id, None)).await?);
    };
    let id = id_of(&fact.answer).ok_or_else(|| ProjectError::Poison("the event names no answer".into()))?;
    if row.state == State::Withdrawn || row.acknowledged_at.is_some() {
        duty::open_again(ctx, tx, row, key).await?;
    }
    let who = fact.answered_by.clone();
    let sealed = sealed::seal(ctx, key, sealed::ANSWER, id, &read(fact))?;
    answer::add(tx, row.id, copy(id, Some(sealed))).await?;
    Ok(happened(ctx, tx, key, row.id, "answered", Some(&who)).await?)
}

fn read(fact: AnswerGiven) -> Answered {
    let finding = |finding: proto::review::FindingAnswer| AnsweredFinding {
        finding_id: id_of(&finding.finding).unwrap_or(Uuid::nil()),
        diagnosis: finding.diagnosis,
        certainty: finding.certainty,
        disposition: finding.disposition,
        plan: finding.plan,
    };
    Answered {
        by: fact.answered_by,
        role: fact.role,
        department: fact.department_name,
        summary: fact.summary,
        findings: fact.findings.into_iter().map(finding).collect(),
    }
}
