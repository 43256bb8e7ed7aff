//! The quiz file as it is written, and what may be wrong with it.

use super::{Bank, Question, Roster};
use crate::quiz::{
    limits::{ATTEMPTS, CANDIDATES, DURATION},
    name::Name,
    pin,
};
use secrecy::SecretString;
use serde::Deserialize;
use std::{
    collections::{HashMap, HashSet},
    ops::RangeInclusive,
};
use toml::Spanned;

/// The most questions in a file.
const QUESTIONS: usize = 1_000;
/// The longest text in it, in characters.
const TEXT: usize = 2_000;
/// The longest title: it stands in the database.
const TITLE: usize = 200;
/// How many options a question may have.
const OPTIONS: RangeInclusive<usize> = 2..=8;

/// Where fields belong that may be missing.
const TABLES: [(&str, &str); 5] = [
    ("`name`", "[[candidate]]"),
    ("`pin_hash`", "[[candidate]]"),
    ("`text`", "[[question]]"),
    ("`options`", "[[question]]"),
    ("`answer`", "[[question]]"),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    title: Spanned<String>,
    duration_seconds: Spanned<i64>,
    draw: Spanned<i64>,
    attempts: Option<Spanned<i64>>,
    open: Option<bool>,
    candidates: Option<Spanned<String>>,
    #[serde(default)]
    candidate: Vec<Candidate>,
    #[serde(default)]
    question: Vec<Asked>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Candidate {
    name: Spanned<String>,
    pin_hash: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    text: Spanned<String>,
    options: Spanned<Vec<String>>,
    answer: Spanned<String>,
}

/// What is wrong, and where.
pub(super) struct Mistake {
    /// The byte of the file; `None` when it is no place but something that is not there.
    at: Option<usize>,
    pub(super) what: String,
}

impl Mistake {
    fn new<T>(place: &Spanned<T>, what: impl Into<String>) -> Self {
        let (at, what) = (Some(place.span().start), what.into());
        Self { at, what }
    }

    fn of_the_whole(what: String) -> Self {
        Self { at: None, what }
    }

    /// Where it is: the line, counted from 1, and the key on it.
    pub(super) fn place(&self, text: &str) -> String {
        let Some(number) = self.line(text) else {
            return String::new();
        };
        let key = self.line_of(text).and_then(|line| line.split_once('='));
        let bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        match key.map(|(key, _)| key.trim()) {
            Some(key) if !key.is_empty() && key.chars().all(bare) => {
                format!(", line {number}, `{key}`")
            }
            _ => format!(", line {number}"),
        }
    }

    pub(super) fn is_about_a_pin(&self, text: &str) -> bool {
        let line = self.line_of(text);
        line.is_some_and(|line| line.contains("pin_hash"))
    }

    fn line(&self, text: &str) -> Option<usize> {
        let before = &text.as_bytes()[..self.at?.min(text.len())];
        Some(1 + before.iter().filter(|byte| **byte == b'\n').count())
    }

    fn line_of<'a>(&self, text: &'a str) -> Option<&'a str> {
        text.lines().nth(self.line(text)? - 1)
    }
}

/// Reads and checks a whole file.
pub(super) fn bank(text: &str) -> Result<Bank, Mistake> {
    let file = parsed(text)?;
    let roster = roster(&file)?;
    let title = text_of(&file.title, TITLE)?;
    let duration_seconds = within(&file.duration_seconds, DURATION)?;
    if file.question.is_empty() || file.question.len() > QUESTIONS {
        let what = format!(
            "{} of [[question]]; allowed is 1 to {QUESTIONS}",
            file.question.len()
        );
        return Err(Mistake::of_the_whole(what));
    }
    let most = i64::try_from(file.question.len()).unwrap_or(i64::MAX);
    let draw = within(&file.draw, 1..=most)?;
    let attempts = file.attempts.as_ref();
    let attempts = attempts.map_or(Ok(1), |attempts| within(attempts, ATTEMPTS))?;
    Ok(Bank {
        title,
        duration_seconds,
        draw: usize::try_from(draw).unwrap_or(1),
        attempts: u32::try_from(attempts).unwrap_or(1),
        open: file.open.unwrap_or(true),
        roster,
        questions: questions(&file.question)?,
    })
}

fn parsed(text: &str) -> Result<File, Mistake> {
    toml::from_str(text).map_err(|error| {
        let what = error.message().lines().next().unwrap_or_default();
        let missing = what.starts_with("missing field");
        let mut tables = TABLES.iter().filter(|_| missing);
        let table = tables.find(|(field, _)| what.ends_with(field));
        // What is missing stands on no line. That of its table is the next best, if it has one.
        let at = error.span().map(|span| span.start);
        let at = at.filter(|_| !missing || table.is_some());
        let of = table.map_or_else(String::new, |(_, table)| format!(" in a {table}"));
        let what = format!("{what}{of}");
        let mut mistake = Mistake { at, what };
        // The message would quote the value, and somebody may have put the pin itself there.
        if !missing && mistake.is_about_a_pin(text) {
            mistake.what = "it is no text in quotation marks".into();
        }
        mistake
    })
}

fn within(value: &Spanned<i64>, range: RangeInclusive<i64>) -> Result<i64, Mistake> {
    let (number, first, last) = (*value.get_ref(), range.start(), range.end());
    match range.contains(&number) {
        true => Ok(number),
        false => Err(Mistake::new(
            value,
            format!("{number}; allowed is {first} to {last}"),
        )),
    }
}

fn text_of(text: &Spanned<String>, most: usize) -> Result<String, Mistake> {
    let trimmed = text.get_ref().trim();
    match trimmed.chars().count() {
        0 => Err(Mistake::new(text, "it is empty")),
        length if length > most => {
            let what = format!("{length} characters; allowed are {most}");
            Err(Mistake::new(text, what))
        }
        _ => Ok(trimmed.to_owned()),
    }
}

fn roster(file: &File) -> Result<Roster, Mistake> {
    match &file.candidates {
        Some(word) if word.get_ref() != "open" => Err(Mistake::new(
            word,
            format!(
                "`{}`; allowed is \"open\", or a list of [[candidate]]",
                word.get_ref()
            ),
        )),
        Some(word) if !file.candidate.is_empty() => Err(Mistake::new(
            word,
            "the quiz is open to all, and yet there is a list of [[candidate]]",
        )),
        Some(_) => Ok(Roster::Open),
        None => listed(&file.candidate).map(Roster::Listed),
    }
}

fn listed(candidates: &[Candidate]) -> Result<HashMap<Name, SecretString>, Mistake> {
    if candidates.is_empty() || candidates.len() > CANDIDATES {
        let what = format!(
            "{} of [[candidate]]; allowed is 1 to {CANDIDATES}, or `candidates = \"open\"`",
            candidates.len()
        );
        return Err(Mistake::of_the_whole(what));
    }
    let mut all = HashMap::new();
    for Candidate { name, pin_hash } in candidates {
        let called = name.get_ref().parse::<Name>();
        let called = called.map_err(|error| Mistake::new(name, error.to_string()))?;
        if !pin::is_hash(pin_hash.get_ref()) {
            let what = "it is no argon2 hash of a pin";
            return Err(Mistake::new(pin_hash, what));
        }
        let hash = SecretString::from(pin_hash.get_ref().as_str());
        if all.insert(called.clone(), hash).is_some() {
            let what = format!("a second candidate called {called}");
            return Err(Mistake::new(name, what));
        }
    }
    Ok(all)
}

fn questions(asked: &[Asked]) -> Result<Vec<Question>, Mistake> {
    let mut seen = HashSet::new();
    let each = asked.iter().map(|asked| {
        let text = text_of(&asked.text, TEXT)?;
        match seen.insert(text.clone()) {
            true => question(asked, text),
            false => Err(Mistake::new(&asked.text, "the same question a second time")),
        }
    });
    each.collect()
}

fn question(asked: &Asked, text: String) -> Result<Question, Mistake> {
    let options = asked.options.get_ref();
    let wrong = |what: String| Err(Mistake::new(&asked.options, what));
    if !OPTIONS.contains(&options.len()) {
        let (number, first, last) = (options.len(), *OPTIONS.start(), *OPTIONS.end());
        return wrong(format!("{number} of them; allowed is {first} to {last}"));
    }
    if options.iter().any(|option| option.trim().is_empty()) {
        return wrong("one of them is empty".into());
    }
    if options.iter().any(|option| option.chars().count() > TEXT) {
        return wrong(format!("one of them is longer than {TEXT} characters"));
    }
    let distinct: HashSet<&str> = options.iter().map(|option| option.trim()).collect();
    if distinct.len() < options.len() {
        return wrong("the same option twice".into());
    }
    let answer = asked.answer.get_ref();
    let right = options.iter().position(|option| option == answer);
    let right = right.ok_or_else(|| Mistake::new(&asked.answer, "it is not among the options"))?;
    Ok(Question {
        text,
        options: options.clone(),
        right,
    })
}
