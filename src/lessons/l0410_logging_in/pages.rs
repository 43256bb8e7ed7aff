//! The pages of this lesson.

use super::{logins::Login, slow::Outcome};
use crate::{identity::Port, page::page, sessions::masked};
use maud::{Markup, html};
use tower_sessions::session::Id;

/// The visitor's own page. `planted`: the id of the link that was followed, as the address says.
pub(super) fn home(port: Port, login: Option<&Login>, planted: Option<Id>) -> Markup {
    let name = login.and_then(|login| login.name.as_deref());
    let main = html! {
        h1 { "Logging in" }
        div.card {
            h2 { "You" }
            @match name {
                Some(name) => p.wait { "You are logged in as " (name) "." },
                None => p.wait { "You are not logged in." },
            }
            p { (id_that_came(login)) }
            @match (name, login) {
                (Some(_), Some(login)) => (for_members(login)),
                _ => (login_form(planted)),
            }
        }
        (the_attacker(planted))
        h2 { "A page of another port" }
        p {
            a href="/0410/elsewhere" { "Play the foreign page" }
            ", in your second copy. The text says how."
        }
    };
    page(port.number(), "Logging in", &main)
}

fn id_that_came(login: Option<&Login>) -> Markup {
    html! {
        @match login {
            Some(login) => { "Your browser brought the id " code { (masked(&login.id)) } "." },
            None => { "Your browser brought no id that is known here." },
        }
    }
}

fn login_form(planted: Option<Id>) -> Markup {
    html! {
        form.line method="post" action="/0410/login" {
            @if let Some(id) = planted { input type="hidden" name="sid" value=(id); }
            label for="name" { "Your name" }
            input #name name="name" required maxlength="40" autocomplete="off";
            button name="id" value="keep" { "Log in, keep the id" }
            button name="id" value="new" { "Log in, new id" }
        }
    }
}

fn for_members(login: &Login) -> Markup {
    html! {
        p { "Slow pages counted: " (login.slow_pages) }
        ul {
            @for (href, words) in [
                ("/0410/slow?write=back", "A slow page that writes back what it read"),
                ("/0410/slow?write=again", "A slow page that looks again"),
            ] {
                li { a href=(href) target="_blank" { (words) } " (8 seconds, in a new tab)" }
            }
        }
        form.line method="post" action="/0410/logout" { button { "Log out" } }
        form.line method="post" action="/0410/rename" {
            label for="name" { "Another name" }
            input #name name="name" required maxlength="40" autocomplete="off";
            button { "Change it" }
        }
    }
}

fn the_attacker(planted: Option<Id>) -> Markup {
    html! {
        h2 { "The attacker" }
        @match planted {
            Some(id) => p {
                "You came by the attacker's link, with an id that the attacker knows: "
                a href=(format!("/0410/as?sid={id}")) { "see what the attacker sees" } "."
            },
            None => p {
                "Somebody who would like to be you begins here, before you have logged in."
            },
        }
        form method="post" action="/0410/begin" { button { "Play the attacker" } }
    }
}

/// What whoever has `id` gets to see.
pub(super) fn attacker(port: Port, id: Id, found: Option<&Login>) -> Markup {
    let link = format!("/0410/planted?sid={id}");
    let main = html! {
        h1 { "The attacker's tab" }
        div.card {
            @match found.map(|login| login.name.as_deref()) {
                Some(Some(name)) => p.wait { "Whoever has this id is logged in as " (name) "." },
                Some(None) => p.wait { "In the session with this id nobody is logged in yet." },
                None => p.wait { "There is no session with this id any more." },
            }
            p { "The id begins with " code { (masked(&id)) } ". It is in the address of this page." }
            @if found.is_some() {
                p {
                    "The attacker sends you a link, in a message or on a page: "
                    a href=(link) { "“Look at these pictures!”" } " It leads to " code { (link) } "."
                }
            }
            p { a href=(format!("/0410/as?sid={id}")) { "Look again" } }
        }
        p { a href="/0410" { "Back to your own page" } }
    };
    page(port.number(), "The attacker's tab", &main)
}

/// What came of a slow page.
pub(super) fn slow(port: Port, outcome: Outcome) -> Markup {
    let text = match outcome {
        Outcome::Counted => "You stayed logged in all the time, and this page was counted.",
        Outcome::CameBack => {
            "You logged out while this page was waiting. It wrote back what it had read before: \
             you are logged in again."
        }
        Outcome::StayedOut => {
            "You logged out while this page was waiting. It looked, found no session, and wrote \
             nothing: you stay logged out."
        }
    };
    let main = html! {
        h1 { "A slow page" }
        div.card { p { (text) } }
        p { a href="/0410" { "Back to the login" } }
    };
    page(port.number(), "A slow page", &main)
}

/// The open door's answer.
pub(super) fn renamed(port: Port, login: &Login, asked_by: &str) -> Markup {
    let name = login.name.as_deref().unwrap_or_default();
    let main = html! {
        h1 { "A name was changed" }
        div.card {
            p.wait { "You are now logged in as " (name) "." }
            p { "This was asked for by " (asked_by) "." }
        }
        p { a href="/0410" { "Back to the login" } }
    };
    page(port.number(), "A name was changed", &main)
}

/// The foreign page, before it knows where to send its forms.
pub(super) fn ask_for_port(own: Port) -> Markup {
    let main = html! {
        h1 { "A foreign page" }
        p { "This page is of the copy on port " (own) ". Whom is it to attack?" }
        form.line method="get" action="/0410/elsewhere" {
            label for="port" { "Port of the other copy" }
            input #port name="port" required inputmode="numeric" autocomplete="off";
            button { "Make the page" }
        }
    };
    page(own.number(), "A foreign page", &main)
}

/// The foreign page, with forms for the copy at `target`.
pub(super) fn elsewhere(own: Port, target: &str) -> Markup {
    let main = html! {
        h1 { "You have won" }
        p {
            "This page is of the copy on port " (own) ". Its buttons send forms to "
            code { (target) } ". Your browser adds the cookies that it has for that host."
        }
        div.card {
            @for (method, path) in [("post", "/0410/rename"), ("get", "/0410/open")] {
                form.line method=(method) action={ (target) (path) } target="_blank" {
                    input type="hidden" name="name" value="Mallory";
                    button { "Get the prize, by " (method.to_uppercase()) }
                }
            }
        }
        p.quiet { "The answers come in new tabs. A real attacker would not wait for you to press." }
    };
    page(own.number(), "You have won", &main)
}
