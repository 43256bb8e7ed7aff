//! Tasks and hints among the text: `:::task id`, `:::hint`, `:::`.

use super::{Line, LineResult, markdown};

/// A part of a walkthrough.
#[derive(Debug, Clone)]
pub enum Block {
    /// Text, as HTML.
    Html(String),
    /// A task.
    Task(TaskText),
}

/// A task as it is shown.
#[derive(Debug, Clone)]
pub struct TaskText {
    /// Its name.
    pub id: String,
    /// What to do, as HTML.
    pub text: String,
    /// Hints, as HTML, each more telling than the one before.
    pub hints: Vec<String>,
}

/// A task of which the end has not come yet: where it began, and the Markdown of its parts.
struct Open {
    at: usize,
    id: String,
    parts: Vec<Vec<Line<String>>>,
}

/// Splits a text into its blocks. What stands within a fence is code, whatever it looks like.
pub(super) fn split(lines: Vec<Line<String>>) -> LineResult<Vec<Block>> {
    let (mut blocks, mut text, mut open) = (Vec::new(), Vec::new(), None::<Open>);
    let mut fence = None;
    for (at, line) in lines {
        if line.trim_start().starts_with("```") {
            fence = match fence {
                None => Some(at),
                Some(_) => None,
            };
        }
        let directive = line.strip_prefix(":::").filter(|_| fence.is_none());
        match (directive.map(str::trim), &mut open) {
            (None, None) => text.push((at, line)),
            (None, Some(task)) => task.last().push((at, line)),
            (Some("hint"), Some(task)) => task.parts.push(Vec::new()),
            (Some("hint"), None) => return Err((at + 1, "a hint outside of a task".into())),
            (Some(""), Some(_)) => {
                let task = open.take().map(|task| task.close());
                blocks.extend(task.transpose()?);
            }
            (Some(directive), None) => {
                blocks.extend(html(std::mem::take(&mut text)));
                open = Some(Open::begin(at, directive)?);
            }
            (Some(other), Some(_)) => {
                return Err((at + 1, format!("`:::{other}` within a task")));
            }
        }
    }
    if let Some(at) = fence {
        return Err((at + 1, "this fence has no end".into()));
    }
    if let Some(task) = open {
        return Err((
            task.at + 1,
            format!("the task `{}` has no end `:::`", task.id),
        ));
    }
    blocks.extend(html(text));
    Ok(blocks)
}

impl Open {
    fn begin(at: usize, directive: &str) -> LineResult<Self> {
        let id = directive.strip_prefix("task").map(str::trim);
        let id = id.ok_or_else(|| (at + 1, format!("`:::{directive}` is not known")))?;
        let known = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if id.is_empty() || !id.chars().all(known) {
            return Err((
                at + 1,
                "a task needs an id of small letters, digits and `-`".into(),
            ));
        }
        let (id, parts) = (id.to_owned(), vec![Vec::new()]);
        Ok(Self { at, id, parts })
    }

    fn last(&mut self) -> &mut Vec<Line<String>> {
        self.parts.last_mut().expect("it begins with one")
    }

    fn close(self) -> LineResult<Block> {
        let mut parts = Vec::new();
        for part in self.parts {
            let text = markdown::html(&joined(part));
            if text.trim().is_empty() {
                return Err((self.at + 1, format!("the task `{}` has no text", self.id)));
            }
            parts.push(text);
        }
        let text = parts.remove(0);
        Ok(Block::Task(TaskText {
            id: self.id,
            text,
            hints: parts,
        }))
    }
}

fn html(text: Vec<Line<String>>) -> Option<Block> {
    let text = joined(text);
    (!text.trim().is_empty()).then(|| Block::Html(markdown::html(&text)))
}

fn joined(lines: Vec<Line<String>>) -> String {
    lines.into_iter().map(|(_, line)| line + "\n").collect()
}
