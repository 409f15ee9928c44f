//! `/healthz` says that the process lives; `/readyz` really asks what it needs; `/metrics` for Prometheus.
//!
//! A process whose object store is away is still ready: it takes text, sends referrals whose pictures are there and asks
//! uploads to wait, and a proxy that took it out would take that too. It says `"objects":"down"`, for the alert. Only a
//! store in the process that has stopped itself makes it unready: that one needs a new start. A database that found no room on
//! its disk makes it unready too, until a write succeeds again: nothing can be taken over then.

use super::gauges::Board;
use crate::context::Context;
use crate::settings::Store;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use serde::Serialize;
use std::sync::OnceLock;

#[derive(Serialize)]
struct Readiness {
    ready: bool,
    database: &'static str,
    keys: &'static str,
    audit: &'static str,
    objects: &'static str,
    parked: usize,
}

pub(super) fn routes(board: Board) -> Router<Context> {
    let metrics = async move |State(ctx): State<Context>| {
        board.refresh(&ctx).await;
        recorder().render()
    };
    Router::new()
        .route("/healthz", get(async || "alive\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
}

/// The process's metrics recorder, installed at the first call.
pub(crate) fn recorder() -> &'static PrometheusHandle {
    static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
    RECORDER.get_or_init(|| {
        let recorder = PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        // Fails only when another recorder stands already; then ours stays empty.
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!("another metrics recorder is installed");
        }
        handle
    })
}

async fn ready(State(ctx): State<Context>) -> (StatusCode, axum::Json<Readiness>) {
    let word = |ok: bool| if ok { "ok" } else { "down" };
    let answers = async |db: &crate::Db| db.q("select 1").one::<(i32,)>().await.is_ok();
    let (database, keys) = (answers(&ctx.db).await, answers(ctx.keys.db()).await);
    // Who has no store needs none.
    let closed = matches!(ctx.settings.store, Store::Closed);
    let (audit, objects) = (answers(ctx.audit.db()).await, closed || ctx.objects.ready().await.is_ok());
    let runs = ctx.embedded.as_ref().is_none_or(|store| store.healthy().is_ok());
    if ctx.db.is_full() && crate::log::write_nothing(&ctx.db).await.is_err() {
        tracing::warn!("the database's disk is full");
    }
    let full = ctx.db.is_full();
    let parked = crate::log::parked(&ctx.db).await.map_or(0, |parked| parked.len());
    let ready = database && !full && keys && audit && runs && ctx.halted().is_none();
    let body = Readiness {
        ready,
        database: if full { "full" } else { word(database) },
        keys: word(keys),
        audit: word(audit),
        objects: word(objects && runs),
        parked,
    };
    (if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, axum::Json(body))
}
