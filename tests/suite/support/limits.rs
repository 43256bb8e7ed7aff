//! Deadlines of one second, so that a test need not wait for the real ones.

use std::time::Duration;
use sweatbox::server::Limits;

/// By then a connection under such limits is closed, however slow the machine.
pub const CLOSED: Duration = Duration::from_secs(10);

/// Every deadline of a connection is one second.
pub fn short_limits() -> Limits {
    let second = Duration::from_secs(1);
    Limits {
        handshake: second,
        header_read: second,
        idle: second,
        stalled: second,
        ..Limits::default()
    }
}
