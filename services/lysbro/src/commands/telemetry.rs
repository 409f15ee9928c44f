//! Logs to stderr, and traces to an OpenTelemetry collector when one is named.

use bytes::Bytes;
use opentelemetry::trace::TracerProvider;
use opentelemetry_http::hyper::HyperClient;
use opentelemetry_http::{HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use std::sync::Arc;
use std::time::Duration;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

/// Where the collector takes traces (OTLP over HTTP, protobuf), for instance `http://127.0.0.1:4318/v1/traces`. It stands on
/// this machine or in its network: the exporter speaks no TLS.
const COLLECTOR: &str = "LYSBRO_OTLP_URL";

/// Keeps the exporter; dropping it sends what is left.
#[must_use]
pub(crate) struct Telemetry(Option<SdkTracerProvider>);

impl Drop for Telemetry {
    fn drop(&mut self) {
        if let Some(Err(error)) = self.0.as_ref().map(SdkTracerProvider::shutdown) {
            eprintln!("lysbro: the last traces were not sent: {error}");
        }
    }
}

/// Readable lines, or JSON with `LYSBRO_LOG_FORMAT=json`; the level by `LYSBRO_LOG`.
pub(crate) fn start_logging(default: &str) -> Telemetry {
    let mut filter = EnvFilter::try_from_env("LYSBRO_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    // It calls every absent object an error, and prints signed headers when asked for more.
    if let Ok(quiet) = "s3s=off".parse() {
        filter = filter.add_directive(quiet);
    }
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = if std::env::var("LYSBRO_LOG_FORMAT").is_ok_and(|format| format == "json") {
        lines.json().boxed()
    } else {
        lines.boxed()
    };
    let provider = std::env::var(COLLECTOR).ok().and_then(|url| exporting(&url));
    let traces = provider.as_ref().map(|provider| {
        let tracer: SdkTracer = provider.tracer("lysbro");
        // Only spans of our own making: what libraries say about a request may hold anything.
        let ours = filter_fn(|metadata| metadata.is_span() && metadata.target() == kit::trace::TARGET);
        tracing_opentelemetry::layer().with_tracer(tracer).with_location(false).with_threads(false).with_filter(ours)
    });
    if let Err(error) = tracing_subscriber::registry().with(traces).with(lines.with_filter(filter)).try_init() {
        eprintln!("lysbro: logging was set up before: {error}");
    }
    Telemetry(provider)
}

const PATIENCE: Duration = Duration::from_secs(5);

/// The exporter works on a thread of its own, where the client's connections would find no runtime.
#[derive(Debug)]
struct OnRuntime(tokio::runtime::Handle, Arc<HyperClient>);

#[async_trait::async_trait]
impl HttpClient for OnRuntime {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = Arc::clone(&self.1);
        self.0.spawn(async move { client.send_bytes(request).await }).await?
    }
}

fn exporting(url: &str) -> Option<SdkTracerProvider> {
    let client = Arc::new(HyperClient::with_default_connector(PATIENCE, None));
    let client = OnRuntime(tokio::runtime::Handle::current(), client);
    let exporter = SpanExporter::builder().with_http().with_http_client(client).with_endpoint(url).build();
    match exporter {
        Ok(exporter) => {
            let resource = Resource::builder().with_service_name("lysbro").build();
            Some(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build())
        }
        Err(error) => {
            eprintln!("lysbro: {COLLECTOR}: {error}; no traces are sent");
            None
        }
    }
}
