//! Reading pages: elements and their attributes, whatever the spelling.

use html5gum::{DefaultEmitter, StartTag, Token, Tokenizer};
use std::collections::BTreeMap;

/// An element, as its start tag tells it.
#[derive(Debug, PartialEq, Eq)]
pub struct Element {
    /// Its name in lower case.
    pub name: String,
    attributes: BTreeMap<String, String>,
}

impl Element {
    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    fn from_tag(tag: StartTag<()>) -> Self {
        let attributes = tag.attributes.into_iter();
        Self {
            name: text(&tag.name),
            attributes: attributes
                .map(|(name, value)| (text(&name), text(&value.value)))
                .collect(),
        }
    }
}

/// The elements that stand within an element `container`, in their order.
pub fn elements_within(page: &str, container: &str) -> Vec<Element> {
    let start_tags = tokens_within(page, container).filter_map(|token| match token {
        Token::StartTag(tag) => Some(tag),
        _ => None,
    });
    start_tags.map(Element::from_tag).collect()
}

/// The elements called `name`, each with its text. One that is not closed ends where the next one
/// of the name begins, as links do.
pub fn named(page: &str, name: &str) -> Vec<(Element, String)> {
    let mut found: Vec<(Element, String)> = Vec::new();
    let mut open = false;
    for token in tokens(page) {
        match token {
            Token::StartTag(tag) if tag.name == name.as_bytes() => {
                open = true;
                found.push((Element::from_tag(tag), String::new()));
            }
            Token::EndTag(tag) if tag.name == name.as_bytes() => open = false,
            Token::String(string) if open => {
                if let Some((_, says)) = found.last_mut() {
                    *says += &text(&string.value);
                }
            }
            _ => {}
        }
    }
    found
}

/// What a page says: the text of its main part or, without one, of all that can be seen.
pub fn gist(page: &str) -> String {
    let parts = ["main", "body"].map(|part| text_within(page, part));
    let said = parts.into_iter().find(|text| !text.trim().is_empty());
    said.unwrap_or_else(|| page.to_owned())
}

/// `text` as a message may quote it, in one line of at most so many characters. A copy may be
/// hostile, and a terminal obeys control characters.
pub fn printable(text: &str, most: usize) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control() || turns_text(c));
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    let line = words.join(" ");
    match line.char_indices().nth(most) {
        None => line,
        Some((end, _)) => format!("{}…", &line[..end]),
    }
}

/// Whether a character changes the direction in which those around it are shown: with such ones
/// a copy could make a message read as another.
fn turns_text(c: char) -> bool {
    let marks = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}');
    marks || ('\u{202a}'..='\u{202e}').contains(&c) || ('\u{2066}'..='\u{2069}').contains(&c)
}

fn text_within(page: &str, container: &str) -> String {
    let strings = tokens_within(page, container).filter_map(|token| match token {
        Token::String(string) => Some(text(&string.value) + " "),
        _ => None,
    });
    strings.collect()
}

fn tokens_within(page: &str, container: &str) -> impl Iterator<Item = Token> {
    let mut open = 0_usize;
    tokens(page).filter(move |token| match token {
        Token::StartTag(tag) if tag.name == container.as_bytes() => {
            open += 1;
            open > 1
        }
        Token::EndTag(tag) if tag.name == container.as_bytes() => {
            open = open.saturating_sub(1);
            open > 0
        }
        _ => open > 0,
    })
}

fn tokens(page: &str) -> impl Iterator<Item = Token> {
    let mut emitter = DefaultEmitter::<()>::default();
    // What stands in a script is text and no element, as it is to a browser.
    emitter.naively_switch_states(true);
    Tokenizer::new_with_emitter(page, emitter).map(|Ok(token)| token)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_within_is_found_however_it_is_spelled() {
        let page = "<time datetime=a></time><OL><!-- <time datetime=b> --><li>\
                    <TIME DateTime='c&amp;d'>x</time></ol><script>'<ol><time>'</script>\
                    <time datetime=e>";
        let found = elements_within(page, "ol");
        let names: Vec<_> = found.iter().map(|element| element.name.as_str()).collect();
        assert_eq!(names, ["li", "time"]);
        assert_eq!(found[1].attribute("datetime"), Some("c&d"));
        assert_eq!(found[1].attribute("class"), None);
    }

    #[test]
    fn a_named_element_has_its_text_closed_or_not() {
        let page = "<A href='?a&amp;b'>one <b>and</b> two</A> no <a>three<p><a>four</a>";
        let found = named(page, "a");
        let says: Vec<_> = found.iter().map(|(_, says)| says.as_str()).collect();
        assert_eq!(says, ["one and two", "three", "four"]);
        assert_eq!(found[0].0.attribute("href"), Some("?a&b"));
        assert!(named(page, "h1").is_empty());
    }

    #[test]
    fn the_gist_of_a_page_is_its_main_part() {
        let page = "<title>T</title><body><nav>N</nav><main><h1>Not yet</h1><p>Yours</main>F";
        assert_eq!(printable(&gist(page), 90), "Not yet Yours");
        assert_eq!(printable(&gist("<body>no main"), 90), "no main");
        assert_eq!(printable(&gist("plain"), 90), "plain");
    }

    #[test]
    fn a_quotation_is_one_short_line_without_control_characters() {
        assert_eq!(printable("a\n b\u{1b}[31mc ", 90), "a b [31mc");
        assert_eq!(printable("a\u{202e}dessap\u{2069}", 90), "a dessap");
        assert_eq!(printable("ünïcode", 3), "ünï…");
    }
}
