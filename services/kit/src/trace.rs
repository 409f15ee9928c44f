//! A trace across services: spans for requests, projections and jobs, linked through the event's envelope.
//!
//! Span fields are templates of routes, kinds of events, positions and durations: never a value that came from a person. Where
//! they go is the program's matter (`LYSBRO_OTLP_URL`); without a collector nothing is carried.

use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// Only spans of this target leave the program.
pub const TARGET: &str = "lysbro::trace";

/// The present span as a W3C `traceparent`; empty when no trace is being taken.
pub fn carried() -> String {
    let context = Span::current().context();
    let span = context.span();
    let span = span.span_context();
    if !span.is_valid() {
        return String::new();
    }
    format!("00-{}-{}-{:02x}", span.trace_id(), span.span_id(), span.trace_flags().to_u8())
}

/// Makes `span` a child of what a `traceparent` names; anything else than one changes nothing.
pub fn follow(span: &Span, traceparent: &str) {
    let Some(parent) = parsed(traceparent) else { return };
    // Fails where no trace is being taken; then there is nothing to link.
    let _ = span.set_parent(opentelemetry::Context::new().with_remote_span_context(parent));
}

fn parsed(text: &str) -> Option<SpanContext> {
    let mut parts = text.split('-');
    let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let trace = TraceId::from_hex(trace).ok()?;
    let span = SpanId::from_hex(span).ok()?;
    let flags = TraceFlags::new(u8::from_str_radix(flags, 16).ok()?);
    let context = SpanContext::new(trace, span, flags, true, TraceState::NONE);
    (version == "00" && parts.next().is_none() && context.is_valid()).then_some(context)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_traceparent_is_followed() {
        let good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        assert!(parsed(good).is_some());
        for bad in
            ["", "00", &good[..40], &good.replace("00-", "ff-"), &format!("{good}-more"), &good.replace('a', "x")]
        {
            assert!(parsed(bad).is_none(), "{bad}");
        }
        assert!(parsed("00-00000000000000000000000000000000-b7ad6b7169203331-01").is_none());
    }
}
