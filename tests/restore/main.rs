//! `restore-drill REFERRALS embedded|separate`: fills a deployment, backs it up while writing goes on, wipes it, restores it
//! elsewhere and compares everything over HTTP with what was acknowledged. Ends with one line of figures.

use kit::testing::DEPLOYMENTS;
use std::process::ExitCode;
use std::time::Duration;
use tests::drill::drill;

#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let referrals = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(1000);
    let deployment = match arguments.next().as_deref() {
        None | Some("embedded") => DEPLOYMENTS[0],
        Some("separate") => DEPLOYMENTS[1],
        Some(other) => {
            eprintln!("restore-drill: there is no deployment {other}: choose embedded or separate");
            return ExitCode::FAILURE;
        }
    };
    let done = drill(deployment, referrals, |line| println!("{}", line.trim_end())).await;
    let minutes = |time: Duration| time.as_secs_f64() / 60.0;
    println!(
        "restore referrals={} pictures={} meanwhile={} lost={} fill={:.1}min backup={:.1}min restore={:.1}min",
        done.referrals,
        done.pictures,
        done.meanwhile,
        done.lost,
        minutes(done.times.fill),
        minutes(done.times.backup),
        minutes(done.times.restore)
    );
    if done.lost == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
