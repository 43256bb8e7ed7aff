//! A cookie jar: what a browser was given by one host.

use cookie::Cookie;
use reqwest::header::{HeaderMap, SET_COOKIE};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use time::OffsetDateTime;

/// So many cookies of one host browsers keep, in round numbers.
const MOST: usize = 180;
/// So many bytes a cookie's name and value may have (RFC 6265bis, 5.6).
const LARGEST: usize = 4096;

/// The cookies of one browser, shared by its tabs. Paths are not looked at: what is checked sets
/// its cookie for the whole host.
#[derive(Debug, Clone, Default)]
pub(super) struct Jar(Arc<Mutex<BTreeMap<String, String>>>);

impl Jar {
    /// Keeps what an answer sets, as far as browsers do, and drops what it removes.
    pub(super) fn keep(&self, headers: &HeaderMap) {
        let mut kept = self.cookies();
        for cookie in set_by(headers) {
            let (name, value) = cookie.name_value();
            let has_room = kept.len() < MOST || kept.contains_key(name);
            if is_removal(&cookie) {
                kept.remove(name);
            } else if has_room && name.len() + value.len() <= LARGEST {
                kept.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    /// Puts a cookie in by hand, as anybody can in a browser.
    pub(super) fn put(&self, name: &str, value: &str) {
        self.cookies().insert(name.to_owned(), value.to_owned());
    }

    /// Another jar with the same cookies.
    pub(super) fn copied(&self) -> Self {
        Self(Arc::new(Mutex::new(self.cookies().clone())))
    }

    /// The value of the field `Cookie`, if there is anything to send.
    pub(super) fn field(&self) -> Option<String> {
        let kept = self.cookies();
        let pairs = kept.iter().map(|(name, value)| format!("{name}={value}"));
        let field = pairs.collect::<Vec<_>>().join("; ");
        Some(field).filter(|field| !field.is_empty())
    }

    fn cookies(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The cookies that an answer sets or removes, with their attributes.
pub(super) fn set_by(headers: &HeaderMap) -> Vec<Cookie<'static>> {
    let fields = headers.get_all(SET_COOKIE).into_iter();
    let cookies = fields.filter_map(|field| {
        let text = field.to_str().ok()?.to_owned();
        Cookie::parse(text).ok()
    });
    cookies.collect()
}

/// `Max-Age` goes before `Expires` (RFC 6265, 4.1.2.2).
fn is_removal(cookie: &Cookie<'_>) -> bool {
    match (cookie.max_age(), cookie.expires_datetime()) {
        (Some(age), _) => !age.is_positive(),
        (None, Some(end)) => end <= OffsetDateTime::now_utc(),
        (None, None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderValue;

    fn keep(jar: &Jar, field: &'static str) {
        let field = HeaderValue::from_static(field);
        jar.keep(&HeaderMap::from_iter([(SET_COOKIE, field)]));
    }

    #[test]
    fn a_cookie_is_kept_until_it_is_removed_in_either_way() {
        for removal in [
            "a=; Max-Age=0; Path=/",
            "a=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        ] {
            let jar = Jar::default();
            assert_eq!(jar.field(), None);
            keep(&jar, "a=1; Secure; Max-Age=3600");
            keep(&jar, "b=2; Expires=Fri, 01 Jan 2100 00:00:00 GMT");
            assert_eq!(jar.field().as_deref(), Some("a=1; b=2"));
            keep(&jar, removal);
            assert_eq!(jar.field().as_deref(), Some("b=2"), "{removal}");
        }
    }

    #[test]
    fn the_attributes_of_a_cookie_are_read_in_any_case_and_order() {
        let field = "a=1; path=/; SAMESITE=lax;httponly ; Max-Age=60; secure; Other=x";
        let field = HeaderValue::from_static(field);
        let cookies = set_by(&HeaderMap::from_iter([(SET_COOKIE, field)]));
        let [cookie] = &cookies[..] else {
            panic!("{cookies:?}");
        };
        assert_eq!((cookie.name(), cookie.value()), ("a", "1"));
        assert_eq!(cookie.path(), Some("/"));
        assert_eq!(cookie.same_site(), Some(cookie::SameSite::Lax));
        assert_eq!(cookie.http_only(), Some(true));
        assert_eq!(cookie.secure(), Some(true));
        assert_eq!(cookie.max_age(), Some(time::Duration::MINUTE));
    }

    #[test]
    fn a_copy_that_sets_cookies_without_end_fills_a_browser_and_no_more() {
        let jar = Jar::default();
        let keep = |name: &str, value: &str| {
            let field = HeaderValue::from_str(&format!("{name}={value}")).unwrap();
            jar.keep(&HeaderMap::from_iter([(SET_COOKIE, field)]));
        };
        keep("own", "1");
        keep("large", &"x".repeat(5_000));
        for number in 0..200 {
            keep(&format!("c{number}"), "x");
        }
        keep("own", "2");
        let field = jar.field().unwrap();
        assert_eq!(field.split("; ").count(), 180);
        assert!(field.contains("own=2") && !field.contains("large"));
    }

    #[test]
    fn what_is_no_cookie_is_not_kept() {
        let jar = Jar::default();
        keep(&jar, "nothing");
        keep(&jar, "=; Path=/");
        assert_eq!(jar.field(), None);
    }
}
