//! What a referral of the demonstration says. Everybody and every number is made up; patients carry the word SYNTHETIC and
//! numbers of a synthetic series.

use super::pictures::PictureKind;

/// One kind of case with what a GP would write and a specialist would answer.
pub(super) struct Story {
    pub specialty: &'static str,
    pub finding_kind: &'static str,
    pub site: (&'static str, &'static str),
    pub laterality: &'static str,
    pub duration: &'static str,
    pub description: &'static str,
    pub question: &'static str,
    pub history: &'static str,
    pub priority: &'static str,
    pub pictures: &'static [(&'static str, PictureKind)],
    /// What it answers to questionnaires beyond the shortest: JSON, by the names of items.
    pub answers: &'static str,
    pub diagnosis: &'static str,
    pub certainty: &'static str,
    pub disposition: &'static str,
    pub plan: &'static str,
}
