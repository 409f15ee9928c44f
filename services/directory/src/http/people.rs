//! People and their invitations. Who looks at the list is recorded: staff are data subjects too.

use super::{Made, Named};
use crate::acts::once::Author;
use crate::acts::{links, people as act};
use crate::language::Language;
use crate::link::{self, LinkKind};
use crate::person::NewPerson;
use crate::store::grants::{self, GrantRow};
use crate::store::people as rows;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use kit::audit::Access;
use kit::http::{Json, Path};
use kit::idempotency::IdempotencyKey;
use kit::{At, Caller, Context, Problem, Role};
use serde::Serialize;
use std::collections::HashMap;
use uuid::Uuid;

/// A right that holds or will hold.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GrantView {
    id: Uuid,
    role: Role,
    practice: Option<Named>,
    department: Option<Named>,
    from: At,
    until: Option<At>,
    /// For whom a locum stands in.
    covers_for: Option<Uuid>,
}

impl From<GrantRow> for GrantView {
    fn from(grant: GrantRow) -> Self {
        Self {
            id: grant.id,
            role: grant.role,
            practice: Named::of(grant.practice, grant.practice_name),
            department: Named::of(grant.department, grant.department_name),
            from: grant.starts_at,
            until: grant.ends_at,
            covers_for: grant.covers_for,
        }
    }
}

/// A person of the list.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListedPerson {
    id: Uuid,
    name: String,
    email: String,
    language: Language,
    /// Number in the register of health personnel; empty when it is not known.
    hpr_number: String,
    grants: Vec<GrantView>,
    last_sign_in: Option<At>,
}

#[utoipa::path(get, path = "/people", tag = "directory", responses((status = OK, body = Vec<ListedPerson>)))]
pub async fn list(State(ctx): State<Context>, caller: Caller) -> Result<Json<Vec<ListedPerson>>, Problem> {
    caller.require(&[Role::Administrator])?;
    let people = rows::list(&ctx.db).await?;
    let mut held: HashMap<Uuid, Vec<GrantView>> = HashMap::new();
    for grant in grants::not_ended(&ctx.db, ctx.now()).await? {
        held.entry(grant.person).or_default().push(grant.into());
    }
    let views = people.into_iter().map(|row| ListedPerson {
        grants: held.remove(&row.id).unwrap_or_default(),
        id: row.id,
        name: row.name,
        email: row.email,
        language: row.language,
        hpr_number: row.hpr_number,
        last_sign_in: row.last_sign_in_at,
    });
    let views = views.collect();
    let access = Access {
        at: ctx.now(),
        person: caller.person,
        action: "read".into(),
        what: "people".into(),
        subject: None,
        outcome: "ok".into(),
    };
    ctx.audit.record(access).await?;
    Ok(Json(views))
}

#[utoipa::path(post, path = "/people", tag = "directory", params(IdempotencyKey), request_body = NewPerson, responses(
    (status = CREATED, body = Made), (status = CONFLICT, description = "`id-reused` or `key-reused`"),
    (status = UNPROCESSABLE_ENTITY, description = "Field errors; `taken` on `email` when it is somebody's already")))]
pub async fn add(
    State(ctx): State<Context>,
    author: Author,
    Json(new): Json<NewPerson>,
) -> Result<(StatusCode, Json<Made>), Problem> {
    let id = act::add(&ctx, &author, &new).await?;
    Ok((StatusCode::CREATED, Json(Made { id })))
}

/// An invitation. The link is shown here once and kept nowhere.
#[derive(Clone, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Invitation {
    /// `http://…/link#<token>`, to be given to the person.
    pub link: String,
    pub expires_at: At,
}

/// Every call makes a new invitation and ends the earlier ones, so a repeated request leaves one that opens.
#[utoipa::path(post, path = "/people/{id}/invitation", tag = "directory", params(("id" = Uuid, Path), IdempotencyKey),
    responses((status = CREATED, body = Invitation)))]
pub async fn invite(
    State(ctx): State<Context>,
    _author: Author,
    headers: HeaderMap,
    Path(person): Path<Uuid>,
) -> Result<(StatusCode, Json<Invitation>), Problem> {
    let made = links::make(&ctx, person, LinkKind::Invitation, LinkKind::Invitation.lasts()).await?;
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let settings = &ctx.settings;
    let link = link::address(settings.public_url.as_deref(), host, settings.listen.port(), &made.token);
    Ok((StatusCode::CREATED, Json(Invitation { link, expires_at: made.expires_at })))
}
