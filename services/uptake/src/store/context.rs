//! The context log as it stands: what happened around the programme, where and when, without its words.

use kit::log::Recorded;
use kit::{At, Db, Tx, statements};
use uuid::Uuid;

/// One row an entry: what corrects it takes its place here, and stands beside it in the directory and in the log.
pub const SCHEMA: &str = "
    create table uptake_context (
        entry {uuid} primary key, practice {uuid}, department {uuid}, domain text not null, kind text not null,
        from_at {at} not null, until_at {at}, withdrawn {bool} not null
    ) {strict};
";

statements! {
    PUT = "insert into uptake_context (entry, practice, department, domain, kind, from_at, until_at, withdrawn) values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (entry) do update set practice = excluded.practice, department = excluded.department, domain = excluded.domain, kind = excluded.kind, from_at = excluded.from_at, until_at = excluded.until_at, withdrawn = excluded.withdrawn";
    STANDING = "select entry, practice, department, domain, kind, from_at, until_at, withdrawn from uptake_context where withdrawn = false and from_at < $1 order by from_at, entry";
}

/// An entry.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Entry {
    /// Its id, the same through all corrections.
    pub entry: Uuid,
    /// Of one practice.
    pub practice: Option<Uuid>,
    /// Of one department; with neither it is of the whole programme.
    pub department: Option<Uuid>,
    /// A domain of the CFIR.
    pub domain: String,
    /// What happened, a word of a closed list.
    pub kind: String,
    /// The first day.
    pub from_at: At,
    /// The last day, when there is one.
    pub until_at: Option<At>,
    /// It should not have been made.
    pub withdrawn: bool,
}

impl Entry {
    /// As an event's envelope tells it.
    pub fn of(event: &Recorded, withdrawn: bool) -> Self {
        let envelope = &event.envelope;
        Self {
            entry: event.subject(),
            practice: event.practice(),
            department: kit::log::id_of(&envelope.department),
            domain: envelope.domain.clone(),
            kind: envelope.about.clone(),
            from_at: event.effective_at(),
            until_at: envelope.until_us.map(At::from_micros),
            withdrawn,
        }
    }
}

/// Keeps an entry, or what corrects or withdraws it.
pub async fn put(tx: &mut Tx, entry: Entry) -> sqlx::Result<()> {
    let q = tx.q(PUT).bind(entry.entry).bind(entry.practice).bind(entry.department).bind(entry.domain).bind(entry.kind);
    q.bind(entry.from_at).bind(entry.until_at).bind(entry.withdrawn).exec_one().await
}

/// Entries that stand and began before an instant, the oldest first.
pub async fn standing(db: &Db, before: At) -> sqlx::Result<Vec<Entry>> {
    db.q(STANDING).bind(before).all().await
}
