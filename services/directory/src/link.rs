//! A one-time link: signs in once, or invites to choose a password and an authenticator.
//!
//! The table keeps only the token's SHA-256, so that a copy of the database opens nothing.

use crate::Error;
use kit::At;
use serde::Serialize;
use time::Duration;

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
#[sqlx(type_name = "text", rename_all = "kebab-case")]
pub enum LinkKind {
    /// Signs in, once.
    SignIn,
    /// Sets password and authenticator, and signs in.
    Invitation,
}

impl LinkKind {
    /// As it stands in tables and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::Invitation => "invitation",
        }
    }

    /// How long a link of this kind opens, when nothing else is said.
    pub fn lasts(self) -> Duration {
        match self {
            Self::SignIn => Duration::hours(24),
            Self::Invitation => Duration::days(7),
        }
    }
}

/// What the table says about a link.
#[derive(Clone, Copy, Debug)]
pub struct LinkState {
    pub expires_at: At,
    pub used_at: Option<At>,
    /// A newer invitation has taken its place.
    pub ended_at: Option<At>,
}

impl LinkState {
    /// Nothing when the link opens.
    ///
    /// # Errors
    /// `LinkUsed` before `LinkExpired`: who has used it can sign in by password.
    pub fn check(self, now: At) -> Result<(), Error> {
        if self.used_at.is_some() {
            Err(Error::LinkUsed)
        } else if self.ended_at.is_some() || self.expires_at <= now {
            Err(Error::LinkExpired)
        } else {
            Ok(())
        }
    }
}

/// The address that people open; the token stands in the fragment, which browsers send to nobody.
///
/// `host` is the request's own Host, used when no public address is set. Loopback is written as localhost: passkeys
/// refuse an IP address.
pub fn address(public_url: Option<&str>, host: Option<&str>, port: u16, token: &str) -> String {
    let base = match (public_url, host) {
        (Some(url), _) => url.trim_end_matches('/').to_owned(),
        (None, Some(host)) => {
            format!("http://{}", host.replace("127.0.0.1", "localhost").replace("[::1]", "localhost"))
        }
        (None, None) => format!("http://localhost:{port}"),
    };
    format!("{base}/link#{token}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_opens_until_it_was_used_replaced_or_late() {
        let now = kit::testing::monday();
        let fresh = LinkState { expires_at: now + Duration::SECOND, used_at: None, ended_at: None };
        assert!(fresh.check(now).is_ok());
        assert!(matches!(fresh.check(now + Duration::SECOND), Err(Error::LinkExpired)));
        assert!(matches!(LinkState { ended_at: Some(now), ..fresh }.check(now), Err(Error::LinkExpired)));
        assert!(matches!(LinkState { used_at: Some(now), ..fresh }.check(now + Duration::DAY), Err(Error::LinkUsed)));
    }

    #[test]
    fn the_address_is_the_public_one_or_the_request_s() {
        assert_eq!(address(Some("https://lysbro.example/"), Some("x"), 1, "t"), "https://lysbro.example/link#t");
        assert_eq!(address(None, Some("127.0.0.1:8460"), 1, "t"), "http://localhost:8460/link#t");
        assert_eq!(address(None, None, 8460, "t"), "http://localhost:8460/link#t");
    }
}
