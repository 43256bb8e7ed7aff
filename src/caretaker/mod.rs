//! Looking after a copy's sessions: what `sweatbox sessions` asks, and how it is answered.
//!
//! While the copy runs it answers itself, through a socket that its owner alone may use: the
//! sessions of the store `memory` are nowhere else, and no other process need claim the rest.

#[cfg(unix)]
mod socket;

#[cfg(unix)]
pub use socket::{ask, serve};

use crate::{
    identity::Names,
    sessions::{Ended, Sessions, masked, stores::StoreError},
};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// What the owner wants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Wish {
    /// To see sessions whose ids begin with `prefix`.
    List {
        /// The beginning; empty for all.
        prefix: String,
        /// At most so many.
        limit: u32,
    },
    /// To know how many there are.
    Count,
    /// To end the session whose id begins with `prefix`.
    End {
        /// The beginning.
        prefix: String,
        /// Whether all that begin with it are meant.
        all: bool,
    },
    /// To have expired ones removed now.
    Purge,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reply {
    /// Sessions, those of the farthest end first.
    List(Vec<Line>),
    /// How many there are, or were ended, or removed.
    Count(u64),
    /// More than one begins so.
    Ambiguous,
    /// It cannot be done; the reason.
    Failed(String),
}

/// A session in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The first four characters of its id.
    pub id: String,
    /// The size of its data.
    pub bytes: u64,
    /// When it expires, in seconds since 1970.
    pub expires: i64,
}

/// Where a running copy can be asked: in its working folder.
pub fn socket_path(names: &Names) -> PathBuf {
    names.prefix.table("owner.sock").into()
}

/// Does what the owner wants.
pub async fn perform(sessions: &Sessions, wish: Wish) -> Reply {
    let done = match wish {
        Wish::List { prefix, limit } => sessions.list(&prefix, limit).await.map(|listed| {
            let line = |listed: &crate::sessions::stores::Listed| Line {
                id: masked(&listed.id).to_string(),
                bytes: listed.bytes,
                expires: listed.expiry.unix_timestamp(),
            };
            Reply::List(listed.iter().map(line).collect())
        }),
        Wish::Count => sessions.count().await.map(Reply::Count),
        Wish::Purge => sessions.purge().await.map(Reply::Count),
        Wish::End { prefix, all } => sessions.end(&prefix, all).await.map(|ended| match ended {
            Ended::Sessions(count) => Reply::Count(count),
            Ended::Ambiguous => Reply::Ambiguous,
        }),
    };
    done.unwrap_or_else(|error: StoreError| Reply::Failed(error.to_string()))
}
