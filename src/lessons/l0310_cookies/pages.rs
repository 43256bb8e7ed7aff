//! The page: what arrived, what this answer says, and a form for the next one.

use super::{
    BELOW, TOP,
    came::{ours, set_by, shown},
    wish::{AGES, SAME_SITE},
};
use crate::{identity::Names, page::page};
use maud::{Markup, html};

/// The page at `here`: what has arrived there, and, after a form was sent, the answer's `line`.
pub(super) fn cookies_page(
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

#[cfg(test)]
mod tests {
    use super::{super::came::arrived, *};
    use crate::identity::Port;
    use axum::http::{HeaderValue, header};

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
}
