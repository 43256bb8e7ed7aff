//! Reading again what another desk on the same roster has written.

use super::{
    Desk,
    scores::{Scores, Stamp},
};
use crate::config::Refusal;
use std::time::Duration;
use tokio::{task, time::sleep};

/// How often the file of scores is looked at.
const INTERVAL: Duration = Duration::from_secs(1);

/// Looks for ever. A file that cannot be read is said once and changes nothing here.
pub(super) async fn keep_reading(desk: &Desk) {
    let mut seen: Option<Stamp> = None;
    loop {
        let scores = &desk.0.setup.scores;
        // Before it is read: what is written meanwhile is then seen the next time.
        let stamp = scores.stamp();
        if seen != Some(stamp) {
            seen = Some(stamp);
            if let Err(Refusal { problem, mend }) = read(desk).await {
                tracing::warn!(%problem, %mend, "the scores of another desk cannot be shown");
            }
        }
        sleep(INTERVAL).await;
    }
}

async fn read(desk: &Desk) -> Result<(), Refusal> {
    let _turn = desk.0.scores_turn.lock().await;
    let reader = desk.clone();
    let read = task::spawn_blocking(move || reader.0.setup.scores.read()).await;
    let scores: Scores = read.unwrap_or_else(|error| {
        Err(Refusal::new(
            format!("reading the scores has ended: {error}"),
            "start the desk again",
        ))
    })?;
    for (place, student) in desk.0.setup.roster.students.iter().enumerate() {
        let entry = scores.get(&student.student).cloned().unwrap_or_default();
        desk.0.board.change(place, |row| row.hand = entry);
    }
    Ok(())
}
