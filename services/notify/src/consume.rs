//! What waits for whom, from the log alone, and what mail needs of people. It can't be rebuilt by emptying its tables: who was
//! told is state of this service.
//!
//! A referral of a practice in training is nobody's to be written to about.

use crate::store::{notice, person, wait};
use crate::wait::What;
use kit::climb::raised;
use kit::keys::KeyError;
use kit::log::{Consumer, Opened, ProjectError, Recorded, id_of};
use kit::{At, Context, Error, Tx};
use proto::Event;
use proto::directory::{
    GrantEnded, GrantGiven, PersonRegistered, PracticeChanged, PracticeClosed, PracticeDeputyChosen, PracticeMerged,
    PreferencesChosen,
};
use proto::intake::{
    AnswerAcknowledged, InformationSupplied, PeopleTold, ReferralEnteredInError, ReferralErased, ReferralSubmitted,
    ReferralTransferred, ReferralWithdrawn,
};
use proto::review::{
    AnswerGiven, CaseEnteredInError, InformationRequested, PracticePhoned, ReferralDeclined, ReferralForwarded,
};
use uuid::Uuid;

/// What waits.
pub const WAITS: Consumer = Consumer {
    name: NAME,
    kinds: &[
        PersonRegistered::KIND,
        PreferencesChosen::KIND,
        PracticeDeputyChosen::KIND,
        PracticeClosed::KIND,
        PracticeMerged::KIND,
        PracticeChanged::KIND,
        GrantGiven::KIND,
        GrantEnded::KIND,
        ReferralSubmitted::KIND,
        ReferralWithdrawn::KIND,
        ReferralErased::KIND,
        ReferralEnteredInError::KIND,
        ReferralTransferred::KIND,
        CaseEnteredInError::KIND,
        PeopleTold::KIND,
        InformationRequested::KIND,
        InformationSupplied::KIND,
        AnswerGiven::KIND,
        ReferralDeclined::KIND,
        ReferralForwarded::KIND,
        AnswerAcknowledged::KIND,
        PracticePhoned::KIND,
    ],
    project: |ctx, tx, event| Box::pin(project(ctx, tx, event)),
    reset: &[],
};

/// The consumer's name.
pub const NAME: &str = "notify.waits";

async fn project(ctx: &Context, tx: &mut Tx, event: &Recorded) -> Result<(), ProjectError> {
    let referral = event.subject();
    match event.kind() {
        PersonRegistered::KIND | PreferencesChosen::KIND => people(ctx, tx, event).await,
        PracticeDeputyChosen::KIND | PracticeClosed::KIND | PracticeMerged::KIND | PracticeChanged::KIND => {
            practices(ctx, tx, event).await
        }
        // Somebody comes or goes where something may wait: it is looked at again.
        GrantGiven::KIND | GrantEnded::KIND => {
            let place = event.practice().or_else(|| event.department());
            Ok(wait::look_again(tx, place.unwrap_or_default()).await?)
        }
        ReferralSubmitted::KIND => match ctx.open::<ReferralSubmitted>(event).await? {
            Opened::Open(fact) => begin(tx, event, What::Referral, None, Some(At::from_micros(fact.due_us))).await,
            Opened::Erased => Ok(()),
        },
        // One that crossed a withdrawal is asked of nobody.
        InformationRequested::KIND => begin(tx, event, What::Question, None, None).await,
        // It is the department's again, until the day it was due.
        InformationSupplied::KIND => begin(tx, event, What::Referral, None, None).await,
        AnswerGiven::KIND => match ctx.open::<AnswerGiven>(event).await? {
            Opened::Open(fact) => begin(tx, event, What::Answer, id_of(&fact.answer), None).await,
            Opened::Erased => Ok(()),
        },
        ReferralDeclined::KIND => match ctx.open::<ReferralDeclined>(event).await? {
            Opened::Open(fact) => begin(tx, event, What::Refusal, id_of(&fact.decline), None).await,
            Opened::Erased => Ok(()),
        },
        ReferralForwarded::KIND => match event.department() {
            Some(department) => Ok(wait::forward(tx, referral, department).await?),
            None => Err(ProjectError::Poison("the envelope lacks a department".into())),
        },
        AnswerAcknowledged::KIND => match ctx.open::<AnswerAcknowledged>(event).await? {
            Opened::Open(fact) => Ok(wait::read(tx, referral, id_of(&fact.answer)).await?),
            Opened::Erased => Ok(wait::read(tx, referral, None).await?),
        },
        // An answer that crossed it is still to be read.
        ReferralWithdrawn::KIND => Ok(wait::withdraw(tx, referral).await?),
        ReferralErased::KIND => {
            notice::forget(tx, referral).await?;
            Ok(wait::end(tx, referral).await?)
        }
        ReferralEnteredInError::KIND => Ok(wait::end(tx, referral).await?),
        // It waits for the practice to which its patient went.
        ReferralTransferred::KIND => match event.practice() {
            Some(practice) => Ok(wait::move_to(tx, referral, practice).await?),
            None => Err(ProjectError::Poison("the envelope lacks a practice".into())),
        },
        CaseEnteredInError::KIND => match ctx.open::<CaseEnteredInError>(event).await? {
            Opened::Open(fact) => {
                // One wrong picture ends nothing.
                if fact.image.is_empty() {
                    wait::end(tx, referral).await?;
                }
                let people = fact.openers.iter().filter_map(|opener| id_of(&opener.person)).collect();
                notices(tx, event, id_of(&fact.image).unwrap_or(referral), people).await
            }
            Opened::Erased => Ok(()),
        },
        PeopleTold::KIND => match ctx.open::<PeopleTold>(event).await? {
            Opened::Open(fact) => {
                let people = fact.people.iter().filter_map(|person| id_of(person)).collect();
                notices(tx, event, id_of(&fact.mistake).unwrap_or(referral), people).await
            }
            Opened::Erased => Ok(()),
        },
        PracticePhoned::KIND => Ok(wait::phoned(tx, referral, event.occurred_at()).await?),
        other => Err(ProjectError::Poison(format!("{other} is not for mail"))),
    }
}

async fn begin(
    tx: &mut Tx,
    event: &Recorded,
    what: What,
    answer: Option<Uuid>,
    due: Option<At>,
) -> Result<(), ProjectError> {
    if event.envelope.test {
        return Ok(());
    }
    let lacks = |what: &str| ProjectError::Poison(format!("the envelope lacks {what}"));
    let row = wait::NewWait {
        referral: event.subject(),
        practice: event.practice().ok_or_else(|| lacks("a practice"))?,
        department: event.department().ok_or_else(|| lacks("a department"))?,
        priority: raised(&event.envelope.priority, &event.envelope.disposition).to_owned(),
        what,
        since: event.occurred_at(),
        due,
        answer,
    };
    match what {
        What::Referral | What::Answer => Ok(wait::begin(tx, row).await?),
        What::Question | What::Refusal => Ok(wait::begin_unless_over(tx, row).await?),
    }
}

/// People who have a notice of something that was entered in error.
async fn notices(tx: &mut Tx, event: &Recorded, mistake: Uuid, people: Vec<Uuid>) -> Result<(), ProjectError> {
    if event.envelope.test {
        return Ok(());
    }
    for person in people {
        let row = notice::Row { person, mistake, referral: event.subject(), since: event.occurred_at() };
        notice::add(tx, row).await?;
    }
    Ok(())
}

/// Who stands in for whom: a practice's deputy, and the practice that takes over from one that was closed or merged.
async fn practices(ctx: &Context, tx: &mut Tx, event: &Recorded) -> Result<(), ProjectError> {
    let practice = event.subject();
    let from = |successor: &[u8]| id_of(successor).map(|id| (id, event.effective_at()));
    match event.kind() {
        PracticeDeputyChosen::KIND => match ctx.open::<PracticeDeputyChosen>(event).await? {
            Opened::Open(fact) => Ok(wait::set_deputy(tx, practice, id_of(&fact.person)).await?),
            Opened::Erased => Ok(wait::set_deputy(tx, practice, None).await?),
        },
        PracticeClosed::KIND => match ctx.open::<PracticeClosed>(event).await? {
            Opened::Open(fact) => Ok(wait::set_successor(tx, practice, from(&fact.covering)).await?),
            Opened::Erased => Ok(()),
        },
        PracticeMerged::KIND => match ctx.open::<PracticeMerged>(event).await? {
            Opened::Open(fact) => Ok(wait::set_successor(tx, practice, from(&fact.into)).await?),
            Opened::Erased => Ok(()),
        },
        _ => match ctx.open::<PracticeChanged>(event).await? {
            // Open again: nobody takes over any more.
            Opened::Open(fact) if fact.closed_on.as_deref() == Some("") => {
                Ok(wait::set_successor(tx, practice, None).await?)
            }
            _ => Ok(()),
        },
    }
}

/// Where and in which language somebody is written to. The address stands sealed under the person's key.
async fn people(ctx: &Context, tx: &mut Tx, event: &Recorded) -> Result<(), ProjectError> {
    let id = event.subject();
    if event.kind() == PreferencesChosen::KIND {
        return match ctx.open::<PreferencesChosen>(event).await? {
            Opened::Open(fact) => Ok(person::prefer(tx, id, fact.language, fact.digest).await?),
            Opened::Erased => Ok(()),
        };
    }
    let Opened::Open(fact) = ctx.open::<PersonRegistered>(event).await? else { return Ok(()) };
    let key = match ctx.keys.get(id).await {
        Ok(key) => key,
        Err(KeyError::Erased) => return Ok(()),
        Err(other) => return Err(Error::from(other).into()),
    };
    let email = key.seal(&ctx.random, person::EMAIL, id.as_bytes(), fact.email.as_bytes());
    Ok(person::add(tx, id, email, fact.language).await?)
}
