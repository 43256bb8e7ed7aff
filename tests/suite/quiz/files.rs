//! The quiz file: what is wrong in it is named by line and key, before anything is served.

use super::support::quiz_file;
use crate::support::{Folder, free_port};
use std::{
    io::Write,
    process::{Output, Stdio},
};

/// The entry of a candidate, with the hash that `sweatbox quiz pin` makes of a pin.
pub(super) fn entry_made_by_the_command(folder: &Folder, name: &str, pin: &str) -> String {
    let output = run_quiz_pin(folder, name, &format!("{pin}\n"));
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success() && !printed.contains(pin),
        "{printed}"
    );
    let (_, rest) = printed.split_once("$argon2id$").expect("no hash");
    let end = rest.find(|c: char| c == '"' || c == '\'' || c.is_whitespace());
    let hash = &rest[..end.unwrap_or(rest.len())];
    format!("[[candidate]]\nname = \"{name}\"\npin_hash = \"$argon2id${hash}\"\n")
}

/// A pin is a secret, so it comes by the standard input.
fn run_quiz_pin(folder: &Folder, name: &str, input: &str) -> Output {
    let mut command = folder.command();
    command.args(["quiz", "pin", name]);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut process = command.spawn().unwrap();
    // It may refuse the name without reading on.
    let _ = process.stdin.take().unwrap().write_all(input.as_bytes());
    process.wait_with_output().unwrap()
}

#[test]
fn two_hashes_of_one_pin_differ_and_a_pin_out_of_bounds_is_refused() {
    let folder = Folder::new();
    let [one, other] = [(); 2].map(|()| entry_made_by_the_command(&folder, "Ann", "2468"));
    assert_ne!(one, other, "no salt");
    for (name, pin) in [("Ann", "123"), ("", "2468"), ("a\nb", "2468")] {
        let refused = run_quiz_pin(&folder, name, &format!("{pin}\n"));
        assert_eq!(refused.status.code(), Some(2), "{name:?} {pin}");
    }
}

/// What is put in the place of what, and the key that has to be named.
const MISTAKES: [(&str, &str, &str); 11] = [
    (
        "duration_seconds = 600",
        "duration_seconds = 5",
        "duration_seconds",
    ),
    (
        "duration_seconds = 600",
        "duration_seconds = \"600\"",
        "duration_seconds",
    ),
    ("draw = 10", "draw = 13", "draw"),
    ("draw = 10", "draw = 0", "draw"),
    (
        "title = \"Counting\"",
        "title = \"Counting\"\nsurprise = 1",
        "surprise",
    ),
    (
        "candidates = \"open\"",
        "candidates = \"all\"",
        "candidates",
    ),
    (
        "candidates = \"open\"",
        "candidates = \"open\"\nattempts = 0",
        "attempts",
    ),
    ("answer = \"8\"", "answer = \"80\"", "answer"),
    ("[\"8\", \"9\", \"10\", \"11\"]", "[\"8\"]", "options"),
    (
        "[\"8\", \"9\", \"10\", \"11\"]",
        "[\"8\", \"9\", \"9\"]",
        "options",
    ),
    ("answer = \"8\"", "anwser = \"8\"", "anwser"),
];

#[tokio::test]
async fn a_mistake_in_a_quiz_file_is_named_by_line_and_key() {
    let good = quiz_file("candidates = \"open\"");
    let line_of = |text: &str, part: &str| {
        let at = text.lines().position(|line| line.contains(part));
        at.unwrap_or_else(|| panic!("no {part}")) + 1
    };
    for (from, to, key) in MISTAKES {
        let text = good.replacen(from, to, 1);
        assert_ne!(text, good, "{from}");
        let line = line_of(&text, to.lines().last().unwrap());
        let reason = refusal_of(&text).await;
        let place = format!("quiz.toml, line {line}");
        assert!(
            reason.contains(&place) && reason.contains(key),
            "{place}: {reason}"
        );
    }
    // Mistakes that have no line of their own.
    for (text, word) in [
        (quiz_file(""), "candidate"),
        (good.replacen("title = \"Counting\"\n", "", 1), "title"),
        (
            good.split("[[question]]").next().unwrap().to_owned(),
            "question",
        ),
        (
            format!("{good}\n[[candidate]]\nname = \"Ann\"\n"),
            "candidate",
        ),
        ("not TOML".into(), "line 1"),
    ] {
        let reason = refusal_of(&text).await;
        assert!(
            reason.contains("quiz.toml") && reason.contains(word),
            "{word}: {reason}"
        );
    }
}

/// What a copy says that is started with this quiz file.
async fn refusal_of(text: &str) -> String {
    let folder = Folder::new();
    folder.write("quiz.toml", text, 0o644);
    folder.write(".port", &format!("{}\n", free_port()), 0o644);
    let arguments = ["--bind", "127.0.0.1", "--quiz", "quiz.toml"];
    let refused = folder.run_soon(&arguments).await;
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    String::from_utf8(refused.stderr).unwrap()
}
