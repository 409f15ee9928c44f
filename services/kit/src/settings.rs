//! How a deployment is set up: flags, then environment, then one TOML file, then defaults.

use crate::Error;
use crate::db::Place;
use crate::objects::{KeyPair, RemoteStore};
use crate::working_days::WorkingDays;
use clap::Args;
use serde::{Deserialize, Deserializer};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

/// Settings as they can be given; what is not given has a default.
#[derive(Args, Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Given {
    /// One TOML file with any of these settings.
    #[arg(long, env = "LYSBRO_CONFIG")]
    #[serde(skip)]
    pub config: Option<PathBuf>,
    /// Folder of the embedded default: databases, objects, root key. Default: `lysbro-data`.
    #[arg(long, env = "LYSBRO_DATA")]
    pub data: Option<PathBuf>,
    /// Address to listen on. Default: 127.0.0.1:8460; port 0 takes a free one.
    #[arg(long, env = "LYSBRO_LISTEN")]
    pub listen: Option<SocketAddr>,
    /// `sqlite:<path>` or `postgres://…`. Default: SQLite in the data folder.
    #[arg(long, env = "LYSBRO_DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// Database of the wrapped keys, apart from the other. Default: SQLite in the data folder.
    #[arg(long, env = "LYSBRO_KEYS_URL", hide_env_values = true)]
    pub keys_url: Option<String>,
    /// Database of the access log. Default: SQLite in the data folder, or the PostgreSQL database.
    #[arg(long, env = "LYSBRO_AUDIT_URL", hide_env_values = true)]
    pub audit_url: Option<String>,
    /// S3 endpoint (`https://…`), or `none` for services that touch no picture. Default: the embedded store in the data folder.
    #[arg(long, env = "LYSBRO_OBJECTS_URL")]
    pub objects_url: Option<String>,
    /// S3 region.
    #[arg(long, env = "LYSBRO_OBJECTS_REGION")]
    pub objects_region: Option<String>,
    /// S3 bucket. Default: `lysbro`.
    #[arg(long, env = "LYSBRO_OBJECTS_BUCKET")]
    pub objects_bucket: Option<String>,
    /// S3 access key.
    #[arg(long, env = "LYSBRO_OBJECTS_ACCESS_KEY", hide_env_values = true)]
    pub objects_access_key: Option<String>,
    /// S3 secret key.
    #[arg(long, env = "LYSBRO_OBJECTS_SECRET_KEY", hide_env_values = true)]
    pub objects_secret_key: Option<String>,
    /// S3 access key that may delete originals: only for the process that purges discarded drafts.
    #[arg(long, env = "LYSBRO_JANITOR_ACCESS_KEY", hide_env_values = true)]
    pub janitor_access_key: Option<String>,
    /// Its secret key.
    #[arg(long, env = "LYSBRO_JANITOR_SECRET_KEY", hide_env_values = true)]
    pub janitor_secret_key: Option<String>,
    /// Address of the proxy in front, which speaks TLS. Required to listen beyond this machine; nobody else is answered.
    #[arg(long, env = "LYSBRO_PROXY")]
    pub proxy: Option<IpAddr>,
    /// Root key: 64 hexadecimal digits. Default: the file `root.key` in the data folder, made at the first start.
    #[arg(long, env = "LYSBRO_ROOT_KEY", hide_env_values = true)]
    pub root_key: Option<String>,
    /// The root key that takes its place, while it is being changed (`lysbro rotate-root-key`).
    #[arg(long, env = "LYSBRO_ROOT_KEY_NEXT", hide_env_values = true)]
    pub root_key_next: Option<String>,
    /// Days in which every stored object is read and checked once. Default: 30.
    #[arg(long, env = "LYSBRO_SCRUB_DAYS")]
    pub scrub_days: Option<u32>,
    /// Address that people type, for links. Default: http://localhost:<port>.
    #[arg(long, env = "LYSBRO_PUBLIC_URL")]
    pub public_url: Option<String>,
    /// The programme's name, shown on every page.
    #[arg(long, env = "LYSBRO_PROGRAMME")]
    pub programme: Option<String>,
    /// Everybody in here is made up: every page says so, and numbers of synthetic people are taken. Never for real patients.
    #[arg(long, env = "LYSBRO_SYNTHETIC", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub synthetic: Option<bool>,
    /// Days beside weekends and public holidays on which no answer falls due: 2026-12-24,2026-12-31. In the TOML file an array.
    #[arg(long, env = "LYSBRO_CLOSED_DAYS", value_delimiter = ',', value_name = "YYYY-MM-DD")]
    #[serde(deserialize_with = "days")]
    pub closed_days: Option<Vec<String>>,
    /// Mail server that takes mail to staff; without one no mail is sent.
    #[arg(long, env = "LYSBRO_SMTP_HOST")]
    pub smtp_host: Option<String>,
    /// Its port. Default: 587 with `starttls`, 465 with `tls`, 25 with `none`.
    #[arg(long, env = "LYSBRO_SMTP_PORT")]
    pub smtp_port: Option<u16>,
    /// `starttls`, `tls` from the first byte, or `none` (a relay on a line that nobody else listens to). Default: `starttls`.
    #[arg(long, env = "LYSBRO_SMTP_TLS", value_enum)]
    pub smtp_tls: Option<MailTls>,
    /// User at the mail server.
    #[arg(long, env = "LYSBRO_SMTP_USER")]
    pub smtp_user: Option<String>,
    /// Its password.
    #[arg(long, env = "LYSBRO_SMTP_PASSWORD", hide_env_values = true)]
    pub smtp_password: Option<String>,
    /// Address that mail comes from: lysbro@hospital.example.
    #[arg(long, env = "LYSBRO_SMTP_FROM")]
    pub smtp_from: Option<String>,
    /// Hour in Oslo from which the daily mail goes, 0 to 23. Default: 7.
    #[arg(long, env = "LYSBRO_MAIL_HOUR")]
    pub mail_hour: Option<u8>,
}

/// Where the objects are.
#[derive(Clone, Debug)]
pub enum Store {
    /// S3 in the process, on files in this folder.
    Embedded(PathBuf),
    /// The same for reading alone, beside the process that has it open.
    Beside(PathBuf),
    /// Any S3-compatible store.
    Remote(RemoteStore),
    /// None: for services without pictures, and commands beside a running service that touch rows alone.
    Closed,
}

/// What one practice may have lying about before it is sent: wide for people, narrow for a programme gone wild.
#[derive(Clone, Debug)]
pub struct Quotas {
    /// Open drafts.
    pub drafts: i64,
    /// Unfinished uploads.
    pub uploads: i64,
    /// Bytes of unfinished uploads and of drafts' pictures.
    pub waiting_bytes: i64,
}

impl Default for Quotas {
    fn default() -> Self {
        Self { drafts: 500, uploads: 500, waiting_bytes: 20 << 30 }
    }
}

/// How the line to the mail server is kept from others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum MailTls {
    /// A plain greeting, then TLS or nothing.
    #[default]
    Starttls,
    /// TLS from the first byte.
    Tls,
    /// Not at all.
    None,
}

/// Where mail to staff is handed over.
#[derive(Clone)]
pub struct Mail {
    /// The server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the line is kept from others.
    pub tls: MailTls,
    /// User and password.
    pub credentials: Option<(String, String)>,
    /// The address that mail comes from.
    pub from: String,
    /// Hour in Oslo from which the daily mail goes.
    pub hour: u8,
}

impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mail").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
}

/// Settings with every default filled in.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Folder of the embedded default.
    pub data: PathBuf,
    /// Address to listen on.
    pub listen: SocketAddr,
    /// The proxy in front: when it is named, nobody else but this machine is answered.
    pub proxy: Option<IpAddr>,
    /// Rows and events.
    pub database_url: String,
    /// Wrapped keys.
    pub keys_url: String,
    /// Access log.
    pub audit_url: String,
    /// Pictures.
    pub store: Store,
    /// Root key when it is not the file's.
    pub root_key: Option<String>,
    /// The one that takes its place.
    pub root_key_next: Option<String>,
    /// Days in which every object is read and checked once.
    pub scrub_days: u32,
    /// For links; without a slash at the end.
    pub public_url: Option<String>,
    /// The programme's name.
    pub programme: String,
    /// Everybody in here is made up: said on every page, and numbers of synthetic people are taken.
    pub synthetic: bool,
    /// On which days answers fall due.
    pub working_days: WorkingDays,
    /// Mail to staff; none is sent without.
    pub mail: Option<Mail>,
    /// Per practice.
    pub quotas: Quotas,
    /// The program that decodes pictures, with its arguments; empty means this program with `decode`.
    pub decoder: Vec<PathBuf>,
}

impl Given {
    /// Reads the TOML file, if one is named, under what flags and environment say, and fills in the defaults.
    ///
    /// # Errors
    /// `Start` with one line that names the file and the setting.
    pub fn resolve(self) -> Result<Settings, Error> {
        let file = self.config.as_deref().map(read).transpose()?.unwrap_or_default();
        let mail = mail(&self, &file)?;
        let data = self.data.or(file.data).unwrap_or_else(|| PathBuf::from("lysbro-data"));
        let sqlite = |name: &str| format!("sqlite:{}", data.join(name).display());
        let database_url = self.database_url.or(file.database_url).unwrap_or_else(|| sqlite("lysbro.sqlite"));
        let audit_default =
            if database_url.starts_with("sqlite:") { sqlite("audit.sqlite") } else { database_url.clone() };
        let store = match self.objects_url.or(file.objects_url) {
            None => Store::Embedded(data.join("objects")),
            Some(none) if none == "none" => Store::Closed,
            Some(endpoint) => {
                let key = self.objects_access_key.or(file.objects_access_key);
                let secret = self.objects_secret_key.or(file.objects_secret_key);
                let keys = pair(key, secret).ok_or_else(|| {
                    Error::Start("objects-url needs objects-access-key and objects-secret-key".into())
                })?;
                let key = self.janitor_access_key.or(file.janitor_access_key);
                let secret = self.janitor_secret_key.or(file.janitor_secret_key);
                if key.is_some() != secret.is_some() {
                    return Err(Error::Start("janitor-access-key and janitor-secret-key belong together".into()));
                }
                let janitor = pair(key, secret);
                Store::Remote(RemoteStore {
                    endpoint,
                    region: self.objects_region.or(file.objects_region).unwrap_or_else(|| "us-east-1".into()),
                    bucket: self.objects_bucket.or(file.objects_bucket).unwrap_or_else(|| "lysbro".into()),
                    keys,
                    janitor,
                    path_style: true,
                })
            }
        };
        let listen = self.listen.or(file.listen).unwrap_or(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8460));
        let proxy = self.proxy.or(file.proxy);
        if !listen.ip().is_loopback() && proxy.is_none() {
            return Err(Error::Start(format!(
                "{listen} can be reached from other machines and this program speaks no TLS: put a proxy in front and name its address with --proxy, or listen on 127.0.0.1"
            )));
        }
        let settings = Settings {
            listen,
            proxy,
            keys_url: self.keys_url.or(file.keys_url).unwrap_or_else(|| sqlite("keys.sqlite")),
            audit_url: self.audit_url.or(file.audit_url).unwrap_or(audit_default),
            root_key: self.root_key.or(file.root_key),
            root_key_next: self.root_key_next.or(file.root_key_next),
            scrub_days: self.scrub_days.or(file.scrub_days).unwrap_or(30).max(1),
            public_url: self.public_url.or(file.public_url).map(|url| url.trim_end_matches('/').to_owned()),
            programme: self.programme.or(file.programme).unwrap_or_else(|| "Lysbro".into()),
            synthetic: self.synthetic.or(file.synthetic).unwrap_or(false),
            working_days: WorkingDays::closed_on(&self.closed_days.or(file.closed_days).unwrap_or_default())?,
            mail,
            quotas: Quotas::default(),
            decoder: Vec::new(),
            database_url,
            store,
            data,
        };
        for place in settings.databases() {
            place.check()?;
        }
        Ok(settings)
    }
}

/// Mail, when a server is named; what it cannot do without is asked for at the start and not at the first mail.
fn mail(flags: &Given, file: &Given) -> Result<Option<Mail>, Error> {
    let text = |of: fn(&Given) -> &Option<String>| of(flags).clone().or_else(|| of(file).clone());
    let refused = |why: &str| Err(Error::Start(why.to_owned()));
    let Some(host) = text(|given| &given.smtp_host).filter(|host| !host.trim().is_empty()) else { return Ok(None) };
    let hour = flags.mail_hour.or(file.mail_hour).unwrap_or(7);
    if hour > 23 {
        return refused("mail-hour is an hour of the day, 0 to 23");
    }
    let Some(from) = text(|given| &given.smtp_from).filter(|from| from.is_ascii() && from.contains('@')) else {
        return refused("smtp-host needs smtp-from, the address that mail comes from");
    };
    if text(|given| &given.public_url).is_none() {
        return refused("smtp-host needs public-url: a mail says where to look");
    }
    let tls = flags.smtp_tls.or(file.smtp_tls).unwrap_or_default();
    let credentials = match (text(|given| &given.smtp_user), text(|given| &given.smtp_password)) {
        (Some(user), Some(password)) => Some((user, password)),
        (None, None) => None,
        _ => return refused("smtp-user and smtp-password belong together"),
    };
    if credentials.is_some() && tls == MailTls::None {
        return refused("smtp-password would go over an open line: use smtp-tls starttls or tls");
    }
    let usual = match tls {
        MailTls::Starttls => 587,
        MailTls::Tls => 465,
        MailTls::None => 25,
    };
    let port = flags.smtp_port.or(file.smtp_port).unwrap_or(usual);
    Ok(Some(Mail { host, port, tls, credentials, from, hour }))
}

fn pair(access_key: Option<String>, secret_key: Option<String>) -> Option<KeyPair> {
    access_key.zip(secret_key).map(|(access_key, secret_key)| KeyPair { access_key, secret_key })
}

/// TOML has dates of its own, so `[2026-12-24]` and `["2026-12-24"]` are the same; what is neither is refused with the rest.
fn days<'de, D: Deserializer<'de>>(array: D) -> Result<Option<Vec<String>>, D::Error> {
    let text = |day: toml::Value| match day {
        toml::Value::String(text) => text,
        other => other.to_string(),
    };
    Ok(Some(Vec::<toml::Value>::deserialize(array)?.into_iter().map(text).collect()))
}

fn read(path: &Path) -> Result<Given, Error> {
    let told = |error: &dyn std::fmt::Display| Error::Start(format!("{}: {error}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| told(&error))?;
    toml::from_str(&text).map_err(|error| told(&error.message()))
}

impl Settings {
    /// Settings of the embedded default in one folder, on a free port of the loopback address.
    pub fn embedded(data: &Path) -> Self {
        let given =
            Given { data: Some(data.into()), listen: Some(SocketAddr::from(([127, 0, 0, 1], 0))), ..Given::default() };
        given.resolve().unwrap_or_else(|_| unreachable!("no file and no remote store are named"))
    }

    /// The main database, the key store and the access log.
    pub(crate) fn databases(&self) -> [Place<'_>; 3] {
        let place = |what, setting, schema, url| Place { what, setting, schema, url };
        [
            place("main database", "database-url (LYSBRO_DATABASE_URL)", "kit", self.database_url.as_str()),
            place("key store", "keys-url (LYSBRO_KEYS_URL)", "keys", self.keys_url.as_str()),
            place("access log", "audit-url (LYSBRO_AUDIT_URL)", "audit", self.audit_url.as_str()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    fn from_file(text: &str) -> Result<Settings, Error> {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("lysbro.toml");
        std::fs::write(&config, text).unwrap();
        Given { config: Some(config), ..Given::default() }.resolve()
    }

    #[test]
    fn closed_days_are_an_array_of_the_file() {
        for text in ["closed-days = [2026-12-24, 2026-12-31]", "closed-days = [\"2026-12-24\", \"2026-12-31\"]"] {
            let days = from_file(text).unwrap().working_days;
            assert!(!days.includes(date!(2026 - 12 - 24)) && !days.includes(date!(2026 - 12 - 31)), "{text}");
        }
        assert!(from_file("").unwrap().working_days.includes(date!(2026 - 12 - 24)));
    }

    #[test]
    fn a_closed_day_that_is_none_is_refused_in_one_line() {
        for (text, named) in [("closed-days = [2026]", "2026"), ("closed-days = [\"24.12.2026\"]", "24.12.2026")] {
            let error = from_file(text).unwrap_err().to_string();
            assert!(error.contains("closed-days") && error.contains(named) && error.lines().count() == 1, "{error}");
        }
        assert!(from_file("closed-days = \"2026-12-24\"").is_err(), "an array, as the manual says");
    }

    #[test]
    fn what_is_given_goes_before_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("lysbro.toml");
        std::fs::write(&config, "synthetic = true\nclosed-days = [2026-12-24]").unwrap();
        let given = Given { config: Some(config), ..Given::default() };
        assert!(given.clone().resolve().unwrap().synthetic);
        let closed_days = Some(vec!["2026-12-31".into()]);
        let settings = Given { synthetic: Some(false), closed_days, ..given }.resolve().unwrap();
        assert!(!settings.synthetic && settings.working_days.includes(date!(2026 - 12 - 24)));
        assert!(!settings.working_days.includes(date!(2026 - 12 - 31)));
    }

    #[test]
    fn mail_needs_what_it_cannot_do_without() {
        assert!(from_file("").unwrap().mail.is_none());
        let whole = "smtp-host = \"mail.example\"\nsmtp-from = \"lysbro@hospital.example\"\npublic-url = \"https://lysbro.example\"\n";
        let mail = from_file(whole).unwrap().mail.unwrap();
        assert_eq!((mail.port, mail.tls, mail.hour, mail.credentials.clone()), (587, MailTls::Starttls, 7, None));
        let with_password =
            format!("{whole}smtp-tls = \"tls\"\nsmtp-user = \"u\"\nsmtp-password = \"secret\"\nmail-hour = 6\n");
        let mail = from_file(&with_password).unwrap().mail.unwrap();
        assert_eq!((mail.port, mail.hour), (465, 6));
        assert!(!format!("{mail:?}").contains("secret"));
        for (text, named) in [
            ("smtp-host = \"mail.example\"".to_owned(), "smtp-from"),
            (whole.replace("public-url", "programme"), "public-url"),
            (format!("{whole}smtp-user = \"u\""), "smtp-password"),
            (format!("{whole}smtp-tls = \"none\"\nsmtp-user = \"u\"\nsmtp-password = \"p\""), "smtp-tls"),
            (format!("{whole}mail-hour = 24"), "mail-hour"),
        ] {
            let error = from_file(&text).unwrap_err().to_string();
            assert!(error.contains(named) && error.lines().count() == 1, "{error}");
        }
    }
}
