//! A request's time, drawn to scale.
//!
//! A second of sleep is ten thousand times as long as a question to the store. So where there
//! was sleep, a second line shows the rest alone, magnified.

use super::{duration, kind, lasts};
use crate::xray::{Event, Record, What};
use maud::{Markup, html};
use std::time::Duration;

/// The width of a line, in units of the drawing.
const WIDTH: f64 = 1000.0;
/// The narrowest that can still be seen.
const NARROWEST: f64 = 3.0;

/// A stretch of the line.
struct Stretch {
    from: Duration,
    took: Duration,
    kind: &'static str,
}

pub(super) fn timeline(record: &Record) -> Markup {
    let slept = record.slept();
    let all = stretches(record, |_| true);
    html! {
        div.timeline {
            (line(&all, record.took, &format!("{} in all", duration(record.took))))
            @if !slept.is_zero() {
                @let work = record.took.saturating_sub(slept);
                @let awake = stretches(record, |event| !matches!(event.what, What::Sleep));
                (line(&awake, work, &format!("without the sleep: {}", duration(work))))
            }
        }
    }
}

/// The events that last, moved forward by the sleep before them where it is left out.
fn stretches(record: &Record, wanted: impl Fn(&Event) -> bool) -> Vec<Stretch> {
    let left_out: Vec<_> = record
        .events
        .iter()
        .filter(|event| !wanted(event))
        .collect();
    let lasting = record
        .events
        .iter()
        .filter(|event| wanted(event) && lasts(&event.what));
    let stretch = |event: &Event| {
        let before = left_out.iter().filter(|out| out.end() <= event.at());
        let before: Duration = before.map(|out| out.took()).sum();
        Stretch {
            from: event.at().saturating_sub(before),
            took: event.took(),
            kind: kind(&event.what),
        }
    };
    lasting.map(stretch).collect()
}

fn line(stretches: &[Stretch], whole: Duration, label: &str) -> Markup {
    let scale = |time: Duration| WIDTH * time.as_secs_f64() / whole.as_secs_f64().max(1e-9);
    let spoken: Vec<_> = stretches
        .iter()
        .map(|stretch| format!("{} {}", stretch.kind, duration(stretch.took)))
        .collect();
    html! {
        p.scale { (label) }
        svg viewBox="0 0 1000 24" preserveAspectRatio="none" role="img"
            aria-label=(format!("{label}; {}", spoken.join(", "))) {
            rect.whole x="0" y="9" width="1000" height="6" {}
            @for stretch in stretches {
                @let from = scale(stretch.from).min(WIDTH - NARROWEST);
                @let width = scale(stretch.took).clamp(NARROWEST, WIDTH - from);
                rect class=(stretch.kind) x=(format!("{from:.1}")) y="3"
                    width=(format!("{width:.1}")) height="18" {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(at: u64, took: u64, what: What) -> Event {
        let (at, took) = (Duration::from_millis(at), Duration::from_millis(took));
        Event::new(at, took, what)
    }

    #[test]
    fn the_sleep_is_to_scale_and_the_rest_is_magnified_apart_from_it() {
        let record = Record {
            took: Duration::from_millis(1010),
            events: vec![event(5, 1000, What::Sleep), event(1006, 2, What::Lock)],
            ..Record::blank()
        };
        let html = timeline(&record).into_string();
        assert!(html.contains("1.010 s in all"), "{html}");
        assert!(html.contains("without the sleep: 10.0 ms"), "{html}");
        // The sleep is nearly all of the first line; the lock begins at 6 of 10 ms of the second.
        assert!(
            html.contains(r#"class="sleep" x="5.0" y="3" width="990.1""#),
            "{html}"
        );
        assert!(
            html.contains(r#"class="lock" x="600.0" y="3" width="200.0""#),
            "{html}"
        );
    }
}
