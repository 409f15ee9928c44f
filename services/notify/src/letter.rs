//! The mail: the same words for everybody, so that there is nothing in it to leak.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kit::At;
use time::format_description::well_known::Rfc2822;
use uuid::Uuid;

/// What a mail is made of.
#[derive(Clone, Copy, Debug)]
pub struct Letter<'a> {
    /// The mail's id: the same mail again has the same Message-ID.
    pub id: Uuid,
    /// When it is sent.
    pub at: At,
    /// From which address.
    pub from: &'a str,
    /// To which address.
    pub to: &'a str,
    /// `nb`, or anything else for English.
    pub language: &'a str,
    /// At once, and not the digest.
    pub urgent: bool,
    /// Where Lysbro is.
    pub url: &'a str,
}

impl Letter<'_> {
    fn subject(&self) -> &'static str {
        match (self.language, self.urgent) {
            ("nb", true) => "Nytt i Lysbro: se i dag",
            ("nb", false) => "Nytt i Lysbro",
            (_, true) => "New in Lysbro: please look today",
            (_, false) => "New in Lysbro",
        }
    }

    fn text(&self) -> String {
        let url = self.url;
        if self.language == "nb" {
            let what = if self.urgent { "Noe som haster, er nytt i Lysbro." } else { "Noe er nytt i Lysbro." };
            return format!(
                "{what}\r\n\r\nLogg inn og se: {url}/\r\n\r\nDenne e-posten inneholder ingen opplysninger om pasienter. Du f\u{e5}r h\u{f8}yst \u{e9}n slik\r\n\
                 e-post hver virkedag, og en med en gang n\u{e5}r noe haster. Den daglige kan du sl\u{e5} av under\r\nnavnet ditt i Lysbro. Svar p\u{e5} denne e-posten blir ikke lest.\r\n"
            );
        }
        let what = if self.urgent { "Something urgent is new in Lysbro." } else { "Something is new in Lysbro." };
        format!(
            "{what}\r\n\r\nSign in to see it: {url}/\r\n\r\nThis mail holds no patient data. At most one such mail comes each working day, and one at\r\n\
             once when something is urgent. You can turn the daily one off under your name in Lysbro.\r\nAnswers to this mail are not read.\r\n"
        )
    }

    /// The mail as it goes over the line (RFC 5322): headers in ASCII, the text as base64.
    pub fn bytes(&self) -> Vec<u8> {
        let domain = self.from.rsplit_once('@').map_or("lysbro", |(_, domain)| domain);
        // A clock beyond the year 9999 has no such date; then a server writes its own.
        let date = self.at.datetime().format(&Rfc2822).map(|date| format!("Date: {date}\r\n")).unwrap_or_default();
        let encoded = STANDARD.encode(self.text());
        let lines: Vec<&str> =
            encoded.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap_or_default()).collect();
        format!(
            "From: Lysbro <{}>\r\nTo: <{}>\r\nSubject: {}\r\n{date}Message-ID: <{}@{domain}>\r\nMIME-Version: 1.0\r\n\
             Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\nAuto-Submitted: auto-generated\r\n\
             X-Auto-Response-Suppress: All\r\n\r\n{}\r\n",
            self.from,
            self.to,
            self.subject(),
            self.id.simple(),
            lines.join("\r\n"),
        )
        .into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    fn letter(language: &str, urgent: bool) -> (String, String) {
        let letter = Letter {
            id: Uuid::from_u128(7),
            at: datetime!(2026-03-02 06:00 UTC).into(),
            from: "lysbro@hospital.example",
            to: "siri@office.example",
            language,
            urgent,
            url: "https://lysbro.example",
        };
        let mail = String::from_utf8(letter.bytes()).unwrap();
        let (head, body) = mail.split_once("\r\n\r\n").unwrap();
        let body = STANDARD.decode(body.replace("\r\n", "")).unwrap();
        (head.to_owned(), String::from_utf8(body).unwrap())
    }

    #[test]
    fn headers_are_plain_and_the_text_is_in_the_person_s_language() {
        let (head, body) = letter("nb", false);
        assert!(head.is_ascii() && head.lines().all(|line| line.len() < 80), "{head}");
        assert!(head.contains("Subject: Nytt i Lysbro\r\n") && head.contains("To: <siri@office.example>"), "{head}");
        assert!(head.contains("Date: Mon, 02 Mar 2026 06:00:00 +0000"), "{head}");
        assert!(head.contains("Message-ID: <00000000000000000000000000000007@hospital.example>"), "{head}");
        assert!(body.starts_with("Noe er nytt i Lysbro.\r\n") && body.contains("https://lysbro.example/"), "{body}");
        assert!(body.contains("høyst én"), "{body}");
        let (head, body) = letter("en", true);
        assert!(head.contains("Subject: New in Lysbro: please look today"), "{head}");
        assert!(body.starts_with("Something urgent is new in Lysbro."), "{body}");
    }
}
