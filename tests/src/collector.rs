//! An OpenTelemetry collector on this machine that keeps what it is sent (OTLP over HTTP, protobuf).

use prost::Message;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// The parts of an `ExportTraceServiceRequest` that tests look at.
#[derive(Clone, PartialEq, Message)]
struct Export {
    #[prost(message, repeated, tag = "1")]
    resources: Vec<ResourceSpans>,
}

#[derive(Clone, PartialEq, Message)]
struct ResourceSpans {
    #[prost(message, repeated, tag = "2")]
    scopes: Vec<ScopeSpans>,
}

#[derive(Clone, PartialEq, Message)]
struct ScopeSpans {
    #[prost(message, repeated, tag = "2")]
    spans: Vec<Span>,
}

#[derive(Clone, PartialEq, Message)]
struct Span {
    #[prost(bytes = "vec", tag = "1")]
    trace_id: Vec<u8>,
    #[prost(string, tag = "5")]
    name: String,
    #[prost(message, repeated, tag = "9")]
    attributes: Vec<Attribute>,
}

#[derive(Clone, PartialEq, Message)]
struct Attribute {
    #[prost(string, tag = "1")]
    key: String,
    #[prost(message, optional, tag = "2")]
    value: Option<Value>,
}

#[derive(Clone, PartialEq, Message)]
struct Value {
    #[prost(string, tag = "1")]
    text: String,
}

/// A running collector.
pub struct Collector {
    /// What to set as `LYSBRO_OTLP_URL`.
    pub url: String,
    bodies: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Collector {
    /// Listens on a free port.
    ///
    /// # Panics
    /// When there is none.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/v1/traces", listener.local_addr().expect("an address"));
        let bodies = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&bodies);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(keep(stream, Arc::clone(&kept)));
            }
        });
        Self { url, bodies }
    }

    /// Everything that was sent, as it came.
    ///
    /// # Panics
    /// When a reader of it panicked.
    pub fn bytes(&self) -> Vec<u8> {
        self.bodies.lock().expect("no reader panicked").concat()
    }

    /// The names of the spans of each trace; a projection's is `project <consumer>`.
    ///
    /// # Panics
    /// When something else than spans was sent.
    pub fn traces(&self) -> Vec<BTreeSet<String>> {
        let mut traces: BTreeMap<Vec<u8>, BTreeSet<String>> = BTreeMap::new();
        for body in self.bodies.lock().expect("no reader panicked").iter() {
            let export = Export::decode(body.as_slice()).expect("spans");
            for span in export.resources.into_iter().flat_map(|one| one.scopes).flat_map(|one| one.spans) {
                let consumer = span.attributes.into_iter().find(|one| one.key == "consumer").and_then(|one| one.value);
                let name = consumer.map_or(span.name.clone(), |consumer| format!("{} {}", span.name, consumer.text));
                traces.entry(span.trace_id).or_default().insert(name);
            }
        }
        traces.into_values().collect()
    }
}

/// Reads requests with a `Content-Length` one after the other and answers each with 200.
async fn keep(mut stream: TcpStream, bodies: Arc<Mutex<Vec<Vec<u8>>>>) {
    let mut waiting = Vec::new();
    loop {
        let head = loop {
            if let Some(end) = waiting.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            if stream.read_buf(&mut waiting).await.unwrap_or(0) == 0 {
                return;
            }
        };
        let text = String::from_utf8_lossy(&waiting[..head]).to_ascii_lowercase();
        let length = text.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
        let length = length.expect("a Content-Length");
        while waiting.len() < head + length {
            if stream.read_buf(&mut waiting).await.unwrap_or(0) == 0 {
                return;
            }
        }
        bodies.lock().expect("no reader panicked").push(waiting[head..head + length].to_vec());
        waiting.drain(..head + length);
        if stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.is_err() {
            return;
        }
    }
}
