//! The worklist: one page per department by keyset, and the counts above it.

use super::of_caller;
use crate::case::{Priority, State};
use crate::worklist::{Filter, PAGE, Place};
use kit::{At, Db, statements};
use uuid::Uuid;

statements! {
    ROWS = concat!("select c.id, c.data_key, c.practice_name, c.specialty, c.priority, c.priority_rank, c.due_at, c.submitted_at, c.sex, c.content, c.state, c.claimed_by, c.claimed_name, c.lease_expires_at, (select count(*) from review_image i where i.case_id = c.id) as image_count, (select count(*) from review_image i join review_derived d on d.image = i.id where i.case_id = c.id and d.state = 'ready') as images_ready from review_case c where c.department = $1 and c.listed = true and (c.priority_rank, c.due_at, c.id) > ($2, $3, $4) and (cast($5 as text) = '' or c.specialty = cast($5 as text)) and (cast($6 as text) = 'all' or (cast($6 as text) = 'mine' and c.claimed_by = $7 and c.lease_expires_at > $8) or (cast($6 as text) = 'unclaimed' and (c.claimed_by is null or c.lease_expires_at <= $8)) or (cast($6 as text) = 'urgent' and c.priority_rank < 2) or (cast($6 as text) = 'returned' and c.state = 'returned')) and ", of_caller!("$7", "$8"), " order by c.priority_rank, c.due_at, c.id limit $9");
    COUNTS = concat!("select count(*) as every, coalesce(sum(case when c.claimed_by = $2 and c.lease_expires_at > $3 then 1 else 0 end), 0) as mine, coalesce(sum(case when c.claimed_by is null or c.lease_expires_at <= $3 then 1 else 0 end), 0) as unclaimed, coalesce(sum(case when c.priority_rank < 2 then 1 else 0 end), 0) as urgent, coalesce(sum(case when c.state = 'returned' then 1 else 0 end), 0) as returned from review_case c where c.department = $1 and c.listed = true and (cast($4 as text) = '' or c.specialty = cast($4 as text)) and ", of_caller!("$2", "$3"));
    DONE = "select count(*) from review_answer where person = $1 and signed_at >= $2";
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
    /// Where it stands.
    pub state: State,
    /// The holder.
    pub claimed_by: Option<Uuid>,
    /// The holder's name.
    pub claimed_name: Option<String>,
    /// Until when.
    pub lease_expires_at: Option<At>,
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
    pub mine: i64,
    /// Claimed by nobody.
    pub unclaimed: i64,
    /// Suspected cancer and urgent.
    pub urgent: i64,
    /// With a reply.
    pub returned: i64,
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
        let of_department: Vec<ListedRow> = db
            .q(ROWS)
            .bind(*department)
            .bind(after.rank)
            .bind(after.due_at)
            .bind(after.id)
            .bind(viewer.specialty.to_owned())
            .bind(filter.as_str().to_owned())
            .bind(viewer.person)
            .bind(viewer.now)
            .bind(PAGE as i64 + 1)
            .all()
            .await?;
        rows.extend(of_department);
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
        sum.every += one.every;
        sum.mine += one.mine;
        sum.unclaimed += one.unclaimed;
        sum.urgent += one.urgent;
        sum.returned += one.returned;
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

    /// A page reads as many rows as it shows, however long the worklist is.
    #[tokio::test]
    async fn a_page_walks_the_index_and_sorts_nothing() {
        let world = World::start(vec![crate::service()], DEPLOYMENTS[0], |_| ()).await.unwrap();
        let explain: &'static str = format!("explain query plan {ROWS}").leak();
        let at = At::from_micros(0);
        let plan: Vec<(i64, i64, i64, String)> = world
            .ctx()
            .db
            .q(explain)
            .bind(Uuid::nil())
            .bind(-1_i64)
            .bind(at)
            .bind(Uuid::nil())
            .bind(String::new())
            .bind("all".to_owned())
            .bind(Uuid::nil())
            .bind(at)
            .bind(51_i64)
            .all()
            .await
            .unwrap();
        let steps: Vec<&str> = plan.iter().map(|step| step.3.as_str()).collect();
        assert!(
            steps
                .iter()
                .any(|step| step.contains(" c USING INDEX review_case_worklist") && step.contains("priority_rank")),
            "{steps:?}"
        );
        assert!(!steps.iter().any(|step| step.contains("TEMP B-TREE")), "{steps:?}");
        world.stop().await;
    }
}
