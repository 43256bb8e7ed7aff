//! The candidate's page: one view for each state, all hidden until the script shows one.

use crate::{
    identity::Port,
    page::{self, L0390_SCRIPT},
};
use maud::{Markup, html};

const TITLE: &str = "The quiz";

pub(super) fn page(port: Port) -> Markup {
    let main = html! {
        div.quiz data-l0390 {
            h1 data-title { (TITLE) }
            noscript {
                p.problem {
                    "The quiz needs scripts: only a script can send an id along in a header. With "
                    "scripts off, use curl as the lesson shows."
                }
            }
            p.problem role="alert" data-problem {}
            (login())
            (ready())
            (running())
            (result())
            (stopped())
            (confirm())
            (templates())
        }
        p.quiet {
            a href="/lessons/0390" { "The lesson" }
            " · "
            a href="/0390/proctor" { "The proctor's page" }
        }
        script type="module" src=(L0390_SCRIPT.href()) {}
    };
    page::page(port.number(), TITLE, &main)
}

fn login() -> Markup {
    html! {
        section.card hidden data-view="login" {
            h2 tabindex="-1" { "Log in" }
            // Without an action and a method: the script sends it as JSON and keeps the session's
            // id from the answer, which a form sent by the browser would throw away.
            form.fields data-login {
                label for="name" { "Name" }
                input #name name="name" required maxlength="60" autocomplete="off";
                label for="pin" { "PIN (4 characters or more)" }
                input #pin name="pin" type="password" required minlength="4" maxlength="64"
                    autocomplete="off";
                button { "Log in" }
            }
        }
    }
}

fn ready() -> Markup {
    html! {
        section.card hidden data-view="ready" {
            h2 tabindex="-1" { "Ready?" }
            p {
                "With the start the time begins to run, whether this page is open or not. Each "
                "answer is saved as you give it. When the time is over, what is saved counts."
            }
            p data-attempts-left {}
            div.line {
                button.main type="button" data-action="start" { "Start" }
                (leave())
            }
        }
    }
}

fn leave() -> Markup {
    html! { button type="button" data-action="leave" { "Log in as somebody else" } }
}

fn running() -> Markup {
    html! {
        section hidden data-view="running" {
            // A clock that is spoken each second would drown everything: only its limits are.
            p.timer { "Time left: " strong role="timer" aria-live="off" data-time {} }
            p.problem role="alert" data-warning {}
            p.spoken role="status" data-said {}
            p.quiet role="status" data-connection {}
            div.card {
                fieldset {
                    legend { h2 tabindex="-1" data-question {} }
                    div data-options {}
                }
                p role="status" data-mark {}
                div.line {
                    button type="button" data-action="previous" data-previous { "Previous" }
                    button type="button" data-action="next" data-next { "Next" }
                    button type="button" data-action="retake" data-retake { "Take my answer back" }
                }
            }
            (overview())
            div.line {
                button.main type="button" data-action="submit" { "Submit…" }
                button type="button" data-action="retry" { "Save again" }
            }
        }
    }
}

fn overview() -> Markup {
    html! {
        nav aria-label="Questions" {
            ol.overview data-overview {}
            p.quiet {
                span data-answered {}
                " · ✓ saved, … saving, ! not saved yet, – not answered"
            }
        }
    }
}

fn result() -> Markup {
    html! {
        section.card hidden data-view="result" {
            h2 tabindex="-1" data-score {}
            p data-ended {}
            p.problem hidden data-pending {
                "Your result is kept, but not written down yet: the database is away. It will be "
                "written when that is back; you need do nothing."
            }
            ol.results data-evaluated {}
            p data-left {}
            div.line {
                span hidden data-again {
                    button.main type="button" data-action="start" { "Start another attempt" }
                }
                (leave())
            }
        }
    }
}

fn stopped() -> Markup {
    html! {
        section.card hidden data-view="stopped" {
            h2 tabindex="-1" data-stopped {}
            p.problem data-reason {}
            // An attempt belongs to one session, and a PIN alone does not move it: a friend who
            // knows it could take part elsewhere. Whoever has lost that session needs a human.
            p data-locked {
                "Go back to the browser in which you began. If that is impossible, ask the proctor "
                "to release your attempt, and then try again here."
            }
            div.line {
                button.main type="button" data-action="resume" { "Try again" }
                (leave())
            }
        }
    }
}

fn confirm() -> Markup {
    html! {
        dialog data-confirm aria-labelledby="confirm-title" aria-describedby="confirm-text" {
            h2 #confirm-title { "Submit your answers?" }
            p #confirm-text { span data-unanswered {} " Afterwards nothing can be changed." }
            div.line {
                button type="button" data-action="back" autofocus { "Go on answering" }
                button.main type="button" data-action="confirm" { "Submit" }
            }
        }
    }
}

/// What the script makes copies of.
fn templates() -> Markup {
    html! {
        template data-template="option" {
            label.option { input type="radio" name="option"; span {} }
        }
        template data-template="overview" {
            li {
                button type="button" {
                    span data-number {}
                    " "
                    span aria-hidden="true" data-sign {}
                    span.spoken data-words {}
                }
            }
        }
        template data-template="result" {
            li {
                p { strong data-asked {} }
                p { "Your answer: " span data-given {} }
                p { "Right answer: " span data-right {} }
                p data-verdict {}
            }
        }
    }
}
