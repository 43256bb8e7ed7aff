//! Completions and manual: made from what `--help` is made from, so they hold all of it.

use super::{names_in, succeed};
use crate::support::Folder;
use std::{fs, process::Command};

fn printed(folder: &Folder, arguments: &[&str]) -> String {
    succeed(folder.command().args(arguments))
}

/// The names below `Commands:` in the help of `sweatbox …`.
fn commands(folder: &Folder, above: &[&str]) -> Vec<String> {
    let help = printed(folder, &[above, &["-h"]].concat());
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let listed = listed.take_while(|line| !line.is_empty());
    listed
        .filter_map(|line| line.strip_prefix("  "))
        .filter(|line| !line.starts_with(' '))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(String::from)
        .collect()
}

#[test]
fn bash_completes_commands_flags_and_their_values() {
    let folder = Folder::new();
    let script = printed(&folder, &["completions", "bash"]);
    folder.write("completions", &script, 0o644);
    for (line, expected) in [
        ("sweatbox doc", "doctor"),
        ("sweatbox sessions pur", "purge"),
        ("sweatbox serve --max-w", "--max-wait"),
        ("sweatbox serve --store sqli", "sqlite"),
    ] {
        let words: Vec<_> = line.split(' ').collect();
        let last = words.len() - 1;
        let (current, previous) = (words[last], words[last - 1]);
        // As bash itself calls it at the tabulator key.
        let call = format!(
            "source ./completions; COMP_WORDS=({line}); COMP_CWORD={last}; \
             _sweatbox sweatbox {current} {previous}; echo \"${{COMPREPLY[*]}}\""
        );
        let mut bash = Command::new("bash");
        let completed = succeed(bash.args(["-c", &call]).current_dir(folder.path(".")));
        assert_eq!(completed.trim_end(), expected, "{line}");
    }
}

#[test]
fn every_shell_is_told_about_every_command() {
    let folder = Folder::new();
    let commands = commands(&folder, &[]);
    assert!(commands.contains(&"serve".into()), "{commands:?}");
    // How each writes down a command.
    for (shell, before, after) in [
        ("bash", "sweatbox,", ")"),
        ("fish", "-a \"", "\""),
        ("zsh", "'", ":"),
    ] {
        let script = printed(&folder, &["completions", shell]);
        for command in &commands {
            let entry = format!("{before}{command}{after}");
            assert!(script.contains(&entry), "{entry} for {shell}");
        }
    }
}

#[test]
fn the_manual_has_a_page_for_every_command() {
    let folder = Folder::new();
    let manual = folder.path("made/man1");
    printed(&folder, &["manual", "--dir", manual.to_str().unwrap()]);
    let mut expected = vec!["sweatbox.1".to_owned()];
    for command in commands(&folder, &[]) {
        expected.push(format!("sweatbox-{command}.1"));
        for below in commands(&folder, &[command.as_str()]) {
            expected.push(format!("sweatbox-{command}-{below}.1"));
        }
    }
    expected.sort();
    assert!(expected.contains(&"sweatbox-sessions-purge.1".into()));
    assert_eq!(names_in(&manual), expected);

    let whole = printed(&folder, &["manual"]);
    for name in expected {
        let page = fs::read_to_string(manual.join(&name)).unwrap();
        let title = format!(".TH {} 1 ", name.trim_end_matches(".1"));
        assert!(page.contains(&title), "{title} in {page}");
        assert!(whole.contains(&page), "{name}");
    }
    assert!(whole.contains("SWEATBOX_PORT"), "the environment is in it");
}

#[test]
fn a_manual_that_cannot_be_written_is_refused_with_the_place() {
    let folder = Folder::new();
    folder.write("taken", "", 0o644);
    let output = folder.run(&["manual", "--dir", "taken"]);
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("cannot write into taken"), "{text}");
}
