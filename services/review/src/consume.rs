//! What review learns from the log. An event whose key was destroyed leaves a case without content, never a parked event.
//!
//! It can't be rebuilt by emptying its tables: claims, drafts and answers are state of this service.

use crate::case::{Content, Priority, State};
use crate::mistake;
use crate::store::{self, case::CaseRow};
use crate::{responsible, sealed};
use kit::log::{Consumer, Opened, ProjectError, Recorded, id_of};
use kit::{At, Context, Tx};
use proto::Event;
use proto::imaging::{ImageReady, ImageRejected, ImageTiled};
use proto::intake::{
    InformationSupplied, PictureEnteredInError, ReferralEnteredInError, ReferralErased, ReferralSubmitted,
    ReferralWithdrawn,
};
use uuid::Uuid;

/// Cases and their pictures.
pub const CASES: Consumer = Consumer {
    name: "review.cases",
    kinds: &[
        ReferralSubmitted::KIND,
        ReferralWithdrawn::KIND,
        InformationSupplied::KIND,
        ReferralErased::KIND,
        ReferralEnteredInError::KIND,
        PictureEnteredInError::KIND,
        ImageReady::KIND,
        ImageRejected::KIND,
        ImageTiled::KIND,
        responsible::KINDS[0],
        responsible::KINDS[1],
    ],
    project: |ctx, tx, event| Box::pin(project(ctx, tx, event)),
    reset: &[],
};

async fn project(ctx: &Context, tx: &mut Tx, event: &Recorded) -> Result<(), ProjectError> {
    match event.kind() {
        ReferralSubmitted::KIND => submitted(ctx, tx, event).await,
        ReferralWithdrawn::KIND => Ok(store::case::withdraw(tx, event.subject(), event.occurred_at()).await?),
        InformationSupplied::KIND => supplied(ctx, tx, event).await,
        ReferralErased::KIND => {
            store::responsible::erase(tx, event.subject()).await?;
            Ok(store::case::erase(tx, event.subject()).await?)
        }
        ReferralEnteredInError::KIND => in_error(ctx, tx, event, None).await,
        PictureEnteredInError::KIND => match ctx.open::<PictureEnteredInError>(event).await? {
            Opened::Open(fact) => in_error(ctx, tx, event, Some(image_id(&fact.image)?)).await,
            Opened::Erased => Ok(()),
        },
        ImageReady::KIND => match ctx.open::<ImageReady>(event).await? {
            Opened::Open(image) => Ok(store::image::ready(tx, image_id(&image.image)?, &image).await?),
            Opened::Erased => Ok(()),
        },
        ImageRejected::KIND => match ctx.open::<ImageRejected>(event).await? {
            Opened::Open(image) => {
                Ok(store::image::rejected(tx, image_id(&image.image)?, image.code, image.message).await?)
            }
            Opened::Erased => Ok(()),
        },
        ImageTiled::KIND => match ctx.open::<ImageTiled>(event).await? {
            Opened::Open(image) => Ok(store::image::tiled(tx, image_id(&image.image)?, &image).await?),
            Opened::Erased => Ok(()),
        },
        kind if responsible::KINDS.contains(&kind) => responsible::project(ctx, tx, event).await,
        other => Err(ProjectError::Poison(format!("{other} is not for review"))),
    }
}

/// The practice marked it. Told again when a new draft takes its place: then it is out of sight already.
async fn in_error(ctx: &Context, tx: &mut Tx, event: &Recorded, image: Option<Uuid>) -> Result<(), ProjectError> {
    let Some(case) = store::case::by_id(tx, event.subject()).await? else {
        return Err(ProjectError::Poison("it is about a referral that never came".into()));
    };
    mistake::hide(ctx, tx, &case, image, None).await?;
    Ok(())
}

fn image_id(bytes: &[u8]) -> Result<Uuid, ProjectError> {
    id_of(bytes).ok_or_else(|| ProjectError::Poison("it names no image".into()))
}

async fn submitted(ctx: &Context, tx: &mut Tx, event: &Recorded) -> Result<(), ProjectError> {
    match ctx.open::<ReferralSubmitted>(event).await? {
        Opened::Open(referral) => {
            let mut row = clear(event, &referral)?;
            let pictures = referral.pictures.clone();
            let key = ctx.keys.get(row.data_key).await.map_err(kit::Error::from)?;
            // The error could quote an answer.
            let content = Content::try_from(referral.clone())
                .map_err(|_| ProjectError::Poison("its answers can't be read".into()))?;
            row.content = Some(sealed::seal(ctx, &key, sealed::CASE, row.id, &content)?);
            let (id, at) = (row.id, row.submitted_at);
            if store::case::add(tx, row).await? == 1 {
                store::image::add(tx, id, None, &pictures, at).await?;
                responsible::submitted(ctx, tx, event, &referral).await?;
            }
            Ok(())
        }
        Opened::Erased => {
            let row = clear(event, &ReferralSubmitted::default())?;
            store::case::add(tx, CaseRow { state: State::Erased, ..row }).await?;
            Ok(())
        }
    }
}

/// The row without its content.
fn clear(event: &Recorded, referral: &ReferralSubmitted) -> Result<CaseRow, ProjectError> {
    let envelope = &event.envelope;
    let lacks = |what: &str| ProjectError::Poison(format!("the envelope lacks {what}"));
    let word = if envelope.priority.is_empty() { &referral.priority } else { &envelope.priority };
    let submitted_at = event.occurred_at();
    Ok(CaseRow {
        id: event.subject(),
        data_key: id_of(&envelope.key).ok_or_else(|| lacks("a key"))?,
        practice: event.practice().ok_or_else(|| lacks("a practice"))?,
        practice_name: referral.practice_name.clone(),
        department: event.department().ok_or_else(|| lacks("a department"))?,
        department_name: referral.department_name.clone(),
        specialty: envelope.specialty.clone(),
        channel: envelope.channel.clone(),
        priority: Priority::parse(word).ok_or_else(|| lacks("a known priority"))?,
        due_at: if referral.due_us > 0 { At::from_micros(referral.due_us) } else { submitted_at },
        submitted_at,
        sex: envelope.sex.clone(),
        age_65_plus: envelope.age_65_plus,
        test: envelope.test,
        content: None,
        state: State::Waiting,
        claimed_by: None,
        claimed_name: None,
        claimed_at: None,
        lease_expires_at: None,
        withdrawn_at: None,
        assigned_to: None,
        assigned_name: None,
        assigned_at: None,
    })
}

async fn supplied(ctx: &Context, tx: &mut Tx, event: &Recorded) -> Result<(), ProjectError> {
    let Some(case) = store::case::by_id(tx, event.subject()).await? else {
        return Err(ProjectError::Poison("it is about a referral that never came".into()));
    };
    let Opened::Open(supplied) = ctx.open::<InformationSupplied>(event).await? else {
        return Ok(());
    };
    let key = match ctx.keys.get(case.data_key).await {
        Err(kit::keys::KeyError::Erased) => return Ok(()),
        other => other.map_err(kit::Error::from)?,
    };
    let question = id_of(&supplied.question);
    if let Some(question) = question {
        let reply = sealed::seal(ctx, &key, sealed::REPLY, question, &supplied.text)?;
        store::question::supply(tx, question, case.id, event.occurred_at(), Some(reply)).await?;
    }
    store::image::add(tx, case.id, question, &supplied.pictures, event.occurred_at()).await?;
    Ok(store::case::bring_back(tx, case.id).await?)
}
