//! Listings in colour, by classes: the content security policy allows no inline styles.

use maud::{PreEscaped, html};
use std::sync::LazyLock;
use syntect::{
    html::{ClassStyle, ClassedHTMLGenerator},
    parsing::SyntaxSet,
    util::LinesWithEndings,
};

/// Loaded when the first listing is shown: a copy that shows none need not carry it.
static SYNTAXES: LazyLock<SyntaxSet> = LazyLock::new(SyntaxSet::load_defaults_newlines);

const CLASSES: ClassStyle = ClassStyle::SpacedPrefixed { prefix: "hl-" };

/// A listing as HTML. `language` as in a fence: `rust`, `sh`, `json`, …; unknown ones stay plain.
pub(super) fn highlighted(listing: &str, language: &str) -> String {
    let coloured = coloured(listing, language);
    html! {
        // It can be scrolled, so the keyboard must reach it.
        pre.listing tabindex="0" {
            code data-language=(language) {
                @match coloured {
                    Some(coloured) => (PreEscaped(coloured)),
                    None => (listing),
                }
            }
        }
    }
    .into_string()
}

fn coloured(listing: &str, language: &str) -> Option<String> {
    let syntax = SYNTAXES.find_syntax_by_token(language)?;
    let mut generator = ClassedHTMLGenerator::new_with_class_style(syntax, &SYNTAXES, CLASSES);
    for line in LinesWithEndings::from(listing) {
        generator
            .parse_html_for_line_which_includes_newline(line)
            .ok()?;
    }
    Some(generator.finalize())
}
