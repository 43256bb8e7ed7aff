//! A slow request against a logout: an update that should be lost, and is not.

use super::notes::{Data, Notes};
use serde::Deserialize;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How long the slow request works.
const SLOW: Duration = Duration::from_millis(250);
/// When the visitor logs out.
const LOGOUT: Duration = Duration::from_millis(50);

/// How the slow request goes about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Care {
    Naive,
    Careful,
}

/// How it came out. Times are counted from the beginning.
pub(super) struct Ending {
    pub(super) care: Care,
    pub(super) loaded: Duration,
    pub(super) done: Duration,
    pub(super) logged_out: Duration,
    /// Whether there is a record again, although the visitor has logged out.
    pub(super) back: bool,
}

impl Care {
    pub(super) const BOTH: [Self; 2] = [Self::Naive, Self::Careful];

    /// Its name in forms and remarks.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Naive => "naive",
            Self::Careful => "careful",
        }
    }

    /// The same for people.
    pub(super) fn explained(self) -> &'static str {
        match self {
            Self::Naive => "naive: load, work, save",
            Self::Careful => "careful: work first, then take the lock and look again",
        }
    }
}

/// Lets a slow request and a logout loose on the record of a visitor who is logged in.
pub(super) async fn race(care: Care) -> Ending {
    let (notes, start) = (Notes::default(), Instant::now());
    notes.save(Data::from([("logged in".to_owned(), Vec::new())]));
    let slow = async {
        let loaded = match care {
            Care::Naive => slow_naive(&notes).await,
            Care::Careful => slow_careful(&notes).await,
        };
        (loaded, Instant::now())
    };
    let ((loaded, done), logged_out) = tokio::join!(slow, log_out(&notes));
    Ending {
        care,
        loaded: loaded - start,
        done: done - start,
        logged_out: logged_out - start,
        back: notes.load().is_some(),
    }
}

async fn log_out(notes: &Notes) -> Instant {
    sleep(LOGOUT).await;
    let _alone = notes.lock().await;
    notes.delete();
    Instant::now()
}

// ANCHOR: slow-naive
async fn slow_naive(notes: &Notes) -> Instant {
    let loaded = Instant::now();
    let mut data = notes.load().unwrap_or_default();
    sleep(SLOW).await;
    data.insert("pages".into(), vec![1]);
    // The record has been deleted. Now there is one again, and it says "logged in".
    notes.save(data);
    loaded
}
// ANCHOR_END: slow-naive

// ANCHOR: slow-careful
async fn slow_careful(notes: &Notes) -> Instant {
    // What is slow comes first, without the lock: the logout need not wait for it.
    sleep(SLOW).await;
    let _alone = notes.lock().await;
    let loaded = Instant::now();
    if let Some(mut data) = notes.load() {
        data.insert("pages".into(), vec![1]);
        notes.save(data);
    }
    // No record: the visitor has logged out, and nothing is to be written.
    loaded
}
// ANCHOR_END: slow-careful

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn only_the_naive_request_brings_back_what_was_ended() {
        let naive = race(Care::Naive).await;
        assert!(naive.back);
        assert!(naive.loaded < naive.logged_out && naive.logged_out < naive.done);
        assert!(!race(Care::Careful).await.back);
    }
}
