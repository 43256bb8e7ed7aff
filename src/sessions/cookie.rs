//! The session cookie: found among all that a browser sends, verified, set and removed.

use super::stores::{StoredSession, Version};
use crate::{
    config::CookieForm,
    identity::Identity,
    xray::{Label, Masked},
};
use axum::http::{HeaderMap, HeaderValue, header};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use ring::hmac;
use std::borrow::Cow;
use time::{Duration, OffsetDateTime};
use tower_sessions::{
    cookie::{Cookie, CookieJar, Key, SameSite},
    session::Id,
};

/// The longest cookie, name and value, that every browser keeps (RFC 6265, section 6.1).
pub(super) const MAX_BYTES: usize = 4096;

/// The length of a signature: 32 bytes in base64.
const SIGNATURE: usize = 44;

/// The one long-lived cookie of a copy: its name and the key that signs it.
///
/// The value is an HMAC-SHA256 of the session's id in base64 and then the id itself, 22
/// characters of base64url. Signed, not encrypted: the id says nothing about anybody. With the
/// store `cookie` the expiry and the session itself follow, and may be encrypted.
#[derive(Clone)]
pub struct SessionCookie {
    name: Label,
    key: Key,
    /// The part of it that signs, made ready once.
    signing: hmac::Key,
    whole: Option<CookieForm>,
}

/// What a good cookie says.
#[derive(Debug, Clone, PartialEq)]
pub struct Carried {
    /// The session's id.
    pub id: Id,
    /// With the store `cookie`: the session.
    pub session: Option<StoredSession>,
}

impl SessionCookie {
    /// `whole`: in which form the session itself travels, if it does.
    pub fn new(identity: &Identity, whole: Option<CookieForm>) -> Self {
        Self {
            name: Label::new(identity.names.cookie.as_str()),
            signing: hmac::Key::new(hmac::HMAC_SHA256, identity.cookie_key.signing()),
            key: identity.cookie_key.clone(),
            whole,
        }
    }

    /// What the one cookie of our name says whose signature is good.
    ///
    /// A page on another port of this host can plant a second cookie of our name under a
    /// longer path, and a browser sends both. If two are good, nobody can tell which one the
    /// visitor meant, so neither counts.
    pub fn find(&self, headers: &HeaderMap) -> Option<Carried> {
        let mut good = self
            .of_our_name(headers)
            .filter_map(|value| self.verified(str::from_utf8(value).ok()?));
        let carried = good.next()?;
        good.next().is_none().then_some(carried)
    }

    /// The first characters of whatever came under our name.
    pub(super) fn seen(&self, headers: &HeaderMap) -> Option<Masked> {
        let first = self.of_our_name(headers).next()?;
        Some(Masked::new(&String::from_utf8_lossy(first)))
    }

    /// The values that came under our name, among up to 180 cookies of other ports, at which nobody
    /// looks any closer. Bytes, since those may hold anything.
    fn of_our_name<'h>(&self, headers: &'h HeaderMap) -> impl Iterator<Item = &'h [u8]> {
        let fields = headers.get_all(header::COOKIE).into_iter();
        let pairs = fields.flat_map(|field| field.as_bytes().split(|byte| *byte == b';'));
        pairs.filter_map(|pair| {
            let behind = pair.trim_ascii_start().strip_prefix(self.name.as_bytes())?;
            let value = behind.trim_ascii_start().strip_prefix(b"=")?;
            Some(value.trim_ascii())
        })
    }

    /// The cookie's name.
    pub(super) fn name(&self) -> Label {
        self.name
    }

    fn verified(&self, value: &str) -> Option<Carried> {
        let value: Cow<'_, str> = match self.whole {
            Some(CookieForm::Encrypted) => self.decrypted(value)?.into(),
            _ => self.behind_signature(value)?.into(),
        };
        let mut parts = value.split('.');
        let id = parts.next()?.parse().ok()?;
        let session = match self.whole {
            None => None,
            Some(_) => Some(session_of(parts.next()?, parts.next()?)?),
        };
        parts.next().is_none().then_some(Carried { id, session })
    }

    /// What stands behind a good signature, as [`protected`](Self::protected) makes it. Looked at
    /// here and not in a jar: every request has one, and the key is ready.
    fn behind_signature<'v>(&self, value: &'v str) -> Option<&'v str> {
        let (signature, value) = value.split_at_checked(SIGNATURE)?;
        let signature = STANDARD.decode(signature).ok()?;
        hmac::verify(&self.signing, value.as_bytes(), &signature).ok()?;
        Some(value)
    }

    fn decrypted(&self, value: &str) -> Option<String> {
        let jar = CookieJar::new();
        let cookie = Cookie::new(&*self.name, value).into_owned();
        let cookie = jar.private(&self.key).decrypt(cookie)?;
        Some(cookie.value().to_owned())
    }

    /// The `Set-Cookie` that makes the browser keep `carried` for `max_age`.
    pub fn set(&self, carried: &Carried, max_age: Duration) -> HeaderValue {
        let mut cookie = self.protected(carried);
        cookie.set_max_age(max_age.max(Duration::ZERO));
        header_value(&cookie)
    }

    /// The length of name and value, which browsers limit.
    pub(super) fn length(&self, carried: &Carried) -> usize {
        let cookie = self.protected(carried);
        cookie.name().len() + "=".len() + cookie.value().len()
    }

    fn protected(&self, carried: &Carried) -> Cookie<'static> {
        let mut value = carried.id.to_string();
        if let Some(StoredSession { data, expiry, .. }) = &carried.session {
            let micros = expiry.unix_timestamp_nanos() / 1000;
            value += &format!(".{micros}.{}", URL_SAFE_NO_PAD.encode(data));
        }
        let mut jar = CookieJar::new();
        let cookie = self.cookie(value);
        match self.whole {
            Some(CookieForm::Encrypted) => jar.private_mut(&self.key).add(cookie),
            _ => jar.signed_mut(&self.key).add(cookie),
        }
        let protected = jar.get(&self.name).cloned();
        protected.expect("it was added in the lines above")
    }

    /// The `Set-Cookie` that makes the browser forget its session. It carries the attributes of
    /// the other one: a removal with another path is another cookie's, and one without `Secure`
    /// is not taken where a proxy has made plain HTTP of it (RFC 6265bis, 5.7).
    pub(super) fn removal(&self) -> HeaderValue {
        let mut cookie = self.cookie(String::new());
        cookie.make_removal();
        header_value(&cookie)
    }

    // ANCHOR: attributes
    fn cookie(&self, value: String) -> Cookie<'static> {
        Cookie::build((self.name.to_string(), value))
            .secure(true)
            .http_only(true)
            .same_site(SameSite::Lax)
            .path("/")
            .build()
    }
    // ANCHOR_END: attributes
}

/// A session's two parts behind its id: the expiry in microseconds and the data in base64url.
fn session_of(expiry: &str, data: &str) -> Option<StoredSession> {
    let micros: i64 = expiry.parse().ok()?;
    let expiry = OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1000).ok()?;
    let data = URL_SAFE_NO_PAD.decode(data).ok()?;
    Some(StoredSession {
        data,
        expiry,
        // Nobody else changes it on its way.
        version: Version(0),
    })
}

fn header_value(cookie: &Cookie<'_>) -> HeaderValue {
    let text = cookie.to_string();
    HeaderValue::try_from(text).expect("a cookie of ours is ASCII without control characters")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::{InstallKey, Port};

    fn cookie_of(port: u16) -> SessionCookie {
        let key: InstallKey = "07".repeat(32).parse().unwrap();
        SessionCookie::new(&Identity::derive(Port::new(port).unwrap(), &key), None)
    }

    fn carried(id: Id) -> Carried {
        Carried { id, session: None }
    }

    /// `name=value` as a browser sends it back.
    fn pair(set_cookie: &HeaderValue) -> String {
        let text = set_cookie.to_str().unwrap();
        text.split(';').next().unwrap().to_owned()
    }

    fn headers(fields: &[&str]) -> HeaderMap {
        let field = |text: &&str| (header::COOKIE, HeaderValue::from_str(text).unwrap());
        fields.iter().map(field).collect()
    }

    #[test]
    fn a_cookie_that_was_set_is_found_again() {
        let cookie = cookie_of(41220);
        let id = Id::default();
        let sent = pair(&cookie.set(&carried(id), Duration::HOUR));
        assert_eq!(cookie.find(&headers(&[&sent])), Some(carried(id)));
        let among_others = format!("a=1; {sent}; =; ;x; b");
        assert_eq!(
            cookie.find(&headers(&["c=2", &among_others])),
            Some(carried(id))
        );
    }

    #[test]
    fn another_port_s_odd_cookie_does_not_hide_ours() {
        let cookie = cookie_of(41220);
        let id = Id::default();
        let ours = pair(&cookie.set(&carried(id), Duration::HOUR));
        for odd in ["x=\u{e4}", "x=\u{fffd}\u{7f}", "=;;\"", "s41220Cookie"] {
            let field = HeaderValue::from_bytes(format!("{odd}; {ours}").as_bytes());
            let Ok(field) = field else { continue };
            let headers = HeaderMap::from_iter([(header::COOKIE, field)]);
            assert_eq!(cookie.find(&headers), Some(carried(id)), "{odd}");
        }
        let latin1 = [b"x=\xe4; ", ours.as_bytes()].concat();
        let latin1 = HeaderValue::from_bytes(&latin1).unwrap();
        let headers = HeaderMap::from_iter([(header::COOKIE, latin1)]);
        assert_eq!(cookie.find(&headers), Some(carried(id)));
    }

    #[test]
    fn the_cookie_has_all_attributes_and_so_has_its_removal() {
        let cookie = cookie_of(41220);
        let set = cookie.set(&carried(Id::default()), Duration::HOUR);
        let set = set.to_str().unwrap();
        let removal = cookie.removal();
        let removal = removal.to_str().unwrap();
        assert!(set.starts_with("s41220Cookie="));
        assert!(set.contains("; Max-Age=3600"));
        assert!(removal.starts_with("s41220Cookie=;"));
        assert!(removal.contains("; Max-Age=0"));
        for attribute in ["; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/"] {
            assert!(set.contains(attribute), "{set}");
            assert!(removal.contains(attribute), "{removal}");
        }
    }

    #[test]
    fn any_changed_character_makes_it_nobody_s() {
        let cookie = cookie_of(41220);
        let sent = pair(&cookie.set(&carried(Id::default()), Duration::HOUR));
        let start = "s41220Cookie=".len();
        for position in start..sent.len() {
            let mut bytes = sent.clone().into_bytes();
            bytes[position] = if bytes[position] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(bytes).unwrap();
            assert_eq!(cookie.find(&headers(&[&forged])), None, "{forged}");
            assert_eq!(cookie.find(&headers(&[&sent[..position]])), None);
        }
    }

    #[test]
    fn another_port_s_cookie_is_refused_under_our_name() {
        let sent = pair(&cookie_of(41221).set(&carried(Id::default()), Duration::HOUR));
        let renamed = sent.replace("s41221Cookie", "s41220Cookie");
        assert_eq!(cookie_of(41220).find(&headers(&[&renamed])), None);
    }

    #[test]
    fn a_planted_cookie_does_not_hide_the_good_one() {
        let cookie = cookie_of(41220);
        let id = Id::default();
        let good = pair(&cookie.set(&carried(id), Duration::HOUR));
        assert_eq!(
            cookie.find(&headers(&["s41220Cookie=planted", &good])),
            Some(carried(id))
        );
        assert_eq!(
            cookie.find(&headers(&[&good, "s41220Cookie="])),
            Some(carried(id))
        );
    }

    #[test]
    fn of_two_good_cookies_none_counts() {
        let cookie = cookie_of(41220);
        let one = pair(&cookie.set(&carried(Id::default()), Duration::HOUR));
        let two = pair(&cookie.set(&carried(Id::default()), Duration::HOUR));
        assert_eq!(cookie.find(&headers(&[&format!("{one}; {two}")])), None);
        assert_eq!(cookie.find(&headers(&[&one, &two])), None);
    }

    #[test]
    fn a_session_in_its_cookie_comes_back_signed_and_encrypted() {
        let session = StoredSession {
            data: br#"{"created":1,"data":{"wait":3}}"#.to_vec(),
            expiry: OffsetDateTime::from_unix_timestamp_nanos(1_790_000_000_123_456_000).unwrap(),
            version: Version(0),
        };
        let carried = Carried {
            id: Id::default(),
            session: Some(session),
        };
        for (form, readable) in [(CookieForm::Signed, true), (CookieForm::Encrypted, false)] {
            let mut cookie = cookie_of(41220);
            cookie.whole = Some(form);
            let sent = pair(&cookie.set(&carried, Duration::HOUR));
            assert_eq!(sent.len(), cookie.length(&carried));
            assert_eq!(cookie.find(&headers(&[&sent])), Some(carried.clone()));
            assert_eq!(sent.contains(&carried.id.to_string()), readable);
            for position in "s41220Cookie=".len()..sent.len() {
                let mut bytes = sent.clone().into_bytes();
                bytes[position] = if bytes[position] == b'A' { b'B' } else { b'A' };
                let forged = String::from_utf8(bytes).unwrap();
                assert_eq!(cookie.find(&headers(&[&forged])), None, "{forged}");
            }
            // The cookie of another store, under the same name and key, is nobody's.
            assert_eq!(cookie_of(41220).find(&headers(&[&sent])), None);
        }
    }
}
