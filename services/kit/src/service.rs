//! A service's table of contents. `run` starts any list of them; a deployment is a list.

use crate::context::Context;
use crate::db::Right;
use crate::log::Consumer;
use crate::{Error, Migration};
use futures::future::BoxFuture;
use std::time::Duration;
use utoipa_axum::router::OpenApiRouter;

/// Routes with their OpenAPI description; the context is their state.
pub type Routes = OpenApiRouter<Context>;

/// What one service brings.
pub struct Service {
    /// Its name: routes live under `/api/<name>`, tables are called `<name>_…`.
    pub name: &'static str,
    /// Its place among the services, from 1; migrations count from `place × 1000`. Never reused.
    pub place: u16,
    /// Routes under `/api/<name>`.
    pub routes: fn() -> Routes,
    /// Pages at the root (the browser application).
    pub pages: Option<fn() -> axum::Router<Context>>,
    /// Its schema.
    pub migrations: &'static [Migration],
    /// What its login may do to kit's tables beyond counting for metrics (PostgreSQL): the constants beside those tables, by
    /// what the service does. Where none of its rights is in the key store, it gets no keys.
    pub rights: &'static [&'static [Right]],
    /// Every SQL text it has, list by list.
    pub statements: &'static [&'static [(&'static str, &'static str)]],
    /// Statements that name every object it counts on, each giving rows `(object key text, stored_sha256 bytes)`;
    /// `lysbro verify` compares them with the store.
    pub objects: &'static [&'static str],
    /// What it reads from the log.
    pub consumers: Vec<Consumer>,
    /// What it does by itself.
    pub repairs: Vec<Repair>,
    /// Its gauges, asked when they are looked at.
    pub gauges: Option<Gauges>,
}

/// Sets gauges, each by one cheap statement: asked at most every few seconds and never by a user's request. Counters that
/// have not counted yet are named here with 0, so that an alert can stand on them from the start.
pub type Gauges = for<'a> fn(&'a Context) -> BoxFuture<'a, Result<(), Error>>;

/// Work that repeats: leased jobs, expiry, sweeping.
#[derive(Clone, Copy)]
pub struct Repair {
    /// For logs and metrics.
    pub name: &'static str,
    /// How long it rests when there was nothing to do.
    pub every: Duration,
    /// Whether a commit to the log wakes it earlier: what comes with time alone need not look after every commit.
    pub woken: bool,
    /// How many of it run at once in one process.
    pub workers: usize,
    /// Does one portion and says how many things it did; 0 means rest.
    pub run: for<'a> fn(&'a Context) -> BoxFuture<'a, Result<u64, Error>>,
}
