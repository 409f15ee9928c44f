//! Walks the table. Refusals are asked at once, with what every table holds compared before and after; successes one by
//! one, with the database put back after each, so that no cell rests on another.

use super::still::Still;
use kit::testing::Engine;
use std::sync::Arc;
use tests::Reply;
use tests::access::{Expected, For, How, Noun, Row, TABLE, TAKEN, prepare, request};
use tests::town::{Asked, Session, Somebody, Stage, Thing, Town, Way, Who};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// The fewest cells that the table has ever had: it may grow, and not shrink unseen.
const CELLS: usize = 15_000;
const ALLOWED: usize = 800;
/// Requests at once.
const ABREAST: usize = 48;

/// What was counted, and what was wrong.
#[derive(Default)]
pub struct Tally {
    pub refused: usize,
    pub told: usize,
    pub allowed: usize,
    /// Methods that no route declares, addresses that are none.
    pub undeclared: usize,
    /// Own addresses with somebody else's ids.
    pub smuggled: usize,
    /// Lists, counts and exports.
    pub listed: usize,
    pub wrong: Vec<String>,
}

impl Tally {
    /// Notes what is wrong with a cell.
    pub fn wrong(&mut self, cell: &str, what: impl std::fmt::Display) {
        self.wrong.push(format!("{cell}: {what}"));
    }

    /// Prints the counts, and fails when anything is wrong or too little was asked.
    pub fn told(&self, engine: Engine) {
        let cells = self.refused + self.told + self.allowed + self.undeclared + self.smuggled + self.listed;
        println!(
            "access {engine:?}: rows={} callers={} cells={cells} refused={} told={} allowed={} undeclared={} smuggled={} listed={} leaks={}",
            TABLE.len(),
            Who::ALL.len(),
            self.refused,
            self.told,
            self.allowed,
            self.undeclared,
            self.smuggled,
            self.listed,
            self.wrong.len()
        );
        let first: Vec<_> = self.wrong.iter().take(40).map(String::as_str).collect();
        assert!(self.wrong.is_empty(), "{} cells are wrong:\n{}", self.wrong.len(), first.join("\n"));
        assert!(cells >= CELLS, "{cells} cells: the table has shrunk");
        assert!(
            self.allowed >= ALLOWED,
            "{} allowed cells: the table would hold of a house that is shut",
            self.allowed
        );
    }
}

/// How a request is varied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Variation {
    Plain,
    Head,
    Range,
    /// With the entity tag that stands.
    Matching,
}

fn variations(row: &Row) -> &'static [Variation] {
    match (row.method, row.how) {
        ("GET", How::Rendition(_)) => &[Variation::Plain, Variation::Head, Variation::Range, Variation::Matching],
        ("GET", _) => &[Variation::Plain, Variation::Head, Variation::Range],
        _ => &[Variation::Plain],
    }
}

fn varied(asked: Asked, variation: Variation, thing: &Thing) -> Asked {
    match variation {
        Variation::Plain => asked,
        Variation::Head => Asked { method: http::Method::HEAD, ..asked },
        Variation::Range => asked.with("range", "bytes=0-99"),
        Variation::Matching => asked.with("if-none-match", format!("\"{}\", *", thing.sha256)),
    }
}

/// The same for every office, so a browser may keep it.
const FOR_EVERYBODY: [&str; 3] = ["/api/intake/body-sites", "/api/intake/questionnaires", "/api/review/questionnaires"];

/// A shared browser asks again before it shows it to the next person.
fn kept_by_nobody(reply: &Reply) -> bool {
    ["no-store", "no-cache"].iter().any(|word| reply.header("cache-control").contains(word))
}

/// Walks every row.
pub async fn walk(town: &Town, still: &Still, tally: &mut Tally) {
    for row in TABLE.iter().chain([&TAKEN]) {
        let things = things(town, row.noun);
        // What is prepared is prepared for one caller at a time.
        let alone = matches!(row.how, How::Held | How::Looked | How::Signed);
        let groups: Vec<&[Somebody]> = if alone { town.people.chunks(1).collect() } else { vec![&town.people] };
        for group in groups {
            still.put_back(town.ctx()).await;
            prepare(town, row.how, &group[0]).await;
            refusals(town, still, row, group, &things, tally).await;
        }
        successes(town, still, row, &things, tally).await;
    }
    still.put_back(town.ctx()).await;
}

/// What a row is tried on.
fn things(town: &Town, noun: Noun) -> Vec<Thing> {
    let absent = Thing::absent(town);
    let registered = |practice: usize, who: Who| {
        let one = town.somebody(who);
        let way = Some(Way { office: practice, department: 0 });
        let (department, practice) = (town.departments[practice], town.practices[practice]);
        Thing {
            stage: Stage::Registered,
            way,
            practice,
            department,
            person: one.person,
            grant: one.grant,
            ..absent.clone()
        }
    };
    match noun {
        Noun::Nothing => vec![absent],
        Noun::Referral => town.things.clone(),
        Noun::Practice | Noun::Department | Noun::Person => vec![registered(0, Who::GpA), registered(1, Who::GpB)],
        Noun::Grant => {
            let elsewhere = Thing { stage: Stage::Elsewhere, ..registered(0, Who::GpA) };
            let of_another = Thing { grant: town.somebody(Who::GpB).grant, ..elsewhere };
            vec![registered(0, Who::StaffA), registered(1, Who::GpB), of_another]
        }
    }
}

struct Cell {
    name: String,
    who: Who,
    expected: Expected,
    variation: Variation,
    reply: Reply,
    /// The same caller's answer for an absent id, when the row names a thing.
    absent: Option<Arc<Reply>>,
}

async fn refusals(town: &Town, still: &Still, row: &Row, group: &[Somebody], things: &[Thing], tally: &mut Tally) {
    let before = still.digests(town.ctx()).await;
    let (mut asking, abreast) = (JoinSet::new(), Arc::new(Semaphore::new(ABREAST)));
    for by in group {
        for variation in variations(row) {
            let absent = absent_of(town, row, by, *variation).await;
            for thing in things {
                let expected = row.expects(by.who, thing);
                if expected == Expected::Success {
                    continue;
                }
                let asked = varied(request(town, row, by, thing), *variation, thing);
                let (door, token, permit) = (town.door.clone(), by.token.clone(), Arc::clone(&abreast));
                let name = name(row, by.who, thing, *variation);
                let (who, variation, absent) = (by.who, *variation, absent.clone());
                asking.spawn(async move {
                    let _permit = permit.acquire().await.expect("open");
                    let reply = door.ask(token.as_deref(), asked).await;
                    Cell { name, who, expected, variation, reply, absent }
                });
            }
        }
    }
    while let Some(cell) = asking.join_next().await {
        judge(row, &cell.expect("an answer"), tally);
    }
    let changed = still.changed_since(town.ctx(), &before).await;
    if !changed.is_empty() {
        let who: Vec<_> = group.iter().map(|one| one.who).collect();
        tally.wrong(&format!("{} {}", row.method, row.path), format!("refusals changed {changed:?} (as {who:?})"));
    }
}

async fn absent_of(town: &Town, row: &Row, by: &Somebody, variation: Variation) -> Option<Arc<Reply>> {
    // What is new may be made by anybody: there an absent id is no refusal.
    if row.noun == Noun::Nothing || row.how == How::AsNew {
        return None;
    }
    let absent = Thing::absent(town);
    let asked = varied(request(town, row, by, &absent), variation, &absent);
    Some(Arc::new(town.door.ask(by.token.as_deref(), asked).await))
}

fn name(row: &Row, who: Who, thing: &Thing, variation: Variation) -> String {
    format!("{} {} {:?} {variation:?} as {who:?} on {}", row.method, row.path, row.how, thing.name())
}

/// The problem that a caller without the right gets.
pub fn refusal(who: Who) -> (u16, &'static str) {
    match who.session() {
        Session::None => (401, "signed-out"),
        Session::Locked => (401, "locked"),
        Session::Live => (404, "not-found"),
    }
}

fn judge(row: &Row, cell: &Cell, tally: &mut Tally) {
    let (reply, name) = (&cell.reply, &cell.name);
    let status = reply.status.as_u16();
    if cell.expected == Expected::Told {
        tally.told += 1;
        if !matches!(status, 409 | 410 | 422) || (cell.variation == Variation::Plain && reply.code().is_empty()) {
            tally.wrong(name, format!("told {status} {}", reply.text()));
        }
        foreign(cell.who, reply, name, tally);
        return;
    }
    tally.refused += 1;
    let (expected, code) = match (row.who, cell.who) {
        // A phone knows its own draft alone; for it another is not there. Nobody else is a phone.
        (For::ThePhone, Who::Phone) => (404, "not-found"),
        (For::ThePhone, _) => (401, "phone-over"),
        _ => refusal(cell.who),
    };
    let headless = row.method == "HEAD" || cell.variation == Variation::Head;
    if status != expected || (headless && !reply.bytes.is_empty()) || (!headless && reply.code() != code) {
        tally.wrong(name, format!("{status} {} instead of {expected} {code}", reply.text()));
    }
    if let Some(absent) = &cell.absent
        && plain(reply) != plain(absent)
    {
        tally.wrong(name, format!("{:?} differs from absent {:?}", plain(reply), plain(absent)));
    }
    if let Some(canary) = canary(reply) {
        tally.wrong(name, format!("a refusal tells {canary}"));
    }
}

/// Status, headers and body, without the request's own id.
pub fn plain(reply: &Reply) -> (u16, Vec<(String, String)>, String) {
    let id = reply.header("x-request-id");
    let mut headers: Vec<_> = reply
        .headers
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "x-request-id" | "date"))
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    headers.sort();
    let text = reply.text();
    (reply.status.as_u16(), headers, if id.is_empty() { text } else { text.replace(id, "") })
}

/// A planted word in headers or body.
pub fn canary(reply: &Reply) -> Option<String> {
    let (_, headers, body) = plain(reply);
    tests::planted(format!("{headers:?} {body}").as_bytes())
}

/// Whether an answer holds a patient's word from a way that is not the caller's.
pub fn foreign(who: Who, reply: &Reply, name: &str, tally: &mut Tally) {
    let text = reply.text();
    for (office, department) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        let mark = format!("KanariPat{}", Way { office, department }.name());
        // The phone shows whose draft it was lent to.
        let lent = who == Who::Phone && (office, department) == (0, 0);
        let own = lent || who.office() == Some(office) || who.department() == Some(department);
        if !own && text.contains(&mark) {
            tally.wrong(name, format!("shows {mark}"));
        }
    }
}

async fn successes(town: &Town, still: &Still, row: &Row, things: &[Thing], tally: &mut Tally) {
    for by in &town.people {
        for thing in things.iter().filter(|thing| row.expects(by.who, thing) == Expected::Success) {
            for variation in variations(row) {
                if row.method != "GET" {
                    still.put_back(town.ctx()).await;
                    prepare(town, row.how, by).await;
                }
                let asked = varied(request(town, row, by, thing), *variation, thing);
                let reply = town.door.ask(by.token.as_deref(), asked).await;
                let name = name(row, by.who, thing, *variation);
                tally.allowed += 1;
                let status = reply.status.as_u16();
                let also = match variation {
                    Variation::Range => Some(206),
                    Variation::Matching => Some(304),
                    Variation::Plain | Variation::Head => None,
                };
                if status != row.status && Some(status) != also {
                    tally.wrong(&name, format!("{status} {} instead of {}", reply.text(), row.status));
                }
                if *variation == Variation::Head && !reply.bytes.is_empty() {
                    tally.wrong(&name, "HEAD with a body");
                }
                if row.method == "GET" && !kept_by_nobody(&reply) && !FOR_EVERYBODY.contains(&row.path) {
                    tally.wrong(&name, format!("may be kept: {}", reply.header("cache-control")));
                }
                foreign(by.who, &reply, &name, tally);
            }
        }
    }
    if row.method == "GET" {
        let changed = still.changed(town.ctx()).await;
        if !changed.is_empty() {
            tally.wrong(&format!("GET {}", row.path), format!("reading changed {changed:?}"));
        }
    }
}
