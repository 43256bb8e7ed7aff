//! One run over a class: a task for each student, and one for the browsers that all share.

use super::{
    Class, Crosstalk, Event, Graded, Watch,
    board::{Board, Found},
    criteria::How,
    shared_jar,
    student::{self, Gates},
    tables,
};
use std::sync::Arc;
use tokio::{sync::mpsc, task::JoinSet};
use tokio_util::sync::CancellationToken;

/// Judges everybody, until all is done or `stopping` is cancelled: then those who are not
/// through are [`Stopped`](super::State::Stopped).
pub async fn grade(
    class: &Arc<Class>,
    watch: &Watch,
    stopping: &CancellationToken,
) -> (Vec<Graded>, Option<Crosstalk>) {
    let mut board = Board::of(class);
    // What is dropped here ends: the tasks belong to the future.
    tokio::select! {
        () = fill(&mut board, class, watch) => {}
        () = stopping.cancelled() => {}
    }
    board.close(class)
}

async fn fill(board: &mut Board, class: &Arc<Class>, watch: &Watch) {
    let (tell, mut found) = mpsc::unbounded_channel();
    let mut tasks = JoinSet::new();
    let gates = Gates::of(&class.limits);
    for seat in 0..class.students.len() {
        let (class, gates, watch) = (class.clone(), gates.clone(), watch.clone());
        tasks.spawn(student::judge(class, seat, gates, watch, tell.clone()));
    }
    // Kept until the shared browsers begin: when the last sender is gone, all is found.
    let mut tell = Some(tell);
    loop {
        if board.knows_who_is_there()
            && let Some(tell) = tell.take()
            && let Some(criterion) = place_of(class, |how| matches!(how, How::SharedJar))
        {
            let present = board.present();
            tasks.spawn(shared_jar::judge(class.clone(), present, criterion, tell));
        }
        match found.recv().await {
            Some(found) => board.note(class, found),
            None => break,
        }
    }
    look_into_tables(board, class, watch).await;
}

/// After everything else: whose visitor made which row shows only when all is quiet.
async fn look_into_tables(board: &mut Board, class: &Arc<Class>, watch: &Watch) {
    let Some(criterion) = place_of(class, |how| matches!(how, How::OwnTable)) else {
        return;
    };
    let mut looks = JoinSet::new();
    for seat in board.present() {
        let class = class.clone();
        looks.spawn(async move { (seat, tables::judge(&class, seat).await) });
    }
    while let Some(looked) = looks.join_next().await {
        match looked {
            Ok((seat, Ok(verdict))) => board.note(class, Found::Judged(seat, criterion, verdict)),
            // No student's fault: who is not judged is stopped, and can be resumed.
            Ok((_, Err(error))) => return watch(Event::Trouble(error.to_string())),
            Err(_) => {}
        }
    }
}

fn place_of(class: &Class, is_meant: impl Fn(&How) -> bool) -> Option<usize> {
    let mut criteria = class.profile.criteria.iter();
    criteria.position(|criterion| is_meant(&criterion.how))
}
