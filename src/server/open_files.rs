//! How many files this process may have open: a connection is one of them.

/// Raises the limit as far as this process may, and returns what it is then; `None` without any.
/// Many systems begin with 1,024, which a thousand silent connections would use up.
#[cfg(unix)]
pub(super) fn allowed() -> Option<u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let highest = Rlimit {
        current: maximum,
        maximum,
    };
    match setrlimit(Resource::Nofile, highest) {
        Ok(()) => maximum,
        // Then it stays as it was, which is no reason not to serve.
        Err(_) => current,
    }
}

/// Where there is no such limit.
#[cfg(not(unix))]
pub(super) fn allowed() -> Option<u64> {
    None
}
