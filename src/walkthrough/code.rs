//! Listings in colour, by classes: the content security policy allows no inline styles.

use maud::{PreEscaped, html};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use syntect::{
    html::{ClassStyle, ClassedHTMLGenerator},
    parsing::SyntaxSet,
    util::LinesWithEndings,
};

/// Loaded when a listing is to be coloured that has not been before. Used for one lesson it has
/// grown by 20 MB of compiled patterns, and by more for each further one.
static SYNTAXES: Mutex<Option<Arc<SyntaxSet>>> = Mutex::new(None);

/// By language and text.
type Coloured = BTreeMap<(String, String), Arc<str>>;

static COLOURED: Mutex<Coloured> = Mutex::new(BTreeMap::new());

/// Several times what the lessons have. Commands name the port, so a hosted class has more.
const KEPT: usize = 1024;

const CLASSES: ClassStyle = ClassStyle::SpacedPrefixed { prefix: "hl-" };

/// A listing as HTML. `language` as in a fence: `rust`, `sh`, `json`, …; unknown ones stay plain.
pub(super) fn highlighted(listing: &str, language: &str) -> String {
    let coloured = kept(listing, language);
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

/// The listing in colour, made when it is shown for the first time.
fn kept(listing: &str, language: &str) -> Option<Arc<str>> {
    let key = (language.to_owned(), listing.to_owned());
    let known = shelf().get(&key).cloned();
    if known.is_some() {
        return known;
    }
    let made: Arc<str> = coloured(listing, language)?.into();
    let mut shelf = shelf();
    if shelf.len() >= KEPT {
        shelf.clear();
    }
    shelf.insert(key, made.clone());
    Some(made)
}

fn shelf() -> MutexGuard<'static, Coloured> {
    COLOURED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Forgets what listings are coloured with until another new one is shown. The coloured ones stay.
pub fn put_colours_away() {
    *syntaxes() = None;
}

fn syntaxes() -> MutexGuard<'static, Option<Arc<SyntaxSet>>> {
    SYNTAXES.lock().unwrap_or_else(PoisonError::into_inner)
}

fn coloured(listing: &str, language: &str) -> Option<String> {
    let load = || Arc::new(SyntaxSet::load_defaults_newlines());
    let syntaxes = syntaxes().get_or_insert_with(load).clone();
    let syntax = syntaxes.find_syntax_by_token(language)?;
    let mut generator = ClassedHTMLGenerator::new_with_class_style(syntax, &syntaxes, CLASSES);
    for line in LinesWithEndings::from(listing) {
        generator
            .parse_html_for_line_which_includes_newline(line)
            .ok()?;
    }
    Some(generator.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_is_coloured_once_until_there_are_too_many() {
        let show = || kept("let once = 1;\n", "rust").unwrap();
        let first = show();
        assert!(Arc::ptr_eq(&first, &show()));
        for number in 0..KEPT {
            kept(&format!("{number}\n"), "txt").unwrap();
        }
        assert!(shelf().len() <= KEPT);
        assert!(!Arc::ptr_eq(&first, &show()));
        assert_eq!(first, show());
    }
}
