//! Sync before acknowledge: the embedded default runs under strace, a driver submits, the oracle reads the order of the calls.

mod driver;
pub mod oracle;
mod trace;

pub use driver::{Load, drive};

use crate::deployment::{Deployment, Kind};
use crate::dice::Dice;
use crate::{Outcome, storm};
use oracle::{Oracle, Sent};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

/// What to run.
#[derive(clap::Args)]
pub struct Options {
    /// How many submissions.
    #[arg(long, default_value_t = 500)]
    submissions: usize,
    /// Which chance.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Keeps folder and trace here.
    #[arg(long)]
    keep: Option<PathBuf>,
}

/// The calls that the oracle reads.
pub const CALLS: &str = "trace=recvfrom,sendto,sendmsg,write,writev,pwrite64,pwritev,ftruncate,fsync,fdatasync,rename,renameat,renameat2,link,linkat";

/// strace as the oracle needs it, writing to `trace`.
pub fn strace(trace: &Path) -> Vec<String> {
    let words =
        ["strace", "--follow-forks", "--seccomp-bpf", "-yy", "-s", "4200", "-e", "signal=none", "-e", CALLS, "-o"];
    words.iter().map(|&word| word.to_owned()).chain([trace.display().to_string()]).collect()
}

/// Runs the driver under strace, judges, and judges a doctored trace too: it must be refused.
pub async fn run(options: Options) -> Outcome {
    let temporary = tempfile::Builder::new().prefix("lysbro-order-").tempdir()?;
    let folder = options.keep.clone().unwrap_or_else(|| temporary.path().to_owned());
    let folder = whole(&folder)?;
    let trace = folder.join("trace.txt");
    let mut dice = Dice::new(options.seed, 0);
    let mut deployment = Deployment::start_under(Kind::Embedded, &folder, &mut dice, strace(&trace)).await?;
    let plan = storm::people(&deployment, options.seed, &folder).await?;
    let load = Load { submissions: options.submissions, workers: 4 };
    let sent = drive(&plan, load, &mut dice).await?;
    deployment.stop().await?;
    let data = folder.join("data").display().to_string();
    let oracle = Oracle::read(lines(&trace)?, &sent);
    let errors = oracle.judge(&data, &sent);
    for error in errors.iter().take(20) {
        println!("{error}");
    }
    if let Some((_, file)) = &oracle.failed {
        return Err(format!("a sync of {file} failed by itself: this disk can't be used for the test").into());
    }
    let submitted = sent.iter().filter(|one| one.submitted).count();
    doctored(&trace, &data, &sent)?;
    println!("{}/{} ordered", submitted.saturating_sub(errors.len()), options.submissions);
    if errors.is_empty() && submitted == options.submissions {
        Ok(())
    } else {
        Err("not every answer was ordered".into())
    }
}

/// A folder's whole path, as strace shows it; made when missing.
pub fn whole(folder: &Path) -> Outcome<PathBuf> {
    std::fs::create_dir_all(folder)?;
    Ok(folder.canonicalize()?)
}

/// The lines of a trace.
pub fn lines(trace: &Path) -> Outcome<impl Iterator<Item = String>> {
    // Between quotes strace escapes everything beyond ASCII.
    Ok(BufReader::new(File::open(trace)?).lines().map_while(Result::ok))
}

/// The oracle must be able to say no: in a copy of the trace one answer leaves before the sync that it waited for.
fn doctored(trace: &Path, data: &str, sent: &[Sent]) -> Outcome {
    let (mut asked, mut connection, mut early) = (None, String::new(), None);
    for (at, line) in lines(trace)?.enumerate() {
        if asked.is_none() {
            // A request whose line was split by another call does not name its socket: the next one will do.
            let socket = line.split_once("<TCP:[").and_then(|(_, rest)| rest.split_once("]>"));
            if let (Some(one), Some((socket, _))) = (submission(&line, sent), socket) {
                (asked, connection) = (Some((at, one)), socket.to_owned());
            }
        } else if line.contains(&connection) && line.contains("\"HTTP/1.1 ") {
            if line.contains("\"HTTP/1.1 200") && !line.contains("<unfinished ...>") {
                early = Some((at, line));
                break;
            }
            // An answer in two lines can't be moved as one: another submission will do.
            asked = None;
        }
    }
    let (Some((asked, one)), Some((answered, answer))) = (asked, early) else {
        return Err("no submission is in the trace with its answer".into());
    };
    let changed = lines(trace)?.enumerate().filter(|(at, _)| *at != answered);
    let changed = changed.flat_map(|(at, line)| std::iter::once(line).chain((at == asked).then(|| answer.clone())));
    let errors = Oracle::read(changed, sent).judge(data, std::slice::from_ref(&one));
    match errors.as_slice() {
        [error] if error.contains("answered before") => Ok(()),
        other => Err(format!("the oracle did not see that an answer left too early: {other:?}").into()),
    }
}

/// The submission that a line asks for.
fn submission(line: &str, sent: &[Sent]) -> Option<Sent> {
    let (before, _) = line.split_once("/submit HTTP/1.1")?;
    let (_, id) = before.rsplit_once("POST /api/intake/referrals/")?;
    let id: uuid::Uuid = id.parse().ok()?;
    sent.iter().find(|one| one.referral == id && one.submitted).copied()
}
