//! A copy with a quiz, its candidates and its proctor.

mod caller;
mod candidate;
mod events;
mod proctor;

pub use caller::{Caller, Exchange};
pub use candidate::{Candidate, Paper};
pub use events::{Event, Events};
pub use proctor::Proctor;

use crate::support::{Answer, Copy, Folder, free_port};
use caller::Exchanges;
use reqwest::Method;
use serde_json::{Value, json};
use std::fmt::Write;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// What every candidate types.
pub const PIN: &str = "2468";
/// Everybody may take part, as often as a test likes.
pub const OPEN: &str = "candidates = \"open\"\nattempts = 100";

const ARGUMENTS: [&str; 4] = ["--bind", "127.0.0.1", "--quiz", "quiz.toml"];

/// A copy that holds a quiz.
pub struct Quiz {
    pub folder: Folder,
    pub copy: Copy,
    token: String,
    exchanges: Exchanges,
}

/// A quiz of twelve questions, ten of which are drawn. The right option of "Which number follows
/// 7?" is 8, and so on. `header` are further lines of the file.
pub fn quiz_file(header: &str) -> String {
    let start = "title = \"Counting\"\nduration_seconds = 600\ndraw = 10";
    let mut text = format!("{start}\n{header}\n");
    for number in 1..=12 {
        let options = [1, 2, 3, 4].map(|step| format!("\"{}\"", number + step));
        let (options, answer) = (options.join(", "), number + 1);
        writeln!(
            text,
            "\n[[question]]\ntext = \"Which number follows {number}?\"\n\
             options = [{options}]\nanswer = \"{answer}\""
        )
        .unwrap();
    }
    text
}

impl Quiz {
    /// A quiz for everybody.
    pub async fn start() -> Self {
        Self::of(&quiz_file(OPEN)).await
    }

    /// The quiz that a file with this text describes.
    pub async fn of(text: &str) -> Self {
        Self::within(Folder::new(), text).await
    }

    /// The same, in a folder that has been prepared.
    pub async fn within(folder: Folder, text: &str) -> Self {
        let port = free_port();
        folder.write("quiz.toml", text, 0o644);
        folder.write(".port", &format!("{port}\n"), 0o644);
        let copy = folder.serve_on(port, &ARGUMENTS).await;
        let printed = String::from_utf8(folder.run(&["token"]).stdout).unwrap();
        Self {
            folder,
            copy,
            token: printed.lines().next().unwrap().to_owned(),
            exchanges: Exchanges::default(),
        }
    }

    /// Ends the copy by a signal such as `-KILL`; its exit code, and the copy on its second run.
    pub async fn restarted_after(self, signal: &str) -> (Option<i32>, Self) {
        let Self { folder, copy, .. } = self;
        let port = copy.port;
        let code = copy.stop_by(signal).await;
        let quiz = Self {
            copy: folder.serve_on(port, &ARGUMENTS).await,
            folder,
            ..self
        };
        (code, quiz)
    }

    /// Somebody on a connection of his own, who has shown nothing yet.
    pub fn stranger(&self) -> Caller {
        Caller::new(self.copy.port, self.exchanges.clone())
    }

    /// Asks for a session.
    pub async fn asks_to_log_in(&self, name: &str, pin: &str) -> Answer {
        let body = json!({ "name": name, "pin": pin });
        let stranger = self.stranger();
        stranger.send(Method::POST, "/0390/api/login", &body).await
    }

    /// A candidate with a new session.
    pub async fn candidate(&self, name: &str) -> Candidate {
        let answer = self.asks_to_log_in(name, PIN).await.expect(200);
        let id = json_of(&answer)["session_id"].as_str().unwrap().to_owned();
        Candidate::new(name, self.stranger().showing("session-id", &id))
    }

    /// Whoever has the owner token.
    pub fn proctor(&self) -> Proctor {
        let bearer = format!("Bearer {}", self.token);
        Proctor::new(self.stranger().showing("authorization", &bearer))
    }

    /// The owner token, as `sweatbox token` prints it.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// All that anybody has been told so far, events excepted.
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.exchanges.lock().unwrap().clone()
    }
}

/// The body of an answer.
#[track_caller]
pub fn json_of(answer: &Answer) -> Value {
    serde_json::from_str(&answer.text).unwrap_or_else(|error| panic!("{error}: {answer:?}"))
}

/// Asserts that an answer is a refusal with this status, whose reason speaks of `word`.
#[track_caller]
pub fn expect_refusal(answer: Answer, status: u16, word: &str) -> Value {
    let answer = answer.expect(status);
    let problem = json_of(&answer);
    assert_eq!(problem["status"], status, "{problem}");
    assert!(problem["error"].is_string(), "{problem}");
    let detail = problem["detail"].as_str().unwrap_or_default();
    assert!(detail.contains(word), "no `{word}` in {problem}");
    problem
}

/// A moment as the program writes it: UTC, with milliseconds.
#[track_caller]
pub fn moment(value: &Value) -> OffsetDateTime {
    let text = value.as_str().unwrap_or_else(|| panic!("no text: {value}"));
    assert!(text.ends_with('Z') && text.contains('.'), "{text}");
    OffsetDateTime::parse(text, &Rfc3339).unwrap()
}
