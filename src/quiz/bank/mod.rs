//! The question bank: what a quiz file says, checked before the port is opened.

mod written;

use super::name::Name;
use crate::config::{Options, Refusal, Tenancy, quoted, read_text};
use secrecy::SecretString;
use std::{
    collections::HashMap,
    fmt,
    path::Path,
    sync::{Arc, LazyLock},
};

/// A quiz as its file describes it.
pub struct Bank {
    pub(super) title: String,
    pub(super) duration_seconds: i64,
    /// How many questions an attempt has.
    pub(super) draw: usize,
    /// How many attempts a candidate has.
    pub(super) attempts: u32,
    /// Whether attempts may be started.
    pub(super) open: bool,
    pub(super) roster: Roster,
    pub(super) questions: Vec<Question>,
}

/// Who may take part.
pub(super) enum Roster {
    /// Everybody: a name's first login sets its pin.
    Open,
    /// These, with the hashes of their pins.
    Listed(HashMap<Name, SecretString>),
}

/// A question with its options in the order of the file.
pub(super) struct Question {
    pub(super) text: String,
    pub(super) options: Vec<String>,
    /// The index of the right option.
    pub(super) right: usize,
}

impl Bank {
    /// The practice bank, which the program carries within itself.
    pub fn practice() -> Arc<Self> {
        static PRACTICE: LazyLock<Arc<Bank>> = LazyLock::new(|| {
            let text = include_str!("../../../lessons/0390-quiz.toml");
            let bank = Bank::parse(text, Path::new("lessons/0390-quiz.toml"));
            Arc::new(bank.expect("a test reads the practice bank"))
        });
        PRACTICE.clone()
    }

    /// Reads the quiz file `path` for a copy that is started with `options`.
    ///
    /// # Errors
    /// As for [`read`](Self::read), and when other processes are to serve the same port.
    pub fn for_serving(path: &Path, options: &Options) -> Result<Self, Refusal> {
        match options.tenancy() {
            Tenancy::Alone => Self::read(path),
            Tenancy::Replica => Err(Refusal::new(
                "--quiz does not go with --replicas: attempts live in the memory of one process",
                "leave one of them out",
            )),
        }
    }

    /// Reads the quiz file `path`.
    ///
    /// # Errors
    /// A file that is not there or not as docs/QUIZ.md describes it: with line and key.
    pub fn read(path: &Path) -> Result<Self, Refusal> {
        let text = read_text(path)?.ok_or_else(|| {
            let problem = format!("there is no quiz file {}", path.display());
            Refusal::new(problem, format!("ls -l {}", quoted(path)))
        })?;
        Self::parse(&text, path)
    }

    /// The quiz in `text`, which stands in the file `path`.
    ///
    /// # Errors
    /// As for [`read`](Self::read).
    pub fn parse(text: &str, path: &Path) -> Result<Self, Refusal> {
        written::bank(text).map_err(|mistake| {
            let (file, place, what) = (path.display(), mistake.place(text), &mistake.what);
            let mend = match mistake.is_about_a_pin(text) {
                true => "sweatbox quiz pin NAME, and copy what it prints into the file".into(),
                false => format!("edit {}; docs/QUIZ.md shows how it looks", quoted(path)),
            };
            Refusal::new(format!("{file}{place}: {what}"), mend)
        })
    }

    /// What the quiz is called.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// How many questions the bank holds.
    pub fn len(&self) -> usize {
        self.questions.len()
    }

    /// Whether the bank holds no question; a quiz file has at least one.
    pub fn is_empty(&self) -> bool {
        self.questions.is_empty()
    }
}

impl fmt::Debug for Bank {
    /// Without answers and hashes: what is debugged lands in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bank")
            .field("title", &self.title)
            .field("questions", &self.questions.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$\
                        AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    const GOOD: &str = r#"title = "Cookies"
duration_seconds = 60
draw = 1
candidates = "open"

[[question]]
text = "Which?"
options = ["this", "that"]
answer = "that"
"#;

    /// The problem, without its mend.
    fn refused(text: &str) -> String {
        Bank::parse(text, Path::new("q.toml")).unwrap_err().problem
    }

    /// The good file with `from` exchanged for `to`.
    fn with(from: &str, to: &str) -> String {
        assert!(GOOD.contains(from));
        GOOD.replacen(from, to, 1)
    }

    #[test]
    fn the_practice_bank_is_as_the_lesson_says() {
        let bank = Bank::practice();
        assert!(matches!(bank.roster, Roster::Open));
        assert!(bank.open && bank.len() >= 40, "{} questions", bank.len());
        assert!(bank.draw <= bank.len());
    }

    #[test]
    fn a_file_without_the_optional_keys_is_an_open_quiz_with_one_attempt() {
        let bank = Bank::parse(GOOD, Path::new("q.toml")).unwrap();
        assert_eq!((bank.title(), bank.len()), ("Cookies", 1));
        assert_eq!((bank.attempts, bank.open), (1, true));
        assert_eq!(bank.questions[0].right, 1);
    }

    #[test]
    fn candidates_are_listed_with_their_hashes() {
        let list = format!("[[candidate]]\nname = \" Ann \"\npin_hash = \"{HASH}\"\n");
        let text = with("candidates = \"open\"\n", "") + &list;
        let bank = Bank::parse(&text, Path::new("q.toml")).unwrap();
        let Roster::Listed(listed) = &bank.roster else {
            panic!("the list is gone");
        };
        assert!(listed.contains_key(&"Ann".parse().unwrap()));
        let twice = text.clone() + &list;
        assert_eq!(
            refused(&twice),
            "q.toml, line 13, `name`: a second candidate called Ann"
        );
        let both = text.replacen("draw = 1\n", "draw = 1\ncandidates = \"open\"\n", 1);
        let problem = refused(&both);
        assert!(problem.contains("`candidates`"), "{problem}");
    }

    #[test]
    fn a_wrong_value_is_named_by_line_and_key() {
        for (from, to, expected) in [
            (
                "= 60",
                "= 5",
                "line 2, `duration_seconds`: 5; allowed is 10 to 86400",
            ),
            (
                "draw = 1",
                "draw = 2",
                "line 3, `draw`: 2; allowed is 1 to 1",
            ),
            (
                "\"open\"",
                "\"all\"",
                "line 4, `candidates`: `all`; allowed is \"open\", or a list of [[candidate]]",
            ),
            (
                "answer = \"that\"",
                "answer = \"these\"",
                "line 9, `answer`: it is not among the options",
            ),
            (
                "[\"this\", \"that\"]",
                "[\"that\"]",
                "line 8, `options`: 1 of them; allowed is 2 to 8",
            ),
            (
                "[\"this\", \"that\"]",
                "[\"that\", \"that\"]",
                "line 8, `options`: the same option twice",
            ),
            ("\"Cookies\"", "\" \"", "line 1, `title`: it is empty"),
        ] {
            assert_eq!(refused(&with(from, to)), format!("q.toml, {expected}"));
        }
    }

    #[test]
    fn an_unknown_key_a_wrong_type_and_broken_toml_are_found_on_their_lines() {
        for (from, to, line, word) in [
            ("draw = 1", "draws = 1", 3, "draws"),
            ("draw = 1", "draw = \"one\"", 3, "draw"),
            ("draw = 1", "draw = ", 3, "draw"),
        ] {
            let problem = refused(&with(from, to));
            let place = format!("q.toml, line {line}");
            assert!(problem.starts_with(&place), "{problem}");
            assert!(problem.contains(word), "{problem}");
        }
        let problem = refused(&with("title = \"Cookies\"\n", ""));
        assert!(problem.contains("title"), "{problem}");
    }

    #[test]
    fn a_pin_in_the_place_of_its_hash_is_refused_and_never_shown() {
        for pin in ["\"8715\"", "8715"] {
            let list = format!("[[candidate]]\nname = \"Ann\"\npin_hash = {pin}\n");
            let text = with("candidates = \"open\"\n", "") + &list;
            let refusal = Bank::parse(&text, Path::new("q.toml")).unwrap_err();
            assert!(refusal.mend.contains("sweatbox quiz pin"), "{refusal}");
            assert!(!refusal.to_string().contains("8715"), "{refusal}");
        }
    }

    #[test]
    fn debug_output_shows_no_answer_and_no_hash() {
        let shown = format!("{:?}", Bank::parse(GOOD, Path::new("q.toml")).unwrap());
        assert!(
            shown.contains("Cookies") && !shown.contains("that"),
            "{shown}"
        );
    }
}
