//! Once-only posts where the client does not make the id: the header `Idempotency-Key`.
//!
//! The table keeps caller, key, hash of the request and the id of what was made, never a body, for 90 days: an outbox
//! can be old.

use crate::db::Right;
use crate::http::Problem;
use crate::{At, Migration, Repair, Tx, statements};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use time::Duration;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use uuid::Uuid;

/// Table of keys that were used.
pub const MIGRATIONS: &[Migration] = &[Migration {
    number: 3,
    name: "idempotency keys",
    sql: "create table kit_idempotency (
            person {uuid} not null, key text not null, request_hash {bytes} not null, resource {uuid} not null,
            made_at {at} not null, primary key (person, key)
        ) {strict};
        create index kit_idempotency_age on kit_idempotency (made_at);",
}];

/// What a service that takes `Idempotency-Key` may do.
pub const ONCE: &[Right] = &[("kit.kit_idempotency", "select, insert")];

/// What the service with [`FORGETTING`] may do besides.
pub const FORGETTING_RIGHTS: &[Right] = &[("kit.kit_idempotency", "delete")];

/// Forgets old keys: one service of a deployment has it among its repairs.
pub const FORGETTING: Repair = Repair {
    name: "forget idempotency keys",
    every: std::time::Duration::from_hours(1),
    woken: false,
    workers: 1,
    run: |ctx| Box::pin(async move { Ok(forget_old(&ctx.db, ctx.now()).await?) }),
};

statements! {
    FIND = "select request_hash, resource from kit_idempotency where person = $1 and key = $2";
    ADD = "insert into kit_idempotency (person, key, request_hash, resource, made_at) values ($1, $2, $3, $4, $5) on conflict (person, key) do nothing";
    FORGET = "delete from kit_idempotency where made_at < $1";
}

/// How long a key is remembered.
pub const REMEMBERED: Duration = Duration::days(90);

/// The request's key, when it has one.
#[derive(Clone, Debug)]
pub struct IdempotencyKey(pub Option<String>);

/// As the description says it: `params(IdempotencyKey)`.
impl utoipa::IntoParams for IdempotencyKey {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let text = ObjectBuilder::new().schema_type(Type::String).min_length(Some(8)).max_length(Some(200));
        let key = ParameterBuilder::new()
            .name("Idempotency-Key")
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some(
                "A repeat with the same key and the same content changes nothing; 409 `key-reused` with another.",
            ))
            .schema(Some(text.pattern(Some("^[ -~]*$")).build()))
            .build();
        vec![key]
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get("idempotency-key") else { return Ok(Self(None)) };
        match value.to_str() {
            Ok(key) if (8..=200).contains(&key.len()) => Ok(Self(Some(key.to_owned()))),
            _ => Err(Problem::bad_request("idempotency-key", "Idempotency-Key must be 8 to 200 plain characters.")),
        }
    }
}

/// Remembers that `key` makes `resource`, in the transaction that makes it. Returns the resource that an earlier request
/// with the same key and the same body made: then nothing is to be done again.
///
/// # Errors
/// 409 `key-reused` when the key came with another body.
pub async fn once(
    tx: &mut Tx,
    person: Uuid,
    key: &IdempotencyKey,
    request: &[u8],
    resource: Uuid,
) -> Result<Option<Uuid>, Problem> {
    let IdempotencyKey(Some(key)) = key else { return Ok(None) };
    let hash = crate::pictures::sha256(request);
    let now = tx.now();
    let added = tx.q(ADD).bind(person).bind(key.clone()).bind(hash.clone()).bind(resource).bind(now).exec().await?;
    if added == 1 {
        return Ok(None);
    }
    let (stood, made): (Vec<u8>, Uuid) = tx.q(FIND).bind(person).bind(key.clone()).one().await?;
    if stood == hash {
        Ok(Some(made))
    } else {
        Err(Problem::conflict("key-reused", "This Idempotency-Key was used for another request. Make a new one."))
    }
}

/// Forgets keys older than [`REMEMBERED`]; returns how many.
pub async fn forget_old(db: &crate::Db, now: At) -> sqlx::Result<u64> {
    db.q(FORGET).bind(now - REMEMBERED).exec().await
}
