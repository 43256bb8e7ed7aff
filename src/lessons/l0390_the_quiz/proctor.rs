//! The proctor's page. It holds nothing secret: what is, comes only with the owner's token.

use crate::{
    identity::Port,
    page::{self, L0390_PROCTOR_SCRIPT},
};
use maud::{Markup, html};

const TITLE: &str = "The quiz: proctor";

pub(super) fn page(port: Port) -> Markup {
    let main = html! {
        div.quiz data-l0390-proctor {
            h1 { (TITLE) }
            noscript {
                p.problem { "This page needs scripts: only a script can send the token along." }
            }
            (way_in(port))
            div hidden data-desk {
                p.problem role="alert" data-problem {}
                p role="status" data-done {}
                (attempts())
                (parameters())
                (extra_time())
                (results())
            }
            (templates())
        }
        p.quiet { a href="/0390" { "The candidate's page" } }
        script type="module" src=(L0390_PROCTOR_SCRIPT.href()) {}
    };
    page::page(port.number(), TITLE, &main)
}

fn way_in(port: Port) -> Markup {
    html! {
        section.card hidden data-way-in {
            h2 { "Only with the owner's token" }
            p.problem data-why {}
            p {
                "In the folder of this copy, run " code { "sweatbox token" } ". It prints the "
                "token of port " (port.number()) ", and a link to the start page that carries "
                "it. Open that link in this tab, and then this page again; or put "
                code { "#token=…" } " with the token behind the address of this page."
            }
        }
    }
}

fn attempts() -> Markup {
    html! {
        section.card {
            h2 { "Who is where" }
            p.quiet role="status" data-connection { "Connecting…" }
            div.scroll role="region" aria-label="Who is where" tabindex="0" {
                table.figures {
                    caption.spoken { "Each candidate's attempt, as it is now" }
                    thead {
                        tr {
                            @for (_, words) in ATTEMPT { th scope="col" { (words) } }
                            th scope="col" { "To do" }
                        }
                    }
                    tbody data-attempts {}
                }
            }
            p data-nobody { "Nobody has logged in yet." }
        }
    }
}

/// The columns of an attempt: the script's name for each, and its heading.
const ATTEMPT: [(&str, &str); 10] = [
    ("name", "Candidate"),
    ("state", "State"),
    ("connected", "Connected"),
    ("answered", "Answered"),
    ("revision", "Revision"),
    ("left", "Time left"),
    ("deadline", "Ends at"),
    ("extra", "Extra time"),
    ("score", "Score"),
    ("used", "Attempts used"),
];

/// The same of a result.
const RESULT: [(&str, &str); 6] = [
    ("name", "Candidate"),
    ("score", "Score"),
    ("started", "Started"),
    ("ended", "Ended"),
    ("by", "Ended by"),
    ("written", "Written"),
];

fn parameters() -> Markup {
    html! {
        section.card {
            h2 { "Parameters" }
            form.fields data-parameters {
                label for="duration" { "Duration in seconds" }
                input #duration name="duration_seconds" type="number" min="10" max="86400" required;
                label for="attempts" { "Attempts for each candidate" }
                input #attempts name="attempts" type="number" min="1" max="100" required;
                label for="draw" { "Questions in an attempt (those that start from now on)" }
                input #draw name="draw" type="number" min="1" required;
                label { input type="checkbox" name="open"; " Open: attempts may be started" }
                div.line {
                    button.main { "Save" }
                    button type="button" data-action="reload" { "Load again" }
                }
            }
        }
    }
}

fn extra_time() -> Markup {
    html! {
        section.card {
            h2 { "Extra time" }
            p { "Has extra time: " span data-extras { "nobody" } }
            form.fields data-extra-form {
                label for="candidate" { "Candidate" }
                input #candidate name="name" list="names" required maxlength="60"
                    autocomplete="off";
                datalist #names data-names {}
                label for="by" { "Time" }
                select #by name="by" aria-describedby="by-help" {
                    @for (value, words) in CHOICES { option value=(value) { (words) } }
                }
                p.quiet #by-help {
                    "A multiple is counted from the duration as it is now; change the duration "
                    "first, the extra time afterwards."
                }
                div data-minutes {
                    label for="minutes" { "Minutes more (or, with a minus, less)" }
                    input #minutes name="minutes" type="number" min="-1440" max="1440" step="0.5"
                        required;
                }
                button.main { "Set" }
            }
        }
    }
}

const CHOICES: [(&str, &str); 5] = [
    ("1.25", "× 1.25"),
    ("1.5", "× 1.5"),
    ("2", "× 2"),
    ("minutes", "Some minutes more or less"),
    ("none", "No extra time"),
];

fn results() -> Markup {
    html! {
        section.card {
            h2 { "Results" }
            p.problem hidden data-pending {
                "Not written yet: " span data-pending-count {} ". The database is away; these "
                "results are kept, and written when it is back. Do not stop the server before."
            }
            div.scroll role="region" aria-label="Results" tabindex="0" {
                table.figures {
                    caption.spoken { "Finished attempts" }
                    thead { tr { @for (_, words) in RESULT { th scope="col" { (words) } } } }
                    tbody data-results {}
                }
            }
            div.line {
                button type="button" data-action="results" { "Look again" }
                button type="button" data-action="download" { "Download as CSV" }
            }
        }
    }
}

/// What the script makes copies of.
fn templates() -> Markup {
    html! {
        template data-template="attempt" {
            tr {
                (cells(&ATTEMPT))
                td {
                    button type="button" data-extra { "Extra time" }
                    " "
                    button type="button" data-release { "Release" }
                }
            }
        }
        template data-template="finished" { tr { (cells(&RESULT)) } }
    }
}

/// An empty cell for each column; the first one names the row.
fn cells(columns: &[(&str, &str)]) -> Markup {
    html! {
        @for (at, (name, _)) in columns.iter().enumerate() {
            @if at == 0 { th scope="row" data-cell=(name) {} } @else { td data-cell=(name) {} }
        }
    }
}
