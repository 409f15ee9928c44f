//! What is recorded about one person, by their pseudonym.

use kit::{At, Db, statements};
use uuid::Uuid;

/// How many facts are read at once.
pub const PAGE: usize = 50;

statements! {
    COUNTS = "select kind, count(*) as count, min(occurred_at) as first_at, max(occurred_at) as last_at from uptake_fact where actor = $1 group by kind order by kind";
    FACTS = "select f.position, f.kind, f.practice, p.name as practice_name, f.actor_role, f.about, f.occurred_at from uptake_fact f left join uptake_practice p on p.id = f.practice where f.actor = $1 and f.position < $2 order by f.position desc limit 50";
}

/// How often something was recorded.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct CountRow {
    /// The event's kind.
    pub kind: String,
    /// How often.
    pub count: i64,
    /// First time.
    pub first_at: At,
    /// Last time.
    pub last_at: At,
}

/// One fact.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OwnFactRow {
    /// Its number in the log.
    pub position: i64,
    /// The event's kind.
    pub kind: String,
    /// By or about which practice.
    pub practice: Option<Uuid>,
    /// The practice's name.
    pub practice_name: Option<String>,
    /// As what the person acted.
    pub actor_role: String,
    /// A word of a closed list.
    pub about: String,
    /// When.
    pub occurred_at: At,
}

/// How often each kind was recorded.
pub async fn counts(db: &Db, actor: Vec<u8>) -> sqlx::Result<Vec<CountRow>> {
    db.q(COUNTS).bind(actor).all().await
}

/// Facts before a position, newest first: at most [`PAGE`].
pub async fn facts(db: &Db, actor: Vec<u8>, before: i64) -> sqlx::Result<Vec<OwnFactRow>> {
    db.q(FACTS).bind(actor).bind(before).all().await
}
