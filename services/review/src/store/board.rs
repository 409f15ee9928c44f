//! The coordinator's board: every open case of a department, who has it, and what is left to nobody.
//!
//! It sorts what is open in a department, which are hundreds, by what depends on the present moment (overdue, away); no index
//! could hold that order. The worklist, which everybody looks at all day, walks one.

use super::{of_coordinator, to_reassign};
use crate::board::PAGE;
use crate::case::{Priority, State};
use crate::worklist::Place;
use kit::{At, Db, statements};
use uuid::Uuid;

/// The open cases of department `$1` that person `$2` coordinates at `$3`, without those sent to try the service.
macro_rules! open {
    () => {
        concat!(
            "from review_case c where c.department = $1 and c.test = false and c.state in ('waiting', 'returned', 'awaiting-information', 'signed', 'amending') and ",
            of_coordinator!("$2", "$3")
        )
    };
}

/// Somebody reads it, it is meant for somebody who is there, or the practice has to reply.
macro_rules! owned {
    () => {
        concat!(
            "((c.claimed_by is not null and c.lease_expires_at > $3) or c.state in ('awaiting-information', 'signed') or (c.assigned_to is not null and not ",
            to_reassign!("$3"),
            "))"
        )
    };
}

statements! {
    PAGE_OF = concat!(
        "select * from (select c.id, c.data_key, c.practice_name, c.specialty, c.priority, c.due_at, c.submitted_at, c.sex, c.content, c.state, c.claimed_by, \
         c.claimed_name, c.claimed_at, c.lease_expires_at, c.assigned_to, c.assigned_name, c.assigned_at, ", to_reassign!("$3"), " as reassign, ",
        owned!(), " as owned, cast((case when c.due_at < $3 then 0 else 1 end) + (case when ", owned!(), " then 1 else 0 end) as bigint) as board_rank ",
        open!(), ") b where (b.board_rank, b.due_at, b.id) > ($4, $5, $6) order by b.board_rank, b.due_at, b.id limit $7"
    );
    COUNTS = concat!(
        "select count(case when c.state = 'waiting' and not (c.claimed_by is not null and c.lease_expires_at > $3) then 1 end) as waiting, \
         count(case when c.claimed_by is not null and c.lease_expires_at > $3 and c.state in ('waiting', 'returned', 'awaiting-information', 'amending') then 1 end) as reading, \
         count(case when c.state = 'returned' and not (c.claimed_by is not null and c.lease_expires_at > $3) then 1 end) as returned, \
         count(case when c.state = 'awaiting-information' and not (c.claimed_by is not null and c.lease_expires_at > $3) then 1 end) as awaiting, \
         count(case when c.state = 'signed' then 1 end) as signed, count(case when c.due_at < $3 then 1 end) as overdue, \
         count(case when not ", owned!(), " then 1 end) as unowned, count(case when ", to_reassign!("$3"), " then 1 end) as reassign ",
        open!()
    );
    ASSIGNED = concat!("select count(*) ", open!(), " and c.assigned_to = $4");
    HOLDING = concat!("select count(*) ", open!(), " and c.claimed_by = $4 and c.lease_expires_at > $3");
}

/// One line of the board.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct BoardRow {
    /// The case.
    pub id: Uuid,
    /// Seals its content.
    pub data_key: Uuid,
    /// Who sent it.
    pub practice_name: String,
    /// As in the envelope.
    pub specialty: String,
    /// How soon.
    pub priority: Priority,
    /// When an answer is due.
    pub due_at: At,
    /// When it was sent.
    pub submitted_at: At,
    /// As in the envelope.
    pub sex: String,
    /// Sealed.
    pub content: Option<Vec<u8>>,
    /// Where it stands.
    pub state: State,
    /// The holder.
    pub claimed_by: Option<Uuid>,
    /// The holder's name.
    pub claimed_name: Option<String>,
    /// Since when.
    pub claimed_at: Option<At>,
    /// Until when.
    pub lease_expires_at: Option<At>,
    /// For whom it is meant.
    pub assigned_to: Option<Uuid>,
    /// Their name.
    pub assigned_name: Option<String>,
    /// Since when.
    pub assigned_at: Option<At>,
    /// They are away, or have no right any more.
    pub reassign: bool,
    /// Somebody has it.
    pub owned: bool,
    /// 0: overdue and nobody's; 1: one of both; 2: neither.
    pub board_rank: i64,
}

impl BoardRow {
    /// Its place in the order.
    pub fn place(&self) -> Place {
        Place { rank: self.board_rank, due_at: self.due_at, id: self.id }
    }
}

/// How many open cases stand where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Counts {
    /// Read by nobody.
    pub waiting: i64,
    /// Being read, or amended.
    pub reading: i64,
    /// With a reply, read by nobody.
    pub returned: i64,
    /// The practice was asked.
    pub awaiting: i64,
    /// Signed, and about to be sent.
    pub signed: i64,
    /// Past their date.
    pub overdue: i64,
    /// Nobody's.
    pub unowned: i64,
    /// Meant for somebody who is away.
    pub reassign: i64,
}

/// A department, by whom, when.
#[derive(Clone, Copy, Debug)]
pub struct Looking {
    /// The department.
    pub department: Uuid,
    /// The coordinator.
    pub person: Uuid,
    /// The present.
    pub now: At,
}

/// The lines after a place; one more than a page when there are more.
pub async fn rows(db: &Db, looking: Looking, after: Place) -> sqlx::Result<Vec<BoardRow>> {
    let q = db.q(PAGE_OF).bind(looking.department).bind(looking.person).bind(looking.now);
    q.bind(after.rank).bind(after.due_at).bind(after.id).bind(PAGE as i64 + 1).all().await
}

/// The counts.
pub async fn counts(db: &Db, looking: Looking) -> sqlx::Result<Counts> {
    db.q(COUNTS).bind(looking.department).bind(looking.person).bind(looking.now).one().await
}

/// How many open cases are meant for a person, and how many they read now.
pub async fn load(db: &Db, looking: Looking, person: Uuid) -> sqlx::Result<(i64, i64)> {
    let mut found = [0; 2];
    for (place, sql) in [ASSIGNED, HOLDING].into_iter().enumerate() {
        let q = db.q(sql).bind(looking.department).bind(looking.person).bind(looking.now).bind(person);
        let (count,): (i64,) = q.one().await?;
        found[place] = count;
    }
    Ok((found[0], found[1]))
}
