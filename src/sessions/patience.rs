//! How long one request may wait for its store in all.
//!
//! A slow store answers each question within its limit, and a request asks up to five of them:
//! together they may take no longer than a store that does not answer at all.

use super::stores::{StoreError, StoreResult};
use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    sync::{Mutex, PoisonError},
    task::Poll,
    time::Duration,
};
use tokio::time::{Instant, timeout};

/// For all questions of one request; the rest of the three seconds is for everything else.
const PATIENCE: Duration = Duration::from_millis(2500);

/// One request's patience, and how much of it is used up.
#[derive(Debug, Default)]
pub(super) struct Patience(Mutex<Duration>);

impl Patience {
    /// The answer to `question`, unless patience ends before. A change that is given up half-way
    /// may have been made all the same, as one whose answer was lost.
    pub(super) async fn wait_for<T>(
        &self,
        question: impl Future<Output = StoreResult<T>>,
    ) -> StoreResult<T> {
        let left = PATIENCE.saturating_sub(self.used());
        if left.is_zero() {
            return Err(too_slow());
        }
        let mut question = pin!(question);
        // What is known without waiting, as nearly all reads are, takes neither clock nor timer.
        if let Poll::Ready(answer) = at_once(question.as_mut()).await {
            return answer;
        }
        let start = Instant::now();
        // In a box: whoever need not wait has no room for a timer.
        let answer = Box::pin(timeout(left, question)).await;
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += start.elapsed();
        answer.unwrap_or_else(|_| Err(too_slow()))
    }

    fn used(&self) -> Duration {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How far `question` comes without waiting for anything.
async fn at_once<T>(mut question: Pin<&mut impl Future<Output = T>>) -> Poll<T> {
    poll_fn(|context| Poll::Ready(question.as_mut().poll(context))).await
}

fn too_slow() -> StoreError {
    StoreError::Unreachable(format!("too slow: {PATIENCE:?} for one request are over"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        future::ready,
        task::{Context, Waker},
    };
    use tokio::time::sleep;

    #[tokio::test(start_paused = true)]
    async fn a_store_that_answers_each_question_just_in_time_is_too_slow_in_the_end() {
        let (patience, start) = (Patience::default(), Instant::now());
        let slow = async || {
            sleep(Duration::from_millis(1400)).await;
            Ok(())
        };
        assert!(patience.wait_for(slow()).await.is_ok());
        // Whatever else a request does, sleeping included, uses up nothing.
        sleep(Duration::from_secs(60)).await;
        assert!(patience.wait_for(slow()).await.is_err());
        assert!(patience.wait_for(slow()).await.is_err());
        let asked = start.elapsed() - Duration::from_secs(60);
        assert!(asked < PATIENCE + Duration::from_millis(50), "{asked:?}");
    }

    // Outside of a runtime: making a timer panics here.
    #[test]
    fn an_answer_that_is_there_at_once_takes_no_timer_and_uses_up_nothing() {
        let patience = Patience::default();
        let asked = pin!(patience.wait_for(ready(Ok(7))));
        let answer = asked.poll(&mut Context::from_waker(Waker::noop()));
        assert!(matches!(answer, Poll::Ready(Ok(7))));
        assert_eq!(patience.used(), Duration::ZERO);
    }
}
