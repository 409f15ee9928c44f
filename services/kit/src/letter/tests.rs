use super::face::Faces;
use super::outline::{Block, clean, filled, outline};
use super::pages::{BREADTH, FOOT, Item, MARGIN, PAPER, lay_out};
use super::*;
use lopdf::{Document, Object};
use time::macros::datetime;

const WHO: &str = "Áilu Čáhcesuolu Šŋŧž đ (SYNTHETIC)";
const PLAN: &str = "No treatment is needed – “harmless”, ≤ 9 × 7 mm.\n\nRefer again if it bleeds.";

fn finding(n: u128) -> Finding {
    Finding {
        id: Uuid::from_u128(n),
        site: Some(Site { code: "66643007".into(), system: "SCT".into(), display: "back of long ago".into() }),
        laterality: "left".into(),
        kind: "lesion".into(),
        description: "Brown, 9 × 7 mm.".into(),
        duration: "8 months".into(),
    }
}

fn about(n: u128) -> FindingAnswer {
    FindingAnswer {
        finding: Uuid::from_u128(n),
        diagnosis: "Seborrhoeic keratosis".into(),
        certainty: "certain".into(),
        disposition: "gp-manages".into(),
        plan: PLAN.into(),
    }
}

/// The shortest answers that Send takes.
fn given(questionnaire: &str, finding: Option<u128>) -> Given {
    let known = proto::questionnaire::ALL.newest(questionnaire).expect("published");
    Given {
        questionnaire: questionnaire.into(),
        version: known.version,
        finding: finding.map(Uuid::from_u128),
        values: known.shortest("2026-03-02"),
    }
}

/// A simple case: one finding, three pictures, a short answer.
fn simple() -> Letter {
    Letter {
        reference: reference(Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_dead_beef)),
        mark: Some(Mark::Synthetic),
        made_at: At::from(datetime!(2026-03-03 10:15 UTC)),
        patient: Patient {
            identifier_system: "no-national".into(),
            identifier: "13917404075".into(),
            name: WHO.into(),
            birth_date: "1974-11-13".into(),
            sex: "male".into(),
        },
        practice: "Kvitnes legesenter".into(),
        department: "Hudavdelingen, Nordfjord sjukehus".into(),
        specialty: "dermatology".into(),
        priority: "routine".into(),
        referred_by: "Ola Fastlege".into(),
        referred_at: At::from(datetime!(2026-03-02 13:05 UTC)),
        question: "Is this harmless?".into(),
        history: "Fair skin.\r\nMuch sun.".into(),
        given: vec![given("referral", None), given("dermatology-lesion", Some(1))],
        phoned: None,
        findings: vec![finding(1)],
        pictures: ["overview", "close-up", "dermoscopic"].map(str::to_owned).to_vec(),
        exchanges: Vec::new(),
        answer: Some(Answer {
            answered_at: At::from(datetime!(2026-03-03 09:12 UTC)),
            by: "Hanne Hudlege".into(),
            role: "specialist".into(),
            summary: "Benign.".into(),
            findings: vec![about(1)],
            amended_because: String::new(),
            tells_patient: "practice".into(),
            books: "nobody".into(),
            after_withdrawal: false,
        }),
        declined: None,
        earlier: Vec::new(),
    }
}

/// The text of each page, its lines joined.
fn read(pdf: &[u8]) -> Vec<String> {
    let document = Document::load_mem(pdf).expect("a PDF");
    let page = |number: &u32| document.extract_text(&[*number]).expect("text");
    document.get_pages().keys().map(page).map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

fn pages(letter: &Letter, language: Language) -> Vec<String> {
    read(&letter.pdf(language).expect("a letter"))
}

#[test]
fn a_simple_case_is_one_page_whose_text_can_be_read() {
    let [page] = pages(&simple(), Language::Nb).try_into().expect("one page");
    for said in [
        "SYNTETISKE DATA",
        "Svar på henvisning",
        WHO,
        "Født 13. november 1974 · Mann · Fødselsnummer eller D-nummer 13917404075",
        "Fra Hudavdelingen, Nordfjord sjukehus Til Kvitnes legesenter",
        "Hanne Hudlege, spesialist, 3. mars 2026 kl. 10:12",
        "Ola Fastlege, 2. mars 2026 kl. 14:05",
        "Hudsykdommer",
        "3 (oversikt, nærbilde, dermatoskopi)",
        "DEADBEEF",
        "Rygg, venstre – lesjon",
        "Seborrhoeic keratosis (sikker)",
        "Fastlegen behandler og følger opp",
        "No treatment is needed – “harmless”, ≤ 9 × 7 mm.",
        "pasienten er ikke undersøkt",
        "Spørsmål Is this harmless?",
        "Side 1 av 1",
    ] {
        assert!(page.contains(said), "{said:?} in {page}");
    }
    let [page] = pages(&simple(), Language::En).try_into().expect("one page");
    for said in ["Answer to referral", "Skin of back, left – lesion", "GP treats and follows up", "Page 1 of 1"] {
        assert!(page.contains(said), "{said:?} in {page}");
    }
}

#[test]
fn the_text_for_the_record_says_the_same() {
    let expected = "SYNTETISKE DATA – demonstrasjon, ikke en ekte pasient

Svar på henvisning

Áilu Čáhcesuolu Šŋŧž đ (SYNTHETIC)
Født 13. november 1974 · Mann · Fødselsnummer eller D-nummer 13917404075
Fra: Hudavdelingen, Nordfjord sjukehus
Til: Kvitnes legesenter
Besvart av: Hanne Hudlege, spesialist, 3. mars 2026 kl. 10:12
Henvist av: Ola Fastlege, 2. mars 2026 kl. 14:05
Fagområde: Hudsykdommer
Hastegrad: Vanlig
Bilder: 3 (oversikt, nærbilde, dermatoskopi)
Referanse: DEADBEEF

SVAR

Benign.

Rygg, venstre – lesjon
Diagnose: Seborrhoeic keratosis (sikker)
Anbefaling: Fastlegen behandler og følger opp
Plan: No treatment is needed – “harmless”, ≤ 9 × 7 mm.

Refer again if it bleeds.
Informerer pasienten: Kontoret
Bestiller time: Ingenting å bestille

Svaret bygger på bildene og opplysningene som ble sendt; pasienten er ikke undersøkt. \
Henvis på nytt, eller få pasienten undersøkt, hvis noe endrer seg eller ikke går som ventet.

HENVISNINGEN
Spørsmål: Is this harmless?
Sykehistorie: Fair skin.
Much sun.

Foreløpig diagnose: Unclear · Legemidler, også kremer: None · Allergier (CAVE): None known · \
Pasienten vet at bilder sendes, og hvem som leser dem: Ja

Rygg, venstre – lesjon
Varighet: 8 months
Beskrivelse: Brown, 9 × 7 mm.

Lengst: 1 mm · På tvers: 1 mm · Hvor lenge: Dager · Farger: Brun
";
    assert_eq!(simple().text(Language::Nb), expected);
}

/// A long case: every field that may be long is, with its own numbered words.
fn long() -> Letter {
    let words = |of: &str, count: usize| (0..count).map(|n| format!("{of}{n}")).collect::<Vec<_>>().join(" ");
    let mut letter = simple();
    letter.history = words("history", 400);
    letter.findings = (1..=3).map(finding).collect();
    let mut answer = letter.answer.take().expect("an answer");
    answer.findings = (1..=3).map(|n| FindingAnswer { plan: words(&format!("plan{n}x"), 300), ..about(n) }).collect();
    answer.after_withdrawal = true;
    letter.answer = Some(answer);
    letter.earlier = vec![Earlier { answered_at: At::from(datetime!(2026-03-02 15:00 UTC)), by: "Per Første".into() }];
    letter.exchanges = vec![Exchange {
        asked_at: At::from(datetime!(2026-03-02 14:00 UTC)),
        asked_by: "Hanne Hudlege".into(),
        text: "A sharper picture?".into(),
        supplied_at: Some(At::from(datetime!(2026-03-02 14:30 UTC))),
        reply: words("reply", 60),
    }];
    letter
}

#[test]
fn a_long_case_goes_on_and_loses_nothing() {
    let letter = long();
    let pages = pages(&letter, Language::Nb);
    assert!(pages.len() > 2, "{}", pages.len());
    for (number, page) in (1..).zip(&pages) {
        // Whose page it is stands on every one.
        assert!(page.contains(WHO) && page.contains(&format!("Side {number} av {}", pages.len())), "{page}");
        assert!(page.contains("SYNTETISKE DATA"), "{page}");
    }
    let all = pages.join(" ");
    for said in ["Erstatter svaret fra Per Første, 2. mars 2026 kl. 16:00.", "trukket henvisningen tilbake", "3. Rygg"]
    {
        assert!(all.contains(said), "{said:?}");
    }
    let printed: std::collections::HashSet<&str> =
        all.split_whitespace().map(|word| word.trim_end_matches(':')).collect();
    for word in letter.text(Language::Nb).split_whitespace().map(|word| word.trim_end_matches(':')) {
        // Headings are capitals in the text, and a label has its colon.
        let there = printed.contains(word) || printed.iter().any(|one| one.to_uppercase() == word);
        assert!(there, "{word:?} is on no page");
    }
}

#[test]
fn headings_stay_with_what_follows_and_no_line_is_alone() {
    let faces = Faces::load().unwrap();
    for lines in 0..60 {
        let mut letter = simple();
        letter.answer.as_mut().unwrap().findings[0].plan = vec!["A line."; lines].join("\n");
        let layout = lay_out(&faces, &outline(&letter, Language::En));
        for page in &layout.pages {
            let Some(Item::Line(last)) = page.last() else { panic!("a page ends with a line: {lines}") };
            assert!(!matches!(layout.roles[last.part], pages::Role::Heading(..)), "{lines} lines");
        }
    }
}

/// Texts that nobody sends in good faith, and some that people do.
fn hostile() -> Vec<String> {
    let every = |step: usize| (0..0x11_0000).step_by(step).filter_map(char::from_u32).collect::<String>();
    vec![
        "W".repeat(10_000),
        "å ".repeat(5_000),
        "\n".repeat(10_000),
        "a\n".repeat(5_000),
        " ".repeat(10_000),
        "\t-\u{a0}/".repeat(2_500),
        format!("e{}", "\u{301}".repeat(2_000)),
        "\u{200b}\u{ad}\u{200d}\u{feff}".repeat(2_500),
        "👩\u{200d}⚕️ שלום العربية 日本語 ไทย हिन्दी".repeat(200),
        "\0\u{1}\u{7f}\u{9b}\u{202e}\u{2066}\u{e000}\u{ffff}\u{10fffe}\u{fffd}\u{fffc}".repeat(500),
        (0..0x3000).filter_map(char::from_u32).collect(),
        every(97),
    ]
}

/// In every field, and whole where most fits in.
fn filled_with(text: &str) -> Letter {
    let mut letter = long();
    let all = || text.chars().take(700).collect::<String>();
    let whole = || text.to_owned();
    letter.patient =
        Patient { identifier_system: all(), identifier: all(), name: all(), birth_date: all(), sex: all() };
    (letter.practice, letter.department, letter.referred_by) = (all(), all(), all());
    (letter.specialty, letter.priority, letter.question, letter.history) = (all(), all(), all(), all());
    letter.pictures = vec![all()];
    let site = Site { code: all(), system: all(), display: whole() };
    let said = Finding { id: Uuid::from_u128(1), laterality: all(), kind: whole(), ..Finding::default() };
    letter.findings = vec![Finding { site: Some(site), description: all(), duration: all(), ..said }];
    letter.exchanges[0].text = all();
    letter.earlier[0].by = all();
    let answer = letter.answer.as_mut().unwrap();
    (answer.by, answer.role, answer.summary) = (all(), all(), all());
    let one = FindingAnswer { diagnosis: all(), certainty: all(), disposition: all(), plan: whole(), ..about(1) };
    answer.findings = vec![one, FindingAnswer { plan: all(), ..about(2) }];
    letter
}

#[test]
fn nothing_that_is_written_stops_a_letter_or_leaves_its_page() {
    let faces = Faces::load().unwrap();
    for text in hostile() {
        let name: String = text.chars().take(4).collect();
        let letter = filled_with(&text);
        let layout = lay_out(&faces, &outline(&letter, Language::En));
        for item in layout.pages.iter().flatten() {
            let (left, right, low) = match item {
                Item::Area(x, y, breadth, height, _) => (*x, x + breadth, y + height),
                Item::Line(line) => (line.x, line.end(), line.y),
            };
            let inside = left >= MARGIN && right <= MARGIN + BREADTH + 0.01 && low > 40.0 && low < FOOT;
            assert!(inside, "{name:?}: {left} to {right}, {low}");
        }
        let pdf = letter.pdf(Language::En).unwrap_or_else(|error| panic!("{name:?}: {error}"));
        let document = Document::load_mem(&pdf).expect("a PDF");
        assert_eq!(document.get_pages().len(), layout.pages.len(), "{name:?}");
        assert!(!letter.text(Language::En).contains(['\0', '\u{202e}', '\u{9b}']), "{name:?}");
    }
}

#[test]
fn the_paper_is_a4_tagged_and_carries_its_fonts() {
    let pdf = simple().pdf(Language::Nb).unwrap();
    assert!(pdf.len() < 60_000, "only the glyphs that are used: {}", pdf.len());
    let document = Document::load_mem(&pdf).unwrap();
    let catalog = document.catalog().unwrap();
    assert_eq!(catalog.get(b"Lang").and_then(Object::as_str).unwrap(), b"nb");
    assert!(catalog.has(b"StructTreeRoot") && catalog.has(b"Outlines"));
    let fonts = document.objects.values().filter_map(|object| object.as_dict().ok());
    let embedded = fonts.filter(|one| one.has(b"FontFile2") || one.has(b"FontFile3")).count();
    assert_eq!(embedded, 2, "two weights");
    let has = |text: &str| pdf.windows(text.len()).any(|window| window == text.as_bytes());
    for claim in ["<pdfaid:part>2", "<pdfaid:conformance>A", "<pdfuaid:part>1"] {
        assert!(has(claim), "{claim}");
    }
    let page = *document.get_pages().values().next().unwrap();
    let sheet = document.get_dictionary(page).and_then(|page| page.get(b"MediaBox")).and_then(Object::as_array);
    let size: Vec<f32> = sheet.unwrap().iter().filter_map(|edge| edge.as_float().ok()).collect();
    assert_eq!(size, [0.0, 0.0, PAPER.0, PAPER.1]);
    // What a browser's tab and an archive's list show names nobody.
    let info = document.trailer.get(b"Info").and_then(|info| document.dereference(info)).unwrap().1;
    let title = info.as_dict().and_then(|info| info.get(b"Title")).and_then(Object::as_str).unwrap();
    let shown = String::from_utf8_lossy(title).replace('\0', "");
    assert!(shown.contains("DEADBEEF") && !shown.contains("ilu"), "{shown}");
}

#[test]
fn a_letter_bears_a_mark_only_where_nobody_is_meant() {
    assert_eq!(Mark::of(true, true), Some(Mark::Synthetic));
    assert_eq!(Mark::of(false, true), Some(Mark::Test));
    assert_eq!(Mark::of(false, false), None);
    for (mark, first) in [(Some(Mark::Test), "TEST – for training, not a real patient"), (None, "Answer to referral")]
    {
        let letter = Letter { mark, ..simple() };
        assert!(letter.text(Language::En).starts_with(first));
        let page = &pages(&letter, Language::En)[0];
        assert_eq!((page.contains("SYNTHETIC DATA"), page.contains("TEST –")), (false, mark.is_some()));
    }
}

#[test]
fn before_an_answer_it_is_the_referral() {
    let letter = Letter { answer: None, ..simple() };
    let text = letter.text(Language::En);
    assert!(
        text.contains("Not answered yet.") && !text.contains("Answered by") && !text.contains("Diagnosis"),
        "{text}"
    );
    assert!(text.contains("From: Kvitnes legesenter\nTo: Hudavdelingen, Nordfjord sjukehus\n"), "{text}");
    let [page] = pages(&letter, Language::En).try_into().unwrap();
    assert!(page.contains("Referral") && page.contains("Is this harmless?"), "{page}");
}

#[test]
fn an_answer_about_an_unknown_finding_is_not_lost() {
    let mut letter = simple();
    letter.answer.as_mut().unwrap().findings.push(FindingAnswer { diagnosis: "Another".into(), ..about(9) });
    assert!(letter.text(Language::En).contains("Finding\nDiagnosis: Another (certain)"));
}

#[test]
fn several_findings_are_numbered_and_a_site_without_a_code_keeps_its_words() {
    let mut letter = simple();
    let elsewhere = Site { code: "0".into(), system: "X".into(), display: "Behind the ear".into() };
    letter.findings.push(Finding { site: Some(elsewhere), laterality: "none".into(), ..finding(2) });
    letter.findings.push(Finding { site: None, kind: String::new(), ..finding(3) });
    let text = letter.text(Language::Nb);
    for said in ["1. Rygg, venstre – lesjon", "2. Behind the ear – lesjon", "3. Funn"] {
        assert!(text.contains(said), "{said:?} in {text}");
    }
}

#[test]
fn what_people_wrote_is_cleaned_and_never_filled_in() {
    assert_eq!(clean(" a\u{202e}b\r\n\r\n\r\n\r\nc\td\u{c}e\0 \n"), " ab\n\nc d\ne");
    assert_eq!(clean("\u{feff}x\u{e000}"), "x□");
    assert_eq!(filled("by {name}, {when}", &[("name", "{when}"), ("when", "now")]), "by {when}, now");
    let letter = Letter { referred_by: "{when} {0}".into(), ..simple() };
    let facts = outline(&letter, Language::En).into_iter().find_map(|block| match block {
        Block::Facts(facts) => facts.into_iter().find(|fact| fact.label == "Referred by"),
        _ => None,
    });
    assert_eq!(facts.unwrap().value, "{when} {0}, 2 March 2026 14:05");
}

#[test]
fn a_reference_has_eight_characters() {
    assert_eq!(reference(Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_dead_beef)), "DEADBEEF");
}

#[test]
fn duties_amendments_refusals_and_calls_are_said() {
    let mut letter = simple();
    let at = At::from(datetime!(2026-03-02 12:00 UTC));
    letter.phoned = Some(("Duty doctor".into(), at));
    letter.answer.as_mut().unwrap().amended_because = "Histology has come.".into();
    let text = letter.text(Language::En);
    for said in [
        "Tells the patient: The office",
        "Books: Nothing to book",
        "Amended because: Histology has come.",
        "Talked over by telephone with Duty doctor, 2 March 2026 13:00.",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    letter.declined = Some(Declined {
        at,
        by: "Per Første".into(),
        role: "specialist".into(),
        reason: "wrong-department".into(),
        text: "Try plastic surgery.".into(),
    });
    letter.answer = None;
    let text = letter.text(Language::Nb);
    for said in ["Avslått av Per Første, spesialist, 2. mars 2026 kl. 13:00.", "Feil avdeling", "Try plastic surgery."]
    {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert!(!text.contains("Ikke besvart ennå."), "{text}");
}
