//! The programme's figures against the ledger: every use is counted once (R17).

use super::referral::Stands;
use super::{Fault, Looking, Told, Verdict};
use crate::Outcome;
use serde_json::Value;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Compares each practice's counts with what its office sees and with what was acknowledged to it.
pub async fn judge(
    looking: &Looking<'_>,
    all: &BTreeMap<Uuid, Told>,
    stands: &[Stands],
    verdict: &mut Verdict,
) -> Outcome {
    let (status, panel) = looking.json(&looking.plan.manager.cookie, "/api/uptake/practices").await?;
    if status != 200 {
        return Err(format!("the programme's figures are answered with {status}").into());
    }
    for (number, office) in looking.plan.offices.iter().enumerate() {
        let of_office = |value: &&Value| value["id"] == office.practice.to_string().as_str();
        let Some(row) = panel["practices"].as_array().into_iter().flatten().find(of_office) else {
            verdict.add(Fault::Lost, format!("practice {number} in the programme's figures"));
            continue;
        };
        let mine = || stands.iter().filter(|stands| stands.office == number);
        let acknowledged =
            |of: fn(&Told) -> bool| all.values().filter(|told| told.office == number && of(told)).count();
        let receipts = all.values().filter(|told| told.office == number).filter_map(|told| told.receipt.as_ref());
        let images: usize = receipts.map(Vec::len).sum();
        let figures = [
            ("referrals", mine().filter(|one| one.submitted).count(), acknowledged(|told| told.receipt.is_some())),
            ("imagesSent", mine().map(|one| one.images).sum(), images),
            ("answersRead", mine().filter(|one| one.read).count(), acknowledged(|told| told.read)),
        ];
        for (name, stand, acknowledged) in figures {
            let counted = row[name].as_u64().unwrap_or_default() as usize;
            let what =
                format!("{name} of practice {number}: counted {counted}, stand {stand}, acknowledged {acknowledged}");
            if counted > stand {
                verdict.add(Fault::Doubled, what);
            } else if counted < stand || counted < acknowledged {
                verdict.add(Fault::Lost, what);
            }
        }
    }
    Ok(())
}
