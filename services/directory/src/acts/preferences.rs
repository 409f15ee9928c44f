//! What a person chooses about what Lysbro sends them. Their own act: no administrator's.

use crate::Error;
use crate::language::Language;
use crate::store::people as rows;
use kit::log::Envelope;
use kit::{Caller, Context};
use proto::directory::PreferencesChosen;

/// Sets the language, the daily mail, or both. The same choice again changes nothing.
///
/// # Errors
/// `NotFound` when the person is not there any more.
pub async fn choose(
    ctx: &Context,
    caller: &Caller,
    language: Option<Language>,
    digest: Option<bool>,
) -> Result<(), Error> {
    let mut tx = ctx.begin().await?;
    let stands = rows::preferences(&mut tx, caller.person).await?.ok_or(Error::NotFound)?;
    let chosen = (language.unwrap_or(stands.0), digest.unwrap_or(stands.1));
    if chosen == stands {
        return Ok(());
    }
    rows::set_preferences(&mut tx, caller.person, chosen.0, chosen.1).await?;
    let role = caller.grants.first().map(|grant| grant.role.as_str()).unwrap_or_default();
    let envelope =
        Envelope { key: caller.person.as_bytes().to_vec(), ..ctx.about(caller.person, Some((caller, role))) };
    let fact = PreferencesChosen { language: chosen.0.as_str().to_owned(), digest: chosen.1 };
    ctx.publish(&mut tx, envelope, &fact).await?;
    tx.commit().await?;
    Ok(())
}
