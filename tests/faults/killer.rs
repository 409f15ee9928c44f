//! SIGKILL at random moments: to any of our processes, to a decoder at its work, to PostgreSQL's postmaster; also to a process
//! that is just starting. What was killed is started again at once, and the time until everything serves is taken.

use crate::Outcome;
use crate::deployment::{Deployment, signal};
use crate::dice::Dice;
use rustix::process::Signal;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// What was done.
#[derive(Debug, Default)]
pub struct Done {
    /// Kills by what was hit.
    pub kills: BTreeMap<String, usize>,
    /// Times until everything served again, in the order of the kills.
    pub again: Vec<Duration>,
}

impl Done {
    /// All kills.
    pub fn count(&self) -> usize {
        self.kills.values().sum()
    }

    /// The longest time until everything served again.
    pub fn longest(&self) -> Duration {
        self.again.iter().max().copied().unwrap_or_default()
    }
}

/// Kills `kills` times.
pub async fn kill(deployment: &mut Deployment, kills: usize, dice: &mut Dice) -> Outcome<Done> {
    let mut done = Done::default();
    while done.count() < kills {
        tokio::time::sleep(dice.pause(150, 1_800)).await;
        let what = strike(deployment, dice).await?;
        let mut struck = Instant::now();
        *done.kills.entry(what).or_default() += 1;
        // Some kills hit a process that is on its way up.
        while done.count() < kills && dice.once_in(6) {
            tokio::time::sleep(dice.pause(0, 500)).await;
            *done.kills.entry(strike(deployment, dice).await?).or_default() += 1;
            struck = Instant::now();
        }
        deployment.until_serving().await?;
        done.again.push(struck.elapsed());
    }
    Ok(done)
}

/// Kills one thing and starts it again. Says what it was.
async fn strike(deployment: &mut Deployment, dice: &mut Dice) -> Outcome<String> {
    if dice.once_in(5)
        && let Some(decoder) = deployment.processes.iter().flat_map(crate::deployment::Process::children).next()
        && signal(decoder, Signal::KILL)
    {
        return Ok("decoder".to_owned());
    }
    if let Some(postgres) = &deployment.postgres
        && dice.once_in(4)
    {
        postgres.kill().await?;
        postgres.revive().await?;
        return Ok("postmaster".to_owned());
    }
    let which = dice.below(deployment.processes.len());
    let process = &mut deployment.processes[which];
    process.kill().await?;
    process.spawn()?;
    Ok(process.name.clone())
}
