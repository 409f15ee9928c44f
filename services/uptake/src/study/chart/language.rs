//! Words and numbers of a chart in English and Norwegian bokmål.

use crate::study::figure::{Figure, Interval};

/// A language that charts are drawn in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English: decimal point, comma between thousands.
    En,
    /// Norwegian bokmål: decimal comma, thin space between thousands.
    Nb,
}

/// A sentence in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// English.
    pub en: String,
    /// Norwegian bokmål.
    pub nb: String,
}

impl Words {
    /// A sentence made once for each language.
    pub fn both(make: impl Fn(Language) -> String) -> Self {
        Self { en: make(Language::En), nb: make(Language::Nb) }
    }

    /// A sentence without figures.
    pub fn new(en: &str, nb: &str) -> Self {
        Self { en: en.to_owned(), nb: nb.to_owned() }
    }

    /// The sentence in one of them.
    pub fn of(&self, language: Language) -> &str {
        match language {
            Language::En => &self.en,
            Language::Nb => &self.nb,
        }
    }
}

/// What stands where a figure is not known.
pub const UNKNOWN: &str = "\u{2013}";

impl Language {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::En, Self::Nb];

    /// As documents name it (BCP 47).
    pub const fn code(self) -> &'static str {
        self.say("en", "nb")
    }

    /// One of two fixed texts.
    pub const fn say(self, en: &'static str, nb: &'static str) -> &'static str {
        match self {
            Self::En => en,
            Self::Nb => nb,
        }
    }

    /// A number with so many decimals; what is no number is [`UNKNOWN`].
    pub fn number(self, value: f64, decimals: usize) -> String {
        if !value.is_finite() {
            return UNKNOWN.to_owned();
        }
        let plain = format!("{:.decimals$}", value.abs());
        let (whole, part) = plain.split_once('.').unwrap_or((&plain, ""));
        let mut text = String::new();
        if value < 0.0 && plain.bytes().any(|digit| (b'1'..=b'9').contains(&digit)) {
            text.push('\u{2212}');
        }
        for (place, digit) in whole.chars().enumerate() {
            if place > 0 && (whole.len() - place).is_multiple_of(3) {
                text.push_str(self.say(",", "\u{202f}"));
            }
            text.push(digit);
        }
        if !part.is_empty() {
            text.push_str(self.say(".", ","));
            text.push_str(part);
        }
        text
    }

    /// A whole number.
    pub fn count(self, value: f64) -> String {
        self.number(value, 0)
    }

    /// A share as percent with one decimal.
    pub fn percent(self, share: f64) -> String {
        let text = self.number(share * 100.0, 1);
        if text == UNKNOWN { text } else { text + self.say("%", "\u{a0}%") }
    }

    /// A number as a sentence names it: fewer decimals the larger it is.
    pub fn figure(self, value: f64) -> String {
        let decimals = match value.abs() {
            small if small < 10.0 => 2,
            middle if middle < 100.0 => 1,
            _ => 0,
        };
        self.number(value, decimals)
    }

    /// A count with its noun, one or several.
    pub fn many(self, count: usize, en: [&'static str; 2], nb: [&'static str; 2]) -> String {
        let [one, several] = if self == Self::En { en } else { nb };
        format!("{} {}", self.count(count as f64), if count == 1 { one } else { several })
    }

    /// Both ends of an interval, a common unit once; nothing where there is none.
    pub fn limits(self, interval: Option<Interval>, write: impl Fn(Self, f64) -> String) -> String {
        let both = |found: Interval| {
            let (low, high) = (write(self, found.low), write(self, found.high));
            format!("{}\u{2013}{high}", low.trim_end_matches(['%', '\u{a0}']))
        };
        interval.map(both).unwrap_or_default()
    }

    /// A share with its interval in brackets, as a sentence names it.
    pub fn share(self, figure: &Figure) -> String {
        let value = figure.value.map_or_else(|| UNKNOWN.to_owned(), |value| self.percent(value));
        let limits = self.limits(figure.interval, Self::percent);
        if limits.is_empty() { value } else { format!("{value} ({limits})") }
    }

    /// Three cells of a table: value, interval, and out of what.
    pub fn cells(self, figure: &Figure, write: impl Fn(Self, f64) -> String) -> [String; 3] {
        let value = figure.value.map_or_else(|| UNKNOWN.to_owned(), |value| write(self, value));
        let of = format!("{} / {}", self.short(figure.numerator), self.short(figure.denominator));
        [value, self.limits(figure.interval, write), of]
    }

    /// A number with two decimals, or none when it is whole.
    pub fn short(self, value: f64) -> String {
        self.number(value, if value.fract().abs() < 1e-9 { 0 } else { 2 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_the_language_writes_them() {
        assert_eq!(Language::En.number(1_234_567.25, 1), "1,234,567.2");
        assert_eq!(Language::Nb.number(1_234_567.75, 1), "1\u{202f}234\u{202f}567,8");
        assert_eq!(Language::En.number(-0.04, 1), "0.0", "no zero below zero");
        assert_eq!(Language::Nb.number(-999.5, 1), "\u{2212}999,5");
        assert_eq!(
            (Language::En.percent(0.234_04), Language::Nb.percent(1.0)),
            ("23.4%".into(), "100,0\u{a0}%".into())
        );
        for nothing in [f64::NAN, f64::INFINITY] {
            assert_eq!(Language::Nb.percent(nothing), UNKNOWN);
        }
    }
}
