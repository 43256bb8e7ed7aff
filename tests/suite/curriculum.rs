//! The curriculum itself: list, files, front matter, anchors, tasks, hints, links and commands
//! agree.

use crate::support::{Folder, TestApp, catalog};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};
use sweatbox::{
    sandbox::Lesson,
    walkthrough::{Block, Names, Walkthrough, anchors, file_names, read_source},
};

fn walkthrough(lesson: &Lesson, port: u16) -> Walkthrough {
    let cookie = format!("s{port}Cookie");
    let names = Names {
        port,
        cookie: &cookie,
    };
    Walkthrough::read(lesson.file, names).unwrap_or_else(|mistake| panic!("{mistake}"))
}

#[test]
fn every_lesson_has_its_file_and_every_file_its_lesson() {
    let listed: BTreeSet<_> = catalog()
        .map(|lesson| format!("lessons/{}", lesson.file))
        .collect();
    let files = file_names().into_iter();
    let files: BTreeSet<_> = files.filter(|file| file.ends_with(".md")).collect();
    assert_eq!(listed, files);
    let numbers: Vec<_> = catalog().map(|lesson| lesson.number).collect();
    assert!(numbers.is_sorted(), "{numbers:?}");
    for lesson in catalog() {
        let text = walkthrough(lesson, 41220);
        assert_eq!(text.front.number, lesson.number, "{}", lesson.file);
        assert!(lesson.file.starts_with(&lesson.digits()), "{}", lesson.file);
        assert!(
            lesson
                .endpoint
                .starts_with(&format!("/{}", lesson.digits()))
        );
        assert!(!text.front.title.is_empty() && text.front.summary.len() > 20);
    }
}

#[test]
fn every_task_has_its_text_and_two_or_three_hints() {
    for lesson in catalog() {
        let text = walkthrough(lesson, 41220);
        let ids: Vec<_> = lesson.tasks.iter().map(|task| task.id).collect();
        let written: Vec<_> = text.tasks().map(|task| task.id.as_str()).collect();
        assert_eq!(written, ids, "{}", lesson.file);
        let exercise = lesson.digits().ends_with('5');
        let enough = if exercise { 1..=6 } else { 3..=6 };
        assert!(
            enough.contains(&ids.len()),
            "{} has {} tasks",
            lesson.file,
            ids.len()
        );
        for task in text.tasks() {
            let hints = task.hints.len();
            assert!(
                (2..=3).contains(&hints),
                "{}: {} has {hints}",
                lesson.file,
                task.id
            );
        }
        assert!(
            lesson.tasks.iter().all(|task| !(task.done)(&[])),
            "{}",
            lesson.file
        );
    }
}

#[test]
fn every_anchor_is_closed_and_used() {
    let lessons = catalog().flat_map(|lesson| walkthrough(lesson, 41220).included);
    let used: BTreeSet<_> = lessons.collect();
    // Of the rooms that are not carried no lesson could show anything.
    for file in sources() {
        let text = fs::read_to_string(&file).unwrap();
        let found = anchors(&text).unwrap_or_else(|(line, what)| panic!("{file}:{line}: {what}"));
        // The room that reads anchors speaks of them.
        for (line, anchor) in found.into_iter().filter(|_| !file.contains("walkthrough/")) {
            let known = used.contains(&(file.clone(), anchor.clone()));
            assert!(known, "{file}:{line}: no lesson shows `{anchor}`");
        }
    }
}

/// Every file below `src/`, such as `src/main.rs`.
fn sources() -> Vec<String> {
    let (mut files, mut folders) = (Vec::new(), vec![PathBuf::from("src")]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false => files.push(path.into_os_string().into_string().unwrap()),
            }
        }
    }
    files
}

/// What the library carries is a reason to build it anew.
#[test]
fn after_an_edit_of_an_exercise_the_library_is_not_built_anew() {
    let carried = file_names();
    assert!(carried.contains(&"src/workshop/shop.rs".to_owned()));
    assert!(!carried.iter().any(|file| file.contains("exercises")));
    let library = fs::read_to_string("src/lib.rs").unwrap();
    assert!(!library.contains("mod exercises"));
}

fn html(text: &Walkthrough) -> String {
    let html = text.blocks.iter().map(|block| match block {
        Block::Html(html) => html.clone(),
        Block::Task(task) => task.text.clone() + &task.hints.concat(),
    });
    html.collect()
}

#[test]
fn every_listing_is_coloured_and_names_this_copy() {
    let mut total = 0;
    for lesson in catalog() {
        let file = lesson.file;
        // Numbers that no lesson has of its own accord.
        let [one, other] = [61021, 61022].map(|port| html(&walkthrough(lesson, port)));
        assert_eq!(one.replace("61021", "61022"), other, "{file}");
        let written = read_source(&format!("lessons/{file}")).unwrap();
        let named = written.matches("{{port}}").count() + written.matches("{{cookie}}").count();
        assert_eq!(one.matches("61021").count(), named, "{file}");
        for listing in one.split("<code data-language=\"").skip(1) {
            let (language, listing) = listing.split_once("\">").unwrap();
            let listing = listing.split("</code>").next().unwrap();
            let coloured = listing.contains("<span class=\"hl-");
            // What a terminal shows is in no language.
            assert!(coloured || language == "text", "{file}: {listing}");
            total += 1;
        }
    }
    assert!(total > 100, "{total} listings");
}

#[test]
fn no_lesson_speaks_of_a_port_that_is_not_this_copy_s() {
    for lesson in catalog() {
        let text = read_source(&format!("lessons/{}", lesson.file)).unwrap();
        for (at, line) in text.lines().enumerate() {
            let fixed = line.contains("https://localhost") && !line.contains("localhost:{{port}}");
            assert!(!fixed, "{}:{}: {line}", lesson.file, at + 1);
        }
    }
}

#[tokio::test]
async fn no_link_in_any_lesson_is_dead() {
    let app = TestApp::on_sqlite().await;
    let visitor = app.visitor();
    let index = visitor.get("/lessons").await.expect(200).text;
    // Each link is followed once: the wait page would wait for a second more at each lesson.
    let mut followed = BTreeSet::new();
    for lesson in catalog() {
        let path = format!("/lessons/{}", lesson.digits());
        assert!(
            index.contains(&format!("href=\"{path}\"")),
            "{path} is not in the index"
        );
        let page = visitor.get(&path).await.expect(200).text;
        let links = page.split("href=\"").skip(1);
        let links: BTreeSet<_> = links.map(|rest| rest.split('"').next().unwrap()).collect();
        for link in links {
            if let Some(id) = link.strip_prefix('#') {
                assert!(
                    page.contains(&format!("id=\"{id}\"")),
                    "{path} links {link}"
                );
            } else {
                assert!(
                    link.starts_with('/'),
                    "{path} links {link}, outside of this host"
                );
                let link = link.replace("&amp;", "&");
                if !followed.insert(link.clone()) {
                    continue;
                }
                let status = visitor.get(&link).await.status;
                // An exercise is still to be done.
                assert!(
                    status == 200 || status == 501,
                    "{path} links {link}: {status}"
                );
            }
        }
    }
    visitor.get("/lessons/9999").await.expect(404);
}

/// Each command with the texts that it promises.
fn commands(text: &Walkthrough) -> Vec<(String, Vec<String>)> {
    let mut commands: Vec<(String, Vec<String>)> = Vec::new();
    for block in &text.blocks {
        let Block::Html(html) = block else { continue };
        for listing in html.split("data-language=\"sh\">").skip(1) {
            let listing = plain(listing.split("</code>").next().unwrap());
            for line in listing.lines() {
                if line.starts_with("curl ") {
                    commands.push((line.to_owned(), Vec::new()));
                } else if let Some(promise) = line.strip_prefix("# → ") {
                    let (_, promises) = commands.last_mut().expect("a command comes first");
                    promises.push(promise.trim().to_owned());
                }
            }
        }
    }
    commands
}

/// Text without the elements of its colours.
fn plain(html: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' if inside => inside = false,
            c if !inside => text.push(c),
            _ => {}
        }
    }
    let text = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"");
    text.replace("&#39;", "'")
        .replace("&#x27;", "'")
        .replace("&amp;", "&")
}

#[tokio::test]
async fn every_command_does_what_its_lesson_says() {
    let (mut total, mut promised) = (0, 0);
    for lesson in catalog() {
        // The program itself, whose names follow from the port that it really has.
        let copy = Folder::new();
        let running = copy.serve().await;
        let folder = Folder::new();
        for (command, promises) in commands(&walkthrough(lesson, running.port)) {
            let output = run(&folder.path("."), &command).await;
            for promise in &promises {
                let file = lesson.file;
                assert!(
                    output.contains(promise),
                    "{file}: {command}\n{promise}\n{output}"
                );
            }
            promised += promises.len();
            total += 1;
        }
    }
    assert!(
        total >= 6 && promised >= total,
        "{total} commands, {promised} promises"
    );
}

async fn run(folder: &Path, command: &str) -> String {
    let mut shell = Command::new("sh");
    shell.args(["-c", command]).current_dir(folder);
    let output = tokio::task::spawn_blocking(move || shell.output().unwrap());
    let output = output.await.unwrap();
    let text = [output.stdout, output.stderr].concat();
    String::from_utf8_lossy(&text).into_owned()
}

#[tokio::test]
async fn in_a_checkout_a_changed_text_shows_on_reload() {
    let folder = Folder::new();
    let copy = folder.serve().await;
    let visitor = copy.visitor();
    let page = visitor.get("/lessons/0300").await.expect(200).text;
    assert!(!page.contains("Changed just now"));
    // What makes a folder a checkout; the file itself is known to the program.
    folder.write("Cargo.toml", "", 0o644);
    let text = read_source("lessons/0300-http-forgets.md").unwrap();
    folder.write(
        "lessons/0300-http-forgets.md",
        &format!("{text}\nChanged just now.\n"),
        0o644,
    );
    let page = visitor.get("/lessons/0300").await.expect(200).text;
    assert!(page.contains("Changed just now"));
    // A mistake is shown with its place, not swallowed.
    folder.write(
        "lessons/0300-http-forgets.md",
        &format!("{text}\n:::task x\n"),
        0o644,
    );
    let accept = [("accept", "text/html")];
    let page = visitor
        .request(reqwest::Method::GET, "/lessons/0300", &accept)
        .await;
    let page = page.expect(500).text;
    let line = text.lines().count() + 2;
    assert!(
        page.contains(&format!("lessons/0300-http-forgets.md:{line}: the task")),
        "{page}"
    );
}
