//! The worklist: one page per department by keyset, and the counts above it.

use super::{of_caller, to_reassign};
use crate::case::{Priority, State};
use crate::worklist::{Filter, PAGE, Place};
use kit::{At, Db, statements};
use uuid::Uuid;

/// The cases on the worklist of department `$1`, of specialty `$4` (empty: all), that person `$2` may read at `$3`; `$which`
/// narrows them. A statement per filter: through one that holds them all no engine finds the filter's own index.
macro_rules! listed {
    ($which:literal) => {
        concat!(
            "from review_case c where c.department = $1 and c.listed = true and ",
            $which,
            " and (cast($4 as text) = '' or c.specialty = cast($4 as text)) and ",
            of_caller!("$2", "$3")
        )
    };
}

/// A page of them after the place (`$5`, `$6`, `$7`): a walk along an index, whose rows come in order.
macro_rules! page {
    ($which:literal) => {
        concat!(
            "select c.id, c.data_key, c.practice_name, c.specialty, c.priority, c.priority_rank, c.due_at, c.submitted_at, c.sex, c.content, c.test, \
             c.state, c.claimed_by, c.claimed_name, c.lease_expires_at, c.assigned_to, c.assigned_name, c.assigned_at, ",
            to_reassign!("$3"),
            " as reassign, (select count(*) from review_image i where i.case_id = c.id and i.error_at is null) as image_count, \
             (select count(*) from review_image i join review_derived d on d.image = i.id where i.case_id = c.id and i.error_at is null and d.state = 'ready') as images_ready ",
            listed!($which),
            " and (c.priority_rank, c.due_at, c.id) > ($5, $6, $7) order by c.priority_rank, c.due_at, c.id limit $8"
        )
    };
}

/// How many there are, up to [`COUNTED`]: whoever has more to read than that is not helped by the number. The order makes
/// PostgreSQL walk the index too; without one it reads the table from its beginning, where the oldest answered cases lie.
macro_rules! count {
    ($which:literal) => {
        concat!(
            "(select count(*) from (select 1 ",
            listed!($which),
            " order by c.priority_rank, c.due_at, c.id limit 1000) counted)"
        )
    };
}

statements! {
    EVERY_ROW = page!("c.test = false");
    ROWS_MINE = page!("c.test = false and c.claimed_by = $2 and c.lease_expires_at > $3");
    ROWS_ASSIGNED = page!("c.test = false and c.assigned_to = $2 and not (c.claimed_by is not null and c.claimed_by = $2 and c.lease_expires_at > $3)");
    ROWS_UNCLAIMED = page!("c.test = false and (c.claimed_by is null or c.lease_expires_at <= $3)");
    ROWS_URGENT = page!("c.test = false and c.priority_rank < 2");
    ROWS_RETURNED = page!("c.test = false and c.state = 'returned'");
    ROWS_TRAINING = page!("c.test = true");
    COUNTS = concat!(
        "select ", count!("c.test = false"), " as every, ", count!("c.test = false and c.claimed_by = $2 and c.lease_expires_at > $3"), " as reading, ",
        count!("c.test = false and c.assigned_to = $2 and not (c.claimed_by is not null and c.claimed_by = $2 and c.lease_expires_at > $3)"), " as assigned, ",
        count!("c.test = false and (c.claimed_by is null or c.lease_expires_at <= $3)"), " as unclaimed, ", count!("c.test = false and c.priority_rank < 2"), " as urgent, ",
        count!("c.test = false and c.state = 'returned'"), " as returned, ", count!("c.test = true"), " as training"
    );
    DONE = "select count(*) from review_answer where person = $1 and signed_at >= $2 and amends is null";
}

/// No count goes beyond it: it stands for itself and everything above.
pub const COUNTED: i64 = 1000;

/// The statements that make a filter's page together: what one reads and what is meant for one stand in two indexes.
fn rows_of(filter: Filter) -> &'static [&'static str] {
    match filter {
        Filter::All => &[EVERY_ROW],
        Filter::Mine => &[ROWS_MINE, ROWS_ASSIGNED],
        Filter::Unclaimed => &[ROWS_UNCLAIMED],
        Filter::Urgent => &[ROWS_URGENT],
        Filter::Returned => &[ROWS_RETURNED],
        Filter::Training => &[ROWS_TRAINING],
    }
}

/// One row of the worklist.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ListedRow {
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
    /// Its rank.
    pub priority_rank: i64,
    /// When an answer is due.
    pub due_at: At,
    /// When it was sent.
    pub submitted_at: At,
    /// As in the envelope.
    pub sex: String,
    /// Sealed.
    pub content: Option<Vec<u8>>,
    /// Sent to try the service.
    pub test: bool,
    /// Where it stands.
    pub state: State,
    /// The holder.
    pub claimed_by: Option<Uuid>,
    /// The holder's name.
    pub claimed_name: Option<String>,
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
    /// Pictures.
    pub image_count: i64,
    /// Pictures that can be shown.
    pub images_ready: i64,
}

impl ListedRow {
    /// Its place in the order.
    pub fn place(&self) -> Place {
        Place { rank: self.priority_rank, due_at: self.due_at, id: self.id }
    }
}

/// How many cases each filter has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Counts {
    /// On the worklist.
    pub every: i64,
    /// Claimed by the person.
    pub reading: i64,
    /// Meant for the person, and not claimed by them.
    pub assigned: i64,
    /// Claimed by nobody.
    pub unclaimed: i64,
    /// Suspected cancer and urgent.
    pub urgent: i64,
    /// With a reply.
    pub returned: i64,
    /// Sent to try the service.
    pub training: i64,
}

/// For whom, when, and of which specialty (empty: all).
#[derive(Clone, Copy, Debug)]
pub struct Viewer<'a> {
    /// The person.
    pub person: Uuid,
    /// The present.
    pub now: At,
    /// The specialty.
    pub specialty: &'a str,
}

/// The rows after a place, over several departments in one order; one more than a page when there are more.
pub async fn rows(
    db: &Db,
    departments: &[Uuid],
    viewer: Viewer<'_>,
    filter: Filter,
    after: Place,
) -> sqlx::Result<Vec<ListedRow>> {
    let mut rows: Vec<ListedRow> = Vec::new();
    for department in departments {
        for sql in rows_of(filter) {
            let q = db.q(sql).bind(*department).bind(viewer.person).bind(viewer.now);
            let q = q.bind(viewer.specialty.to_owned()).bind(after.rank).bind(after.due_at).bind(after.id);
            let some: Vec<ListedRow> = q.bind(PAGE as i64 + 1).all().await?;
            rows.extend(some);
        }
    }
    rows.sort_by_key(ListedRow::place);
    rows.truncate(PAGE + 1);
    Ok(rows)
}

/// The counts over several departments.
pub async fn counts(db: &Db, departments: &[Uuid], viewer: Viewer<'_>) -> sqlx::Result<Counts> {
    let mut sum = Counts::default();
    for department in departments {
        let one: Counts = db
            .q(COUNTS)
            .bind(*department)
            .bind(viewer.person)
            .bind(viewer.now)
            .bind(viewer.specialty.to_owned())
            .one()
            .await?;
        for (sum, one) in [
            (&mut sum.every, one.every),
            (&mut sum.reading, one.reading),
            (&mut sum.assigned, one.assigned),
            (&mut sum.unclaimed, one.unclaimed),
            (&mut sum.urgent, one.urgent),
            (&mut sum.returned, one.returned),
            (&mut sum.training, one.training),
        ] {
            *sum = (*sum + one).min(COUNTED);
        }
    }
    Ok(sum)
}

/// Answers that a person signed since an instant.
pub async fn done_since(db: &Db, person: Uuid, since: At) -> sqlx::Result<i64> {
    let (done,): (i64,) = db.q(DONE).bind(person).bind(since).one().await?;
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kit::testing::{DEPLOYMENTS, World};

    /// A page reads as many rows as it shows, however long the worklist is; and the number in the text is the constant.
    #[tokio::test]
    async fn every_page_walks_an_index_and_sorts_nothing() {
        let world = World::start(vec![crate::service()], DEPLOYMENTS[0], |_| ()).await.unwrap();
        let at = At::from_micros(0);
        for (filter, part, index) in [
            (Filter::All, 0, "review_case_worklist"),
            (Filter::Mine, 0, "review_case_mine"),
            (Filter::Mine, 1, "review_case_assigned"),
            (Filter::Unclaimed, 0, "review_case_worklist"),
            (Filter::Urgent, 0, "review_case_worklist"),
            (Filter::Returned, 0, "review_case_returned"),
            (Filter::Training, 0, "review_case_training"),
        ] {
            let explain: &'static str = format!("explain query plan {}", rows_of(filter)[part]).leak();
            let q = world.ctx().db.q(explain).bind(Uuid::nil()).bind(Uuid::nil()).bind(at).bind(String::new());
            let q = q.bind(-1_i64).bind(at).bind(Uuid::nil()).bind(51_i64);
            let plan: Vec<(i64, i64, i64, String)> = q.all().await.unwrap();
            let steps: Vec<&str> = plan.iter().map(|step| step.3.as_str()).collect();
            let walks =
                |step: &&str| step.contains(&format!(" c USING INDEX {index} ")) && step.contains("priority_rank");
            assert!(steps.iter().any(walks), "{filter:?}: {steps:?}");
            assert!(!steps.iter().any(|step| step.contains("TEMP B-TREE")), "{filter:?}: {steps:?}");
        }
        assert!(COUNTS.contains(&format!(" limit {COUNTED})")));
        world.stop().await;
    }
}
