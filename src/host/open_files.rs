//! The limit of open files: each copy has a listener, a claim and a socket for its owner.

use crate::config::Refusal;

/// What a copy keeps open, with one to spare.
const EACH: u64 = 4;
/// Visitors' connections, the database, the rest.
const BESIDES: u64 = 1024;

/// Raises the limit as far as this process may, which is enough for so many copies.
///
/// # Errors
/// A limit that only an administrator can raise.
#[cfg(unix)]
pub fn allow_open_files(copies: usize) -> Result<(), Refusal> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let needed = copies as u64 * EACH + BESIDES;
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current.is_none_or(|current| current >= needed) {
        return Ok(());
    }
    let refuse = |why: String| {
        Refusal::new(
            format!("{copies} copies take up to {needed} open files, {why}"),
            "see `ulimit -Hn`; an administrator raises it by LimitNOFILE= in the service's unit, \
             or by `nofile` in /etc/security/limits.conf",
        )
    };
    if let Some(most) = maximum.filter(|most| *most < needed) {
        return Err(refuse(format!("and {most} are allowed")));
    }
    let current = maximum.or(Some(needed));
    setrlimit(Resource::Nofile, Rlimit { current, maximum })
        .map_err(|error| refuse(format!("and the limit cannot be raised: {error}")))
}

/// Where there is no such limit.
///
/// # Errors
/// Never; the other form has some.
#[cfg(not(unix))]
pub fn allow_open_files(_: usize) -> Result<(), Refusal> {
    Ok(())
}
