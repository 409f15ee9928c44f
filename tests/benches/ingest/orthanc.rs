//! A picture and what is made of it, beside Orthanc.

use super::processes::Process;
use super::{AFTERWARDS, Line, Ours, SIDES, answering};
use crate::wanted;
use serde_json::json;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;
use tests::Client;

/// Long on purpose: with a short one this Orthanc fails to find the end of a binary part.
const BOUNDARY: &str = "lysbro-bench-ingest-0123456789abcdef0123456789abcdef0123456789abcdef";

/// The line.
pub async fn line(picture: &[u8]) -> Line {
    let folder = TempDir::new().expect("a folder");
    let (rounds, pictures) = (wanted("ROUNDS", 7), wanted("PICTURES", 8));
    let mut photographs = encapsulated(picture, folder.path(), (rounds + 1) * pictures).into_iter();
    let ours = Ours::start(folder.path(), &[], &[]).await;
    let peer = Peer::start(folder.path()).await;
    let sha256 = hex::encode(kit::pictures::sha256(picture));
    let mut line = Line::new("ingest-orthanc");
    for round in 0..=rounds {
        let places = ours.places(pictures).await;
        let before = ours.program.spent();
        for place in &places {
            ours.upload(*place, picture, &sha256, picture.len()).await;
        }
        let ready = async || (ours.ready(&places).await == pictures).then_some(());
        tests::eventually("pictures shown as ready", ready).await;
        tokio::time::sleep(AFTERWARDS).await;
        let our_share = (ours.program.spent() - before) * 1e3 / pictures as f64;
        let portion: Vec<Photograph> = photographs.by_ref().take(pictures).collect();
        let before = peer.process.spent();
        for photograph in portion {
            peer.take(&photograph).await;
        }
        tokio::time::sleep(AFTERWARDS).await;
        let share = (peer.process.spent() - before) * 1e3 / pictures as f64;
        // The first round warms both.
        if round > 0 {
            line.ours.push(our_share);
            line.peer.push(share);
        }
    }
    line
}

/// A DICOM file, and the id by which Orthanc knows it.
struct Photograph {
    file: PathBuf,
    id: String,
}

/// The picture as so many DICOM files.
fn encapsulated(picture: &[u8], folder: &Path, count: usize) -> Vec<Photograph> {
    let folder = folder.join("dicom");
    std::fs::create_dir_all(&folder).expect("a folder");
    let jpeg = folder.join("picture.jpg");
    std::fs::write(&jpeg, picture).expect("a picture");
    let python = std::env::var_os("PYTHON").expect("PYTHON: tests/tools/bench-ingest.sh finds it");
    let mut command = Command::new(python);
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/benches/ingest/dicom.py")).arg(jpeg);
    command.args([SIDES.0.to_string(), SIDES.1.to_string()]).arg(folder).arg(count.to_string());
    let out = command.output().expect("Python");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let lines = String::from_utf8(out.stdout).expect("text");
    let pairs = lines.lines().map(|line| line.rsplit_once(' ').expect("a file and an id"));
    pairs.map(|(file, id)| Photograph { file: file.into(), id: id.to_owned() }).collect()
}

struct Peer {
    process: Process,
    http: Client,
}

impl Peer {
    async fn start(folder: &Path) -> Self {
        let folder = folder.join("orthanc");
        std::fs::create_dir_all(&folder).expect("a folder");
        let free = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port");
        let variable =
            |name: &str| std::env::var(name).unwrap_or_else(|_| panic!("{name}: tests/tools/bench-ingest.sh finds it"));
        let settings = json!({
            "Name": "bench", "StorageDirectory": folder, "IndexDirectory": folder, "HttpPort": free.port(),
            // Older ones listen everywhere and refuse others: the script gives them a network of their own.
            "HttpBindAddresses": ["127.0.0.1"], "RemoteAccessAllowed": false,
            "AuthenticationEnabled": false, "DicomServerEnabled": false,
            "Plugins": [variable("ORTHANC_DICOMWEB")], "DicomWeb": { "Enable": true },
        });
        let path = folder.join("orthanc.json");
        std::fs::write(&path, settings.to_string()).expect("a file");
        let process = Process::start(Command::new(variable("ORTHANC")).arg(path), &folder.join("said.log"));
        let http = answering(&format!("http://127.0.0.1:{}", free.port()), "/system").await;
        let system = http.get("/system").await.expect(200).json();
        println!("peer Orthanc {}", system["Version"].as_str().unwrap_or_default());
        Self { process, http }
    }

    /// Stores it and renders it twice, as a list and a page that shows it would.
    async fn take(&self, photograph: &Photograph) {
        let file = std::fs::read(&photograph.file).expect("a file");
        let head = format!("--{BOUNDARY}\r\nContent-Type: application/dicom\r\n\r\n");
        let body = [head.as_bytes(), &file, format!("\r\n--{BOUNDARY}--\r\n").as_bytes()].concat();
        let kind = format!("multipart/related; type=\"application/dicom\"; boundary={BOUNDARY}");
        let headers = [("content-type", kind.as_str()), ("accept", "application/dicom+json")];
        self.http.send(http::Method::POST, "/dicom-web/studies", &headers, body).await.expect(200);
        for longest in [512, 2048] {
            let path = format!("/instances/{}/rendered?width={longest}", photograph.id);
            let reply =
                self.http.send(http::Method::GET, &path, &[("accept", "image/jpeg")], Vec::new()).await.expect(200);
            assert!(reply.bytes.starts_with(&[0xff, 0xd8]), "a JPEG");
        }
    }
}
