//! A drawing of who did what when: one bar below the other, to scale.

use super::{
    logout::Ending,
    volley::{Shot, Volley},
};
use maud::{Markup, html};
use std::time::Duration;

/// The width of the drawing, in its own units.
const WIDTH: f64 = 600.0;
/// The narrowest bar that can still be seen.
const NARROWEST: f64 = 2.0;

/// A stretch of time on a line of its own; what is kept is filled, what is lost is hollow.
struct Bar {
    /// From when to when it waited for the lock.
    waited: Option<(Duration, Duration)>,
    from: Duration,
    to: Duration,
    class: &'static str,
    title: String,
}

/// The requests of a volley, in the order in which they loaded.
pub(super) fn volley(volley: &Volley) -> Markup {
    let mut shots: Vec<_> = volley.shots.iter().collect();
    shots.sort_by_key(|shot| shot.loaded);
    let bars: Vec<_> = shots.into_iter().map(bar).collect();
    let label = format!(
        "A bar for each of {} requests, from its load to its save. {} are kept, {} overwritten. \
         The table below has them all.",
        volley.shots.len(),
        volley.kept(),
        volley.lost()
    );
    drawing(&bars, &label, 10.0)
}

fn bar(shot: &Shot) -> Bar {
    Bar {
        waited: Some((shot.came, shot.loaded)),
        from: shot.loaded,
        to: shot.saved,
        class: if shot.kept { "store" } else { "lost" },
        title: format!("request {}, {}", shot.number, fate(shot.kept)),
    }
}

/// The slow request, and below it the logout.
pub(super) fn logout(ending: &Ending) -> Markup {
    let slow = Bar {
        waited: Some((Duration::ZERO, ending.loaded)),
        from: ending.loaded,
        to: ending.done,
        class: if ending.back { "lost" } else { "store" },
        title: "the slow request, from its load to its end".into(),
    };
    let logout = Bar {
        waited: None,
        from: ending.logged_out,
        to: ending.logged_out,
        class: "store",
        title: "the logout".into(),
    };
    let [loaded, done, out] = [ending.loaded, ending.done, ending.logged_out].map(milliseconds);
    let label = format!(
        "Two lines. The slow request loads the record at {loaded} ms and ends at {done} ms; the \
         logout deletes the record at {out} ms."
    );
    drawing(&[slow, logout], &label, 24.0)
}

/// What became of a request.
pub(super) fn fate(kept: bool) -> &'static str {
    if kept { "kept" } else { "overwritten" }
}

/// A time as the tables and labels tell it.
pub(super) fn milliseconds(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64() * 1000.0)
}

fn drawing(bars: &[Bar], label: &str, line: f64) -> Markup {
    let end = bars.iter().map(|bar| bar.to).max().unwrap_or_default();
    let scale = |time: Duration| WIDTH * time.as_secs_f64() / end.as_secs_f64().max(1e-9);
    let height = line * bars.len() as f64;
    html! {
        svg.bars viewBox=(format!("0 0 {WIDTH} {height}")) role="img" aria-label=(label) {
            @for (place, bar) in bars.iter().enumerate() {
                @let y = line * place as f64;
                @if let Some((from, to)) = bar.waited {
                    (rect("sleep", scale(from), scale(to), y + line * 0.4, line * 0.2, None))
                }
                // At the very end there would be no room for the narrowest bar.
                @let from = scale(bar.from).min(WIDTH - NARROWEST);
                @let to = scale(bar.to).max(from + NARROWEST);
                (rect(bar.class, from, to, y + line * 0.1, line * 0.8, Some(&bar.title)))
            }
        }
    }
}

fn rect(class: &str, from: f64, to: f64, y: f64, height: f64, title: Option<&str>) -> Markup {
    html! {
        rect class=(class) x=(format!("{from:.1}")) y=(format!("{y:.1}"))
            width=(format!("{:.1}", to - from)) height=(format!("{height:.1}")) {
            @if let Some(title) = title { title { (title) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_goes_from_load_to_save_behind_its_wait() {
        let [came, loaded, saved] = [10, 20, 40].map(Duration::from_millis);
        let shot = Shot {
            number: 7,
            came,
            loaded,
            saved,
            kept: false,
        };
        let html = drawing(&[bar(&shot)], "One.", 10.0).into_string();
        assert!(html.contains(r#"viewBox="0 0 600 10""#), "{html}");
        assert!(
            html.contains(r#"class="sleep" x="150.0" y="4.0" width="150.0""#),
            "{html}"
        );
        assert!(
            html.contains(r#"class="lost" x="300.0" y="1.0" width="300.0""#),
            "{html}"
        );
        assert!(html.contains("<title>request 7, overwritten</title>"));
    }
}
