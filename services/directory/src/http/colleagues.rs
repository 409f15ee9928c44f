//! A practice's own people, for whoever keeps its list. Who looks at it is recorded: staff are data subjects too.

use super::Named;
use super::people::{GrantView, Invitation};
use crate::acts::colleagues as act;
use crate::acts::links::NewLink;
use crate::acts::once::Superuser;
use crate::colleague::NewColleague;
use crate::link;
use crate::store::{closings, grants, people};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use kit::audit::Access;
use kit::http::{Json, Path};
use kit::idempotency::IdempotencyKey;
use kit::{At, Context, Problem};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A person with a role in the practice. Of an account that another made, nothing but name and role is told until its person has
/// signed in with the role: an address alone must not tell a practice about a stranger.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Colleague {
    id: Uuid,
    name: String,
    /// Null for whoever is not known here yet.
    email: Option<String>,
    /// In this practice.
    grant: GrantView,
    /// Null also for whoever is not known here yet.
    last_sign_in: Option<At>,
    /// Has accepted an invitation; null for whoever is not known here yet.
    has_password: Option<bool>,
    /// The account was made here and nobody has accepted its invitation: there can be a new link.
    linkable: bool,
}

/// A practice with its people.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PracticePeople {
    practice: Named,
    deputy_id: Option<Uuid>,
    /// By name.
    people: Vec<Colleague>,
}

/// The practices of which the caller keeps the people.
#[utoipa::path(get, path = "/colleagues", tag = "directory", responses((status = OK, body = Vec<PracticePeople>)))]
pub async fn list(
    State(ctx): State<Context>,
    Superuser(keeper): Superuser,
) -> Result<Json<Vec<PracticePeople>>, Problem> {
    let listed = people::list(&ctx.db).await?;
    let mut all = Vec::new();
    for id in keeper.practices.iter().copied() {
        let mut tx = ctx.begin().await?;
        let practice = closings::find(&mut tx, id).await?.ok_or_else(Problem::not_found)?;
        drop(tx);
        let mut people = Vec::new();
        for grant in grants::in_practice(&ctx.db, id, ctx.now()).await? {
            let Some(person) = listed.iter().find(|one| one.id == grant.person) else { continue };
            let accepted = people::by_id(&ctx.db, person.id).await?.is_some_and(|row| row.password_hash.is_some());
            let ours = people::made_in(&ctx.db, person.id).await?.is_some_and(|made| keeper.practices.contains(&made));
            let given =
                grants::made_at(&ctx.db, grant.id).await?.map_or(grant.starts_at, |made| made.max(grant.starts_at));
            let came = person.last_sign_in_at.is_some_and(|last| last >= given);
            let known = ours || came;
            people.push(Colleague {
                id: person.id,
                name: person.name.clone(),
                email: known.then(|| person.email.clone()),
                grant: grant.into(),
                last_sign_in: person.last_sign_in_at.filter(|_| known),
                has_password: known.then_some(accepted),
                linkable: ours && !accepted,
            });
        }
        people.sort_by(|one, other| (&one.name, one.id).cmp(&(&other.name, other.id)));
        all.push(PracticePeople { practice: Named { id, name: practice.name }, deputy_id: practice.deputy, people });
    }
    let access = Access {
        at: ctx.now(),
        person: keeper.caller.person,
        action: "read".into(),
        what: "people".into(),
        subject: None,
        outcome: "ok".into(),
    };
    ctx.audit.record(access).await?;
    Ok(Json(all))
}

/// A colleague who was invited.
#[derive(Clone, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InvitedColleague {
    id: Uuid,
    /// Null for an account that was not made here: its person signs in as before, or an administrator invites them.
    invitation: Option<Invitation>,
}

#[utoipa::path(post, path = "/colleagues", tag = "directory", params(IdempotencyKey), request_body = NewColleague,
    responses((status = CREATED, body = InvitedColleague), (status = CONFLICT, description = "`id-reused` or `key-reused`"),
        (status = UNPROCESSABLE_ENTITY, description = "Field errors")))]
pub async fn invite(
    State(ctx): State<Context>,
    Superuser(keeper): Superuser,
    headers: HeaderMap,
    Json(new): Json<NewColleague>,
) -> Result<(StatusCode, Json<InvitedColleague>), Problem> {
    let invited = act::invite(&ctx, &keeper, &new).await?;
    let invitation = invited.link.map(|made| shown(&ctx, &headers, &made));
    Ok((StatusCode::CREATED, Json(InvitedColleague { id: invited.person, invitation })))
}

fn shown(ctx: &Context, headers: &HeaderMap, made: &NewLink) -> Invitation {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let settings = &ctx.settings;
    let link = link::address(settings.public_url.as_deref(), host, settings.listen.port(), &made.token);
    Invitation { link, expires_at: made.expires_at }
}

/// Every call makes a new invitation and ends the earlier ones.
#[utoipa::path(post, path = "/colleagues/{id}/invitation", tag = "directory", params(("id" = Uuid, Path), IdempotencyKey),
    responses((status = CREATED, body = Invitation), (status = CONFLICT, description = "`has-password`; `ask-administrator` for an account that was not made here")))]
pub async fn renew(
    State(ctx): State<Context>,
    Superuser(keeper): Superuser,
    headers: HeaderMap,
    Path(person): Path<Uuid>,
) -> Result<(StatusCode, Json<Invitation>), Problem> {
    let made = act::renew(&ctx, &keeper, person).await?;
    Ok((StatusCode::CREATED, Json(shown(&ctx, &headers, &made))))
}

/// When a colleague's role ends.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ColleagueEnd {
    /// First day without the role, `YYYY-MM-DD`; now when absent.
    #[serde(default)]
    on: Option<String>,
}

#[utoipa::path(post, path = "/colleagues/roles/{grantId}/end", tag = "directory", params(("grantId" = Uuid, Path), IdempotencyKey),
    request_body = ColleagueEnd, responses((status = NO_CONTENT, description = "From then on every request is refused."),
        (status = CONFLICT, description = "`open-referrals`: hand them over first")))]
pub async fn end(
    State(ctx): State<Context>,
    Superuser(keeper): Superuser,
    Path(grant): Path<Uuid>,
    Json(end): Json<ColleagueEnd>,
) -> Result<StatusCode, Problem> {
    act::end(&ctx, &keeper, grant, end.on).await?;
    Ok(StatusCode::NO_CONTENT)
}
