//! The files that walkthroughs are made of, carried within the program.

use include_dir::{Dir, include_dir};
use std::{fs, path::Path};

static LESSONS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/lessons");
static SOURCES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/src");

/// The text of a file below `lessons/` or `src/`: from the working folder if it is a checkout,
/// else from within the program.
pub fn read(file: &str) -> Option<String> {
    let (folder, name) = match file.split_once('/')? {
        ("lessons", name) => (&LESSONS, name),
        ("src", name) => (&SOURCES, name),
        _ => return None,
    };
    let embedded = folder.get_file(name)?;
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
    collect(&LESSONS, "lessons", &mut names);
    collect(&SOURCES, "src", &mut names);
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
