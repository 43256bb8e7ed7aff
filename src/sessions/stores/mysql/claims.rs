//! A process's claim on its sessions: a lock that the server takes back when the process dies.

use super::{
    MysqlStore,
    locks::{give_back, take},
};
use crate::sessions::stores::{StoreResult, Tenancy, claims::Claims};
use sqlx::{ConnectOptions, MySql, MySqlConnection};

/// How many replicas one port may have.
const REPLICAS: usize = 16;
/// How long a replica waits while another one is just starting, in seconds.
const START: f64 = 0.5;

/// The claims on the connection that holds them.
type Connected = Claims<MySqlConnection>;

impl MysqlStore {
    /// The claim is a lock on a connection that does nothing else. `GET_LOCK` knows no shared
    /// locks, so a replica takes one of 16 places, and whoever is alone holds the door and finds
    /// all empty.
    pub(super) async fn claim_as(&self, tenancy: Tenancy) -> StoreResult<bool> {
        let mut kept = self.pools.claims.lock().await;
        // Taken out while it is asked: given up half-way, it is closed.
        let mut claims = self.living(kept.take()).await?;
        if !claims.held.contains_key(&self.table) {
            let granted = match tenancy {
                Tenancy::Alone => self.claim_alone(&mut claims.connection).await,
                Tenancy::Replica => self.claim_a_place(&mut claims.connection).await,
            };
            if let Some(lock) = granted.map_err(|error| self.sort(error))? {
                claims.held.insert(self.table.clone(), lock);
            }
        }
        let granted = claims.held.contains_key(&self.table);
        *kept = Some(claims).filter(|claims| !claims.held.is_empty());
        Ok(granted)
    }

    /// Gives the claim back and leaves the others' on the connection alone.
    pub(super) async fn give_claim_back(&self) {
        let mut kept = self.pools.claims.lock().await;
        let Some(mut claims) = kept.take() else {
            return;
        };
        let lock = claims.held.remove(&self.table);
        let done = match lock {
            Some(lock) => give_back(&mut claims.connection, &lock).await,
            None => Ok(()),
        };
        // Without an answer it is closed, and the others claim anew.
        *kept = done.is_ok().then_some(claims);
    }

    async fn living(&self, kept: Option<Connected>) -> StoreResult<Connected> {
        if let Some(mut claims) = kept
            && claims.live().await
        {
            return Ok(claims);
        }
        let options = self.pools.locks.connect_options();
        let connection = options.connect().await;
        let connection = connection.map_err(|error| self.sort(error))?;
        Ok(Claims::on(connection))
    }

    /// The lock that was taken, if it was.
    async fn claim_alone(&self, connection: &mut MySqlConnection) -> sqlx::Result<Option<String>> {
        let door = self.lock_name("door");
        if !take(connection, &door, 0.0).await? {
            return Ok(None);
        }
        let query = format!("SELECT {}", ["IS_FREE_LOCK(?)"; REPLICAS].join(" + "));
        let places = (0..REPLICAS).map(|place| self.lock_name(&format!("place {place}")));
        let query = sqlx::query_scalar::<MySql, Option<i64>>(&query);
        let query = places.fold(query, |query, name| query.bind(name));
        let free = query.fetch_one(&mut *connection).await?;
        if free == Some(REPLICAS as i64) {
            return Ok(Some(door));
        }
        give_back(connection, &door).await?;
        Ok(None)
    }

    async fn claim_a_place(
        &self,
        connection: &mut MySqlConnection,
    ) -> sqlx::Result<Option<String>> {
        let door = self.lock_name("door");
        if !take(connection, &door, START).await? {
            return Ok(None);
        }
        let mut taken = None;
        for place in 0..REPLICAS {
            let name = self.lock_name(&format!("place {place}"));
            if take(connection, &name, 0.0).await? {
                taken = Some(name);
                break;
            }
        }
        give_back(connection, &door).await?;
        Ok(taken)
    }
}
