//! Connections to one Memcached server, as the crate has none but single ones.

use super::{StoreError, StoreResult};
use crate::config::Credentials;
use async_memcached::{AsciiProtocol, Client, Error, ErrorKind, Status};
use secrecy::{ExposeSecret, SecretString};
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};

/// Connections at the same time.
const CONNECTIONS: usize = 4;
/// A connection, signed in, where the server is there.
const CONNECT_LIMIT: Duration = Duration::from_secs(1);

/// The connections, and what is needed to make more.
pub(super) struct Pool {
    address: String,
    /// User and password, if the server asks for them.
    account: Option<SecretString>,
    /// `memcached host:port`, for messages.
    pub(super) place: String,
    /// The credentials file, for messages.
    source: String,
    slots: Semaphore,
    idle: Mutex<Vec<Client>>,
}

impl Pool {
    pub(super) fn new(credentials: &Credentials) -> Self {
        let Credentials { host, user, .. } = credentials;
        let port = credentials.port.unwrap_or(11211);
        let account = || format!("{user} {}", credentials.password.expose_secret());
        Self {
            address: format!("tcp://{host}:{port}"),
            account: (!user.is_empty()).then(|| SecretString::from(account())),
            place: format!("memcached {host}:{port}"),
            source: credentials.source.display().to_string(),
            slots: Semaphore::new(CONNECTIONS),
            idle: Mutex::default(),
        }
    }

    pub(super) fn idle(&self) -> MutexGuard<'_, Vec<Client>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a free connection, or makes one.
    pub(super) async fn lease(&self) -> StoreResult<Lease<'_>> {
        let slot = self.slots.acquire().await;
        let slot = slot.expect("the semaphore is never closed");
        let idle = self.idle().pop();
        let client = match idle {
            Some(client) => client,
            None => self.connect().await?,
        };
        Ok(Lease {
            pool: self,
            client: Some(client),
            _slot: slot,
        })
    }

    async fn connect(&self) -> StoreResult<Client> {
        let attempt = async {
            let mut client = Client::new(&self.address).await?;
            if let Some(account) = &self.account {
                // To sign in is to set some item first. A server that asks for no password takes
                // it for an item indeed: one whose time is over, so that nobody ever reads it.
                let account = account.expose_secret();
                client.set("account", account, Some(-1), None).await?;
            }
            Ok::<_, Error>(client)
        };
        match timeout(CONNECT_LIMIT, attempt).await {
            Ok(connected) => connected.map_err(|error| self.sort(&error)),
            Err(_) => {
                let what = format!("{}: no connection within 1 s", self.place);
                Err(StoreError::Unreachable(what))
            }
        }
    }

    fn sort(&self, error: &Error) -> StoreError {
        let what = format!("{}: {error}", self.place);
        match error {
            Error::Connect(_) => StoreError::Unreachable(what),
            Error::Io(_) | Error::ConnectionClosed => StoreError::Disconnected(what),
            // "authentication failure" and "unauthenticated"
            Error::Protocol(Status::Error(ErrorKind::Client(why))) if why.contains("authent") => {
                StoreError::refused(
                    format!("{}: wrong user or password", self.place),
                    format!("correct `user` and `password` in {}", self.source),
                )
            }
            Error::Protocol(_) | Error::ParseError(_) => StoreError::Failed(what),
        }
    }
}

/// A connection for one question.
pub(super) struct Lease<'a> {
    pool: &'a Pool,
    client: Option<Client>,
    _slot: SemaphorePermit<'a>,
}

impl Lease<'_> {
    pub(super) fn client(&mut self) -> &mut Client {
        self.client.as_mut().expect("it is there until the end")
    }

    /// Gives the connection back when it answered well.
    pub(super) fn end<T>(mut self, answer: Result<T, Error>) -> StoreResult<T> {
        let answer = answer.map_err(|error| self.pool.sort(&error))?;
        self.pool.idle().extend(self.client.take());
        Ok(answer)
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        if self.client.is_some() {
            // It died, or was given up without an answer: the idle ones lead to the same server
            // and would fail one after another, each taking its time.
            self.pool.idle().clear();
        }
    }
}
