//! The desk's one page. It holds nothing of the class: what is, comes only with the token.

use crate::page::{self, DESK_SCRIPT};
use maud::{Markup, html};

pub(super) fn page() -> Markup {
    let main = html! {
        div.desk data-desk {
            h1 { "The desk" }
            noscript {
                p.problem { "This page needs scripts: only a script can send the token along." }
            }
            (way_in())
            div hidden data-class {
                p.problem role="alert" data-problem {}
                p role="status" data-done {}
                (class())
                (cookies())
                (exports())
            }
            (templates())
        }
        script type="module" src=(DESK_SCRIPT.href()) {}
    };
    page::desk_page("The desk", &main)
}

fn way_in() -> Markup {
    html! {
        section.card hidden data-way-in {
            h2 { "Only with the desk's token" }
            p.problem data-why {}
            p {
                "When it was started, " code { "sweatbox desk" } " printed a link with a token, "
                "or the name of a file that holds that link. Open it in this tab. After a "
                "restart there is another token."
            }
        }
    }
}

fn class() -> Markup {
    html! {
        section.card {
            h2 { "The class" }
            p.quiet role="status" data-connection { "Connecting…" }
            form.fields role="search" data-filter {
                label for="words" { "Show those with this in name, login, address or port" }
                input #words name="words" autocomplete="off";
                label for="state" { "in this state" }
                select #state name="state" {
                    @for (value, words) in STATES { option value=(value) { (words) } }
                }
            }
            div.line {
                button.main type="button" data-action="check-all" { "Check all" }
                span role="status" data-count {}
            }
            div.scroll role="region" aria-label="The class" tabindex="0" {
                table.figures {
                    caption.spoken { "A row for each student; the headings sort" }
                    thead { tr { @for column in &COLUMNS { (heading(column)) } } }
                    tbody data-rows {}
                }
            }
            p.quiet {
                "What is claimed is what a copy says of itself, and its student can edit the "
                "program. A score by hand stands above the one that the checks have found."
            }
        }
    }
}

/// Whom to show.
const STATES: [(&str, &str); 6] = [
    ("all", "any"),
    ("down", "a copy that is down"),
    ("unchecked", "no check so far"),
    ("failed", "a check that is not passed"),
    ("ungiven", "no score by hand"),
    ("unsaved", "a score that is not saved"),
];

/// A column: its heading, and what the script sorts by, if anything.
struct Column {
    words: &'static str,
    key: Option<&'static str>,
}

const COLUMNS: [Column; 8] = [
    Column {
        words: "Student",
        key: Some("name"),
    },
    Column {
        words: "Sandbox",
        key: Some("sandbox"),
    },
    Column {
        words: "Production",
        key: Some("production"),
    },
    Column {
        words: "Claimed",
        key: Some("claimed"),
    },
    Column {
        words: "Last check",
        key: Some("check"),
    },
    Column {
        words: "Score by hand",
        key: Some("score"),
    },
    Column {
        words: "Comment",
        key: Some("comment"),
    },
    Column {
        words: "Saved",
        key: None,
    },
];

fn heading(column: &Column) -> Markup {
    html! {
        @if let Some(key) = column.key {
            th scope="col" aria-sort="none" {
                button type="button" data-sort=(key) { (column.words) }
            }
        } @else {
            th scope="col" { (column.words) }
        }
    }
}

fn cookies() -> Markup {
    html! {
        section.card {
            h2 { "Cookies" }
            p {
                "Each copy sets one cookie. A browser keeps about " span data-places { "180" }
                " for one host name, whatever the port, and drops the oldest beyond that: then "
                "counters begin anew that nobody has touched."
            }
            ul data-hosts {}
            p data-held {}
            p.problem hidden data-elsewhere {}
            div.line {
                button type="button" data-action="forget" { "Forget all copies" }
                button type="button" data-action="cookies" { "Count again" }
            }
            p.quiet {
                "Forgetting ends this browser's own visits to the copies, and nobody else's. "
                "Close their tabs before: a page that is refreshed gets a new cookie."
            }
        }
    }
}

fn exports() -> Markup {
    html! {
        section.card {
            h2 { "For the grade book" }
            p { "The files that " code { "sweatbox grade" } " writes, as things are now. Whoever "
                "has neither been checked nor been given a score has none: blank for Canvas, "
                "left out for Moodle." }
            div.line {
                @for (file, words) in FILES {
                    button type="button" data-file=(file) { (words) }
                }
            }
        }
    }
}

const FILES: [(&str, &str); 3] = [
    ("grades.csv", "Everything (grades.csv)"),
    ("canvas.csv", "Canvas (canvas.csv)"),
    ("moodle.csv", "Moodle (moodle.csv)"),
];

/// What the script makes copies of.
fn templates() -> Markup {
    html! {
        template data-template="row" {
            tr {
                th scope="row" { span data-name {} " " span.quiet data-login {} }
                (copy("sandbox"))
                (copy("production"))
                td data-claimed {}
                (check())
                td { input type="number" min="0" max="10000" step="0.01" data-score; }
                td { input type="text" maxlength="1000" autocomplete="off" data-comment; }
                (saved())
            }
        }
        template data-template="host" {
            li {
                code data-host {} ": " span data-takes {} " "
                meter min="0" data-meter {}
                " " strong data-too-many {}
            }
        }
        template data-template="fault" {
            li { span data-title {} span.quiet data-lesson {} span data-came {} }
        }
    }
}

/// A copy and the way to it.
///
/// With `noopener` a browser never finds a tab again by its name (HTML, "rules for choosing a
/// navigable"), and each click opens a new one. Tried in Chromium: without it, a tab is found
/// again only while its page has a hold on this one through `window.opener`, and a student's page
/// could then send the desk elsewhere; with `Cross-Origin-Opener-Policy` on either side it is not
/// found at all. So the link has a name for what it is worth, `noopener` stays, and the row tells
/// which copies were opened.
fn copy(which: &str) -> Markup {
    html! {
        td data-copy=(which) {
            span data-up {} " "
            a rel="noopener" data-open {} " "
            span.quiet data-opened {}
        }
    }
}

fn check() -> Markup {
    html! {
        td {
            span data-check {} " "
            button type="button" data-again { "Check" }
            details hidden data-details {
                summary { span data-failed {} }
                ul data-faults {}
            }
        }
    }
}

fn saved() -> Markup {
    html! {
        td {
            span data-saved {}
            div.line hidden data-conflict {
                span data-theirs {} " "
                button type="button" data-take { "Take it" }
                button type="button" data-keep { "Keep mine" }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_the_same_for_everybody_and_loads_nothing_from_elsewhere() {
        let text = page().into_string();
        assert!(
            !text.contains("http://") && !text.contains("https://"),
            "{text}"
        );
        assert!(
            !text.contains(" style=") && !text.contains("<style"),
            "{text}"
        );
        for (file, _) in FILES {
            let known = crate::grading::class::GradeBook::ALL;
            assert!(known.iter().any(|book| book.file() == file), "{file}");
        }
    }
}
