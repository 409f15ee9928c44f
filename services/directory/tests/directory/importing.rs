//! What an import does: as if each thing had been recorded by hand, once, all of it or nothing.

use crate::office::{Answer, Browser, Office, id, text};
use kit::Role;
use kit::log::{Opened, Recorded};
use proto::Event;
use proto::directory::{PracticeChanged, PracticeRegistered};
use serde_json::{Value, json};
use time::Duration;

crate::on_both_engines!(
    a_file_registers_practices_with_figures_and_steps,
    the_same_file_again_changes_nothing,
    a_corrected_file_changes_what_differs,
    columns_that_are_not_there_say_nothing,
    empty_cells_change_nothing_of_a_practice_that_stands,
    a_file_closes_no_practice_that_stands,
    a_practice_registered_by_hand_takes_its_key,
    a_change_by_hand_after_an_import_counts,
    two_imports_at_once_have_one_effect,
    five_thousand_practices_in_one_transaction,
    administrators_alone_import,
    only_csv_is_read,
);

const HEADER: &str = "key,name,municipality,centrality,distance_km,opened_on,closed_on,test_practice,trial_arm,register_from,list_size,gps,staff,agreed,trained:ent";
const SOLVIK: &str =
    "974760673,SYNTHETIC Solvik,Solvik,6,\"212,4\",2019-01-01,,no,early,2026-01-01,2 100,2,3,2026-01-05,2026-01-12";
const YTRE: &str = "H-2,\"SYNTHETIC Ytre, \"\"the old\"\" office\",Ytre,5,90,01.02.2019,2027-06-30,yes,,,,,,,";

fn file(lines: &[&str]) -> String {
    format!("\u{feff}{}\n", lines.join("\n"))
}

fn counts(report: &Value) -> [i64; 6] {
    ["practices", "new", "changed", "unchanged", "registers", "steps"]
        .map(|name| report[name].as_i64().expect("a number"))
}

async fn imported(browser: &Browser<'_>, file: &str) -> [i64; 6] {
    let before = browser.csv("/import/dry-run", file).await.is(200);
    let done = browser.csv("/import", file).await.is(200);
    assert_eq!(before, done, "what the dry run says is what is done");
    assert_eq!(done["faults"], json!([]));
    counts(&done)
}

async fn events(office: &Office) -> Vec<Recorded> {
    let (db, mut all) = (&office.ctx().db, Vec::<Recorded>::new());
    loop {
        let page = kit::log::page(db, all.last().map_or(0, |event| event.position)).await.expect("a page");
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}

/// Kinds of what came after a position.
async fn since(office: &Office, position: i64) -> Vec<String> {
    events(office).await.iter().filter(|event| event.position > position).map(|event| event.kind().to_owned()).collect()
}

async fn head(office: &Office) -> i64 {
    kit::log::head(&office.ctx().db).await.expect("the log")
}

async fn opened<E: Event>(office: &Office, event: &Recorded) -> E {
    match office.ctx().open::<E>(event).await.expect("it opens") {
        Opened::Open(fact) => fact,
        Opened::Erased => panic!("{} was erased", E::KIND),
    }
}

async fn last<E: Event>(office: &Office) -> (Recorded, E) {
    let all = events(office).await;
    let event = all.into_iter().rev().find(|event| event.kind() == E::KIND).expect("one");
    let fact = opened(office, &event).await;
    (event, fact)
}

async fn a_file_registers_practices_with_figures_and_steps(office: Office) {
    let browser = office.administrator().await;
    let before = head(&office).await;
    assert_eq!(imported(&browser, &file(&[HEADER, SOLVIK, YTRE])).await, [2, 2, 0, 0, 1, 2]);
    let list = browser.get("/practices").await.is(200);
    let solvik = &list[0];
    assert_eq!(
        *solvik,
        json!({ "id": solvik["id"], "name": "SYNTHETIC Solvik", "municipality": "Solvik", "centrality": 6, "channel": "web",
            "listSize": 2100, "gps": 2, "staff": 3, "testPractice": false, "externalKey": "974760673", "closedOn": null,
            "trialArm": "early", "phone": null, "deputy": null, "takenOverBy": null, "merged": false, "enablement": [
                { "step": "agreed", "specialty": null, "on": "2026-01-05" },
                { "step": "trained", "specialty": "ent", "on": "2026-01-12" }] })
    );
    assert_eq!(text(&list[1]["name"]), "SYNTHETIC Ytre, \"the old\" office");
    assert_eq!((text(&list[1]["closedOn"]), &list[1]["testPractice"]), ("2027-06-30", &json!(true)));
    let kinds =
        ["PracticeRegistered", "RegisterRecorded", "EnablementRecorded", "EnablementRecorded", "PracticeRegistered"];
    assert_eq!(since(&office, before).await, kinds);
    let all = events(&office).await;
    let mine: Vec<&Recorded> = all.iter().filter(|event| event.position > before).collect();
    let fact: PracticeRegistered = opened(&office, mine[0]).await;
    let expected = PracticeRegistered {
        name: "SYNTHETIC Solvik".into(),
        municipality: "Solvik".into(),
        centrality: 6,
        distance_km: 212,
        opened_on: "2019-01-01".into(),
        external_key: "974760673".into(),
        trial_arm: "early".into(),
        ..PracticeRegistered::default()
    };
    assert_eq!(fact, expected);
    let practice = id(solvik);
    for event in &mine[..4] {
        assert_eq!((event.subject(), event.practice()), (practice, Some(practice)));
        let envelope = &event.envelope;
        assert_eq!(
            (envelope.channel.as_str(), envelope.actor_role.as_str(), envelope.test),
            ("web", "administrator", false)
        );
        assert!(!envelope.request.is_empty() && !envelope.actor.is_empty());
    }
    assert_eq!(mine[1].envelope.list_size, Some(2100));
    assert_eq!((mine[3].envelope.step.as_str(), mine[3].envelope.specialty.as_str()), ("trained", "ent"));
    assert_eq!(mine[3].effective_at().date().to_string(), "2026-01-12");
    assert!(mine[4].envelope.test, "a practice for tests says so");
    assert!(kit::log::verify_chain(&office.ctx().db).await.expect("a walk").broken.is_empty());
}

async fn the_same_file_again_changes_nothing(office: Office) {
    let browser = office.administrator().await;
    let file = file(&[HEADER, SOLVIK, YTRE]);
    imported(&browser, &file).await;
    let before = head(&office).await;
    office.later(Duration::DAY);
    let browser = office.signed_in(office.person("bo", Role::Administrator).await).await;
    let again = head(&office).await;
    assert_eq!(imported(&browser, &file).await, [2, 0, 0, 2, 0, 0]);
    // With other separators, line ends and column order it is the same file.
    let header = "Name;KEY;municipality;centrality;distance-km;opened on";
    let other = format!("{header}\r\nSYNTHETIC Solvik;974760673;Solvik;6;212;01.01.2019\r\n;;;;;\r\n");
    assert_eq!(imported(&browser, &other).await, [1, 0, 0, 1, 0, 0]);
    assert_eq!(head(&office).await, again, "after {before}");
}

async fn a_corrected_file_changes_what_differs(office: Office) {
    let browser = office.administrator().await;
    imported(&browser, &file(&[HEADER, SOLVIK, YTRE])).await;
    let practice = id(&browser.get("/practices").await.is(200)[0]);
    let grant = json!({ "role": "gp-staff", "practiceId": practice });
    let kari = json!({ "name": "Kari SYNTHETIC", "email": "kari@solvik.example", "language": "nb" });
    let person = id(&browser.post("/people", kari).await.is(201));
    browser.post(&format!("/people/{person}/grants"), grant).await.is(201);
    let before = head(&office).await;
    office.later(Duration::SECOND);
    let corrected = SOLVIK
        .replace("SYNTHETIC Solvik,Solvik,6", "SYNTHETIC Solvika,Solvik,5")
        .replace("2026-01-12", "2026-01-14")
        .replace(",early", ",-")
        .replace("2 100", "2150");
    assert_eq!(imported(&browser, &file(&[HEADER, &corrected, YTRE])).await, [2, 0, 1, 1, 1, 1]);
    assert_eq!(since(&office, before).await, ["PracticeChanged", "RegisterRecorded", "EnablementRecorded"]);
    let (event, fact) = last::<PracticeChanged>(&office).await;
    let expected = PracticeChanged {
        name: "SYNTHETIC Solvika".into(),
        municipality: "Solvik".into(),
        centrality: Some(5),
        trial_arm: Some(String::new()),
        ..PracticeChanged::default()
    };
    assert_eq!(fact, expected, "what did not change is not said");
    assert_eq!(event.effective_at().date(), office.ctx().now().date());
    let solvik = browser.get("/practices").await.is(200)[0].clone();
    assert_eq!(
        (id(&solvik), text(&solvik["name"]), &solvik["listSize"]),
        (practice, "SYNTHETIC Solvika", &json!(2150))
    );
    assert_eq!(
        solvik["enablement"][1],
        json!({ "step": "trained", "specialty": "ent", "on": "2026-01-14" }),
        "the last record holds"
    );
    assert_eq!(solvik["enablement"].as_array().map(Vec::len), Some(2));
    let people = browser.get("/people").await.is(200);
    let kari = people.as_array().into_iter().flatten().find(|one| id(one) == person).expect("Kari");
    assert_eq!(text(&kari["grants"][0]["practice"]["name"]), "SYNTHETIC Solvika", "the new name shows everywhere");
    // Two that change their names with one another are no doubles.
    let swapped = file(&[
        "key,name,municipality,centrality,distance_km,opened_on",
        "974760673,\"SYNTHETIC Ytre, \"\"the old\"\" office\",Ytre,5,212,2019-01-01",
        "H-2,SYNTHETIC Solvika,Solvik,5,90,2019-02-01",
    ]);
    assert_eq!(imported(&browser, &swapped).await, [2, 0, 2, 0, 0, 0]);
}

async fn columns_that_are_not_there_say_nothing(office: Office) {
    let browser = office.administrator().await;
    imported(&browser, &file(&[HEADER, SOLVIK, YTRE])).await;
    let short = "key,name,municipality,centrality,distance_km,opened_on";
    let ytre = "H-2,\"SYNTHETIC Ytre, \"\"the old\"\" office\",Ytre,5,90,2019-02-01";
    assert_eq!(imported(&browser, &file(&[short, ytre])).await, [1, 0, 0, 1, 0, 0], "closing, arm and test stay");
    let there = format!("{short},test_practice");
    assert_eq!(imported(&browser, &file(&[&there, &format!("{ytre},no")])).await, [1, 0, 1, 0, 0, 0]);
    let (event, fact) = last::<PracticeChanged>(&office).await;
    assert_eq!((fact.test_practice, event.envelope.test), (Some(false), false));
}

async fn empty_cells_change_nothing_of_a_practice_that_stands(office: Office) {
    let browser = office.administrator().await;
    let header = "key,name,municipality,centrality,distance_km,opened_on,closed_on,test_practice,trial_arm,phone";
    let line = "K1,SYNTHETIC Solvik,Solvik,6,212,2019-01-01";
    imported(&browser, &file(&[header, &format!("{line},2027-01-31,yes,early,77 00 00 00")])).await;
    let stands = browser.get("/practices").await.is(200);
    assert_eq!(imported(&browser, &file(&[header, &format!("{line},,,,")])).await, [1, 0, 0, 1, 0, 0]);
    assert_eq!(browser.get("/practices").await.is(200), stands);
    // What is to go is written.
    assert_eq!(imported(&browser, &file(&[header, &format!("{line},2027-01-31,no,-,–")])).await, [1, 0, 1, 0, 0, 0]);
    let (_, fact) = last::<PracticeChanged>(&office).await;
    let none = Some(String::new());
    assert_eq!((fact.closed_on, fact.test_practice, &fact.trial_arm, &fact.phone), (None, Some(false), &none, &none));
}

async fn a_file_closes_no_practice_that_stands(office: Office) {
    let browser = office.administrator().await;
    let header = "key,name,municipality,centrality,distance_km,opened_on,closed_on";
    let line = |key: &str, closed: &str| format!("{key},SYNTHETIC {key},Solvik,6,212,2019-01-01,{closed}");
    let both = file(&[header, &line("K1", ""), &line("K2", "")]);
    imported(&browser, &both).await;
    let list = browser.get("/practices").await.is(200);
    let (one, other) = (id(&list[0]), id(&list[1]));
    let closing = json!({ "on": "2026-03-01", "mergedIntoId": other });
    browser.post(&format!("/practices/{one}/closing"), closing.clone()).await.is(204);
    let before = head(&office).await;
    // The same file again, with its column empty: the merger stands.
    assert_eq!(imported(&browser, &both).await, [2, 0, 0, 2, 0, 0]);
    let row = browser.get("/practices").await.is(200)[0].clone();
    assert_eq!(
        (text(&row["closedOn"]), &row["takenOverBy"], &row["merged"]),
        ("2026-03-01", &json!(other), &json!(true))
    );
    for (key, day, stands) in [("K1", "2026-02-28", "closed from 2026-03-01"), ("K2", "2026-03-01", "stands as open")] {
        let refused = browser.csv("/import", file(&[header, &line(key, day)])).await;
        refused.is_problem(422, "file-faults");
        assert_eq!(refused.faults(), ["line 2, closed_on closes-by-file"]);
        let message = text(&refused.body["errors"][0]["message"]);
        assert!(message.contains(stands) && message.contains("on the practice's page"), "{message}");
    }
    assert_eq!(
        imported(&browser, &file(&[header, &line("K1", "2026-03-01")])).await,
        [1, 0, 0, 1, 0, 0],
        "as it stands"
    );
    browser.post(&format!("/practices/{one}/closing"), closing.clone()).await.is(204);
    assert_eq!(head(&office).await, before, "nothing was said of all that");
    // What a file once said took the successor away from whoever listens: the closing is told again.
    let ctx = office.ctx();
    let mut tx = ctx.begin().await.expect("a transaction");
    let bytes = one.as_bytes().to_vec();
    let about = kit::log::Envelope { practice: bytes.clone(), key: bytes, ..ctx.about(one, None) };
    let said = PracticeChanged { closed_on: Some("2026-03-01".into()), ..PracticeChanged::default() };
    ctx.publish(&mut tx, about, &said).await.expect("published");
    tx.commit().await.expect("committed");
    let before = head(&office).await;
    for _ in 0..2 {
        browser.post(&format!("/practices/{one}/closing"), closing.clone()).await.is(204);
    }
    assert_eq!(since(&office, before).await, ["PracticeChanged", "PracticeMerged"]);
}

async fn a_practice_registered_by_hand_takes_its_key(office: Office) {
    let browser = office.administrator().await;
    let by_hand = json!({ "name": "Synthetic SOLVIK", "municipality": "solvik", "centrality": 6, "distanceKm": 212, "openedOn": "2019-01-01" });
    let practice = id(&browser.post("/practices", by_hand).await.is(201));
    let step = json!({ "step": "agreed", "on": "2026-01-05" });
    browser.post(&format!("/practices/{practice}/enablement"), step).await.is(201);
    assert_eq!(imported(&browser, &file(&[HEADER, SOLVIK])).await, [1, 0, 1, 0, 1, 1], "agreed stands already");
    let list = browser.get("/practices").await.is(200);
    assert_eq!(list.as_array().map(Vec::len), Some(1));
    assert_eq!((id(&list[0]), text(&list[0]["externalKey"])), (practice, "974760673"));
    let (_, fact) = last::<PracticeChanged>(&office).await;
    assert_eq!((fact.external_key.as_deref(), fact.distance_km), (Some("974760673"), None));
}

async fn a_change_by_hand_after_an_import_counts(office: Office) {
    let browser = office.administrator().await;
    imported(&browser, &file(&[HEADER, SOLVIK])).await;
    let practice = id(&browser.get("/practices").await.is(200)[0]);
    let change = json!({ "name": "SYNTHETIC Ny", "municipality": "Solvik", "effectiveOn": "2026-03-01" });
    let path = format!("/practices/{practice}");
    browser.put(&path, change.clone()).await.is(204);
    imported(&browser, &file(&[HEADER, SOLVIK])).await;
    assert_eq!(text(&browser.get("/practices").await.is(200)[0]["name"]), "SYNTHETIC Solvik");
    browser.put(&path, change).await.is(204);
    assert_eq!(text(&browser.get("/practices").await.is(200)[0]["name"]), "SYNTHETIC Ny", "it is no repeat any more");
}

async fn two_imports_at_once_have_one_effect(office: Office) {
    let browser = office.administrator().await;
    let before = head(&office).await;
    let file = file(&[HEADER, SOLVIK, YTRE]);
    let all = futures::future::join_all((0..6).map(|_| browser.csv("/import", file.as_str()))).await;
    let new: Vec<i64> = all.into_iter().map(|answer: Answer| counts(&answer.is(200))[1]).collect();
    assert_eq!(new.iter().filter(|new| **new == 2).count(), 1, "{new:?}");
    assert_eq!(new.iter().sum::<i64>(), 2, "the others find nothing to do: {new:?}");
    assert_eq!(head(&office).await, before + 5);
}

/// The whole of a large country's practices, with figures and six steps each: 40,000 events. Figures are `bench import`'s.
async fn five_thousand_practices_in_one_transaction(office: Office) {
    let browser = office.administrator().await;
    let before = head(&office).await;
    let mut file = "key;name;municipality;centrality;distance_km;opened_on;register_from;list_size;gps;staff;offered;agreed;equipped;connected;trained;support_ended\n".to_owned();
    for n in 0..5000 {
        file += &format!(
            "K{n};SYNTHETIC {n};Place {};{};{};2019-01-01;2026-01-01;{};3;4;2025-01-05;2025-01-12;2025-02-01;2025-02-02;2025-02-03;2026-01-31\n",
            n % 350,
            1 + n % 6,
            n % 900,
            1000 + n
        );
    }
    let began = std::time::Instant::now();
    let done = browser.csv("/import", file.as_str()).await.is(200);
    let first = began.elapsed();
    assert_eq!(counts(&done), [5000, 5000, 0, 0, 5000, 30_000]);
    assert_eq!(head(&office).await, before + 40_000);
    let began = std::time::Instant::now();
    assert_eq!(counts(&browser.csv("/import", file.as_str()).await.is(200)), [5000, 0, 0, 5000, 0, 0]);
    println!("import of 5,000 practices, 40,000 events: {first:.1?}, again {:.1?}", began.elapsed());
    let corrected = file.replace("SYNTHETIC ", "SYNTHETIC Ny ");
    let began = std::time::Instant::now();
    assert_eq!(counts(&browser.csv("/import", corrected.as_str()).await.is(200)), [5000, 0, 5000, 0, 0, 0]);
    println!("5,000 renamed: {:.1?}", began.elapsed());
    assert_eq!(head(&office).await, before + 45_000);
    assert!(kit::log::verify_chain(&office.ctx().db).await.expect("a walk").broken.is_empty());
}

async fn administrators_alone_import(office: Office) {
    let manager = office.signed_in(office.person("maja", Role::ProgrammeManager).await).await;
    for path in ["/import", "/import/dry-run"] {
        manager.csv(path, file(&[HEADER, SOLVIK])).await.is_problem(404, "not-found");
        office.browser().csv(path, file(&[HEADER, SOLVIK])).await.is_problem(401, "signed-out");
    }
}

async fn only_csv_is_read(office: Office) {
    let browser = office.administrator().await;
    browser.post("/import", json!({})).await.is_problem(415, "not-csv");
    browser.csv("/import/dry-run", vec![b'a'; 10 * 1024 * 1024 + 1]).await.is_problem(413, "file-too-large");
}
