//! The office's lists: its referrals by tab, and how many wait in each.
//!
//! A referral that was withdrawn and answered all the same stands among the answers until it is read: an answer that
//! nobody looks at could be the one that matters.

use crate::referral::State;
use crate::vocabulary::{Priority, Specialty};
use kit::{At, Caller, Context, statements};
use uuid::Uuid;

macro_rules! scope {
    () => {
        "r.discarded_at is null and r.erased_at is null and exists (select 1 from kit_grant g where g.person = $1 and g.practice = r.practice \
         and g.role in ('gp-clinician', 'gp-staff') and g.starts_at <= $2 and (g.ends_at is null or g.ends_at > $2))"
    };
}
macro_rules! tab {
    () => {
        "case when r.answered_at is not null and r.acknowledged_at is null then 'answers' when r.state = 'draft' then 'drafts' \
         when r.state in ('submitted', 'in-review', 'awaiting-information') then 'waiting' else 'closed' end"
    };
}

statements! {
    PAGE = concat!(
        "select r.id, r.state, r.specialty, r.priority, r.content, r.updated_at, r.submitted_at, r.due_at, r.answered_at, r.acknowledged_at, \
         coalesce(r.sent_to, d.name) as department_name, coalesce(p.name, '') as practice_name, \
         (select count(*) from intake_image i where i.referral = r.id and i.removed_at is null) as image_count, \
         (select count(*) from intake_question q where q.referral = r.id and q.supplied_at is null) as open_questions \
         from intake_referral r left join intake_practice p on p.id = r.practice left join intake_department d on d.id = r.department where ",
        scope!(), " and ", tab!(), " = cast($3 as text) and (r.updated_at < $4 or (r.updated_at = $4 and r.id < $5)) \
         order by r.updated_at desc, r.id desc limit $6"
    );
    COUNTS = concat!("select ", tab!(), " as tab, count(*) from intake_referral r where ", scope!(), " group by 1");
}

/// One line of a list.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Row {
    pub id: Uuid,
    pub state: State,
    pub specialty: Option<Specialty>,
    pub priority: Option<Priority>,
    /// Sealed.
    pub content: Vec<u8>,
    pub updated_at: At,
    pub submitted_at: Option<At>,
    pub due_at: Option<At>,
    pub answered_at: Option<At>,
    pub acknowledged_at: Option<At>,
    pub department_name: Option<String>,
    pub practice_name: String,
    pub image_count: i64,
    pub open_questions: i64,
}

/// The referrals of one tab that come after (`before`, `below`), newest first.
pub async fn page(
    ctx: &Context,
    caller: &Caller,
    tab: &str,
    (before, below): (At, Uuid),
    limit: i64,
) -> sqlx::Result<Vec<Row>> {
    ctx.db
        .q(PAGE)
        .bind(caller.person)
        .bind(ctx.now())
        .bind(tab.to_owned())
        .bind(before)
        .bind(below)
        .bind(limit)
        .all()
        .await
}

/// How many referrals stand in each tab.
pub async fn counts(ctx: &Context, caller: &Caller) -> sqlx::Result<Vec<(String, i64)>> {
    ctx.db.q(COUNTS).bind(caller.person).bind(ctx.now()).all().await
}
