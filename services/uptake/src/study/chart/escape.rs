//! The one place where text becomes markup.

/// Text as it stands between tags or within double quotes. Characters that XML 1.0 forbids are left out.
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\t' | '\n' | '\r' => safe.push(' '),
            '\u{fffe}' | '\u{ffff}' => {}
            _ if letter.is_control() => {}
            _ => safe.push(letter),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn nothing_gets_out_of_text_or_attribute() {
        assert_eq!(escape("<&\">'"), "&lt;&amp;&quot;&gt;&#39;");
        assert_eq!(escape("a\u{0}\u{b}b\u{ffff}\nc"), "ab c");
        assert_eq!(escape("Målselv legekontor"), "Målselv legekontor");
    }
}
