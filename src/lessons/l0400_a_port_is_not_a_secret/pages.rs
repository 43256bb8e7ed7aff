//! The pages of lesson 0400.

use super::{
    CRACK, DECODE, MAX_TYPED, PATH,
    badges::{Kind, Office},
    keys::Signed,
};
use crate::page::page;
use base64::{Engine, engine::general_purpose::STANDARD};
use maud::{Markup, html};
use std::time::Duration;

const TITLE: &str = "A port is not a secret";

/// A cookie's kind, its value if it came, and what it says if it is believed.
pub(super) type Came = (Kind, Option<String>, Option<String>);

/// What anybody can read in a value.
pub(super) enum Decoded {
    Text(String),
    /// No text comes out: the bytes.
    Noise(Vec<u8>),
}

impl Decoded {
    // ANCHOR: decode
    /// Without any key.
    pub(super) fn of(value: &str) -> Self {
        match Signed::parse(value).and_then(|signed| signed.text()) {
            Some(text) => Self::Text(text),
            None => Self::Noise(STANDARD.decode(value).unwrap_or_default()),
        }
    }
    // ANCHOR_END: decode
}

/// How a search for the key has ended.
pub(super) enum Search {
    /// There was no cookie with a signature.
    NothingSigned,
    Found {
        port: u16,
        took: Duration,
    },
    /// No port is the key. `genuine`: the copy itself made the signature.
    Exhausted {
        genuine: bool,
        took: Duration,
    },
}

impl Search {
    /// What the X-ray shows of it.
    pub(super) fn remark(&self) -> String {
        match self {
            Self::NothingSigned => "nothing to crack".into(),
            Self::Found { port, took } => {
                format!("cracked: the key is {port}, found in {}", shown(*took))
            }
            Self::Exhausted { genuine, took } => {
                let what = match genuine {
                    true => "not cracked, though genuine",
                    false => "not cracked; a forgery whose key is no port",
                };
                format!("{what}: 65535 keys tried in {}", shown(*took))
            }
        }
    }
}

fn shown(took: Duration) -> String {
    format!("{:.1} ms", took.as_secs_f64() * 1000.0)
}

pub(super) fn overview(office: &Office, cookies: &[Came]) -> Markup {
    let none = cookies.iter().all(|(_, value, _)| value.is_none());
    let main = html! {
        h1 { (TITLE) }
        @if none { p.wait { "No cookie of this lesson came with your request." } }
        form.line method="post" action="/0400/begin" {
            button { @if none { "Give me three cookies" } @else { "Give me three new cookies" } }
        }
        @for (kind, value, believed) in cookies {
            @if let Some(value) = value { (cookie_card(office, *kind, value, believed.as_deref())) }
        }
        @if !none { (forge_card(office)) }
    };
    page(office.port(), TITLE, &main)
}

fn cookie_card(office: &Office, kind: Kind, value: &str, believed: Option<&str>) -> Markup {
    html! {
        section.card {
            h2 { "The " (kind.label()) }
            p { code { (office.name(kind)) "=" (value) } }
            @match believed {
                None => p.problem { "Refused: the key of this copy has not made this." },
                Some("role=instructor") => p {
                    "Believed: " strong { "welcome, instructor" }
                    ". A real program would show you everybody's grades now."
                },
                Some(text) => p { "Believed: " code { (text) } },
            }
            p { a href={ (DECODE) "?cookie=" (kind.id()) } { "Read the " (kind.label()) " without a key" } }
            @if kind != Kind::Encrypted {
                form method="post" action=(CRACK) {
                    input type="hidden" name="cookie" value=(kind.id());
                    button { "Crack the " (kind.label()) }
                }
            }
        }
    }
}

fn forge_card(office: &Office) -> Markup {
    html! {
        section.card {
            h2 { "Forge one" }
            form.fields method="post" action="/0400/forge" {
                label for="cookie" { "In place of" }
                select id="cookie" name="cookie" {
                    @for kind in [Kind::Port, Kind::Derived] {
                        option value=(kind.id()) { "the " (kind.label()) }
                    }
                }
                label for="role" { "Your role" }
                input id="role" name="role" required maxlength=(MAX_TYPED) autocomplete="off";
                label for="key" { "Sign it with the key" }
                input id="key" name="key" required maxlength=(MAX_TYPED) autocomplete="off";
                button { "Sign it, and use it as my cookie" }
            }
            p.quiet { "This copy listens on port " (office.port()) "." }
        }
    }
}

pub(super) fn decoded(office: &Office, kind: Kind, decoded: Option<&Decoded>) -> Markup {
    let main = html! {
        h1 { "Read without a key" }
        section.card {
            @match decoded {
                None => p.problem { "This cookie did not come. It lives for ten minutes only." },
                Some(Decoded::Text(text)) => {
                    p { "Of the " (kind.label()) ", anybody can read:" }
                    p.wait { code { (text) } }
                    p { "What stands before the dot is text in base64url. Only the signature behind "
                        "the dot needs a key." }
                }
                Some(Decoded::Noise(bytes)) => {
                    p { "Of the " (kind.label()) ", nobody can read anything without the key. "
                        "These are its " (bytes.len()) " bytes:" }
                    p { code { @for byte in bytes { (format!("{byte:02x} ")) } } }
                }
            }
        }
        (back())
    };
    page(office.port(), "Read without a key", &main)
}

pub(super) fn searched(office: &Office, kind: Kind, search: &Search) -> Markup {
    let main = html! {
        h1 { "The search for the key" }
        section.card {
            @match search {
                Search::NothingSigned => p.problem {
                    "No cookie with a signature came, so there is nothing to crack."
                },
                Search::Found { port, took } => {
                    p { "The " (kind.label()) " was signed with the key" }
                    p.wait { strong { (port) } }
                    p { "The key was found in " (shown(*took)) ", as number " (port)
                        " of 65,535. Whoever has it can sign anything." }
                }
                Search::Exhausted { genuine, took } => {
                    p.wait { "No port is the key." }
                    p { "All 65,535 were tried on the " (kind.label()) ", in " (shown(*took)) "." }
                    @if *genuine {
                        p { "Its key has 256 bits, so there are 2²⁵⁶ keys to be tried, a number of "
                            "78 digits." }
                    } @else {
                        p { "It is a forgery that was signed with something else." }
                    }
                }
            }
        }
        (back())
    };
    page(office.port(), "The search for the key", &main)
}

fn back() -> Markup {
    html! { ul.choices { li { a href=(PATH) { "Back to the cookies" } } } }
}
