//! What reads text of other people's, each fed with any bytes.
//!
//! A target panics when a promise is broken: what is read and written is read the same again, a
//! refusal names its place, a secret is not told. The fuzzer looks for such bytes for as long as
//! it may (`fuzz_targets/`), and `tests/suite/corpora.rs` feeds in what is known in every run.

use axum::http::{HeaderMap, HeaderValue, header::COOKIE};
use std::{path::Path, sync::LazyLock};
use sweatbox::{
    class_list::ClassList,
    config::{CookieForm, Credentials, Refusal, port_in},
    grading::{
        class::Profile,
        html::{elements_within, gist, named, printable},
    },
    identity::{Identity, InstallKey, Port},
    lessons::Asked,
    quiz::Bank,
    roster::Roster,
    sessions::{
        Carried, SessionCookie,
        stores::{StoredSession, Version},
    },
    walkthrough::{self, Block, Names, Walkthrough},
};
use time::{Duration, OffsetDateTime};

/// A target.
pub type Target = fn(&[u8]);

/// All targets, by the names of their folders below `corpus/`.
pub const TARGETS: [(&str, Target); 11] = [
    ("port_file", port_file),
    ("credentials", credentials),
    ("roster", roster),
    ("class_list", class_list),
    ("quiz_file", quiz_file),
    ("profile", profile),
    ("walkthrough", walkthrough),
    ("anchors", anchors),
    ("cookies", cookies),
    ("query", query),
    ("html", html),
];

/// Marks a secret in a corpus: it must be told nowhere.
const SECRET: &str = "hunter2";

/// The file `.port`: exactly one word that is a port, whatever stands around it.
pub fn port_file(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let bare = text
        .lines()
        .map(|line| line.split('#').next().unwrap_or(""));
    let words: Vec<_> = bare.flat_map(str::split_whitespace).collect();
    match port_in(&text, Path::new("f")) {
        Ok(port) => {
            assert_eq!(words.len(), 1);
            let again = port_in(&port.to_string(), Path::new("f"));
            assert_eq!(again.expect("a port"), port);
        }
        Err(refusal) => {
            assert!(words.len() != 1 || words[0].parse::<Port>().is_err());
            names_its_place(&refusal, &text);
        }
    }
}

/// The credentials: neither a refusal nor debug output tells the password.
pub fn credentials(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let read = Credentials::parse(&text, Path::new("f"));
    // Elsewhere in the file it is no secret: a host may be called so.
    let written: Option<serde_json::Value> = serde_json::from_str(&text).ok();
    let password = written.as_ref().and_then(|all| all["password"].as_str());
    let is_secret = password.is_some_and(|password| password.contains(SECRET))
        && text.matches(SECRET).count() == 1;
    let told = match &read {
        Ok(credentials) => format!("{credentials:?}"),
        Err(refusal) => refusal.to_string(),
    };
    assert!(!(is_secret && told.contains(SECRET)), "{told}");
    if let Err(refusal) = &read {
        names_its_place(refusal, &text);
    }
}

/// A roster: written and read again, it is the same.
pub fn roster(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match Roster::parse(&text, Path::new("f")) {
        Ok(roster) => {
            assert!(!roster.students.is_empty());
            let written = roster.to_csv().expect("it is written into memory");
            let again = Roster::parse(&written, Path::new("f"));
            assert_eq!(again.expect("what was written is a roster"), roster);
        }
        Err(refusal) => names_its_place(&refusal, &text),
    }
}

/// A class list: every login may be a folder's name, and nobody is in it twice.
pub fn class_list(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match ClassList::parse(&text, Path::new("f")) {
        Ok(list) => {
            let logins = list.members.iter().map(|one| one.login.to_lowercase());
            let mut logins: Vec<_> = logins.collect();
            let odd = |login: &String| login.starts_with('.') || login.contains(['/', '\\', '\0']);
            assert!(!logins.is_empty() && !logins.iter().any(odd));
            logins.sort();
            logins.dedup();
            assert_eq!(logins.len(), list.members.len());
        }
        Err(refusal) => names_its_place(&refusal, &text),
    }
}

/// A quiz file.
pub fn quiz_file(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match Bank::parse(&text, Path::new("f")) {
        Ok(bank) => assert!(!bank.is_empty() && !bank.title().trim().is_empty()),
        Err(refusal) => names_its_place(&refusal, &text),
    }
}

/// A grading profile: something in it counts.
pub fn profile(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match Profile::parse(&text, Path::new("f")) {
        Ok(profile) => {
            assert!(profile.points > 0.0 && profile.points.is_finite());
            assert!(profile.criteria.iter().any(|one| one.weight > 0));
            assert!(!profile.assignment.contains(char::is_control));
        }
        Err(refusal) => names_its_place(&refusal, &text),
    }
}

/// A walkthrough, from its front matter on: no element of its writer's reaches the page.
pub fn walkthrough(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (port, cookie) = (41220, "s41220Cookie");
    match Walkthrough::parse("f", &text, Names { port, cookie }) {
        Ok(walkthrough) => {
            assert!(walkthrough.front.number > 0 && walkthrough.front.minutes > 0);
            for block in &walkthrough.blocks {
                let html = match block {
                    Block::Html(html) => html.clone(),
                    Block::Task(task) => task.text.clone() + &task.hints.concat(),
                };
                assert!(!html.contains("<script"), "{html}");
            }
        }
        Err(mistake) => is_a_line(mistake.line, &text),
    }
}

/// The anchors of a source file: each of them is where it is said to be.
pub fn anchors(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match walkthrough::anchors(&text) {
        Ok(found) => {
            for (line, name) in found {
                let at = text.lines().nth(line - 1).unwrap_or_default();
                assert!(at.contains("ANCHOR: ") && at.contains(&name), "{name}");
            }
        }
        Err((line, _)) => is_a_line(line, &text),
    }
}

/// A `Cookie` header, in each of the forms that a session cookie has: what counts is set and found
/// the same again, and what other ports have put there hides nothing.
pub fn cookies(data: &[u8]) {
    static COOKIES: LazyLock<[(SessionCookie, Carried); 3]> = LazyLock::new(|| {
        [None, Some(CookieForm::Signed), Some(CookieForm::Encrypted)].map(known_cookie)
    });
    for (cookie, good) in &*COOKIES {
        found_again(data, cookie, good);
    }
}

/// The cookie of port 41220 under the key of the corpus, and what it may say.
fn known_cookie(form: Option<CookieForm>) -> (SessionCookie, Carried) {
    let key: InstallKey = "07".repeat(32).parse().expect("64 digits");
    let port = Port::new(41220).expect("it is not zero");
    let session = form.map(|_| StoredSession {
        data: b"{}".to_vec(),
        expiry: OffsetDateTime::UNIX_EPOCH,
        version: Version(0),
    });
    let id = "AAAAAAAAAAAAAAAAAAAAAA".parse().expect("an id");
    let cookie = SessionCookie::new(&Identity::derive(port, &key), form);
    (cookie, Carried { id, session })
}

fn found_again(data: &[u8], cookie: &SessionCookie, good: &Carried) {
    let pair = |carried: &Carried| -> Vec<u8> {
        let set = cookie.set(carried, Duration::HOUR);
        let pair = set.as_bytes().split(|byte| *byte == b';').next();
        pair.unwrap_or_default().to_vec()
    };
    // What no header can hold never comes.
    let Some(alone) = cookie_headers(&[data]) else {
        return;
    };
    if let Some(carried) = cookie.find(&alone) {
        let again = cookie_headers(&[&pair(&carried)]).expect("what is set can be sent");
        assert_eq!(cookie.find(&again), Some(carried));
    }
    if !String::from_utf8_lossy(data).contains("s41220Cookie") {
        let beside = cookie_headers(&[data, &pair(good)]).expect("each can be sent");
        assert_eq!(cookie.find(&alone), None);
        assert_eq!(cookie.find(&beside).as_ref(), Some(good));
    }
}

fn cookie_headers(fields: &[&[u8]]) -> Option<HeaderMap> {
    let value = |field: &&[u8]| Some((COOKIE, HeaderValue::from_bytes(field).ok()?));
    fields.iter().map(value).collect()
}

/// A query string: only the first `haveEnough` counts, and only `1` resets.
pub fn query(data: &[u8]) {
    let query = String::from_utf8_lossy(data);
    let decoded = |text: &str| {
        let text = text.replace('+', " ");
        let bytes = percent_encoding::percent_decode_str(&text);
        bytes.decode_utf8_lossy().into_owned()
    };
    let pairs = query
        .split('&')
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let mut values = pairs
        .filter(|(name, _)| decoded(name) == "haveEnough")
        .map(|(_, value)| decoded(value));
    let expected = match values.next().as_deref() {
        None => Asked::Refresh,
        Some("1") => Asked::Enough,
        Some(_) => Asked::SomethingElse,
    };
    assert_eq!(Asked::from_query(&query), expected);
}

/// A page of a copy that is judged: whatever it holds, a message quotes one short line of it.
pub fn html(data: &[u8]) {
    let page = String::from_utf8_lossy(data);
    for (element, _) in named(&page, "a") {
        assert_eq!(element.name, "a");
    }
    for container in ["ol", "main"] {
        assert!(elements_within(&page, container).len() <= page.len());
    }
    for text in [gist(&page), page.to_string()] {
        let quoted = printable(&text, 90);
        assert!(quoted.chars().count() <= 91, "{quoted}");
        assert!(!quoted.contains(char::is_control), "{quoted:?}");
    }
}

/// A refusal begins with the file, here `f`, and a line that it names is there.
fn names_its_place(refusal: &Refusal, text: &str) {
    let problem = &refusal.problem;
    assert!(!refusal.mend.is_empty());
    if let Some(rest) = problem.strip_prefix("f, line ") {
        let digits = rest.split(|c: char| !c.is_ascii_digit()).next();
        let line = digits.unwrap_or_default().parse();
        is_a_line(line.expect("a number"), text);
    } else {
        assert!(problem.starts_with("f: "), "{problem}");
    }
}

/// Lines are counted from 1; an empty text has one, and so has what follows the last line's end.
fn is_a_line(line: usize, text: &str) {
    let ends = text.matches(['\n', '\r']).count();
    assert!((1..=ends + 1).contains(&line), "line {line}");
}
