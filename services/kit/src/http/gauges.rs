//! Figures that are asked for and not counted along: refreshed when somebody scrapes, at most every [`FRESH`].

use crate::context::Context;
use crate::{Error, Gauges, log, scrub};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::Instant;

const FRESH: Duration = Duration::from_secs(5);
/// The services' gauges.
#[derive(Clone)]
pub(super) struct Board {
    gauges: Vec<Gauges>,
    /// When they were asked last.
    last: Arc<Mutex<Option<Instant>>>,
}

impl Board {
    pub(super) fn new(gauges: Vec<Gauges>) -> Self {
        Self { gauges, last: Arc::default() }
    }

    /// Asks everything again when it is old. What can't be asked keeps its figure and is counted as a fault.
    pub(super) async fn refresh(&self, ctx: &Context) {
        let mut last = self.last.lock().await;
        if last.is_some_and(|asked| asked.elapsed() < FRESH) {
            return;
        }
        for name in ["gauge_faults_total", "http_connections_given_way_total"] {
            metrics::counter!(name).increment(0);
        }
        let told = |result: Result<(), Error>| {
            if let Err(error) = result {
                metrics::counter!("gauge_faults_total").increment(1);
                tracing::warn!(%error, "a gauge can't be read");
            }
        };
        told(log::gauges(&ctx.db).await.map_err(Error::from));
        told(scrub::gauges(&ctx.db).await.map_err(Error::from));
        for gauges in &self.gauges {
            told(gauges(ctx).await);
        }
        for (name, db) in [("main", &ctx.db), ("keys", ctx.keys.db()), ("audit", ctx.audit.db())] {
            let (in_use, open, most) = db.connections();
            for (state, count) in [("in-use", in_use), ("open", open), ("most", most)] {
                metrics::gauge!("db_connections", "database" => name, "state" => state).set(f64::from(count));
            }
        }
        metrics::gauge!("objects_away_seconds").set(ctx.objects.away_for().map_or(0.0, |away| away.as_secs_f64()));
        *last = Some(Instant::now());
    }
}
