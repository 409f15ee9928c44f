//! For whom referrals are open: nobody's role ends while somebody's answer could lie unread.
//!
//! It is read from what intake publishes anyway. Every event about a referral names its responsible clinician by a keyed
//! pseudonym in the clear, so this opens no referral; sent, taken and transferred ones are open; read, withdrawn, discarded,
//! mistaken and erased ones are not, and training never is. Rejected: asking intake (a service waits for no other), and events of
//! their own for every step (each would say again what the one beside it says).

use crate::store::duty as rows;
use kit::log::{Consumer, Opened, ProjectError, Recorded};
use kit::{Context, Tx};
use proto::Event;
use proto::intake::{
    AnswerAcknowledged, DraftAbandoned, ReferralEnteredInError, ReferralErased, ReferralSubmitted, ReferralTransferred,
    ReferralWithdrawn, ResponsibilityEnded, ResponsibilityTaken,
};
use proto::review::CaseEnteredInError;

const OPENS: [&str; 3] = [ReferralSubmitted::KIND, ResponsibilityTaken::KIND, ReferralTransferred::KIND];

/// Open referrals by who answers for them.
pub const CONSUMER: Consumer = Consumer {
    name: "directory.duty",
    kinds: &[
        OPENS[0],
        OPENS[1],
        OPENS[2],
        ResponsibilityEnded::KIND,
        AnswerAcknowledged::KIND,
        ReferralWithdrawn::KIND,
        DraftAbandoned::KIND,
        ReferralEnteredInError::KIND,
        ReferralErased::KIND,
        CaseEnteredInError::KIND,
    ],
    project: |ctx, tx, event| Box::pin(project(ctx, tx, event)),
    reset: rows::RESET,
};

async fn project(ctx: &Context, tx: &mut Tx, event: &Recorded) -> Result<(), ProjectError> {
    let (referral, holder) = (event.subject(), &event.envelope.responsible);
    if event.kind() == CaseEnteredInError::KIND {
        // One picture of it alone leaves the referral open.
        match ctx.open::<CaseEnteredInError>(event).await? {
            Opened::Open(fact) if !fact.image.is_empty() => return Ok(()),
            Opened::Open(_) | Opened::Erased => return Ok(rows::end(tx, referral).await?),
        }
    }
    match event.practice() {
        // Without a name it is open all the same: sent before anybody answered for a referral, or in a practice without a clinician.
        // The practice closes with a successor then, and nobody is kept from leaving it.
        Some(practice) if OPENS.contains(&event.kind()) && !event.envelope.test => {
            Ok(rows::take(tx, referral, practice, holder.clone()).await?)
        }
        _ => Ok(rows::end(tx, referral).await?),
    }
}
