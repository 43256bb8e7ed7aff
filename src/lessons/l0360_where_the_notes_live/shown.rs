//! The page: the counter in each place, its record, and how long that took.

use super::{
    facts::SERVERS,
    places::{Kind, Note, Seen},
};
use crate::{config::StoreKind, page::page, sandbox::Sandbox, sessions::masked, xray::Operation};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use maud::{Markup, html};
use tower_sessions::session::Id;

/// The drawing's width in its own units, and the height of a text with its bar.
const WIDTH: u128 = 400;
const ROW: usize = 44;

/// What there is to show.
pub(super) struct Shown<'a> {
    sandbox: &'a Sandbox,
    id: Option<Id>,
    /// How often the learner has counted, as the session knows it.
    clicks: u64,
    seen: Vec<Seen>,
    /// The records byte by byte, not as text.
    pub(super) as_bytes: bool,
}

impl<'a> Shown<'a> {
    pub(super) fn of(sandbox: &'a Sandbox, id: Id, clicks: u64, seen: Vec<Seen>) -> Self {
        Self {
            sandbox,
            id: Some(id),
            clicks,
            seen,
            as_bytes: false,
        }
    }

    /// For somebody who has not counted yet.
    pub(super) fn nothing(sandbox: &'a Sandbox) -> Self {
        Self {
            sandbox,
            id: None,
            clicks: 0,
            seen: Vec::new(),
            as_bytes: false,
        }
    }

    pub(super) fn page(&self) -> Markup {
        let main = html! {
            h1 { "Where the notes live" }
            div.card {
                p.wait { "You have counted " (self.clicks) " times" }
                @if let Some(id) = &self.id {
                    p { "Your record's id, in every place: " code { (masked(id)) } }
                } @else {
                    p { "There is no record of yours yet." }
                }
                (choices())
                @if self.forgets_visitors() {
                    p.problem {
                        "This copy keeps its sessions in memory, so a restart forgets you as well, and "
                        "nothing leads to your records any more. To see what outlives a restart, "
                        "start the copy without " code { "--store memory" } "."
                    }
                }
            }
            @for seen in &self.seen { (self.place(seen)) }
            @if !self.seen.is_empty() {
                h2 { "How long it took, just now" }
                (times(&self.seen))
            }
            h2 { "Servers that this copy does not use" }
            (self.servers())
        };
        let port = self.sandbox.identity.names.port.number();
        page(port, "Where the notes live", &main)
    }

    /// Whether a restart of this copy ends all sessions, the learner's with them.
    fn forgets_visitors(&self) -> bool {
        self.sandbox.sessions.store().name() == StoreKind::Memory.name()
    }

    fn place(&self, seen: &Seen) -> Markup {
        let (kind, store) = (seen.place.kind, &seen.place.store);
        html! {
            div.card {
                h2 { (kind.title()) @if kind == Kind::Own { ": " (store.name()) } }
                p { (self.story(seen)) }
                ul {
                    @if let Ok(Some(note)) = &seen.note {
                        li { "The record, " (note.bytes.len()) " bytes: " code { (self.record(kind, note)) } }
                    }
                    li { "How it is asked: " code { (store.words().of(Operation::Load)) } }
                    li { (kind.forgets()) }
                    li { "Who else can read it? " (kind.readers()) }
                }
            }
        }
    }

    // ANCHOR: story
    /// What this place remembers, compared with what the session knows.
    fn story(&self, seen: &Seen) -> String {
        let process = self.sandbox.started.unix_timestamp();
        match &seen.note {
            Err(_) => "It did not answer; the log says why.".into(),
            Ok(None) => format!("It knows nothing of the {} times.", self.clicks),
            Ok(Some(note)) => {
                let outlived = match note.process == process {
                    true => "Begun in this process.",
                    false => "Begun before the last restart, which it has outlived.",
                };
                format!("Counter: {} of {}. {outlived}", note.count, self.clicks)
            }
        }
    }
    // ANCHOR_END: story

    fn record(&self, kind: Kind, note: &Note) -> String {
        let bytes = note.bytes.iter().map(|byte| format!("{byte:02x}"));
        match kind {
            _ if self.as_bytes => bytes.collect::<Vec<_>>().join(" "),
            // As it travels, between the expiry and the end.
            Kind::Cookie => URL_SAFE_NO_PAD.encode(&note.bytes),
            _ => String::from_utf8_lossy(&note.bytes).into_owned(),
        }
    }

    fn servers(&self) -> Markup {
        let own = self.sandbox.sessions.store().name();
        html! {
            p {
                "To install one, and to make an account in it, is for whoever administers the host. "
                "The file with the credentials is to be yours alone: "
                code { "chmod 600 ~/.mysqlSecrets.json" } "."
            }
            ul {
                @for server in SERVERS.iter().filter(|server| server.kind.name() != own) {
                    li {
                        strong { (server.kind.name()) } ": "
                        @if !server.is_built_in() {
                            "not built in; " code { "cargo build --release --features all-stores" } ". "
                        }
                        "A server: " code { (server.start) } ". Then in "
                        code { "~/.mysqlSecrets.json" } ": " code { (server.credentials) }
                    }
                }
            }
        }
    }
}

fn choices() -> Markup {
    html! {
        ul.choices {
            li { form method="post" action="/0360/count" { button { "Count in every place" } } }
            li { a href="/0360" { "Only look" } }
            li { a href="/0360?as=bytes" { "Show the bytes" } }
            li { form method="post" action="/0360/forget" { button { "Remove the records" } } }
        }
    }
}

/// A bar for each measured time, all to one scale.
fn times(seen: &[Seen]) -> Markup {
    let measured: Vec<_> = seen.iter().flat_map(bars_of).collect();
    let most = measured.iter().map(|(_, micros)| *micros).max();
    let most = most.unwrap_or(0).max(1);
    let words = |(what, micros): &(String, u128)| format!("{what}: {micros} µs");
    let all: Vec<_> = measured.iter().map(words).collect();
    html! {
        figure.plot {
            figcaption { "Microseconds" }
            svg viewBox=(format!("0 0 {WIDTH} {}", measured.len() * ROW)) role="img"
                aria-label=(all.join("; ")) {
                @for (row, bar) in measured.iter().enumerate() {
                    @let width = (bar.1 * WIDTH).div_ceil(most);
                    text x="0" y=(row * ROW + 16) { (words(bar)) }
                    rect.bar x="0" y=(row * ROW + 22) width=(width) height="14" {}
                }
            }
        }
    }
}

fn bars_of(seen: &Seen) -> Vec<(String, u128)> {
    let word = seen.place.kind.word();
    let load = (format!("{word}, load"), seen.load.as_micros());
    let save = seen
        .save
        .map(|took| (format!("{word}, save"), took.as_micros()));
    [Some(load), save].into_iter().flatten().collect()
}
