//! One request, and pieces of 1 MiB, beside nginx and the SDK.

use super::processes::{Process, Program, own};
use super::{AFTERWARDS, Line, Ours, answering};
use crate::wanted;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_s3::primitives::ByteStream;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use bytes::Bytes;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;
use tests::Client;

const PIECE: usize = 1 << 20;
const ACCESS_KEY: &str = "bench-ingest";
/// The peer's files and objects are written over after so many.
const NAMES: usize = 20;

/// Both lines.
pub async fn lines(picture: &[u8]) -> Vec<Line> {
    let folder = TempDir::new().expect("a folder");
    let secret = kit::Random::default().token();
    let objects = folder.path().join("objects");
    let keys = [("LYSBRO_OBJECTS_ACCESS_KEY", ACCESS_KEY), ("LYSBRO_OBJECTS_SECRET_KEY", secret.as_str())];
    let store = ["store", "--listen", "127.0.0.1:0", "--data", objects.to_str().expect("text")];
    let store = Program::start(&store, &keys, &folder.path().join("store.log"));
    let away = [keys[0], keys[1], ("LYSBRO_OBJECTS_URL", store.url.as_str())];
    let ours = Ours::start(folder.path(), &["directory", "intake"], &away).await;
    let peer = Peer::start(folder.path(), &store.url, &secret).await;
    let body = Bytes::copy_from_slice(picture);
    let sha256 = hex::encode(kit::pictures::sha256(picture));

    idle(&ours).await;
    let (rounds, uploads) = (wanted("ROUNDS", 7), wanted("UPLOADS", 32));
    let mut lines = Vec::new();
    for (name, piece) in [("ingest-nginx-put", picture.len()), ("ingest-nginx-put-pieces", PIECE)] {
        let mut line = Line::new(name);
        let mut parts = (Vec::new(), Vec::new());
        for round in 0..=rounds {
            let places = ours.places(uploads).await;
            let before = ours.program.spent();
            for place in places {
                ours.upload(place, picture, &sha256, piece).await;
            }
            tokio::time::sleep(AFTERWARDS).await;
            let our_share = (ours.program.spent() - before) * 1e3 / uploads as f64;
            let (received, put) = peer.take(&body, uploads).await;
            // The first round warms both.
            if round > 0 {
                line.ours.push(our_share);
                line.peer.push(received + put);
                parts.0.push(received);
                parts.1.push(put);
            }
        }
        let (received, put) = (crate::figure::median(&parts.0), crate::figure::median(&parts.1));
        println!("{name}: the peer's parts are nginx {received:.2} ms and the put {put:.2} ms");
        lines.push(line);
    }
    lines
}

/// What the service does while nobody asks is in our figures, too: so much.
async fn idle(ours: &Ours) {
    let before = ours.program.spent();
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    println!("idle: {:.1} ms of processor time a second", (ours.program.spent() - before) * 1e3 / 2.0);
}

/// nginx and the SDK.
struct Peer {
    nginx: Process,
    http: Client,
    store: aws_sdk_s3::Client,
}

impl Peer {
    async fn start(folder: &Path, store: &str, secret: &str) -> Self {
        let folder = folder.join("nginx");
        std::fs::create_dir_all(folder.join("arrived")).expect("a folder");
        let free = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port");
        let settings = folder.join("nginx.conf");
        std::fs::write(&settings, configuration(&folder, free.port())).expect("a file");
        let program = std::env::var_os("NGINX").expect("NGINX: tests/tools/bench-ingest.sh finds it");
        let mut command = Command::new(program);
        command.arg("-p").arg(&folder).arg("-e").arg(folder.join("error.log")).arg("-c").arg(&settings);
        let nginx = Process::start(&mut command, &folder.join("said.log"));
        let http = answering(&format!("http://127.0.0.1:{}", free.port()), "/").await;
        let https =
            aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
        let settings = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-east-1"))
            .credentials_provider(Credentials::new(ACCESS_KEY, secret, None, None, "bench"))
            .endpoint_url(store)
            .force_path_style(true)
            .http_client(https)
            .build();
        Self { nginx, http, store: aws_sdk_s3::Client::from_conf(settings) }
    }

    /// Milliseconds per picture: received by nginx, and put by the SDK.
    async fn take(&self, picture: &Bytes, count: usize) -> (f64, f64) {
        let each = |seconds: f64| seconds * 1e3 / count as f64;
        let before = self.nginx.spent();
        for number in 0..count {
            let reply = self.http.send(http::Method::PUT, &format!("/{}", number % NAMES), &[], picture.to_vec()).await;
            assert!(reply.status.is_success(), "{}", reply.text());
        }
        let received = each(self.nginx.spent() - before);
        let before = own();
        for number in 0..count {
            let put = self.store.put_object().bucket("lysbro").key(format!("bench/{}", number % NAMES));
            put.body(ByteStream::from(picture.clone())).send().await.expect("put");
        }
        (received, each(own() - before))
    }
}

/// One process, whose PUT writes the body into a file and gives it its name.
fn configuration(folder: &Path, port: u16) -> String {
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(|what| {
        let place = folder.join(what);
        format!("{what}_temp_path {};", place.display())
    });
    format!(
        "daemon off; master_process off; pid {0}/pid; error_log {0}/error.log;\nevents {{}}\n\
         http {{ access_log off; {1} client_max_body_size 64m; root {0}/arrived;\n\
         server {{ listen 127.0.0.1:{port}; location / {{ client_body_in_file_only on; dav_methods PUT; }} }} }}\n",
        folder.display(),
        temporary.join(" ")
    )
}
