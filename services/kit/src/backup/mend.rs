//! Putting damaged and missing objects back from a backup, one by one, into a deployment that stands.

use super::Say;
use super::objects::STORE;
use crate::context::Context;
use crate::objects::{ObjectError, Objects};
use crate::pictures::sha256;
use crate::service::Service;
use crate::{Error, scrub};
use std::collections::BTreeMap;
use std::path::Path;

/// What was found and done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mended {
    /// Objects that rows name.
    pub named: usize,
    /// Put back.
    pub back: usize,
    /// Not in the backup, or not whole there.
    pub lost: usize,
}

/// Reads every object that a row names and puts back what is not as it was stored, where the backup has the very bytes.
///
/// # Errors
/// `Start` without the right to replace an original; when a store is not reachable.
pub async fn mend(ctx: &Context, services: &[Service], from: &Path, say: &Say) -> Result<Mended, Error> {
    let janitor = ctx.janitor.as_ref().ok_or_else(|| {
        Error::Start("replacing a damaged original needs the janitor's key pair (LYSBRO_JANITOR_ACCESS_KEY)".into())
    })?;
    let backup = Objects::embedded_beside(&from.join(STORE))?;
    let mut named = BTreeMap::new();
    for text in services.iter().flat_map(|service| service.objects) {
        named.extend(ctx.db.q(text).all::<(String, Vec<u8>)>().await?);
    }
    let mut mended = Mended { named: named.len(), ..Mended::default() };
    for (key, hash) in named {
        if good(&ctx.objects, &key, &hash).await?.is_some() {
            continue;
        }
        let Some(bytes) = good(&backup, &key, &hash).await? else {
            say(&format!("not in the backup {key}"));
            mended.lost += 1;
            continue;
        };
        janitor.put(&key, bytes).await?;
        scrub::whole(&ctx.db, &key).await?;
        say(&format!("put back       {key}"));
        mended.back += 1;
    }
    Ok(mended)
}

/// The object, when it has the hash that its row says.
async fn good(objects: &Objects, key: &str, hash: &[u8]) -> Result<Option<bytes::Bytes>, Error> {
    match objects.get(key).await {
        Ok(bytes) => Ok(Some(bytes).filter(|bytes| sha256(bytes) == hash)),
        Err(ObjectError::Absent | ObjectError::Damaged(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
