//! Cookies of a class in one browser: how many places they take, and how to get them back.
//!
//! Cookies belong to a host name and not to a port (RFC 6265, 8.5). So a desk that is opened
//! under the copies' own host name is sent their cookies, may count them, and may expire them;
//! under another name it can do neither, whatever port it is on.

use crate::{
    identity::{Names, Port},
    roster::Student,
};
use axum::http::{HeaderMap, Uri, header, uri::Authority};
use cookie::{Cookie, SameSite};
use serde::Serialize;
use std::collections::BTreeSet;

/// About so many cookies of one host are kept by browsers (180 by Chromium and Firefox).
const PLACES: usize = 180;
/// So many are expired by one answer: clients read only so many header fields.
const AT_ONCE: usize = 80;

/// What the meter shows.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Meter {
    /// The name under which the desk was asked.
    host: String,
    places: usize,
    /// How many cookies of this host the browser has sent along.
    held: usize,
    /// How many of these are copies' of the roster.
    of_class: usize,
    /// Each host of the roster.
    hosts: Vec<HostOfClass>,
}

/// A host of the roster.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct HostOfClass {
    host: String,
    /// How many cookies its copies set, one each.
    takes: usize,
    /// Whether it is the one under whose name the desk was asked.
    here: bool,
}

impl Meter {
    /// What a request to `host` that came with `headers` shows.
    pub(super) fn read(students: &[Student], host: &str, headers: &HeaderMap) -> Self {
        let held = names(headers);
        let copies = ports_on(students, host);
        let ours = copies.filter(|port| held.contains(Names::of(*port).cookie.as_str()));
        let hosts: BTreeSet<_> = students.iter().map(|one| normal(&one.host)).collect();
        let of_class = |name: String| HostOfClass {
            takes: ports_on(students, &name).count(),
            here: name == host,
            host: name,
        };
        Self {
            host: host.to_owned(),
            places: PLACES,
            of_class: ours.count(),
            held: held.len(),
            hosts: hosts.into_iter().map(of_class).collect(),
        }
    }
}

/// The name of the host that a request was sent to.
pub(super) fn host_of(uri: &Uri, headers: &HeaderMap) -> String {
    // HTTP/2 carries the host in the request's address, HTTP/1.1 in a header.
    let named = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let named = named.and_then(|host| host.parse::<Authority>().ok());
    let authority = uri.authority().or(named.as_ref());
    authority.map_or_else(String::new, |authority| normal(authority.host()))
}

/// One form for each host: in small letters, an IPv6 address without its brackets.
fn normal(host: &str) -> String {
    host.trim_matches(['[', ']']).to_lowercase()
}

/// The ports of the copies on `host`, in the order of the roster.
fn ports_on(students: &[Student], host: &str) -> impl Iterator<Item = Port> {
    let there = students.iter().filter(move |one| normal(&one.host) == host);
    there.flat_map(|student| [student.sandbox, student.production])
}

/// `Set-Cookie` fields that expire the cookies of the copies on `host`, those from the place
/// `from` on, and where to go on.
pub(super) fn removals(
    students: &[Student],
    host: &str,
    from: usize,
) -> (Vec<String>, Option<usize>) {
    let mut left = ports_on(students, host).skip(from).peekable();
    let now = left.by_ref().take(AT_ONCE);
    let fields: Vec<_> = now.map(|port| removal(port).to_string()).collect();
    let next = left.peek().map(|_| from + fields.len());
    (fields, next)
}

/// With all attributes of the cookie itself: one with another path would be another cookie's.
fn removal(port: Port) -> Cookie<'static> {
    let mut cookie = Cookie::build((Names::of(port).cookie.to_string(), ""))
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Lax)
        .path("/")
        .build();
    cookie.make_removal();
    cookie
}

/// The names of the cookies that came along.
fn names(headers: &HeaderMap) -> BTreeSet<String> {
    let fields = headers.get_all(header::COOKIE).into_iter();
    let fields = fields.map(|field| String::from_utf8_lossy(field.as_bytes()).into_owned());
    let names = fields.flat_map(|field| {
        let pairs = field.split(';').filter_map(|pair| pair.split_once('='));
        let names = pairs.map(|(name, _)| name.trim().to_owned());
        names.collect::<Vec<_>>()
    });
    names.filter(|name| !name.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn class(hosts: &[(&str, u16)]) -> Vec<Student> {
        let student = |&(host, sandbox): &(&str, u16)| Student {
            student: format!("s{sandbox}"),
            name: String::new(),
            email: String::new(),
            host: host.into(),
            sandbox: Port::new(sandbox).unwrap(),
            production: Port::new(sandbox + 1).unwrap(),
        };
        hosts.iter().map(student).collect()
    }

    fn cookies(fields: &[&str]) -> HeaderMap {
        let field = |text: &&str| (header::COOKIE, HeaderValue::from_str(text).unwrap());
        fields.iter().map(field).collect()
    }

    #[test]
    fn the_meter_counts_what_the_class_takes_and_what_the_browser_holds() {
        let students = class(&[("a", 41220), ("A", 41230), ("b", 41240)]);
        let sent = cookies(&[
            "s41220Cookie=x; other=1",
            "s41231Cookie=y",
            "s41240Cookie=z; odd",
        ]);
        let meter = Meter::read(&students, "a", &sent);
        let host = |host: &str, takes, here| HostOfClass {
            host: host.into(),
            takes,
            here,
        };
        let expected = Meter {
            host: "a".into(),
            places: 180,
            held: 4,
            of_class: 2,
            hosts: vec![host("a", 4, true), host("b", 2, false)],
        };
        assert_eq!(meter, expected);
    }

    #[test]
    fn a_removal_carries_all_attributes_of_the_cookie() {
        let (fields, next) = removals(&class(&[("a", 41220)]), "a", 0);
        assert_eq!((fields.len(), next), (2, None));
        for (field, port) in fields.iter().zip([41220, 41221]) {
            assert!(field.starts_with(&format!("s{port}Cookie=;")), "{field}");
            for attribute in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=0"] {
                assert!(field.contains(&format!("; {attribute}")), "{field}");
            }
        }
    }

    #[test]
    fn a_large_class_is_forgotten_in_several_answers_and_only_on_this_host() {
        let many: Vec<_> = (0..100).map(|number| ("a", 1000 + 2 * number)).collect();
        let mut students = class(&many);
        students.extend(class(&[("b", 5000)]));
        let mut forgotten = BTreeSet::new();
        let mut place = Some(0);
        while let Some(from) = place {
            let (fields, next) = removals(&students, "a", from);
            assert!(!fields.is_empty() && fields.len() <= AT_ONCE);
            forgotten.extend(fields);
            place = next;
        }
        assert_eq!(forgotten.len(), 200);
        assert_eq!(removals(&students, "c", 0), (Vec::new(), None));
        assert_eq!(removals(&students, "a", usize::MAX), (Vec::new(), None));
    }

    #[test]
    fn the_host_is_found_in_either_version_of_http() {
        let host = |uri: &str, header: Option<&'static str>| {
            let header = header.map(|host| (header::HOST, HeaderValue::from_static(host)));
            host_of(&uri.parse().unwrap(), &header.into_iter().collect())
        };
        assert_eq!(host("https://Class.example:8443/x", None), "class.example");
        assert_eq!(host("/x", Some("localhost:41220")), "localhost");
        assert_eq!(host("/x", Some("[::1]:41220")), "::1");
        assert_eq!(host("/x", Some("///")), "");
        assert_eq!(host("/x", None), "");
    }
}
