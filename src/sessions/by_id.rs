//! Maps by a session's id.

use foldhash::fast::RandomState;
use std::collections::HashMap;
use tower_sessions::session::Id;

/// The standard library's hash is slow so that nobody can choose keys that fall together. Nobody
/// chooses these: they are random, and one that comes in a cookie is signed. A write looks into such
/// maps a dozen times.
pub(super) type ById<T> = HashMap<Id, T, RandomState>;
