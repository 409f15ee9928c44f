//! One-time links, by the SHA-256 of their token.

use crate::link::{LinkKind, LinkState};
use kit::{At, Db, Tx, statements};
use uuid::Uuid;

statements! {
    ADD = "insert into directory_link (token_hash, person, kind, totp_sealed, made_at, expires_at) values ($1, $2, $3, $4, $5, $6)";
    FIND = "select token_hash, person, kind, totp_sealed, expires_at, used_at, ended_at from directory_link where token_hash = $1";
    USE = "update directory_link set used_at = $2 where token_hash = $1 and used_at is null and ended_at is null and expires_at > $2";
    END_EVERY = "update directory_link set ended_at = $1 where used_at is null and ended_at is null";
    END_INVITATIONS = "update directory_link set ended_at = $2 where person = $1 and kind = 'invitation' and used_at is null and ended_at is null";
}

/// A link.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct LinkRow {
    pub token_hash: Vec<u8>,
    pub person: Uuid,
    pub kind: LinkKind,
    pub totp_sealed: Option<Vec<u8>>,
    pub expires_at: At,
    pub used_at: Option<At>,
    pub ended_at: Option<At>,
}

impl LinkRow {
    /// Whether it opens.
    pub fn state(&self) -> LinkState {
        LinkState { expires_at: self.expires_at, used_at: self.used_at, ended_at: self.ended_at }
    }
}

/// Adds a link.
pub async fn add(tx: &mut Tx, link: LinkRow, now: At) -> sqlx::Result<()> {
    tx.q(ADD)
        .bind(link.token_hash)
        .bind(link.person)
        .bind(link.kind.as_str().to_owned())
        .bind(link.totp_sealed)
        .bind(now)
        .bind(link.expires_at)
        .exec_one()
        .await
}

/// A link by its token's hash.
pub async fn find(db: &Db, token_hash: &[u8]) -> sqlx::Result<Option<LinkRow>> {
    db.q(FIND).bind(token_hash.to_vec()).opt().await
}

/// A link by its token's hash, within the transaction.
pub async fn find_in(tx: &mut Tx, token_hash: &[u8]) -> sqlx::Result<Option<LinkRow>> {
    tx.q(FIND).bind(token_hash.to_vec()).opt().await
}

/// Uses a link up; `false` when it does not open any more. Of two at once, one gets `true`.
pub async fn use_up(tx: &mut Tx, token_hash: &[u8], now: At) -> sqlx::Result<bool> {
    Ok(tx.q(USE).bind(token_hash.to_vec()).bind(now).exec().await? == 1)
}

/// Ends a person's open invitations.
pub async fn end_invitations(tx: &mut Tx, person: Uuid, now: At) -> sqlx::Result<u64> {
    tx.q(END_INVITATIONS).bind(person).bind(now).exec().await
}

/// Ends every open link.
pub async fn end_every(tx: &mut Tx, now: At) -> sqlx::Result<u64> {
    tx.q(END_EVERY).bind(now).exec().await
}
