//! The house rules that a compiler does not know: floors, first lines, no cycles.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// A room imports only from floors below its own.
const FLOORS: &[(u8, &[&str])] = &[
    (9, &["main"]),
    (8, &["cli"]),
    (7, &["server", "host", "desk", "doctor"]),
    (6, &["app"]),
    (5, &["lessons", "exercises"]),
    (4, &["quiz", "grading", "progress", "workshop"]),
    (3, &["sandbox", "caretaker", "class_list"]),
    (
        2,
        &[
            "sessions",
            "database",
            "tls",
            "listen",
            "walkthrough",
            "roster",
        ],
    ),
    // The X-ray is below the sessions, which write into it.
    (1, &["config", "xray"]),
    (
        0,
        &[
            "identity",
            "page",
            "error",
            "clock",
            "spreadsheet",
            "middleware",
        ],
    ),
];

fn floor(room: &str) -> u8 {
    let found = FLOORS.iter().find(|(_, rooms)| rooms.contains(&room));
    found
        .unwrap_or_else(|| panic!("`{room}` is on no floor: put it into FLOORS"))
        .0
}

fn sources() -> Vec<PathBuf> {
    fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, files);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    let mut files = Vec::new();
    collect(Path::new("src"), &mut files);
    files.sort();
    assert!(files.len() > 30, "where is the source?");
    files
}

/// The room of a file: the folder or file directly below `src`.
fn room(file: &Path) -> String {
    let first = file
        .strip_prefix("src")
        .unwrap()
        .components()
        .next()
        .unwrap();
    let name = first.as_os_str().to_str().unwrap();
    name.trim_end_matches(".rs").to_owned()
}

/// Where a chain of `super::` in `file` leads to the top, the room that is named behind it.
fn rooms_behind_super(file: &Path, text: &str) -> BTreeSet<String> {
    let path = file.strip_prefix("src").unwrap();
    // `sessions/lock.rs` and `sessions/lock/mod.rs` are both two floors below the top.
    let depth = path.components().count() - usize::from(file.ends_with("mod.rs"));
    let chain = "super::".repeat(depth);
    let code = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    let behind = code.flat_map(|line| line.split(&chain).skip(1));
    let first_word = |rest: &str| {
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
        rest[..end.unwrap_or(rest.len())].to_owned()
    };
    behind
        .map(first_word)
        .filter(|name| is_room(name))
        .collect()
}

fn is_room(name: &str) -> bool {
    FLOORS.iter().any(|(_, rooms)| rooms.contains(&name))
}

/// The rooms that a text names behind `crate::` or, in `main` and the exercises, which are not
/// in the library, behind `sweatbox::`.
fn rooms_in(text: &str) -> BTreeSet<String> {
    let mut rooms = BTreeSet::new();
    for line in text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
    {
        for start in ["crate::", "sweatbox::"] {
            for (position, _) in line.match_indices(start) {
                let rest = &line[position + start.len()..];
                let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
                let name = &rest[..end.unwrap_or(rest.len())];
                rooms.insert(name.to_owned());
            }
        }
    }
    // `use crate::{…}` over several lines: the words directly within the outer braces.
    let braced = |start| text.split(start).skip(1);
    for block in braced("use crate::{").chain(braced("use sweatbox::{")) {
        let mut depth = 1;
        let mut name = String::new();
        for c in block.chars() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            if depth == 1 && (c.is_alphanumeric() || c == '_') {
                name.push(c);
            } else if depth <= 1 && (c == ':' || c == ',' || c == '}') {
                rooms.insert(std::mem::take(&mut name));
            }
            if depth == 0 {
                break;
            }
            if c == '{' {
                name.clear();
            }
        }
    }
    let known = |name: &String| {
        FLOORS
            .iter()
            .any(|(_, rooms)| rooms.contains(&name.as_str()))
    };
    rooms.into_iter().filter(known).collect()
}

/// What is wrong with the imports of one file, as sentences.
fn upward_imports(file: &Path, text: &str) -> Vec<String> {
    let own = room(file);
    if own == "lib" {
        return Vec::new();
    }
    let below = |other: &String| floor(other) < floor(&own) || *other == own;
    let mut named = rooms_in(text);
    named.extend(rooms_behind_super(file, text));
    let wrong = named.into_iter().filter(|other| !below(other));
    let sentence = |other: String| format!("{} imports from `{other}`", file.display());
    wrong.map(sentence).collect()
}

#[test]
fn a_room_imports_only_from_floors_below_its_own() {
    let wrong: Vec<_> = sources()
        .iter()
        .flat_map(|file| upward_imports(file, &fs::read_to_string(file).unwrap()))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_upward_or_sideways_import_is_found_however_it_is_written() {
    let file = Path::new("src/sessions/lock.rs");
    for planted in [
        "use crate::sandbox::Sandbox;",
        "use crate::{\n    clock::Clock,\n    sandbox::{Sandbox, Other},\n};",
        "use crate::{config::{Options, Refusal}, app};",
        "fn f() { crate::lessons::router(); }",
        "use crate::tls;",
        "use sweatbox::{\n    clock::Clock,\n    sandbox::Sandbox,\n};",
        "use super::super::sandbox::Sandbox;",
    ] {
        assert_eq!(upward_imports(file, planted).len(), 1, "{planted}");
    }
    for allowed in [
        "use crate::{clock::Clock, identity::{Identity, Port}};",
        "use crate::sessions::stores::Store;",
        "use super::unit::UnitOfWork;",
        "// use crate::sandbox::Sandbox;",
    ] {
        assert!(upward_imports(file, allowed).is_empty(), "{allowed}");
    }
}

#[test]
fn grading_stays_a_black_box_and_main_small() {
    for file in sources().iter().filter(|file| room(file) == "grading") {
        let rooms = rooms_in(&fs::read_to_string(file).unwrap());
        for inside in ["sandbox", "lessons", "sessions"] {
            assert!(
                !rooms.contains(inside),
                "{} knows `{inside}`",
                file.display()
            );
        }
    }
    let main = fs::read_to_string("src/main.rs").unwrap();
    assert!(main.lines().count() < 60);
}

#[test]
fn every_file_opens_by_saying_what_it_is() {
    for file in sources() {
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.starts_with("//! "), "{}", file.display());
    }
}

/// Within a room, siblings name each other through `super::`; these lines are their graph.
#[test]
fn no_two_files_of_a_room_import_each_other() {
    let mut graph: BTreeMap<PathBuf, BTreeSet<PathBuf>> = BTreeMap::new();
    for file in sources() {
        let text = fs::read_to_string(&file).unwrap();
        // A `mod.rs` gathers its children; what they take from it are its own items.
        if file.ends_with("mod.rs") || file.ends_with("lib.rs") {
            continue;
        }
        let folder = file.parent().unwrap();
        let siblings = sources().into_iter().filter(|other| {
            other.parent() == Some(folder) && *other != file && !other.ends_with("mod.rs")
        });
        let named = siblings.filter(|sibling| {
            let name = sibling.file_stem().unwrap().to_str().unwrap();
            text.contains(&format!("super::{name}::")) || brace_import_names(&text, name)
        });
        graph.insert(file.clone(), named.collect());
    }
    for (file, named) in &graph {
        for sibling in named {
            let back = graph.get(sibling).is_some_and(|names| names.contains(file));
            assert!(
                !back,
                "{} and {} import each other",
                file.display(),
                sibling.display()
            );
        }
    }
}

fn brace_import_names(text: &str, name: &str) -> bool {
    text.split("use super::{").skip(1).any(|block| {
        let block = &block[..block.find(";").unwrap_or(block.len())];
        block.contains(&format!("{name}::"))
    })
}
