//! The first page: the switches, what they lead to, and the cookies that came.

use super::{
    app::{Stage, start_of},
    switches::{App, Position, Switches},
};
use crate::page::page;
use axum::http::HeaderMap;
use maud::{Markup, html};
use std::collections::BTreeSet;

/// Switches, apps, all eight settings, and the cookies that came along.
pub(super) fn switchboard(
    stage: &Stage<'_>,
    headers: &HeaderMap,
    neighbours: &BTreeSet<String>,
) -> Markup {
    let main = html! {
        h1 { "Sandbox and production" }
        p {
            "Two apps on one host, which your browser does not tell apart. What do they share, "
            "and what has each of its own?"
        }
        div.card {
            (switches(stage))
            h2 { "This setting" }
            p { strong { "What gets mixed up: " } (stage.switches.mix_up()) }
            (choices(stage))
        }
        h2 { "All eight settings" }
        (settings(stage.switches))
        h2 { "Cookies that came with this request" }
        (cookies(stage, headers))
        (of_other_ports(neighbours))
    };
    framed(stage, "Sandbox and production", &main)
}

fn switches(stage: &Stage<'_>) -> Markup {
    let [shared, sandbox, production] = stage.every_name();
    let both = |one: &str, other: &str| format!("{one}, {other}");
    let names = [shared.cookie, both(&sandbox.cookie, &production.cookie)];
    let tables = [shared.table, both(&sandbox.table, &production.table)];
    let secrets = ["one for both".into(), "one each".into()];
    html! {
        form.switches method="get" action="/0350" {
            (switch("Cookie name", "name", stage.switches.name, &names))
            (switch("Secret", "secret", stage.switches.secret, &secrets))
            (switch("Table", "table", stage.switches.table, &tables))
            button { "Set the switches" }
        }
    }
}

/// One switch, with what each of its positions means.
fn switch(legend: &str, name: &str, now: Position, meanings: &[String; 2]) -> Markup {
    html! {
        fieldset {
            legend { (legend) }
            @for (position, meaning) in Position::BOTH.into_iter().zip(meanings) {
                label {
                    input type="radio" name=(name) value=(position.word()) checked[position == now];
                    " " (position.word()) ": " code { (meaning) }
                }
            }
        }
    }
}

/// All that can be done under the present setting.
pub(super) fn choices(stage: &Stage<'_>) -> Markup {
    html! {
        ul.choices {
            @for app in App::BOTH {
                li { a.main href=(stage.link(app.path())) { "Visit " (app.in_text()) } }
            }
            @for (path, words) in [
                ("/0350/carry", "Copy the sandbox's cookie under production's name"),
                ("/0350/empty", "Empty the sandbox's table"),
                ("/0350/afresh", "Remove the cookies and begin afresh"),
            ] {
                li { form method="post" action=(stage.link(path)) { button { (words) } } }
            }
        }
    }
}

fn settings(now: Switches) -> Markup {
    html! {
        table {
            thead { tr { th scope="col" { "Name, secret, table" } th scope="col" { "What gets mixed up" } } }
            tbody {
                @for switches in Switches::all() {
                    tr {
                        th scope="row" {
                            a href=(format!("/0350?{}", switches.query()))
                                aria-current=[(switches == now).then_some("true")]
                                { (switches.words().join(", ")) }
                        }
                        td { (switches.mix_up()) }
                    }
                }
            }
        }
    }
}

fn cookies(stage: &Stage<'_>, headers: &HeaderMap) -> Markup {
    html! {
        ul {
            @for app in stage.every_name() {
                li {
                    code { (app.cookie) } ": "
                    @match app.value_in(headers) {
                        Some(value) => { "begins with " code { (start_of(&value)) } }
                        None => "none",
                    }
                }
            }
        }
    }
}

fn of_other_ports(neighbours: &BTreeSet<String>) -> Markup {
    html! {
        @if neighbours.is_empty() {
            p.quiet { "No session cookie of another port came along." }
        } @else {
            p {
                "These session cookies were set by copies on other ports of this host, and your "
                "browser has sent them here, values and all:"
            }
            ul { @for name in neighbours { li { code { (name) } } } }
        }
    }
}

pub(super) fn framed(stage: &Stage<'_>, title: &str, main: &Markup) -> Markup {
    page(stage.identity.port().number(), title, main)
}
