//! The text of a walkthrough: front matter, code from the real source, tasks, Markdown.
//!
//! What is wrong in it is told with its line.

mod directives;
mod front_matter;
mod include;
mod markdown;

pub use directives::{Block, TaskText};
pub use front_matter::FrontMatter;
pub use include::anchors;

use super::{code, source};

/// A lesson's text, ready to be shown.
#[derive(Debug, Clone)]
pub struct Walkthrough {
    /// Number, title, summary and minutes.
    pub front: FrontMatter,
    /// Its parts in their order.
    pub blocks: Vec<Block>,
    /// The anchors that it shows: file and name.
    pub included: Vec<(String, String)>,
}

/// A line of a text with its number, counted from 0.
type Line<T> = (usize, T);

/// What is wrong in a line, counted from 1.
type LineResult<T> = Result<T, (usize, String)>;

/// The walkthrough with this text.
pub(super) fn parse(text: &str) -> LineResult<Walkthrough> {
    let (front, begin) = front_matter::parse(text)?;
    let body = text.lines().enumerate().skip(begin).collect();
    let (body, included) = include::resolve(body)?;
    let blocks = directives::split(body)?;
    Ok(Walkthrough {
        front,
        blocks,
        included,
    })
}

/// What the walkthrough with this text says of itself.
pub(super) fn front(text: &str) -> LineResult<FrontMatter> {
    front_matter::parse(text).map(|(front, _)| front)
}
