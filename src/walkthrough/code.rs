//! Listings in colour, by classes: the content security policy allows no inline styles.
//!
//! They were coloured when the program was built, by `build.rs`: the patterns that it takes fill
//! 20 MB and more, for as long as a process runs.

use maud::{PreEscaped, html};

/// Language, listing and its HTML, sorted.
type Coloured = (&'static str, &'static str, &'static str);

/// All listings of the lessons in a language that can be coloured, with stand-ins for what each
/// copy has its own of.
static LISTINGS: &[Coloured] = include!(concat!(env!("OUT_DIR"), "/listings.rs"));

/// A listing as HTML. `language` as in a fence: `rust`, `sh`, `json`, …; unknown ones stay plain,
/// and so does a listing that was changed since the program was built.
pub(super) fn highlighted(listing: &str, language: &str) -> String {
    html! {
        // It can be scrolled, so the keyboard must reach it.
        pre.listing tabindex="0" {
            code data-language=(language) {
                @match coloured(listing, language) {
                    Some(coloured) => (PreEscaped(coloured)),
                    None => (listing),
                }
            }
        }
    }
    .into_string()
}

fn coloured(listing: &str, language: &str) -> Option<&'static str> {
    let found = LISTINGS.binary_search_by_key(&(language, listing), |&(language, listing, _)| {
        (language, listing)
    });
    found.ok().map(|at| LISTINGS[at].2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listing_that_was_coloured_is_found() {
        assert!(LISTINGS.len() > 100);
        for (language, listing, html) in LISTINGS {
            assert_eq!(coloured(listing, language), Some(*html));
            assert!(highlighted(listing, language).contains(*html));
        }
    }

    #[test]
    fn a_listing_that_was_not_is_shown_as_it_is_written() {
        let (language, listing, _) = LISTINGS[0];
        for (listing, language) in [
            (format!("{listing}<b>&amp;"), language),
            (listing.to_owned(), "a language of its own"),
        ] {
            let shown = highlighted(&listing, language);
            let escaped = html! { (listing) }.into_string();
            assert!(shown.contains(&format!("\">{escaped}</code>")), "{shown}");
            assert!(!shown.contains("<span") && !shown.contains("<b>"));
        }
    }
}
