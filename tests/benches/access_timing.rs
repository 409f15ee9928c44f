//! Whether an absent thing and a forbidden one take the same time and the same work: for every row of the access table
//! that names a thing, the same caller asks for both in turn.
//!
//! Per row: medians over ROUNDS requests, their difference, and beside it the difference between two halves of the
//! absent ones, which is what the machine's noise alone makes of it; then SQL statements per request. Times are figures;
//! a different number of statements ends with an error, because that is work that one of the two does alone.

use kit::testing::DEPLOYMENTS;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tests::access::{Expected, How, Noun, Row, TABLE, request};
use tests::town::{Asked, Thing, Town, Who};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

/// Counts what sqlx says it ran.
#[derive(Clone, Default)]
struct Statements(Arc<AtomicUsize>);

impl<S: Subscriber> Layer<S> for Statements {
    fn enabled(&self, metadata: &tracing::Metadata<'_>, _: Context<'_, S>) -> bool {
        metadata.target() == "sqlx::query"
    }

    fn on_event(&self, _: &Event<'_>, _: Context<'_, S>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Statements {
    fn since(&self, before: usize) -> usize {
        self.0.load(Ordering::SeqCst) - before
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let statements = Statements::default();
    tracing_subscriber::registry().with(statements.clone()).init();
    let rounds = std::env::var("ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(500);
    let mut uneven = 0;
    for deployment in DEPLOYMENTS {
        let town = Town::build(deployment).await;
        println!("{:?}, {rounds} rounds; load average {}", deployment.0, load());
        println!("{:>9} {:>9} {:>9} {:>9}  statements  route", "absent", "forbidden", "differ", "noise");
        let mut worst = Duration::ZERO;
        for (row, who, thing) in refusals(&town) {
            let figures = measure(&town, row, who, thing, rounds, &statements).await;
            println!("{figures}  {} {} {:?} as {who:?}", row.method, row.path, row.how);
            worst = worst.max(Duration::from_secs_f64(figures.differ().abs() / 1e3));
            uneven += usize::from(figures.statements.0 != figures.statements.1);
        }
        println!(
            "access-timing {:?} worst_difference_ms={:.3} uneven={uneven}",
            deployment.0,
            worst.as_secs_f64() * 1e3
        );
        town.world.stop().await;
    }
    if uneven == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or_default().to_owned()
}

/// Every row that names a referral, by the other office or the other department, on a thing where the right would do.
fn refusals(town: &Town) -> Vec<(&'static Row, Who, &Thing)> {
    let rows = TABLE.iter().filter(|row| row.noun == Noun::Referral && !row.yes.is_empty());
    let rows = rows.filter(|row| !matches!(row.how, How::Override(_)));
    rows.flat_map(|row| {
        let stranger = if row.path.starts_with("/api/intake") { Who::GpB } else { Who::SpecialistY };
        let things = town.things.iter().filter(|thing| row.yes.contains(&thing.stage));
        let thing = things.filter(|thing| row.expects(stranger, thing) == Expected::Refused).take(1);
        thing.map(move |thing| (row, stranger, thing)).collect::<Vec<_>>()
    })
    .collect()
}

struct Figures {
    absent: f64,
    forbidden: f64,
    noise: f64,
    /// Per request: absent and forbidden.
    statements: (usize, usize),
}

impl Figures {
    fn differ(&self) -> f64 {
        self.forbidden - self.absent
    }
}

impl std::fmt::Display for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { absent, forbidden, noise, statements } = self;
        let (of_absent, of_forbidden) = statements;
        let differ = self.differ();
        write!(
            f,
            "{absent:>6.3} ms {forbidden:>6.3} ms {differ:>+6.3} ms {noise:>+6.3} ms  {of_absent:>4} {of_forbidden:>4} "
        )
    }
}

async fn measure(
    town: &Town,
    row: &'static Row,
    who: Who,
    thing: &Thing,
    rounds: usize,
    statements: &Statements,
) -> Figures {
    let by = town.somebody(who);
    let (absent, forbidden) = (Thing::absent(town), request(town, row, by, thing));
    let absent = request(town, row, by, &absent);
    let timed = async |asked: &Asked| {
        let (began, before) = (Instant::now(), statements.0.load(Ordering::SeqCst));
        let reply = town.ask(who, asked.clone()).await;
        assert_eq!(reply.status, 404, "{} {}: {}", row.method, row.path, reply.text());
        (began.elapsed().as_secs_f64() * 1e3, statements.since(before))
    };
    let (mut of_absent, mut of_forbidden) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        // In turn, so that neither always comes second.
        if round % 2 == 0 {
            of_absent.push(timed(&absent).await);
            of_forbidden.push(timed(&forbidden).await);
        } else {
            of_forbidden.push(timed(&forbidden).await);
            of_absent.push(timed(&absent).await);
        }
    }
    let times = |all: &[(f64, usize)]| all.iter().map(|one| one.0).collect::<Vec<_>>();
    let half = |odd: usize| of_absent.iter().skip(odd).step_by(2).map(|one| one.0).collect::<Vec<_>>();
    // The least of all rounds: a group of the access log that is still being written counts for the next request.
    let fewest = |all: &[(f64, usize)]| all.iter().map(|one| one.1).min().unwrap_or_default();
    Figures {
        absent: median(times(&of_absent)),
        forbidden: median(times(&of_forbidden)),
        noise: median(half(1)) - median(half(0)),
        statements: (fewest(&of_absent), fewest(&of_forbidden)),
    }
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}
