//! The study's routes on the demonstration: they say what `lysbro study` wrote at the same position of the log.

use axum::body::Body;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use kit::Context;
use serde_json::{Value, json};
use std::io::{Cursor, Read};
use std::path::Path;
use tower::ServiceExt;
use zip::ZipArchive;

const CHARTS: [&str; 17] = [
    "adoption-curve",
    "funnel",
    "lorenz",
    "ranking",
    "heat-map",
    "love-plot",
    "control-chart",
    "funnel-plot",
    "turnaround",
    "arrivals",
    "swimmer",
    "deciles",
    "small-multiples",
    "retention",
    "lapse",
    "network",
    "interruption",
];

/// A manager at the study's pages, in one window.
struct Desk<'a> {
    app: &'a axum::Router,
    cookie: &'a str,
    window: Value,
}

impl Desk<'_> {
    async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> (StatusCode, Vec<u8>) {
        let request = Request::builder().method(method).uri(path).header("cookie", self.cookie);
        let request = match body {
            None => request.body(Body::empty()),
            Some(body) => {
                let request =
                    request.header("content-type", "application/json").header("sec-fetch-site", "same-origin");
                request.body(Body::from(body.to_string()))
            }
        };
        let answer = self.app.clone().oneshot(request.expect("a request")).await.expect("an answer");
        let status = answer.status();
        (status, answer.into_body().collect().await.expect("a body").to_bytes().to_vec())
    }

    async fn get(&self, part: &str, more: &str) -> Value {
        let (from, until) =
            (self.window["from"].as_str().expect("a day"), self.window["until"].as_str().expect("a day"));
        let path = format!("/api/uptake/study{part}?from={from}&until={until}{more}");
        let (status, body) = self.ask("GET", &path, None).await;
        assert_eq!(status, 200, "{path}");
        serde_json::from_slice(&body).expect("JSON")
    }

    /// The origin's sample, with changes.
    async fn sample(&self, change: Value) -> (StatusCode, Value) {
        let mut wanted = json!({
            "window": self.window, "outcome": "share", "users": 4, "partners": 1, "equippedDays": 365,
            "covariates": ["log-list-size", "patients-per-doctor", "kilometres"], "metric": "mahalanobis"
        });
        for (name, value) in change.as_object().expect("an object") {
            wanted[name] = value.clone();
        }
        let (status, body) = self.ask("POST", "/api/uptake/study/sample", Some(wanted)).await;
        (status, serde_json::from_slice(&body).expect("JSON"))
    }
}

/// `folder` is what `lysbro study` wrote.
pub async fn agree(ctx: &Context, app: &axum::Router, cookie: &str, folder: &Path) {
    let written = |name: &str| std::fs::read(folder.join(name)).expect("a file");
    let window = String::from_utf8(written("protocol.txt")).expect("UTF-8");
    let window = window.lines().find_map(|line| line.strip_prefix("window: ")).expect("a window");
    let days: Vec<&str> = window.split(", ").next().expect("days").split(" to ").collect();
    let desk = Desk { app, cookie, window: json!({ "from": days[0], "until": days[1] }) };

    let study = desk.get("", "").await;
    assert_eq!([&study["practices"], &study["equipped"], &study["used"]], [&json!(94), &json!(94), &json!(22)]);
    assert_eq!(study["definitions"].as_array().map(Vec::len), Some(20));
    let funnel = desk.get("/indicators/I-01", "").await;
    let lines = funnel["lines"].as_array().expect("lines");
    let used = lines.iter().find(|line| line["group"] == "first-use" && line["name"] == "of-first").expect("first use");
    assert_eq!((&used["numerator"], &used["denominator"]), (&json!(22.0), &json!(94.0)));
    charts(&desk).await;
    sample(&desk, &written("protocol.txt")).await;
    refused(&desk).await;

    let wanted = json!({ "window": desk.window, "purpose": "research" });
    let (status, bytes) = desk.ask("POST", "/api/uptake/study/bundle", Some(wanted)).await;
    assert_eq!(status, 200);
    let mut archive = ZipArchive::new(Cursor::new(bytes)).expect("an archive");
    assert_eq!(archive.len(), files(folder));
    let mut different = Vec::new();
    for place in 0..archive.len() {
        let mut file = archive.by_index(place).expect("a file");
        let (name, mut bytes) = (file.name().expect("a name").into_owned(), Vec::new());
        file.read_to_end(&mut bytes).expect("its bytes");
        if bytes != written(&name) {
            different.push(name);
        }
    }
    assert!(different.is_empty(), "not what the command wrote: {different:?}");
    const EXPORTS: &str = "select what from audit_access where action = 'export' and what like 'uptake study%'";
    let exports: Vec<(String,)> = ctx.audit.db().q(EXPORTS).all().await.expect("exports");
    let told = format!("uptake study bundle {} to {} at {} for research", days[0], days[1], study["logPosition"]);
    assert_eq!(exports, [(told,)]);
    let wanted = json!({ "window": desk.window, "purpose": "checking" });
    let (status, bytes) = desk.ask("POST", "/api/uptake/study/exports", Some(wanted)).await;
    assert_eq!(status, 200);
    let archive = ZipArchive::new(Cursor::new(bytes)).expect("an archive");
    let named = |name: &str| archive.file_names().any(|one| one.is_ok_and(|one| one == name));
    for name in ["indicators.csv", "study.xlsx", "datapackage.json", "parquet/panel.parquet", "excel/panel.csv"] {
        assert!(named(name), "{name}");
    }
}

fn files(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.map(|path| if path.is_dir() { files(&path) } else { 1 }).sum()
}

async fn charts(desk: &Desk<'_>) {
    for name in CHARTS {
        let (en, nb) = (
            desk.get(&format!("/charts/{name}"), "").await,
            desk.get(&format!("/charts/{name}"), "&language=nb").await,
        );
        for chart in [&en, &nb] {
            let svg = chart["svg"].as_str().expect("a drawing");
            let whole = svg.starts_with("<svg ") && svg.trim_end().ends_with("</svg>") && !svg.contains("NaN");
            assert!(whole, "{name}");
            let columns = chart["columns"].as_array().expect("columns").len();
            let rows = chart["rows"].as_array().expect("rows");
            assert!(rows.iter().all(|row| row.as_array().map(Vec::len) == Some(columns)), "{name}");
        }
        assert!(en["title"] != nb["title"] && en["finding"] != nb["finding"], "{name}");
    }
    let ranking = desk.get("/charts/ranking", "").await;
    assert_eq!(ranking["rows"].as_array().map(Vec::len), Some(94), "zeros are in the table");
}

async fn sample(desk: &Desk<'_>, protocol: &[u8]) {
    let (status, first) = desk.sample(json!({})).await;
    assert_eq!(status, 200, "{first}");
    assert_eq!(first["protocol"].as_str().map(str::as_bytes), Some(protocol));
    assert_eq!(first["protocolSha256"], hex::encode(kit::pictures::sha256(protocol)));
    let pairs = first["pairs"].as_array().expect("pairs");
    assert_eq!((pairs.len(), first["users"].as_array().map(Vec::len)), (4, Some(4)));
    let names = first["practices"].as_array().expect("names");
    let named = |code: &Value| names.iter().any(|name| name["code"] == *code && name["id"].is_string());
    assert!(pairs.iter().all(|pair| named(&pair["user"]) && named(&pair["partner"])));

    let refused = json!({ "user": pairs[0]["user"], "partner": pairs[0]["partner"], "reason": "They share a doctor." });
    let (status, second) = desk.sample(json!({ "vetoes": [refused] })).await;
    assert_eq!(status, 200, "{second}");
    let again = second["pairs"].as_array().expect("pairs");
    let same = |pair: &Value| pair["user"] == pairs[0]["user"] && pair["partner"] == pairs[0]["partner"];
    assert!(!again.iter().any(same));
    assert!(second["total"].as_f64() >= first["total"].as_f64());
    assert!(second["protocol"].as_str().is_some_and(|text| text.contains("They share a doctor.")));
    assert_ne!(second["protocolSha256"], first["protocolSha256"]);
}

/// What cannot be drawn is refused at its field.
async fn refused(desk: &Desk<'_>) {
    for (change, field) in [
        (json!({ "users": 0 }), "users"),
        (json!({ "partners": 6 }), "partners"),
        (json!({ "covariates": [] }), "covariates"),
        (json!({ "covariates": ["staff", "staff"] }), "covariates"),
        (json!({ "caliper": -1.0 }), "caliper"),
        (json!({ "equippedDays": -1 }), "equippedDays"),
        (json!({ "vetoes": [{ "user": "P1", "partner": "P2", "reason": " " }] }), "vetoes[0].reason"),
        (json!({ "vetoes": [{ "user": "P1", "partner": "P2", "reason": "A\nline." }] }), "vetoes[0].reason"),
        (json!({ "vetoes": [{ "user": "P1", "partner": "P2", "reason": "Not they." }] }), "vetoes[0].user"),
        (json!({ "window": { "from": "0202-01-01" } }), "from"),
        (json!({ "window": { "until": "2999-01-01" } }), "until"),
        (json!({ "window": { "from": "yesterday" } }), "from"),
        (json!({ "window": { "specialty": "surgery" } }), "specialty"),
        (json!({ "window": { "from": "2024-01-01", "until": "2024-01-01" } }), "until"),
    ] {
        let (status, problem) = desk.sample(change).await;
        assert_eq!((status.as_u16(), &problem["errors"][0]["field"]), (422, &json!(field)), "{problem}");
    }
    for path in ["/api/uptake/study/charts/pie", "/api/uptake/study/indicators/I-19"] {
        assert_eq!(desk.ask("GET", path, None).await.0, 404, "{path}");
    }
}
