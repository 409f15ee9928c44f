//! Erasing a referral: its key is destroyed, so nothing sealed under it can be read in database, log or object store; then
//! what is sealed here is emptied, and the log says so to everybody who keeps a copy.
//!
//! The key goes first: a crash in between leaves a referral that nobody can read, and repeating it does the rest.

use crate::store::{erasure, referral};
use kit::log::Envelope;
use kit::{Context, Error};
use proto::intake::ReferralErased;
use uuid::Uuid;

/// Why a referral was not erased.
#[derive(Debug, thiserror::Error)]
pub enum EraseError {
    /// There is no such referral; nothing was destroyed.
    #[error("no referral has the id {0}. Nothing was erased; check the id")]
    Unknown(Uuid),
    /// A store.
    #[error(transparent)]
    Kit(#[from] Error),
}

impl From<sqlx::Error> for EraseError {
    fn from(error: sqlx::Error) -> Self {
        Self::Kit(error.into())
    }
}

/// Erases a referral for ever; false when it was erased before: repeating it changes nothing.
///
/// # Errors
/// [`EraseError::Unknown`] before anything is destroyed; otherwise when a store is not reachable: repeat it.
pub async fn erase(ctx: &Context, referral: Uuid) -> Result<bool, EraseError> {
    let mut tx = ctx.begin().await?;
    let row = referral::any(&mut tx, referral).await?.ok_or(EraseError::Unknown(referral))?;
    drop(tx);
    ctx.keys.destroy(referral).await.map_err(Error::from)?;
    let mut tx = ctx.begin().await?;
    let new = erasure::erase(&mut tx, referral).await?;
    if new {
        let envelope = Envelope {
            test: row.test,
            practice: row.practice.as_bytes().to_vec(),
            specialty: row.specialty.map_or_else(String::new, |one| one.as_str().to_owned()),
            ..ctx.about(referral, None)
        };
        ctx.publish(&mut tx, envelope, &ReferralErased {}).await?;
    }
    tx.commit().await?;
    Ok(new)
}
