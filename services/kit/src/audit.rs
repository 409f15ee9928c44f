//! The access log: reads and refusals. For writes the event is the record.
//!
//! Records are committed in groups (what came while the last one was written, at most 256 rows) and chained per group; the response waits for its group,
//! so nothing was seen that is not written. Anonymous refusals are counted as a metric, not listed.

use crate::db::Right;
use crate::{At, Db, Error, Migration, Tx, statements};
use ring::digest::{SHA256, digest};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

/// Tables of the access log (in its own database on SQLite).
pub const MIGRATIONS: &[Migration] = &[Migration {
    number: 1,
    name: "access log",
    sql: "
        create table audit_head (one {bigint} primary key, number {bigint} not null, hash {bytes} not null) {strict};
        insert into audit_head (one, number, hash) values (1, 0, {empty});
        create table audit_group (number {bigint} primary key, rows {bigint} not null, hash {bytes} not null) {strict};
        create table audit_access (
            number {bigint} not null, place {bigint} not null, at {at} not null, person {uuid} not null, action text not null,
            what text not null, subject {uuid}, outcome text not null, primary key (number, place)
        ) {strict};
        create index audit_access_subject on audit_access (subject, at);
        create index audit_access_person on audit_access (person, at);
    ",
},
Migration {
    number: 40,
    name: "a subject's accesses in order",
    sql: "
        drop index audit_access_subject;
        create index audit_access_subject on audit_access (subject, number, place);
    ",
},
Migration {
    number: 70,
    name: "a person's own accesses, newest first",
    sql: "
        drop index audit_access_person;
        create index audit_access_person on audit_access (person, number, place);
    ",
}];

/// How many of a person's own accesses are read at once.
pub const OWN_PAGE: usize = 50;

/// What the service may do that shows people their own accesses.
pub const READING: &[Right] = &[("audit.audit_access", "select")];

/// What a service may do whose reads and refusals are recorded: append; nobody changes or removes a record. Reading them is an
/// operator's command, but for people's own.
pub const RECORDING: &[Right] = &[
    ("audit.audit_head", "select, update (number, hash)"),
    ("audit.audit_group", "insert"),
    ("audit.audit_access", "insert"),
];

statements! {
    TAKE_HEAD = "update audit_head set number = number + 1 where one = 1 returning number, hash";
    SET_HEAD = "update audit_head set hash = $1 where one = 1";
    ADD_GROUP = "insert into audit_group (number, rows, hash) values ($1, $2, $3)";
    ADD = "insert into audit_access (number, place, at, person, action, what, subject, outcome) values ($1, $2, $3, $4, $5, $6, $7, $8)";
    OF_SUBJECT = "select at, person, action, what, subject, outcome from audit_access where subject = $1 order by number, place";
    OF_PERSON = "select number, place, at, person, action, what, subject, outcome from audit_access where person = $1 and (number < $2 or (number = $2 and place < $3)) order by number desc, place desc limit 50";
    GROUPS = "select number, rows, hash from audit_group where number > $1 order by number limit 500";
    ROWS_OF = "select at, person, action, what, subject, outcome from audit_access where number = $1 order by place";
    GROUPS_BELOW = "select number from audit_group where number < 1 order by number limit 500";
    WITHOUT_GROUP = "select distinct a.number from audit_access a left join audit_group g on g.number = a.number where g.number is null or g.number < 1 order by a.number limit 500";
    HASH_AT = "select hash from audit_group where number = $1";
    HEAD = "select number, hash from audit_head where one = 1";
}

/// One read or refusal.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Access {
    /// When.
    pub at: At,
    /// Who.
    pub person: Uuid,
    /// `read`, `search`, `download`, `export` or `refused`.
    pub action: String,
    /// What was touched: a route or a noun such as `referral`; never a value.
    pub what: String,
    /// Which referral, image or practice.
    pub subject: Option<Uuid>,
    /// `ok` or the refusal's status.
    pub outcome: String,
}

/// Where an access stands in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    group: i64,
    row: i64,
}

impl Place {
    /// Behind everything.
    pub const LAST: Self = Self { group: i64::MAX, row: 0 };

    /// What [`Place::to_string`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let (group, row) = text.split_once('-')?;
        Some(Self { group: group.parse().ok()?, row: row.parse().ok()? })
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.group, self.row)
    }
}

type Waiting = (Access, oneshot::Sender<Result<(), String>>);

/// Handle to the access log.
#[derive(Clone, Debug)]
pub struct Audit {
    db: Db,
    queue: mpsc::Sender<Waiting>,
}

const GROUP: usize = 256;

impl Audit {
    /// Starts the writer of the access log over a migrated database; it ends when the last handle is dropped.
    pub fn start(db: Db) -> Self {
        let (queue, waiting) = mpsc::channel(4096);
        tokio::spawn(write_groups(db.clone(), waiting));
        Self { db, queue }
    }

    /// An access log that writes nothing, to tell what writing costs: for [`crate::testing`] alone.
    pub(crate) fn forgetful(db: Db) -> Self {
        let (queue, mut waiting) = mpsc::channel::<Waiting>(4096);
        tokio::spawn(async move {
            while let Some((_, done)) = waiting.recv().await {
                let _ = done.send(Ok(()));
            }
        });
        Self { db, queue }
    }

    /// Writes one access and returns when its group is durable.
    ///
    /// # Errors
    /// `Audit` when it could not be written: the answer must not leave.
    pub async fn record(&self, access: Access) -> Result<(), Error> {
        let (done, written) = oneshot::channel();
        self.queue.send((access, done)).await.map_err(|_| Error::Audit("its writer stopped".into()))?;
        written.await.map_err(|_| Error::Audit("its writer stopped".into()))?.map_err(Error::Audit)
    }

    /// Who touched a subject, oldest first.
    pub async fn of_subject(&self, subject: Uuid) -> sqlx::Result<Vec<Access>> {
        self.db.q(OF_SUBJECT).bind(subject).all().await
    }

    /// A person's own accesses before a place, newest first: at most [`OWN_PAGE`].
    pub async fn of_person(&self, person: Uuid, before: Place) -> sqlx::Result<Vec<(Place, Access)>> {
        #[derive(sqlx::FromRow)]
        struct Row {
            number: i64,
            place: i64,
            #[sqlx(flatten)]
            access: Access,
        }
        let rows: Vec<Row> = self.db.q(OF_PERSON).bind(person).bind(before.group).bind(before.row).all().await?;
        Ok(rows.into_iter().map(|row| (Place { group: row.number, row: row.place }, row.access)).collect())
    }

    /// Recomputes the chain of groups; returns how many groups stand and the numbers of those that changed, in order: also
    /// the numbers of records that belong to no group.
    pub async fn verify(&self) -> sqlx::Result<(i64, Vec<i64>)> {
        let (mut hash, mut last, mut looked_for) = (Vec::new(), 0_i64, None);
        let mut broken = Vec::new();
        for text in [GROUPS_BELOW, WITHOUT_GROUP] {
            let rows: Vec<(i64,)> = self.db.q(text).all().await?;
            broken.extend(rows.into_iter().map(|(number,)| number));
        }
        let (head, head_hash): (i64, Vec<u8>) = loop {
            let groups: Vec<(i64, i64, Vec<u8>)> = self.db.q(GROUPS).bind(last).all().await?;
            if groups.is_empty() {
                let head: (i64, Vec<u8>) = self.db.q(HEAD).one().await?;
                // What was committed between the two looks is walked too: a log that is written to is not a broken one.
                if head.0 <= last || looked_for == Some(head.0) {
                    break head;
                }
                looked_for = Some(head.0);
            }
            for (number, rows, stored) in groups {
                let accesses: Vec<Access> = self.db.q(ROWS_OF).bind(number).all().await?;
                let expected = link(&hash, number, &accesses);
                if number != last + 1 || accesses.len() as i64 != rows || expected != stored {
                    broken.push(number);
                }
                (hash, last) = (stored, number);
            }
        };
        if (head, head_hash) != (last, hash) {
            // The first that one knows of and the other does not, or the newest.
            broken.push(if head == last { head } else { head.min(last) + 1 });
        }
        broken.sort_unstable();
        broken.dedup();
        Ok((last, broken))
    }

    /// The hash of a group, if there is one.
    pub async fn hash_at(&self, number: i64) -> sqlx::Result<Option<Vec<u8>>> {
        let row: Option<(Vec<u8>,)> = self.db.q(HASH_AT).bind(number).opt().await?;
        Ok(row.map(|(hash,)| hash))
    }

    /// The database that holds it.
    pub fn db(&self) -> &Db {
        &self.db
    }
}

/// Number and hash of the newest group.
pub(crate) async fn head_of(tx: &mut Tx) -> sqlx::Result<(i64, Vec<u8>)> {
    tx.q(HEAD).one().await
}

async fn write_groups(db: Db, mut waiting: mpsc::Receiver<Waiting>) {
    while let Some(first) = waiting.recv().await {
        // While one group is written the next one gathers by itself. Rejected: resting some milliseconds for company, which
        // every single reader pays for and which saves nothing when many read at once.
        let mut group = vec![first];
        while group.len() < GROUP
            && let Ok(next) = waiting.try_recv()
        {
            group.push(next);
        }
        let (accesses, done): (Vec<_>, Vec<_>) = group.into_iter().unzip();
        let began = std::time::Instant::now();
        let written = write(&db, &accesses).await.map_err(|error| {
            tracing::error!(%error, "access log not written");
            error.to_string()
        });
        metrics::histogram!("audit_group_ms").record(began.elapsed().as_secs_f64() * 1e3);
        for one in done {
            // A caller that went away does not wait any more; the record stands all the same.
            let _ = one.send(written.clone());
        }
    }
}

async fn write(db: &Db, accesses: &[Access]) -> sqlx::Result<()> {
    let mut tx = db.begin().await?;
    let (number, before): (i64, Vec<u8>) = tx.q(TAKE_HEAD).one().await?;
    for (place, access) in (0i64..).zip(accesses) {
        let access = access.clone();
        tx.q(ADD)
            .bind(number)
            .bind(place)
            .bind(access.at)
            .bind(access.person)
            .bind(access.action)
            .bind(access.what)
            .bind(access.subject)
            .bind(access.outcome)
            .exec_one()
            .await?;
    }
    let hash = link(&before, number, accesses);
    tx.q(ADD_GROUP).bind(number).bind(accesses.len() as i64).bind(hash.clone()).exec_one().await?;
    tx.q(SET_HEAD).bind(hash).exec_one().await?;
    tx.commit().await
}

fn link(before: &[u8], number: i64, accesses: &[Access]) -> Vec<u8> {
    let mut bytes = before.to_vec();
    bytes.extend_from_slice(&number.to_be_bytes());
    for access in accesses {
        bytes.extend_from_slice(&access.at.micros().to_be_bytes());
        bytes.extend_from_slice(access.person.as_bytes());
        for text in [&access.action, &access.what, &access.outcome] {
            bytes.extend_from_slice(&(text.len() as u64).to_be_bytes());
            bytes.extend_from_slice(text.as_bytes());
        }
        bytes.extend_from_slice(access.subject.unwrap_or_default().as_bytes());
    }
    digest(&SHA256, &bytes).as_ref().to_vec()
}
