//! Whose an open case is, as the office sees it.

use crate::owner::{Case, Owner};
use kit::climb::There;
use kit::{At, Context};
use serde::Serialize;
use utoipa::ToSchema;

/// Whose it is now.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Chair {
    owner: Owner,
    since: At,
    /// Until when it is theirs.
    due: At,
    /// 0 its first owner; 1 the practice's deputy, or the coordinator of a department that is late; 2 the call list.
    #[schema(minimum = 0, maximum = 2)]
    level: u8,
    /// The practice's deputy, when it is theirs.
    deputy: Option<String>,
}

/// Of a case of the practice in which somebody looks at it; `deputy` is the name of the one who is there.
pub fn of(ctx: &Context, case: &Case, deputy: Option<&String>) -> Option<Chair> {
    let there = There { practice: true, deputy: deputy.is_some() };
    let chair = case.chair(there, ctx.now(), &ctx.settings.working_days)?;
    Some(Chair {
        owner: chair.owner,
        since: chair.since,
        due: chair.due,
        level: chair.level,
        deputy: deputy.filter(|_| chair.owner == Owner::Deputy).cloned(),
    })
}
