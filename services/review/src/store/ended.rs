//! What a department has ended: answers, refusals, forwardings, newest first. Scope: whoever has a right in that department; what
//! was erased or entered in error is in no line, whoever has it now.

use crate::ended::{Mark, PAGE};
use kit::{At, Db, statements};
use uuid::Uuid;

/// Person `$2` has a right in department `$1` at `$3`.
macro_rules! of_department {
    () => {
        "exists (select 1 from kit_grant g where g.person = $2 and g.department = $1 and g.role in ('specialist', 'coordinator') \
         and g.starts_at <= $3 and (g.ends_at is null or g.ends_at > $3))"
    };
}

/// Columns of the case `c` beside those of the end `e`. It can be opened while the department has it.
macro_rules! of_case {
    () => {
        "c.id as case_id, c.practice_name, c.sex, c.priority, c.submitted_at, c.test, (c.department = $1) as here, c.data_key, c.content as case_content"
    };
}

statements! {
    ANSWERS = concat!("select 'answered' as kind, e.id, e.released_at as at, e.person_name, c.specialty, e.disposition as what, '' as to_name, null as words, (e.amends is not null) as amends, ", of_case!(), " from review_answer e join review_case c on c.id = e.case_id where e.department = $1 and e.released_at is not null and c.state not in ('erased', 'entered-in-error') and ", of_department!(), " and (e.released_at, e.id) < ($4, $5) order by e.released_at desc, e.id desc limit $6");
    DECLINES = concat!("select 'declined' as kind, e.id, e.at, e.person_name, c.specialty, e.reason as what, '' as to_name, e.content as words, (1 = 0) as amends, ", of_case!(), " from review_decline e join review_case c on c.id = e.case_id where e.department = $1 and c.state not in ('erased', 'entered-in-error') and ", of_department!(), " and (e.at, e.id) < ($4, $5) order by e.at desc, e.id desc limit $6");
    FORWARDS = concat!("select 'forwarded' as kind, e.id, e.at, e.person_name, e.from_specialty as specialty, e.to_specialty as what, e.to_name, e.content as words, (1 = 0) as amends, ", of_case!(), " from review_forward e join review_case c on c.id = e.case_id where e.from_department = $1 and c.state not in ('erased', 'entered-in-error') and ", of_department!(), " and (e.at, e.id) < ($4, $5) order by e.at desc, e.id desc limit $6");
}

/// One line.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct EndedRow {
    /// `answered`, `declined` or `forwarded`.
    pub kind: String,
    /// Of the answer, the refusal or the forwarding.
    pub id: Uuid,
    /// When.
    pub at: At,
    /// By whom.
    pub person_name: String,
    /// Of the case then; for what was not forwarded, now.
    pub specialty: String,
    /// Disposition, reason, or the specialty that it went to.
    pub what: String,
    /// The department that it went to.
    pub to_name: String,
    /// Sealed; why.
    pub words: Option<Vec<u8>>,
    /// The answer replaces an earlier one.
    pub amends: bool,
    /// The case.
    pub case_id: Uuid,
    /// Who sent it.
    pub practice_name: String,
    /// As in the envelope.
    pub sex: String,
    /// How soon.
    pub priority: String,
    /// When it was sent.
    pub submitted_at: At,
    /// Sent to try the service.
    pub test: bool,
    /// The department has it (again).
    pub here: bool,
    /// Seals its content.
    pub data_key: Uuid,
    /// Sealed.
    pub case_content: Option<Vec<u8>>,
}

impl EndedRow {
    /// Its place in the order.
    pub fn mark(&self) -> Mark {
        Mark { at: self.at, id: self.id }
    }
}

/// The lines before a mark, over several departments in one order; one more than a page when there are more.
pub async fn rows(db: &Db, departments: &[Uuid], person: Uuid, now: At, before: Mark) -> sqlx::Result<Vec<EndedRow>> {
    let mut rows: Vec<EndedRow> = Vec::new();
    for department in departments {
        for sql in [ANSWERS, DECLINES, FORWARDS] {
            let q = db.q(sql).bind(*department).bind(person).bind(now).bind(before.at).bind(before.id);
            let some: Vec<EndedRow> = q.bind(PAGE as i64 + 1).all().await?;
            rows.extend(some);
        }
    }
    rows.sort_by_key(|row| std::cmp::Reverse((row.at, row.id)));
    rows.truncate(PAGE + 1);
    Ok(rows)
}
