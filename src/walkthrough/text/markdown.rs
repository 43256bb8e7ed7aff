//! Markdown to HTML.

use super::code;
use pulldown_cmark::{CodeBlockKind, CowStr, Event, Options, Parser, Tag, TagEnd, html::push_html};

/// Tables, and quotation marks as they are printed.
const EXTENSIONS: Options = Options::ENABLE_TABLES.union(Options::ENABLE_SMART_PUNCTUATION);

/// The HTML of a text. HTML within the Markdown is shown as it is written: what looks like an
/// element may be an example.
pub(super) fn html(text: &str) -> String {
    let mut language = None;
    let mut listing = String::new();
    let events = Parser::new_ext(text, EXTENSIONS).filter_map(|event| match event {
        Event::Start(Tag::CodeBlock(kind)) => {
            language = Some(match kind {
                CodeBlockKind::Fenced(language) => language.into_string(),
                CodeBlockKind::Indented => String::new(),
            });
            None
        }
        Event::Text(text) if language.is_some() => {
            listing += &text;
            None
        }
        Event::End(TagEnd::CodeBlock) => {
            let html = code::highlighted(&listing, &language.take().unwrap_or_default());
            listing.clear();
            Some(Event::Html(CowStr::from(html)))
        }
        Event::Html(text) | Event::InlineHtml(text) => Some(Event::Text(text)),
        event => Some(event),
    });
    let mut html = String::new();
    push_html(&mut html, events);
    // A table may be wider than a telephone: then it is moved, not the page.
    let html = html.replace("<table>", "<div class=\"scroll\" tabindex=\"0\"><table>");
    html.replace("</table>", "</table></div>")
}
