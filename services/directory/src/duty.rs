//! For whom referrals are open: nobody's role ends while somebody's answer could lie unread.
//!
//! It is read from what intake publishes anyway. Every event about a referral names its responsible clinician by a keyed
//! pseudonym in the clear, so this opens no referral; sent, taken and transferred ones are open; read, withdrawn, discarded,
//! mistaken and erased ones are not. Rejected: asking intake (a service waits for no other), and events of their own for every step (each
//! would say again what the one beside it says).

use crate::store::duty as rows;
use kit::log::{Consumer, ProjectError, Recorded};
use kit::{Context, Tx};
use proto::Event;
use proto::intake::{
    AnswerAcknowledged, DraftAbandoned, ReferralEnteredInError, ReferralErased, ReferralSubmitted, ReferralTransferred,
    ReferralWithdrawn, ResponsibilityEnded, ResponsibilityTaken,
};

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
    ],
    project: |ctx, tx, event| Box::pin(project(ctx, tx, event)),
    reset: rows::RESET,
};

async fn project(_: &Context, tx: &mut Tx, event: &Recorded) -> Result<(), ProjectError> {
    let (referral, holder) = (event.subject(), &event.envelope.responsible);
    match event.practice() {
        // Without a name it is open for nobody: sent before anybody answered for a referral, or in a practice without a clinician.
        Some(practice) if OPENS.contains(&event.kind()) && !holder.is_empty() => {
            Ok(rows::take(tx, referral, practice, holder.clone()).await?)
        }
        _ => Ok(rows::end(tx, referral).await?),
    }
}
