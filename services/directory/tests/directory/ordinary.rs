//! Ordinary referrals from a file: checked, taken, corrected by new rows.

use crate::administration::solvik;
use crate::events::{kinds, log_of, open};
use crate::office::{Office, id, text};
use crate::programme::gp;
use directory::import_file;
use kit::Role;
use proto::directory::OrdinaryReferralsCounted;
use serde_json::{Value, json};

crate::on_both_engines!(
    a_file_is_checked_then_taken_and_corrected_by_new_rows,
    nothing_is_taken_while_anything_is_wrong
);

const REGISTER: &str = "key;name;municipality;centrality;distance_km;opened_on\nK1;Solvik;Solvik;5;120;2010-01-01\n";

fn counts(report: &Value) -> [i64; 4] {
    ["lines", "new", "corrected", "unchanged"].map(|name| report[name].as_i64().expect("a number"))
}

async fn a_file_is_checked_then_taken_and_corrected_by_new_rows(office: Office) {
    import_file(office.ctx(), REGISTER.into(), false).await.expect("imported");
    let manager = office.person("maja", Role::ProgrammeManager).await;
    let manager = office.signed_in(manager).await;
    let practice = id(&manager.get("/practices").await.is(200)[0]);
    let file = "key;month;specialty;referrals\nK1;2026-01;ent;4\nK1;2026-01;dermatology;0\n";
    let checked = manager.csv("/ordinary/dry-run", file).await.is(200);
    assert_eq!((counts(&checked), text(&checked["from"])), ([2, 2, 0, 0], "2026-01"));
    assert!(!kinds(&log_of(&office, practice).await).contains(&"OrdinaryReferralsCounted"), "a check takes nothing");
    assert_eq!(counts(&manager.csv("/ordinary", file).await.is(200)), [2, 2, 0, 0]);
    assert_eq!(counts(&manager.csv("/ordinary", file).await.is(200)), [2, 0, 0, 2], "the same again is nothing");
    let later = format!("key;month;specialty;referrals\n{practice};2026-01;ent;5\nK1;2025-12;ent;1\n");
    assert_eq!(counts(&manager.csv("/ordinary", later.as_str()).await.is(200)), [2, 1, 1, 0], "by its id as well");
    let events = log_of(&office, practice).await;
    let told: Vec<_> = events.iter().filter(|event| event.kind() == "OrdinaryReferralsCounted").collect();
    assert_eq!(told.len(), 2, "one of each practice and file");
    let last: OrdinaryReferralsCounted = open(&office, told[1]).await;
    let last: Vec<_> =
        last.counts.iter().map(|one| (one.month.as_str(), one.specialty.as_str(), one.referrals)).collect();
    assert_eq!(last, [("2026-01", "ent", 5), ("2025-12", "ent", 1)]);
    let sql = "select number, referrals from directory_ordinary where month = '2026-01' and specialty = 'ent' order by number";
    let rows: Vec<(i64, i64)> = office.ctx().db.q(sql).all().await.expect("rows");
    assert_eq!(rows, [(1, 4), (2, 5)], "what was counted before stays");
}

async fn nothing_is_taken_while_anything_is_wrong(office: Office) {
    let administrator = office.administrator().await;
    let practice = id(&administrator.post("/practices", solvik()).await.is(201));
    let file = format!("key;month;specialty;referrals\n{practice};2026-01;ent;4\nK9;2026-01;ent;-1\n");
    let checked = administrator.csv("/ordinary/dry-run", file.as_str()).await.is(200);
    let fault = json!({ "line": 3, "column": "referrals", "code": "not-a-count",
        "message": "This is not a count. Write how many there were in whole numbers, from 0 to 10000." });
    assert_eq!(checked["faults"], json!([fault]));
    let refused = administrator.csv("/ordinary", file.as_str()).await;
    refused.is_problem(422, "file-faults");
    assert_eq!(refused.faults(), ["line 3, referrals not-a-count"]);
    let (rows,): (i64,) = office.ctx().db.q("select count(*) from directory_ordinary").one().await.expect("a count");
    assert_eq!(rows, 0);
    let keeper = gp(&office, practice, "siri").await;
    let keeper = office.signed_in(keeper).await;
    keeper.csv("/ordinary/dry-run", file.as_str()).await.is(404);
    keeper.csv("/ordinary", file.as_str()).await.is(404);
    keeper.get("/ordinary/template.csv").await.is(404);
}
