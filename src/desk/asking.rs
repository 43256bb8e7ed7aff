//! Asking every copy how it is, as long as somebody looks.

use super::Desk;
use std::{sync::Arc, time::Duration};
use tokio::{sync::Semaphore, task::JoinSet, time::sleep};

/// Between two rounds. A copy writes a line into its log for each.
const INTERVAL: Duration = Duration::from_secs(15);
/// The least time between two rounds, however many pages are opened.
const PAUSE: Duration = Duration::from_secs(1);
/// So many copies at once. Of those that are silent, each takes three seconds.
const AT_ONCE: usize = 100;

/// Asks in rounds, for ever: one begins at once when somebody opens the page.
pub(super) async fn keep_asking(desk: &Desk) {
    let board = &desk.0.board;
    loop {
        if board.is_followed() {
            ask_all(desk).await;
            sleep(PAUSE).await;
        }
        tokio::select! {
            () = sleep(INTERVAL) => {}
            () = board.somebody_comes() => {}
        }
    }
}

async fn ask_all(desk: &Desk) {
    let gate = Arc::new(Semaphore::new(AT_ONCE));
    // Dropped when the desk stops, and all questions with it.
    let mut questions = JoinSet::new();
    for (place, row) in desk.0.board.all().into_iter().enumerate() {
        for (which, copy) in row.copies.into_iter().enumerate() {
            let (desk, gate) = (desk.clone(), gate.clone());
            questions.spawn(async move {
                let _turn = gate.acquire().await;
                let answer = desk.0.claims.ask(copy.address()).await;
                let board = &desk.0.board;
                board.change(place, |row| row.copies[which].answered(answer));
            });
        }
    }
    while questions.join_next().await.is_some() {}
}
