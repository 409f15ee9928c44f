//! Which pictures belong to a referral, how many there are, and why one may be missing.
//!
//! A picture of the whole referral counts for every finding when it is an overview or a region, and for the one finding when
//! there is one. A view that can't be taken needs a reason; how often that happens is counted.

use crate::answers::Asked;
use crate::content::DraftContent;
use crate::missing::Shown;
use crate::text::blank;
use crate::vocabulary::{ImageState, View};
use proto::questionnaire::Text;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Shortest long side of a photograph, in pixels (American Telemedicine Association: 800 × 600).
pub const MIN_LONG: u32 = 800;
/// Shortest short side of a photograph, in pixels.
pub const MIN_SHORT: u32 = 600;
/// Advised sides of a photograph, in pixels: below them it can be sent, and fine structure may be missing.
pub const ADVISED_LONG: u32 = 1600;
pub const ADVISED_SHORT: u32 = 1200;
/// Strongest compression of a JPEG before fine structure suffers: bytes of 24-bit pixels to a byte (American Telemedicine
/// Association: 20:1).
pub const MOST_COMPRESSED: u64 = 20;

/// Why a view is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ViewOverride {
    /// Of which finding; none: of the referral.
    #[serde(default)]
    pub finding_id: Option<Uuid>,
    /// Which view.
    pub view: View,
    /// Why.
    #[schema(max_length = 500)]
    pub reason: String,
}

/// A view that belongs to a finding, or to the referral.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WantedView {
    /// Of which finding; none: of the referral.
    pub finding_id: Option<Uuid>,
    /// Which view; none when it is any of several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub view: Option<View>,
    /// Any of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub any_of: Vec<View>,
    /// How many pictures at least.
    pub min: u32,
    /// How many there are.
    pub have: u32,
    /// Send does not ask for it.
    pub advice: bool,
    /// What is to be photographed.
    pub text: Text,
    /// It is missing, and it is said why.
    pub overridden: bool,
}

impl WantedView {
    /// The views of which pictures count; the first one names it.
    pub fn views(&self) -> impl Iterator<Item = View> + '_ {
        self.view.iter().chain(&self.any_of).copied()
    }

    /// Whether pictures are missing that Send needs, whatever was said.
    pub fn lacks(&self) -> bool {
        !self.advice && self.have < self.min
    }
}

/// Every view that belongs to the referral; rows of the same views are one, the stricter.
pub fn wanted(content: &DraftContent, asked: &[Asked<'_>], pictures: &[Shown]) -> Vec<WantedView> {
    let mut all: Vec<WantedView> = Vec::new();
    for one in asked {
        let finding_id = one.finding_id();
        for row in one.answers.views(&one.facts) {
            let view = row.view.as_deref().and_then(View::from_word);
            let any_of: Vec<View> = row.any_of.iter().filter_map(|word| View::from_word(word)).collect();
            let new = WantedView {
                finding_id,
                view,
                any_of,
                min: row.min,
                have: 0,
                advice: row.advice,
                text: row.text.clone(),
                overridden: false,
            };
            let same = |known: &&mut WantedView| {
                known.finding_id == finding_id && known.view == new.view && known.any_of == new.any_of
            };
            match all.iter_mut().find(same) {
                None => all.push(new),
                Some(known) if (!new.advice, new.min) > (!known.advice, known.min) => *known = new,
                Some(_) => {}
            }
        }
    }
    for one in &mut all {
        let views: Vec<View> = one.views().collect();
        let shows = |picture: &&Shown| {
            picture.state != ImageState::Rejected
                && views.contains(&picture.view)
                && counts_for(picture, one.finding_id, content)
        };
        one.have = pictures.iter().filter(shows).count() as u32;
        one.overridden = one.lacks() && reasons(content, one).next().is_some();
    }
    all
}

fn counts_for(picture: &Shown, finding: Option<Uuid>, content: &DraftContent) -> bool {
    match (picture.finding, finding) {
        (_, None) => true,
        (Some(of), Some(finding)) => of == finding,
        (None, Some(_)) => content.findings.len() == 1 || matches!(picture.view, View::Overview | View::Regional),
    }
}

fn reasons<'a>(content: &'a DraftContent, wanted: &'a WantedView) -> impl Iterator<Item = &'a ViewOverride> {
    content.view_overrides.iter().filter(|one| {
        one.finding_id == wanted.finding_id && wanted.views().any(|view| view == one.view) && !blank(&one.reason)
    })
}

/// The reasons that stand for a picture that is missing, one each.
pub fn used_overrides(content: &DraftContent, wanted: &[WantedView]) -> Vec<ViewOverride> {
    wanted.iter().filter(|one| one.overridden).filter_map(|one| reasons(content, one).next().cloned()).collect()
}

/// Whether a picture is smaller than a photograph must be.
pub fn is_small(width: u32, height: u32) -> bool {
    width.max(height) < MIN_LONG || width.min(height) < MIN_SHORT
}

/// Whether a photograph has fewer pixels than it is advised to have.
pub fn is_coarse(width: u32, height: u32) -> bool {
    width.max(height) < ADVISED_LONG || width.min(height) < ADVISED_SHORT
}

impl View {
    /// Taken with a camera, so that its size can be asked for. Otoscopes, endoscopes and printed sheets have theirs.
    pub fn is_photograph(self) -> bool {
        !matches!(self, Self::Otoscopic | Self::Endoscopic | Self::Document)
    }
}

#[cfg(test)]
mod tests;
