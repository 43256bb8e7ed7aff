//! The page: the switches, and what came of a run, drawn and in numbers.

use super::{
    plot::{Bar, Curve, bars, curves, grouped},
    run::{CRAWLED, Point, Run},
    settings::{Expiry, Settings},
};
use maud::{Markup, html};

/// A number of a run, and what it is called.
type Named<T> = (&'static str, fn(&T) -> u64);

/// A run under the setting that was chosen, and three more for which one switch is the other way.
pub(super) struct Results {
    settings: Settings,
    chosen: Run,
    others: [Run; 3],
}

/// The switches that have names in Express, as they stand, in the order of `others`.
fn named(settings: Settings) -> [(&'static str, bool); 3] {
    [
        ("saveUninitialized", settings.save_uninitialized),
        ("resave", settings.resave),
        ("rolling", settings.rolling),
    ]
}

impl Results {
    /// Runs under `settings`, and again with each of the three switches the other way.
    pub(super) fn of(settings: Settings) -> Self {
        let mut others = [settings; 3];
        others[0].save_uninitialized = !settings.save_uninitialized;
        others[1].resave = !settings.resave;
        others[2].rolling = !settings.rolling;
        Self {
            settings,
            chosen: Run::of(settings),
            others: others.map(Run::of),
        }
    }

    /// In a line, for the X-ray.
    pub(super) fn remark(&self) -> String {
        let run = &self.chosen;
        format!(
            "{} records left, {} bytes; saved {} times, touched {} times; {} cookies set; \
             carts lost: {}",
            run.end().records,
            run.end().bytes,
            run.all().saves,
            run.all().touches,
            run.all().cookies,
            run.carts_lost,
        )
    }

    /// The runs with the switch at `place` on and off, in this order.
    fn on_and_off(&self, place: usize) -> [&Run; 2] {
        match named(self.settings)[place].1 {
            true => [&self.chosen, &self.others[place]],
            false => [&self.others[place], &self.chosen],
        }
    }
}

/// The switches, as they stand; `results` of the run, if there was one.
pub(super) fn content(settings: Settings, results: Option<&Results>) -> Markup {
    html! {
        h1 { "The MemoryStore warning" }
        div.card {
            p {
                "A crawler fetches 1,000 pages of a small site, one a second, and never brings a "
                "cookie back. Meanwhile a reader with a browser comes every ten seconds, 100 "
                "times, and has put a book into a cart. The time is simulated."
            }
            (switches(settings))
        }
        @match results {
            Some(results) => (outcome(results)),
            None => p.quiet { "The crawler has not been here yet." },
        }
    }
}

fn switches(settings: Settings) -> Markup {
    html! {
        form.fields method="get" action="/0370" {
            @for (name, now) in named(settings) {
                label { (name) " "
                    select name=(name) {
                        @for position in [true, false] {
                            option value=(position) selected[position == now] { (position) }
                        }
                    }
                }
            }
            label { "Records expire "
                select name="expiry" {
                    @for (expiry, word, meaning) in Expiry::ALL {
                        option value=(word) selected[expiry == settings.expiry] { (meaning) }
                    }
                }
            }
            label { "Processes "
                select name="processes" {
                    @for number in [1, 2] {
                        option value=(number) selected[number == settings.processes] { (number) }
                    }
                }
            }
            button { "Send the crawler" }
        }
    }
}

fn outcome(results: &Results) -> Markup {
    let run = &results.chosen;
    html! {
        div.card {
            h2 { "What came of it" }
            p.wait { "Records left in the store: " (grouped(run.end().records)) }
            p { "The reader came back to an empty cart " (run.carts_lost) " times." }
            (plots(results))
        }
        h2 { "The same in numbers" }
        (table(results))
    }
}

fn plots(results: &Results) -> Markup {
    let quantities: [Named<Point>; 3] = [
        ("Records in the store", |point| point.records),
        ("Bytes of these records", |point| point.bytes),
        ("Writes into the store so far", |point| point.writes),
    ];
    let [on, off] = results.on_and_off(0);
    let time = format!("{} s", grouped(CRAWLED.into()));
    html! {
        @for (title, of) in quantities {
            @let both = [
                curve("saveUninitialized true", on, of),
                curve("saveUninitialized false", off, of),
            ];
            (curves(title, &time, &both))
        }
        (pair(results, 1, "Whole records saved for the reader", |run| run.reader.saves))
        (pair(results, 2, "Set-Cookie sent to the reader", |run| run.reader.cookies))
        (pair(results, 2, "Carts that the reader lost", |run| run.carts_lost))
    }
}

fn curve(label: &'static str, run: &Run, of: fn(&Point) -> u64) -> Curve {
    let values = run.points.iter().map(of).collect();
    Curve { label, values }
}

/// Two bars, for the switch at `place` on and off.
fn pair(results: &Results, place: usize, title: &str, of: fn(&Run) -> u64) -> Markup {
    let (name, _) = named(results.settings)[place];
    let [on, off] = results.on_and_off(place);
    let both = [("true", on), ("false", off)].map(|(position, run)| Bar {
        label: format!("{name} {position}"),
        value: of(run),
    });
    bars(title, &both)
}

fn table(results: &Results) -> Markup {
    let rows: [Named<Run>; 10] = [
        ("records left", |run| run.end().records),
        ("bytes of these", |run| run.end().bytes),
        ("crawler: records saved", |run| run.crawler.saves),
        ("crawler: cookies set", |run| run.crawler.cookies),
        ("reader: records saved", |run| run.reader.saves),
        ("reader: expiries moved", |run| run.reader.touches),
        ("reader: cookies set", |run| run.reader.cookies),
        ("reader: carts lost", |run| run.carts_lost),
        ("both: writes", |run| run.all().writes()),
        ("both: bytes written", |run| run.all().bytes),
    ];
    html! {
        div.scroll tabindex="0" role="region" aria-label="The runs in numbers" {
            table {
                thead {
                    tr {
                        td {}
                        th scope="col" { "as you set it" }
                        @for (name, now) in named(results.settings) {
                            th scope="col" { (name) " " (!now) }
                        }
                    }
                }
                tbody {
                    @for (what, of) in rows {
                        tr {
                            th scope="row" { (what) }
                            td { (grouped(of(&results.chosen))) }
                            @for other in &results.others { td { (grouped(of(other))) } }
                        }
                    }
                }
            }
        }
    }
}
