//! What a store finds in its place: ours, somebody else's, or a place where it may do little (S9).

mod file;
mod mariadb;
#[cfg(feature = "memcached")]
mod memcached;
#[cfg(feature = "mongodb")]
mod mongodb;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "redis")]
mod redis;
mod sqlite;

use std::sync::Arc;
use sweatbox::{
    config::StoreSetup,
    identity::{Identity, InstallKey, Port},
    sessions::stores::{self, Store, StoreError},
};

fn identity(key: &str) -> Identity {
    let key: InstallKey = key.repeat(32).parse().unwrap();
    Identity::derive(Port::new(41220).unwrap(), &key)
}

/// Prepares the store of port 41220 under an install key; the refusal as text.
async fn prepare(setup: &StoreSetup, key: &str) -> Result<(), String> {
    prepared(&*open(setup, key)).await
}

/// The store of port 41220 under an install key.
fn open(setup: &StoreSetup, key: &str) -> Arc<dyn Store> {
    stores::open(setup, &identity(key))
}

async fn prepared(store: &dyn Store) -> Result<(), String> {
    store.prepare().await.map_err(|error| match error {
        StoreError::Refused { problem, mend } => format!("{problem} | {mend}"),
        other => panic!("not a refusal: {other}"),
    })
}
