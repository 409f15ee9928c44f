//! Every word of a letter. Those of the vocabulary are the screens' own (a test compares them).

use super::outline::clean;
use crate::{At, oslo};
use serde::Deserialize;
use time::Date;
use time::format_description::well_known::Iso8601;

/// The language of a letter: the reader's own, not that of whoever wrote into it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = letter::Language)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Norwegian bokmål.
    Nb,
}

impl Language {
    /// Both.
    pub const ALL: [Self; 2] = [Self::En, Self::Nb];

    /// As it stands in addresses and in the PDF.
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Nb => "nb",
        }
    }

    /// The letter's own words.
    pub fn words(self) -> &'static Words {
        match self {
            Self::En => &ENGLISH,
            Self::Nb => &BOKMAL,
        }
    }

    /// The word of a code: `coded("disp", "gp-manages")`. What is not in the list is shown as it is,
    /// as far as it can stand on paper.
    pub fn coded(self, kind: &str, code: &str) -> String {
        let found = CODED.iter().find(|(of, word, ..)| *of == kind && *word == code);
        found.map_or_else(
            || clean(code),
            |(.., en, nb)| match self {
                Self::En => (*en).to_owned(),
                Self::Nb => (*nb).to_owned(),
            },
        )
    }

    /// A day: "2 March 2026", "2. mars 2026".
    pub fn day(self, day: Date) -> String {
        let month = MONTHS[day.month() as usize - 1];
        match self {
            Self::En => format!("{} {} {}", day.day(), month.0, day.year()),
            Self::Nb => format!("{}. {} {}", day.day(), month.1, day.year()),
        }
    }

    /// A day as it was written, `YYYY-MM-DD`; anything else comes back as it was.
    pub fn written_day(self, text: &str) -> String {
        Date::parse(text, &Iso8601::DATE).map_or_else(|_| text.to_owned(), |day| self.day(day))
    }

    /// A time on the clocks of Oslo: "2 March 2026 14:05", "2. mars 2026 kl. 14:05".
    pub fn time(self, at: At) -> String {
        let wall = oslo::wall(at);
        let between = if self == Self::Nb { " kl." } else { "" };
        format!("{}{between} {:02}:{:02}", self.day(wall.date()), wall.hour(), wall.minute())
    }
}

/// A letter's own words.
#[derive(Debug)]
pub struct Words {
    pub synthetic: &'static str,
    pub test: &'static str,
    pub answer_title: &'static str,
    pub referral_title: &'static str,
    pub reference: &'static str,
    pub from: &'static str,
    pub to: &'static str,
    pub referred_by: &'static str,
    pub referred: &'static str,
    pub answered_by: &'static str,
    pub specialty: &'static str,
    pub priority: &'static str,
    pub pictures: &'static str,
    pub born: &'static str,
    pub waiting: &'static str,
    pub after_withdrawal: &'static str,
    pub replaces: &'static str,
    pub amended: &'static str,
    pub declined: &'static str,
    pub reason: &'static str,
    pub tells: &'static str,
    pub books: &'static str,
    pub phoned: &'static str,
    pub given_by: &'static str,
    pub answer: &'static str,
    pub summary: &'static str,
    pub finding: &'static str,
    pub diagnosis: &'static str,
    pub recommendation: &'static str,
    pub plan: &'static str,
    pub limits: &'static str,
    pub referral: &'static str,
    pub question: &'static str,
    pub history: &'static str,
    pub duration: &'static str,
    pub description: &'static str,
    pub exchange: &'static str,
    pub asked: &'static str,
    pub reply: &'static str,
    pub no_reply: &'static str,
    pub made: &'static str,
    pub page: &'static str,
}

const ENGLISH: Words = Words {
    synthetic: "SYNTHETIC DATA – demonstration, not a real patient",
    test: "TEST – for training, not a real patient",
    answer_title: "Answer to referral",
    referral_title: "Referral",
    reference: "Reference",
    from: "From",
    to: "To",
    referred_by: "Referred by",
    referred: "Referred",
    answered_by: "Answered by",
    specialty: "Specialty",
    priority: "Priority",
    pictures: "Pictures",
    born: "Born {when}",
    waiting: "Not answered yet.",
    after_withdrawal: "The practice had withdrawn the referral when this answer was given. The answer stands.",
    replaces: "Replaces the answer by {name}, {when}.",
    amended: "Amended because: {reason}",
    declined: "Declined by {who}, {when}.",
    reason: "Reason",
    tells: "Tells the patient",
    books: "Books",
    phoned: "Talked over by telephone with {name}, {when}.",
    given_by: "{name}, {role}",
    answer: "Answer",
    summary: "Summary",
    finding: "Finding",
    diagnosis: "Diagnosis",
    recommendation: "Recommendation",
    plan: "Plan",
    limits: "The answer rests on the pictures and the information that were sent; the patient was not examined. \
        Refer again, or have the patient examined, if anything changes or does not go as expected.",
    referral: "The referral",
    question: "Question",
    history: "History",
    duration: "Duration",
    description: "Description",
    exchange: "Asked on the way",
    asked: "Asked by {name}, {when}",
    reply: "Reply, {when}",
    no_reply: "No reply yet.",
    made: "As it stood {when}",
    page: "Page {n} of {m}",
};

const BOKMAL: Words = Words {
    synthetic: "SYNTETISKE DATA – demonstrasjon, ikke en ekte pasient",
    test: "TEST – til opplæring, ikke en ekte pasient",
    answer_title: "Svar på henvisning",
    referral_title: "Henvisning",
    reference: "Referanse",
    from: "Fra",
    to: "Til",
    referred_by: "Henvist av",
    referred: "Henvist",
    answered_by: "Besvart av",
    specialty: "Fagområde",
    priority: "Hastegrad",
    pictures: "Bilder",
    born: "Født {when}",
    waiting: "Ikke besvart ennå.",
    after_withdrawal: "Kontoret hadde trukket henvisningen tilbake da dette svaret ble gitt. Svaret står.",
    replaces: "Erstatter svaret fra {name}, {when}.",
    amended: "Endret fordi: {reason}",
    declined: "Avslått av {who}, {when}.",
    reason: "Begrunnelse",
    tells: "Informerer pasienten",
    books: "Bestiller time",
    phoned: "Drøftet på telefon med {name}, {when}.",
    given_by: "{name}, {role}",
    answer: "Svar",
    summary: "Oppsummering",
    finding: "Funn",
    diagnosis: "Diagnose",
    recommendation: "Anbefaling",
    plan: "Plan",
    limits: "Svaret bygger på bildene og opplysningene som ble sendt; pasienten er ikke undersøkt. \
        Henvis på nytt, eller få pasienten undersøkt, hvis noe endrer seg eller ikke går som ventet.",
    referral: "Henvisningen",
    question: "Spørsmål",
    history: "Sykehistorie",
    duration: "Varighet",
    description: "Beskrivelse",
    exchange: "Spurt underveis",
    asked: "Spurt av {name}, {when}",
    reply: "Svar, {when}",
    no_reply: "Ikke besvart ennå.",
    made: "Slik det var {when}",
    page: "Side {n} av {m}",
};

const MONTHS: [(&str, &str); 12] = [
    ("January", "januar"),
    ("February", "februar"),
    ("March", "mars"),
    ("April", "april"),
    ("May", "mai"),
    ("June", "juni"),
    ("July", "juli"),
    ("August", "august"),
    ("September", "september"),
    ("October", "oktober"),
    ("November", "november"),
    ("December", "desember"),
];

/// Kind, code, English, bokmål.
pub const CODED: &[(&str, &str, &str, &str)] = &[
    ("sex", "female", "Female", "Kvinne"),
    ("sex", "male", "Male", "Mann"),
    ("sex", "other", "Other", "Annet"),
    ("sex", "unknown", "Unknown", "Ukjent"),
    ("lat", "left", "Left", "Venstre"),
    ("lat", "right", "Right", "Høyre"),
    ("lat", "bilateral", "Both sides", "Begge sider"),
    ("lat", "unilateral", "One side", "Én side"),
    ("kind", "lesion", "Lesion", "Lesjon"),
    ("kind", "rash", "Rash", "Utslett"),
    ("kind", "ear", "Ear", "Øre"),
    ("kind", "wound", "Wound", "Sår"),
    ("kind", "burn", "Burn", "Brannskade"),
    ("kind", "scar", "Scar", "Arr"),
    ("view", "overview", "Overview", "Oversikt"),
    ("view", "regional", "Regional", "Region"),
    ("view", "close-up", "Close-up", "Nærbilde"),
    ("view", "oblique", "Oblique", "Skrått"),
    ("view", "dermoscopic", "Dermoscopy", "Dermatoskopi"),
    ("view", "otoscopic", "Otoscopy", "Otoskopi"),
    ("view", "endoscopic", "Endoscopy", "Endoskopi"),
    ("view", "scale", "With scale", "Med målestokk"),
    ("view", "document", "Document", "Dokument"),
    ("pri", "routine", "Routine", "Vanlig"),
    ("pri", "urgent", "Urgent", "Haster"),
    ("pri", "suspected-cancer", "Suspected cancer", "Mistanke om kreft"),
    ("cert", "certain", "Certain", "Sikker"),
    ("cert", "probable", "Probable", "Sannsynlig"),
    ("cert", "uncertain", "Uncertain", "Usikker"),
    ("disp", "gp-manages", "GP treats and follows up", "Fastlegen behandler og følger opp"),
    ("disp", "gp-procedure", "GP does a procedure (biopsy, excision)", "Fastlegen gjør et inngrep (biopsi, eksisjon)"),
    ("disp", "more-info", "More information needed", "Trenger flere opplysninger"),
    ("disp", "better-images", "Better pictures needed", "Trenger bedre bilder"),
    ("disp", "face-to-face-routine", "Appointment, routine", "Time, vanlig"),
    ("disp", "face-to-face-urgent", "Appointment, urgent", "Time, haster"),
    ("disp", "cancer-pathway", "Cancer pathway", "Pakkeforløp kreft"),
    ("disp", "direct-surgery", "Straight to surgery", "Direkte til kirurgi"),
    ("role", "specialist", "Specialist", "Spesialist"),
    ("role", "coordinator", "Coordinator", "Koordinator"),
    ("specialty", "dermatology", "Dermatology", "Hudsykdommer"),
    ("specialty", "ent", "Ear, nose and throat", "Øre-nese-hals"),
    ("specialty", "plastic-surgery", "Plastic surgery", "Plastikkirurgi"),
    ("tells", "practice", "The office", "Kontoret"),
    ("tells", "department", "The department", "Avdelingen"),
    ("books", "practice", "The office", "Kontoret"),
    ("books", "department", "The department", "Avdelingen"),
    ("books", "nobody", "Nothing to book", "Ingenting å bestille"),
    ("reason", "not-suited", "Can’t be assessed from pictures", "Kan ikke vurderes ut fra bilder"),
    ("reason", "wrong-department", "Wrong department", "Feil avdeling"),
    ("reason", "insufficient", "Too little information", "For få opplysninger"),
    ("reason", "outside-area", "Outside our area", "Utenfor vårt område"),
    ("reason", "other", "Another reason", "En annen grunn"),
    ("yes", "yes", "Yes", "Ja"),
    ("yes", "no", "No", "Nei"),
    ("number", "no-national", "National identity number", "Fødselsnummer eller D-nummer"),
    ("number", "nhs", "NHS number", "NHS-nummer"),
    ("number", "generic", "Number", "Nummer"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::{date, datetime};

    #[test]
    fn days_and_times_in_both_languages() {
        assert_eq!(Language::En.day(date!(2026 - 03 - 02)), "2 March 2026");
        assert_eq!(Language::Nb.day(date!(2026 - 12 - 24)), "24. desember 2026");
        // Summer time in Oslo; and a day that begins there before it does in UTC.
        assert_eq!(Language::En.time(At::from(datetime!(2026-07-01 12:05 UTC))), "1 July 2026 14:05");
        assert_eq!(Language::Nb.time(At::from(datetime!(2026-01-31 23:30 UTC))), "1. februar 2026 kl. 00:30");
        assert_eq!(Language::Nb.written_day("1958-03-09"), "9. mars 1958");
        assert_eq!(Language::En.written_day("about 1958"), "about 1958");
        assert_eq!(time::Month::December as usize, MONTHS.len());
    }

    #[test]
    fn codes_have_words_and_others_are_shown() {
        assert_eq!(Language::Nb.coded("disp", "cancer-pathway"), "Pakkeforløp kreft");
        assert_eq!(Language::En.coded("disp", "of-another-day"), "of-another-day");
        assert_eq!(Language::En.coded("cert", ""), "");
    }
}
