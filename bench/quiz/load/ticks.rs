//! The ticks of an event stream, each held against the full second that it is for.
//!
//! Server and load have one clock here, so the deadline tells when a tick was due, and how late
//! it arrived, the way through both programs included.

use anyhow::{Context, Result};
use reqwest::Response;
use serde_json::Value;
use std::time::Instant;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// A tick may come so much before its second, by rounding.
const EARLY_MS: i64 = 100;

/// How late ticks were, in milliseconds, and how many did not come at all.
#[derive(Debug, Default)]
pub(crate) struct Ticks {
    pub(crate) late: Vec<f64>,
    pub(crate) missed: u64,
}

impl Ticks {
    /// Takes up what another stream has seen.
    pub(crate) fn add(&mut self, other: Ticks) {
        self.late.extend(other.late);
        self.missed += other.missed;
    }
}

/// Reads the stream until `end`; the stream, still open, and what it has brought.
pub(crate) async fn until(end: Instant, mut events: Response) -> Result<(Response, Ticks)> {
    let (mut ticks, mut last) = (Ticks::default(), None);
    let mut buffer: Vec<u8> = Vec::new();
    while Instant::now() < end {
        let chunk = events.chunk().await?.context("a stream has ended")?;
        let now = OffsetDateTime::now_utc();
        buffer.extend_from_slice(&chunk);
        while let Some(length) = buffer.windows(2).position(|pair| pair == b"\n\n") {
            let block: Vec<u8> = buffer.drain(..length + 2).collect();
            let Some((second, late)) = tick(std::str::from_utf8(&block)?, now)? else {
                continue;
            };
            // The first one comes at once, and is for no full second.
            if let Some(last) = last {
                ticks.late.push(late);
                ticks.missed += u64::try_from(last - second - 1).unwrap_or(0);
            }
            last = Some(second);
        }
    }
    Ok((events, ticks))
}

/// The full second that an event `remaining` is for, and by how many milliseconds it is late.
fn tick(block: &str, now: OffsetDateTime) -> Result<Option<(i64, f64)>> {
    let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name));
    if field("event:").map(str::trim) != Some("remaining") {
        return Ok(None);
    }
    let data: Value = serde_json::from_str(field("data:").context("no data")?)?;
    let remaining = data["remaining_ms"].as_i64().context("no remaining_ms")?;
    let deadline = data["deadline"].as_str().context("no deadline")?;
    let left = OffsetDateTime::parse(deadline, &Rfc3339)? - now;
    let second = (remaining - EARLY_MS + 999).div_euclid(1000);
    Ok(Some((
        second,
        (second * 1000) as f64 - left.as_seconds_f64() * 1e3,
    )))
}
