//! Load for the quiz: many attempts at once, each with its event stream, and a table of figures.
//!
//! `bench/quiz/run` starts the copy and this program beside it. Both share the machine, so the
//! figures are what a class would see at worst, not what the server could do alone.

mod candidate;
mod figures;
mod ticks;

use anyhow::{Context, Result, anyhow, ensure};
use candidate::Candidate;
use figures::{Figures, Memory, pss};
use reqwest::{Client, Response};
use std::{
    env,
    future::Future,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{sync::Semaphore, task::JoinSet, time::sleep};

/// Candidates on one connection: each needs a stream for its events, and the server allows 128.
const EACH_CONNECTION: usize = 100;
/// Logins under way at once: fewer than the server lets wait.
const LOGINS: usize = 24;
/// Attempts that are started at once.
const STARTS: usize = 100;
/// A candidate gives an answer so often.
const THINKING: Duration = Duration::from_secs(5);

#[tokio::main]
async fn main() -> Result<()> {
    // An error says that there is one already, and there is none before this line.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let port: u16 = setting("QUIZ_PORT")?;
    let process: u32 = setting("QUIZ_PID")?;
    let count: usize = setting("QUIZ_ATTEMPTS")?;
    let time = Duration::from_secs(setting("QUIZ_SECONDS")?);

    let idle = pss(process)?;
    let base = format!("https://127.0.0.1:{port}");
    let candidates = log_in(&base, count).await?;
    let with_sessions = pss(process)?;
    let candidates = start(candidates).await?;
    let load = run(candidates, time).await?;
    // The streams are still open, and all attempts run.
    let with_attempts = pss(process)?;
    let memory = Memory {
        idle,
        with_sessions,
        with_attempts,
    };
    print!(
        "{}",
        Figures {
            count,
            time,
            saves: load.saves,
            ticks: load.ticks,
            memory
        }
    );
    ensure!(load.failed == 0, "{} answers were not saved", load.failed);
    drop(load.open);
    Ok(())
}

fn setting<T: std::str::FromStr>(name: &str) -> Result<T> {
    let value = env::var(name).with_context(|| format!("{name} is not set: use bench/quiz/run"))?;
    value
        .parse()
        .map_err(|_| anyhow!("{name}: no number: {value}"))
}

async fn log_in(base: &str, count: usize) -> Result<Vec<Candidate>> {
    let mut client = connection()?;
    let mut logins = Vec::new();
    for number in 0..count {
        if number % EACH_CONNECTION == 0 {
            client = connection()?;
        }
        logins.push(Candidate::log_in(client.clone(), base.to_owned(), number));
    }
    eprintln!("{count} logins, each with an argon2 hash…");
    all(logins, LOGINS).await
}

async fn start(candidates: Vec<Candidate>) -> Result<Vec<Candidate>> {
    eprintln!("{} attempts…", candidates.len());
    let starts = candidates.into_iter().map(Candidate::start);
    all(starts.collect(), STARTS).await
}

/// A client with one connection: HTTP/2 carries many requests on it.
fn connection() -> Result<Client> {
    let client = Client::builder()
        // The copy's own certificate is self-signed.
        .danger_accept_invalid_certs(true)
        .read_timeout(Duration::from_secs(30))
        .build();
    client.context("no client")
}

/// Runs all of `work`, at most `at_once` at a time.
async fn all<T: Send + 'static>(
    work: Vec<impl Future<Output = Result<T>> + Send + 'static>,
    at_once: usize,
) -> Result<Vec<T>> {
    let places = Arc::new(Semaphore::new(at_once));
    let mut tasks = JoinSet::new();
    for one in work {
        let places = places.clone();
        tasks.spawn(async move {
            let _place = places.acquire_owned().await?;
            one.await
        });
    }
    let mut done = Vec::new();
    while let Some(result) = tasks.join_next().await {
        done.push(result??);
    }
    Ok(done)
}

/// What was measured, and the streams, which stay open until this is dropped.
struct Load {
    saves: Vec<Duration>,
    failed: usize,
    ticks: ticks::Ticks,
    open: Vec<Response>,
}

/// Lets everybody answer for `time`.
async fn run(candidates: Vec<Candidate>, time: Duration) -> Result<Load> {
    eprintln!("answers for {} s…", time.as_secs());
    let end = Instant::now() + time;
    let (mut ticking, mut answering) = (JoinSet::new(), JoinSet::new());
    for (number, mut candidate) in candidates.into_iter().enumerate() {
        let events = candidate.take_events()?;
        ticking.spawn(ticks::until(end, events));
        answering.spawn(answer_until(end, number, candidate));
    }
    let mut load = Load {
        saves: Vec::new(),
        failed: 0,
        ticks: ticks::Ticks::default(),
        open: Vec::new(),
    };
    while let Some(answered) = answering.join_next().await {
        let (took, failed) = answered?;
        load.saves.extend(took);
        load.failed += failed;
    }
    for ticked in ticking.join_all().await {
        let (events, ticks) = ticked?;
        load.ticks.add(ticks);
        load.open.push(events);
    }
    Ok(load)
}

/// Gives an answer every now and then; how long each took, and how many were not saved.
async fn answer_until(
    end: Instant,
    number: usize,
    mut candidate: Candidate,
) -> (Vec<Duration>, usize) {
    // Nobody thinks in step with the others; 997 is prime, so the beginnings spread.
    let spread = number as u64 * 997 % THINKING.as_millis() as u64;
    sleep(Duration::from_millis(spread)).await;
    let (mut took, mut failed) = (Vec::new(), 0);
    while Instant::now() < end {
        match candidate.save().await {
            Ok(time) => took.push(time),
            Err(error) => {
                failed += 1;
                eprintln!("not saved: {error:#}");
            }
        }
        sleep(THINKING).await;
    }
    (took, failed)
}
