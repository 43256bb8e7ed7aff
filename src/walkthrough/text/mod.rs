//! The text of a walkthrough: front matter, code from the real source, tasks, Markdown.
//!
//! The program reads it for its pages, and `build.rs` for the listings that it colours. So nothing
//! here knows the rest of the program: where files lie, and what a listing looks like, are
//! arguments.

mod directives;
mod front_matter;
mod include;
mod markdown;
mod stand_ins;

pub use directives::{Block, TaskText};
pub use front_matter::FrontMatter;
pub use include::anchors;
pub(super) use markdown::html;
pub(super) use stand_ins::{COOKIE, PORT};

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

/// The text of a file that is included, if there is one.
type Read<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// Markdown as HTML.
type Render<'a> = dyn FnMut(&str) -> String + 'a;

/// The walkthrough with this text.
pub(super) fn parse(
    text: &str,
    read: &Read<'_>,
    render: &mut Render<'_>,
) -> LineResult<Walkthrough> {
    let (front, begin) = front_matter::parse(text)?;
    let body = text.lines().enumerate().skip(begin).collect();
    let (body, included) = include::resolve(body, read)?;
    let blocks = directives::split(body, render)?;
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
