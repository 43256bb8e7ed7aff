//! Colours by tokens, as the lexer of the Rust compiler finds them.

use super::part;
use ra_ap_rustc_lexer::{FrontmatterAllowed, LiteralKind, TokenKind, tokenize};

/// Words of a language that have a meaning of their own.
pub(super) struct Words {
    /// Those that say what is done.
    keywords: &'static [&'static str],
    /// Those after which a name is given.
    naming: &'static [&'static str],
    /// Values that are words.
    values: &'static [&'static str],
    /// Whether there are strings between backticks.
    backticks: bool,
}

pub(super) const RUST: Words = Words {
    keywords: &[
        "as", "async", "await", "break", "continue", "crate", "dyn", "else", "for", "if", "impl",
        "in", "let", "loop", "match", "move", "mut", "pub", "ref", "return", "self", "Self",
        "super", "use", "where", "while",
    ],
    naming: &[
        "const", "enum", "fn", "mod", "static", "struct", "trait", "type",
    ],
    values: &["false", "true"],
    backticks: false,
};

pub(super) const SCRIPT: Words = Words {
    keywords: &[
        "async", "await", "break", "case", "catch", "continue", "delete", "else", "export", "for",
        "if", "import", "in", "new", "of", "return", "switch", "this", "throw", "try", "typeof",
        "while", "yield",
    ],
    naming: &["class", "const", "function", "let"],
    values: &["false", "null", "true", "undefined"],
    backticks: true,
};

/// A listing as HTML.
pub(super) fn coloured(listing: &str, words: &Words) -> String {
    let mut html = String::with_capacity(4 * listing.len());
    let mut rest = listing;
    let mut before = "";
    while let Some((kind, text)) = next(rest, words) {
        rest = &rest[text.len()..];
        html += &part(text, class(&kind, text, before, rest, words));
        if kind != TokenKind::Whitespace {
            before = text;
        }
    }
    html
}

/// The first token of a text, and its characters.
fn next<'t>(text: &'t str, words: &Words) -> Option<(TokenKind, &'t str)> {
    if words.backticks
        && let Some(open) = text.strip_prefix('`')
    {
        let end = open.find('`').map_or(text.len(), |end| end + 2);
        let terminated = true;
        let kind = LiteralKind::Str { terminated };
        let suffix_start = 0;
        return Some((TokenKind::Literal { kind, suffix_start }, &text[..end]));
    }
    let token = tokenize(text, FrontmatterAllowed::No).next()?;
    Some((token.kind, &text[..token.len as usize]))
}

/// The class of a token between the one before and the rest of the text.
fn class(
    kind: &TokenKind,
    text: &str,
    before: &str,
    rest: &str,
    words: &Words,
) -> Option<&'static str> {
    match kind {
        TokenKind::LineComment { .. } | TokenKind::BlockComment { .. } => Some("hl-comment"),
        TokenKind::Literal { kind, .. } => match kind {
            LiteralKind::Int { .. } | LiteralKind::Float { .. } => Some("hl-constant"),
            _ => Some("hl-string"),
        },
        TokenKind::Lifetime { .. } => Some("hl-keyword"),
        TokenKind::Ident => word(text, before, rest, words),
        _ => None,
    }
}

fn word(text: &str, before: &str, rest: &str, words: &Words) -> Option<&'static str> {
    let is_macro = rest.starts_with("!(") || rest.starts_with("! {") || rest.starts_with("![");
    // After a dot it is a field's name, whatever word it is; but for `.await`.
    if words.keywords.contains(&text) && (before != "." || text == "await")
        || words.naming.contains(&text)
    {
        Some("hl-keyword")
    } else if words.values.contains(&text) {
        Some("hl-constant")
    } else if words.naming.contains(&before) || is_macro {
        Some("hl-entity")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rust_has_its_colours() {
        let listing = "/// Waits.\nasync fn wait(n: u8) -> &'static str {\n    sleep(n, 30).await;\n    \
                       println!(\"slept {n}\"); true\n}\n";
        let html = coloured(listing, &RUST);
        for (class, text) in [
            ("comment", "/// Waits."),
            ("keyword", "async"),
            ("keyword", "fn"),
            ("entity", "wait"),
            ("keyword", "'static"),
            ("constant", "30"),
            ("keyword", "await"),
            ("entity", "println"),
            ("string", "&quot;slept {n}&quot;"),
            ("constant", "true"),
        ] {
            let span = format!("<span class=\"hl-{class}\">{text}</span>");
            assert!(html.contains(&span), "{span} in {html}");
        }
        assert!(html.contains(" sleep("), "a call is plain: {html}");
    }

    #[test]
    fn a_script_has_its_colours() {
        let listing = "const send = async (id) => fetch(`/a/${id}`, null); // it's done\n";
        let html = coloured(listing, &SCRIPT);
        for (class, text) in [
            ("keyword", "const"),
            ("entity", "send"),
            ("keyword", "async"),
            ("string", "`/a/${id}`"),
            ("constant", "null"),
            ("comment", "// it's done"),
        ] {
            let span = format!("<span class=\"hl-{class}\">{text}</span>");
            assert!(html.contains(&span), "{span} in {html}");
        }
    }
}
