//! Walkthroughs: a lesson's text, written in Markdown, with code from the real source.
//!
//! A walkthrough is read from the program itself; where the file lies in the working folder as
//! well, as in a checkout, that one goes before, so that a changed text shows on reload.

mod code;
mod lesson;
mod source;
mod text;

pub use lesson::{Lesson, Task};
pub use source::{names as file_names, read as read_source};
pub use text::{Block, FrontMatter, TaskText, Walkthrough, anchors};

use std::fmt;

/// What stands in a walkthrough for something that each copy has its own of.
#[derive(Debug, Clone, Copy)]
pub struct Names<'a> {
    /// For `{{port}}`.
    pub port: u16,
    /// For `{{cookie}}`.
    pub cookie: &'a str,
}

/// What is wrong with a walkthrough, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The file, such as `lessons/0340-got-you-sweating.md`.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong.
    pub what: String,
}

impl Walkthrough {
    /// Reads the walkthrough in the file `name` below `lessons/`.
    ///
    /// # Errors
    /// The first mistake in it.
    pub fn read(name: &str, names: Names<'_>) -> Result<Self, Mistake> {
        let (file, text) = text_of(name)?;
        Self::parse(&file, &text, names)
    }

    /// What the walkthrough in the file `name` below `lessons/` says of itself.
    ///
    /// # Errors
    /// The first mistake in that.
    pub fn read_front(name: &str) -> Result<FrontMatter, Mistake> {
        let (file, text) = text_of(name)?;
        text::front(&text).map_err(|(line, what)| Mistake { file, line, what })
    }

    /// The walkthrough with this text.
    ///
    /// # Errors
    /// The first mistake in it.
    pub fn parse(file: &str, text: &str, names: Names<'_>) -> Result<Self, Mistake> {
        let text = names.put_into(text);
        text::parse(&text).map_err(|(line, what)| Mistake {
            file: file.to_owned(),
            line,
            what,
        })
    }

    /// The ids of its tasks, in their order.
    pub fn tasks(&self) -> impl Iterator<Item = &TaskText> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Task(task) => Some(task),
            Block::Html(_) => None,
        })
    }
}

impl Names<'_> {
    /// A text with these names in it.
    fn put_into(self, text: &str) -> String {
        text.replace("{{port}}", &self.port.to_string())
            .replace("{{cookie}}", self.cookie)
    }
}

/// The path of a file below `lessons/`, and its text.
fn text_of(name: &str) -> Result<(String, String), Mistake> {
    let file = format!("lessons/{name}");
    match read_source(&file) {
        Some(text) => Ok((file, text)),
        None => Err(Mistake {
            file,
            line: 1,
            what: "there is no such file".into(),
        }),
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.what)
    }
}

impl std::error::Error for Mistake {}

#[cfg(test)]
mod tests {
    use super::*;

    const FRONT: &str = "---\nnumber: 0340\ntitle: T\nsummary: S\nminutes: 5\n---\n";

    fn parse(body: &str) -> Result<Walkthrough, String> {
        let names = Names {
            port: 41220,
            cookie: "s41220Cookie",
        };
        let text = format!("{FRONT}{body}");
        Walkthrough::parse("lessons/x.md", &text, names).map_err(|mistake| mistake.to_string())
    }

    #[test]
    fn text_and_tasks_come_in_their_order() {
        let text = "Hello **{{port}}**.\n\n:::task one\nDo *it*.\n:::hint\nTry.\n:::hint\nAgain.\n\
                    :::\n\nBye {{cookie}}.\n";
        let walkthrough = parse(text).unwrap();
        let [Block::Html(before), Block::Task(task), Block::Html(after)] = &walkthrough.blocks[..]
        else {
            panic!("{walkthrough:?}");
        };
        assert_eq!(before.trim(), "<p>Hello <strong>41220</strong>.</p>");
        assert_eq!(task.id, "one");
        assert_eq!(task.text.trim(), "<p>Do <em>it</em>.</p>");
        assert_eq!(task.hints.len(), 2);
        assert_eq!(after.trim(), "<p>Bye s41220Cookie.</p>");
    }

    #[test]
    fn each_copy_has_its_own_names_in_text_links_and_listings() {
        let body =
            "[`{{cookie}}`](/{{port}})\n\n```text\necho {{port}} '{{cookie}}=1{{port}}2'\n```\n";
        let shown = |port, cookie| {
            let text = format!("{FRONT}{body}");
            let walkthrough = Walkthrough::parse("f", &text, Names { port, cookie }).unwrap();
            let [Block::Html(html)] = &walkthrough.blocks[..] else {
                panic!("{walkthrough:?}");
            };
            html.clone()
        };
        for (port, cookie, escaped) in [
            (41220, "s41220Cookie", "s41220Cookie"),
            (1, "<b>", "&lt;b&gt;"),
        ] {
            let html = shown(port, cookie);
            let link = format!("<a href=\"/{port}\"><code>{escaped}</code></a>");
            assert!(html.contains(&link), "{html}");
            let listing = format!(">echo {port} '{escaped}=1{port}2'\n</code>");
            assert!(html.contains(&listing), "{html}");
        }
    }

    #[test]
    fn a_mistake_is_named_with_its_file_and_line() {
        for (body, mistake) in [
            (
                ":::task one\nDo.\n",
                "lessons/x.md:7: the task `one` has no end `:::`",
            ),
            ("\n:::hint\n", "lessons/x.md:8: a hint outside of a task"),
            (
                ":::task\n:::\n",
                "lessons/x.md:7: a task needs an id of small letters, digits and `-`",
            ),
            (
                "a\n\n:::task a\n:::\n",
                "lessons/x.md:9: the task `a` has no text",
            ),
            (
                "```rust\n{{#include src/nowhere.rs:x}}\n```\n",
                "lessons/x.md:8: there is no file src/nowhere.rs",
            ),
            (
                "```rust\n{{#include src/identity/port.rs:nothing}}\n```\n",
                "lessons/x.md:8: src/identity/port.rs has no anchor `nothing`, or not its end",
            ),
            (
                "```rust\nfn main() {}\n",
                "lessons/x.md:7: this fence has no end",
            ),
        ] {
            assert_eq!(parse(body).unwrap_err(), mistake);
        }
    }

    #[test]
    fn what_is_wrong_in_the_front_matter_is_named() {
        let names = Names {
            port: 1,
            cookie: "c",
        };
        for (text, mistake) in [
            (
                "# Hello\n",
                "lessons/x.md:1: the front matter begins with `---`",
            ),
            (
                "---\nnumber: 1\n",
                "lessons/x.md:1: the front matter has no end `---`",
            ),
            (
                "---\nnumber: x\n---\n",
                "lessons/x.md:2: `number` is not a number: x",
            ),
            (
                "---\nnumber: 1\ncolour: red\n---\n",
                "lessons/x.md:3: unknown key `colour`",
            ),
            (
                "---\nnumber: 0300\n---\n",
                "lessons/x.md:1: `title` is missing",
            ),
        ] {
            let found = Walkthrough::parse("lessons/x.md", text, names);
            assert_eq!(found.unwrap_err().to_string(), mistake);
        }
    }
}
