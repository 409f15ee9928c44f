//! A referral and its answer on paper: one letter, as PDF and as plain text, the same at both ends.
//!
//! | room | what is in it |
//! |---|---|
//! | [`Letter`] | what a service fills from its own, opened content; codes, no words |
//! | [`words`] | every word of a letter in English and bokmål |
//! | [`outline()`] | a letter as a list of blocks: what is said, in which order |
//! | `plain`, `pages`, `pdf` | the blocks as text; laid out on pages; written as PDF |
//! | `face`, `lines` | the typeface, shaped; text broken into lines |
//! | [`Form`], [`reply()`] | the answer over HTTP |
//!
//! Both forms are made from the same blocks, so neither says less than the other. The PDF is PDF/A-2a and PDF/UA-1 (krilla
//! checks while it writes): tagged, with its fonts in it, and text that can be searched, copied and read aloud. What the
//! typeface has no sign for (it has Latin, Greek and Cyrillic) is shown as □ and kept in the text that is copied out.
//!
//! Rejected: a page printed by the browser alone (another letter on every machine, and none for an archive); pictures in
//! the letter (they stay where access to them is recorded).

mod face;
mod given;
mod lines;
mod outline;
mod pages;
mod pdf;
mod plain;
mod reply;
pub mod words;

#[cfg(test)]
mod tests;

pub use given::Given;
pub use outline::{Block, Fact, outline};
pub use pdf::LetterError;
pub use reply::{Form, Wanted, reply};
pub use words::Language;

use crate::At;
use uuid::Uuid;

/// Eight characters by which people name a referral on the telephone; no secret, and not unique for ever.
pub fn reference(id: Uuid) -> String {
    // The end of an id is random in every version that is accepted here; the beginning can be a time.
    id.simple().to_string()[24..].to_uppercase()
}

/// A clinician as a letter names them: with their number in the register of health personnel when it is known.
pub fn clinician(name: &str, hpr: &str) -> String {
    if hpr.is_empty() || name.is_empty() { name.to_owned() } else { format!("{name}, HPR {hpr}") }
}

/// What a letter says. Vocabulary is in codes, as in events; a code that is not known is shown as it is.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Of the referral; see [`reference`].
    pub reference: String,
    /// Whether nobody is meant.
    pub mark: Option<Mark>,
    /// When the letter is made.
    pub made_at: At,
    /// About whom.
    pub patient: Patient,
    /// Who asked.
    pub practice: String,
    /// Who was asked.
    pub department: String,
    /// `dermatology`, `ent`, `plastic-surgery`.
    pub specialty: String,
    /// `routine`, `urgent`, `suspected-cancer`.
    pub priority: String,
    /// Who sent it, as [`clinician`] writes them; empty when it is not known.
    pub referred_by: String,
    /// When it was sent.
    pub referred_at: At,
    /// What the practice asked.
    pub question: String,
    /// What led to it.
    pub history: String,
    /// What the office answered to questionnaires.
    pub given: Vec<Given>,
    /// With whom it was talked over the telephone before it was sent, and when.
    pub phoned: Option<(String, At)>,
    /// What was to be answered.
    pub findings: Vec<Finding>,
    /// What its pictures show, one word each: `overview`, `close-up` and so on.
    pub pictures: Vec<String>,
    /// Questions of the department and their replies, oldest first.
    pub exchanges: Vec<Exchange>,
    /// The newest; none while it is waited for.
    pub answer: Option<Answer>,
    /// The department's refusal, when it is newer than any answer.
    pub declined: Option<Declined>,
    /// Those before it, oldest first.
    pub earlier: Vec<Earlier>,
}

/// A letter about nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The whole deployment holds synthetic people.
    Synthetic,
    /// A referral for training or test.
    Test,
}

impl Mark {
    /// What a letter bears.
    pub fn of(synthetic: bool, test: bool) -> Option<Self> {
        if synthetic { Some(Self::Synthetic) } else { test.then_some(Self::Test) }
    }
}

/// The patient as the practice wrote it.
#[derive(Clone, Debug, Default)]
pub struct Patient {
    /// `no-national`, `nhs` or `generic`.
    pub identifier_system: String,
    /// The number.
    pub identifier: String,
    /// Full name.
    pub name: String,
    /// YYYY-MM-DD.
    pub birth_date: String,
    /// Administrative gender.
    pub sex: String,
}

/// A lesion, rash, ear, wound, burn or scar.
#[derive(Clone, Debug, Default)]
pub struct Finding {
    /// Which.
    pub id: Uuid,
    /// Where; none when it was not said.
    pub site: Option<Site>,
    /// `left`, `right`, `bilateral`, `unilateral` or `none`.
    pub laterality: String,
    /// What it is.
    pub kind: String,
    /// In words.
    pub description: String,
    /// For how long, in words.
    pub duration: String,
}

/// A body site.
#[derive(Clone, Debug, Default)]
pub struct Site {
    /// Its code; see [`crate::body_site`].
    pub code: String,
    /// Its system.
    pub system: String,
    /// Its name where the code is not known.
    pub display: String,
}

/// A question of the department with its reply.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// When it was asked.
    pub asked_at: At,
    /// By whom.
    pub asked_by: String,
    /// In words.
    pub text: String,
    /// When the reply came.
    pub supplied_at: Option<At>,
    /// In words.
    pub reply: String,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// When it left.
    pub answered_at: At,
    /// Who gave it.
    pub by: String,
    /// As what: `specialist` or `coordinator`.
    pub role: String,
    /// Over all findings; may be empty.
    pub summary: String,
    /// One by one.
    pub findings: Vec<FindingAnswer>,
    /// Why it replaces an earlier one; empty when it replaces none.
    pub amended_because: String,
    /// Who tells the patient: `practice` or `department`; empty where it was not asked.
    pub tells_patient: String,
    /// Who books: `practice`, `department` or `nobody`; empty where it was not asked.
    pub books: String,
    /// The referral had been withdrawn when it was given.
    pub after_withdrawal: bool,
}

/// A refusal.
#[derive(Clone, Debug)]
pub struct Declined {
    /// When.
    pub at: At,
    /// Who declined.
    pub by: String,
    /// As what: `specialist` or `coordinator`.
    pub role: String,
    /// `not-suited`, `wrong-department`, `insufficient`, `outside-area` or `other`.
    pub reason: String,
    /// In words.
    pub text: String,
}

/// The answer about one finding.
#[derive(Clone, Debug, Default)]
pub struct FindingAnswer {
    /// Which.
    pub finding: Uuid,
    /// In words.
    pub diagnosis: String,
    /// `certain`, `probable` or `uncertain`.
    pub certainty: String,
    /// What is to happen.
    pub disposition: String,
    /// Treatment and follow-up.
    pub plan: String,
}

/// An answer that a newer one has replaced.
#[derive(Clone, Debug)]
pub struct Earlier {
    /// When it left.
    pub answered_at: At,
    /// Who gave it.
    pub by: String,
}

impl Letter {
    /// As plain text, for a record system: lines end with a line feed.
    pub fn text(&self, language: Language) -> String {
        plain::text(&outline(self, language))
    }

    /// As PDF, A4.
    ///
    /// # Errors
    /// When the writer refuses; whatever people wrote is no reason for it.
    pub fn pdf(&self, language: Language) -> Result<Vec<u8>, LetterError> {
        pdf::write(self, language)
    }
}
