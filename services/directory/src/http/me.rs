//! The person who is signed in.

use super::Named;
use crate::Error;
use crate::acts::preferences::{self, Choice};
use crate::faults::Faults;
use crate::hpr;
use crate::language::Language;
use crate::notice::{NoticeState, VERSION};
use crate::store::{grants, notice, people};
use axum::extract::State;
use axum::http::StatusCode;
use kit::caller::IDLE;
use kit::http::Json;
use kit::{At, Caller, Context, Problem, Role};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A person as forms and lists show them.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PersonView {
    id: Uuid,
    name: String,
    email: String,
    language: Language,
    /// Number in the register of health personnel; empty when it is not known.
    hpr_number: String,
}

/// One of my rights.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct MyGrant {
    id: Uuid,
    role: Role,
    practice: Option<Named>,
    department: Option<Named>,
}

/// Who is signed in, as what, and for how long.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Me {
    person: PersonView,
    /// Rights that hold now.
    grants: Vec<MyGrant>,
    /// The text about what is recorded.
    notice: NoticeState,
    /// Whether unlocking by password is possible.
    has_password: bool,
    /// A session that nothing uses for so many seconds is over.
    idle_seconds: i64,
    /// When the session ends in any case.
    expires_at: At,
    /// Whether a mail comes once a day when something is new.
    mail_digest: bool,
}

impl Me {
    /// Reads it anew.
    pub async fn of(ctx: &Context, person: Uuid, expires_at: At) -> Result<Self, Error> {
        let row = people::by_id(&ctx.db, person).await?.ok_or_else(|| Error::Refused(Problem::signed_out()))?;
        let grants = grants::now(&ctx.db, person, ctx.now()).await?;
        let grants = grants.into_iter().map(|grant| MyGrant {
            id: grant.id,
            role: grant.role,
            practice: Named::of(grant.practice, grant.practice_name),
            department: Named::of(grant.department, grant.department_name),
        });
        let confirmed_at = notice::confirmed(&ctx.db, person, VERSION).await?;
        Ok(Self {
            grants: grants.collect(),
            notice: NoticeState { version: VERSION, confirmed_at },
            has_password: row.password_hash.is_some(),
            person: PersonView {
                id: row.id,
                name: row.name,
                email: row.email,
                language: row.language,
                hpr_number: row.hpr_number,
            },
            idle_seconds: IDLE.whole_seconds(),
            expires_at,
            mail_digest: people::wants_digest(&ctx.db, person).await?,
        })
    }
}

#[utoipa::path(get, path = "/me", tag = "directory", responses((status = OK, body = Me)))]
pub async fn me(State(ctx): State<Context>, caller: Caller) -> Result<Json<Me>, Problem> {
    Ok(Json(Me::of(&ctx, caller.person, caller.expires_at).await?))
}

/// The language to be shown from now on.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LanguageChoice {
    /// `en` or `nb`.
    #[serde(default)]
    #[schema(required = true, value_type = Language)]
    language: String,
}

#[utoipa::path(put, path = "/me/language", tag = "directory", request_body = LanguageChoice,
    responses((status = NO_CONTENT, description = "It holds from now on.")))]
pub async fn set_language(
    State(ctx): State<Context>,
    caller: Caller,
    Json(choice): Json<LanguageChoice>,
) -> Result<StatusCode, Problem> {
    let mut faults = Faults::default();
    let language = Language::parse(choice.language.trim());
    let language = faults.choice("language", language, "Choose the language: en (English) or nb (norsk bokmål).");
    let language = faults.finish(language)?.ok_or(Error::NotFound)?;
    preferences::choose(&ctx, &caller, Choice { language: Some(language), ..Choice::default() }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which mails are wanted.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailChoice {
    /// At most one mail a day when something is new. What is urgent is mailed all the same.
    digest: bool,
}

#[utoipa::path(put, path = "/me/mail", tag = "directory", request_body = MailChoice,
    responses((status = NO_CONTENT, description = "It holds from now on.")))]
pub async fn set_mail(
    State(ctx): State<Context>,
    caller: Caller,
    Json(choice): Json<MailChoice>,
) -> Result<StatusCode, Problem> {
    preferences::choose(&ctx, &caller, Choice { digest: Some(choice.digest), ..Choice::default() }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// My number in the register of health personnel.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HprChoice {
    /// 1 to 9 digits; empty: none any more. Referrals that were sent keep what they were sent with.
    #[schema(pattern = "^ *[0-9]{0,9} *$")]
    hpr_number: String,
}

#[utoipa::path(put, path = "/me/hpr", tag = "directory", request_body = HprChoice,
    responses((status = NO_CONTENT, description = "It holds from now on."),
        (status = UNPROCESSABLE_ENTITY, description = "`not-a-number` or `too-long` on `hprNumber`")))]
pub async fn set_hpr(
    State(ctx): State<Context>,
    caller: Caller,
    Json(choice): Json<HprChoice>,
) -> Result<StatusCode, Problem> {
    let mut faults = Faults::default();
    let number = hpr::optional(&mut faults, "hprNumber", &choice.hpr_number);
    let hpr_number = Some(faults.finish(number)?);
    preferences::choose(&ctx, &caller, Choice { hpr_number, ..Choice::default() }).await?;
    Ok(StatusCode::NO_CONTENT)
}
