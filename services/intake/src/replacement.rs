//! The right case: a new draft with what was written for the wrong patient, without that patient, and with the same pictures.
//!
//! Pictures are opened and sealed anew under the new referral's key, so erasing one of the two leaves the other whole; their
//! hashes are compared. Every step can be repeated: the new pictures' ids come from the draft's and the old ones', objects are
//! put before the one transaction that makes them part of the draft, and a repair goes on where a crash or an absent store
//! left off. Until then each new original stands among the orphans, so that none is left behind.

use crate::acting::{about, happened};
use crate::content::DraftContent;
use crate::finish::original;
use crate::referral::State;
use crate::sealed::{self, Told};
use crate::store::{error, image, orphan, place, referral, succession};
use kit::keys::KeyError;
use kit::log::Envelope;
use kit::pictures::{Stored, sha256};
use kit::seal::DataKey;
use kit::{Context, Error, Tx};
use proto::intake::{DraftStarted, UploadSucceeded};
use uuid::Uuid;

/// The id of a picture's copy in another referral.
fn copied(referral: Uuid, image: Uuid) -> Uuid {
    let hash = sha256(&[referral.as_bytes().as_slice(), image.as_bytes()].concat());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

struct Copy {
    from: image::Row,
    to: Uuid,
    stored: Stored,
}

/// Makes the draft that an error names, or goes on with it; false when it is named none, or cannot be made any more because
/// either referral was erased.
///
/// # Errors
/// When a store is not reachable: nothing is lost, repeat it.
pub async fn make(ctx: &Context, id: Uuid) -> Result<bool, Error> {
    let Some(error) = error::any(&ctx.db, id).await? else { return Ok(false) };
    let Some(draft) = error.replacement else { return Ok(false) };
    if error.replaced_at.is_some() {
        return Ok(true);
    }
    let (old_key, new_key) = match (ctx.keys.get(error.referral).await, ctx.keys.ensure(draft).await) {
        (Ok(old), Ok(new)) => (old, new),
        (Err(KeyError::Erased), _) | (_, Err(KeyError::Erased)) => return end(ctx, id).await,
        (Err(other), _) | (_, Err(other)) => return Err(other.into()),
    };
    let copies = copy(ctx, &error, draft, (&old_key, &new_key)).await?;
    let mut tx = ctx.begin().await?;
    if !error::replaced(&mut tx, id).await? {
        return Ok(true);
    }
    let Some(old) = referral::locked(&mut tx, error.referral).await? else { return Ok(false) };
    let content: DraftContent = sealed::open(&old_key, sealed::CONTENT, old.id, &old.content)?;
    let content = rightly(content, error.image.is_some(), old.training);
    let Some(row) = begin(ctx, &mut tx, &error, &old, &content, &new_key).await? else {
        drop(tx);
        return end(ctx, id).await;
    };
    let kept: DraftContent = sealed::open(&new_key, sealed::CONTENT, row.id, &row.content)?;
    for copy in copies {
        if !orphan::remove(&mut tx, copy.to).await? {
            // It was swept between: the next attempt puts it anew.
            return Err(Error::Damaged(format!("{} was swept before it was entered", copy.stored.object)));
        }
        enter(ctx, &mut tx, &error, &row, &kept, copy).await?;
    }
    tx.commit().await?;
    Ok(true)
}

/// There is nothing (more) to be made.
async fn end(ctx: &Context, id: Uuid) -> Result<bool, Error> {
    let mut tx = ctx.begin().await?;
    error::replaced(&mut tx, id).await?;
    tx.commit().await?;
    Ok(false)
}

/// What holds of the right patient too: neither what the other one agreed to, nor that somebody was phoned about them. With a
/// single picture goes nothing that was written about somebody else. The made-up patient of a training is always the same.
fn rightly(mut content: DraftContent, picture: bool, training: bool) -> DraftContent {
    let patient = content.patient.take().filter(|_| training);
    if picture {
        let DraftContent { specialty, department_id, .. } = content;
        return DraftContent { patient, specialty, department_id, ..DraftContent::default() };
    }
    for answers in &mut content.answers {
        answers.values.retain(|question, _| !question.starts_with("consent"));
    }
    DraftContent { patient, emergency_call: None, ..content }
}

/// The draft's row: made now, or there already.
async fn begin(
    ctx: &Context,
    tx: &mut Tx,
    error: &error::Row,
    old: &referral::Row,
    content: &DraftContent,
    key: &DataKey,
) -> Result<Option<referral::Row>, Error> {
    let id = error.replacement.unwrap_or_default();
    let draft = referral::Draft {
        specialty: content.specialty,
        department: content.department_id,
        priority: content.priority,
        identifier_hash: None,
        content: sealed::seal(ctx, key, sealed::CONTENT, id, content)?,
        training: old.training,
    };
    // A closed practice begins nothing: whoever took over does.
    let practice = succession::belongs_to(&ctx.db, old.practice, ctx.now()).await?;
    let test = place::practice(&ctx.db, practice).await?.map_or(old.test, |practice| practice.test);
    if referral::add(tx, id, practice, test || old.training, draft).await? {
        let Some(row) = referral::any(tx, id).await? else { return Ok(None) };
        ctx.publish(tx, by(ctx, error, about(ctx, &row)), &DraftStarted {}).await?;
        let told: Option<Told> = match &error.told {
            Some(sealed) => {
                let old_key = ctx.keys.get(old.id).await?;
                Some(sealed::open(&old_key, sealed::TOLD, error.id, sealed)?)
            }
            None => None,
        };
        happened(ctx, tx, key, id, "started", told.as_ref().map(|told| told.by.as_str())).await?;
        return Ok(Some(row));
    }
    // A picture can go to a draft that stands; one that was sent or discarded meanwhile takes none.
    if !referral::touch(tx, id).await? {
        return Ok(None);
    }
    Ok(referral::any(tx, id)
        .await?
        .filter(|row| row.practice == practice && row.training == old.training && row.state == State::Draft))
}

/// The pictures that are to go along.
async fn wanted(ctx: &Context, error: &error::Row) -> Result<Vec<image::Row>, Error> {
    let mut pictures = image::of_referral(&ctx.db, error.referral).await?;
    pictures.retain(|picture| match error.image {
        Some(only) => picture.id == only,
        None => picture.sent_at.is_some() && picture.error_at.is_none(),
    });
    Ok(pictures)
}

/// The pictures that could not go along, once the draft has everything else: what is stored of them is damaged, or the draft
/// was sent meanwhile.
pub async fn left_out(ctx: &Context, error: &error::Row) -> Result<Vec<Uuid>, Error> {
    let Some(draft) = error.replacement.filter(|_| error.replaced_at.is_some()) else { return Ok(Vec::new()) };
    if !referral::is_there(&ctx.db, draft).await? {
        return Ok(Vec::new());
    }
    let there: Vec<Uuid> = image::of_referral(&ctx.db, draft).await?.into_iter().map(|one| one.id).collect();
    let wanted = wanted(ctx, error).await?.into_iter().map(|one| one.id);
    Ok(wanted.filter(|id| !there.contains(&copied(draft, *id))).collect())
}

/// Puts every picture that is to go along under its new name.
async fn copy(
    ctx: &Context,
    error: &error::Row,
    draft: Uuid,
    (old_key, new_key): (&DataKey, &DataKey),
) -> Result<Vec<Copy>, Error> {
    let pictures = wanted(ctx, error).await?;
    let mut tx = ctx.begin().await?;
    for picture in &pictures {
        let to = copied(draft, picture.id);
        orphan::add(&mut tx, to, &original(to)).await?;
    }
    tx.commit().await?;
    let mut copies = Vec::new();
    for from in pictures {
        let stored = Stored {
            object: from.object.clone(),
            sha256: from.sha256.clone(),
            stored_sha256: from.stored_sha256.clone(),
            stored_bytes: from.stored_bytes as u64,
        };
        let bytes = match ctx.get_picture(old_key, from.id, &stored).await {
            Ok(bytes) => bytes,
            Err(Error::Unusable { object, what }) => {
                tracing::error!(object, what, "a picture can't go to the right case: what is stored of it is damaged");
                continue;
            }
            Err(other) => return Err(other),
        };
        let to = copied(draft, from.id);
        let stored = ctx.put_picture(new_key, &original(to), to, &bytes).await?;
        if stored.sha256 != from.sha256 {
            return Err(Error::Damaged(format!("{} is not what was copied", stored.object)));
        }
        copies.push(Copy { from, to, stored });
    }
    Ok(copies)
}

/// Makes a copied picture part of the draft, as an upload would.
async fn enter(
    ctx: &Context,
    tx: &mut Tx,
    error: &error::Row,
    row: &referral::Row,
    content: &DraftContent,
    Copy { from, to, stored }: Copy,
) -> Result<(), Error> {
    let finding = from.finding.filter(|id| content.has_finding(*id));
    let picture = proto::intake::Picture {
        image: to.as_bytes().to_vec(),
        finding: finding.map(|id| id.as_bytes().to_vec()).unwrap_or_default(),
        view: from.view.as_str().to_owned(),
        media_type: from.media_type.clone(),
        bytes: from.bytes as u64,
        sha256: stored.sha256.clone(),
        object: stored.object.clone(),
        stored_sha256: stored.stored_sha256.clone(),
        stored_bytes: stored.stored_bytes,
        width: from.width as u32,
        height: from.height as u32,
        captured_us: from.captured_at.map_or(0, kit::At::micros),
    };
    let arrived = image::Arrived {
        id: to,
        referral: row.id,
        finding,
        view: from.view,
        media_type: from.media_type,
        bytes: from.bytes,
        width: from.width as u32,
        height: from.height as u32,
        stored,
        captured_at: from.captured_at,
    };
    if image::add(tx, &arrived).await? {
        let envelope = Envelope { images: 1, ..by(ctx, error, about(ctx, row)) };
        ctx.publish(tx, envelope, &UploadSucceeded { picture: Some(picture) }).await?;
    }
    Ok(())
}

/// Whoever had it replaced did it, even when a repair ended it.
fn by(ctx: &Context, error: &error::Row, envelope: Envelope) -> Envelope {
    Envelope {
        actor: error.person.map(|person| ctx.pseudonym(person)).unwrap_or_default(),
        actor_role: error.role.map_or_else(String::new, |role| role.as_str().to_owned()),
        ..envelope
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emergency::EmergencyCall;
    use crate::vocabulary::{FindingKind, Specialty};

    #[test]
    fn nothing_that_was_said_about_the_wrong_patient_goes_along() {
        let mut content = crate::sample::complete(Specialty::Dermatology, FindingKind::Lesion);
        content.emergency_call = Some(EmergencyCall { spoke_with: "Dr. Lund".into(), at: None });
        let said = |content: &DraftContent| {
            let keys = content.answers.iter().flat_map(|one| one.values.keys().cloned());
            keys.partition::<Vec<String>, _>(|key| key.starts_with("consent"))
        };
        let (consent, others) = said(&content);
        assert!(!consent.is_empty() && !others.is_empty());
        let right = rightly(content.clone(), false, false);
        assert_eq!((&right.patient, &right.emergency_call, said(&right)), (&None, &None, (Vec::new(), others)));
        assert_eq!(rightly(content.clone(), false, true).patient, content.patient, "the one of a training");
        assert_eq!(rightly(content, true, false).answers, []);
    }

    #[test]
    fn a_copy_has_one_id_and_another_in_another_draft() {
        let (draft, image) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert_eq!(copied(draft, image), copied(draft, image));
        assert_ne!(copied(draft, image), copied(image, draft));
        assert_ne!(copied(draft, image), copied(draft, draft));
    }
}
