//! The office's lists: its referrals by tab, and how many wait in each.
//!
//! A referral that was withdrawn and answered all the same stands among the answers until it is read: an answer that
//! nobody looks at could be the one that matters.

use super::{in_scope, succession};
use crate::owner::Case;
use crate::vocabulary::Specialty;
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
pub(super) use tab;

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
        concat!(
            "r.id, r.practice, r.specialty, r.content, r.updated_at, coalesce(r.until_at, r.updated_at) as until_at, ",
            crate::store::chair::case_columns!(),
            ", r.responsible, r.responsible_name, r.ready_at, r.closed_out_at, r.training, coalesce(r.sent_to, d.name) as department_name, coalesce(p.name, '') as practice_name, \
             (select count(*) from intake_image i where i.referral = r.id and i.removed_at is null and i.error_at is null) as image_count, \
             coalesce((select a.amends is not null from intake_answer a where a.referral = r.id order by a.answered_at desc, a.id desc limit 1), false) as amended \
             from intake_referral r left join intake_practice p on p.id = r.practice left join intake_department d on d.id = r.department"
        )
    };
}
pub(crate) use line;

/// A page after a place in `$order`, a walk along an index.
macro_rules! page {
    ($before:literal, $order:literal) => {
        concat!("select ", line!(), " where ", in_tab!("$4"), $before, $order, " limit $7")
    };
}

statements! {
    PAGE = page!(" and (r.updated_at, r.id) < ($5, $6)", " order by r.updated_at desc, r.id desc");
    // The tabs of open cases: what is longest overdue comes first.
    // SQLite begins at a place of the index for a column and for an expression, and not for a pair with an expression in it.
    BY_DATE = page!(" and coalesce(r.until_at, r.updated_at) >= $5 and (coalesce(r.until_at, r.updated_at), r.id) > ($5, $6)", " order by coalesce(r.until_at, r.updated_at), r.id");
    PAGE_CLOSE_OUT = concat!(
        "select ", line!(), " where r.practice = $3 and r.state = 'acknowledged' and r.closed_out_at is null and r.training = false and r.discarded_at is null and r.erased_at is null and ", in_scope!("$1", "$2"),
        " and (r.updated_at, r.id) < ($4, $5) order by r.updated_at desc, r.id desc limit $6"
    );
    COUNT_CLOSE_OUT = concat!(
        "select count(*) from (select 1 from intake_referral r where r.practice = $3 and r.state = 'acknowledged' and r.closed_out_at is null and r.training = false and r.discarded_at is null and r.erased_at is null and ",
        in_scope!("$1", "$2"), " order by r.updated_at desc, r.id desc limit 1000) counted"
    );
    COUNTS = concat!("select ", count!("'answers'"), " as answers, ", count!("'waiting'"), " as waiting, ", count!("'drafts'"), " as drafts");
}

/// No count goes beyond it: it stands for itself and everything above.
pub const COUNTED: i64 = 1000;

/// The list of answers that were read and not closed out: they stand among the closed ones too.
pub const CLOSE_OUT: &str = "close-out";

/// One line of a list.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Row {
    pub id: Uuid,
    pub practice: Uuid,
    pub specialty: Option<Specialty>,
    /// Sealed.
    pub content: Vec<u8>,
    pub updated_at: At,
    /// By which open cases are sorted.
    pub until_at: At,
    /// What tells whose it is.
    #[sqlx(flatten)]
    pub case: Case,
    pub closed_out_at: Option<At>,
    pub training: bool,
    pub department_name: Option<String>,
    pub practice_name: String,
    pub image_count: i64,
    /// The newest answer replaces an earlier one.
    pub amended: bool,
    pub responsible: Option<Uuid>,
    /// Sealed.
    pub responsible_name: Option<Vec<u8>>,
    pub ready_at: Option<At>,
}

/// In which order a tab is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Newest change first.
    Newest,
    /// What is longest overdue first.
    Date,
}

impl Row {
    /// Its place in the order.
    pub fn place(&self, order: Order) -> (At, Uuid) {
        (if order == Order::Date { self.until_at } else { self.updated_at }, self.id)
    }
}

/// How many referrals stand in the tabs that need the office.
#[derive(Clone, Copy, Debug, Default, sqlx::FromRow)]
pub struct Counts {
    pub answers: i64,
    pub waiting: i64,
    pub drafts: i64,
}

/// The practices in which the caller works, and those from which these have taken over.
pub async fn practices(ctx: &Context, caller: &Caller) -> sqlx::Result<BTreeSet<Uuid>> {
    succession::with_taken_over(&ctx.db, caller.practices(&[Role::GpClinician, Role::GpStaff]), ctx.now()).await
}

/// The referrals of one tab behind a place, over the caller's practices in one order.
pub async fn page(
    ctx: &Context,
    caller: &Caller,
    (tab, order): (&str, Order),
    (at, id): (At, Uuid),
    limit: i64,
) -> sqlx::Result<Vec<Row>> {
    let statement = match (tab, order) {
        (CLOSE_OUT, _) => PAGE_CLOSE_OUT,
        (_, Order::Date) => BY_DATE,
        (_, Order::Newest) => PAGE,
    };
    let mut rows: Vec<Row> = Vec::new();
    for practice in practices(ctx, caller).await? {
        let mut q = ctx.db.q(statement).bind(caller.person).bind(ctx.now()).bind(practice);
        if tab != CLOSE_OUT {
            q = q.bind(tab.to_owned());
        }
        let of_practice: Vec<Row> = q.bind(at).bind(id).bind(limit).all().await?;
        rows.extend(of_practice);
    }
    match order {
        Order::Newest => rows.sort_by_key(|row| Reverse(row.place(order))),
        Order::Date => rows.sort_by_key(|row| row.place(order)),
    }
    rows.truncate(limit as usize);
    Ok(rows)
}

/// How many answers were read and not closed out, over the caller's practices.
pub async fn close_outs(ctx: &Context, caller: &Caller) -> sqlx::Result<i64> {
    let mut sum = 0;
    for practice in practices(ctx, caller).await? {
        let q = ctx.db.q(COUNT_CLOSE_OUT).bind(caller.person).bind(ctx.now()).bind(practice);
        let (one,): (i64,) = q.one().await?;
        sum = (sum + one).min(COUNTED);
    }
    Ok(sum)
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
