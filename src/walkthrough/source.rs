//! The files that walkthroughs are made of, carried within the program.

use include_dir::{Dir, include_dir};
use std::{fs, path::Path};

/// The folders that are carried, by their paths: the texts, and the rooms of which they show
/// something. Not all of `src`: this library would be built anew after each edit of an exercise.
static CARRIED: &[(&str, Dir<'_>)] = &[
    ("lessons", include_dir!("$CARGO_MANIFEST_DIR/lessons")),
    ("src/app", include_dir!("$CARGO_MANIFEST_DIR/src/app")),
    ("src/cli", include_dir!("$CARGO_MANIFEST_DIR/src/cli")),
    ("src/config", include_dir!("$CARGO_MANIFEST_DIR/src/config")),
    (
        "src/identity",
        include_dir!("$CARGO_MANIFEST_DIR/src/identity"),
    ),
    (
        "src/lessons",
        include_dir!("$CARGO_MANIFEST_DIR/src/lessons"),
    ),
    ("src/page", include_dir!("$CARGO_MANIFEST_DIR/src/page")),
    ("src/quiz", include_dir!("$CARGO_MANIFEST_DIR/src/quiz")),
    ("src/server", include_dir!("$CARGO_MANIFEST_DIR/src/server")),
    (
        "src/sessions",
        include_dir!("$CARGO_MANIFEST_DIR/src/sessions"),
    ),
    (
        "src/workshop",
        include_dir!("$CARGO_MANIFEST_DIR/src/workshop"),
    ),
];

/// The text of a file that is carried: from the working folder if it is a checkout, else from
/// within the program.
pub fn read(file: &str) -> Option<String> {
    let embedded = CARRIED.iter().find_map(|(path, folder)| {
        let name = file.strip_prefix(path)?.strip_prefix('/')?;
        folder.get_file(name)
    })?;
    // Only what is carried within is looked for, so no name leads anywhere else.
    if Path::new("Cargo.toml").exists()
        && let Ok(text) = fs::read_to_string(file)
    {
        return Some(text);
    }
    embedded.contents_utf8().map(str::to_owned)
}

/// All files that are carried, such as `lessons/0340-got-you-sweating.md`.
pub fn names() -> Vec<String> {
    let mut names = Vec::new();
    for (path, folder) in CARRIED {
        collect(folder, path, &mut names);
    }
    names.sort();
    names
}

fn collect(folder: &Dir<'_>, prefix: &str, names: &mut Vec<String>) {
    for file in folder.files() {
        names.push(format!("{prefix}/{}", file.path().display()));
    }
    for folder in folder.dirs() {
        collect(folder, prefix, names);
    }
}
