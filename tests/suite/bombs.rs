//! Request bombs over raw TCP against a real process: each has its status, memory stays where it was, others get in.

use crate::canaries::{Process, invite};
use std::time::{Duration, Instant};
use tests::Client;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use uuid::Uuid;

/// Most that all bombs together may make the process grow.
const GROWTH: u64 = 32 << 20;

/// Sends a head and then a body's piece so many times, as far as the other side takes it; gives the whole answer.
async fn throw(address: &str, head: &str, piece: &[u8], times: usize) -> String {
    let stream = TcpStream::connect(address).await.expect("a connection");
    let (mut from, mut to) = stream.into_split();
    let sending = async {
        to.write_all(head.as_bytes()).await?;
        for _ in 0..times {
            to.write_all(piece).await?;
        }
        Ok::<_, std::io::Error>(())
    };
    let mut answer = Vec::new();
    let reading = async {
        let mut buffer = [0; 4096];
        // The answer may come long before everything is sent, and a reset after it.
        while let Ok(read @ 1..) = from.read(&mut buffer).await {
            answer.extend_from_slice(&buffer[..read]);
        }
    };
    let both = async {
        tokio::pin!(reading);
        tokio::select! {
            () = &mut reading => {}
            _ = sending => reading.await,
        }
    };
    tokio::time::timeout(Duration::from_secs(30), both).await.expect("an answer in 30 s");
    String::from_utf8_lossy(&answer).into_owned()
}

struct Bomb {
    name: &'static str,
    head: String,
    piece: Vec<u8>,
    times: usize,
    status: u16,
    code: &'static str,
}

const SIGN_IN: &str = "POST /api/directory/sign-in HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n";
const JSON: &str = "content-type: application/json\r\n";

fn bomb(name: &'static str, headers: &str, status: u16, code: &'static str) -> Bomb {
    Bomb { name, head: format!("{SIGN_IN}{headers}\r\n"), piece: Vec::new(), times: 0, status, code }
}

fn lengths() -> Vec<Bomb> {
    let of =
        |name, length: &str, status, code| bomb(name, &format!("{JSON}content-length: {length}\r\n"), status, code);
    vec![
        of("4 GB", "4294967296", 413, "too-large"),
        of("2^63", "9223372036854775808", 413, "too-large"),
        of("2^64", "18446744073709551616", 400, ""),
        of("a negative length", "-1", 400, ""),
        of("two lengths", "5\r\ncontent-length: 6", 400, ""),
        of("a list of lengths", "5, 6", 400, ""),
        Bomb { piece: vec![b' '; 1 << 20], times: 2, ..of("2 MiB of JSON", "2097152", 413, "too-large") },
    ]
}

fn bodies(upload: &str) -> Vec<Bomb> {
    let mut chunk = b"10000\r\n".to_vec();
    chunk.resize(chunk.len() + 0x10000, b' ');
    chunk.extend(b"\r\n");
    let sized = |name, kind: &str, body: Vec<u8>, status, code| Bomb {
        head: format!("{SIGN_IN}{kind}content-length: {}\r\n\r\n", body.len()),
        piece: body,
        times: 1,
        ..bomb(name, "", status, code)
    };
    let deep = |depth: usize| format!("{{\"email\":{}{}}}", "[".repeat(depth), "]".repeat(depth)).into_bytes();
    let chunked = |name, head: String, status, code| Bomb {
        head,
        piece: chunk.clone(),
        times: 100_000,
        ..bomb(name, "", status, code)
    };
    vec![
        chunked("JSON without end", format!("{SIGN_IN}{JSON}transfer-encoding: chunked\r\n\r\n"), 413, "too-large"),
        chunked("a picture without end", format!("{upload}transfer-encoding: chunked\r\n\r\n"), 400, "beyond-length"),
        sized(
            "gzip",
            "content-type: application/json\r\ncontent-encoding: gzip\r\n",
            vec![0x1f; 100],
            415,
            "compressed-body",
        ),
        sized(
            "multipart",
            "content-type: multipart/form-data; boundary=x\r\n",
            b"--x\r\n".repeat(10_000),
            415,
            "not-json",
        ),
        sized("65 deep", JSON, deep(64), 400, "malformed"),
        sized("7,000 deep", JSON, deep(7_000), 400, "malformed"),
        // Who is not signed in has a password and a code to say.
        sized("10,000 deep and longer than a door takes", JSON, deep(10_000), 413, "too-large"),
        sized("no JSON", JSON, vec![0xff; 100], 400, "malformed"),
    ]
}

fn heads() -> Vec<Bomb> {
    let heads = |count: usize| (0..count).map(|n| format!("x-{n}: 1\r\n")).collect::<Vec<_>>().concat();
    let (many, few) = (heads(10_000), heads(200));
    vec![
        bomb("10,000 headers", &many, 431, ""),
        bomb("200 headers", &few, 431, ""),
        bomb("one header of 1 MB", &format!("x-long: {}\r\n", "x".repeat(1_000_000)), 431, ""),
        Bomb {
            head: format!("GET /{} HTTP/1.1\r\nhost: localhost\r\n\r\n", "x".repeat(1_000_000)),
            ..bomb("an address of 1 MB", "", 431, "")
        },
        Bomb { head: "\0\0\0\0\r\n\r\n".into(), ..bomb("no HTTP", "", 400, "") },
        Bomb {
            head: "GET / HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n".into(),
            ..bomb("another's name", "", 421, "unknown-host")
        },
    ]
}

/// A figure of the process's memory in bytes.
pub(crate) fn memory(pid: u32, name: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("the process's figures");
    let line = status.lines().find(|line| line.starts_with(name)).expect("the figure");
    line.split_whitespace().nth(1).and_then(|kilobytes| kilobytes.parse::<u64>().ok()).expect("a number") << 10
}

fn random(seed: u8) -> Uuid {
    uuid::Builder::from_random_bytes([seed; 16]).into_uuid()
}

/// The head of a PATCH that goes on with a real upload.
async fn upload_head(gp: &Client, cookie: &str, practice: Uuid) -> String {
    let (referral, image) = (random(0xb0), random(0xb1));
    let draft = serde_json::json!({ "version": 0, "practiceId": practice, "content": {} });
    gp.put(&format!("/api/intake/referrals/{referral}"), draft).await.expect(200);
    let of = tests::Upload { referral, image, finding: None, view: "close-up", sha256: None, length: 300_000 };
    let begun = gp.begin_upload(&of).await.expect(201);
    format!(
        "PATCH {} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncookie: {cookie}\r\ntus-resumable: 1.0.0\r\nupload-offset: 0\r\n\
        content-type: application/offset+octet-stream\r\n",
        begun.header("location")
    )
}

/// An administrator makes a practice and its GP: who, their cookie, where.
pub(crate) async fn signed_in(process: &Process, data: &std::path::Path) -> (Client, String, Uuid) {
    let admin =
        invite(data, &["--email", "ada@lysbro.example", "--name", "Ada", "--role", "administrator", "--sign-in"]);
    let admin = Client::by_link(&process.base, &admin).await;
    let practice = uuid::Builder::from_random_bytes([0xb2; 16]).into_uuid();
    let body = serde_json::json!({ "id": practice, "name": "Practice", "municipality": "Place", "centrality": 3, "distanceKm": 1,
        "channel": "web", "openedOn": "2010-01-01", "testPractice": false });
    admin.post("/api/directory/practices", body).await.expect(201);
    let place = practice.to_string();
    let link =
        ["--email", "gp@lysbro.example", "--name", "Gp", "--role", "gp-clinician", "--practice", &place, "--sign-in"];
    let mut gp = Client::new(&process.base);
    let token = invite(data, &link);
    let reply = gp.post("/api/directory/links/sign-in", serde_json::json!({ "token": token })).await.expect(200);
    gp.keep_cookie(&reply);
    let cookie = reply.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
    (gp, cookie, practice)
}

#[tokio::test]
async fn every_bomb_has_its_status_and_memory_stays_where_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let process = Process::start(&data, &folder.path().join("stderr.log"), None);
    let address = process.base.trim_start_matches("http://").to_owned();
    let (gp, cookie, practice) = signed_in(&process, &data).await;
    let upload = upload_head(&gp, &cookie, practice).await;
    let pid = process.child.id();
    let before = memory(pid, "VmRSS:");
    // Forgets the highest figure so far.
    std::fs::write(format!("/proc/{pid}/clear_refs"), "5").expect("a new high-water mark");
    for bomb in lengths().into_iter().chain(bodies(&upload)).chain(heads()) {
        let began = Instant::now();
        let answers = (0..5).map(|_| throw(&address, &bomb.head, &bomb.piece, bomb.times));
        for answer in futures::future::join_all(answers).await {
            let status = format!("HTTP/1.1 {} ", bomb.status);
            assert!(answer.starts_with(&status), "{}: {} {:.300}", bomb.name, bomb.status, answer);
            let code = format!("\"code\":\"{}\"", bomb.code);
            assert!(bomb.code.is_empty() || answer.contains(&code), "{}: {answer}", bomb.name);
        }
        println!("{}: {} in {} ms", bomb.name, bomb.status, began.elapsed().as_millis() / 5);
    }
    let peak = memory(pid, "VmHWM:");
    println!("memory: {} MiB before, at most {} MiB during", before >> 20, peak >> 20);
    assert!(peak.saturating_sub(before) <= GROWTH, "{before} bytes before, {peak} at most");
    gp.get("/api/directory/me").await.expect(200);
}

/// How long so many requests of an honest user take, one after the other, in microseconds, sorted.
async fn waits(gp: &Client, times: usize) -> Vec<u128> {
    let mut waits = Vec::new();
    for _ in 0..times {
        let began = Instant::now();
        gp.get("/api/directory/me").await.expect(200);
        waits.push(began.elapsed().as_micros());
    }
    waits.sort_unstable();
    waits
}

#[tokio::test]
async fn a_thousand_slow_heads_keep_nobody_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let process = Process::start(&data, &folder.path().join("stderr.log"), None);
    let address = process.base.trim_start_matches("http://").to_owned();
    let (gp, ..) = signed_in(&process, &data).await;
    let calm = waits(&gp, 200).await;
    let before = memory(process.child.id(), "VmRSS:");
    let mut slow = Vec::new();
    for _ in 0..1000 {
        let mut stream = TcpStream::connect(&address).await.expect("a connection");
        stream.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\nx-slow: ").await.expect("a head's beginning");
        slow.push(stream);
    }
    let began = Instant::now();
    // A new connection and an old one.
    Client::new(&process.base).get("/healthz").await.expect(200);
    let besieged = waits(&gp, 200).await;
    for stream in &mut slow {
        stream.write_all(b"x").await.expect("one byte more");
    }
    let grown = memory(process.child.id(), "VmRSS:").saturating_sub(before);
    println!("p99 alone {} µs, among 1,000 slow heads {} µs; {} MiB more", calm[197], besieged[197], grown >> 20);
    assert!(grown <= GROWTH, "{grown} bytes more");
    for mut stream in slow {
        let mut told = String::new();
        let read = tokio::time::timeout(Duration::from_secs(30), stream.read_to_string(&mut told)).await;
        assert!(read.expect("closed by the server").is_ok() && told.starts_with("HTTP/1.1 408 "), "{told}");
    }
    println!("all told 408 after {} s", began.elapsed().as_secs());
}
