//! The driver's client: whom it connects to, and how long it waits for what.

use crate::config::Credentials;
use mongodb::{
    Client,
    options::{Acknowledgment, ClientOptions, Credential, ServerAddress, WriteConcern},
};
use secrecy::ExposeSecret;
use std::time::Duration;

/// For a server to be found, and for a connection to be made.
const CONNECT_LIMIT: Duration = Duration::from_secs(1);
/// How often the driver looks whether the server is there. A question that is never answered has
/// no time limit of its own: its connection ends when such a look fails.
const HEARTBEAT: Duration = Duration::from_secs(2);

/// A client that connects when it is first needed. It watches the server from now on, so it is
/// to be made within a runtime.
pub(super) fn client(credentials: &Credentials) -> Client {
    let server = ServerAddress::Tcp {
        host: credentials.host.clone(),
        port: Some(port(credentials)),
    };
    // An answered change is to survive what kills a server: it is on the disk (`j`), and, where
    // there is a replica set, on most members, so that no other primary can be without it.
    let safe = WriteConcern::builder()
        .w(Acknowledgment::Majority)
        .journal(true)
        .build();
    // `direct_connection` is left out, as in the Node programs of the course: a lone server is
    // used as it is, a member of a replica set tells where the primary is, now and after its
    // death. (The names by which the members know each other must be known here, too.)
    let options = ClientOptions::builder()
        .app_name("sweatbox".to_owned())
        .hosts(vec![server])
        .credential(credential(credentials))
        .server_selection_timeout(CONNECT_LIMIT)
        .connect_timeout(CONNECT_LIMIT)
        .heartbeat_freq(HEARTBEAT)
        .max_pool_size(4_u32)
        .max_idle_time(Duration::from_secs(60))
        // `Guarded` repeats, for every store alike; and a lone server cannot tell repeated writes.
        .retry_reads(false)
        .retry_writes(false)
        .write_concern(safe)
        .build();
    Client::with_options(options).expect("a server's address is a complete configuration")
}

fn credential(credentials: &Credentials) -> Option<Credential> {
    let Credentials { user, database, .. } = credentials;
    let password = credentials.password.expose_secret();
    (!user.is_empty()).then(|| {
        Credential::builder()
            .username(user.clone())
            .password(password.to_owned())
            // MongoDB's accounts belong to a database (`authSource`): here to the one that they
            // are for, as in `mongodb://user:password@host/database`.
            .source(database.clone())
            .build()
    })
}

fn port(credentials: &Credentials) -> u16 {
    credentials.port.unwrap_or(27017)
}

/// Where it is, for messages: `user@host:port/database`.
pub(super) fn place(credentials: &Credentials) -> String {
    let Credentials { user, host, .. } = credentials;
    let account = match &**user {
        "" => String::new(),
        user => format!("{user}@"),
    };
    let (port, database) = (port(credentials), &credentials.database);
    format!("{account}{host}:{port}/{database}")
}
