//! The authenticator's code (TOTP, RFC 6238: SHA-1, 6 digits, 30 s), one step early or late.
//!
//! A code counts once: the last step that was used is stored, and only a later one is taken.

use crate::Error;
use kit::At;
use qrcode::QrCode;
use qrcode::render::svg;
use totp_rs::{Algorithm, Builder, Secret, Totp};

/// Length of a secret in bytes (RFC 4226 recommends 160 bits).
pub const SECRET: usize = 20;
const STEP: u64 = 30;

/// A person's authenticator.
#[derive(Debug)]
pub struct Authenticator(Totp);

/// What an authenticator needs to be set up.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TotpSetup {
    /// The secret in base 32, for typing.
    pub secret: String,
    /// `otpauth://totp/…`.
    pub uri: String,
    /// The same as a QR code: an SVG document.
    pub qr_svg: String,
}

impl Authenticator {
    /// From a secret, for a person of a programme.
    ///
    /// # Errors
    /// `Totp` when the secret is shorter than 128 bits.
    pub fn new(secret: &[u8], programme: &str, email: &str) -> Result<Self, Error> {
        // A colon parts the issuer from the account in the address.
        let issuer = programme.replace(':', " ");
        Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(6)
            .with_skew(1)
            .with_step_duration(STEP)
            .with_secret(Secret::from(secret))
            .with_issuer(Some(issuer))
            .with_account_name(email)
            .build()
            .map(Self)
            .map_err(|error| Error::Totp(error.to_string()))
    }

    /// The step that the code belongs to, when it is right at `now`. Spaces in the code are passed over.
    pub fn step_of(&self, code: &str, now: At) -> Option<i64> {
        let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        let seconds = u64::try_from(now.micros() / 1_000_000).ok()?;
        self.0.check(&code, seconds).and_then(|step| i64::try_from(step).ok())
    }

    /// What the person scans or types.
    ///
    /// # Errors
    /// `Totp` when it does not fit into a QR code.
    pub fn setup(&self) -> Result<TotpSetup, Error> {
        let uri = self.0.to_url().map_err(|error| Error::Totp(error.to_string()))?;
        let code = QrCode::new(uri.as_bytes()).map_err(|error| Error::Totp(error.to_string()))?;
        let qr_svg = code.render::<svg::Color<'_>>().min_dimensions(240, 240).build();
        Ok(TotpSetup { secret: self.0.secret().to_base32(), uri, qr_svg })
    }

    #[cfg(test)]
    fn code(&self, now: At) -> String {
        self.0.generate(now.micros() as u64 / 1_000_000).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::Duration;

    fn authenticator() -> Authenticator {
        Authenticator::new(&[7; SECRET], "Lysbro: test", "kari@solvik.example").expect("160 bits")
    }

    #[test]
    fn a_code_holds_one_step_early_and_late() {
        let (authenticator, now) = (authenticator(), kit::testing::monday());
        let code = authenticator.code(now);
        let step = authenticator.step_of(&code, now).expect("the present code");
        let spaced = format!("{} {}", &code[..3], &code[3..]);
        assert_eq!(authenticator.step_of(&spaced, now), Some(step));
        assert_eq!(authenticator.step_of(&code, now + Duration::seconds(30)), Some(step));
        assert_eq!(authenticator.step_of(&code, now - Duration::seconds(30)), Some(step));
        assert_eq!(authenticator.step_of(&code, now + Duration::seconds(60)), None);
        assert_eq!(authenticator.step_of("", now), None);
        assert_eq!(authenticator.step_of("12345a", now), None);
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, SHA-1, shortened to six digits.
        let standard = Authenticator::new(b"12345678901234567890", "Lysbro", "a@b.example").expect("160 bits");
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")] {
            assert_eq!(standard.code(At::from_micros(seconds * 1_000_000)), code);
        }
    }

    #[test]
    fn the_set_up_can_be_scanned_or_typed() {
        let setup = authenticator().setup().expect("it fits");
        assert!(
            setup.uri.starts_with("otpauth://totp/Lysbro%20%20test:kari%40solvik.example?secret="),
            "{}",
            setup.uri
        );
        assert!(setup.uri.contains(&setup.secret));
        assert!(setup.qr_svg.contains("<svg"));
    }

    #[test]
    fn a_short_secret_is_refused() {
        assert!(matches!(Authenticator::new(&[1; 10], "Lysbro", "a@b.example"), Err(Error::Totp(_))));
    }
}
