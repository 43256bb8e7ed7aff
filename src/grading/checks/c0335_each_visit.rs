//! Check: each visit is logged, with its time.

use super::visit_log::{Log, PATH, visit};
use crate::grading::{Check, Probe, Run, Verdict};
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339};

/// How far the clock of another machine may be off.
const CLOCKS_APART: Duration = Duration::minutes(5);

pub(super) const CHECK: Check = Check {
    id: "0335-each-visit",
    title: "each visit is logged, with its time",
    lesson: 335,
    section: "The log",
    weight: 2,
    run: Run::Copy(|probe| Box::pin(run(probe))),
};

async fn run(probe: &Probe) -> Verdict {
    let browser = probe.browser();
    for count in 1..=3 {
        let log = visit(&browser).await?;
        let asked = format!("GET {PATH}, visit {count} of a new browser");
        log.expect_length(count, &asked)?;
        expect_times(&log, &asked)?;
    }
    Ok(())
}

fn expect_times(log: &Log, asked: &str) -> Verdict {
    let now = OffsetDateTime::now_utc();
    for text in &log.times {
        // `OffsetDateTime` takes fractions and other offsets as well: 20 characters have neither.
        let time = OffsetDateTime::parse(text, &Rfc3339).ok();
        let Some(time) = time.filter(|_| text.len() == 20 && text.ends_with('Z')) else {
            let form = "times in UTC, to the second, written like 2027-01-31T09:05:00Z";
            return Err(log.fault(asked, form));
        };
        if (now - time).abs() > CLOCKS_APART {
            let now = now.truncate_to_second().format(&Rfc3339);
            let now = now.unwrap_or_default();
            return Err(log.fault(asked, format!("the present moment, about {now}")));
        }
    }
    Ok(())
}
