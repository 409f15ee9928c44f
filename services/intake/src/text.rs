//! What counts as text that a person wrote: it can be seen, and it reads as it stands.

/// Whether nothing is written: no letter and no digit, however many spaces, marks or characters that can't be seen.
pub fn blank(text: &str) -> bool {
    !text.chars().any(char::is_alphanumeric)
}

/// Whether a character takes no place on the screen: controls, marks of direction, zero-width spaces and joiners, soft
/// hyphens, tags (the common ones of Unicode's `Default_Ignorable_Code_Point`).
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180b}'..='\u{180f}')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}')
        || matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether a text holds neither control characters, apart from ends of lines and tabs, nor overrides of the direction of
/// writing: the second can show a sentence or a number in another order than it is stored.
pub fn is_plain(text: &str) -> bool {
    !text.chars().any(|c| {
        let control = c.is_control() && !matches!(c, '\n' | '\r' | '\t');
        control || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_not_written() {
        for text in ["", " \n", "\0", "\u{200b}\u{200f}", "\u{feff}", "\u{202e}\u{2066}", "\u{1}", "…"] {
            assert!(blank(text), "{text:?}");
        }
        for text in ["Å", "7", "\u{200b}李", "?x"] {
            assert!(!blank(text), "{text:?}");
        }
    }

    #[test]
    fn plain_text_has_lines_and_tabs_alone() {
        for text in ["", "Kari Nordmann", "a\r\nb\tc", "👩\u{200d}⚕️ שלום"] {
            assert!(is_plain(text), "{text:?}");
        }
        for text in ["\0", "a\u{1b}[0m", "\u{85}", "\u{202a}", "\u{202e}", "\u{2066}", "\u{2069}"] {
            assert!(!is_plain(text), "{text:?}");
        }
    }
}
