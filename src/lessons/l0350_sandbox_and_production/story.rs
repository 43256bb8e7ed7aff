//! The other pages: what came of a visit, of a copied cookie, of an emptied table.

use super::{
    app::{Found, Settings, Stage},
    switchboard::{choices, framed},
    switches::Position,
    visit::{Outcome, Visit},
};
use crate::sessions::masked;
use maud::{Markup, html};

/// What a visit came to, step by step as it really happened.
pub(super) fn visited(stage: &Stage<'_>, visit: &Visit) -> Markup {
    let title = visit.own.app.title();
    let main = html! {
        h1 { (title) }
        div.card {
            p.wait { "Visits in this session: " (visit.row.visits()) }
            h2 { "What happened" }
            ol {
                li { (cookie(visit)) }
                @for step in [signature(visit), row(visit)].iter().flatten() {
                    li { (step) }
                }
                li { (result(visit)) }
            }
            (choices(stage))
        }
        p { a href=(stage.link("/0350")) { "Back to the switches" } }
    };
    framed(stage, title, &main)
}

fn cookie(visit: &Visit) -> Markup {
    let came = !matches!(visit.found, Found::NoCookie);
    html! {
        @if came { "A" } @else { "No" }
        " cookie " code { (visit.own.cookie) } " came along."
    }
}

fn signature(visit: &Visit) -> Option<Markup> {
    let id = match &visit.found {
        Found::NoCookie => return None,
        Found::BadSignature(start) => {
            return Some(html! {
                "Its value begins with " code { (start) } ". The signature in it is not made with "
                "this app's secret"
                @if visit.theirs { ", but with that of " (visit.other.app.in_text()) }
                ". So the id in it counts for nothing."
            });
        }
        Found::NoRow(id) => id,
        Found::Row(row) => &row.id,
    };
    Some(html! {
        "Its signature is good; the id in it begins with " code { (masked(id)) } "."
    })
}

fn row(visit: &Visit) -> Option<Markup> {
    let table = &visit.own.table;
    match &visit.found {
        Found::NoCookie | Found::BadSignature(_) => None,
        Found::NoRow(_) if visit.theirs => Some(html! {
            "The table " code { (table) } " has no such row. " code { (visit.other.table) } ", the "
            "table of " (visit.other.app.in_text()) ", has it."
        }),
        Found::NoRow(_) => Some(html! {
            "The table " code { (table) } " has no such row, or has it no more."
        }),
        Found::Row(_) => Some(html! { "The table " code { (table) } " has the row of this id." }),
    }
}

fn result(visit: &Visit) -> Markup {
    let (own, other) = (&visit.own, &visit.other);
    let (app, neighbour) = (own.app.in_text(), other.app.in_text());
    match visit.outcome() {
        Outcome::Began => html! {
            "So you are a stranger here. A new session began, and the answer sets "
            code { (own.cookie) } "."
        },
        Outcome::WentOn => html! {
            "So your session goes on. Only visits to " (app) " are counted in it."
        },
        Outcome::Crossed => html! {
            strong { "A mix-up: " } "the session is that of " (neighbour) " as well. Of its "
            (visit.row.visits()) " visits " (visit.row.visits_to(own.app)) " went to " (app) " and "
            (visit.row.visits_to(other.app)) " to " (neighbour) "."
        },
        Outcome::Overwrote => html! {
            strong { "A mix-up: " } "you are a stranger here, a new session began, and the answer "
            "sets " code { (own.cookie) } ". Until now the session of " (neighbour) " was in that "
            "place. It is overwritten, and " (neighbour) " will not know you any more."
        },
    }
}

/// What came of copying the sandbox's cookie.
pub(super) fn carried(stage: &Stage<'_>, done: bool) -> Markup {
    let sentence = match (done, stage.switches.name) {
        (false, _) => "The sandbox has set no cookie under this setting yet. Visit it first.",
        (true, Position::Shared) => {
            "Both apps use one name: the cookie was there already, without anybody copying it."
        }
        (true, Position::Derived) => {
            "The value of the sandbox's cookie is now in production's as well; the developer \
             tools of any browser can do that. Visit production, and see whether it is accepted."
        }
    };
    told(stage, "A copied cookie", html! { (sentence) })
}

/// What came of emptying the sandbox's table: of how many sessions that deprived each app.
pub(super) fn emptied(stage: &Stage<'_>, own: &Settings, [ours, theirs]: [usize; 2]) -> Markup {
    let sentence = html! {
        "The sandbox has emptied the table " code { (own.table) } ". Of your sessions, " (ours)
        " of the sandbox and " (theirs) " of production are gone. "
        @if theirs > 0 {
            strong { "A mix-up: " }
            "production does not know you any more, although nobody has touched production."
        }
    };
    told(stage, "An empty table", sentence)
}

/// For those who only look: HEAD, and a page of another origin.
pub(super) fn not_counted(stage: &Stage<'_>) -> Markup {
    told(
        stage,
        "Not counted",
        html! { "Only a visit of your own is counted." },
    )
}

fn told(stage: &Stage<'_>, title: &str, sentence: Markup) -> Markup {
    let main = html! {
        h1 { (title) }
        div.card {
            p { (sentence) }
            (choices(stage))
        }
        p { a href=(stage.link("/0350")) { "Back to the switches" } }
    };
    framed(stage, title, &main)
}
