//! Taking over ordinary referrals from a file: new rows for what is new and what differs, in one transaction. Nothing is changed; the
//! newest row of a practice, month and specialty counts. The same file again finds nothing to do; two at once wait for one another.

use super::import::Mode;
use super::once::Author;
use super::practices::envelope;
use crate::Error;
use crate::ordinary::{self, Plan, Report};
use crate::store::practices::PracticeRow;
use crate::store::{import as turn, ordinary as rows};
use kit::Context;
use proto::directory::{OrdinaryCount, OrdinaryReferralsCounted};
use std::collections::HashMap;
use uuid::Uuid;

/// Takes a file or says what it would do. With faults in the report, nothing was taken.
///
/// # Errors
/// Of the databases.
pub async fn run(
    ctx: &Context,
    author: &Author,
    bytes: impl AsRef<[u8]> + Send + 'static,
    mode: Mode,
) -> Result<Report, Error> {
    let today = ctx.now().date();
    // Ten mebibytes take a moment, in which other requests go on.
    let read = tokio::task::spawn_blocking(move || ordinary::read(bytes.as_ref(), today)).await;
    let file = read.map_err(|error| kit::Error::Damaged(error.to_string()))?;
    let mut tx = ctx.begin().await?;
    if mode == Mode::Import {
        turn::take_turn(&mut tx).await?;
    }
    let practices = rows::practices(&mut tx).await?;
    // A practice that was registered by hand has no key of the register: its id names it.
    let keys =
        practices.iter().flat_map(|row| [Some(row.id.to_string()), row.external_key.clone()].map(|key| (key, row.id)));
    let by_key = keys.filter_map(|(key, id)| Some((key?, id))).collect();
    let Plan { todo, report } = ordinary::plan(file, &by_key, &rows::standing(&mut tx).await?);
    if mode == Mode::DryRun || !report.faults.is_empty() || todo.is_empty() {
        return Ok(report);
    }
    let of: HashMap<Uuid, &rows::KeyedPractice> = practices.iter().map(|row| (row.id, row)).collect();
    let ring = ctx.keys.get_all(&todo.keys().copied().collect::<Vec<_>>()).await?;
    let all = todo.iter().flat_map(|(practice, counts)| {
        counts.iter().map(|count| (ctx.new_id(), *practice, count.clone())).collect::<Vec<_>>()
    });
    rows::add(&mut tx, author.person(), all.collect()).await?;
    for (practice, counts) in &todo {
        let Some(row) = of.get(practice) else { continue };
        let row = PracticeRow {
            id: row.id,
            name: row.name.clone(),
            channel: row.channel.clone(),
            test_practice: row.test_practice,
        };
        let count = |(month, specialty, referrals, _): &rows::Counted| OrdinaryCount {
            month: month.clone(),
            specialty: specialty.as_str().to_owned(),
            referrals: u32::try_from(*referrals).unwrap_or_default(),
        };
        let fact = OrdinaryReferralsCounted { counts: counts.iter().map(count).collect() };
        ctx.publish_by(&ring, &mut tx, envelope(ctx, author, &row), &fact)?;
    }
    tx.commit().await?;
    Ok(report)
}
