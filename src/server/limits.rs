//! What a client may send, and how long it may take.

use hyper_util::{
    rt::{TokioExecutor, TokioTimer},
    server::conn::auto::Builder,
};
use std::time::Duration;

/// How long a connection may take. An argument of `serve`, so that tests need not wait.
#[derive(Debug, Clone)]
pub struct Limits {
    /// A TLS handshake.
    pub handshake: Duration,
    /// A header, from the moment from which one is awaited: over HTTP/1.1 this closes idle
    /// connections, too (HTTP/2 has no such limit; there, `idle` covers it).
    pub header_read: Duration,
    /// A connection without a request in flight.
    pub idle: Duration,
    /// What open connections get to finish after the signal to stop. With the store's own
    /// limits behind it, everything is over within 5 s.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            handshake: Duration::from_secs(10),
            header_read: Duration::from_secs(15),
            idle: Duration::from_secs(60),
            drain: Duration::from_secs(3),
        }
    }
}

/// All header fields together. An instructor's browser sends up to 180 cookies of this host,
/// and over HTTP/2 each in a field of its own, counted with 32 bytes more (RFC 9113, 6.5.2).
const HEADER_BYTES: usize = 128 * 1024;
const HEADER_LIST: u32 = 64 * 1024;
const HEADER_FIELDS: usize = 256;
/// Requests at a time on one HTTP/2 connection.
const STREAMS: u32 = 128;
/// How often an HTTP/2 peer in use is asked whether it is still there.
const PING: Duration = Duration::from_secs(20);

/// Sets hyper's own limits; it has none for headers' time until it is given a timer.
pub(super) fn set(limits: &Limits, builder: &mut Builder<TokioExecutor>) {
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_read)
        .max_headers(HEADER_FIELDS)
        .max_buf_size(HEADER_BYTES);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(HEADER_LIST)
        .max_concurrent_streams(STREAMS)
        .keep_alive_interval(PING)
        .keep_alive_timeout(PING);
}
