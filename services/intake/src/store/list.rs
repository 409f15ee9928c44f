//! The office's lists: its referrals by tab, and how many wait in each.
//!
//! A referral that was withdrawn and answered all the same stands among the answers until it is read: an answer that
//! nobody looks at could be the one that matters.

use super::{in_scope, succession};
use crate::referral::State;
use crate::vocabulary::{Priority, Specialty};
use kit::{At, Caller, Context, Role, statements};
use std::cmp::Reverse;
use std::collections::BTreeSet;
use uuid::Uuid;

/// The referrals of practice `$3` that person `$1` may see at `$2`, and that stand in tab `$which`.
macro_rules! in_tab {
    ($which:literal) => {
        concat!(
            "r.practice = $3 and ",
            tab!("r."),
            " = ",
            $which,
            " and r.discarded_at is null and r.erased_at is null and ",
            in_scope!("$1", "$2")
        )
    };
}

/// In which tab a referral stands. The list's index holds this very expression: a change of it needs a migration.
macro_rules! tab {
    ($of:literal) => {
        concat!(
            "(case when ",
            $of,
            "answered_at is not null and ",
            $of,
            "acknowledged_at is null then 'answers' when ",
            $of,
            "state = 'draft' then 'drafts' \
             when ",
            $of,
            "state in ('submitted', 'in-review', 'awaiting-information') then 'waiting' else 'closed' end)"
        )
    };
}

/// How many stand in a tab, up to [`COUNTED`].
macro_rules! count {
    ($which:literal) => {
        concat!(
            "(select count(*) from (select 1 from intake_referral r where ",
            in_tab!($which),
            " order by r.updated_at desc, r.id desc limit 1000) counted)"
        )
    };
}

/// The index that a page and a count walk.
pub const INDEX: &str = concat!(
    "drop index intake_referral_list; create index intake_referral_tab on intake_referral (practice, ",
    tab!(""),
    ", updated_at, id) where discarded_at is null and erased_at is null;"
);

/// The columns of a line.
macro_rules! line {
    () => {
        "r.id, r.state, r.specialty, r.priority, r.content, r.updated_at, r.submitted_at, r.due_at, r.answered_at, r.acknowledged_at, \
         r.responsible, r.responsible_name, r.ready_at, \
         coalesce(r.sent_to, d.name) as department_name, coalesce(p.name, '') as practice_name, \
         (select count(*) from intake_image i where i.referral = r.id and i.removed_at is null) as image_count, \
         (select count(*) from intake_question q where q.referral = r.id and q.supplied_at is null) as open_questions \
         from intake_referral r left join intake_practice p on p.id = r.practice left join intake_department d on d.id = r.department"
    };
}
pub(crate) use line;

statements! {
    PAGE = concat!(
        "select ", line!(), " where ", in_tab!("$4"), " and (r.updated_at, r.id) < ($5, $6) order by r.updated_at desc, r.id desc limit $7"
    );
    COUNTS = concat!("select ", count!("'answers'"), " as answers, ", count!("'waiting'"), " as waiting, ", count!("'drafts'"), " as drafts");
}

/// No count goes beyond it: it stands for itself and everything above.
pub const COUNTED: i64 = 1000;

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
    pub responsible: Option<Uuid>,
    /// Sealed.
    pub responsible_name: Option<Vec<u8>>,
    pub ready_at: Option<At>,
}

/// How many referrals stand in the tabs that need the office.
#[derive(Clone, Copy, Debug, Default, sqlx::FromRow)]
pub struct Counts {
    pub answers: i64,
    pub waiting: i64,
    pub drafts: i64,
}

/// The practices in which the caller works, and those from which these have taken over.
async fn practices(ctx: &Context, caller: &Caller) -> sqlx::Result<BTreeSet<Uuid>> {
    succession::with_taken_over(&ctx.db, caller.practices(&[Role::GpClinician, Role::GpStaff]), ctx.now()).await
}

/// The referrals of one tab that come after (`before`, `below`), over the caller's practices in one order, newest first.
pub async fn page(
    ctx: &Context,
    caller: &Caller,
    tab: &str,
    (before, below): (At, Uuid),
    limit: i64,
) -> sqlx::Result<Vec<Row>> {
    let mut rows: Vec<Row> = Vec::new();
    for practice in practices(ctx, caller).await? {
        let q = ctx.db.q(PAGE).bind(caller.person).bind(ctx.now()).bind(practice).bind(tab.to_owned());
        let of_practice: Vec<Row> = q.bind(before).bind(below).bind(limit).all().await?;
        rows.extend(of_practice);
    }
    rows.sort_by_key(|row| Reverse((row.updated_at, row.id)));
    rows.truncate(limit as usize);
    Ok(rows)
}

/// How many referrals stand in each tab, over the caller's practices.
pub async fn counts(ctx: &Context, caller: &Caller) -> sqlx::Result<Counts> {
    let mut sum = Counts::default();
    for practice in practices(ctx, caller).await? {
        let one: Counts = ctx.db.q(COUNTS).bind(caller.person).bind(ctx.now()).bind(practice).one().await?;
        sum.answers = (sum.answers + one.answers).min(COUNTED);
        sum.waiting = (sum.waiting + one.waiting).min(COUNTED);
        sum.drafts = (sum.drafts + one.drafts).min(COUNTED);
    }
    Ok(sum)
}
