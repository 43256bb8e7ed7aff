//! Links: which one a page offers, and where a browser goes that follows it.

use super::html;
use reqwest::Url;

/// Where the link leads that says `text`, on the page that came from `address`.
///
/// Resolved as browsers do (<https://url.spec.whatwg.org/#url-parsing>): an empty `href` is the
/// page itself, *with its query*, and so keeps whatever was asked before.
pub(super) fn target(page: &str, address: &Url, text: &str) -> Option<Url> {
    let mut links = html::named(page, "a").into_iter();
    let (link, _) = links.find(|(_, says)| html::printable(says, usize::MAX) == text)?;
    base(page, address).join(link.attribute("href")?).ok()
}

/// What the page's addresses are relative to.
fn base(page: &str, address: &Url) -> Url {
    let named = html::named(page, "base").into_iter().next();
    let named = named.and_then(|(base, _)| address.join(base.attribute("href")?).ok());
    named.unwrap_or_else(|| address.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "I can wait longer.";

    fn followed(link: &str, from: &str) -> Option<String> {
        let page = format!("<a href=x>Other</a> <p><A {link}>I can\n <b>wait</b> longer.</A>");
        let target = target(&page, &Url::parse(from).unwrap(), TEXT)?;
        Some(target.to_string())
    }

    #[test]
    fn an_empty_address_keeps_the_query_and_a_path_does_not() {
        let page = "https://localhost:41220/?haveEnough=1#top";
        for (link, leads_to) in [
            ("href=''", "https://localhost:41220/?haveEnough=1"),
            ("href='  '", "https://localhost:41220/?haveEnough=1"),
            ("href='#'", "https://localhost:41220/?haveEnough=1#"),
            ("href='/'", "https://localhost:41220/"),
            ("href='?'", "https://localhost:41220/?"),
            ("href=.", "https://localhost:41220/"),
            ("href='?a=1&amp;b=2'", "https://localhost:41220/?a=1&b=2"),
            ("href=//example.org/x", "https://example.org/x"),
        ] {
            assert_eq!(followed(link, page).as_deref(), Some(leads_to), "{link}");
        }
    }

    #[test]
    fn an_address_is_relative_to_the_page_or_to_the_base_that_it_names() {
        let from = "https://localhost:41220/a/b?c=d";
        assert_eq!(
            followed("href=e", from).as_deref(),
            Some("https://localhost:41220/a/e")
        );
        let page = format!("<base href='/f/'><a href='e'>{TEXT}</a>");
        let led = target(&page, &Url::parse(from).unwrap(), TEXT).unwrap();
        assert_eq!(led.as_str(), "https://localhost:41220/f/e");
    }

    #[test]
    fn without_an_address_or_with_another_text_there_is_no_link() {
        let from = "https://localhost:41220/";
        assert_eq!(followed("name=here", from), None);
        assert_eq!(followed("href='https://['", from), None);
        let page = "<a href=/>I can wait</a> longer.";
        assert_eq!(target(page, &Url::parse(from).unwrap(), TEXT), None);
    }
}
