//! Copies that try to get markup into the report by whatever of theirs it quotes.

use super::grade;
use crate::{
    grading_class::{line, prepare},
    support::{Folder, Hostile, Manner},
};
use html5gum::{StartTag, Token, Tokenizer};
use std::fs;

/// What the report is made of. None of it loads or runs anything.
const ELEMENTS: [&str; 31] = [
    "a", "body", "caption", "code", "dd", "div", "dl", "dt", "h1", "h2", "h3", "h4", "head",
    "header", "html", "li", "main", "meta", "p", "section", "strong", "style", "table", "tbody",
    "td", "th", "thead", "time", "title", "tr", "ul",
];
const ATTRIBUTES: [&str; 13] = [
    "aria-label",
    "aria-labelledby",
    "charset",
    "class",
    "content",
    "href",
    "http-equiv",
    "id",
    "lang",
    "name",
    "role",
    "scope",
    "tabindex",
];

/// The copies, and what of their markup each has to be quoted with, as text.
const INJECTING: [(&str, Manner, &str); 4] = [
    ("text", Manner::InjectsByText, "<script>alert(1)</script>"),
    (
        "cookie",
        Manner::InjectsByCookie,
        "<script>alert(1)</script>",
    ),
    (
        "header",
        Manner::InjectsByHeader,
        "<script>alert(1)</script>",
    ),
    // An address says it in its own way.
    (
        "location",
        Manner::InjectsByLocation,
        "%3Cscript%3Ealert(1)",
    ),
];

#[tokio::test]
async fn no_markup_of_a_copy_is_markup_in_the_report() {
    let folder = Folder::new();
    let (mut hostile, mut lines) = (Vec::new(), Vec::new());
    for (student, manner, _) in INJECTING {
        let pair = Hostile::start_pair(manner).await;
        lines.push(line(student, pair.each_ref().map(|copy| copy.port)));
        hostile.push(pair);
    }
    let checks = [
        "0310-flags",
        "0340-first-visit",
        "0350-cookie-name",
        "0350-shared-jar",
    ];
    prepare(&folder, &lines, &checks);
    let run = grade(&folder, &[]).await;
    for (student, _, markup) in INJECTING {
        let faults = run.faults(student);
        let is_quoted = faults.iter().any(|(_, came)| came.contains(markup));
        assert!(is_quoted, "{student} was to be quoted: {faults:?}");
    }
    let page = fs::read_to_string(folder.path("out/report/index.html")).unwrap();
    assert!(
        page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"),
        "{page}"
    );
    let tags = Tokenizer::new(page.as_str()).filter_map(|Ok(token)| match token {
        Token::StartTag(tag) => Some(tag),
        _ => None,
    });
    for tag in tags {
        expect_ours(&tag);
    }
}

fn expect_ours(tag: &StartTag<()>) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let name = text(&tag.name);
    assert!(ELEMENTS.contains(&name.as_str()), "<{name}>");
    for (attribute, value) in &tag.attributes {
        let (attribute, value) = (text(attribute), text(&value.value));
        assert!(
            ATTRIBUTES.contains(&attribute.as_str()),
            "{attribute} in <{name}>"
        );
        let leads_out = attribute == "href" && !value.starts_with('#');
        assert!(!leads_out, "a link to {value}");
    }
}
