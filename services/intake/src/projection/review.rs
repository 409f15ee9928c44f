//! Questions, answers, refusals and forwardings of departments. They are copied sealed under the referral's key, whatever
//! sealed the event.
//!
//! An answer that is committed stands: one that crossed a withdrawal is kept, and shown as given after it. A refusal is unread
//! like an answer, unless the office had withdrawn: then it only stands in what happened.

use crate::acting::{about, happened};
use crate::duty;
use crate::mistake;
use crate::referral::State;
use crate::sealed::{self, Answered, AnsweredFinding, Asked, Declined, Forwarded};
use crate::store::{answer, chair, decline, forward, question, referral};
use crate::vocabulary::Priority;
use kit::climb::raised;
use kit::keys::KeyError;
use kit::log::{Consumer, Opened, ProjectError, Recorded, id_of};
use kit::seal::DataKey;
use kit::{At, Context, Error, Tx};
use proto::Event;
use proto::intake::ResponsibilityEnded;
use proto::review::{AnswerGiven, CaseEnteredInError, InformationRequested, ReferralDeclined, ReferralForwarded};
use uuid::Uuid;

pub const CONSUMER: Consumer = Consumer {
    name: "intake-review",
    kinds: &[
        InformationRequested::KIND,
        AnswerGiven::KIND,
        ReferralDeclined::KIND,
        ReferralForwarded::KIND,
        CaseEnteredInError::KIND,
    ],
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
        InformationRequested::KIND => asked(ctx, tx, event, &row, key.as_ref()).await?,
        AnswerGiven::KIND => answered(ctx, tx, event, &row, key.as_ref()).await?,
        ReferralDeclined::KIND => declined(ctx, tx, event, &row, key.as_ref()).await?,
        ReferralForwarded::KIND => forwarded(ctx, tx, event, &row, key.as_ref()).await?,
        CaseEnteredInError::KIND => {
            if let (Some(fact), Some(key)) = (content::<CaseEnteredInError>(ctx, event).await?, key) {
                let whole = fact.image.is_empty() && !fact.marked_by.is_empty();
                mistake::heard(ctx, tx, &key, row.id, fact).await?;
                if whole && row.state != State::EnteredInError && row.responsible.is_some() {
                    ctx.publish(tx, about(ctx, &row), &ResponsibilityEnded {}).await?;
                }
            }
        }
        _ => {}
    }
    Ok(chair::note(tx, row.id, &ctx.settings.working_days).await?)
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
    let next = row.state.after_question();
    // An answer or a refusal that was read, and asked about all the same.
    if row.acknowledged_at.is_some() && next != row.state {
        duty::open_again(ctx, tx, row, key).await?;
    }
    referral::set_state(tx, row.id, next, event.occurred_at()).await?;
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
    let copy = |id, amends, content| answer::Row {
        id,
        answered_at,
        after_withdrawal,
        amends,
        content,
        filed_at: None,
        filed_by: None,
    };
    let priority = row.priority.map_or("", Priority::as_str);
    let priority = Priority::from_word(raised(priority, &event.envelope.disposition));
    referral::set_answered(tx, row.id, row.state.after_answer(), answered_at, priority).await?;
    let (Some(fact), Some(key)) = (content::<AnswerGiven>(ctx, event).await?, key) else {
        let id = id_of(&event.envelope.id).unwrap_or_default();
        return Ok(answer::add(tx, row.id, copy(id, None, None)).await?);
    };
    let id = id_of(&fact.answer).ok_or_else(|| ProjectError::Poison("the event names no answer".into()))?;
    if row.state == State::Withdrawn || (row.acknowledged_at.is_some() && row.state != State::EnteredInError) {
        duty::open_again(ctx, tx, row, key).await?;
    }
    let (who, amends) = (fact.answered_by.clone(), id_of(&fact.amends));
    let sealed = sealed::seal(ctx, key, sealed::ANSWER, id, &read(fact))?;
    answer::add(tx, row.id, copy(id, amends, Some(sealed))).await?;
    let what = if amends.is_some() { "amended" } else { "answered" };
    Ok(happened(ctx, tx, key, row.id, what, Some(&who)).await?)
}

async fn declined(
    ctx: &Context,
    tx: &mut Tx,
    event: &Recorded,
    row: &referral::Row,
    key: Option<&DataKey>,
) -> Result<(), ProjectError> {
    let at = event.occurred_at();
    // Declined again after a reply that was under way: these words are unread too.
    let again = row.state == State::Declined;
    if row.state.is_waiting() || again {
        referral::set_answered(tx, row.id, row.state.after_refusal(), at, None).await?;
    }
    let (Some(fact), Some(key)) = (content::<ReferralDeclined>(ctx, event).await?, key) else {
        let id = id_of(&event.envelope.id).unwrap_or_default();
        return Ok(decline::add(tx, row.id, decline::Row { id, at, content: None }).await?);
    };
    let id = id_of(&fact.decline).ok_or_else(|| ProjectError::Poison("the event names no refusal".into()))?;
    if again && row.acknowledged_at.is_some() {
        duty::open_again(ctx, tx, row, key).await?;
    }
    let said = Declined {
        by: fact.declined_by,
        role: fact.role,
        department: fact.department_name,
        reason: fact.reason,
        text: fact.text,
    };
    let sealed = sealed::seal(ctx, key, sealed::DECLINED, id, &said)?;
    decline::add(tx, row.id, decline::Row { id, at, content: Some(sealed) }).await?;
    Ok(happened(ctx, tx, key, row.id, "declined", Some(&said.by)).await?)
}

/// Where it is now stands in the clear, like where it was sent; who forwarded it, and why, is sealed.
async fn forwarded(
    ctx: &Context,
    tx: &mut Tx,
    event: &Recorded,
    row: &referral::Row,
    key: Option<&DataKey>,
) -> Result<(), ProjectError> {
    let (Some(fact), Some(key)) = (content::<ReferralForwarded>(ctx, event).await?, key) else {
        let id = id_of(&event.envelope.id).unwrap_or_default();
        let at = event.occurred_at();
        return Ok(forward::add(tx, row.id, forward::Row { id, at, content: None }).await?);
    };
    let id = id_of(&fact.forward).ok_or_else(|| ProjectError::Poison("the event names no forwarding".into()))?;
    let moved = referral::Moved {
        department: event.department().ok_or_else(|| ProjectError::Poison("it goes to no department".into()))?,
        name: fact.to_department_name.clone(),
        specialty: fact.to_specialty.clone(),
        due: if fact.due_us > 0 { At::from_micros(fact.due_us) } else { row.due_at.unwrap_or(event.occurred_at()) },
        at: event.occurred_at(),
    };
    let said = Forwarded {
        by: fact.forwarded_by,
        from_department: fact.from_department_name,
        from_specialty: fact.from_specialty,
        to_department: fact.to_department_name,
        to_specialty: fact.to_specialty,
        text: fact.text,
    };
    let sealed = sealed::seal(ctx, key, sealed::FORWARDED, id, &said)?;
    forward::add(tx, row.id, forward::Row { id, at: moved.at, content: Some(sealed) }).await?;
    referral::set_moved(tx, row.id, moved).await?;
    Ok(happened(ctx, tx, key, row.id, "forwarded", Some(&said.by)).await?)
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
        reason: fact.reason,
        tells_patient: fact.tells_patient,
        books: fact.books,
    }
}
