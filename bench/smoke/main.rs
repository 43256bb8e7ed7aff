//! One session read, or written, again and again in this process, for callgrind to count.
//!
//! `smoke memory|sqlite read|write NUMBER`, run by `bench/smoke/count.py`. Everything but the
//! connection is as in a running copy: all layers, the X-ray, the store with its guards. One thread
//! (and SQLite's own) and a clock that stands still, so that two runs differ by their number alone.

use anyhow::{Context, Result, bail, ensure};
use axum::{
    Router,
    body::Body,
    http::{HeaderValue, Request, StatusCode, header},
};
use http_body_util::BodyExt;
use std::{env, path::Path, sync::Arc, time::Duration};
use sweatbox::{
    app,
    clock::Clock,
    config::{StoreSetup, Tenancy},
    database::Database,
    identity::{Identity, InstallKey, Port},
    progress::Progress,
    quiz::{Bank, Quiz},
    sandbox::{Parts, Sandbox},
    sessions::{
        Sessions,
        stores::{self, Guarded, Store},
    },
};
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// Until what is made once is made, and the X-ray has as many records as it keeps.
const WARM_UP: usize = 100;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let mut arguments = env::args().skip(1);
    let mut next = || arguments.next().context("memory|sqlite read|write NUMBER");
    let (store, what, number) = (next()?, next()?, next()?.parse::<usize>()?);
    let visits = WARM_UP + number;
    let (path, last) = match &*what {
        "read" => ("/?haveEnough=0", 0),
        "write" => ("/", visits),
        other => bail!("neither read nor write: {other}"),
    };
    let folder = tempfile::tempdir()?;
    let setup = match &*store {
        "memory" => StoreSetup::Memory,
        "sqlite" => StoreSetup::Sqlite(folder.path().join("sweatbox.sqlite")),
        other => bail!("neither memory nor sqlite: {other}"),
    };
    let service = service(&setup, folder.path()).await?;
    let (cookie, _) = patiently(async || visit(&service, "/", None).await).await?;
    let cookie = cookie.context("no cookie came")?;
    let mut page = String::new();
    for _ in 0..visits {
        (_, page) = visit(&service, path, Some(&cookie)).await?;
    }
    // A write that writes nothing is none.
    ensure!(
        page.contains(&format!("will wait {last} seconds")),
        "{page}"
    );
    Ok(())
}

/// A copy without its connections, in which no refresh waits.
async fn service(setup: &StoreSetup, folder: &Path) -> Result<Router> {
    let key: InstallKey = "5a".repeat(32).parse()?;
    let identity = Identity::derive(Port::new(41220).context("no port")?, &key);
    let store = Guarded::new(stores::open(setup, &identity));
    patiently(async || Ok(store.prepare().await?)).await?;
    let clock = Clock::from_fn(|| OffsetDateTime::UNIX_EPOCH);
    let sandbox = Sandbox::from(Parts {
        identity: identity.clone(),
        sessions: Sessions::new(Arc::new(store), &identity, clock.clone(), Tenancy::Alone),
        started: clock.now(),
        clock,
        max_wait: Duration::ZERO,
        stopping: CancellationToken::new(),
    });
    let beside = Database::new(&StoreSetup::Sqlite(folder.join("beside.sqlite")), 1);
    let progress = Progress::new(&beside, &identity);
    let quiz = Quiz::open(Bank::practice(), &beside, folder, &sandbox, Tenancy::Alone);
    Ok(app::router(sandbox, progress, quiz))
}

/// What is done for the first time takes callgrind longer than a visitor would wait for it.
async fn patiently<T>(step: impl AsyncFn() -> Result<T>) -> Result<T> {
    for _ in 0..20 {
        if let Ok(done) = step().await {
            return Ok(done);
        }
        // Until the store is asked once more after it has not answered.
        tokio::time::sleep(Duration::from_millis(400)).await;
    }
    step().await
}

/// One request: the cookie that was set, as a browser sends it back, and the page.
async fn visit(
    service: &Router,
    path: &str,
    cookie: Option<&HeaderValue>,
) -> Result<(Option<HeaderValue>, String)> {
    let mut request = Request::get(path).header(header::HOST, "localhost:41220");
    if let Some(cookie) = cookie {
        request = request.header(header::COOKIE, cookie);
    }
    let answer = service.clone().oneshot(request.body(Body::empty())?);
    let (head, body) = answer.await?.into_parts();
    ensure!(head.status == StatusCode::OK, "{path}: {}", head.status);
    let page = body.collect().await?.to_bytes();
    let pair = match head.headers.get(header::SET_COOKIE) {
        Some(set) => set.to_str()?.split(';').next(),
        None => None,
    };
    let pair = pair.map(HeaderValue::from_str).transpose()?;
    Ok((pair, String::from_utf8(page.into())?))
}
