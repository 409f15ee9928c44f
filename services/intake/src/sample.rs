//! A made-up referral for the tests of rules.

use crate::answers::QuestionnaireAnswers;
use crate::content::{CodedSite, DraftContent, Finding, Patient};
use crate::missing::{Setting, Shown};
use crate::vocabulary::{FindingKind, IdentifierSystem, ImageState, Laterality, Priority, Sex, Specialty, View};
use proto::questionnaire::{ALL, Level, Questionnaire};
use time::macros::{date, datetime};
use uuid::Uuid;

/// The finding of a sample.
pub const FINDING: Uuid = Uuid::from_u128(1);

/// Where and when it is sent.
pub fn here() -> Setting<'static> {
    let now: kit::At = datetime!(2026-03-02 08:00 UTC).into();
    Setting { today: date!(2026 - 03 - 02), now, begun: now, catalogue: &ALL, synthetic: false }
}

/// A referral with one finding of a kind and the shortest answers; its pictures are [`photographs`].
pub fn complete(specialty: Specialty, kind: FindingKind) -> DraftContent {
    DraftContent {
        patient: Some(Patient {
            identifier_system: Some(IdentifierSystem::Generic),
            identifier: Some("SYNTHETIC-1".into()),
            name: Some("SYNTHETIC Kari Nordmann".into()),
            birth_date: Some("1958-03-14".into()),
            sex: Some(Sex::Female),
            ..Patient::default()
        }),
        specialty: Some(specialty),
        department_id: Some(Uuid::from_u128(9)),
        priority: Some(Priority::Routine),
        question: Some("Is this benign?".into()),
        history: Some("Has grown since summer.".into()),
        findings: vec![Finding {
            id: FINDING,
            body_site: Some(CodedSite { code: "66643007".into(), system: "SCT".into(), display: "Rygg".into() }),
            laterality: Some(Laterality::None),
            kind: Some(kind),
            description: String::new(),
            duration: String::new(),
        }],
        answers: applying(specialty, kind).map(shortest).collect(),
        ..DraftContent::default()
    }
}

/// What a referral with such a finding answers.
pub fn applying(specialty: Specialty, kind: FindingKind) -> impl Iterator<Item = &'static Questionnaire> {
    let once = ALL.applying(Some(specialty.as_str()), None, |_| None);
    once.chain(ALL.applying(Some(specialty.as_str()), Some(kind.as_str()), |_| None))
}

fn shortest(one: &Questionnaire) -> QuestionnaireAnswers {
    QuestionnaireAnswers {
        questionnaire: one.id.clone(),
        version: one.version,
        finding_id: (one.level == Level::Finding).then_some(FINDING),
        values: one.shortest("2026-02-20"),
    }
}

/// A picture of the finding.
pub fn picture(number: usize, view: View) -> Shown {
    Shown {
        id: Uuid::from_u128(4 + number as u128),
        number,
        finding: Some(FINDING),
        view,
        size: (1600, 1200),
        compression: Some(8),
        state: ImageState::Ready,
        reason: None,
    }
}

/// Every view that any questionnaire asks for.
pub fn photographs() -> Vec<Shown> {
    let views = [View::Overview, View::Regional, View::CloseUp, View::Dermoscopic, View::Otoscopic];
    views.into_iter().enumerate().map(|(at, view)| picture(at + 1, view)).collect()
}
