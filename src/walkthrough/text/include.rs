//! `{{#include file:anchor}}`, as mdBook writes it: code from the real source.
//!
//! Copied by hand, a listing soon shows what the program did last year.

use super::{Line, LineResult, source};

const BEGIN: &str = "ANCHOR: ";
const END: &str = "ANCHOR_END: ";

type Included = (Vec<Line<String>>, Vec<(String, String)>);

/// The lines with every include replaced by what it means, and what was included.
pub(super) fn resolve(body: Vec<Line<&str>>) -> LineResult<Included> {
    let (mut lines, mut included) = (Vec::new(), Vec::new());
    for (at, line) in body {
        let Some(target) = target(line) else {
            lines.push((at, line.to_owned()));
            continue;
        };
        let wrong = |what| (at + 1, what);
        let (file, anchor) = target
            .split_once(':')
            .ok_or_else(|| wrong(format!("`{target}` is not `file:anchor`")))?;
        let text = source::read(file).ok_or_else(|| wrong(format!("there is no file {file}")))?;
        let code = part(&text, anchor)
            .ok_or_else(|| wrong(format!("{file} has no anchor `{anchor}`, or not its end")))?;
        lines.extend(code.into_iter().map(|code| (at, code)));
        included.push((file.to_owned(), anchor.to_owned()));
    }
    Ok((lines, included))
}

fn target(line: &str) -> Option<&str> {
    let inner = line.trim().strip_prefix("{{#include ")?;
    Some(inner.strip_suffix("}}")?.trim())
}

/// The lines between an anchor and its end, moved to the left margin.
fn part(text: &str, anchor: &str) -> Option<Vec<String>> {
    let mut lines = text.lines();
    lines.find(|line| marked(line, BEGIN) == Some(anchor))?;
    let mut found = Vec::new();
    loop {
        let line = lines.next()?;
        if marked(line, END) == Some(anchor) {
            break;
        }
        if marked(line, BEGIN).is_none() && marked(line, END).is_none() {
            found.push(line);
        }
    }
    let indents = found.iter().filter(|line| !line.trim().is_empty());
    let margin = indents
        .map(|line| line.len() - line.trim_start().len())
        .min();
    let cut = |line: &&str| {
        line.get(margin.unwrap_or(0)..)
            .unwrap_or_default()
            .to_owned()
    };
    Some(found.iter().map(cut).collect())
}

/// The name in a comment that marks an anchor, or its end.
fn marked<'a>(line: &'a str, mark: &str) -> Option<&'a str> {
    Some(line.trim().strip_prefix("// ")?.strip_prefix(mark)?.trim())
}

/// All anchors of a file, each with its line, counted from 1; a mistake where one has no end.
///
/// # Errors
/// The line of the first anchor that is not closed, or closed without having been opened.
pub fn anchors(text: &str) -> Result<Vec<(usize, String)>, (usize, String)> {
    let mut found = Vec::new();
    for (at, line) in text.lines().enumerate() {
        if let Some(name) = marked(line, BEGIN) {
            if part(text, name).is_none() {
                return Err((at + 1, format!("the anchor `{name}` has no end")));
            }
            found.push((at + 1, name.to_owned()));
        }
        if let Some(name) = marked(line, END)
            && !found.iter().any(|(_, other)| other == name)
        {
            return Err((
                at + 1,
                format!("the anchor `{name}` ends but does not begin"),
            ));
        }
    }
    Ok(found)
}
