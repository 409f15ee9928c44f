//! What the rules say of a referral as it stands: what Send would refuse, red flags, advice, pictures still to be taken.

use super::detail::pictures;
use crate::answers::asked;
use crate::content::DraftContent;
use crate::emergency::{Notice, red_flags, warnings};
use crate::missing::{Setting, Shown, missing};
use crate::store::{image, place, referral};
use crate::wanted::{MIN_LONG, MIN_SHORT, WantedView, is_small, wanted};
use kit::Context;
use kit::http::FieldError;
use proto::questionnaire::{ALL, Text};

/// What the page shows while a referral is written.
#[derive(Debug)]
pub struct Checks {
    /// What must be phoned in.
    pub red_flags: Vec<Notice>,
    /// Advice.
    pub warnings: Vec<Notice>,
    /// Pictures that belong to it.
    pub views: Vec<WantedView>,
}

/// What the rules say of content and pictures.
pub fn checks(ctx: &Context, content: &DraftContent, images: &[image::Row]) -> Checks {
    let asked = asked(content, &ALL, ctx.now().date());
    let shown = pictures(images);
    let mut warnings = warnings(&asked);
    warnings.extend(small_pictures(content, &shown));
    Checks { red_flags: red_flags(&asked), warnings, views: wanted(content, &asked, &shown) }
}

/// Pictures of instruments and sheets are small by nature: that is said, and hinders nothing.
fn small_pictures(content: &DraftContent, shown: &[Shown]) -> Vec<Notice> {
    let mut all: Vec<Notice> = Vec::new();
    let small = shown.iter().filter(|one| !one.view.is_photograph() && is_small(one.size.0, one.size.1));
    for picture in small {
        let finding_id = picture.finding.filter(|id| content.has_finding(*id));
        if !all.iter().any(|known| known.finding_id == finding_id) {
            all.push(Notice { code: "small-picture".to_owned(), text: small_picture(), finding_id });
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
