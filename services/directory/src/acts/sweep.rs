//! Removing what has served: windows of tries that closed, links and sessions long over.

use crate::attempts::WINDOW;
use crate::store::sweep;
use kit::{Context, Error};
use time::Duration;

/// A link that is over is still told apart from an unknown one for so long.
const LINKS: Duration = Duration::days(90);
/// Sessions that are over are kept for so long, for whoever looks into a sign-in.
const SESSIONS: Duration = Duration::days(30);

/// Sweeps once; returns how many rows went.
pub async fn run(ctx: &Context) -> Result<u64, Error> {
    let now = ctx.now();
    Ok(sweep::sweep(&ctx.db, now - WINDOW, now - LINKS, now - SESSIONS).await?)
}
