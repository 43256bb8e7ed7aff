//! What is bounded, and by how much: for the quiz file and for the proctor alike.

use std::ops::RangeInclusive;

/// How long an attempt may take, in seconds.
pub(super) const DURATION: RangeInclusive<i64> = 10..=86_400;
/// Extra time of one candidate, in seconds.
pub(super) const EXTRA: RangeInclusive<i64> = -86_400..=86_400;
/// How many attempts a candidate may have.
pub(super) const ATTEMPTS: RangeInclusive<i64> = 1..=100;
/// The most candidates.
pub(super) const CANDIDATES: usize = 5_000;
/// The most sessions.
pub(super) const SESSIONS: usize = 10_000;
/// The most sessions of one candidate, so that nobody takes up all of them.
pub(super) const SESSIONS_EACH: usize = 4;
/// The most event streams of one candidate: tabs.
pub(super) const STREAMS_EACH: u32 = 16;
/// No attempt changes more often.
pub(super) const REVISION: u64 = 1_000_000;
