//! Lesson 0370, "The MemoryStore warning": what a crawler costs, and which switch spares it.
//!
//! The site is simulated within one request: a store (`naive_store.rs`), what Express's session
//! middleware does with it (`site.rs`) as its switches say (`settings.rs`), and two visitors
//! (`run.rs`). The rest is the page (`results.rs`) and its plots (`plot.rs`).

mod naive_store;
mod plot;
mod results;
mod run;
mod settings;
mod site;

use crate::{
    page::page,
    sandbox::{Lesson, Sandbox},
    walkthrough::Task,
    xray::{Record, Recording},
};
use axum::{
    Router,
    extract::{RawQuery, State},
    routing::get,
};
use maud::Markup;
use results::Results;
use settings::{Expiry, Settings};
use std::sync::Arc;

const PATH: &str = "/0370";

/// Under this name the X-ray shows what came of a run.
const CAME_TO: &str = "the crawler's visit";

pub(super) const LESSON: Lesson = Lesson {
    number: 370,
    file: "0370-the-memorystore-warning.md",
    endpoint: PATH,
    router,
    tasks: &[
        Task {
            id: "leak",
            done: |records| runs(records).any(leaks),
        },
        Task {
            id: "one-record",
            done: |records| runs(records).any(keeps_the_crawler_out),
        },
        Task {
            id: "expiry-alone",
            done: |records| runs(records).any(only_expires) && runs(records).any(purges),
        },
        Task {
            id: "spare-the-store",
            done: |records| runs(records).any(spares_the_store),
        },
        Task {
            id: "two-processes",
            done: |records| runs(records).any(|settings| settings.processes == 2),
        },
    ],
};

fn router() -> Router<Sandbox> {
    Router::new().route(PATH, get(show))
}

async fn show(
    State(sandbox): State<Sandbox>,
    recording: Recording,
    RawQuery(query): RawQuery,
) -> Markup {
    let settings = Settings::from_query(query.as_deref().unwrap_or_default());
    // Some milliseconds, whatever the switches say: the number of visits is fixed.
    let results = settings.map(Results::of);
    if let Some(results) = &results {
        recording.note(CAME_TO, &results.remark());
    }
    let main = results::content(settings.unwrap_or(Settings::EXPRESS), results.as_ref());
    let port = sandbox.identity.names.port.number();
    page(port, "The MemoryStore warning", &main)
}

/// The settings under which the learner sent the crawler.
fn runs(records: &[Arc<Record>]) -> impl Iterator<Item = Settings> {
    let here = records
        .iter()
        .filter(|record| record.path_only() == PATH && record.note(CAME_TO).is_some());
    here.filter_map(|record| Settings::from_query(record.path.split_once('?')?.1))
}

fn leaks(settings: Settings) -> bool {
    settings.save_uninitialized && settings.expiry != Expiry::Purged
}

fn keeps_the_crawler_out(settings: Settings) -> bool {
    !settings.save_uninitialized && settings.processes == 1
}

fn only_expires(settings: Settings) -> bool {
    settings.save_uninitialized && settings.expiry == Expiry::Asked
}

fn purges(settings: Settings) -> bool {
    settings.save_uninitialized && settings.expiry == Expiry::Purged
}

/// Records end, and yet the reader's cart is kept, with one save in all.
fn spares_the_store(settings: Settings) -> bool {
    let ends = settings.expiry == Expiry::Purged;
    let kept = settings.rolling && settings.processes == 1;
    ends && kept && !settings.save_uninitialized && !settings.resave
}

#[cfg(test)]
mod tests {
    use super::*;
    use run::Run;
    use time::OffsetDateTime;

    /// All 48 settings.
    fn all() -> Vec<Settings> {
        let mut all = Vec::new();
        for switches in 0..8 {
            for (_, expiry, _) in Expiry::ALL {
                for processes in [1, 2] {
                    let on = |place: u8| switches & (1 << place) != 0;
                    let query = format!(
                        "saveUninitialized={}&resave={}&rolling={}&expiry={expiry}\
                         &processes={processes}",
                        on(0),
                        on(1),
                        on(2)
                    );
                    all.extend(Settings::from_query(&query));
                }
            }
        }
        all
    }

    #[test]
    fn what_a_task_asks_for_comes_of_these_settings_and_of_no_others() {
        assert_eq!(all().len(), 48);
        for settings in all() {
            let run = Run::of(settings);
            let [left, saves] = [run.end().records, run.all().saves];
            assert_eq!(leaks(settings), left > 1_000, "{settings:?}");
            let sparing = left == 1 && saves == 1 && run.carts_lost == 0;
            let purged = settings.expiry == Expiry::Purged;
            assert_eq!(
                spares_the_store(settings),
                sparing && purged,
                "{settings:?}"
            );
        }
    }

    #[test]
    fn opening_the_lesson_sends_no_crawler() {
        let record = |path: &str, note: bool| {
            let recording = Recording::begin(1, OffsetDateTime::UNIX_EPOCH, "GET", path);
            if note {
                recording.note(CAME_TO, "…");
            }
            Arc::from(recording.finished(200).unwrap())
        };
        let runs_of = |record: Arc<Record>| -> Vec<_> { runs(&[record]).collect() };
        assert!(runs_of(record("/0370", false)).is_empty());
        assert!(runs_of(record("/0300?saveUninitialized=true", true)).is_empty());
        let sent = record("/0370?saveUninitialized=true", true);
        assert_eq!(runs_of(sent), [Settings::EXPRESS]);
    }
}
