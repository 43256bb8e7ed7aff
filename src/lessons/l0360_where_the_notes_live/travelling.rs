//! The record that lives in the visitor's browser: a cookie of this lesson's own.

use crate::{
    identity::Identity,
    sessions::stores::{StoredSession, Version},
};
use axum::http::{HeaderMap, HeaderValue, header};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hkdf::Hkdf;
use sha2::Sha256;
use time::{Duration, OffsetDateTime};
use tower_sessions::cookie::{Cookie, CookieJar, Key, SameSite};

const COOKIE_LIFE: Duration = Duration::minutes(10);

/// The record in the cookie that came, if its signature is good.
pub(super) fn found(headers: &HeaderMap, identity: &Identity) -> Option<StoredSession> {
    let fields = headers.get_all(header::COOKIE).into_iter();
    let fields = fields.map(|field| String::from_utf8_lossy(field.as_bytes()).into_owned());
    let mut cookies = fields.flat_map(|field| Cookie::split_parse(field).flatten());
    let ours = cookies.find(|cookie| cookie.name() == name(identity))?;
    let good = CookieJar::new().signed(&key(identity)).verify(ours)?;
    record_of(good.value())
}

// ANCHOR: value
/// The record as text that may stand in a cookie: its expiry, a dot, its data.
fn value_of(record: &StoredSession) -> String {
    let micros = record.expiry.unix_timestamp_nanos() / 1000;
    format!("{micros}.{}", URL_SAFE_NO_PAD.encode(&record.data))
}
// ANCHOR_END: value

fn record_of(value: &str) -> Option<StoredSession> {
    let (micros, data) = value.split_once('.')?;
    let micros: i64 = micros.parse().ok()?;
    let expiry = OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1000).ok()?;
    let data = URL_SAFE_NO_PAD.decode(data).ok()?;
    Some(StoredSession {
        data,
        expiry,
        // No store that others change: nobody asks for its version.
        version: Version(0),
    })
}

/// The `Set-Cookie` that takes the record along.
pub(super) fn set(record: &StoredSession, identity: &Identity) -> HeaderValue {
    let mut cookie = baked(value_of(record), identity);
    cookie.set_max_age(COOKIE_LIFE);
    let mut jar = CookieJar::new();
    jar.signed_mut(&key(identity)).add(cookie);
    let signed = jar.get(&name(identity));
    header_value(signed.expect("it was added just now"))
}

/// The one that makes the browser forget it.
pub(super) fn removal(identity: &Identity) -> HeaderValue {
    let mut cookie = baked(String::new(), identity);
    cookie.make_removal();
    header_value(&cookie)
}

fn name(identity: &Identity) -> String {
    format!("s{}Demo360", identity.port())
}

fn baked(value: String, identity: &Identity) -> Cookie<'static> {
    Cookie::build((name(identity), value))
        .path("/0360")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Lax)
        .build()
}

/// Derived for this lesson, so that its cookie opens nothing else.
fn key(identity: &Identity) -> Key {
    let mut bytes = [0; 64];
    Hkdf::<Sha256>::new(None, identity.cookie_key.master())
        .expand(b"sweatbox/v1/lesson/0360", &mut bytes)
        .expect("HKDF-SHA256 gives up to 8160 bytes");
    Key::from(&bytes)
}

fn header_value(cookie: &Cookie<'_>) -> HeaderValue {
    let text = cookie.to_string();
    HeaderValue::try_from(text).expect("a cookie of ours is ASCII without control characters")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::{InstallKey, Port};

    #[test]
    fn a_record_travels_to_the_browser_and_back_unless_somebody_changes_it() {
        let install: InstallKey = "07".repeat(32).parse().unwrap();
        let identity = Identity::derive(Port::new(41220).unwrap(), &install);
        let record = StoredSession {
            data: br#"{"count":3,"process":1}"#.to_vec(),
            expiry: OffsetDateTime::from_unix_timestamp(1_790_000_000).unwrap(),
            version: Version(0),
        };
        let set = set(&record, &identity);
        let pair = set.to_str().unwrap().split(';').next().unwrap();
        let headers = |text: &str| {
            HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(text).unwrap())])
        };
        assert_eq!(found(&headers(pair), &identity), Some(record));
        assert_eq!(found(&headers(&format!("{pair}A")), &identity), None);
        assert_eq!(found(&headers("s41220Demo360=1.e30"), &identity), None);
    }
}
