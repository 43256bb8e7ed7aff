//! `sweatbox sessions`: the owner of a copy looks after its sessions.

use crate::{
    caretaker::{self, Line, Reply, Wish},
    clock::Clock,
    config::{self, InstallKeyFile, Options, Refusal, StoreSetup, Tenancy},
    identity::Identity,
    sessions::{
        Sessions,
        stores::{self, Guarded, Store, StoreError},
    },
};
use std::{process::ExitCode, sync::Arc};
use time::OffsetDateTime;

#[derive(Debug, clap::Subcommand)]
pub(super) enum SessionsCommand {
    /// Show sessions: the beginnings of their ids, their sizes, when they expire
    List {
        /// Only those whose ids begin so
        #[arg(default_value = "", allow_hyphen_values = true)]
        prefix: String,
        /// At most so many
        #[arg(long, default_value_t = 100)]
        limit: u32,
        #[command(flatten)]
        options: Options,
    },
    /// Tell how many sessions there are
    Count(Options),
    /// End the session whose id begins so; its visitor is then a new one
    End {
        /// The beginning of the id, as `list` shows it
        #[arg(allow_hyphen_values = true)]
        prefix: String,
        /// All that begin so, if it is more than one
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        options: Options,
    },
    /// Remove expired sessions now
    Purge(Options),
}

pub(super) fn run(command: SessionsCommand) -> anyhow::Result<ExitCode> {
    let (wish, options) = match command {
        SessionsCommand::List {
            prefix,
            limit,
            options,
        } => {
            let prefix = beginning(&prefix)?;
            (Wish::List { prefix, limit }, options)
        }
        SessionsCommand::Count(options) => (Wish::Count, options),
        SessionsCommand::End {
            prefix,
            all,
            options,
        } => {
            let prefix = beginning(&prefix)?;
            (Wish::End { prefix, all }, options)
        }
        SessionsCommand::Purge(options) => (Wish::Purge, options),
    };
    let reply = super::block_on(answered(&options, wish.clone()))??;
    super::say(&text(&wish, &reply)?)?;
    let nothing = matches!((&wish, &reply), (Wish::End { .. }, Reply::Count(0)));
    Ok(match nothing {
        true => super::FOUND.into(),
        false => ExitCode::SUCCESS,
    })
}

/// `list` shows four characters and `…`, and that is what people copy.
fn beginning(prefix: &str) -> Result<String, Refusal> {
    let prefix = prefix.trim_end_matches('…');
    let known = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    match prefix.chars().all(known) && prefix.len() <= 22 {
        true => Ok(prefix.to_owned()),
        false => Err(Refusal::new(
            format!("`{prefix}` is no beginning of an id: 1 to 22 letters, digits, `-` and `_`"),
            "sweatbox sessions list",
        )),
    }
}

async fn answered(options: &Options, wish: Wish) -> anyhow::Result<Reply> {
    let assignment = config::assignment(options)?;
    let key = InstallKeyFile::locate(options)?.load_or_make()?;
    let identity = Identity::derive(assignment.port(), &key);
    let path = caretaker::socket_path(&identity.names);
    #[cfg(unix)]
    if let Some(reply) = caretaker::ask(&path, &wish).await? {
        return Ok(reply);
    }
    let setup = config::store_setup(options, assignment)?;
    let (store, tenancy) = borrowed(&setup, &identity, options).await?;
    let sessions = Sessions::new(store, &identity, Clock::system(), tenancy);
    let reply = caretaker::perform(&sessions, wish).await;
    sessions.close().await;
    Ok(reply)
}

/// The store of a copy that does not run, claimed for as long as this takes.
async fn borrowed(
    setup: &StoreSetup,
    identity: &Identity,
    options: &Options,
) -> anyhow::Result<(Arc<dyn Store>, Tenancy)> {
    let port = identity.port();
    if let StoreSetup::Memory = setup {
        let problem = format!("no copy of port {port} runs in this folder, so it has no sessions");
        return Err(Refusal::new(problem, "run this in the folder of the running copy").into());
    }
    let tenancy = options.tenancy();
    let store = Guarded::new(stores::open(setup, identity));
    let usable = async {
        store.prepare().await?;
        store.claim(tenancy).await
    };
    match usable.await {
        Ok(true) => Ok((Arc::new(store), tenancy)),
        Ok(false) => {
            let problem = format!("a copy of port {port} runs, but not in this folder");
            let mend = "run this in its folder, or, if it was started so, with --replicas";
            Err(Refusal::new(problem, mend).into())
        }
        Err(StoreError::Refused { problem, mend }) => Err(Refusal::new(problem, mend).into()),
        Err(error) => Err(Refusal::new(error.to_string(), "sweatbox doctor").into()),
    }
}

fn text(wish: &Wish, reply: &Reply) -> Result<String, Refusal> {
    Ok(match (wish, reply) {
        (_, Reply::List(lines)) => table(lines),
        (Wish::End { prefix, .. }, Reply::Count(0)) => format!("no session begins with {prefix}\n"),
        (Wish::End { .. }, Reply::Count(count)) => format!("ended {count}\n"),
        (Wish::Purge, Reply::Count(count)) => format!("removed {count} expired\n"),
        (_, Reply::Count(count)) => format!("{count}\n"),
        (_, Reply::Ambiguous) => {
            let problem = "more than one session begins so; none was ended";
            let mend = "give more characters, or, to end them all, --all";
            return Err(Refusal::new(problem, mend));
        }
        (_, Reply::Failed(why)) => return Err(Refusal::new(why.clone(), "sweatbox doctor")),
    })
}

fn table(lines: &[Line]) -> String {
    let now = OffsetDateTime::now_utc().unix_timestamp();
    let rows = lines.iter().map(|line| {
        let left = match line.expires - now {
            left @ 1.. => format!("in {} min", (left + 59) / 60),
            _ => "expired".to_owned(),
        };
        format!("{:7}{:>8}  {left}\n", line.id, line.bytes)
    });
    let head = format!("{:7}{:>8}  {}\n", "ID", "BYTES", "EXPIRES");
    [head].into_iter().chain(rows).collect()
}
