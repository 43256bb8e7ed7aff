//! What a connection is at: one request at a time, and the answer that is being made.

use super::super::service::{Answer, CountingService};
use axum::body::Body;
use hyper::{
    HeaderMap, Method, Request, Response, Version,
    body::{Body as _, Incoming},
    header,
    service::Service,
};
use std::{
    convert::Infallible,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
};

/// What another hyper is to read in place of a request.
pub(super) type StandIn = &'static [u8];

/// The service of a connection as each hyper sees it, one after the other.
pub(super) struct Exchanges {
    service: CountingService,
    current: Current,
}

/// What the connection is at.
type Current = Arc<Mutex<At>>;

#[derive(Default)]
struct At {
    exchange: Option<Exchange>,
    /// How many there have been.
    begun: u64,
}

struct Exchange {
    answer: Answer,
    /// `None` for one that cannot be parked.
    stand_in: Option<StandIn>,
}

impl Exchanges {
    pub(super) fn new(service: CountingService) -> Self {
        let current = Current::default();
        Self { service, current }
    }

    /// The number of the exchange that the connection is at, if that can be parked.
    pub(super) fn number(&self) -> Option<u64> {
        let at = at(&self.current);
        let exchange = at.exchange.as_ref()?;
        exchange.stand_in.and(Some(at.begun))
    }

    /// Takes the exchange away from hyper, if it can be parked. hyper has nothing else to send then:
    /// it reads no request before the last answer has gone.
    pub(super) fn take(&self) -> Option<(Answer, StandIn)> {
        let mut at = at(&self.current);
        let stand_in = at.exchange.as_ref()?.stand_in?;
        let exchange = at.exchange.take()?;
        Some((exchange.answer, stand_in))
    }

    /// Has the next hyper, which is about to read a stand-in, give this answer.
    pub(super) fn put(&self, answer: Answer) {
        at(&self.current).exchange = Some(Exchange {
            answer,
            stand_in: None,
        });
    }
}

impl Service<Request<Incoming>> for &Exchanges {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Answering;

    fn call(&self, request: Request<Incoming>) -> Answering {
        let mut at = at(&self.current);
        // If there is one already, this was its stand-in.
        if at.exchange.is_none() {
            let stand_in = stand_in(&request);
            let answer = self.service.answer(request);
            at.begun += 1;
            at.exchange = Some(Exchange { answer, stand_in });
        }
        Answering(self.current.clone())
    }
}

fn at(current: &Mutex<At>) -> MutexGuard<'_, At> {
    current.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits for the answer. Dropped before, as when the visitor has left, it ends the exchange.
pub(super) struct Answering(Current);

impl Future for Answering {
    type Output = Result<Response<Body>, Infallible>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut at = at(&self.0);
        // Taken away, the exchange goes on without hyper.
        let Some(exchange) = &mut at.exchange else {
            return Poll::Pending;
        };
        let answer = ready!(exchange.answer.as_mut().poll(context));
        at.exchange = None;
        Poll::Ready(answer)
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        // Dropped after the lock is given back: what ends may take its time.
        let _ended = at(&self.0).exchange.take();
    }
}

const GO_ON: StandIn = b"GET / HTTP/1.1\r\n\r\n";
pub(super) const THEN_CLOSE: StandIn = b"GET / HTTP/1.1\r\nconnection: close\r\n\r\n";

/// A request that hyper answers as it would `request`, as far as hyper itself has a say: how the
/// answer is framed, and whether the connection stays open. `None` where that depends on more.
fn stand_in(request: &Request<Incoming>) -> Option<StandIn> {
    let simple = request.method() == Method::GET
        && request.version() == Version::HTTP_11
        && request.body().is_end_stream()
        && !request.headers().contains_key(header::EXPECT);
    match simple {
        true => connection(request.headers()),
        false => None,
    }
}

fn connection(headers: &HeaderMap) -> Option<StandIn> {
    let mut values = headers.get_all(header::CONNECTION).iter();
    let value = match (values.next(), values.next()) {
        (None, _) => return Some(GO_ON),
        (Some(value), None) => value.as_bytes(),
        _ => return None,
    };
    if value.eq_ignore_ascii_case(b"keep-alive") {
        Some(GO_ON)
    } else if value.eq_ignore_ascii_case(b"close") {
        Some(THEN_CLOSE)
    } else {
        None
    }
}
