//! Choosing a practice's deputy. One whose role in the practice ends later is passed over by those who ask, and comes back with
//! the role.

use super::once::Keeper;
use super::practices::envelope;
use crate::Error;
use crate::deputy::DeputyChoice;
use crate::faults::Faults;
use crate::store::{grants, people, practices as rows};
use kit::{Context, Tx};
use proto::directory::PracticeDeputyChosen;
use uuid::Uuid;

/// Chooses a practice's deputy, or nobody: an administrator does it, or whoever keeps the practice's people. The same choice again
/// changes nothing.
///
/// # Errors
/// `Invalid` for a person who is neither clinician nor staff of the practice now; `NotFound` for an unknown practice, and
/// for one that is not theirs.
pub async fn choose(ctx: &Context, keeper: &Keeper, practice: Uuid, choice: DeputyChoice) -> Result<(), Error> {
    keeper.keeps(practice)?;
    let mut tx = ctx.begin().await?;
    let row = rows::find(&mut tx, practice).await?.ok_or(Error::NotFound)?;
    let name = match choice.person_id {
        Some(person) => working_there(ctx, &mut tx, person, practice).await?,
        None => String::new(),
    };
    if !rows::set_deputy(&mut tx, practice, choice.person_id).await? {
        return Ok(());
    }
    let person = choice.person_id.map(|id| id.as_bytes().to_vec()).unwrap_or_default();
    ctx.publish(&mut tx, envelope(ctx, &keeper.author, &row), &PracticeDeputyChosen { person, name }).await?;
    tx.commit().await?;
    Ok(())
}

/// The name of a clinician or one of the staff: nobody else sees a referral, and what waits is told to a deputy.
async fn working_there(ctx: &Context, tx: &mut Tx, person: Uuid, practice: Uuid) -> Result<String, Error> {
    let held = grants::now_in(tx, person, ctx.now()).await?;
    let works = held.iter().any(|grant| grant.practice == Some(practice) && grant.role.of_office());
    match people::by_id_in(tx, person).await? {
        Some(row) if works => Ok(row.name),
        _ => {
            let mut faults = Faults::default();
            let message = "This person is neither a clinician nor one of the staff here. Choose somebody who is.";
            faults.add("personId", "not-of-practice", message);
            faults.finish(String::new())
        }
    }
}
