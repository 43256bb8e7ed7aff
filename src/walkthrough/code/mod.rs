//! Listings in colour, by classes: the content security policy allows no inline styles.
//!
//! A page colours its listings at each request, so this has to be quick: what splits them is the
//! lexer of the Rust compiler itself, which needs no patterns and takes microseconds. A highlighter
//! for every language there is would fill 20 MB of each copy, and hundreds of them share a host.

mod shell;
mod tokens;

use maud::{PreEscaped, html};
use tokens::{RUST, SCRIPT};

/// A listing as HTML. `language` as in a fence: `rust`, `js`, `html` or `sh`; others stay plain.
pub(super) fn highlighted(listing: &str, language: &str) -> String {
    let coloured = match language {
        "rust" => tokens::coloured(listing, &RUST),
        // Alike enough: comments, strings, numbers and names are written as in Rust.
        "js" | "html" => tokens::coloured(listing, &SCRIPT),
        "sh" => shell::coloured(listing),
        _ => html! { (listing) }.into_string(),
    };
    html! {
        // It can be scrolled, so the keyboard must reach it.
        pre.listing tabindex="0" {
            code data-language=(language) { (PreEscaped(coloured)) }
        }
    }
    .into_string()
}

/// A part of a listing, in the colour of its class if it has one.
fn part(text: &str, class: Option<&str>) -> String {
    match class {
        Some(class) => html! { span class=(class) { (text) } },
        None => html! { (text) },
    }
    .into_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a reader sees of it.
    fn shown(html: &str) -> String {
        let parts = html.split('<').skip(1);
        let text: String = parts
            .filter_map(|part| Some(part.split_once('>')?.1))
            .collect();
        text.replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&amp;", "&")
    }

    #[test]
    fn a_listing_keeps_every_character_whatever_it_is() {
        for listing in [
            "fn a<'b>(c: &'b str) -> u8 { b'\\'' } // <i>&amp;\n",
            "let s = r#\"a \"b\" c\"#; 'x' '\n",
            "const a = `one ${two} \" three`; // it's\n`open",
            "echo \"a $(b)\" 'c\" # d' # e\n# → 1 \"2\n'open",
            "\u{e4}\u{1f600} /* open",
            "\"open",
            "",
        ] {
            for language in ["rust", "js", "html", "sh", "text", "a language of its own"] {
                let html = highlighted(listing, language);
                assert_eq!(shown(&html), listing, "{language}: {html}");
            }
        }
    }

    #[test]
    fn a_language_that_is_not_known_stays_plain() {
        let html = highlighted("let a = \"<b>\"; // 1\n", "a language of its own");
        assert!(!html.contains("<span") && !html.contains("<b>"), "{html}");
    }
}
