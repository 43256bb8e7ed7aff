//! What goes on by itself: deadlines that come, and results that are written.

use super::Quiz;
use std::{future::pending, time::Duration};
use tokio::{select, time::sleep};

/// The longest sleep while an attempt runs: a host's clock can be set, and a laptop that wakes
/// from its sleep is late.
const LOOK: Duration = Duration::from_millis(500);
/// The first pause after the database has failed, and the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LAST_PAUSE: Duration = Duration::from_secs(2);

/// Evaluates attempts at their deadlines: one task for all of them, which sleeps until the next
/// one and is woken when that is another one.
pub(super) async fn keep_time(quiz: Quiz) {
    loop {
        let left = quiz.act(|inner, now| {
            inner.room.settle(now);
            let next = inner.room.next_deadline();
            next.map(|deadline| (deadline - now).unsigned_abs())
        });
        let due = async {
            match left {
                Some(left) => sleep(left.min(LOOK)).await,
                None => pending().await,
            }
        };
        select! {
            () = quiz.0.stopping.cancelled() => return,
            () = quiz.0.deadline_moved.notified() => {}
            () = due => {}
        }
    }
}

/// Writes results as they come; when the database is down, again and again until it is back.
pub(super) async fn keep_books(quiz: Quiz) {
    let mut pause = FIRST_PAUSE;
    loop {
        // Never given up half-way: only the waiting is, and `close` writes what is left then.
        match quiz.write_all().await {
            Ok(()) => {
                pause = FIRST_PAUSE;
                select! {
                    () = quiz.0.stopping.cancelled() => return,
                    () = quiz.0.writer.work.notified() => {}
                }
            }
            Err(error) => {
                if pause == FIRST_PAUSE {
                    tracing::warn!(%error, "results wait for the database");
                }
                quiz.0.writer.keep().await;
                select! {
                    () = quiz.0.stopping.cancelled() => return,
                    () = sleep(pause) => {}
                }
                pause = (pause * 2).min(LAST_PAUSE);
            }
        }
    }
}
