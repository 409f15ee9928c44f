//! Text broken into lines. A word that is longer than a line is cut; nothing ever stands beside the paper.

use krilla::text::KrillaGlyph;
use std::ops::Range;

/// The lines of shaped text without line feeds, as ranges of its glyphs. `width` in ems.
pub fn lines(text: &str, glyphs: &[KrillaGlyph], width: f32) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let (mut start, mut broken_at, mut used) = (0, 0, 0.0);
    let mut at = 0;
    while at < glyphs.len() {
        let glyph = &glyphs[at];
        let blank = is_blank(text, glyph);
        // Spaces may hang over the edge: nobody sees them.
        if !blank && used + glyph.x_advance > width && at > start {
            let end = if broken_at > start { broken_at } else { cluster_start(glyphs, at, start) };
            lines.push(start..end);
            (start, at, used) = (end, end, 0.0);
            broken_at = start;
            continue;
        }
        used += glyph.x_advance;
        at += 1;
        if blank || may_break(text, glyphs, at) {
            broken_at = at;
        }
    }
    if start < glyphs.len() || lines.is_empty() {
        lines.push(start..glyphs.len());
    }
    lines
}

/// Width of a line in ems, without the spaces at its end.
pub fn width(text: &str, glyphs: &[KrillaGlyph]) -> f32 {
    let seen = glyphs.iter().rposition(|glyph| !is_blank(text, glyph)).map_or(0, |last| last + 1);
    glyphs[..seen].iter().map(|glyph| glyph.x_advance).sum()
}

fn is_blank(text: &str, glyph: &KrillaGlyph) -> bool {
    let text = &text[glyph.text_range.clone()];
    let unseen = |c| matches!(c, '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}');
    let space = |c: char| c.is_whitespace() && c != '\u{a0}' && c != '\u{202f}';
    !text.is_empty() && text.chars().all(|c| unseen(c) || space(c)) && text.chars().any(space)
}

/// After a hyphen or slash between letters: "pre-operative", but not "2026-03-02" or "-5".
fn may_break(text: &str, glyphs: &[KrillaGlyph], at: usize) -> bool {
    let (Some(before), Some(after)) = (glyphs.get(at.wrapping_sub(1)), glyphs.get(at)) else {
        return false;
    };
    let hyphen = matches!(text[before.text_range.clone()].chars().next_back(), Some('-' | '/' | '–'));
    let letter = |c: Option<char>| c.is_some_and(char::is_alphabetic);
    hyphen
        && letter(text[..before.text_range.start].chars().next_back())
        && letter(text[after.text_range.clone()].chars().next())
}

/// The nearest place before a glyph where no cluster is torn apart; the glyph itself when its cluster fills the line.
fn cluster_start(glyphs: &[KrillaGlyph], at: usize, start: usize) -> usize {
    let mut place = at;
    while place > start && glyphs[place].text_range == glyphs[place - 1].text_range {
        place -= 1;
    }
    if place > start { place } else { at }
}
