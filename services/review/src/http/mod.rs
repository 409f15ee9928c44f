//! Routes under `/api/review`, for specialists and coordinators of a case's department.

mod absence;
mod answer;
mod assignment;
mod board;
mod call;
mod case;
mod claim;
mod decline;
mod department;
mod ended;
mod filed;
mod forward;
mod image;
mod letter;
mod mistake;
mod question;
mod questionnaire;
mod worklist;

use crate::ReviewError;
use crate::store::case::CaseRow;
use crate::store::claim::Holder;
use crate::{claim::Claim, claim::Standing, store};
use kit::audit::Access;
use kit::{Caller, Context, Role, Routes};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;
use utoipa_axum::routes;
use uuid::Uuid;

/// All of them.
pub fn routes() -> Routes {
    Routes::new()
        .routes(routes!(worklist::worklist))
        .routes(routes!(case::open))
        .routes(routes!(claim::claim))
        .routes(routes!(claim::renew))
        .routes(routes!(claim::release))
        .routes(routes!(claim::take_over))
        .routes(routes!(image::shown))
        .routes(routes!(answer::save))
        .routes(routes!(answer::sign))
        .routes(routes!(answer::undo))
        .routes(routes!(question::ask))
        .routes(routes!(image::read))
        .routes(routes!(image::tile))
        .routes(routes!(letter::pdf))
        .routes(routes!(letter::text))
        .routes(routes!(claim::amend))
        .routes(routes!(claim::free))
        .routes(routes!(decline::decline))
        .routes(routes!(forward::forward))
        .routes(routes!(department::departments))
        .routes(routes!(ended::ended))
        .routes(routes!(board::board))
        .routes(routes!(assignment::assign))
        .routes(routes!(absence::own))
        .routes(routes!(absence::note, absence::remove))
        .routes(routes!(call::list))
        .routes(routes!(call::phoned))
        .routes(routes!(questionnaire::questionnaires))
        .routes(routes!(filed::filed))
        .routes(routes!(mistake::mark_case))
        .routes(routes!(mistake::mark_picture))
        .routes(routes!(mistake::notices))
        .routes(routes!(mistake::read_notice))
}

/// The roles that may call review at all; in which department stands in the statements.
pub const ROLES: [Role; 2] = [Role::Specialist, Role::Coordinator];

/// A request that needs nothing but the claim's token.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = review::Token)]
pub struct Token {
    /// As the claim gave it.
    pub token: Uuid,
}

/// A person.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = review::Named)]
pub struct Named {
    /// Their id.
    pub id: Uuid,
    /// Their name.
    pub name: String,
}

/// A claim as the worklist and a case show it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = review::Claim)]
pub struct ClaimView {
    /// Who.
    pub by: Named,
    /// Whether it is the caller's, in this window or another.
    pub mine: bool,
    /// Until when.
    pub expires_at: kit::At,
}

impl ClaimView {
    fn new(claim: Claim, viewer: Uuid) -> Self {
        Self { mine: claim.by == viewer, by: Named { id: claim.by, name: claim.name }, expires_at: claim.expires_at }
    }
}

/// For whom a coordinator has meant a case.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = review::Assigned)]
pub struct Assigned {
    /// Who.
    to: Named,
    /// Since when.
    at: kit::At,
    /// Whether it is the caller.
    mine: bool,
    /// They are away, or have no right in the department any more: it is to be given to somebody else.
    reassign: bool,
}

impl Assigned {
    fn of(to: Option<Uuid>, name: Option<String>, at: Option<kit::At>, reassign: bool, viewer: Uuid) -> Option<Self> {
        let (id, name, at) = (to?, name?, at?);
        Some(Self { mine: id == viewer, to: Named { id, name }, at, reassign })
    }
}

/// Writes to the access log before an answer leaves.
async fn record(
    ctx: &Context,
    caller: &Caller,
    action: &str,
    what: &str,
    case: Option<Uuid>,
) -> Result<(), ReviewError> {
    let access = Access {
        at: ctx.now(),
        person: caller.person,
        action: action.into(),
        what: what.into(),
        subject: case,
        outcome: "ok".into(),
    };
    Ok(ctx.audit.record(access).await?)
}

/// The case, if the caller may see it.
async fn case_for(ctx: &Context, caller: &Caller, id: Uuid) -> Result<CaseRow, ReviewError> {
    caller.require(&ROLES)?;
    store::case::for_caller(&ctx.db, id, caller.person, ctx.now()).await?.ok_or(ReviewError::NotFound)
}

/// The case, if the caller coordinates its department.
async fn case_of_coordinator(ctx: &Context, caller: &Caller, id: Uuid) -> Result<CaseRow, ReviewError> {
    let case = case_for(ctx, caller, id).await?;
    let of_department = |grant: &&kit::caller::Grant| grant.department == Some(case.department);
    if caller.grants.iter().filter(of_department).any(|grant| grant.role == Role::Coordinator) {
        Ok(case)
    } else {
        Err(ReviewError::NotFound)
    }
}

/// The departments in which the caller holds one of these roles.
fn departments_as(caller: &Caller, roles: &[Role]) -> Vec<Uuid> {
    let held = caller.grants.iter().filter(|grant| roles.contains(&grant.role));
    held.filter_map(|grant| grant.department).collect::<BTreeSet<_>>().into_iter().collect()
}

fn holder(ctx: &Context, caller: &Caller, case: Uuid, token: Uuid) -> Holder {
    Holder { case, person: caller.person, token, now: ctx.now() }
}

/// What stands in the caller's way, read afresh after a write that touched nothing.
async fn standing(ctx: &Context, caller: &Caller, id: Uuid) -> Result<Standing, ReviewError> {
    let case = case_for(ctx, caller, id).await?;
    Ok(Standing { state: case.state, claim: case.claim(ctx.now()) })
}

/// Why a holder's write touched nothing.
async fn not_held(ctx: &Context, caller: &Caller, id: Uuid) -> ReviewError {
    match standing(ctx, caller, id).await {
        Ok(standing) => standing.not_held(caller.person),
        Err(error) => error,
    }
}

/// The role in which the caller acts in a department: as a specialist when they are both.
fn role_in(caller: &Caller, department: Uuid) -> Role {
    let has = |role| caller.grants.iter().any(|grant| grant.department == Some(department) && grant.role == role);
    if has(Role::Specialist) { Role::Specialist } else { Role::Coordinator }
}
