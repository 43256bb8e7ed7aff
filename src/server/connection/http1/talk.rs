//! hyper at work on a connection, until the connection ends or is to be parked.

use super::{
    super::service::Answer,
    Http1,
    exchange::{Exchanges, StandIn},
    line::Line,
    parked::Parked,
};
use hyper_util::rt::TokioIo;
use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::{Instant, Sleep, sleep},
};

/// How long an answer may be in the making until its connection is parked, or up to twice as long.
/// Most are there sooner, and then nothing is gained.
const MOMENT: Duration = Duration::from_millis(250);

/// Lets hyper serve until the connection ends, or until somebody waits for more than a moment.
pub(super) async fn talk<T: AsyncRead + AsyncWrite + Unpin>(
    line: Line<T>,
    exchanges: &Exchanges,
    http1: &Http1,
) -> Option<Parked<T>> {
    let mut hyper = http1
        .builder
        .serve_connection(TokioIo::new(line), exchanges);
    let mut stopping = pin!(http1.stopping.cancelled());
    let mut told = false;
    let mut waiting = Waiting::default();
    let parked = poll_fn(|context| {
        // An error is the client's, who is gone.
        if Pin::new(&mut hyper).poll(context).is_ready() {
            return Poll::Ready(None);
        }
        // After hyper has looked: one that has not seen anything yet would not answer any more.
        if !told && stopping.as_mut().poll(context).is_ready() {
            told = true;
            Pin::new(&mut hyper).graceful_shutdown();
            if Pin::new(&mut hyper).poll(context).is_ready() {
                return Poll::Ready(None);
            }
        }
        waiting.for_too_long(exchanges, context).map(Some)
    });
    let (answer, stand_in) = parked.await?;
    let parts = hyper.into_parts();
    let mut line = parts.io.into_inner();
    line.push_back(&parts.read_buf);
    Some(Parked {
        line,
        answer,
        stand_in,
    })
}

/// Finds out who waits.
#[derive(Default)]
struct Waiting {
    /// Rings when one is to be looked at again. Without one until an answer is not there at once.
    timer: Option<Pin<Box<Sleep>>>,
    /// Who waited when it was set.
    number: u64,
}

impl Waiting {
    /// Takes an exchange away from hyper that was under way already when the timer was set.
    fn for_too_long(
        &mut self,
        exchanges: &Exchanges,
        context: &mut Context<'_>,
    ) -> Poll<(Answer, StandIn)> {
        let Some(number) = exchanges.number() else {
            return Poll::Pending;
        };
        let timer = self.timer.get_or_insert_with(|| {
            self.number = number;
            Box::pin(sleep(MOMENT))
        });
        while timer.as_mut().poll(context).is_ready() {
            if self.number == number
                && let Some(taken) = exchanges.take()
            {
                return Poll::Ready(taken);
            }
            self.number = number;
            timer.as_mut().reset(Instant::now() + MOMENT);
        }
        Poll::Pending
    }
}
