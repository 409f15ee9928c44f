//! A phone that lends its camera to an open draft: the computer shows a code, the phone opens it once, and may then add and
//! remove pictures of that draft and nothing else.
//!
//! The phone's session acts with the right of whoever showed the code: it ends with that right, with the draft (sent or
//! discarded), when the computer closes it, and by itself. It is no session of directory's: no route but the phone's own knows it.

use qrcode::QrCode;
use qrcode::render::svg;
use time::Duration;
use uuid::Uuid;

/// How long a code can be opened.
pub const CODE_LASTS: Duration = Duration::minutes(10);
/// How long an opened one lends the camera.
pub const LASTS: Duration = Duration::minutes(30);
/// Wrong secrets after which a code is dead.
pub const MOST_ATTEMPTS: i64 = 5;
/// The phone's cookie.
pub const COOKIE_NAME: &str = "__Host-phone";

/// What stands behind the `#` of the address: which hand-over, and its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// Which.
    pub id: Uuid,
    /// Known to the code alone; the table has its hash.
    pub secret: String,
}

impl Code {
    /// From the text that the phone brings.
    pub fn parse(text: &str) -> Option<Self> {
        let (id, secret) = text.split_once('.')?;
        let short = !secret.is_empty() && secret.len() <= 100;
        Some(Self { id: Uuid::try_parse(id).ok()?, secret: secret.to_owned() }).filter(|_| short)
    }

    /// The address that the phone opens. Browsers send a fragment to nobody.
    pub fn address(&self, public_url: Option<&str>, host: Option<&str>, port: u16) -> String {
        let base = match (public_url, host) {
            (Some(url), _) => url.trim_end_matches('/').to_owned(),
            (None, Some(host)) => format!("http://{host}"),
            (None, None) => format!("http://localhost:{port}"),
        };
        format!("{base}/phone#{}.{}", self.id.simple(), self.secret)
    }
}

/// A picture of an address; none when it does not fit, which no address of ours does.
pub fn picture(address: &str) -> Option<String> {
    let code = QrCode::new(address.as_bytes()).ok()?;
    Some(code.render::<svg::Color<'_>>().min_dimensions(240, 240).build())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_comes_back_as_it_went() {
        let code = Code { id: Uuid::from_u128(7), secret: "abc".into() };
        let address = code.address(Some("https://lysbro.example/"), Some("x"), 1);
        assert_eq!(address, "https://lysbro.example/phone#00000000000000000000000000000007.abc");
        let text = address.split_once('#').unwrap().1;
        assert_eq!(Code::parse(text), Some(code.clone()));
        assert!(code.address(None, Some("10.0.0.5:8460"), 1).starts_with("http://10.0.0.5:8460/phone#"));
        for wrong in ["", "x", "x.y", &format!("{}.", Uuid::nil()), &format!("{}.{}", Uuid::nil(), "x".repeat(101))] {
            assert_eq!(Code::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_address_fits_into_a_picture() {
        let code = Code { id: Uuid::max(), secret: "x".repeat(43) };
        let address = code.address(Some(&format!("https://{}.example", "a".repeat(200))), None, 1);
        assert!(picture(&address).is_some_and(|svg| svg.contains("<svg")));
    }
}
