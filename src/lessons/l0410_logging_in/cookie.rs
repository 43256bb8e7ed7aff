//! The cookie of this lesson: an id and nothing else, for ten minutes, below `/0410`.
//!
//! It is not signed. A signature keeps visitors from making up ids; here the attacker uses one
//! that the program itself has given out, and that would be signed as well as any other.

use crate::identity::Port;
use axum::http::{HeaderMap, HeaderValue, header};
use time::Duration;
use tower_sessions::{
    cookie::{Cookie, SameSite},
    session::Id,
};

const LIFE: Duration = Duration::minutes(10);

/// The id that came along, if one did; the first one, if several did.
pub(super) fn came(headers: &HeaderMap, port: Port) -> Option<Id> {
    let fields = headers.get_all(header::COOKIE).into_iter();
    let fields = fields.map(|field| String::from_utf8_lossy(field.as_bytes()).into_owned());
    let mut cookies = fields.flat_map(|field| Cookie::split_parse(field).flatten());
    let ours = cookies.find(|cookie| cookie.name() == name(port))?;
    ours.value().parse().ok()
}

/// The `Set-Cookie` for the id of a session that is in the table.
pub(super) fn set(id: Id, port: Port) -> HeaderValue {
    let mut cookie = baked(id.to_string(), port);
    cookie.set_max_age(LIFE);
    header_value(&cookie)
}

/// The `Set-Cookie` that makes the browser forget the id.
pub(super) fn removal(port: Port) -> HeaderValue {
    let mut cookie = baked(String::new(), port);
    cookie.make_removal();
    header_value(&cookie)
}

fn name(port: Port) -> String {
    format!("s{port}Demo410")
}

fn baked(value: String, port: Port) -> Cookie<'static> {
    Cookie::build((name(port), value))
        .path("/0410")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Lax)
        .build()
}

fn header_value(cookie: &Cookie<'_>) -> HeaderValue {
    let text = cookie.to_string();
    HeaderValue::try_from(text).expect("a cookie of ours is ASCII without control characters")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_comes_back_and_anything_else_is_no_id() {
        let port = Port::new(41220).unwrap();
        let id = Id::default();
        let line = set(id, port).to_str().unwrap().to_owned();
        assert!(
            line.contains("Path=/0410") && line.contains("Max-Age=600"),
            "{line}"
        );
        let read = |text: &str| {
            let field = (header::COOKIE, HeaderValue::from_str(text).unwrap());
            came(&HeaderMap::from_iter([field]), port)
        };
        let pair = line.split(';').next().unwrap();
        assert_eq!(read(&format!("a=b; {pair}")), Some(id));
        assert_eq!(read(&pair.replace("41220", "41221")), None);
        assert_eq!(read("s41220Demo410=me"), None);
    }
}
