//! Who is calling: a session and the grants that hold now. A handler takes a [`Caller`] and scopes its SQL by it.
//!
//! Sessions and grants are kit's tables, written by directory alone and read here at every request, so a right that ends,
//! ends on the next request. Scope in SQL, for example by practice:
//!
//! ```sql
//! exists (select 1 from kit_grant g where g.person = $2 and g.practice = r.practice
//!     and g.role in ('gp-clinician', 'gp-staff') and g.starts_at <= $3 and (g.ends_at is null or g.ends_at > $3))
//! ```
//!
//! Rejected: signed tokens checked offline (a right would outlive its end).

use crate::context::Context;
use crate::db::Right;
use crate::http::Problem;
use crate::pictures::sha256;
use crate::{At, Migration, statements};
use axum::extract::FromRequestParts;
use axum::http::header::COOKIE;
use axum::http::request::Parts;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use time::Duration;
use uuid::Uuid;

/// The session cookie.
pub const COOKIE_NAME: &str = "__Host-sid";
/// A session that nothing used for so long is over.
pub const IDLE: Duration = Duration::minutes(15);
/// A session ends after so long, used or not.
pub const LASTS: Duration = Duration::hours(12);

/// Sessions and grants.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        number: 2,
        name: "sessions and grants",
        sql: "
        create table kit_session (
            token_hash {bytes} primary key, person {uuid} not null, person_name text not null,
            opened_at {at} not null, seen_at {at} not null, expires_at {at} not null, locked_at {at}, ended_at {at}
        ) {strict};
        create index kit_session_person on kit_session (person);
        create table kit_grant (
            id {uuid} primary key, person {uuid} not null, role text not null,
            practice {uuid}, practice_name text, department {uuid}, department_name text,
            starts_at {at} not null, ends_at {at}
        ) {strict};
        create index kit_grant_person on kit_grant (person);
    ",
    },
    Migration {
        number: 60,
        name: "for whom a locum stands in; the people of a practice",
        sql: "
        alter table kit_grant add column covers_for {uuid};
        create index kit_grant_practice on kit_grant (practice, role);
    ",
    },
];

/// What a service with routes may do: ask who calls, and note that a session was used.
pub const ASKING: &[Right] = &[("kit.kit_session", "select, update (seen_at)"), ("kit.kit_grant", "select")];

/// What a service without routes may do that asks who works where.
pub const LOOKING_UP: &[Right] = &[("kit.kit_grant", "select")];

/// What directory alone may do.
pub const WRITING: &[Right] =
    &[("kit.kit_session", "select, insert, update, delete"), ("kit.kit_grant", "select, insert, update")];

statements! {
    SESSION = "select s.person, s.person_name, s.seen_at, s.expires_at, s.locked_at, g.id, g.role, g.practice, g.practice_name, g.department, g.department_name \
        from kit_session s left join kit_grant g on g.person = s.person and g.starts_at <= $2 and (g.ends_at is null or g.ends_at > $2) \
        where s.token_hash = $1 and s.ended_at is null and s.expires_at > $2 and s.seen_at > $3 order by g.starts_at, g.id";
    SEEN = "update kit_session set seen_at = $2 where token_hash = $1 and seen_at < $2";
}

/// What a person may be in a practice, a department or the whole programme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
#[sqlx(type_name = "text", rename_all = "kebab-case")]
pub enum Role {
    /// Doctor in a GP office.
    GpClinician,
    /// Nurse or secretary in a GP office.
    GpStaff,
    /// Invites and ends the people of a GP office; sees no referral by this role.
    PracticeAdmin,
    /// Specialist in a hospital department.
    Specialist,
    /// Coordinator of a hospital department.
    Coordinator,
    /// Manager or researcher of the programme.
    ProgrammeManager,
    /// Administrator of the deployment.
    Administrator,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 7] = [
        Self::GpClinician,
        Self::GpStaff,
        Self::PracticeAdmin,
        Self::Specialist,
        Self::Coordinator,
        Self::ProgrammeManager,
        Self::Administrator,
    ];

    /// As it stands in tables, envelopes and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GpClinician => "gp-clinician",
            Self::GpStaff => "gp-staff",
            Self::PracticeAdmin => "practice-admin",
            Self::Specialist => "specialist",
            Self::Coordinator => "coordinator",
            Self::ProgrammeManager => "programme-manager",
            Self::Administrator => "administrator",
        }
    }

    /// Held in a practice.
    pub fn of_practice(self) -> bool {
        matches!(self, Self::GpClinician | Self::GpStaff | Self::PracticeAdmin)
    }

    /// Works with referrals in a practice.
    pub fn of_office(self) -> bool {
        matches!(self, Self::GpClinician | Self::GpStaff)
    }

    /// Held in a department.
    pub fn of_department(self) -> bool {
        matches!(self, Self::Specialist | Self::Coordinator)
    }
}

/// One right that holds now.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Grant {
    /// Its id.
    pub id: Uuid,
    /// As what.
    pub role: Role,
    /// In which practice.
    pub practice: Option<Uuid>,
    /// The practice's name.
    pub practice_name: Option<String>,
    /// In which department.
    pub department: Option<Uuid>,
    /// The department's name.
    pub department_name: Option<String>,
}

/// A signed-in person with the rights that hold now.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Who.
    pub person: Uuid,
    /// Their name, as answers and questions show it.
    pub name: String,
    /// Their rights.
    pub grants: Vec<Grant>,
    /// When the session ends in any case.
    pub expires_at: At,
    /// Whether the screen was locked: nothing but unlocking works.
    pub locked: bool,
    /// SHA-256 of the session's token.
    pub token_hash: Vec<u8>,
}

impl Caller {
    /// The first of `roles` that the caller holds.
    ///
    /// # Errors
    /// 404 when there is none: forbidden and absent look alike.
    pub fn require(&self, roles: &[Role]) -> Result<Role, Problem> {
        roles
            .iter()
            .copied()
            .find(|role| self.grants.iter().any(|grant| grant.role == *role))
            .ok_or_else(Problem::not_found)
    }

    /// The caller's grant to work with referrals in a practice; the clinician's, when there are both.
    pub fn in_practice(&self, practice: Uuid) -> Option<&Grant> {
        let here = |grant: &&Grant| grant.practice == Some(practice) && grant.role.of_office();
        self.grants.iter().filter(here).min_by_key(|grant| grant.role != Role::GpClinician)
    }

    /// The practices in which the caller holds one of `roles`.
    pub fn practices(&self, roles: &[Role]) -> BTreeSet<Uuid> {
        self.grants.iter().filter(|grant| roles.contains(&grant.role)).filter_map(|grant| grant.practice).collect()
    }
}

/// A session with one of its person's grants that hold now, or with none.
#[derive(sqlx::FromRow)]
struct SessionRow {
    person: Uuid,
    person_name: String,
    seen_at: At,
    expires_at: At,
    locked_at: Option<At>,
    id: Option<Uuid>,
    role: Option<Role>,
    practice: Option<Uuid>,
    practice_name: Option<String>,
    department: Option<Uuid>,
    department_name: Option<String>,
}

impl SessionRow {
    fn grant(self) -> Option<Grant> {
        Some(Grant {
            id: self.id?,
            role: self.role?,
            practice: self.practice,
            practice_name: self.practice_name,
            department: self.department,
            department_name: self.department_name,
        })
    }
}

/// The token in the request's session cookie.
pub fn session_token(parts: &Parts) -> Option<&str> {
    parts
        .headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(COOKIE_NAME)?.strip_prefix('='))
}

/// The caller even when the screen is locked: for unlocking and signing out.
#[derive(Clone, Debug)]
pub struct MaybeLocked(pub Caller);

impl FromRequestParts<Context> for MaybeLocked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, ctx: &Context) -> Result<Self, Problem> {
        let hash = sha256(session_token(parts).ok_or_else(Problem::signed_out)?.as_bytes());
        let now = ctx.now();
        let idle = now - IDLE;
        let rows: Vec<SessionRow> = ctx.db.q(SESSION).bind(hash.clone()).bind(now).bind(idle).all().await?;
        let first = rows.first().ok_or_else(Problem::signed_out)?;
        if let Some(signed_in) = parts.extensions.get::<crate::http::SignedIn>() {
            signed_in.note(first.person);
        }
        if now - first.seen_at > Duration::minutes(1) {
            ctx.db.q(SEEN).bind(hash.clone()).bind(now).exec().await?;
        }
        Ok(Self(Caller {
            person: first.person,
            name: first.person_name.clone(),
            expires_at: first.expires_at,
            locked: first.locked_at.is_some(),
            token_hash: hash,
            grants: rows.into_iter().filter_map(SessionRow::grant).collect(),
        }))
    }
}

impl FromRequestParts<Context> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, ctx: &Context) -> Result<Self, Problem> {
        let MaybeLocked(caller) = MaybeLocked::from_request_parts(parts, ctx).await?;
        if caller.locked { Err(Problem::locked()) } else { Ok(caller) }
    }
}
