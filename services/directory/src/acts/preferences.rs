//! What a person chooses about what Lysbro sends them, and what they write about themselves. Their own act: no administrator's.

use crate::Error;
use crate::language::Language;
use crate::store::people::{self as rows, Preferences};
use kit::log::Envelope;
use kit::{Caller, Context};
use proto::directory::PreferencesChosen;

/// What is chosen; the rest stays as it is.
#[derive(Debug, Default)]
pub struct Choice {
    pub language: Option<Language>,
    pub digest: Option<bool>,
    /// Checked; empty: none any more.
    pub hpr_number: Option<String>,
}

/// Sets what is chosen. The same choice again changes nothing.
///
/// # Errors
/// `NotFound` when the person is not there any more.
pub async fn choose(ctx: &Context, caller: &Caller, choice: Choice) -> Result<(), Error> {
    let mut tx = ctx.begin().await?;
    let stands = rows::preferences(&mut tx, caller.person).await?.ok_or(Error::NotFound)?;
    let chosen = Preferences {
        language: choice.language.unwrap_or(stands.language),
        no_digest: choice.digest.map_or(stands.no_digest, |digest| !digest),
        hpr_number: choice.hpr_number.unwrap_or_else(|| stands.hpr_number.clone()),
    };
    if chosen == stands {
        return Ok(());
    }
    rows::set_preferences(&mut tx, caller.person, &chosen).await?;
    let role = caller.grants.first().map(|grant| grant.role.as_str()).unwrap_or_default();
    let envelope =
        Envelope { key: caller.person.as_bytes().to_vec(), ..ctx.about(caller.person, Some((caller, role))) };
    let fact = PreferencesChosen {
        language: chosen.language.as_str().to_owned(),
        digest: !chosen.no_digest,
        hpr_number: (chosen.hpr_number != stands.hpr_number).then_some(chosen.hpr_number),
    };
    ctx.publish(&mut tx, envelope, &fact).await?;
    tx.commit().await?;
    Ok(())
}
