//! The command line.

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand};
use kit::Role;
use kit::settings::Given;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

/// Store-and-forward referrals with pictures, and the record of who uses them.
#[derive(Parser, Debug)]
#[command(name = "lysbro", version)]
struct Line {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Runs services: all of them, or those named.
    Serve {
        /// directory, intake, imaging, review, uptake, web, notify. Default: all.
        services: Vec<String>,
        #[command(flatten)]
        settings: Given,
    },
    /// Starts everything with a living demonstration programme of made-up people.
    Demo(Demo),
    /// Runs the S3 store on files by itself, for the other processes of this machine.
    Store {
        /// Address on this machine.
        #[arg(long, default_value = "127.0.0.1:8470")]
        listen: std::net::SocketAddr,
        /// Folder of the objects.
        #[arg(long, default_value = "lysbro-objects")]
        data: PathBuf,
        /// The services' access key.
        #[arg(long, env = "LYSBRO_OBJECTS_ACCESS_KEY", hide_env_values = true)]
        access_key: String,
        /// Its secret, 16 characters or more.
        #[arg(long, env = "LYSBRO_OBJECTS_SECRET_KEY", hide_env_values = true)]
        secret_key: String,
        /// Access key of the process that may delete originals.
        #[arg(long, env = "LYSBRO_JANITOR_ACCESS_KEY", hide_env_values = true, requires = "janitor_secret_key")]
        janitor_access_key: Option<String>,
        /// Its secret.
        #[arg(long, env = "LYSBRO_JANITOR_SECRET_KEY", hide_env_values = true, requires = "janitor_access_key")]
        janitor_secret_key: Option<String>,
    },
    /// Brings the databases to this program's schema; run it as their owner.
    Migrate {
        /// Gives the PostgreSQL logins `<ROLES>_directory`, `<ROLES>_intake`, … their rights; `deploy/` makes the logins.
        #[arg(long)]
        roles: Option<String>,
        #[command(flatten)]
        settings: Given,
    },
    /// Walks the log, the access log and the object store and reports what is missing, left over or changed.
    Verify(Verify),
    /// Copies databases, access log and objects, and the keys apart, beside running services.
    Backup(Backup),
    /// Puts a backup into an empty deployment.
    Restore(Restore),
    /// Puts damaged and missing objects back from a backup; the embedded store's service must be stopped.
    Mend {
        /// Folder of the backups.
        #[arg(long)]
        from: PathBuf,
        #[command(flatten)]
        settings: Given,
    },
    /// Wraps every key by a new root key, beside running services; repeated after a kill, it goes on.
    RotateRootKey {
        #[command(flatten)]
        settings: Given,
    },
    /// Prints the recovery sheet: the root key, on a terminal or into a new file for printing.
    RecoverySheet {
        /// A new file, which only you can read; delete it when it is printed.
        #[arg(long)]
        to: Option<PathBuf>,
        #[command(flatten)]
        settings: Given,
    },
    /// Notes that a restore was rehearsed, with the code that `lysbro restore` printed.
    Rehearsed {
        /// The backup's name.
        backup: String,
        /// The code.
        code: String,
        #[command(flatten)]
        settings: Given,
    },
    /// Looks into the event log.
    Events {
        #[command(subcommand)]
        command: Events,
    },
    /// Takes over practices, their size and their steps from a CSV file: all of it, or nothing when a line is wrong.
    Import(Import),
    /// Writes the study of uptake into a folder: every figure, the sample and its protocol; the same record gives the same bytes.
    Study(Study),
    /// Writes the study's tables into a folder, exact, in the formats that others read: CSV, XLSX, Parquet, FHIR, DHIS2, GraphML.
    Export(Study),
    /// Makes a person, gives a role and prints a link that works once.
    Invite(Invite),
    /// Destroys a referral's key: nothing that it sealed can be read again, anywhere.
    Erase {
        /// The referral.
        referral: uuid::Uuid,
        /// Must be given: this can't be undone.
        #[arg(long)]
        for_ever: bool,
        /// A list kept outside, to which this erasure is added: `lysbro restore` reads it.
        #[arg(long)]
        tombstones: Option<PathBuf>,
        #[command(flatten)]
        settings: Given,
    },
    /// Prints the routes' description (OpenAPI 3.1).
    Openapi,
    /// Decodes pictures in a confined child process: Lysbro starts it by itself.
    Decode,
}

#[derive(clap::Args, Debug)]
pub(crate) struct Verify {
    /// A backup's manifest, kept outside: both logs must have its heads.
    #[arg(long)]
    pub against: Option<PathBuf>,
    #[command(flatten)]
    pub settings: Given,
}

#[derive(clap::Args, Debug)]
pub(crate) struct Backup {
    /// Folder of the backups; objects that stand there are not copied again.
    #[arg(long)]
    pub to: PathBuf,
    /// Folder of the keys' backups, kept apart.
    #[arg(long)]
    pub keys_to: PathBuf,
    /// How many backups stay.
    #[arg(long, default_value_t = 14)]
    pub keep: usize,
    /// How many backups of the keys stay: with an older one, an erased referral could be read.
    #[arg(long, default_value_t = 7)]
    pub keep_keys: usize,
    #[command(flatten)]
    pub settings: Given,
}

#[derive(clap::Args, Debug)]
pub(crate) struct Restore {
    /// Folder of the backups (the newest is taken), or one of them.
    #[arg(long)]
    pub from: PathBuf,
    /// Folder of the keys' backups (the newest is taken), or one of them.
    #[arg(long)]
    pub keys_from: PathBuf,
    /// A list that `lysbro erase --tombstones` wrote: these referrals stay erased.
    #[arg(long)]
    pub tombstones: Vec<PathBuf>,
    #[command(flatten)]
    pub settings: Given,
}

#[derive(clap::Args, Debug)]
pub(crate) struct Demo {
    /// Port on localhost; 0 takes a free one.
    #[arg(long, default_value_t = 8460)]
    pub port: u16,
    /// Folder of the demonstration; it is made new at every start.
    #[arg(long, default_value = "demo-data")]
    pub data: PathBuf,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Events {
    /// Prints envelopes, newest last: never patient data.
    List {
        /// Only from this position on.
        #[arg(long, default_value_t = 1)]
        from: i64,
        #[command(flatten)]
        settings: Given,
    },
    /// Recomputes the hash chain.
    Check {
        #[command(flatten)]
        settings: Given,
    },
    /// Shows events that a projection refused, and tries them again.
    Parked {
        /// Tries them again, oldest first.
        #[arg(long)]
        retry: bool,
        #[command(flatten)]
        settings: Given,
    },
    /// Empties a projection and reads the log again from the first event.
    Rebuild {
        /// The consumer, for example `uptake`.
        consumer: String,
        #[command(flatten)]
        settings: Given,
    },
}

#[derive(clap::Args, Debug)]
pub(crate) struct Import {
    /// The file: UTF-8, separated by `,` or `;`. The administrator's page has a template.
    pub file: PathBuf,
    /// Says what would be done and what is wrong, and changes nothing.
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub settings: Given,
}

#[derive(clap::Args, Debug)]
pub(crate) struct Study {
    /// A new or empty folder.
    #[arg(long)]
    pub out: PathBuf,
    /// First day, YYYY-MM-DD. Default: of the month in which the first practice was equipped.
    #[arg(long, value_parser = day)]
    pub from: Option<i32>,
    /// The day after the last, YYYY-MM-DD. Default: the first of the month in which the newest event happened.
    #[arg(long, value_parser = day)]
    pub until: Option<i32>,
    /// dermatology, ent or plastic-surgery. Default: all.
    #[arg(long, value_parser = ["dermatology", "ent", "plastic-surgery"])]
    pub specialty: Option<String>,
    #[command(flatten)]
    pub settings: Given,
}

#[derive(clap::Args, Debug)]
pub(crate) struct Invite {
    /// Whom. A person with this address is invited again; otherwise one is made.
    #[arg(long)]
    pub email: String,
    /// Their name, for a new person.
    #[arg(long)]
    pub name: Option<String>,
    /// A role to give.
    #[arg(long, value_parser = role)]
    pub role: Option<Role>,
    /// In which practice (its id), for the GP roles.
    #[arg(long)]
    pub practice: Option<uuid::Uuid>,
    /// In which department (its id), for the hospital roles.
    #[arg(long)]
    pub department: Option<uuid::Uuid>,
    /// A sign-in link for a day instead of an invitation that sets password and code.
    #[arg(long)]
    pub sign_in: bool,
    #[command(flatten)]
    pub settings: Given,
}

fn day(text: &str) -> Result<i32, String> {
    uptake::record::parsed(text).ok_or_else(|| "write a day of the calendar as YYYY-MM-DD".to_owned())
}

fn role(text: &str) -> Result<Role, String> {
    Role::ALL.into_iter().find(|role| role.as_str() == text).ok_or_else(|| {
        let all: Vec<_> = Role::ALL.iter().map(|role| role.as_str()).collect();
        format!("roles are {}", all.join(", "))
    })
}

/// Exit code for a line that can't be understood.
const USAGE: u8 = 2;

/// Reads the command line. Help and version go to stdout; anything wrong is told in one line.
///
/// # Errors
/// The code to exit with: everything was said.
pub(crate) fn parse() -> Result<Command, ExitCode> {
    let words: Vec<OsString> = std::env::args_os().collect();
    Line::try_parse_from(&words).map(|line| line.command).map_err(|error| {
        if !error.use_stderr() {
            drop(error.print());
            return ExitCode::SUCCESS;
        }
        eprintln!("lysbro: {}", one_line(&error, &words));
        ExitCode::from(USAGE)
    })
}

/// What is wrong and where to read on, without the lines that clap puts around it.
fn one_line(error: &clap::Error, words: &[OsString]) -> String {
    let what = if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        "no command is given".to_owned()
    } else {
        let text = error.render().to_string();
        let first = text.split("\n\n").next().unwrap_or_default();
        let lines: Vec<&str> = first.lines().map(str::trim).collect();
        let line = lines.join(" ");
        line.strip_prefix("error: ").unwrap_or(&line).to_owned()
    };
    let whole = Line::command();
    let (mut known, mut path) = (&whole, "lysbro".to_owned());
    for word in words.iter().skip(1) {
        let Some(found) = known.find_subcommand(word) else { break };
        path = format!("{path} {}", found.get_name());
        known = found;
    }
    format!("{what}; see {path} --help")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_line_is_told_in_one() {
        for (words, told) in [
            (vec!["lysbro"], "no command is given; see lysbro --help"),
            (vec!["lysbro", "events"], "no command is given; see lysbro events --help"),
            (vec!["lysbro", "backup"], "--keys-to <KEYS_TO>; see lysbro backup --help"),
            (vec!["lysbro", "servee"], "'servee'; see lysbro --help"),
            (vec!["lysbro", "invite", "--email", "a", "--role", "b"], "; see lysbro invite --help"),
        ] {
            let error = Line::try_parse_from(&words).expect_err("refused");
            let words: Vec<OsString> = words.iter().map(OsString::from).collect();
            let line = one_line(&error, &words);
            assert!(line.ends_with(told) && !line.contains('\n'), "{line:?}");
            assert!(!line.starts_with("error"), "{line:?}");
        }
    }
}
