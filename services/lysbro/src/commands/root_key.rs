//! `lysbro rotate-root-key`, `lysbro recovery-sheet`, `lysbro rehearsed`.

use super::{Outcome, rows_only};
use crate::services;
use kit::keys::{RootKey, Roots};
use kit::settings::Settings;
use std::io::{IsTerminal, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

pub(crate) async fn rotate(settings: Settings) -> Outcome {
    let ctx = rows_only(&services(), settings).await?;
    let roots = ctx.keys.roots();
    let next = roots.next(&ctx.random)?;
    // Before the first key is wrapped anew: from then on some keys open by this one alone, whatever happens to this process.
    println!("{}", text(&next));
    println!("put this on paper now, and keep the old sheet until the last backup of the keys from before has lapsed");
    let done = ctx.keys.rotate(&next).await?;
    roots.settle()?;
    println!("done: {done} keys are wrapped by the root key {}; no other opens any of them", next.fingerprint());
    if matches!(roots, Roots::Given(_)) {
        println!("now give every service this one as LYSBRO_ROOT_KEY, and take LYSBRO_ROOT_KEY_NEXT away");
    }
    println!("when it is on paper: lysbro recovery-sheet");
    Ok(())
}

pub(crate) async fn sheet(to: Option<&Path>, settings: Settings) -> Outcome {
    let ctx = rows_only(&services(), settings).await?;
    let text = text(&ctx.keys.newest().await?);
    match to {
        Some(path) => {
            let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            println!("{}: print it, put it in the safe, and delete the file", path.display());
        }
        None if std::io::stdout().is_terminal() => println!("{text}"),
        None => {
            return Err("this is no terminal: name a new file with --to, so that the root key stands in no log".into());
        }
    }
    Ok(ctx.keys.note_sheet().await?)
}

pub(crate) async fn rehearsed(backup: &str, code: &str, settings: Settings) -> Outcome {
    let ctx = rows_only(&services(), settings).await?;
    if !ctx.keys.note_rehearsal(backup, code).await? {
        return Err("that is not the code which restoring this backup prints".into());
    }
    println!("noted: a restore was rehearsed");
    Ok(())
}

/// Groups of eight digits are easier to copy; whoever types them may leave out the spaces.
fn text(root: &RootKey) -> String {
    let digits = root.to_hex();
    let groups: Vec<&str> = (0..8).map(|group| &digits[group * 8..group * 8 + 8]).collect();
    let (first, second) = (groups[..4].join(" "), groups[4..].join(" "));
    format!(
        "RECOVERY SHEET of Lysbro\n\
         root key     {first}\n             {second}\n\
         fingerprint  {}\n\n\
         Without this key every referral is lost; whoever has it and the key store can read them all. Keep it on paper, in a\n\
         safe, apart from the backups. To restore: deploy/recovery.md; type the digits into LYSBRO_ROOT_KEY.\n",
        root.fingerprint()
    )
}
