//! `sweatbox host ROSTER`: from a roster to every copy of a class in one process.

use super::{logging, serve};
#[cfg(unix)]
use crate::caretaker;
use crate::{
    clock::Clock,
    config::{self, Assignment, CertificateFiles, InstallKeyFile, Refusal, StoreSetup},
    host::{self, Class, HostedCopy, Selected, Selection, Shared},
    identity::Port,
    listen::listen_on_all,
    roster::Roster,
    server::{self, Hangups, Limits},
    sessions::PURGE_INTERVAL,
    tls,
};
use axum_server::tls_rustls::RustlsConfig;
use std::{
    collections::{BTreeMap, BTreeSet},
    net::TcpListener,
    path::PathBuf,
    process::ExitCode,
    thread::available_parallelism,
    time::{Duration, Instant},
};
use tokio::{task::JoinSet, time::timeout};
use tokio_util::sync::CancellationToken;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "SIGHUP reads the roster again: lines that were added are served, those \
    that are gone are stopped, and a roster that is wrong changes nothing."
)]
pub(super) struct Host {
    /// The class: a CSV file with the columns student, name, email, host, sandbox, production
    roster: PathBuf,

    /// Another name of this host, as the roster has it; may be repeated
    #[arg(long, value_name = "NAME")]
    also: Vec<String>,

    /// Serve every line, whichever host it names
    #[arg(long, conflicts_with = "also")]
    all: bool,

    #[command(flatten)]
    pub(super) serve: serve::Serve,
}

/// A class that is served.
struct Hosting<'a> {
    args: &'a Host,
    class: Class,
    tls: RustlsConfig,
    /// One task for each copy.
    running: JoinSet<()>,
}

pub(super) fn run(args: &Host) -> anyhow::Result<ExitCode> {
    logging::start(&args.serve.log, args.serve.log_format)?;
    let threads = available_parallelism().map_or(2, usize::from);
    super::block_on_threads(threads, host_class(args))??;
    Ok(ExitCode::SUCCESS)
}

async fn host_class(args: &Host) -> anyhow::Result<()> {
    let start = Instant::now();
    let mut hangups = Hangups::listen();
    let stopping = CancellationToken::new();
    tokio::spawn(serve::stop_at(server::stop_signal()?, stopping.clone()));
    let selected = args.selected()?;
    host::allow_open_files(selected.ports.len())?;
    let (mut hosting, setup) = Hosting::ready(args, &selected, stopping.clone()).await?;
    hosting.admit(&selected.ports).await?;
    let class = hosting.class.clone();
    tokio::spawn(host::keep_claims(class.clone()));
    tokio::spawn(host::purge_regularly(class.clone(), PURGE_INTERVAL));
    super::say(&args.announcement(&selected, &setup, start.elapsed()))?;
    while !(stopping.is_cancelled() && hosting.running.is_empty()) {
        tokio::select! {
            Some(ended) = hosting.running.join_next() => {
                if let Err(error) = ended {
                    tracing::error!(%error, "a copy has failed; the others go on");
                }
            }
            () = hangups.next(), if !stopping.is_cancelled() => hosting.read_again().await,
            () = stopping.cancelled(), if hosting.running.is_empty() => {}
        }
    }
    if timeout(serve::LAST_WRITES, class.close()).await.is_err() {
        tracing::warn!("the store did not take leave in time");
    }
    tracing::info!("stopped");
    Ok(())
}

impl Host {
    /// The copies that are ours, as the roster says now.
    fn selected(&self) -> Result<Selected, Refusal> {
        let options = &self.serve.options;
        for (given, flag, why) in [
            (options.port.is_some(), "--port", "the roster has the ports"),
            (
                options.replicas,
                "--replicas",
                "a hosted class is one process",
            ),
        ] {
            if given {
                let problem = format!("{flag} does not go with `host`: {why}");
                let mend = "leave it out, also where it stands in the environment (SWEATBOX_…)";
                return Err(Refusal::new(problem, mend));
            }
        }
        self.selection().of(&Roster::read(&self.roster)?)
    }

    fn selection(&self) -> Selection {
        if self.all {
            return Selection::All;
        }
        let own = gethostname::gethostname().into_string().ok();
        let local = ["localhost", "127.0.0.1", "::1"].map(String::from);
        let names = own.into_iter().chain(self.also.iter().cloned());
        Selection::Here(names.chain(local).collect())
    }

    /// What stands on the terminal after the start.
    fn announcement(&self, selected: &Selected, setup: &StoreSetup, took: Duration) -> String {
        let Selected {
            ports,
            students,
            elsewhere,
        } = selected;
        let mut text = format!(
            "sweatbox {} hosts {} copies of {students} students, ready after {:.1} s\n  \
             pages      https://{}:PORT/, ports {}\n  \
             sessions   s_PORT_session in {setup}\n  \
             tokens     sweatbox token --port PORT\n",
            env!("CARGO_PKG_VERSION"),
            ports.len(),
            took.as_secs_f64(),
            serve::host_name(Assignment::Assigned(first(ports))),
            range(ports),
        );
        if *elsewhere > 0 {
            text += &format!("  elsewhere  {elsewhere} lines of the roster name other hosts\n");
        }
        text
    }
}

impl<'a> Hosting<'a> {
    /// Everything that all copies need, found and checked in the order in which `serve` does.
    async fn ready(
        args: &'a Host,
        selected: &Selected,
        stopping: CancellationToken,
    ) -> Result<(Self, StoreSetup), Refusal> {
        let options = &args.serve.options;
        let key = InstallKeyFile::locate(options)?.load_or_make()?;
        let port = first(&selected.ports);
        let setup = config::store_setup(options, Assignment::Assigned(port))?;
        serve::warn_of_memory(&setup);
        let files = CertificateFiles::locate(options)?;
        let certificate = files.load_or_make()?;
        if let Some(warning) = certificate.date_warning(Clock::system().now()) {
            tracing::warn!("{warning}; browsers will complain");
        }
        let max_wait = Duration::from_secs(args.serve.max_wait);
        let shared = Shared::new(key, &setup, max_wait, !args.serve.no_xray, stopping)?;
        shared.check(port).await?;
        let tls = tls::rustls_config(&certificate);
        tokio::spawn(server::reload_when_changed(files, tls.clone()));
        let hosting = Self {
            args,
            class: Class::new(shared),
            tls,
            running: JoinSet::new(),
        };
        Ok((hosting, setup))
    }

    /// Serves copies on all of `ports`, or on none.
    async fn admit(&mut self, ports: &BTreeSet<Port>) -> Result<(), Refusal> {
        let mut listeners: BTreeMap<Port, Vec<TcpListener>> =
            listen_on_all(&self.args.serve.options.bind, ports)?;
        let admitted = self.class.admit(ports).await?;
        let limits = Limits::of_this_process(self.class.ports().len());
        for copy in admitted {
            let listeners = listeners.remove(&copy.port()).unwrap_or_default();
            let (class, tls) = (self.class.clone(), self.tls.clone());
            let limits = limits.clone();
            self.running
                .spawn(serve_one(copy, listeners, tls, limits, class));
        }
        Ok(())
    }

    /// Does what the roster says now; if it cannot be done, everything goes on as it was.
    async fn read_again(&mut self) {
        match self.follow_roster().await {
            Ok([added, removed, copies]) => {
                tracing::info!(added, removed, copies, "roster read again");
            }
            Err(refusal) => {
                let (problem, mend) = (&refusal.problem, &refusal.mend);
                tracing::error!(%problem, %mend, "the roster is refused; the copies go on as before");
            }
        }
    }

    /// How many copies were added and removed, and how many there are.
    async fn follow_roster(&mut self) -> Result<[usize; 3], Refusal> {
        let wanted = self.args.selected()?.ports;
        let (running, stopping) = (self.class.ports(), self.class.stopping());
        if let Some(port) = wanted.intersection(&stopping).next() {
            let problem = format!("the copy on port {port} is still stopping");
            return Err(Refusal::new(problem, "send SIGHUP again in five seconds"));
        }
        let added = &wanted - &running;
        host::allow_open_files(running.len() + added.len())?;
        self.admit(&added).await?;
        let removed = &running - &wanted;
        let removed = &removed - &stopping;
        for port in &removed {
            self.class.stop(*port);
        }
        Ok([added.len(), removed.len(), wanted.len()])
    }
}

/// Serves one copy to its end, which is nobody else's affair.
async fn serve_one(
    copy: HostedCopy,
    listeners: Vec<TcpListener>,
    tls: RustlsConfig,
    limits: Limits,
    class: Class,
) {
    let (port, stopping) = (copy.port(), copy.stopping().clone());
    #[cfg(unix)]
    let caretaker = {
        let path = caretaker::socket_path(&copy.identity().names);
        tokio::spawn(caretaker::serve(path, copy.sessions().clone()))
    };
    let served = server::serve(listeners, tls, copy.app(), limits, stopping).await;
    if let Err(error) = served {
        tracing::error!(%port, %error, "a copy has ended; the others go on");
    }
    #[cfg(unix)]
    {
        caretaker.abort();
        // Its end removes the socket; an error says that it was told to end.
        let _ = caretaker.await;
    }
    let closed = timeout(serve::LAST_WRITES, copy.close()).await;
    if closed.is_err() {
        tracing::warn!(%port, "the store did not take leave in time");
    }
    class.dismiss(&copy);
}

fn first(ports: &BTreeSet<Port>) -> Port {
    *ports.first().expect("a selection has a student")
}

/// `41000 to 41599`, from the first to the last.
fn range(ports: &BTreeSet<Port>) -> String {
    let last = ports.last().expect("a selection has a student");
    format!("{} to {last}", first(ports))
}
