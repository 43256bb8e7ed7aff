//! The recording of a request: begun when it comes, and shown to its visitor, and to nobody else,
//! when it is answered.

use super::{
    Sessions,
    cookie::Carried,
    masked,
    unit::{Told, UnitOfWork},
};
use crate::xray::{Recording, What};
use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};

impl Sessions {
    /// Begins to record a request, and writes down what came with it.
    pub(super) fn record(
        &self,
        request: &Request,
        carried: Option<&Carried>,
        foreign: bool,
    ) -> Recording {
        let rings = &self.0.rings;
        let path = request.uri().path_and_query();
        let path = path.map_or("", |path| path.as_str());
        let method = request.method().as_str();
        rings.begin(self.0.clock.now(), method, path, || match foreign {
            true => Some(What::Foreign),
            false => self.came(request.headers(), carried),
        })
    }

    fn came(&self, headers: &HeaderMap, carried: Option<&Carried>) -> Option<What> {
        let (value, good) = match carried {
            Some(carried) => (masked(&carried.id), true),
            None => (self.0.cookie.seen(headers)?, false),
        };
        let name = self.0.cookie.name();
        Some(What::CookieIn { name, value, good })
    }
}

impl UnitOfWork {
    /// Puts the record into the ring of the session that the visitor has now.
    pub(super) fn publish(&self, answer: &Response) {
        if !self.recording().is_on() {
            return;
        }
        let (told, found) = {
            let state = self.state();
            (state.told, state.found.is_some() && !state.vanished)
        };
        if let Some(told) = told {
            self.cookie_out(told, answer);
        }
        let rings = &self.sessions.0.rings;
        let record = self.recording().finished(answer.status().as_u16());
        let Some(record) = record else {
            // The session is known from now on, and requests that do not look at it are its own.
            match (told, self.id.filter(|_| found)) {
                (Some(Told::GoesOn(id)), _) | (None, Some(id)) => rings.ensure(id.0),
                _ => {}
            }
            return;
        };
        match (told, self.id) {
            (Some(Told::Ended), Some(old)) => rings.end(old.0, record),
            (Some(Told::GoesOn(now)), old) => {
                if let Some(old) = old.filter(|old| *old != now) {
                    rings.rename(old.0, now.0);
                }
                rings.push(now.0, record);
            }
            // A session that was not looked at is known by its earlier requests, or not at all:
            // a signed id alone may be that of a session that has ended.
            (None, Some(id)) if found => rings.push(id.0, record),
            (None, Some(id)) => rings.push_if_known(id.0, record),
            _ => {}
        }
    }

    fn cookie_out(&self, told: Told, answer: &Response) {
        let name = self.sessions.0.cookie.name();
        let fields = answer.headers().get_all(header::SET_COOKIE).iter();
        let mut fields = fields.map(HeaderValue::as_bytes);
        let ours = fields.find(|field| field.starts_with(name.as_bytes()));
        let ours = ours.unwrap_or_default();
        let value_end = memchr::memchr(b';', ours);
        let attributes = value_end.map_or(&[][..], |end| ours[end + 1..].trim_ascii_start());
        let value = match told {
            Told::GoesOn(id) => Some(masked(&id)),
            Told::Ended => None,
        };
        self.recording().cookie_out(name, value, attributes);
    }
}
