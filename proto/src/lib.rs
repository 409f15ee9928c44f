//! What services tell each other. One module per producer; nothing else may cross between services.
//!
//! Rule for every message: add fields, never change or reuse a number; an old event must decode for ever
//! (`tests/events` keeps one payload of each kind and revision).

pub mod questionnaire;

use prost::Message;

/// The clear part of every event.
pub mod envelope {
    include!(concat!(env!("OUT_DIR"), "/lysbro.envelope.v1.rs"));
}
/// Published by `directory`.
pub mod directory {
    include!(concat!(env!("OUT_DIR"), "/lysbro.directory.v1.rs"));
}
/// Published by `intake`.
pub mod intake {
    include!(concat!(env!("OUT_DIR"), "/lysbro.intake.v1.rs"));
}
/// Published by `imaging`.
pub mod imaging {
    include!(concat!(env!("OUT_DIR"), "/lysbro.imaging.v1.rs"));
}
/// Published by `review`.
pub mod review {
    include!(concat!(env!("OUT_DIR"), "/lysbro.review.v1.rs"));
}

/// A fact that a service publishes: the sealed part of an event.
pub trait Event: Message + Default {
    /// The kind as it stands in the envelope.
    const KIND: &'static str;
    /// The service that alone may publish it.
    const PRODUCER: &'static str;
    /// Raised when the meaning of a field changes.
    const REVISION: u32 = 1;
}

macro_rules! events {
    ($($producer:ident: $($name:ident),+;)+) => {
        $($(impl Event for $producer::$name {
            const KIND: &'static str = stringify!($name);
            const PRODUCER: &'static str = stringify!($producer);
        })+)+
        /// Every kind of event with its producer.
        pub const KINDS: &[(&str, &str)] = &[$($((stringify!($name), stringify!($producer))),+),+];
    };
}

events! {
    directory: PracticeRegistered, PracticeChanged, RegisterRecorded, EnablementRecorded, DepartmentRegistered,
        DepartmentChanged, PersonRegistered, GrantGiven, GrantEnded, SignedIn, PracticeDeputyChosen, PreferencesChosen,
        PracticeClosed, PracticeMerged, EquipmentPlaced, EquipmentWithdrawn, TrainingGiven, SupportGiven, ReasonGiven,
        NoticeConfirmed, ContextNoted, ContextWithdrawn,
        OrdinaryReferralsCounted;
    intake: DraftStarted, DraftAbandoned, UploadFailed, UploadSucceeded, ReferralSubmitted, ReferralWithdrawn,
        InformationSupplied, AnswerAcknowledged, ReferralErased, ReferralEnteredInError, PictureEnteredInError,
        PeopleTold, CloseOutRecorded, AnswerFiled, ResponsibilityTaken, ResponsibilityEnded, ReferralTransferred;
    imaging: ImageReady, ImageRejected, ImageTiled;
    review: InformationRequested, AnswerGiven, ReferralDeclined, ReferralForwarded, PracticePhoned, CaseEnteredInError,
        LetterFiled;
}
