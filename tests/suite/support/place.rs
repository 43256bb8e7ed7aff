//! How a test's copy has its store: with whom, under which port's names, and with what around it.

use super::FailingDeletes;
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU16, Ordering},
    },
};
use sweatbox::{
    config::{StoreKind, StoreSetup, Tenancy},
    identity::{Identity, Port},
    sessions::stores::{self, FileStore, Guarded, Store},
};

/// How a copy has its store.
pub(super) struct Place {
    pub(super) tenancy: Tenancy,
    pub(super) port: Port,
    /// With the memory of 100 ms and with writes in company, as a copy has it that is alone.
    pub(super) eased: bool,
}

/// The store of a copy.
pub(super) struct Opened {
    /// As the copy uses it.
    pub(super) store: Arc<dyn Store>,
    /// As a test looks at it.
    pub(super) looked_at: Arc<dyn Store>,
    /// Whether it refuses to delete.
    pub(super) failing_deletes: Arc<AtomicBool>,
}

impl Place {
    pub(super) fn alone_on(setup: &StoreSetup) -> Self {
        Self {
            tenancy: Tenancy::Alone,
            port: identity_port(setup),
            eased: false,
        }
    }

    /// The store that `setup` describes, its tables made.
    pub(super) async fn open(
        &self,
        setup: &StoreSetup,
        folder: &Path,
        identity: &Identity,
    ) -> Opened {
        // Below all guards, to look at what is really there.
        let bare: Arc<dyn Store> = match setup {
            StoreSetup::File => Arc::new(FileStore::new(folder, identity)),
            setup => stores::open(setup, identity),
        };
        let failing_deletes = Arc::new(AtomicBool::new(false));
        let store = FailingDeletes::new(bare.clone(), failing_deletes.clone());
        let mut store: Arc<dyn Store> = Arc::new(Guarded::new(Arc::new(store)));
        store.prepare().await.unwrap();
        let mut looked_at = bare;
        if self.eased {
            store = stores::eased(store, setup.kind(), self.tenancy);
            assert!(store.claim(self.tenancy).await.unwrap());
            looked_at = store.clone();
        }
        Opened {
            store,
            looked_at,
            failing_deletes,
        }
    }
}

/// Where a server has no databases to keep tests apart, each has the names of another port.
pub(super) fn identity_port(setup: &StoreSetup) -> Port {
    static NEXT: AtomicU16 = AtomicU16::new(20_000);
    let shared = match setup {
        #[cfg(feature = "redis")]
        StoreSetup::Redis(credentials) => !credentials.nodes.is_empty(),
        setup => setup.kind() == StoreKind::Memcached,
    };
    let port = match shared {
        true => NEXT.fetch_add(1, Ordering::Relaxed),
        false => 41220,
    };
    Port::new(port).unwrap()
}
