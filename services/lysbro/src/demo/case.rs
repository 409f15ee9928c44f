//! The stories that the demonstration's referrals tell. Texts are made up.

use super::pictures::PictureKind;
use super::programme::Story;
use intake::identifier::made_up;
use time::Date;
use time::macros::format_description;

/// Which story the n-th referral tells: dermatology most often, as in real programmes.
pub(super) fn story(serial: usize) -> &'static Story {
    const ORDER: [usize; 11] = [0, 3, 1, 2, 0, 4, 3, 3, 5, 0, 1];
    &STORIES[ORDER[serial % ORDER.len()]]
}

/// Made-up cases.
pub(super) const STORIES: &[Story] = &[
    Story {
        specialty: "dermatology",
        finding_kind: "lesion",
        site: ("66643007", "Skin of back"),
        laterality: "left",
        duration: "6 months",
        description: "Two-coloured naevus, 7 × 5 mm, irregular border. Larger since the summer.",
        question: "Is excision needed, or can it be followed here?",
        history: "Fair skin, sunburns in childhood. No melanoma in the family. No earlier treatment. Medication: none. No known allergies.",
        priority: "routine",
        pictures: &[
            ("overview", PictureKind::OverviewBack),
            ("close-up", PictureKind::Naevus),
            ("dermoscopic", PictureKind::Dermoscopy),
        ],
        answers: r#"{"provisional-diagnosis":"Atypical naevus","skin-type":"C74570","risk":["sunburns"],"size-longest":7,"size-across":5,"duration":"months","duration-count":6,"colours":["371254008","371252007"],"elevation":"flat","border":"irregular","symptoms":["162499001"]}"#,
        diagnosis: "Dysplastic naevus",
        certainty: "probable",
        disposition: "gp-procedure",
        plan: "Excise with 2 mm margin and send for histology. Refer again if histology shows more than mild atypia.",
    },
    Story {
        specialty: "dermatology",
        finding_kind: "rash",
        site: ("41550009", "Skin of posterior surface of forearm"),
        laterality: "bilateral",
        duration: "3 weeks",
        description: "Itching red scaly patches on both forearms, sharply bordered.",
        question: "Eczema or psoriasis? Which strength of steroid?",
        history: "Works in a fish plant with gloves. Hydrocortisone 1 % for a week without effect. No fever.",
        priority: "routine",
        pictures: &[("regional", PictureKind::Rash), ("close-up", PictureKind::Rash)],
        answers: r#"{"provisional-diagnosis":"Eczema, or psoriasis","treatment-tried":"Hydrocortisone 1 % for a week, without effect","skin-type":"C74571","duration":"weeks","duration-count":3,"efflorescence":["plaques","scales"],"systemic":false,"itch":6,"bsa":3,"exposure":"Works in a fish plant with gloves"}"#,
        diagnosis: "Irritant contact dermatitis",
        certainty: "probable",
        disposition: "gp-manages",
        plan: "Mometasone once daily for 2 weeks, then every other day for 2 weeks. Emollient. Cotton gloves under rubber gloves. Refer again if no better after 4 weeks.",
    },
    Story {
        specialty: "ent",
        finding_kind: "ear",
        site: ("86409001", "Skin of external auditory canal"),
        laterality: "right",
        duration: "5 weeks",
        description: "Blocked ear after a cold. Ear-drum dull, amber, no perforation. Weber to the right.",
        question: "Effusion? When should we refer for a grommet?",
        history: "Adult, no earlier ear disease. Hearing reduced since the cold. No pain, no vertigo.",
        priority: "routine",
        pictures: &[("otoscopic", PictureKind::EarDrum), ("otoscopic", PictureKind::EarDrumRetracted)],
        answers: r#"{"provisional-diagnosis":"Effusion","complaints":["block","hearing-loss"],"duration":"weeks","duration-count":5,"episodes":"first","hearing-test":"not-done"}"#,
        diagnosis: "Otitis media with effusion",
        certainty: "certain",
        disposition: "gp-manages",
        plan: "Wait and see, autoinflation twice daily. New otoscopy and audiogram in 8 weeks; refer if it has not cleared.",
    },
    Story {
        specialty: "dermatology",
        finding_kind: "lesion",
        site: ("70559009", "Skin of anterior surface of forearm"),
        laterality: "right",
        duration: "1 year",
        description: "Pearly papule with fine vessels, 5 mm, bleeds now and then.",
        question: "Basal cell carcinoma? Where should it be treated?",
        history: "Outdoor work all life. Earlier actinic keratosis treated with cryotherapy.",
        priority: "suspected-cancer",
        pictures: &[
            ("regional", PictureKind::Overview),
            ("close-up", PictureKind::Basalioma),
            ("dermoscopic", PictureKind::Basalioma),
        ],
        answers: r#"{"provisional-diagnosis":"Basal cell carcinoma","skin-type":"C74570","risk":["sunburns"],"size-longest":5,"size-across":5,"duration":"years","duration-count":1,"colours":["371243003"],"elevation":"130486","surface":"smooth","symptoms":["297968009"]}"#,
        diagnosis: "Nodular basal cell carcinoma",
        certainty: "probable",
        disposition: "direct-surgery",
        plan: "Put on the list for excision. The department books and writes to the patient.",
    },
    Story {
        specialty: "plastic-surgery",
        finding_kind: "wound",
        site: ("25763004", "Skin of anterior surface of lower leg"),
        laterality: "left",
        duration: "10 weeks",
        description: "Ulcer 32 × 21 mm, clean granulation, little exudate, palpable foot pulses.",
        question: "Is a skin graft sensible, and when?",
        history: "Fall against a trailer. No diabetes, does not smoke. Foam dressing every third day.",
        priority: "urgent",
        pictures: &[("close-up", PictureKind::Wound), ("scale", PictureKind::Wound)],
        answers: r#"{"provisional-diagnosis":"Traumatic ulcer","cause":"trauma","duration":"weeks","duration-count":10,"length":32,"width":21,"tissue":["granulation"],"exudate":"little","circulation":"normal","risks":["none"],"dressings":"Foam every third day"}"#,
        diagnosis: "Traumatic leg ulcer, granulating",
        certainty: "certain",
        disposition: "face-to-face-routine",
        plan: "Compression class 2. Split-skin graft is an option if not halved in 4 weeks: we book an appointment.",
    },
    Story {
        specialty: "plastic-surgery",
        finding_kind: "burn",
        site: ("41550009", "Skin of posterior surface of forearm"),
        laterality: "right",
        duration: "2 days",
        description: "Scald, about 1 % of the body surface, blisters, blanches on pressure.",
        question: "Can we treat it here? Which dressing?",
        history: "Hot water, cooled for 20 minutes. Tetanus vaccination in order.",
        priority: "urgent",
        pictures: &[("regional", PictureKind::Burn), ("close-up", PictureKind::Burn)],
        answers: r#"{"provisional-diagnosis":"Scald","mechanism":"scald","tbsa":1,"depth":"superficial-dermal","first-aid":"Cooled for 20 minutes","tetanus":"covered"}"#,
        diagnosis: "Superficial partial-thickness burn",
        certainty: "probable",
        disposition: "gp-manages",
        plan: "Remove loose blister roofs, silicone dressing, change every third day. New pictures after 10 days if not healed.",
    },
];

/// Made-up patients: (given name, born, sex). The family name is SYNTHETIC everywhere.
pub(super) const PATIENTS: &[(&str, &str, &str)] = &[
    ("Astrid", "1951-03-14", "female"),
    ("Birger", "1948-11-02", "male"),
    ("Camilla", "1987-06-21", "female"),
    ("Dagfinn", "1962-01-30", "male"),
    ("Eldbjørg", "1939-09-09", "female"),
    ("Frode", "1975-12-17", "male"),
    ("Gro", "1993-04-05", "female"),
    ("Halvard", "2001-08-28", "male"),
    ("Ingunn", "1957-02-11", "female"),
    ("Jostein", "1969-07-07", "male"),
    ("Klara", "2010-10-19", "female"),
    ("Leif", "1944-05-25", "male"),
];

/// A number of the Tenor series for somebody born on that day (`YYYY-MM-DD`), told apart by `serial`.
pub(super) fn synthetic_number(born: &str, serial: usize) -> String {
    let born = Date::parse(born, format_description!("[year]-[month]-[day]")).ok();
    born.and_then(|born| made_up::tenor(born, serial)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use intake::identifier::flaw;
    use intake::vocabulary::IdentifierSystem::NoNational;

    #[test]
    fn every_patient_has_a_number_that_holds_and_that_nobody_has() {
        for (serial, (_, born, _)) in PATIENTS.iter().enumerate() {
            let number = synthetic_number(born, serial);
            assert_eq!(flaw(NoNational, &number, true), None, "{number}");
            assert!(flaw(NoNational, &number, false).is_some(), "{number}");
        }
    }
}
