//! One's own address with somebody else's id inside: a body or a header must not reach what an address can't.

use super::grid::{Tally, canary, plain};
use super::still::Still;
use serde_json::{Value, json};
use tests::Reply;
use tests::access::{How, TOKEN, prepare};
use tests::town::{Asked, Stage, Thing, Town, Who, answer_content, metadata};

/// A request by somebody entitled, with an inner id of `thing`.
struct Try<'a> {
    name: &'static str,
    who: Who,
    how: How,
    asked: Box<dyn Fn(&Thing) -> Asked + 'a>,
}

/// Walks them: the answer with a foreign id equals that with an absent one, and nothing changes.
pub async fn walk(town: &Town, still: &Still, tally: &mut Tally) {
    for one in tries(town) {
        for theirs in town.things.iter().filter(|thing| thing.way.is_some_and(|way| way.name() == "BY")) {
            tally.smuggled += 1;
            still.put_back(town.ctx()).await;
            prepare(town, one.how, town.somebody(one.who)).await;
            let before = still.digests(town.ctx()).await;
            let reply = town.ask(one.who, (one.asked)(theirs)).await;
            let changed = still.changed_since(town.ctx(), &before).await;
            let nothing = Thing::absent(town);
            let absent = town.ask(one.who, (one.asked)(&nothing)).await;
            let name = format!("{} with {}", one.name, theirs.name());
            if !reply.status.is_client_error() {
                tally.wrong(&name, format!("{} {}", reply.status, reply.text()));
            }
            let (reply_told, absent_told) = (without_ids(&reply, theirs), without_ids(&absent, &nothing));
            if reply_told != absent_told {
                tally.wrong(&name, format!("{reply_told:?} differs from absent {absent_told:?}"));
            }
            if !changed.is_empty() {
                tally.wrong(&name, format!("changed {changed:?}"));
            }
            if let Some(canary) = canary(&reply) {
                tally.wrong(&name, format!("tells {canary}"));
            }
        }
    }
    still.put_back(town.ctx()).await;
    taken_image(town, tally).await;
    still.put_back(town.ctx()).await;
}

/// What was told but for the finding's id, which the caller gave and may be given back.
fn without_ids(reply: &Reply, thing: &Thing) -> (u16, Vec<(String, String)>, String) {
    let (status, headers, text) = plain(reply);
    (status, headers, text.replace(&thing.finding.to_string(), ""))
}

fn tries(town: &Town) -> Vec<Try<'_>> {
    let (draft, asked, sent) =
        (town.thing("AX", Stage::Draft), town.thing("AX", Stage::Asked), town.thing("AX", Stage::Sent));
    let referral = format!("/api/intake/referrals/{}", asked.referral);
    let case = format!("/api/review/cases/{}", sent.referral);
    let post = |path: String, body: Value| Asked::new("POST", path).json(&body);
    let supply = format!("{referral}/information");
    let (with_image, shown, answer) = (supply.clone(), format!("{case}/shown"), format!("{case}/answer"));
    vec![
        Try {
            name: "a reply to another's question",
            who: Who::GpA,
            how: How::Plain,
            asked: Box::new(move |thing| post(supply.clone(), json!({ "questionId": thing.question, "text": "Yes." }))),
        },
        Try {
            name: "a reply with another's picture",
            who: Who::GpA,
            how: How::Plain,
            asked: Box::new(move |thing| {
                let body = json!({ "questionId": asked.question, "text": "Yes.", "imageIds": [thing.image] });
                post(with_image.clone(), body)
            }),
        },
        Try {
            name: "a picture of another's finding",
            who: Who::GpA,
            how: How::Plain,
            asked: Box::new(move |thing| {
                Asked::new("PATCH", format!("/api/intake/images/{}", draft.image))
                    .json(&json!({ "findingId": thing.finding }))
            }),
        },
        Try {
            name: "a draft in another's office",
            who: Who::GpA,
            how: How::Plain,
            asked: Box::new(move |thing| {
                Asked::new("PUT", format!("/api/intake/referrals/{}", draft.referral)).json(
                    &json!({ "version": draft.version, "practiceId": thing.practice, "content": {"findings": []} }),
                )
            }),
        },
        Try {
            name: "another's picture looked at",
            who: Who::SpecialistX,
            how: How::Held,
            asked: Box::new(move |thing| post(shown.clone(), json!({ "token": TOKEN, "imageId": thing.image }))),
        },
        Try {
            name: "an answer to another's finding",
            who: Who::SpecialistX,
            how: How::Looked,
            asked: Box::new(move |thing| {
                post(answer.clone(), json!({ "token": TOKEN, "content": answer_content(thing.finding, "Anew") }))
            }),
        },
    ]
}

/// A picture's id is made by the client, so one that is taken has to be refused. That is said alike whoever took it, and
/// with nothing of whoever did.
async fn taken_image(town: &Town, tally: &mut Tally) {
    let own = town.thing("AX", Stage::Draft);
    let begin = |thing: &Thing| {
        Asked::new("POST", "/api/intake/uploads")
            .with("tus-resumable", "1.0.0")
            .with("upload-length", "5000")
            .with("upload-metadata", metadata(own.referral, thing.image, own.finding, None))
    };
    let reference = town.ask(Who::GpA, begin(town.thing("AX", Stage::Sent))).await;
    for theirs in town.things.iter().filter(|thing| thing.way.is_some_and(|way| way.name() == "BY")) {
        tally.smuggled += 1;
        let reply = town.ask(Who::GpA, begin(theirs)).await;
        let name = format!("a picture with the id of {}", theirs.name());
        if reply.status != 409 || plain(&reply) != plain(&reference) {
            tally.wrong(&name, format!("{:?} differs from one's own {:?}", plain(&reply), plain(&reference)));
        }
        if let Some(canary) = canary(&reply) {
            tally.wrong(&name, format!("tells {canary}"));
        }
    }
}
