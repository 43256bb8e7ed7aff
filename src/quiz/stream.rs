//! The event stream of an attempt: what a candidate's tabs hear while they listen.
//!
//! A stream is not told what has happened but looks at what is. A tab that slept through ten
//! changes misses none of them, and nothing piles up for one that does not read.

use super::{
    Quiz,
    room::{CandidateId, Denied, Follow, Live},
    view::{Answers, EvaluationView, remaining_ms, told},
};
use axum::response::sse::Event;
use futures_util::{Stream, stream};
use serde::Serialize;
use std::{collections::VecDeque, time::Duration};
use time::OffsetDateTime;
use tokio::{select, sync::watch, time::sleep};

/// A timer may fire a moment early; the same second is not told twice.
const EARLY: Duration = Duration::from_millis(20);
/// And rather a moment late, when the next second has begun.
const AFTER: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);

#[derive(Serialize)]
struct Remaining {
    remaining_ms: i64,
    deadline: String,
    now: String,
}

#[derive(Serialize)]
struct Answered {
    answers: Answers,
    revision: u64,
}

#[derive(Serialize)]
struct Changed {
    open: bool,
    deadline: String,
    remaining_ms: i64,
    now: String,
}

/// What a stream begins with.
pub(super) enum Followed {
    /// A running attempt.
    Running(Attending),
    /// One that has ended.
    Evaluated(EvaluationView),
    /// There was never one.
    Never,
    /// Too many streams are open.
    TooMany,
}

/// A tab that follows an attempt.
pub(super) struct Attending {
    live: watch::Receiver<Live>,
    /// As it was told.
    shown: Live,
    /// To be told next.
    events: VecDeque<Event>,
    over: bool,
    presence: Presence,
}

/// Counts as a stream until it is dropped: whoever closes a laptop says no goodbye.
struct Presence {
    quiz: Quiz,
    candidate: CandidateId,
}

impl Quiz {
    /// Follows the latest attempt of a session's candidate.
    pub(super) fn follow(&self, session: &str) -> Result<Followed, Denied> {
        self.act(|inner, now| {
            let follow = inner.room.follow(session, now)?;
            // Whoever followed before this session took over is to hear nothing more.
            inner.tell();
            Ok(match follow {
                Follow::Evaluated(evaluation) => Followed::Evaluated(evaluation),
                Follow::Never => Followed::Never,
                Follow::TooMany => Followed::TooMany,
                Follow::Live(candidate, shown) => {
                    let stream = inner.streams.entry(candidate);
                    let stream = stream.or_insert_with(|| watch::Sender::new(shown.clone()));
                    Followed::Running(Attending {
                        live: stream.subscribe(),
                        events: VecDeque::from([remaining(shown.deadline, now)]),
                        shown,
                        over: false,
                        presence: Presence {
                            quiz: self.clone(),
                            candidate,
                        },
                    })
                }
            })
        })
    }
}

impl Attending {
    /// All events, until the attempt ends or another session takes it over.
    pub(super) fn events(self) -> impl Stream<Item = Event> {
        stream::unfold(self, |mut attending| async move {
            Some((attending.next().await?, attending))
        })
    }

    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.events.pop_front() {
                return Some(event);
            }
            if self.over {
                return None;
            }
            let quiz = self.presence.quiz.clone();
            let tick = sleep(until_full_second(self.shown.deadline, quiz.0.clock.now()));
            select! {
                biased;
                () = quiz.0.stopping.cancelled() => self.stop(),
                changed = self.live.changed() => match changed {
                    Ok(()) => self.look(),
                    // Ended, and that was told; or taken over, and there is nothing to tell.
                    Err(_) => self.over = true,
                },
                () = tick => self.tick(),
            }
        }
    }

    fn stop(&mut self) {
        let detail = "The server stops. An attempt that runs now never happened: it does not \
                      count, and you may start another one when the server is back.";
        self.events.push_back(stopping(detail));
        self.over = true;
    }

    /// Tells what is new since the last look.
    fn look(&mut self) {
        let live = self.live.borrow_and_update().clone();
        if let Some(evaluation) = &live.evaluation {
            self.events.push_back(event("evaluated", evaluation));
            self.over = true;
            return;
        }
        let now = self.presence.quiz.0.clock.now();
        if (live.deadline, live.open) != (self.shown.deadline, self.shown.open) {
            let changed = Changed {
                open: live.open,
                deadline: told(live.deadline),
                remaining_ms: remaining_ms(live.deadline, now),
                now: told(now),
            };
            self.events.push_back(event("parameters", &changed));
        }
        if live.revision != self.shown.revision {
            let answered = Answered {
                answers: live.answers.clone(),
                revision: live.revision,
            };
            self.events.push_back(event("answers", &answered));
        }
        self.shown = live;
    }

    fn tick(&mut self) {
        let quiz = &self.presence.quiz;
        let now = quiz.0.clock.now();
        if now < self.shown.deadline {
            self.events.push_back(remaining(self.shown.deadline, now));
        } else {
            // The end comes as an evaluation, from whoever sees first that it is time.
            quiz.act(|inner, now| inner.room.settle(now));
        }
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        let candidate = self.candidate;
        self.quiz.act(|inner, _| {
            inner.room.stream_closed(candidate);
            let stream = inner.streams.get(&candidate);
            if stream.is_some_and(|stream| stream.receiver_count() == 0) {
                inner.streams.remove(&candidate);
            }
        });
    }
}

/// How long it is until just after the remaining time is a full second.
fn until_full_second(deadline: OffsetDateTime, now: OffsetDateTime) -> Duration {
    let left = Duration::try_from(deadline - now).unwrap_or_default();
    let beyond = Duration::from_nanos(u64::from(left.subsec_nanos()));
    let tick = match beyond < EARLY {
        true => beyond + SECOND,
        false => beyond,
    };
    tick.min(left.max(EARLY)) + AFTER
}

fn remaining(deadline: OffsetDateTime, now: OffsetDateTime) -> Event {
    event(
        "remaining",
        &Remaining {
            remaining_ms: remaining_ms(deadline, now),
            deadline: told(deadline),
            now: told(now),
        },
    )
}

/// The server stops: what that means for whoever listens.
pub(super) fn stopping(detail: &str) -> Event {
    event("stopping", &serde_json::json!({ "detail": detail }))
}

/// An event whose data are JSON.
pub(super) fn event(name: &str, data: &impl Serialize) -> Event {
    let event = Event::default().event(name).json_data(data);
    event.expect("our own types are JSON, and JSON in one line")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_come_at_full_seconds_of_the_remaining_time() {
        let until = |left: i64| {
            let now = OffsetDateTime::UNIX_EPOCH;
            until_full_second(now + time::Duration::milliseconds(left), now).as_millis()
        };
        assert_eq!(until(5_300), 301);
        assert_eq!(until(4_998), 999);
        assert_eq!(until(5_000), 1_001);
        // A timer that fired 2 ms early does not tell the same second twice.
        assert_eq!(until(5_002), 1_003);
        assert_eq!(until(800), 801);
        assert_eq!(until(0), 21);
        assert_eq!(until(-5_000), 21);
    }
}
