//! `sweatbox serve`: from the files to a running copy.

use super::logging::{self, LogFormat};
use crate::{
    app, caretaker,
    clock::Clock,
    config::{Assignment, Options, Refusal, Settings, StoreSetup, Tenancy, refuse_if_shared},
    database::Database,
    listen::listen,
    progress::Progress,
    quiz::{Bank, Quiz},
    sandbox::{Parts, Sandbox},
    server::{self, Limits},
    sessions::{
        PURGE_INTERVAL, Sessions, claim, keep_claim, purge_regularly,
        stores::{self, Guarded, Store, StoreError},
    },
    tls,
};
use std::{
    future::Future,
    net::TcpListener,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// How long the last writes get after the connections are closed.
pub(super) const LAST_WRITES: Duration = Duration::from_millis(1500);
/// For the tables beside the sessions: one for the progress, one for the quiz.
const CONNECTIONS: u32 = 2;
/// How often a trial looks for another port when somebody was faster.
const TRIAL_TRIES: u32 = 5;

#[derive(Debug, clap::Args)]
pub(super) struct Serve {
    #[command(flatten)]
    pub(super) options: Options,

    /// The longest that the page waits, in seconds; a session lives an hour without a request
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 300,
        value_parser = clap::value_parser!(u64).range(..=3000),
        env = "SWEATBOX_MAX_WAIT"
    )]
    pub(super) max_wait: u64,

    /// Quiz file for lesson 0390 [default: the practice quiz]
    #[arg(long, value_name = "FILE", env = "SWEATBOX_QUIZ")]
    quiz: Option<PathBuf>,

    /// Record nothing for the X-ray; tasks are then not ticked either
    #[arg(long, env = "SWEATBOX_NO_XRAY")]
    pub(super) no_xray: bool,

    /// Let debuggers and tools that measure memory in; they, and a core dump, then see the keys
    #[arg(long, env = "SWEATBOX_DEBUGGABLE")]
    pub(super) debuggable: bool,

    /// What to log, such as `warn`, `sweatbox=debug` or `warn,sweatbox::quiz=debug`
    #[arg(
        long,
        value_name = "FILTER",
        default_value = "info",
        env = "SWEATBOX_LOG"
    )]
    pub(super) log: String,

    /// How a log line looks
    #[arg(long, value_enum, default_value = "text", env = "SWEATBOX_LOG_FORMAT")]
    pub(super) log_format: LogFormat,
}

pub(super) fn run(args: &Serve) -> anyhow::Result<ExitCode> {
    logging::start(&args.log, args.log_format)?;
    super::block_on(serve(args))??;
    Ok(ExitCode::SUCCESS)
}

async fn serve(args: &Serve) -> anyhow::Result<()> {
    let bank = bank(args)?;
    // ANCHOR: ready
    let (settings, store, listeners) = ready(&args.options).await?;
    let clock = Clock::system();
    if let Some(warning) = settings.certificate.date_warning(clock.now()) {
        tracing::warn!("{warning}; browsers will complain");
    }
    let tenancy = args.options.tenancy();
    let sessions = Sessions::new(store.clone(), &settings.identity, clock.clone(), tenancy);
    sessions.rings().switch(!args.no_xray);
    let sandbox = Sandbox::from(Parts {
        identity: settings.identity.clone(),
        sessions: sessions.clone(),
        started: clock.now(),
        clock,
        max_wait: Duration::from_secs(args.max_wait),
        stopping: CancellationToken::new(),
    });
    // ANCHOR_END: ready
    let tls = tls::rustls_config(&settings.certificate);
    let stopping = sandbox.stopping.clone();
    tokio::spawn(stop_at(server::stop_signal()?, stopping.clone()));
    let files = settings.certificate_files.clone();
    tokio::spawn(server::reload_when_changed(files, tls.clone()));
    tokio::spawn(purge_regularly(sessions.clone(), PURGE_INTERVAL));
    #[cfg(unix)]
    let caretaker = {
        let path = caretaker::socket_path(&settings.identity.names);
        tokio::spawn(caretaker::serve(path, sessions.clone()))
    };
    tokio::spawn(keep_claim(store, tenancy, stopping.clone()));

    let database = Database::new(&settings.store, CONNECTIONS);
    let progress = Progress::new(&database, &settings.identity);
    let quiz = Quiz::open(bank, &database, Path::new("."), &sandbox, tenancy);
    super::say(&announcement(&settings))?;
    let limits = Limits::of_this_process(1);
    server::serve(
        listeners,
        tls,
        app::router(sandbox, progress, quiz.clone()),
        limits,
        stopping,
    )
    .await?;
    #[cfg(unix)]
    {
        caretaker.abort();
        // Its end removes the socket; an error says that it was told to end.
        let _ = caretaker.await;
    }
    let close = async { tokio::join!(sessions.close(), quiz.close()) };
    if timeout(LAST_WRITES, close).await.is_err() {
        tracing::warn!("the store did not take leave in time");
    }
    tracing::info!("stopped");
    Ok(())
}

/// The quiz that `--quiz` names, or the one to practise with.
fn bank(args: &Serve) -> Result<Arc<Bank>, Refusal> {
    let Some(file) = &args.quiz else {
        return Ok(Bank::practice());
    };
    let bank = Bank::for_serving(file, &args.options)?;
    if let Err(Refusal { problem, mend }) = refuse_if_shared(file) {
        tracing::warn!("{problem}: the answers; `{mend}`");
    }
    Ok(Arc::new(bank))
}

/// Everything that a start needs, checked; then the port is opened, and whoever has the port
/// claims its sessions. A trial, whose port nobody assigned, looks for another one when it is
/// taken in the meantime.
async fn ready(options: &Options) -> Result<(Settings, Arc<dyn Store>, Vec<TcpListener>), Refusal> {
    let mut tries = 0;
    loop {
        tries += 1;
        let settings = Settings::load(options)?;
        let store = ready_store(&settings, options.tenancy()).await?;
        match listen(&options.bind, settings.assignment) {
            Ok(listeners) => {
                claim_sessions(&*store, options.tenancy(), &settings).await?;
                return Ok((settings, store, listeners));
            }
            Err(_) if settings.assignment.is_trial() && tries < TRIAL_TRIES => {}
            Err(refusal) => return Err(refusal),
        }
    }
}

/// The store, with its tables found or made. One that is down is no reason not to start.
async fn ready_store(settings: &Settings, tenancy: Tenancy) -> Result<Arc<dyn Store>, Refusal> {
    warn_of_memory(&settings.store);
    let store = Guarded::new(stores::open(&settings.store, &settings.identity));
    match store.prepare().await {
        Ok(()) => {}
        Err(StoreError::Refused { problem, mend }) => return Err(Refusal::new(problem, mend)),
        Err(StoreError::Failed(problem) | StoreError::Unprepared(problem)) => {
            return Err(Refusal::new(problem, "see the database's own log"));
        }
        Err(StoreError::Unwritable(problem)) => tracing::warn!(
            "the session store takes no changes, so pages that change a session answer 503 until \
             it does: {problem}"
        ),
        Err(error @ (StoreError::Disconnected(_) | StoreError::Unreachable(_))) => tracing::warn!(
            "the session store is down, so pages with a session answer 503 until it is back: \
             {error}"
        ),
    }
    Ok(stores::eased(
        Arc::new(store),
        settings.store.kind(),
        tenancy,
    ))
}

/// Says what the store `memory` costs.
pub(super) fn warn_of_memory(setup: &StoreSetup) {
    if let StoreSetup::Memory = setup {
        tracing::warn!(
            "sessions live in this process alone: a restart forgets them all, and a second \
             process would know none of them"
        );
    }
}

async fn claim_sessions(
    store: &dyn Store,
    tenancy: Tenancy,
    settings: &Settings,
) -> Result<(), Refusal> {
    match claim(store, tenancy).await {
        // The claim of a store that is down is taken as soon as it is back.
        Ok(true)
        | Err(
            StoreError::Disconnected(_) | StoreError::Unreachable(_) | StoreError::Unwritable(_),
        ) => Ok(()),
        Ok(false) => Err(Refusal::new(
            format!(
                "another process serves the sessions of port {} in {}{}",
                settings.assignment.port(),
                settings.store,
                match tenancy {
                    Tenancy::Alone => "",
                    Tenancy::Replica => ", and it was started without --replicas",
                }
            ),
            "stop the other one, or, if they are to share the port, start both with --replicas",
        )),
        Err(error) => Err(Refusal::new(
            error.to_string(),
            "see the database's own log",
        )),
    }
}

/// Cancels `stopping` at the signal; to be spawned.
pub(super) async fn stop_at(signal: impl Future<Output = ()>, stopping: CancellationToken) {
    signal.await;
    stopping.cancel();
    tracing::info!("stopping: whoever waits is told, and nothing new is accepted");
}

/// The name under which others reach this copy.
pub(super) fn host_name(assignment: Assignment) -> String {
    let name = gethostname::gethostname().into_string();
    match (assignment, name) {
        (Assignment::Assigned(_), Ok(name)) => name,
        _ => "localhost".into(),
    }
}

/// What stands on the terminal after the start.
fn announcement(settings: &Settings) -> String {
    let port = settings.assignment.port();
    let host = host_name(settings.assignment);
    let table = settings.identity.names.session_table();
    let mut text = format!(
        "sweatbox {} serves port {port}\n  page       https://{host}:{port}/\n  \
         sessions   {table} in {store}\n",
        env!("CARGO_PKG_VERSION"),
        store = settings.store,
    );
    if settings.assignment.is_trial() {
        text += &format!(
            "\nThis is a private trial, for this machine alone.\n  \
             from a laptop     ssh -L {port}:localhost:{port} YOU@THIS-HOST, then open the page there\n  \
             with your port    echo 41220 > .port, with the port that you were assigned; start again\n"
        );
    }
    text
}
