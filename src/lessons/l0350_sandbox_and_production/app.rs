//! One of the two apps, with a session of its own that is as small as a real one can be.
//!
//! Kept apart from the copy's own sessions: the keys are derived for this lesson, so that its
//! cookies open nothing else, and the cookies live ten minutes below `/0350`.

use super::{
    switches::{App, Position, Switches},
    tables::{Row, Tables},
};
use crate::identity::{Identity, Port};
use axum::http::{HeaderMap, HeaderValue, header};
use hkdf::Hkdf;
use sha2::Sha256;
use std::collections::BTreeSet;
use time::Duration;
use tower_sessions::{
    cookie::{Cookie, CookieJar, Key, SameSite},
    session::Id,
};

const COOKIE_LIFE: Duration = Duration::minutes(10);

/// From what the apps are set up: the copy, and the switches in the address.
pub(super) struct Stage<'a> {
    pub(super) identity: &'a Identity,
    pub(super) switches: Switches,
}

impl<'a> Stage<'a> {
    pub(super) fn of(identity: &'a Identity, query: Option<&str>) -> Self {
        let switches = Switches::from_query(query.unwrap_or_default());
        Self { identity, switches }
    }

    pub(super) fn app(&self, app: App) -> Settings {
        Settings::of(app, self.switches, self.identity)
    }

    /// One app for each cookie name that there can be, however the switches stand.
    pub(super) fn every_name(&self) -> [Settings; 3] {
        [
            Settings::of(App::Sandbox, Switches::SHARED, self.identity),
            Settings::of(App::Sandbox, Switches::DERIVED, self.identity),
            Settings::of(App::Production, Switches::DERIVED, self.identity),
        ]
    }

    /// The address of a page of this lesson, with the switches as they stand.
    pub(super) fn link(&self, path: &str) -> String {
        format!("{path}?{}", self.switches.query())
    }
}

/// One app, as the switches set it up.
pub(super) struct Settings {
    pub(super) app: App,
    pub(super) cookie: String,
    pub(super) table: String,
    key: Key,
}

/// What an app makes of the cookie that came.
pub(super) enum Found {
    /// None came.
    NoCookie,
    /// One that was not signed with this app's secret. Its first characters.
    BadSignature(String),
    /// A good one, but there is no session of this id in the table.
    NoRow(Id),
    /// The session.
    Row(Row),
}

impl Settings {
    // ANCHOR: derived
    pub(super) fn of(app: App, switches: Switches, identity: &Identity) -> Self {
        // Here the app's name stands where two real copies would have their ports.
        let own = |switch| match switch {
            Position::Shared => "",
            Position::Derived => app.title(),
        };
        let port = identity.port();
        let table = format!("demo350{}", own(switches.table));
        Self {
            app,
            cookie: format!("s{port}Demo350{}", own(switches.name)),
            table: identity.names.prefix.table(&table),
            key: key(own(switches.secret), identity),
        }
    }
    // ANCHOR_END: derived

    // ANCHOR: open
    /// From the cookie to the row: the way that every session library goes.
    pub(super) fn open(&self, value: Option<&str>, tables: &Tables) -> Found {
        let Some(value) = value else {
            return Found::NoCookie;
        };
        let Some(id) = self.verified(value) else {
            return Found::BadSignature(start_of(value));
        };
        match tables.find(&self.table, id) {
            Some(row) => Found::Row(row),
            None => Found::NoRow(id),
        }
    }
    // ANCHOR_END: open

    /// The id in a cookie's value, if this app's secret has signed it. The name of the cookie is
    /// not signed, here as in most libraries: under another name it is as good.
    pub(super) fn verified(&self, value: &str) -> Option<Id> {
        let cookie = Cookie::new(self.cookie.clone(), value.to_owned());
        let cookie = CookieJar::new().signed(&self.key).verify(cookie)?;
        cookie.value().parse().ok()
    }

    pub(super) fn signed(&self, id: Id) -> String {
        let mut jar = CookieJar::new();
        let cookie = Cookie::new(self.cookie.clone(), id.to_string());
        jar.signed_mut(&self.key).add(cookie);
        let cookie = jar.get(&self.cookie);
        cookie.expect("it was added just now").value().to_owned()
    }

    /// What stands in this app's cookie, if it came; the first one, if several did.
    pub(super) fn value_in(&self, headers: &HeaderMap) -> Option<String> {
        let mut ours = cookies(headers).filter(|cookie| cookie.name() == self.cookie);
        ours.next().map(|cookie| cookie.value().to_owned())
    }

    pub(super) fn set(&self, value: String) -> HeaderValue {
        let mut cookie = self.baked(value);
        cookie.set_max_age(COOKIE_LIFE);
        header_value(&cookie)
    }

    /// The `Set-Cookie` that makes the browser forget this app's session.
    pub(super) fn removal(&self) -> HeaderValue {
        let mut cookie = self.baked(String::new());
        cookie.make_removal();
        header_value(&cookie)
    }

    fn baked(&self, value: String) -> Cookie<'static> {
        Cookie::build((self.cookie.clone(), value))
            .path("/0350")
            .secure(true)
            .http_only(true)
            .same_site(SameSite::Lax)
            .build()
    }
}

fn key(own: &str, identity: &Identity) -> Key {
    let info = format!("sweatbox/v1/lesson/0350/{own}");
    let mut bytes = [0; 64];
    Hkdf::<Sha256>::new(None, identity.cookie_key.master())
        .expand(info.as_bytes(), &mut bytes)
        .expect("HKDF-SHA256 gives up to 8160 bytes");
    Key::from(&bytes)
}

// ANCHOR: neighbours
/// The names of other copies' session cookies that came along. They were set on other ports.
pub(super) fn neighbours(headers: &HeaderMap, own: Port) -> BTreeSet<String> {
    let port_of = |name: &str| -> Option<Port> {
        let digits = name.strip_prefix('s')?.strip_suffix("Cookie")?;
        digits.parse().ok()
    };
    let names = cookies(headers).map(|cookie| cookie.name().to_owned());
    names
        .filter(|name| port_of(name).is_some_and(|port| port != own))
        .collect()
}
// ANCHOR_END: neighbours

/// All cookies that came.
fn cookies(headers: &HeaderMap) -> impl Iterator<Item = Cookie<'static>> {
    headers
        .get_all(header::COOKIE)
        .into_iter()
        .map(|field| String::from_utf8_lossy(field.as_bytes()).into_owned())
        .flat_map(|field| Cookie::split_parse(field).flatten())
}

/// The first characters of a value.
pub(super) fn start_of(value: &str) -> String {
    let start: String = value.chars().take(4).collect();
    start + "…"
}

fn header_value(cookie: &Cookie<'_>) -> HeaderValue {
    let text = cookie.to_string();
    HeaderValue::try_from(text).expect("a cookie of ours is ASCII without control characters")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_session_cookies_of_other_ports_are_neighbours() {
        let text = "s41220Cookie=1; s41221Cookie=2; s0Cookie=3; sCookie=4; s41222Cookies=5; x=6";
        let headers = HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_static(text))]);
        let found = neighbours(&headers, Port::new(41220).unwrap());
        assert_eq!(found, BTreeSet::from(["s41221Cookie".to_owned()]));
    }
}
