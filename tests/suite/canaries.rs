//! 500 planted names, numbers and texts go through a real process: none may stand in clear in its logs, metrics, traces,
//! addresses, error bodies, database files or object folder.

use serde_json::json;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use tests::{Client, Collector, eventually, jpeg, made_up_number, program};
use uuid::Uuid;

pub(crate) struct Process {
    pub(crate) child: Child,
    pub(crate) base: String,
}

impl Process {
    pub(crate) fn start(data: &Path, log: &Path, collector: Option<&Collector>) -> Self {
        let log = std::fs::File::create(log).expect("a log");
        let mut child = Command::new(program())
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .env("LYSBRO_SYNTHETIC", "true")
            .env("LYSBRO_LOG", "trace,h2=info,hyper=info")
            .envs(collector.map(|collector| ("LYSBRO_OTLP_URL", collector.url.as_str())))
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("lysbro starts");
        let mut out = std::io::BufReader::new(child.stdout.take().expect("its output"));
        let mut base = String::new();
        let mut line = String::new();
        while !line.starts_with("ready") {
            line.clear();
            assert!(std::io::BufRead::read_line(&mut out, &mut line).expect("a line") > 0, "lysbro ended early");
            if let Some(address) = line.strip_prefix("address ") {
                address.trim().clone_into(&mut base);
            }
        }
        Self { child, base }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Already gone is as good.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

pub(crate) fn invite(data: &Path, arguments: &[&str]) -> String {
    let out =
        Command::new(program()).arg("invite").args(arguments).arg("--data").arg(data).output().expect("lysbro invite");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let link = String::from_utf8(out.stdout).expect("a link");
    link.trim().split_once('#').expect("a token").1.to_owned()
}

/// `kind` number `n` as a word that nothing else contains.
fn canary(kind: &str, n: usize) -> String {
    format!("Kanari{kind}{n:03}Qx")
}

/// A valid random-looking id that differs by `n`.
fn id(n: u128) -> Uuid {
    uuid::Builder::from_random_bytes((n << 96).to_be_bytes()).into_uuid()
}

const REFERRALS: usize = 50;

#[tokio::test]
async fn five_hundred_canaries_stand_nowhere_in_clear() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, log) = (folder.path().join("data"), folder.path().join("stderr.log"));
    let collector = Collector::start().await;
    let process = Process::start(&data, &log, Some(&collector));
    let admin_link =
        invite(&data, &["--email", "ada@lysbro.example", "--name", "Ada", "--role", "administrator", "--sign-in"]);
    let admin = Client::by_link(&process.base, &admin_link).await;
    let (practice, department) = (id(1001), id(1002));
    let body = json!({ "id": department, "name": "Skin", "hospital": "Hospital", "specialties": ["dermatology"] });
    admin.post("/api/directory/departments", body).await.expect(201);
    let body = json!({ "id": practice, "name": "Practice", "municipality": "Place", "centrality": 3, "distanceKm": 1, "channel": "web", "openedOn": "2010-01-01", "testPractice": false });
    admin.post("/api/directory/practices", body).await.expect(201);
    let practice_text = practice.to_string();
    let gp_link = invite(
        &data,
        &[
            "--email",
            "gp@lysbro.example",
            "--name",
            "Gp",
            "--role",
            "gp-clinician",
            "--practice",
            &practice_text,
            "--sign-in",
        ],
    );
    let gp = Client::by_link(&process.base, &gp_link).await;
    let mut planted = Vec::new();
    let mut told = Vec::new();
    eventually("the department known", async || {
        let known = gp.get("/api/intake/departments").await.json();
        known.as_array().is_some_and(|all| !all.is_empty()).then_some(())
    })
    .await;
    for n in 0..REFERRALS {
        refer(&gp, n, practice, department, &mut planted, &mut told).await;
    }
    let department_text = department.to_string();
    let mut arguments = vec!["--email", "dagny@lysbro.example", "--name", "Dagny", "--role", "specialist"];
    arguments.extend(["--department", &department_text, "--sign-in"]);
    let specialist = Client::by_link(&process.base, &invite(&data, &arguments)).await;
    for n in (0..REFERRALS).step_by(5) {
        respond(&specialist, n, &mut planted, &mut told).await;
    }
    // A signed answer is held ten seconds; then it is in the log as well.
    tokio::time::sleep(std::time::Duration::from_secs(11)).await;
    assert!(planted.len() >= 500, "{} planted", planted.len());
    told.push(gp.get("/metrics").await.text());
    told.push(gp.get("/readyz").await.text());
    drop(process);
    let mut haystacks = vec![("answers and metrics".to_owned(), told.join("\n").into_bytes())];
    collect(folder.path(), &mut haystacks);
    haystacks.push(("the traces".to_owned(), collector.bytes()));
    one_trace_goes_through_the_services(&collector);
    assert!(haystacks.len() > 20, "databases, log and objects were read: {}", haystacks.len());
    assert!(
        haystacks.iter().any(|(name, bytes)| name.ends_with("stderr.log") && !bytes.is_empty()),
        "the log was written"
    );
    // One scan looks for all of them, as each begins with one of two marks.
    let unseen: Vec<_> = planted.iter().filter(|word| tests::planted(word.as_bytes()).is_none()).collect();
    assert!(unseen.is_empty(), "the scan does not know {unseen:?}");
    for (name, bytes) in &haystacks {
        assert_eq!(tests::planted(bytes), None, "a canary stands in clear in {name}");
    }
}

/// What an upload set off in imaging and came back to intake, and what a submission set off in review, is one trace each.
fn one_trace_goes_through_the_services(collector: &Collector) {
    let traces = collector.traces();
    let linked = |names: &[&str]| traces.iter().any(|trace| names.iter().all(|name| trace.contains(*name)));
    let upload = [
        "PATCH /api/intake/uploads/{id}",
        "project imaging.pictures",
        "decode",
        "project intake-imaging",
        "project review.cases",
    ];
    let submission = ["POST /api/intake/referrals/{id}/submit", "project review.cases", "project uptake.facts"];
    for names in [&upload[..], &submission[..]] {
        assert!(
            linked(names),
            "no trace has {names:?} among {} traces: {:?}",
            traces.len(),
            traces.iter().take(40).collect::<Vec<_>>()
        );
    }
}

/// One referral full of canaries, sent with mistakes first so that error bodies are seen too.
async fn refer(
    gp: &Client,
    n: usize,
    practice: Uuid,
    department: Uuid,
    planted: &mut Vec<String>,
    told: &mut Vec<String>,
) {
    let kinds = [
        "Name",
        "Question",
        "History",
        "Description",
        "Duration",
        "Note",
        "Reason",
        "File",
        "Bad",
        "Drug",
        "Call",
        "Why",
        "Street",
    ];
    let words: Vec<String> = kinds.iter().map(|kind| canary(kind, n)).collect();
    let number = made_up_number(n);
    planted.extend(words.iter().filter(|word| !word.contains("Reason") || !n.is_multiple_of(5)).cloned());
    planted.push(number.clone());
    let (referral, finding) = (id(5_000 + n as u128), id(9_000 + n as u128));
    let path = format!("/api/intake/referrals/{referral}");
    let mut content = tests::answered(json!({
        "patient": { "identifierSystem": "no-national", "identifier": number, "name": words[0], "birthDate": "1974-11-13", "sex": "female",
            "address": words[12] },
        "specialty": "dermatology", "departmentId": department, "priority": "routine", "question": words[1], "history": words[2],
        "findings": [{ "id": finding, "bodySite": { "code": "66643007", "system": "SCT", "display": "Skin of back" }, "laterality": "left",
            "kind": "lesion", "description": words[3], "duration": words[4] }],
    }));
    content["answers"][0]["values"]["medication"] = json!(words[9]);
    content["emergencyCall"] =
        json!({ "spokeWith": words[10], "at": kit::Clock::system().now() - time::Duration::HOUR });
    for one in content["viewOverrides"].as_array_mut().expect("reasons") {
        one["reason"] = json!(words[11]);
    }
    // Answers that are refused are told without what was written.
    let mut odd = content.clone();
    odd["answers"][0]["values"] = json!({ "consent": words[9], words[9].clone(): true, "language": words[9] });
    told.push(gp.put(&path, json!({ "version": 0, "practiceId": practice, "content": odd })).await.expect(422).text());
    let saved =
        gp.put(&path, json!({ "version": 0, "practiceId": practice, "content": content })).await.expect(200).json();
    told.push(gp.post(&format!("{path}/submit"), json!({ "version": saved["version"] })).await.expect(422).text());
    content["patient"]["birthDate"] = json!(words[8]);
    told.push(gp.put(&path, json!({ "version": 1, "practiceId": practice, "content": content })).await.text());
    content["patient"]["sex"] = json!(words[8]);
    told.push(gp.put(&path, json!({ "version": 2, "practiceId": practice, "content": content })).await.text());
    told.push(
        gp.put(&path, json!({ "version": 77, "practiceId": practice, "content": { "question": words[5] } }))
            .await
            .text(),
    );
    told.push(gp.upload(referral, Some(finding), "close-up", words[7].as_bytes()).await.1.text());
    content["patient"]["birthDate"] = json!("1974-11-13");
    content["patient"]["sex"] = json!("female");
    let version = gp.get(&path).await.expect(200).json()["version"].clone();
    let saved = gp
        .put(&path, json!({ "version": version, "practiceId": practice, "content": content }))
        .await
        .expect(200)
        .json();
    let (_, sent) = gp.upload(referral, Some(finding), "close-up", &jpeg(900, 700, n as u32)).await;
    assert_eq!(sent.status, 204, "{}", sent.text());
    gp.post(&format!("{path}/submit"), json!({ "version": saved["version"] })).await.expect(200);
    if n.is_multiple_of(5) {
        return;
    }
    gp.post(&format!("{path}/withdraw"), json!({ "reason": words[6] })).await.expect(204);
    told.push(
        gp.get(&format!("/api/intake/referrals?tab=waiting&cursor={}", words[5])).await.text().replace(&words[0], ""),
    );
}

/// The specialist's side of every fifth: a question, or an answer, full of canaries too.
async fn respond(specialist: &Client, n: usize, planted: &mut Vec<String>, told: &mut Vec<String>) {
    let words: Vec<String> =
        ["Ask", "Diagnosis", "Plan", "Summary", "Draft"].iter().map(|kind| canary(kind, n)).collect();
    planted.extend(words.iter().cloned());
    let path = format!("/api/review/cases/{}", id(5_000 + n as u128));
    let case = eventually("a case with its pictures ready", async || {
        let case = specialist.get(&path).await;
        let ready = case.json()["images"].as_array()?.iter().all(|image| image["state"] == "ready");
        ready.then(|| case.json())
    })
    .await;
    let token = specialist.post(&format!("{path}/claim"), json!({})).await.expect(200).json()["token"].clone();
    for image in case["images"].as_array().into_iter().flatten() {
        let shown = json!({ "token": token, "imageId": image["id"] });
        specialist.post(&format!("{path}/shown"), shown).await.expect(204);
    }
    let finding = |disposition: &str| {
        json!({ "summary": words[3], "findings": [{ "findingId": case["findings"][0]["id"], "diagnosis": words[1],
            "certainty": "probable", "disposition": disposition, "plan": words[2] }],
            "tellsPatient": "practice", "books": "nobody" })
    };
    let draft = json!({ "token": token, "content": { "summary": words[4], "findings": [] } });
    told.push(specialist.put(&format!("{path}/answer-draft"), draft).await.text());
    let wrong = json!({ "token": token, "content": finding(&words[2]) });
    told.push(specialist.post(&format!("{path}/answer"), wrong).await.text());
    if n.is_multiple_of(2) {
        let question = json!({ "token": token, "wants": "history", "text": words[0] });
        specialist.post(&format!("{path}/information-request"), question).await.expect(204);
    } else {
        let answer = json!({ "token": token, "content": finding("gp-manages") });
        specialist.post(&format!("{path}/answer"), answer).await.expect(200);
    }
}

fn collect(folder: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, found);
        } else {
            let mut bytes = Vec::new();
            std::fs::File::open(&path).and_then(|mut file| file.read_to_end(&mut bytes)).expect("read");
            found.push((path.display().to_string(), bytes));
        }
    }
}
