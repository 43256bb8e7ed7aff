//! The session cookie: found among all that a browser sends, verified, set and removed.

use crate::identity::Identity;
use axum::http::{HeaderMap, HeaderValue, header};
use time::Duration;
use tower_sessions::{
    cookie::{Cookie, CookieJar, Key, SameSite},
    session::Id,
};

/// The one long-lived cookie of a copy: its name and the key that signs it.
///
/// The value is an HMAC-SHA256 of the session's id in base64 and then the id itself, 22
/// characters of base64url. Signed, not encrypted: the id says nothing about anybody.
#[derive(Clone)]
pub(super) struct SessionCookie {
    name: String,
    key: Key,
}

impl SessionCookie {
    pub(super) fn new(identity: &Identity) -> Self {
        Self {
            name: identity.names.cookie.to_string(),
            key: identity.cookie_key.clone(),
        }
    }

    /// The id in the one cookie of our name whose signature is good.
    ///
    /// A page on another port of this host can plant a second cookie of our name under a
    /// longer path, and a browser sends both. If two are good, nobody can tell which one the
    /// visitor meant, so neither counts.
    pub(super) fn id(&self, headers: &HeaderMap) -> Option<Id> {
        let mut good = headers
            .get_all(header::COOKIE)
            .into_iter()
            // Lossy: another port's cookie may hold anything, and ours is ASCII.
            .map(|field| String::from_utf8_lossy(field.as_bytes()).into_owned())
            .flat_map(|field| Cookie::split_parse(field).flatten())
            .filter(|cookie| cookie.name() == self.name)
            .filter_map(|cookie| self.verified(cookie));
        let id = good.next()?;
        good.next().is_none().then_some(id)
    }

    fn verified(&self, cookie: Cookie<'static>) -> Option<Id> {
        let jar = CookieJar::new();
        let cookie = jar.signed(&self.key).verify(cookie)?;
        cookie.value().parse().ok()
    }

    /// The `Set-Cookie` that makes the browser keep `id` for `max_age`.
    pub(super) fn set(&self, id: Id, max_age: Duration) -> HeaderValue {
        let mut cookie = self.cookie(id.to_string());
        cookie.set_max_age(max_age.max(Duration::ZERO));
        let mut jar = CookieJar::new();
        jar.signed_mut(&self.key).add(cookie);
        let signed = jar.get(&self.name).expect("it was added in the line above");
        header_value(signed)
    }

    /// The `Set-Cookie` that makes the browser forget its session. It carries the attributes
    /// of the other one: Chromium ignores a removal without `Secure` for a `Secure` cookie.
    pub(super) fn removal(&self) -> HeaderValue {
        let mut cookie = self.cookie(String::new());
        cookie.make_removal();
        header_value(&cookie)
    }

    fn cookie(&self, value: String) -> Cookie<'static> {
        Cookie::build((self.name.clone(), value))
            .secure(true)
            .http_only(true)
            .same_site(SameSite::Lax)
            .path("/")
            .build()
    }
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
        SessionCookie::new(&Identity::derive(Port::new(port).unwrap(), &key))
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
        let sent = pair(&cookie.set(id, Duration::HOUR));
        assert_eq!(cookie.id(&headers(&[&sent])), Some(id));
        let among_others = format!("a=1; {sent}; =; ;x; b");
        assert_eq!(cookie.id(&headers(&["c=2", &among_others])), Some(id));
    }

    #[test]
    fn another_port_s_odd_cookie_does_not_hide_ours() {
        let cookie = cookie_of(41220);
        let id = Id::default();
        let ours = pair(&cookie.set(id, Duration::HOUR));
        for odd in ["x=\u{e4}", "x=\u{fffd}\u{7f}", "=;;\"", "s41220Cookie"] {
            let field = HeaderValue::from_bytes(format!("{odd}; {ours}").as_bytes());
            let Ok(field) = field else { continue };
            let headers = HeaderMap::from_iter([(header::COOKIE, field)]);
            assert_eq!(cookie.id(&headers), Some(id), "{odd}");
        }
        let latin1 = [b"x=\xe4; ", ours.as_bytes()].concat();
        let latin1 = HeaderValue::from_bytes(&latin1).unwrap();
        let headers = HeaderMap::from_iter([(header::COOKIE, latin1)]);
        assert_eq!(cookie.id(&headers), Some(id));
    }

    #[test]
    fn the_cookie_has_all_attributes_and_so_has_its_removal() {
        let cookie = cookie_of(41220);
        let set = cookie.set(Id::default(), Duration::HOUR);
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
        let sent = pair(&cookie.set(Id::default(), Duration::HOUR));
        let start = "s41220Cookie=".len();
        for position in start..sent.len() {
            let mut bytes = sent.clone().into_bytes();
            bytes[position] = if bytes[position] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(bytes).unwrap();
            assert_eq!(cookie.id(&headers(&[&forged])), None, "{forged}");
            assert_eq!(cookie.id(&headers(&[&sent[..position]])), None);
        }
    }

    #[test]
    fn another_port_s_cookie_is_refused_under_our_name() {
        let sent = pair(&cookie_of(41221).set(Id::default(), Duration::HOUR));
        let renamed = sent.replace("s41221Cookie", "s41220Cookie");
        assert_eq!(cookie_of(41220).id(&headers(&[&renamed])), None);
    }

    #[test]
    fn a_planted_cookie_does_not_hide_the_good_one() {
        let cookie = cookie_of(41220);
        let id = Id::default();
        let good = pair(&cookie.set(id, Duration::HOUR));
        assert_eq!(
            cookie.id(&headers(&["s41220Cookie=planted", &good])),
            Some(id)
        );
        assert_eq!(cookie.id(&headers(&[&good, "s41220Cookie="])), Some(id));
    }

    #[test]
    fn of_two_good_cookies_none_counts() {
        let cookie = cookie_of(41220);
        let one = pair(&cookie.set(Id::default(), Duration::HOUR));
        let two = pair(&cookie.set(Id::default(), Duration::HOUR));
        assert_eq!(cookie.id(&headers(&[&format!("{one}; {two}")])), None);
        assert_eq!(cookie.id(&headers(&[&one, &two])), None);
    }
}
