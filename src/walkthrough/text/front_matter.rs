//! The head of a walkthrough: number, title, summary, minutes.

use super::LineResult;

/// What a walkthrough says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrontMatter {
    /// The lesson's number.
    pub number: u16,
    /// Its title.
    pub title: String,
    /// What it is about, in one sentence.
    pub summary: String,
    /// How long it takes.
    pub minutes: u16,
}

/// The front matter, and how many lines it has.
pub(super) fn parse(text: &str) -> LineResult<(FrontMatter, usize)> {
    let mut lines = text.lines().enumerate();
    if lines.next().is_none_or(|(_, line)| line != "---") {
        return Err((1, "the front matter begins with `---`".into()));
    }
    let (mut number, mut title, mut summary, mut minutes) = (None, None, None, None);
    for (at, line) in lines {
        if line == "---" {
            let missing = |key| (1, format!("`{key}` is missing"));
            let front = FrontMatter {
                number: number.ok_or_else(|| missing("number"))?,
                title: title.ok_or_else(|| missing("title"))?,
                summary: summary.ok_or_else(|| missing("summary"))?,
                minutes: minutes.ok_or_else(|| missing("minutes"))?,
            };
            return Ok((front, at + 1));
        }
        let (key, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.trim();
        let whole = || {
            let number = value.parse().ok().filter(|number| *number > 0);
            number.ok_or_else(|| (at + 1, format!("`{key}` is not a number: {value}")))
        };
        match key {
            "number" => number = Some(whole()?),
            "minutes" => minutes = Some(whole()?),
            "title" => title = Some(value.to_owned()),
            "summary" => summary = Some(value.to_owned()),
            _ => return Err((at + 1, format!("unknown key `{key}`"))),
        }
    }
    Err((1, "the front matter has no end `---`".into()))
}
