//! The SMTP dialogue: one connection for each mail, and nothing kept between them.

use kit::settings::{Mail, MailTls};
use lettre::address::{Address, Envelope};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use std::time::Duration;

/// A server that says nothing for so long is away.
const PATIENCE: Duration = Duration::from_secs(20);

/// How an attempt ended. What the server said can hold an address, so it is not passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The server has taken it.
    Taken,
    /// The server will never take it: the address is none, or not known there.
    Refused,
    /// The server did not take this one now.
    Later,
    /// There is no server to speak with, or it does not let us in.
    Away,
}

/// Hands a mail over.
pub async fn hand_over(settings: &Mail, to: &str, bytes: &[u8]) -> Outcome {
    let (Ok(from), Ok(to)) = (settings.from.parse::<Address>(), to.parse::<Address>()) else {
        return Outcome::Refused;
    };
    let Ok(envelope) = Envelope::new(Some(from), vec![to]) else { return Outcome::Refused };
    let Some(transport) = transport(settings) else { return Outcome::Away };
    match transport.send_raw(&envelope, bytes).await {
        Ok(_) => Outcome::Taken,
        Err(error) if error.is_permanent() => {
            // 530, 534, 535, 538: it wants another sign-in, and that is no fault of this mail's.
            let code = error.status().map(u16::from).unwrap_or_default();
            if matches!(code, 530..=538) { Outcome::Away } else { Outcome::Refused }
        }
        Err(error) if error.is_transient() => Outcome::Later,
        Err(_) => Outcome::Away,
    }
}

fn transport(settings: &Mail) -> Option<AsyncSmtpTransport<Tokio1Executor>> {
    let parameters = || TlsParameters::new_rustls(settings.host.clone()).ok();
    let tls = match settings.tls {
        MailTls::None => Tls::None,
        MailTls::Starttls => Tls::Required(parameters()?),
        MailTls::Tls => Tls::Wrapper(parameters()?),
    };
    let hello = settings.from.rsplit_once('@').map_or("lysbro", |(_, domain)| domain);
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(settings.host.as_str())
        .port(settings.port)
        .tls(tls)
        .hello_name(ClientId::Domain(hello.to_owned()))
        .timeout(Some(PATIENCE));
    if let Some((user, password)) = &settings.credentials {
        builder = builder.credentials(Credentials::new(user.clone(), password.clone()));
    }
    Some(builder.build())
}
