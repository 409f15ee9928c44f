//! The event log: every act stands in it once, and its chain is unbroken.

use super::{Fault, Told, Verdict};
use crate::Outcome;
use kit::Context;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Kinds of which a referral of this test has one at most.
const ONCE: [&str; 6] = [
    "DraftStarted",
    "ReferralSubmitted",
    "AnswerGiven",
    "InformationRequested",
    "InformationSupplied",
    "AnswerAcknowledged",
];

/// Counts events by subject and kind.
pub async fn judge(ctx: &Context, all: &BTreeMap<Uuid, Told>, verdict: &mut Verdict) -> Outcome {
    let mut counts: BTreeMap<(Uuid, String), usize> = BTreeMap::new();
    let mut after = 0;
    loop {
        let page = kit::log::page(&ctx.db, after).await?;
        let Some(last) = page.last() else { break };
        after = last.position;
        for event in &page {
            *counts.entry((event.subject(), event.kind().to_owned())).or_default() += 1;
        }
    }
    let count = |id: &Uuid, kind: &str| counts.get(&(*id, kind.to_owned())).copied().unwrap_or_default();
    for (id, told) in all {
        let pictures = told.uploads.len();
        for kind in ONCE {
            if count(id, kind) > 1 {
                verdict.add(Fault::Doubled, format!("{} {kind} of {id}", count(id, kind)));
            }
        }
        let stand = count(id, "UploadSucceeded");
        if stand > pictures {
            verdict.add(Fault::Doubled, format!("{stand} UploadSucceeded of {id}, which sent {pictures} pictures"));
        }
        if stand < told.uploaded.len() {
            verdict.add(Fault::Lost, format!("{stand} UploadSucceeded of {id}, {} acknowledged", told.uploaded.len()));
        }
        let acknowledged = [
            (told.began, "DraftStarted"),
            (told.receipt.is_some(), "ReferralSubmitted"),
            (told.signed, "AnswerGiven"),
            (told.asked, "InformationRequested"),
            (told.supplied, "InformationSupplied"),
            (told.read, "AnswerAcknowledged"),
        ];
        for (acknowledged, kind) in acknowledged {
            if acknowledged && count(id, kind) == 0 {
                verdict.add(Fault::Lost, format!("{kind} of {id}"));
            }
        }
    }
    let chain = kit::log::verify_chain(&ctx.db).await?;
    verdict.note(format!("{} events in the log", chain.events));
    if !chain.broken.is_empty() {
        verdict.add(Fault::Other, format!("the log's chain is broken at {:?}", chain.broken));
    }
    Ok(())
}
