//! What no route declares: other methods on the routes' addresses, and addresses that are none. Whoever asks, on whatever
//! they own, hears the same and nothing of anybody.

use super::described;
use super::grid::{Tally, canary, plain, refusal};
use super::still::Still;
use std::collections::BTreeSet;
use tests::Reply;
use tests::town::{Asked, Session, Stage, Thing, Town, Who};

const METHODS: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"];

/// Addresses beside the described ones.
const NOWHERE: [&str; 8] = [
    "/api",
    "/api/",
    "/api/intake",
    "/api/intake/referrals/",
    "/api/intake/referrals/{id}/",
    "/api/intake/referrals/{id}/receipt",
    "/api/review/cases/{id}/answers",
    "/api/imaging/jobs",
];

/// Served to everybody beside the described routes.
const OPEN: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// Walks all of it.
pub async fn walk(town: &Town, still: &Still, tally: &mut Tally) {
    let routes = described();
    let paths: BTreeSet<&str> = routes.iter().map(|(_, path)| path.as_str()).collect();
    let (things, absent) = ([town.thing("AX", Stage::Sent), town.thing("BY", Stage::Draft)], Thing::absent(town));
    for path in paths {
        let declares = |method: &str| routes.contains(&(method.to_owned(), path.to_owned()));
        for method in METHODS.into_iter().filter(|one| !declares(one) && (*one != "HEAD" || !declares("GET"))) {
            for who in Who::ALL {
                let reference = town.ask(who, asked(method, path, &absent)).await;
                for thing in things {
                    let reply = town.ask(who, asked(method, path, thing)).await;
                    judge(&format!("{method} {path} as {who:?}"), 405, &reply, &reference, tally);
                }
            }
        }
    }
    overridden_without_a_method(town, tally).await;
    for path in NOWHERE {
        for (who, method) in Who::ALL.into_iter().flat_map(|who| METHODS.map(|method| (who, method))) {
            let reference = town.ask(Who::Anonymous, asked(method, path, &absent)).await;
            let reply = town.ask(who, asked(method, path, things[0])).await;
            let status = reply.status.as_u16();
            judge(&format!("{method} {path} as {who:?}"), status, &reply, &reference, tally);
            if status < 400 && reply.header("content-type").contains("json") {
                tally.wrong(&format!("{method} {path}"), format!("answers {status} {}", reply.text()));
            }
        }
    }
    for path in OPEN {
        let reply = town.ask(Who::Anonymous, Asked::new("GET", path)).await;
        tally.undeclared += 1;
        if reply.status != 200 {
            tally.wrong(path, reply.status);
        }
        if let Some(canary) = canary(&reply) {
            tally.wrong(path, format!("tells {canary}"));
        }
    }
    let changed = still.changed(town.ctx()).await;
    if !changed.is_empty() {
        tally.wrong("undeclared methods", format!("changed {changed:?}"));
    }
}

fn asked(method: &str, path: &str, thing: &Thing) -> Asked {
    let id = if path.contains("/images/") { thing.image } else { thing.referral };
    let filled = path.replace("{id}", &id.to_string()).replace("{grantId}", &thing.grant.to_string());
    let asked = Asked::new(method, filled.replace("{rendition}", "512")).with("tus-resumable", "1.0.0");
    if matches!(method, "POST" | "PUT" | "PATCH") { asked.json(&serde_json::json!({})) } else { asked }
}

fn judge(name: &str, status: u16, reply: &Reply, reference: &Reply, tally: &mut Tally) {
    tally.undeclared += 1;
    if reply.status.as_u16() != status {
        tally.wrong(name, format!("{} {} instead of {status}", reply.status, reply.text()));
    }
    if plain(reply) != plain(reference) {
        tally.wrong(name, format!("{:?} differs from absent {:?}", plain(reply), plain(reference)));
    }
    if let Some(canary) = canary(reply) {
        tally.wrong(name, format!("tells {canary}"));
    }
}

/// A POST to an upload stands for another method; without one it is no method of the route, to whoever is signed in.
async fn overridden_without_a_method(town: &Town, tally: &mut Tally) {
    let (path, absent) = ("/api/intake/uploads/{id}", Thing::absent(town));
    let there = Thing { referral: town.thing("AX", Stage::Draft).upload, ..absent.clone() };
    for who in Who::ALL {
        for method in ["", "PUT", "GET"] {
            let ask = |thing: &Thing| asked("POST", path, thing).with("x-http-method-override", method);
            let reference = town.ask(who, ask(&absent)).await;
            let reply = town.ask(who, ask(&there)).await;
            let status = if who.session() == Session::Live { 405 } else { refusal(who).0 };
            judge(&format!("POST {path} over {method:?} as {who:?}"), status, &reply, &reference, tally);
        }
    }
}
