//! Connections on lease: each goes straight from one statement to the next.
//!
//! `sqlx`'s pool asks every connection that comes back for a sign of life, so that each statement
//! is two round trips; and of a statement that was given up half-way it awaits, in the background
//! and without limit, the answer that is still owed. From a host that has vanished that answer
//! never comes, and with a few of those the pool has no place left. So connections in use are
//! kept out of the pool, and thrown away when their answer was not awaited.

mod kept;
#[cfg(test)]
mod tests;

use super::sqlite::Present;
use kept::{Connected, Kept};
use sqlx::{Connection, Database, Pool};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// How long somebody waits for a connection, others before him included.
const TURN: Duration = Duration::from_secs(1);

/// The connections of a pool, for one statement each. Cheap to clone.
#[derive(Debug)]
pub(super) struct Leases<DB: Database> {
    pool: Pool<DB>,
    places: Arc<Semaphore>,
    kept: Arc<Kept<DB>>,
}

impl<DB: Database> Leases<DB> {
    /// Connections to a server; as many as the pool may have.
    pub(super) fn to_server(pool: Pool<DB>) -> Self {
        Self::of(pool, None)
    }

    /// Connections to a file, on which nothing overtakes a statement that was given up.
    pub(super) fn to_file(pool: Pool<DB>, file: &Arc<Present>) -> Self {
        Self::of(pool, Some(file.clone()))
    }

    fn of(pool: Pool<DB>, file: Option<Arc<Present>>) -> Self {
        let places = pool.options().get_max_connections() as usize;
        Self {
            pool,
            places: Arc::new(Semaphore::new(places)),
            kept: Arc::new(Kept::new(file)),
        }
    }

    /// How its connections are made.
    pub(super) fn connect_options(&self) -> Arc<<DB::Connection as Connection>::Options> {
        self.pool.connect_options()
    }

    /// Waits for a connection; first come, first served.
    pub(super) async fn take(&self) -> sqlx::Result<Lease<DB>> {
        if let Some(lease) = self.take_at_once() {
            return Ok(lease);
        }
        // In a box: a statement that need not wait has no room for what it takes to connect.
        let leased = Box::pin(timeout(TURN, async {
            let place = self.places.clone().acquire_owned().await;
            self.lease(place.map_err(|_| sqlx::Error::PoolClosed)?)
                .await
        }));
        leased.await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
    }

    /// A connection that was kept, if nobody is waiting for one.
    fn take_at_once(&self) -> Option<Lease<DB>> {
        let place = self.places.clone().try_acquire_owned().ok()?;
        let connected = self.kept.take()?;
        Some(self.leased(connected, place))
    }

    /// A connection, unless all are in use.
    pub(super) async fn take_if_free(&self) -> Option<sqlx::Result<Lease<DB>>> {
        let place = self.places.clone().try_acquire_owned().ok()?;
        Some(self.lease(place).await)
    }

    async fn lease(&self, place: OwnedSemaphorePermit) -> sqlx::Result<Lease<DB>> {
        let connected = match self.kept.take() {
            Some(connected) => connected,
            None => Connected::new(self.pool.acquire().await?),
        };
        Ok(self.leased(connected, place))
    }

    fn leased(&self, connected: Connected<DB>, place: OwnedSemaphorePermit) -> Lease<DB> {
        Lease {
            connected: Some(connected),
            kept: self.kept.clone(),
            _place: place,
        }
    }

    /// Whether none has been opened, or all have been closed again.
    pub(super) fn are_closed(&self) -> bool {
        self.pool.size() == 0
    }

    /// Whether they have been closed for good.
    pub(super) fn are_closing(&self) -> bool {
        self.places.is_closed()
    }

    /// Closes the connections, those in use when they come back.
    pub(super) async fn close(&self) {
        self.places.close();
        self.kept.close();
        self.pool.close().await;
    }
}

impl<DB: Database> Clone for Leases<DB> {
    fn clone(&self) -> Self {
        Self {
            pool: self.pool.clone(),
            places: self.places.clone(),
            kept: self.kept.clone(),
        }
    }
}

/// A connection for one statement.
#[derive(Debug)]
pub(super) struct Lease<DB: Database> {
    connected: Option<Connected<DB>>,
    kept: Arc<Kept<DB>>,
    _place: OwnedSemaphorePermit,
}

impl<DB: Database> Lease<DB> {
    /// The connection itself.
    pub(super) fn connection(&mut self) -> &mut DB::Connection {
        let connected = self.connected.as_mut();
        &mut connected.expect("it is there until the end").connection
    }

    /// The statement was answered: well, and the next one may have the connection; or badly, and
    /// the connection, which may be to blame, has to show that it lives.
    pub(super) fn end<T>(mut self, answer: &sqlx::Result<T>) {
        match (self.connected.take(), answer) {
            (Some(connected), Ok(_)) => self.kept.keep(connected),
            (Some(connected), Err(_)) => connected.give_back(),
            (None, _) => {}
        }
    }
}

impl<DB: Database> Drop for Lease<DB> {
    /// Without an [`end`](Self::end) the statement was given up.
    fn drop(&mut self) {
        match (self.connected.take(), &self.kept.file) {
            // The pool awaits its end before it lets the next one in; a file always answers.
            (Some(connected), Some(_)) => drop(connected),
            (Some(connected), None) => connected.close(),
            (None, _) => {}
        }
    }
}
