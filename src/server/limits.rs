//! What a client may send, and how long it may take.
//!
//! `docs/RELIABILITY.md` lists every limit with its reason and its test.

use super::open_files;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioExecutor, TokioTimer},
    server::conn::auto::Builder,
};
use std::time::Duration;

/// How many connections there may be, and how long each may take. An argument of `serve`, so
/// that tests need not wait.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Connections at a time, on all listeners together.
    pub connections: usize,
    /// A TLS handshake.
    pub handshake: Duration,
    /// A header, from the moment from which one is awaited: over HTTP/1.1 this closes idle
    /// connections, too (HTTP/2 has no such limit; there, `idle` covers it).
    pub header_read: Duration,
    /// A connection without a request in flight.
    pub idle: Duration,
    /// An answer that its client does not take: no byte can be written, or the client's HTTP/2
    /// window has no room. Noticed after this time, or at the latest after twice as much.
    pub stalled: Duration,
    /// What open connections get to finish after the signal to stop. With the store's own
    /// limits behind it, everything is over within 5 s.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: CONNECTIONS,
            handshake: Duration::from_secs(10),
            header_read: Duration::from_secs(15),
            idle: Duration::from_secs(60),
            stalled: Duration::from_secs(30),
            drain: Duration::from_secs(3),
        }
    }
}

impl Limits {
    /// The default ones for each of so many copies in this process, whose limit of open files is
    /// raised as far as may be: where it is low, there are fewer connections.
    pub fn of_this_process(copies: usize) -> Self {
        Self {
            connections: share(open_files::allowed(), copies),
            ..Self::default()
        }
    }
}

/// Room for ten thousand who wait, and for those who do not.
const CONNECTIONS: usize = 12_000;
/// Open files that are no connections: those of the database, of the program, and of each copy.
const BESIDES: usize = 256;
const EACH_COPY: usize = 4;

/// How many of so many open files the connections of one copy may be.
fn share(open_files: Option<u64>, copies: usize) -> usize {
    let open_files = open_files.map_or(usize::MAX, |limit| {
        usize::try_from(limit).unwrap_or(usize::MAX)
    });
    let left = open_files.saturating_sub(BESIDES + copies.saturating_mul(EACH_COPY));
    // One of many never gets all: a flood on one port would shut everybody else's.
    let most = if copies > 1 { left / 2 } else { left };
    most.clamp(1, CONNECTIONS)
}

/// All header fields together. An instructor's browser sends up to 180 cookies of this host,
/// and over HTTP/2 each in a field of its own, counted with 32 bytes more (RFC 9113, 6.5.2).
const HEADER_BYTES: usize = 128 * 1024;
const HEADER_LIST: u32 = 64 * 1024;
const HEADER_FIELDS: usize = 256;
/// Requests at a time on one HTTP/2 connection.
const STREAMS: u32 = 128;
/// What waits to be sent on one of them, beyond the part of an answer that is being sent.
const SEND_BUFFER: usize = 64 * 1024;
/// Requests that were taken back before anybody looked at them, at a time: a client that takes
/// back as fast as it asks costs much and pays nothing (CVE-2023-44487).
const TAKEN_BACK: usize = 20;
/// Streams that were refused, in the life of a connection: more than 128 at a time, or nonsense.
const REFUSED: usize = 1024;
/// How often an HTTP/2 peer in use is asked whether it is still there.
const PING: Duration = Duration::from_secs(20);

/// hyper for HTTP/1.1 with its own limits; it has none for headers' time until it is given a timer.
pub(super) fn http1(limits: &Limits) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_read)
        .max_headers(HEADER_FIELDS)
        .max_buf_size(HEADER_BYTES);
    builder
}

/// Sets hyper's own limits for HTTP/2.
pub(super) fn set_http2(builder: &mut Builder<TokioExecutor>) {
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(HEADER_LIST)
        .max_concurrent_streams(STREAMS)
        .max_send_buf_size(SEND_BUFFER)
        .max_pending_accept_reset_streams(TAKEN_BACK)
        .max_local_error_reset_streams(REFUSED)
        .keep_alive_interval(PING)
        .keep_alive_timeout(PING);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_open_files_for_the_rest() {
        for (open_files, copies, connections) in [
            (None, 1, CONNECTIONS),
            (Some(1_048_576), 1, CONNECTIONS),
            (Some(1_024), 1, 764),
            (Some(1_048_576), 1_000, CONNECTIONS),
            (Some(20_000), 1_000, 7_872),
            (Some(100), 1, 1),
        ] {
            assert_eq!(share(open_files, copies), connections, "{open_files:?}");
        }
    }
}
