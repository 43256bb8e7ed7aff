//! `sweatbox check`: what it prints about a real copy, and its exit codes.

use crate::support::{Folder, free_port};
use serde_json::Value;
use std::process::Output;

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[tokio::test]
async fn the_command_tells_a_beginner_what_was_asked_and_what_came() {
    let folder = Folder::new();
    let copy = folder.serve().await;
    // In its folder the copy need not be named.
    let output = folder.run(&["check", "--lesson", "0335"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let text = stdout(&output);
    let look_at = format!(
        "look at:  https://localhost:{}/lessons/0335, “The log”",
        copy.port
    );
    for part in [
        "FAILED   0335-each-visit",
        "asked:    GET /0335",
        "came:     501 Not Implemented: “Not yet This is yours to write, in src/exercises/",
        "expected: 200 OK",
        look_at.as_str(),
        "certificate is not verified",
        "\n0 of 7 checks passed\n",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(!text.contains("0345"), "{text}");
}

#[tokio::test]
async fn the_command_takes_a_port_or_an_address_and_speaks_json() {
    let folder = Folder::new();
    let copy = folder.serve().await;
    let elsewhere = Folder::new();
    for name in [
        copy.port.to_string(),
        format!("https://localhost:{}/lessons", copy.port),
    ] {
        let output = elsewhere.run(&["check", &name, "--lesson", "0335", "--json"]);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report["copy"], format!("https://localhost:{}/", copy.port));
        assert_eq!(report["passed"], false);
        assert_eq!(report["certificate"], "not verified");
        assert_eq!(report["checks"].as_array().unwrap().len(), 7);
        assert_eq!(report["checks"][0]["check"], "0335-each-visit");
        assert_eq!(report["checks"][0]["fault"]["asked"], "GET /0335");
    }
}

#[tokio::test]
async fn two_copies_are_judged_as_neighbours_when_both_are_named() {
    let folder = Folder::new();
    let other = Folder::second(&folder);
    let (sandbox, production) = (folder.serve().await, other.serve().await);
    let production = production.port.to_string();
    for (arguments, told) in [
        (vec![], "-        0350-one-browser"),
        (
            vec!["--production", production.as_str()],
            "ok       0350-one-browser",
        ),
    ] {
        let arguments = [vec!["check", "--lesson", "350"], arguments].concat();
        let output = folder.run(&arguments);
        let text = stdout(&output);
        assert_eq!(output.status.code(), Some(0), "{text}");
        assert!(text.contains(told), "{told} in {text}");
    }
    drop(sandbox);
}

#[test]
fn the_command_refuses_what_it_cannot_check_and_says_how_to_go_on() {
    let folder = Folder::new();
    let nobody = free_port().to_string();
    for (arguments, part) in [
        (
            vec!["check", nobody.as_str()],
            "start the copy with `sweatbox`",
        ),
        (vec!["check", "--lesson", "300"], "only of 0310, 0330"),
        (
            vec!["check", "http://localhost:1"],
            "neither a port nor an https address",
        ),
        (vec!["check", "65536"], "`65536` is not a port"),
    ] {
        let output = folder.run(&arguments);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(text.contains(part), "{part} in {text}");
        assert!(text.contains("to mend it: "), "{text}");
    }
}
