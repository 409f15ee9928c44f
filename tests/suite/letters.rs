//! The letter at both ends: the same words, a PDF that another reader reads, and the screens' vocabulary.

use crate::identifiers::{PYTHON, ROOT};
use crate::journey::{answer, read, send};
use kit::letter::words::CODED;
use kit::testing::DEPLOYMENTS;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::io::Write;
use std::process::{Command, Stdio};
use tests::{Cast, Client, eventually, world};

/// What pypdf reads.
fn pypdf(pdf: Vec<u8>) -> Value {
    let mut child = Command::new(&*PYTHON)
        .arg(ROOT.join("tests/clients/read_letter.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python starts");
    let mut input = child.stdin.take().expect("its input");
    let writing = std::thread::spawn(move || input.write_all(&pdf));
    let out = child.wait_with_output().expect("Python ends");
    writing.join().expect("no panic").expect("everything was read");
    assert!(out.status.success(), "pypdf refused the letter");
    serde_json::from_slice(&out.stdout).expect("JSON")
}

async fn letter(by: &Client, path: &str, form: &str, language: &str) -> Vec<u8> {
    by.get(&format!("{path}/letter.{form}?language={language}")).await.expect(200).bytes
}

#[tokio::test]
async fn both_ends_have_the_same_letter() {
    for deployment in DEPLOYMENTS {
        let world = world(deployment).await;
        let cast = Cast::assemble(world.ctx(), &world.url()).await;
        let referral = world.ctx().new_id();
        let sent = send(&world, &cast, referral).await;
        let case = read(&cast, referral, sent.images.len()).await;
        let office = format!("/api/intake/referrals/{referral}");
        let department = format!("/api/review/cases/{referral}");
        for answered in [false, true] {
            if answered {
                answer(&world, &cast, referral, &case).await;
                eventually("the answer at the office", async || {
                    let shown = cast.gp.get(&office).await.expect(200).json();
                    (shown["state"] == "answered").then_some(())
                })
                .await;
            }
            for language in ["en", "nb"] {
                let here = letter(&cast.gp, &office, "txt", language).await;
                let there = letter(&cast.specialist, &department, "txt", language).await;
                let text = String::from_utf8(here).expect("text");
                assert_eq!(text, String::from_utf8(there).expect("text"), "both ends say the same");
                assert!(text.contains("Kari SYNTHETIC") && text.contains("Dysplastic naevus") == answered, "{text}");
                for (by, path) in [(&cast.nurse, &office), (&cast.colleague, &department)] {
                    let found = pypdf(letter(by, path, "pdf", language).await);
                    assert_eq!((&found["language"], &found["tagged"]), (&json!(language), &json!(true)));
                    assert!(!found["title"].as_str().expect("a title").contains("Kari"));
                    let pages = found["pages"].as_array().expect("pages");
                    assert_eq!(pages.len(), 1, "a simple case is one page");
                    let printed: HashSet<String> = words(pages[0].as_str().expect("text")).collect();
                    for word in words(&text) {
                        assert!(printed.contains(&word), "{word:?} of the text is not in the PDF");
                    }
                }
            }
        }
        world.stop().await;
    }
}

/// Words without colons, as a label has one in text alone; and without the case, as headings are capitals there.
fn words(text: &str) -> impl Iterator<Item = String> {
    text.split_whitespace().map(|word| word.trim_end_matches(':').to_lowercase())
}

#[test]
fn letters_and_screens_use_the_same_words() {
    let mut compared = 0;
    for (file, kinds) in [
        ("words", &["sex", "lat", "kind", "view", "pri", "cert", "disp"][..]),
        ("core", &["role", "specialty"][..]),
        ("outcome", &["tells", "books", "reason"][..]),
    ] {
        let path = ROOT.join(format!("services/web/app/src/i18n/{file}.ts"));
        let source = std::fs::read_to_string(path).expect("the screens' words");
        let (en, nb) = source.split_once("export const nb").expect("both languages");
        for (kind, code, english, norwegian) in CODED.iter().filter(|(kind, ..)| kinds.contains(kind)) {
            for (part, word) in [(en, english), (nb, norwegian)] {
                let line = format!("'{kind}.{code}': '{word}',");
                assert!(part.contains(&line), "{file}.ts does not have: {line}");
            }
            compared += 1;
        }
        // Of these kinds, a letter has every word that the screens have, apart from the side that is none.
        for kind in kinds.iter().filter(|kind| **kind != "role") {
            let on_screen = en.matches(&format!("'{kind}.")).count() - usize::from(*kind == "lat");
            let in_letter = CODED.iter().filter(|(of, ..)| of == kind).count();
            assert_eq!(on_screen, in_letter, "{kind}");
        }
    }
    assert!(compared > 35, "{compared}");
}
