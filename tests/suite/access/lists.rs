//! Lists, counts, cursors and exports: exactly one's own, whatever is asked for and whoever's cursor is brought.

use super::grid::{Tally, foreign};
use super::still::Still;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tests::Reply;
use tests::town::{Asked, Stage, Town, Who};

/// Walks them.
pub async fn walk(town: &Town, still: &Still, tally: &mut Tally) {
    for who in Who::ALL.into_iter().filter(|who| who.office().is_some()) {
        office(town, who, tally).await;
    }
    for who in Who::ALL.into_iter().filter(|who| who.department().is_some()) {
        department(town, who, tally).await;
        ended(town, who, tally).await;
        board(town, who, tally).await;
    }
    programme(town, tally).await;
    let changed = still.changed(town.ctx()).await;
    assert!(changed.is_empty(), "reading changed {changed:?}");
}

/// The tabs with the stages that stand in them.
const TABS: [(&str, &[Stage]); 4] = [
    ("drafts", &[Stage::Draft]),
    ("waiting", &[Stage::Sent, Stage::Asked]),
    ("answers", &[Stage::Answered]),
    ("closed", &[Stage::Withdrawn]),
];

async fn office(town: &Town, who: Who, tally: &mut Tally) {
    let own = |stages: &[Stage]| -> BTreeSet<String> {
        let mine = town.things.iter().filter(|thing| thing.way.map(|way| way.office) == who.office());
        mine.filter(|thing| stages.contains(&thing.stage)).map(|thing| thing.referral.to_string()).collect()
    };
    let counts = json!({ "answers": own(TABS[2].1).len(), "waiting": own(TABS[1].1).len(), "drafts": own(TABS[0].1).len(), "closeOuts": 0, "toSend": 0 });
    for (tab, stages) in TABS {
        let path = format!("/api/intake/referrals?tab={tab}");
        let reply = town.ask(who, Asked::new("GET", &path)).await;
        same(&format!("{path} as {who:?}"), who, &reply, &own(stages), tally);
        if reply.json()["counts"] != counts {
            tally.wrong(&path, format!("counts {} instead of {counts} for {who:?}", reply.json()["counts"]));
        }
        // A cursor is a place in the order and no right: those after the very first one, and after another office's. Open cases
        // come by their dates, the others newest first.
        let first = if matches!(tab, "waiting" | "answers") { "0" } else { "253402300799000000" };
        let theirs = town.things.iter().find(|thing| thing.way.map(|way| way.office) != who.office());
        for id in ["ffffffff-ffff-ffff-ffff-ffffffffffff", &theirs.expect("another").referral.to_string()] {
            let path = format!("{path}&cursor={first}.{id}");
            let reply = town.ask(who, Asked::new("GET", &path)).await;
            same(&format!("{path} as {who:?}"), who, &reply, &own(stages), tally);
        }
    }
}

async fn department(town: &Town, who: Who, tally: &mut Tally) {
    let own = |specialty: &str| -> BTreeSet<String> {
        let mine = town.things.iter().filter(|thing| {
            let way = thing.way.expect("between somebody");
            who.department() == Some(way.department)
                && ["", ["dermatology", "ent"][way.department]].contains(&specialty)
        });
        mine.filter(|thing| thing.stage == Stage::Sent).map(|thing| thing.referral.to_string()).collect()
    };
    for specialty in ["", "dermatology", "ent", "plastic-surgery"] {
        for (filter, any) in [
            ("all", true),
            ("unclaimed", true),
            ("mine", false),
            ("urgent", false),
            ("returned", false),
            ("training", false),
        ] {
            let path = format!("/api/review/worklist?filter={filter}&specialty={specialty}");
            let reply = town.ask(who, Asked::new("GET", &path)).await;
            let wanted = if any { own(specialty) } else { BTreeSet::new() };
            let name = format!("{path} as {who:?}");
            same(&name, who, &reply, &wanted, tally);
            let count = own(specialty).len();
            let counts =
                json!({ "all": count, "unclaimed": count, "mine": 0, "urgent": 0, "returned": 0, "training": 0 });
            if reply.json()["counts"] != counts {
                tally.wrong(&name, format!("counts {} instead of {counts}", reply.json()["counts"]));
            }
        }
    }
}

/// What the department answered, and, as a line without a patient, what it sent on.
async fn ended(town: &Town, who: Who, tally: &mut Tally) {
    let answered = town
        .things
        .iter()
        .filter(|thing| thing.stage == Stage::Answered && thing.way.map(|way| way.department) == who.department());
    let sent_on = town.things.iter().filter(|thing| thing.came_by.is_some() && thing.came_by == who.department());
    let own: BTreeSet<String> = answered.chain(sent_on).map(|thing| thing.referral.to_string()).collect();
    for path in ["/api/review/ended", "/api/review/ended?cursor=MjUzNDAyMzAwNzk5MDAwMDAwLmZm"] {
        let reply = town.ask(who, Asked::new("GET", path)).await;
        tally.listed += 1;
        let name = format!("{path} as {who:?}");
        foreign(who, &reply, &name, tally);
        if path.contains("cursor") {
            if reply.status != 400 {
                tally.wrong(&name, format!("{} for a cursor that is none", reply.status));
            }
            continue;
        }
        let body = reply.json();
        let items = body["items"].as_array().into_iter().flatten();
        let listed: BTreeSet<String> = items.filter_map(|item| item["caseId"].as_str().map(str::to_owned)).collect();
        if reply.status != 200 || listed != own {
            tally.wrong(&name, format!("{} lists {listed:?} instead of {own:?}", reply.status));
        }
    }
}

/// Every open case of the coordinator's department, and of no other by asking for it.
async fn board(town: &Town, who: Who, tally: &mut Tally) {
    if !who.coordinates() {
        return;
    }
    let own: BTreeSet<String> = town
        .things
        .iter()
        .filter(|thing| [Stage::Sent, Stage::Asked].contains(&thing.stage))
        .filter(|thing| thing.way.map(|way| way.department) == who.department())
        .map(|thing| thing.referral.to_string())
        .collect();
    let reply = town.ask(who, Asked::new("GET", "/api/review/board")).await;
    same(&format!("/api/review/board as {who:?}"), who, &reply, &own, tally);
    let other = town.departments[1 - who.department().unwrap_or_default()];
    let path = format!("/api/review/board?departmentId={other}");
    let reply = town.ask(who, Asked::new("GET", &path)).await;
    tally.listed += 1;
    if reply.status != 404 {
        tally.wrong(&format!("{path} as {who:?}"), format!("{} {}", reply.status, reply.text()));
    }
}

fn same(name: &str, who: Who, reply: &Reply, wanted: &BTreeSet<String>, tally: &mut Tally) {
    tally.listed += 1;
    let body = reply.json();
    let items = body["items"].as_array().into_iter().flatten();
    let listed: BTreeSet<String> = items.filter_map(|item| item["id"].as_str().map(str::to_owned)).collect();
    if reply.status != 200 || &listed != wanted {
        tally.wrong(name, format!("{} lists {listed:?} instead of {wanted:?}", reply.status));
    }
    foreign(who, reply, name, tally);
}

/// The programme sees every practice, and of patients, texts and staff nothing.
async fn programme(town: &Town, tally: &mut Tally) {
    for who in [Who::Manager, Who::Administrator] {
        for path in ["/api/uptake/practices", "/api/uptake/practices.csv", "/api/directory/practices"] {
            for query in ["", "?specialty=ent", "?from=2025-01&to=2025-02"] {
                let reply = town.ask(who, Asked::new("GET", format!("{path}{query}"))).await;
                let text = reply.text();
                tally.listed += 1;
                let name = format!("{path}{query} as {who:?}");
                for practice in ["KanariPracticeA", "KanariPracticeB"] {
                    if reply.status != 200 || !text.contains(practice) {
                        tally.wrong(&name, format!("{} without {practice}", reply.status));
                    }
                }
                for mark in ["KanariPat", "KanariPerson", "kanari-", "139174"] {
                    if text.contains(mark) {
                        tally.wrong(&name, format!("shows {mark}"));
                    }
                }
            }
        }
    }
    let panel = town.ask(Who::Manager, Asked::new("GET", "/api/uptake/practices")).await.json();
    let referrals = |name: &str| -> Value {
        let rows = panel["practices"].as_array().cloned().unwrap_or_default();
        rows.into_iter().find(|row| row["name"] == name).map(|row| row["referrals"].clone()).unwrap_or_default()
    };
    // Sent crosswise, sent, asked, answered, withdrawn and erased, one sent on: what was sent counts, whatever became of it, but
    // not what was sent by mistake.
    for (practice, sent) in [("KanariPracticeA", 7), ("KanariPracticeB", 6)] {
        if referrals(practice) != json!(sent) {
            tally.wrong("panel", format!("{practice} with {} referrals", referrals(practice)));
        }
    }
}
