//! The table at the end.

use crate::ticks::Ticks;
use anyhow::{Context, Result};
use std::{fmt, fs, time::Duration};

/// All that was measured.
pub(crate) struct Figures {
    pub(crate) count: usize,
    pub(crate) time: Duration,
    pub(crate) saves: Vec<Duration>,
    pub(crate) ticks: Ticks,
    pub(crate) memory: Memory,
}

/// The server's proportional share of memory, in KiB, at three moments.
pub(crate) struct Memory {
    pub(crate) idle: u64,
    pub(crate) with_sessions: u64,
    pub(crate) with_attempts: u64,
}

/// The PSS of a process, in KiB.
///
/// # Errors
/// There is no such process, or it is somebody else's.
pub(crate) fn pss(process: u32) -> Result<u64> {
    let path = format!("/proc/{process}/smaps_rollup");
    let text = fs::read_to_string(&path).with_context(|| path.clone())?;
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:"));
    let number = line.and_then(|rest| rest.trim().strip_suffix(" kB"));
    Ok(number.context("no Pss")?.trim().parse()?)
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let milliseconds = |took: &Duration| took.as_secs_f64() * 1e3;
        let saves = Spread::of(self.saves.iter().map(milliseconds).collect());
        let ticks = Spread::of(self.ticks.late.clone());
        let rate = self.saves.len() as f64 / self.time.as_secs_f64();
        let Memory {
            idle,
            with_sessions,
            with_attempts,
        } = self.memory;
        let each = |more: u64| more as f64 / self.count as f64;
        writeln!(
            f,
            "| {} attempts at once, ms | number | median | p99 | most |",
            self.count
        )?;
        writeln!(f, "|---|---|---|---|---|")?;
        writeln!(
            f,
            "| an answer is saved ({rate:.0} each second) | {saves} |"
        )?;
        writeln!(f, "| a tick comes after its second | {ticks} |")?;
        writeln!(f, "\nticks that did not come: {}\n", self.ticks.missed)?;
        writeln!(f, "| memory (PSS) | KiB in all | KiB for each |")?;
        writeln!(f, "|---|---|---|")?;
        writeln!(f, "| idle | {idle} | |")?;
        let sessions = with_sessions.saturating_sub(idle);
        writeln!(f, "| logged in | {with_sessions} | {:.1} |", each(sessions))?;
        let attempts = with_attempts.saturating_sub(with_sessions);
        let more = each(attempts);
        writeln!(
            f,
            "| attempts and event streams | {with_attempts} | {more:.1} more |"
        )
    }
}

/// Number, median, 99th percentile and maximum.
struct Spread(Vec<f64>);

impl Spread {
    fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        Self(values)
    }

    /// The value below which `share` of all are.
    fn at(&self, share: f64) -> f64 {
        let last = self.0.len().saturating_sub(1);
        let place = (last as f64 * share).round() as usize;
        self.0.get(place).copied().unwrap_or(f64::NAN)
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (median, p99, most) = (self.at(0.5), self.at(0.99), self.at(1.0));
        write!(f, "{} | {median:.1} | {p99:.1} | {most:.1}", self.0.len())
    }
}
