//! A letter as plain text: what a record system takes from the clipboard.

use super::outline::{Block, Fact};
use std::fmt::Write;

/// The blocks as text. A heading has an empty line before it; a label is followed by what it says.
pub fn text(blocks: &[Block]) -> String {
    let mut out = String::new();
    for block in blocks {
        match block {
            Block::Heading(text) => part(&mut out, &text.to_uppercase()),
            Block::Banner(text)
            | Block::Title(text)
            | Block::Note(text)
            | Block::Subheading(text)
            | Block::Text(text)
            | Block::Small(text) => part(&mut out, text),
            Block::Patient { name, rest } => part(&mut out, format!("{name}\n{rest}").trim()),
            Block::Facts(facts) => {
                // Facts belong to the line above them.
                let before = if out.is_empty() { "" } else { "\n" };
                let _ = write!(out, "{before}{}", facts.iter().map(line).collect::<Vec<_>>().join("\n"));
            }
        }
    }
    out.push('\n');
    out
}

fn part(out: &mut String, text: &str) {
    if !out.is_empty() {
        out.push_str("\n\n");
    }
    out.push_str(text);
}

fn line(fact: &Fact) -> String {
    format!("{}: {}", fact.label, fact.value)
}
