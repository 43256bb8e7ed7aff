//! Plots as SVG: two curves over time, or bars. Each says in words what it shows, too.

use maud::{Markup, html};

/// The drawing's own units; the style sheet makes it as wide as there is room.
const WIDTH: u64 = 400;
const HEIGHT: u64 = 180;
/// Where the curves' ground line is, and how far up the largest value reaches.
const GROUND: u64 = 150;
const TOP: u64 = 24;
/// From one bar to the next: a line of text, and the bar.
const ROW: usize = 44;

/// Values at equal steps of time.
pub(super) struct Curve {
    pub(super) label: &'static str,
    pub(super) values: Vec<u64>,
}

/// One number.
pub(super) struct Bar {
    pub(super) label: String,
    pub(super) value: u64,
}

/// Two curves: the first one solid, the second one dashed, so that colour is not needed to tell
/// them apart.
pub(super) fn curves(title: &str, time: &str, curves: &[Curve; 2]) -> Markup {
    let most = curves.iter().flat_map(|curve| &curve.values).max();
    let most = most.copied().unwrap_or(0).max(1);
    html! {
        figure.plot {
            figcaption { (title) }
            svg viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-label=(in_words(title, curves)) {
                line.axis x1="0" y1=(GROUND) x2=(WIDTH) y2=(GROUND) {}
                text x="0" y="14" { (grouped(most)) }
                text x="0" y=(GROUND + 20) { "0 s" }
                text x=(WIDTH) y=(GROUND + 20) text-anchor="end" { (time) }
                @for (curve, class) in curves.iter().zip(["first", "second"]) {
                    polyline class=(class) points=(points(&curve.values, most)) fill="none" {}
                }
            }
            p.quiet { "Solid: " (curves[0].label) ". Dashed: " (curves[1].label) "." }
        }
    }
}

/// Where the curve goes, from left to right.
fn points(values: &[u64], most: u64) -> String {
    let steps = values.len().saturating_sub(1).max(1) as u64;
    let point = |(step, value): (usize, &u64)| {
        let x = step as u64 * WIDTH / steps;
        let y = GROUND - value * (GROUND - TOP) / most;
        format!("{x},{y}")
    };
    let points: Vec<_> = values.iter().enumerate().map(point).collect();
    points.join(" ")
}

fn in_words(title: &str, curves: &[Curve]) -> String {
    let each = curves.iter().map(|Curve { label, values }| {
        let most = values.iter().max().copied().unwrap_or(0);
        let last = values.last().copied().unwrap_or(0);
        let (most, last) = (grouped(most), grouped(last));
        format!("{label}: at most {most}, in the end {last}")
    });
    let each: Vec<_> = each.collect();
    format!("{title}. {}.", each.join("; "))
}

/// Bars from the left, each below its text.
pub(super) fn bars(title: &str, bars: &[Bar]) -> Markup {
    let most = bars.iter().map(|bar| bar.value).max().unwrap_or(0).max(1);
    let words = |bar: &Bar| format!("{}: {}", bar.label, grouped(bar.value));
    let all: Vec<_> = bars.iter().map(words).collect();
    html! {
        figure.plot {
            figcaption { (title) }
            svg viewBox=(format!("0 0 {WIDTH} {}", bars.len() * ROW)) role="img"
                aria-label=(format!("{title}. {}.", all.join("; "))) {
                @for (row, bar) in bars.iter().enumerate() {
                    text x="0" y=(row * ROW + 16) { (words(bar)) }
                    // Nothing is nothing; but whatever is there can be seen.
                    @let width = (bar.value * WIDTH).div_ceil(most);
                    rect.bar x="0" y=(row * ROW + 22) width=(width) height="14" {}
                }
            }
        }
    }
}

/// With a comma between the thousands.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_value_reaches_the_top_and_nothing_stays_on_the_ground() {
        assert_eq!(points(&[0, 5, 10], 10), "0,150 200,87 400,24");
        assert_eq!(points(&[], 1), "");
    }

    #[test]
    fn numbers_have_commas_between_their_thousands() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (1234567, "1,234,567"),
        ] {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn a_plot_says_in_words_what_it_shows() {
        let curve = |label, values| Curve { label, values };
        let both = [curve("on", vec![0, 9, 4]), curve("off", vec![0, 0, 0])];
        let svg = curves("Records", "1,000 s", &both).into_string();
        let words = "Records. on: at most 9, in the end 4; off: at most 0, in the end 0.";
        assert!(svg.contains(words), "{svg}");
    }
}
