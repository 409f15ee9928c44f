//! What became of pictures: smaller copies and a measure of quality, or the reason why they could not be read.

use crate::store::image::{self, Measured, Rendition};
use kit::log::{Consumer, Opened, ProjectError, Recorded, id_of};
use kit::{At, Context, Tx};
use proto::Event;
use proto::imaging::{ImageReady, ImageRejected};
use uuid::Uuid;

pub const CONSUMER: Consumer = Consumer {
    name: "intake-imaging",
    kinds: &[ImageReady::KIND, ImageRejected::KIND],
    project: |ctx, tx, event| Box::pin(project(ctx, tx, event)),
    reset: &[],
};

/// Erased: the referral is gone, its pictures with it. Unknown: the draft was discarded and purged meanwhile.
async fn project(ctx: &Context, tx: &mut Tx, event: &Recorded) -> Result<(), ProjectError> {
    match event.kind() {
        ImageReady::KIND => match ctx.open::<ImageReady>(event).await? {
            Opened::Open(fact) => ready(tx, fact).await,
            Opened::Erased => Ok(()),
        },
        ImageRejected::KIND => match ctx.open::<ImageRejected>(event).await? {
            Opened::Open(fact) => {
                let image = picture(&fact.image)?;
                image::set_rejected(tx, image, fact.code, fact.message).await?;
                Ok(())
            }
            Opened::Erased => Ok(()),
        },
        _ => Ok(()),
    }
}

async fn ready(tx: &mut Tx, fact: ImageReady) -> Result<(), ProjectError> {
    let image = picture(&fact.image)?;
    let quality = fact.quality.as_ref();
    let measured = Measured {
        width: fact.width,
        height: fact.height,
        sharpness: quality.map(|quality| quality.sharpness),
        exposure: quality.map(|quality| quality.mean_luma),
        verdict: quality.map(|quality| quality.verdict.clone()),
        captured_at: (fact.captured_us != 0).then(|| At::from_micros(fact.captured_us)),
    };
    if !image::set_ready(tx, image, measured).await? {
        return Ok(());
    }
    for rendition in fact.renditions {
        let copy =
            Rendition { object: rendition.object, sha256: rendition.sha256, stored_sha256: rendition.stored_sha256 };
        image::add_rendition(tx, image, rendition.longest, copy).await?;
    }
    Ok(())
}

fn picture(bytes: &[u8]) -> Result<Uuid, ProjectError> {
    id_of(bytes).ok_or_else(|| ProjectError::Poison("the event names no picture".into()))
}
