//! Lesson 0310, "Cookies": what a browser keeps and sends, with every attribute to try.

use crate::{
    identity::{Names, Port},
    page::page,
    sandbox::{Lesson, Sandbox},
    walkthrough::Task,
    xray::{Record, Recording},
};
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Uri, header},
    response::IntoResponse,
    routing::get,
};
use maud::{Markup, html};
use std::sync::Arc;

/// The choices of `Path`. Both are this lesson's own.
const TOP: &str = "/0310";
const BELOW: &str = "/0310/below";
/// The choices of `Max-Age`, in seconds. All are short: a browser keeps only so many cookies of
/// one host, and whoever grades a class on this host needs them.
const AGES: [u16; 2] = [10, 600];
/// The choices of `SameSite`.
const SAME_SITE: [&str; 3] = ["Strict", "Lax", "None"];
/// The names of the remarks by which the tasks are judged.
const SENT: &str = "Set-Cookie";
const CAME: &str = "cookies of this lesson";

pub(super) const LESSON: Lesson = Lesson {
    number: 310,
    file: "0310-cookies.md",
    endpoint: TOP,
    router,
    tasks: &[
        Task {
            id: "came-back",
            done: |records| {
                lived(records, &[Step::Set, Step::Came])
                    || lived(records, &[Step::SetBriefly, Step::Came])
            },
        },
        Task {
            id: "kept-away",
            done: kept_away,
        },
        Task {
            id: "expired",
            done: |records| lived(records, &[Step::SetBriefly, Step::Came, Step::Missing]),
        },
        Task {
            id: "wrong-path",
            done: |records| lived(records, &[Step::DeletedElsewhere, Step::Came]),
        },
        Task {
            id: "deleted",
            done: |records| lived(records, &[Step::Came, Step::Deleted, Step::Missing]),
        },
    ],
};

fn router() -> Router<Sandbox> {
    Router::new()
        .route(TOP, get(look).post(answer))
        .route(BELOW, get(look))
}

async fn look(
    State(sandbox): State<Sandbox>,
    uri: Uri,
    headers: HeaderMap,
    recording: Recording,
) -> Markup {
    let names = &sandbox.identity.names;
    let arrived = arrived(&headers);
    recording.note(CAME, &ours(&arrived, names));
    cookies_page(uri.path(), &arrived, None, names)
}

// ANCHOR: answer
async fn answer(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    recording: Recording,
    form: Bytes,
) -> impl IntoResponse {
    let names = &sandbox.identity.names;
    let line = Wish::from_form(&form).line(&demo_name(names.port));
    recording.note(SENT, &line);
    // What came with this request. The cookie that the answer sets cannot be among it.
    let arrived = arrived(&headers);
    let markup = cookies_page(TOP, &arrived, Some(&line), names);
    ([(header::SET_COOKIE, line)], markup)
}
// ANCHOR_END: answer

/// The one name under which this lesson sets cookies.
fn demo_name(port: Port) -> String {
    format!("s{port}Demo")
}

/// What the visitor wants of the browser.
#[derive(Debug, PartialEq, Eq)]
struct Wish {
    delete: bool,
    path: &'static str,
    max_age: Option<u16>,
    http_only: bool,
    secure: bool,
    same_site: Option<&'static str>,
}

impl Wish {
    fn from_form(form: &[u8]) -> Self {
        let field = |wanted: &str| {
            let mut fields = form_urlencoded::parse(form);
            let found = fields.find(|(name, _)| name == wanted);
            found
                .map(|(_, value)| value.into_owned())
                .unwrap_or_default()
        };
        // Only what is on our lists: with a `;` in it, a text of the visitor's own would add
        // attributes of its own.
        let max_age = field("age").parse::<u16>().ok();
        let same_site = field("samesite");
        Self {
            delete: field("do") == "delete",
            path: if field("path") == BELOW { BELOW } else { TOP },
            max_age: max_age.filter(|seconds| AGES.contains(seconds)),
            http_only: field("httponly") == "on",
            secure: field("secure") == "on",
            same_site: SAME_SITE.into_iter().find(|choice| *choice == same_site),
        }
    }

    // ANCHOR: line
    /// What stands behind `Set-Cookie:` in the answer.
    fn line(&self, name: &str) -> String {
        let path = self.path;
        if self.delete {
            // A cookie is deleted by one of the same name and path that expires at once.
            return format!("{name}=; Path={path}; Max-Age=0");
        }
        let mut line = format!("{name}={}; Path={path}", value_for(path));
        let attributes = [
            self.max_age.map(|seconds| format!("; Max-Age={seconds}")),
            self.http_only.then(|| "; HttpOnly".into()),
            self.secure.then(|| "; Secure".into()),
            self.same_site.map(|choice| format!("; SameSite={choice}")),
        ];
        line.extend(attributes.into_iter().flatten());
        line
    }
    // ANCHOR_END: line
}

/// Both cookies have the same name; the value tells which of them came.
fn value_for(path: &str) -> &'static str {
    if path == BELOW { "deep" } else { "wide" }
}

// ANCHOR: arrived
/// Names and values as they came; no attribute comes with them.
fn arrived(headers: &HeaderMap) -> Vec<(String, String)> {
    let mut cookies = Vec::new();
    // Over HTTP/2 a browser may send each cookie in a field of its own.
    for field in headers.get_all(header::COOKIE) {
        // Lossy: a cookie of another program may hold any bytes.
        let field = String::from_utf8_lossy(field.as_bytes());
        for pair in field.split(';').map(str::trim) {
            let (name, value) = pair.split_once('=').unwrap_or(("", pair));
            cookies.push((name.to_owned(), value.to_owned()));
        }
    }
    cookies
}
// ANCHOR_END: arrived

/// The values of this lesson's cookies, in the order in which they came.
fn ours(arrived: &[(String, String)], names: &Names) -> String {
    let demo = demo_name(names.port);
    let ours = arrived.iter().filter(|(name, _)| *name == demo);
    let values: Vec<_> = ours.map(|(_, value)| shown(value)).collect();
    match values.is_empty() {
        true => "none".into(),
        false => values.join(" "),
    }
}

// ANCHOR: shown
/// As much of a value as may be seen: with the whole of it, whoever looks over a shoulder could
/// take the visitor's place.
fn shown(value: &str) -> String {
    if value == value_for(TOP) || value == value_for(BELOW) {
        return value.to_owned();
    }
    let few = (value.chars().count() / 2).min(4);
    let start: String = value.chars().take(few).collect();
    format!("{start}…")
}
// ANCHOR_END: shown

/// Who has set a cookie, as far as its name tells.
fn set_by(name: &str, names: &Names) -> String {
    match (port_in(name, "Cookie"), port_in(name, "Demo")) {
        (Some(port), _) if port == names.port => "the session of this copy".into(),
        (_, Some(port)) if port == names.port => "this lesson".into(),
        (Some(port), _) => format!("the session of the copy on port {port}"),
        (_, Some(port)) => format!("this lesson, in the copy on port {port}"),
        (None, None) => "something else on this host".into(),
    }
}

fn port_in(name: &str, end: &str) -> Option<Port> {
    name.strip_prefix('s')?.strip_suffix(end)?.parse().ok()
}

fn cookies_page(
    here: &str,
    arrived: &[(String, String)],
    line: Option<&str>,
    names: &Names,
) -> Markup {
    let main = html! {
        h1 { "Cookies" }
        (list_of(here, arrived, names))
        @if let Some(line) = line {
            div.card {
                h2 { "What this answer says" }
                p { code { "Set-Cookie: " (line) } }
                p {
                    "The list above is older: it came with your request, and the line goes back "
                    "with the answer. Look again to see what it has changed."
                }
            }
        }
        ul.choices {
            @for path in [TOP, BELOW] { li { a href=(path) { "Look at " (path) } } }
        }
        (form())
    };
    page(names.port.number(), "Cookies", &main)
}

fn list_of(here: &str, arrived: &[(String, String)], names: &Names) -> Markup {
    html! {
        div.card {
            h2 { "What your browser sent to " (here) }
            @if arrived.is_empty() { p { "No cookie at all." } } @else {
                ul {
                    @for (name, value) in arrived {
                        li { code { (name) "=" (shown(value)) } ", set by " (set_by(name, names)) }
                    }
                }
            }
            p { "Cookies of this lesson: " (ours(arrived, names)) }
            // The script adds what it can read, here and now.
            p.quiet data-readable {
                "A script on this page could read those that were set without HttpOnly. Which "
                "ones these are, the server cannot tell: attributes do not come back."
            }
        }
    }
}

fn form() -> Markup {
    html! {
        form.card.fields method="post" action=(TOP) {
            h2 { "Set or delete a cookie" }
            label for="path" { "Path" }
            select id="path" name="path" { option { (TOP) } option { (BELOW) } }
            label for="age" { "Max-Age" }
            select id="age" name="age" {
                @for seconds in AGES {
                    option value=(seconds) selected[seconds == AGES[1]] { (seconds) " seconds" }
                }
                option value="" { "none: until the browser is closed" }
            }
            label { input type="checkbox" name="httponly"; " HttpOnly" }
            label { input type="checkbox" name="secure"; " Secure" }
            label for="samesite" { "SameSite" }
            select id="samesite" name="samesite" {
                option value="" { "not mentioned" }
                @for choice in SAME_SITE { option { (choice) } }
            }
            button type="submit" { "Set it" }
            button type="submit" name="do" value="delete" { "Delete the one with this Path" }
        }
    }
}

/// A step in the life of one of the two cookies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Set,
    SetBriefly,
    Deleted,
    /// A deletion with the path of the other one.
    DeletedElsewhere,
    /// Its page was asked for, and it came along.
    Came,
    /// Its page was asked for without it.
    Missing,
}

/// What a request means to the cookie of this path, if anything.
fn step(record: &Record, path: &str) -> Option<Step> {
    if looked_at(record, path) {
        let came = record.note(CAME)?.split(' ').any(|v| v == value_for(path));
        return Some(if came { Step::Came } else { Step::Missing });
    }
    let line = record.note(SENT).filter(|_| record.path_only() == TOP)?;
    let says = |attribute: &str| line.split("; ").any(|part| part == attribute);
    match (says("Max-Age=0"), says(&format!("Path={path}"))) {
        (true, true) => Some(Step::Deleted),
        (true, false) => Some(Step::DeletedElsewhere),
        (false, true) if says(&format!("Max-Age={}", AGES[0])) => Some(Step::SetBriefly),
        (false, true) => Some(Step::Set),
        (false, false) => None,
    }
}

fn looked_at(record: &Record, path: &str) -> bool {
    record.method == "GET" && record.path_only() == path
}

/// Whether one of the two cookies went through these steps, one directly after the other.
fn lived(records: &[Arc<Record>], steps: &[Step]) -> bool {
    [TOP, BELOW].into_iter().any(|path| {
        let life = records.iter().filter_map(|record| step(record, path));
        let mut life: Vec<_> = life.collect();
        life.dedup();
        life.windows(steps.len()).any(|part| part == steps)
    })
}

/// The deep cookie was set, came to its own page, and the other page was looked at, too.
fn kept_away(records: &[Arc<Record>]) -> bool {
    let set = |record: &Arc<Record>| {
        let step = step(record, BELOW);
        matches!(step, Some(Step::Set | Step::SetBriefly))
    };
    let Some(at) = records.iter().position(set) else {
        return false;
    };
    let (mut after, mut again) = (records[at..].iter(), records[at..].iter());
    after.any(|record| step(record, BELOW) == Some(Step::Came))
        && again.any(|record| looked_at(record, TOP))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use time::OffsetDateTime;

    fn record(method: &str, path: &str, name: &'static str, note: &str) -> Arc<Record> {
        let recording = Recording::begin(1, OffsetDateTime::UNIX_EPOCH, method, path);
        recording.note(name, note);
        Arc::new(recording.finished(200).unwrap())
    }

    fn post(form: &str) -> Arc<Record> {
        let line = Wish::from_form(form.as_bytes()).line("s41220Demo");
        record("POST", TOP, SENT, &line)
    }

    fn look(path: &str, came: &str) -> Arc<Record> {
        record("GET", path, CAME, came)
    }

    fn done(records: &[Arc<Record>]) -> Vec<&'static str> {
        let done = LESSON.tasks.iter().filter(|task| (task.done)(records));
        done.map(|task| task.id).collect()
    }

    #[test]
    fn every_attribute_that_is_wished_for_stands_in_the_line() {
        let form = b"path=/0310/below&age=600&httponly=on&secure=on&samesite=Strict";
        assert_eq!(
            Wish::from_form(form).line("s1Demo"),
            "s1Demo=deep; Path=/0310/below; Max-Age=600; HttpOnly; Secure; SameSite=Strict"
        );
        assert_eq!(
            Wish::from_form(b"do=delete").line("x"),
            "x=; Path=/0310; Max-Age=0"
        );
    }

    #[test]
    fn nothing_that_a_visitor_types_gets_into_the_line() {
        let odd = b"path=/;%20Domain=x&age=99999&httponly=no&samesite=Lax;x&secure=%ff&do=%00";
        assert_eq!(Wish::from_form(odd).line("x"), "x=wide; Path=/0310");
        assert_eq!(Wish::from_form(b"").line("x"), "x=wide; Path=/0310");
    }

    #[test]
    fn all_cookies_are_listed_and_none_is_shown_in_full() {
        let names = Names::of(Port::new(41220).unwrap());
        let fields = [
            "s41220Cookie=abcdefghij; s41221Cookie=klmnopqrst",
            "s41220Demo=deep; odd; a=b",
        ];
        let field = |text| (header::COOKIE, HeaderValue::from_static(text));
        let arrived = arrived(&fields.into_iter().map(field).collect());
        assert_eq!(ours(&arrived, &names), "deep");
        let page = cookies_page(TOP, &arrived, None, &names).into_string();
        for part in [
            "s41220Cookie=abcd…</code>, set by the session of this copy",
            "s41221Cookie=klmn…</code>, set by the session of the copy on port 41221",
            "s41220Demo=deep</code>, set by this lesson",
            "=o…</code>, set by something else",
            "a=…</code>, set by something else",
        ] {
            assert!(page.contains(part), "{part}");
        }
    }

    #[test]
    fn each_task_is_done_by_its_own_steps() {
        let top = |came| look(TOP, came);
        let below = |came| look(BELOW, came);
        let [wide, deep, brief] = ["path=/0310", "path=/0310/below", "age=10"].map(post);
        let [delete, delete_deep] = ["do=delete", "do=delete&path=/0310/below"].map(post);
        assert_eq!(done(&[wide.clone(), top("wide")]), ["came-back"]);
        assert!(done(&[top("none"), wide, below("none")]).is_empty());
        let kept_away = [deep, top("none"), below("deep")];
        assert_eq!(done(&kept_away), ["came-back", "kept-away"]);
        let expired = [brief, top("wide"), top("wide"), top("none")];
        assert_eq!(done(&expired), ["came-back", "expired"]);
        assert_eq!(
            done(&[top("wide"), delete_deep, top("wide")]),
            ["wrong-path"]
        );
        assert_eq!(done(&[top("wide"), delete, top("none")]), ["deleted"]);
    }
}
