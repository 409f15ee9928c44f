//! The closed vocabularies of a referral. In JSON, tables, envelopes and events they are the same kebab-case words.
//!
//! Rejected: free strings checked at Send. A misspelt word would live in drafts until somebody tries to send them.

use serde::{Deserialize, Serialize};

macro_rules! vocabulary {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
        #[serde(rename_all = "kebab-case")]
        #[sqlx(type_name = "text", rename_all = "kebab-case")]
        pub enum $name { $($(#[$doc])* $variant),+ }

        impl $name {
            /// All of them, in the order in which screens show them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word as it stands in JSON, tables and events.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// From its word.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

vocabulary!(
    /// Which specialty is asked.
    Specialty {
        /// Skin.
        Dermatology = "dermatology",
        /// Ear, nose and throat.
        Ent = "ent",
        /// Plastic surgery.
        PlasticSurgery = "plastic-surgery",
    }
);
vocabulary!(
    /// How soon an answer is needed.
    Priority {
        /// Ten working days.
        Routine = "routine",
        /// Three working days.
        Urgent = "urgent",
        /// Two working days.
        SuspectedCancer = "suspected-cancer",
    }
);
vocabulary!(
    /// Administrative gender (FHIR).
    Sex { Female = "female", Male = "male", Other = "other", Unknown = "unknown" }
);
vocabulary!(
    /// On which side (DICOM CID 244), or `none` where there is no side.
    Laterality { Left = "left", Right = "right", Bilateral = "bilateral", Unilateral = "unilateral", None = "none" }
);
vocabulary!(
    /// What a finding is.
    FindingKind { Lesion = "lesion", Rash = "rash", Ear = "ear", Wound = "wound", Burn = "burn", Scar = "scar" }
);
vocabulary!(
    /// Whose number the patient's identifier is.
    IdentifierSystem {
        /// Norwegian national identity number, D-number, H-number or FH-number.
        NoNational = "no-national",
        /// NHS number.
        Nhs = "nhs",
        /// Any other.
        Generic = "generic",
    }
);
vocabulary!(
    /// What a picture shows.
    View {
        Overview = "overview",
        Regional = "regional",
        CloseUp = "close-up",
        Oblique = "oblique",
        Dermoscopic = "dermoscopic",
        Otoscopic = "otoscopic",
        Endoscopic = "endoscopic",
        Scale = "scale",
        Document = "document",
    }
);
vocabulary!(
    /// What the office would have done without this service.
    Intention {
        /// Referred the patient.
        Refer = "refer",
        /// Treated without asking.
        Treat = "treat",
        /// Phoned somebody.
        Phone = "phone",
        /// Something else.
        Other = "other",
        /// Does not know.
        Unknown = "unknown",
    }
);
vocabulary!(
    /// What was done after the answer.
    Outcome {
        /// As the answer says.
        Followed = "followed",
        /// Something else.
        Otherwise = "otherwise",
        /// The patient did not come.
        DidNotCome = "did-not-come",
        /// Referred all the same.
        Referred = "referred",
    }
);
vocabulary!(
    /// How far a picture has come.
    ImageState {
        /// It arrived whole; smaller copies are being made.
        Processing = "processing",
        /// It can be looked at.
        Ready = "ready",
        /// It could not be read.
        Rejected = "rejected",
    }
);

#[cfg(test)]
mod tests {
    use super::*;

    /// `as_str`, serde and the database's encoding come from three places; they must agree.
    #[test]
    fn words_are_what_serde_writes() {
        fn same<T: Serialize + Copy>(all: &[T], word: impl Fn(T) -> &'static str) {
            for one in all {
                assert_eq!(serde_json::to_value(one).unwrap(), word(*one));
            }
        }
        same(Specialty::ALL, Specialty::as_str);
        same(Priority::ALL, Priority::as_str);
        same(Sex::ALL, Sex::as_str);
        same(Laterality::ALL, Laterality::as_str);
        same(FindingKind::ALL, FindingKind::as_str);
        same(IdentifierSystem::ALL, IdentifierSystem::as_str);
        same(View::ALL, View::as_str);
        same(Intention::ALL, Intention::as_str);
        same(Outcome::ALL, Outcome::as_str);
        same(ImageState::ALL, ImageState::as_str);
        assert_eq!(View::from_word("close-up"), Some(View::CloseUp));
        assert_eq!(View::from_word("closeup"), None);
    }
}
