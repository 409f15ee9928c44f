//! What the rules say of a referral as it stands: what Send would refuse, red flags, advice, pictures still to be taken.

use super::detail::pictures;
use crate::answers::asked;
use crate::content::DraftContent;
use crate::emergency::{Remark, red_flags, warnings};
use crate::missing::{Setting, Shown, missing};
use crate::store::{image, place, referral};
use crate::vocabulary::ImageState;
use crate::wanted::{
    ADVISED_LONG, ADVISED_SHORT, MIN_LONG, MIN_SHORT, MOST_COMPRESSED, WantedView, is_coarse, is_small, wanted,
};
use kit::Context;
use kit::http::FieldError;
use proto::questionnaire::{ALL, Text};

/// What the page shows while a referral is written.
#[derive(Debug)]
pub struct Checks {
    /// What must be phoned in.
    pub red_flags: Vec<Remark>,
    /// Advice.
    pub warnings: Vec<Remark>,
    /// Pictures that belong to it.
    pub views: Vec<WantedView>,
}

/// What the rules say of content and pictures.
pub fn checks(ctx: &Context, content: &DraftContent, images: &[image::Row]) -> Checks {
    let asked = asked(content, &ALL, ctx.now().date());
    let shown = pictures(images);
    let mut warnings = warnings(&asked);
    warnings.extend(advice(content, &shown));
    Checks { red_flags: red_flags(&asked), warnings, views: wanted(content, &asked, &shown) }
}

/// Something to say of pictures that hinders nothing.
struct Advice {
    name: &'static str,
    holds: fn(&Shown) -> bool,
    text: fn() -> Text,
}

const ADVICE: [Advice; 3] = [
    // Pictures of instruments and sheets are small by nature.
    Advice {
        name: "small-picture",
        holds: |one| !one.view.is_photograph() && is_small(one.size.0, one.size.1),
        text: small_picture,
    },
    Advice {
        name: "coarse-picture",
        holds: |one| one.view.is_photograph() && !is_small(one.size.0, one.size.1) && is_coarse(one.size.0, one.size.1),
        text: coarse_picture,
    },
    Advice {
        name: "compressed-picture",
        holds: |one| one.view.is_photograph() && one.compression.is_some_and(|ratio| ratio > MOST_COMPRESSED),
        text: compressed_picture,
    },
];

/// Each piece of advice once for a finding.
fn advice(content: &DraftContent, shown: &[Shown]) -> Vec<Remark> {
    let mut all: Vec<Remark> = Vec::new();
    for one in ADVICE {
        for picture in shown.iter().filter(|picture| picture.state != ImageState::Rejected && (one.holds)(picture)) {
            let finding_id = picture.finding.filter(|id| content.has_finding(*id));
            if !all.iter().any(|known| known.code == one.name && known.finding_id == finding_id) {
                all.push(Remark { code: one.name.to_owned(), text: (one.text)(), finding_id });
            }
        }
    }
    all
}

fn small_picture() -> Text {
    Text {
        en: format!(
            "A picture from an instrument or of a document is smaller than {MIN_LONG} × {MIN_SHORT} pixels. It can be sent; check that everything can be made out."
        ),
        nb: format!(
            "Et bilde fra et instrument eller av et dokument er mindre enn {MIN_LONG} × {MIN_SHORT} piksler. Det kan sendes; kontroller at alt kan skjelnes."
        ),
    }
}

fn coarse_picture() -> Text {
    Text {
        en: format!(
            "A photograph has fewer than {ADVISED_LONG} × {ADVISED_SHORT} pixels. It can be sent; with the camera at its full resolution more can be made out."
        ),
        nb: format!(
            "Et fotografi har færre enn {ADVISED_LONG} × {ADVISED_SHORT} piksler. Det kan sendes; med full oppløsning på kameraet kan mer skjelnes."
        ),
    }
}

fn compressed_picture() -> Text {
    Text {
        en: "A photograph is strongly compressed, as happens when it goes through chat or mail. It can be sent; the camera's own file shows more.".to_owned(),
        nb: "Et fotografi er sterkt komprimert, som når det har gått gjennom en chat eller e-post. Det kan sendes; kameraets egen fil viser mer.".to_owned(),
    }
}

/// What Send would refuse now.
pub async fn would_refuse(
    ctx: &Context,
    content: &DraftContent,
    images: &[image::Row],
    row: &referral::Row,
) -> sqlx::Result<Vec<FieldError>> {
    let department = match content.department_id {
        Some(id) => place::department(&ctx.db, id).await?,
        None => None,
    };
    let offered = department.as_ref().map(|department| department.specialties.as_slice());
    let now = ctx.now();
    let synthetic = ctx.settings.synthetic || row.training;
    let setting = Setting { today: now.date(), now, begun: row.created_at, catalogue: &ALL, synthetic };
    Ok(missing(content, &pictures(images), offered, setting))
}
