//! `sweatbox desk ROSTER`: from a roster to the desk in the instructor's browser.

use super::{
    grade::OPEN_AS,
    logging::{self, LogFormat},
    serve,
};
use crate::{
    clock::Clock,
    config::{self, Assignment, CertificateFiles, Options, Refusal, quoted},
    desk::{self, ScoresFile, Setup, Token},
    grading::class::{Limits, Profile},
    host::{allow_open_files, is_same_host},
    identity::Port,
    listen::listen,
    roster::Roster,
    server, tls,
};
use secrecy::{ExposeSecret, SecretString};
use std::{
    fs,
    io::{self, IsTerminal},
    net::{IpAddr, Ipv4Addr, TcpListener},
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};
use tokio_util::sync::CancellationToken;

/// So many copies in one browser of the checks, as `grade` has it.
const JAR: usize = 80;
/// What one student's checks may take, as `grade` has it.
const STUDENT: Duration = Duration::from_secs(120);

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Serves one page on loopback: a row for each student with both copies, the last check, and a score \
and a comment by hand, which are saved at once. The link that opens it carries a token: it is \
printed on a terminal, and anywhere else written to a file that only you can read.

To count and forget the copies' cookies, the desk has to be opened under the copies' own host \
name: run it on that host, with --bind.")]
pub(super) struct Desk {
    /// The class: CSV with the columns student, name, email, host, sandbox, production
    roster: PathBuf,

    /// The desk's own port [default: a free one]
    #[arg(long, value_name = "PORT")]
    port: Option<Port>,

    /// Where scores and comments by hand are kept [default: ROSTER with the ending .scores.json]
    #[arg(long, value_name = "FILE")]
    scores: Option<PathBuf>,

    /// What counts and how much, as for `grade` [default: everything, 100 points]
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,

    /// So many students are checked at once
    #[arg(
        long,
        value_name = "N",
        default_value_t = 16,
        value_parser = clap::value_parser!(u16).range(1..=500)
    )]
    jobs: u16,

    /// Address to listen on; may be repeated [default: loopback]
    #[arg(long, value_name = "ADDRESS", value_delimiter = ',')]
    bind: Vec<IpAddr>,

    /// PEM file with the certificate chain [default: certs/selfsigned.crt]
    #[arg(long, value_name = "FILE", env = "SWEATBOX_CERT")]
    cert: Option<PathBuf>,

    /// PEM file with the private key [default: certs/selfsigned.key]
    #[arg(long, value_name = "FILE", env = "SWEATBOX_KEY")]
    key: Option<PathBuf>,
}

pub(super) fn run(args: &Desk) -> anyhow::Result<ExitCode> {
    logging::start("warn", LogFormat::Text)?;
    let setup = args.setup()?;
    let copies = setup.roster.students.len() * 2;
    allow_open_files(copies + usize::from(args.jobs) * OPEN_AS)?;
    super::block_on(serve(args, setup))??;
    Ok(ExitCode::SUCCESS)
}

async fn serve(args: &Desk, setup: Setup) -> anyhow::Result<()> {
    let stopping = CancellationToken::new();
    tokio::spawn(serve::stop_at(server::stop_signal()?, stopping.clone()));
    let files = args.certificate_files()?;
    let certificate = files.load_or_make()?;
    if let Some(warning) = certificate.date_warning(Clock::system().now()) {
        tracing::warn!("{warning}; browsers will complain");
    }
    let tls = tls::rustls_config(&certificate);
    let port = args.port()?;
    let link = setup.token.link(&args.host(&setup.roster), port);
    let announcement = args.announcement(&setup);
    let desk = desk::Desk::open(setup, Clock::system(), stopping.clone())?;
    let listeners = listen(&args.bind, Assignment::Trial(port))?;
    tokio::spawn(server::reload_when_changed(files, tls.clone()));
    tokio::spawn(desk.clone().keep_up());
    let note = args.hand_over(&announcement, &link, port)?;
    let limits = server::Limits::default();
    let served = server::serve(listeners, tls, desk.router(), limits, stopping).await;
    if let Some(note) = note {
        // Its token opens nothing any more; an error says that somebody else has removed it.
        let _ = fs::remove_file(note);
    }
    served?;
    Ok(())
}

fn token() -> Result<Token, Refusal> {
    Token::random().map_err(|error| {
        let problem = format!("no random bytes for a token: {error}");
        Refusal::new(problem, "ask the administrator of this host")
    })
}

impl Desk {
    /// Everything that the arguments name, read and checked.
    fn setup(&self) -> Result<Setup, Refusal> {
        let profile = match &self.profile {
            Some(path) => Profile::read(path)?,
            None => Profile::usual(false),
        };
        if profile.needs_database() {
            let problem = "the profile asks for the copies' tables, which a desk cannot look into";
            let mend =
                "take 0350-own-table out of it, and look with: sweatbox grade … --credentials FILE";
            return Err(Refusal::new(problem, mend));
        }
        let scores = self.scores.clone().map(ScoresFile::at);
        Ok(Setup {
            roster: Roster::read(&self.roster)?,
            profile,
            limits: Limits {
                jobs: self.jobs.into(),
                jar: JAR,
                student: STUDENT,
            },
            scores: scores.unwrap_or_else(|| ScoresFile::beside(&self.roster)),
            token: token()?,
        })
    }

    fn certificate_files(&self) -> Result<CertificateFiles, Refusal> {
        CertificateFiles::locate(&Options {
            cert: self.cert.clone(),
            key: self.key.clone(),
            ..Options::default()
        })
    }

    fn port(&self) -> Result<Port, Refusal> {
        if let Some(port) = self.port {
            return Ok(port);
        }
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|free| free.local_addr());
        let free = free.ok().and_then(|address| Port::new(address.port()));
        let refuse = || Refusal::new("no free port on 127.0.0.1", "sweatbox desk … --port 44300");
        free.ok_or_else(refuse)
    }

    /// The name under which the desk is opened: beyond loopback this host's, as the roster has
    /// it, since that is where the copies' cookies are.
    fn host(&self, roster: &Roster) -> String {
        let own = gethostname::gethostname().into_string();
        let (Ok(own), false) = (own, self.bind.iter().all(IpAddr::is_loopback)) else {
            return "localhost".into();
        };
        let mut hosts = roster.students.iter().map(|student| &student.host);
        let known = hosts.find(|host| is_same_host(&own, host));
        known.cloned().unwrap_or(own)
    }

    fn announcement(&self, setup: &Setup) -> String {
        format!(
            "sweatbox {} desk for {} students of {}\n  scores     {}\n",
            env!("CARGO_PKG_VERSION"),
            setup.roster.students.len(),
            self.roster.display(),
            setup.scores.path().display(),
        )
    }

    /// Tells where the link is: on a terminal the link itself, elsewhere a file with it, since
    /// what is printed there may go into a log. The file, if there is one.
    fn hand_over(
        &self,
        announcement: &str,
        link: &SecretString,
        port: Port,
    ) -> anyhow::Result<Option<PathBuf>> {
        let link = link.expose_secret();
        if io::stdout().is_terminal() {
            let text = format!("{announcement}  open       {link}\n");
            super::say(&text)?;
            return Ok(None);
        }
        let mut file = self.roster.clone().into_os_string();
        file.push(format!(".desk-{port}"));
        let file = PathBuf::from(file);
        let written = config::write_whole(&file, format!("{link}\n").as_bytes());
        written.map_err(|error| Refusal::io("write", &file, &error))?;
        let text = format!("{announcement}  link       cat {}\n", quoted(&file));
        super::say(&text)?;
        Ok(Some(file))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        desk: Desk,
    }

    fn host(arguments: &[&str], hosts: &[&str]) -> String {
        let line = Line::parse_from([&["desk", "class.csv"], arguments].concat());
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("class.csv");
        let mut text = "student,name,email,host,sandbox,production\n".to_owned();
        for (number, host) in (1..).zip(hosts) {
            text += &format!("s{number},,,{host},{},{}\n", 2 * number, 2 * number + 1);
        }
        fs::write(&path, text).unwrap();
        line.desk.host(&Roster::read(&path).unwrap())
    }

    #[test]
    fn a_desk_on_loopback_is_opened_as_localhost_and_any_other_under_the_roster_s_name() {
        let own = gethostname::gethostname().into_string().unwrap();
        let full = format!("{own}.school.example");
        let hosts = ["elsewhere.example", &*full];
        assert_eq!(host(&[], &hosts), "localhost");
        assert_eq!(host(&["--bind", "127.0.0.1,::1"], &hosts), "localhost");
        if !own.contains('.') {
            assert_eq!(host(&["--bind", "0.0.0.0"], &hosts), full);
        }
        assert_eq!(host(&["--bind", "::"], &["elsewhere.example"]), own);
    }
}
