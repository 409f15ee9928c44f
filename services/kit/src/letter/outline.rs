//! What a letter says, block by block, in one language. The answer comes first: it is what is waited for.

use super::words::{Language, Words};
use super::{Answer, Declined, Exchange, Finding, FindingAnswer, Given, Letter, Mark, Site};
use crate::body_site;

/// A part of a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// Nobody is meant. On every page.
    Banner(String),
    /// The letter's name.
    Title(String),
    /// Whom it is about.
    Patient {
        /// Full name.
        name: String,
        /// Birth date, sex and number.
        rest: String,
    },
    /// Labels with what they say.
    Facts(Vec<Fact>),
    /// What must not be overlooked.
    Note(String),
    /// A part begins.
    Heading(String),
    /// A finding begins.
    Subheading(String),
    /// A paragraph.
    Text(String),
    /// A paragraph in small type.
    Small(String),
}

/// A label and what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What it is.
    pub label: &'static str,
    /// What it says.
    pub value: String,
    /// What matters most.
    pub strong: bool,
}

/// A letter in one language.
pub fn outline(letter: &Letter, language: Language) -> Vec<Block> {
    let words = language.words();
    let mut blocks = Vec::new();
    if let Some(mark) = letter.mark {
        let text = if mark == Mark::Synthetic { words.synthetic } else { words.test };
        blocks.push(Block::Banner(text.to_owned()));
    }
    blocks.push(Block::Title(title(letter, language).to_owned()));
    blocks.push(patient(letter, language));
    blocks.push(Block::Facts(head(letter, language)));
    match (&letter.declined, &letter.answer) {
        (Some(declined), _) => refused(declined, language, &mut blocks),
        (None, Some(_)) => {}
        (None, None) => blocks.push(Block::Note(words.waiting.to_owned())),
    }
    if let Some(answer) = &letter.answer {
        answered(letter, answer, language, &mut blocks);
    }
    referred(letter, language, &mut blocks);
    blocks.retain(Block::says_something);
    blocks
}

/// The letter's name.
pub fn title(letter: &Letter, language: Language) -> &'static str {
    let words = language.words();
    if letter.answer.is_some() { words.answer_title } else { words.referral_title }
}

/// The patient in one line, for the foot of a page: name and birth date.
pub fn patient_line(letter: &Letter, language: Language) -> String {
    joined([clean(&letter.patient.name), language.written_day(&clean(&letter.patient.birth_date))])
}

impl Block {
    fn says_something(&self) -> bool {
        match self {
            Self::Patient { name, rest } => !name.is_empty() || !rest.is_empty(),
            Self::Facts(facts) => !facts.is_empty(),
            Self::Banner(text)
            | Self::Title(text)
            | Self::Note(text)
            | Self::Heading(text)
            | Self::Subheading(text)
            | Self::Text(text)
            | Self::Small(text) => !text.is_empty(),
        }
    }
}

fn patient(letter: &Letter, language: Language) -> Block {
    let (patient, words) = (&letter.patient, language.words());
    let born = language.written_day(&clean(&patient.birth_date));
    let born = if born.is_empty() { born } else { filled(words.born, &[("when", &born)]) };
    let number = clean(&patient.identifier);
    let number = if number.is_empty() {
        number
    } else {
        format!("{} {number}", language.coded("number", &patient.identifier_system))
    };
    let sex = language.coded("sex", &patient.sex);
    let rest: Vec<String> = [born, sex, number].into_iter().filter(|part| !part.is_empty()).collect();
    Block::Patient { name: clean(&patient.name), rest: rest.join(" · ") }
}

fn head(letter: &Letter, language: Language) -> Vec<Fact> {
    let words = language.words();
    let (practice, department) = (clean(&letter.practice), clean(&letter.department));
    let (from, to) = if letter.answer.is_some() { (department, practice) } else { (practice, department) };
    let referred = language.time(letter.referred_at);
    let by = clean(&letter.referred_by);
    let mut facts = vec![fact(words.from, from), fact(words.to, to)];
    if let Some(answer) = &letter.answer {
        let who = filled(words.given_by, &[("name", &clean(&answer.by)), ("role", &role(answer, language))]);
        facts.push(fact(words.answered_by, joined([who, language.time(answer.answered_at)])));
    }
    facts.push(if by.is_empty() {
        fact(words.referred, referred)
    } else {
        fact(words.referred_by, joined([by, referred]))
    });
    facts.push(fact(words.specialty, language.coded("specialty", &letter.specialty)));
    facts.push(fact(words.priority, language.coded("pri", &letter.priority)));
    facts.push(fact(words.pictures, pictures(&letter.pictures, language)));
    facts.push(fact(words.reference, letter.reference.clone()));
    facts.retain(|fact| !fact.value.is_empty());
    facts
}

/// "3 (overview, close-up, dermoscopy)"; empty when there is none.
fn pictures(views: &[String], language: Language) -> String {
    if views.is_empty() {
        return String::new();
    }
    let shown: Vec<String> = views.iter().map(|view| lower(&language.coded("view", view))).collect();
    format!("{} ({})", views.len(), shown.join(", "))
}

fn answered(letter: &Letter, answer: &Answer, language: Language, blocks: &mut Vec<Block>) {
    let words = language.words();
    blocks.push(Block::Heading(words.answer.to_owned()));
    if answer.after_withdrawal {
        blocks.push(Block::Note(words.after_withdrawal.to_owned()));
    }
    for earlier in letter.earlier.iter().rev() {
        let (when, name) = (language.time(earlier.answered_at), clean(&earlier.by));
        blocks.push(Block::Note(filled(words.replaces, &[("when", &when), ("name", &name)])));
    }
    if !answer.amended_because.is_empty() {
        blocks.push(Block::Note(filled(words.amended, &[("reason", &clean(&answer.amended_because))])));
    }
    blocks.push(Block::Text(clean(&answer.summary)));
    for (number, finding) in letter.findings.iter().enumerate() {
        if let Some(about) = answer.findings.iter().find(|about| about.finding == finding.id) {
            blocks.push(Block::Subheading(named(letter, number, finding, language)));
            blocks.push(Block::Facts(about_finding(about, language)));
        }
    }
    let known = |about: &&FindingAnswer| letter.findings.iter().any(|finding| finding.id == about.finding);
    for about in answer.findings.iter().filter(|about| !known(about)) {
        blocks.push(Block::Subheading(words.finding.to_owned()));
        blocks.push(Block::Facts(about_finding(about, language)));
    }
    let mut duties = vec![
        fact(words.tells, language.coded("tells", &answer.tells_patient)),
        fact(words.books, language.coded("books", &answer.books)),
    ];
    duties.retain(|fact| !fact.value.is_empty());
    blocks.push(Block::Facts(duties));
    blocks.push(Block::Small(words.limits.to_owned()));
}

fn refused(declined: &Declined, language: Language, blocks: &mut Vec<Block>) {
    let words = language.words();
    let role = lower(&language.coded("role", &declined.role));
    let who = filled(words.given_by, &[("name", &clean(&declined.by)), ("role", &role)]);
    let note = filled(words.declined, &[("who", &who), ("when", &language.time(declined.at))]);
    blocks.push(Block::Note(note));
    let mut facts = vec![fact(words.reason, language.coded("reason", &declined.reason))];
    facts.retain(|fact| !fact.value.is_empty());
    blocks.push(Block::Facts(facts));
    blocks.push(Block::Text(clean(&declined.text)));
}

/// Answers to questionnaires about one thing, in one paragraph: "Longest: 7 mm · Duration: Weeks".
fn given<'a>(sets: impl Iterator<Item = &'a Given>, language: Language) -> Block {
    let said = sets.flat_map(|set| set.said(language));
    let said: Vec<String> = said.map(|one| format!("{}: {}", one.label, clean(&one.value))).collect();
    Block::Text(said.join(" · "))
}

fn about_finding(about: &FindingAnswer, language: Language) -> Vec<Fact> {
    let words = language.words();
    let (diagnosis, certainty) = (clean(&about.diagnosis), language.coded("cert", &about.certainty));
    let diagnosis = if certainty.is_empty() { diagnosis } else { format!("{diagnosis} ({})", lower(&certainty)) };
    let mut facts = vec![
        Fact { strong: true, ..fact(words.diagnosis, diagnosis) },
        Fact { strong: true, ..fact(words.recommendation, language.coded("disp", &about.disposition)) },
        fact(words.plan, clean(&about.plan)),
    ];
    facts.retain(|fact| !fact.value.is_empty());
    facts
}

fn referred(letter: &Letter, language: Language, blocks: &mut Vec<Block>) {
    let words = language.words();
    blocks.push(Block::Heading(words.referral.to_owned()));
    let mut asked = vec![fact(words.question, clean(&letter.question)), fact(words.history, clean(&letter.history))];
    asked.retain(|fact| !fact.value.is_empty());
    blocks.push(Block::Facts(asked));
    if let Some((with, at)) = &letter.phoned {
        blocks.push(Block::Text(filled(words.phoned, &[("name", &clean(with)), ("when", &language.time(*at))])));
    }
    blocks.push(given(letter.given.iter().filter(|set| set.finding.is_none()), language));
    for (number, finding) in letter.findings.iter().enumerate() {
        blocks.push(Block::Subheading(named(letter, number, finding, language)));
        let mut facts =
            vec![fact(words.duration, clean(&finding.duration)), fact(words.description, clean(&finding.description))];
        facts.retain(|fact| !fact.value.is_empty());
        blocks.push(Block::Facts(facts));
        blocks.push(given(letter.given.iter().filter(|set| set.finding == Some(finding.id)), language));
    }
    if !letter.exchanges.is_empty() {
        blocks.push(Block::Heading(words.exchange.to_owned()));
    }
    for exchange in &letter.exchanges {
        exchanged(exchange, language, words, blocks);
    }
}

fn exchanged(exchange: &Exchange, language: Language, words: &Words, blocks: &mut Vec<Block>) {
    let (name, when) = (clean(&exchange.asked_by), language.time(exchange.asked_at));
    blocks.push(Block::Subheading(filled(words.asked, &[("name", &name), ("when", &when)])));
    blocks.push(Block::Text(clean(&exchange.text)));
    match exchange.supplied_at {
        Some(at) => {
            blocks.push(Block::Subheading(filled(words.reply, &[("when", &language.time(at))])));
            blocks.push(Block::Text(clean(&exchange.reply)));
        }
        None => blocks.push(Block::Text(words.no_reply.to_owned())),
    }
}

/// "2. Skin of back, left – lesion"; the number only where there are several.
fn named(letter: &Letter, number: usize, finding: &Finding, language: Language) -> String {
    let site = finding.site.as_ref().map(|site| site_name(site, language)).unwrap_or_default();
    let side = if finding.laterality == "none" { String::new() } else { language.coded("lat", &finding.laterality) };
    let place = if site.is_empty() || side.is_empty() { site } else { format!("{site}, {}", lower(&side)) };
    let kind = language.coded("kind", &finding.kind);
    let name = match (place.is_empty(), kind.is_empty()) {
        (false, false) => format!("{place} – {}", lower(&kind)),
        (false, true) => place,
        (true, false) => kind,
        (true, true) => language.words().finding.to_owned(),
    };
    if letter.findings.len() > 1 { format!("{}. {name}", number + 1) } else { name }
}

fn site_name(site: &Site, language: Language) -> String {
    let known = body_site::find(&site.system, &site.code);
    known.map_or_else(
        || clean(&site.display),
        |known| match language {
            Language::En => known.en.clone(),
            Language::Nb => known.nb.clone(),
        },
    )
}

fn role(answer: &Answer, language: Language) -> String {
    lower(&language.coded("role", &answer.role))
}

fn fact(label: &'static str, value: String) -> Fact {
    Fact { label, value, strong: false }
}

/// What there is of them, with commas.
fn joined<const N: usize>(parts: [String; N]) -> String {
    let there: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    there.join(", ")
}

/// A word of the vocabulary inside a sentence; NHS stays NHS.
fn lower(word: &str) -> String {
    let mut chars = word.chars();
    let first = chars.next().map(|c| c.to_lowercase().to_string()).unwrap_or_default();
    first + chars.as_str()
}

/// A sentence with its places filled.
pub fn filled(sentence: &str, values: &[(&str, &str)]) -> String {
    // In one pass: what people wrote is not searched for places.
    let mut out = String::new();
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        out.push_str(before);
        out.push_str(values.iter().find(|(of, _)| *of == name).map_or("", |(_, value)| value));
        rest = after;
    }
    out + rest
}

/// What people wrote, as it can stand on paper: ends of lines as line feeds and no more than one empty line at a time, tabs
/// as spaces, nothing that controls a printer or turns the direction of writing. Characters that mean nothing outside one
/// machine (private use) become □.
pub fn clean(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace(['\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'], "\n");
    let mut out = String::with_capacity(text.len());
    let mut empty = 0;
    for line in text.split('\n') {
        let line = without_stray_joiners(line.chars().filter_map(printable));
        let line = line.trim_end();
        empty = if line.is_empty() { empty + 1 } else { 0 };
        if empty < 2 {
            out.push_str(line);
            out.push('\n');
        }
    }
    out.trim_matches('\n').trim_end().to_owned()
}

/// A joiner stays only where it has something before it to join: a line of nothing else can't be set.
fn without_stray_joiners(line: impl Iterator<Item = char>) -> String {
    let mut out = String::new();
    for c in line {
        if !matches!(c, '\u{200c}' | '\u{200d}')
            || out.ends_with(|last: char| last.is_alphanumeric() || last > '\u{2190}')
        {
            out.push(c);
        }
    }
    out
}

fn printable(c: char) -> Option<char> {
    match c {
        '\t' => Some(' '),
        '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        // Without width: a line of nothing else can't be set.
        | '\u{ad}' | '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{feff}'
        | '\u{fff0}'..='\u{fffb}' | '\u{fdd0}'..='\u{fdef}' | '\u{e0000}'..='\u{e007f}' => None,
        '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}' => Some('□'),
        c if c.is_control() || u32::from(c) & 0xfffe == 0xfffe => None,
        c => Some(c),
    }
}
