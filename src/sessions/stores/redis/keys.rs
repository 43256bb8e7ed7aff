//! Which sessions there are: a walk over all keys, in a cluster of every master.

use super::{RedisStore, StoreResult};
use fred::prelude::{ClusterInterface, KeysInterface, Server};
use std::collections::BTreeSet;
use tower_sessions::session::Id;

impl RedisStore {
    /// The ids of all sessions that begin with `prefix`; in a cluster, of all masters.
    pub(super) async fn ids(&self, prefix: &str) -> StoreResult<Vec<Id>> {
        let begin = format!("{}session:{{", self.identity.names.cache_prefix);
        let pattern = format!("{begin}*");
        let mut keys = Vec::new();
        for master in self.masters() {
            let mut cursor = "0".to_owned();
            loop {
                let page = match &master {
                    None => {
                        self.client
                            .scan_page(cursor, &pattern, Some(1000), None)
                            .await
                    }
                    Some(master) => {
                        let client = self.client.with_cluster_node(master);
                        client.scan_page(cursor, &pattern, Some(1000), None).await
                    }
                };
                let page: (String, Vec<String>) = page.map_err(|error| self.sort(&error))?;
                keys.extend(page.1);
                cursor = page.0;
                if cursor == "0" {
                    break;
                }
            }
        }
        // Not left to the pattern, to which some characters mean more than themselves.
        let id = |key: &String| {
            let id = key.strip_prefix(&begin)?.strip_suffix('}')?;
            id.starts_with(prefix).then(|| id.parse().ok())?
        };
        // A scan may find a key twice.
        let ids: BTreeSet<i128> = keys.iter().filter_map(id).map(|id: Id| id.0).collect();
        Ok(ids.into_iter().map(Id).collect())
    }

    /// The masters of a cluster; a single server is its own.
    fn masters(&self) -> Vec<Option<Server>> {
        let state = self.client.cached_cluster_state();
        let masters = state.map(|state| state.unique_primary_nodes());
        let masters = masters.filter(|masters| !masters.is_empty());
        masters.map_or(vec![None], |all| all.into_iter().map(Some).collect())
    }
}
