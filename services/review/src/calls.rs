//! What waits for practices, from the log alone: answers and refusals given and read, questions asked and answered, calls, and
//! what the register says of a practice. Everything that answers or asks publishes those events, so nothing else has to think of
//! the list.
//!
//! Its tables can be emptied and rebuilt. A referral of a practice in training is nobody's to telephone about.

use crate::call::What;
use crate::store::call::{self as store, NewWait, Practice};
use kit::climb::raised;
use kit::log::{Consumer, Opened, ProjectError, Recorded, id_of};
use kit::{At, Context, Tx};
use proto::Event;
use proto::directory::{PracticeChanged, PracticeClosed, PracticeDeputyChosen, PracticeMerged, PracticeRegistered};
use proto::intake::{
    AnswerAcknowledged, InformationSupplied, ReferralEnteredInError, ReferralErased, ReferralWithdrawn,
};
use proto::review::{AnswerGiven, CaseEnteredInError, InformationRequested, PracticePhoned, ReferralDeclined};
use uuid::Uuid;

/// The call list.
pub const CALLS: Consumer = Consumer {
    name: "review.calls",
    kinds: &[
        AnswerGiven::KIND,
        ReferralDeclined::KIND,
        InformationRequested::KIND,
        InformationSupplied::KIND,
        AnswerAcknowledged::KIND,
        ReferralWithdrawn::KIND,
        ReferralErased::KIND,
        ReferralEnteredInError::KIND,
        CaseEnteredInError::KIND,
        PracticePhoned::KIND,
        PracticeRegistered::KIND,
        PracticeChanged::KIND,
        PracticeDeputyChosen::KIND,
        PracticeClosed::KIND,
        PracticeMerged::KIND,
    ],
    project: |ctx, tx, event| Box::pin(project(ctx, tx, event)),
    reset: store::RESET,
};

async fn project(ctx: &Context, tx: &mut Tx, event: &Recorded) -> Result<(), ProjectError> {
    let case = event.subject();
    match event.kind() {
        AnswerGiven::KIND => {
            let answer = match ctx.open::<AnswerGiven>(event).await? {
                Opened::Open(fact) => id_of(&fact.answer),
                Opened::Erased => return Ok(()),
            };
            Ok(store::begin(tx, wait(event, What::UnreadAnswer, answer)).await?)
        }
        // It is read like an answer.
        ReferralDeclined::KIND => match ctx.open::<ReferralDeclined>(event).await? {
            Opened::Open(fact) => Ok(store::begin(tx, wait(event, What::UnreadAnswer, id_of(&fact.decline))).await?),
            Opened::Erased => Ok(()),
        },
        InformationRequested::KIND => Ok(store::begin(tx, wait(event, What::OpenQuestion, None)).await?),
        InformationSupplied::KIND => Ok(store::end(tx, case, What::OpenQuestion).await?),
        AnswerAcknowledged::KIND => match ctx.open::<AnswerAcknowledged>(event).await? {
            Opened::Open(fact) => Ok(store::read(tx, case, id_of(&fact.answer)).await?),
            Opened::Erased => Ok(store::end(tx, case, What::UnreadAnswer).await?),
        },
        ReferralWithdrawn::KIND => Ok(store::withdraw(tx, case).await?),
        ReferralErased::KIND => Ok(store::erase(tx, case).await?),
        // Of a wrong patient there is nothing to telephone about; one wrong picture changes nothing here.
        ReferralEnteredInError::KIND => Ok(store::gone(tx, case).await?),
        CaseEnteredInError::KIND => match ctx.open::<CaseEnteredInError>(event).await? {
            Opened::Open(fact) if fact.image.is_empty() => Ok(store::gone(tx, case).await?),
            _ => Ok(()),
        },
        PracticePhoned::KIND => Ok(store::note_call(tx, case, event.occurred_at()).await?),
        _ => register(ctx, tx, event).await,
    }
}

fn wait(event: &Recorded, what: What, answer: Option<Uuid>) -> NewWait {
    NewWait {
        case_id: event.subject(),
        priority: raised(&event.envelope.priority, &event.envelope.disposition).to_owned(),
        test: event.envelope.test,
        what,
        since: event.occurred_at(),
        answer,
    }
}

/// What the register says of a practice.
async fn register(ctx: &Context, tx: &mut Tx, event: &Recorded) -> Result<(), ProjectError> {
    let id = event.subject();
    match event.kind() {
        PracticeRegistered::KIND => {
            let (name, phone) = match ctx.open::<PracticeRegistered>(event).await? {
                Opened::Open(fact) => (fact.name, fact.phone),
                Opened::Erased => Default::default(),
            };
            Ok(store::set_practice(tx, Practice { id, name, phone }).await?)
        }
        PracticeChanged::KIND => match ctx.open::<PracticeChanged>(event).await? {
            Opened::Open(fact) => {
                // Open again: nobody takes over any more.
                if fact.closed_on.as_deref() == Some("") {
                    store::set_successor(tx, id, None).await?;
                }
                Ok(store::change_practice(tx, id, fact.name, fact.phone).await?)
            }
            Opened::Erased => Ok(()),
        },
        PracticeClosed::KIND => match ctx.open::<PracticeClosed>(event).await? {
            Opened::Open(fact) => Ok(store::set_successor(tx, id, successor(event, &fact.covering)).await?),
            Opened::Erased => Ok(()),
        },
        PracticeMerged::KIND => match ctx.open::<PracticeMerged>(event).await? {
            Opened::Open(fact) => Ok(store::set_successor(tx, id, successor(event, &fact.into)).await?),
            Opened::Erased => Ok(()),
        },
        PracticeDeputyChosen::KIND => match ctx.open::<PracticeDeputyChosen>(event).await? {
            Opened::Open(fact) => Ok(store::set_deputy(tx, id, id_of(&fact.person)).await?),
            Opened::Erased => Ok(store::set_deputy(tx, id, None).await?),
        },
        other => Err(ProjectError::Poison(format!("{other} is not for the call list"))),
    }
}

/// Which practice takes over, and from when.
fn successor(event: &Recorded, practice: &[u8]) -> Option<(Uuid, At)> {
    id_of(practice).map(|practice| (practice, event.effective_at()))
}
