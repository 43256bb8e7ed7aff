//! Hosting: the copies of a whole class from one process.
//!
//! Each copy has its own port, identity, key, owner token, tables and sessions, and whatever
//! happens in one (a panic, a foreign table, a flood) stays there. They share what would cost too
//! much a thousand times: the runtime, the certificate, the connections to the database, the
//! X-ray's memory, and the two tasks that look after all of them. How they are served is the
//! server's affair: `cli/host.rs` brings both together.

mod class;
mod copy;
mod open_files;
mod selection;
mod shared;
mod upkeep;

pub use class::Class;
pub use copy::HostedCopy;
pub use open_files::allow_open_files;
pub use selection::{Selected, Selection, is_same_host};
pub use shared::Shared;
pub use upkeep::{keep_claims, purge_regularly};
