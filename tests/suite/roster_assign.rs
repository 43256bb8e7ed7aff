//! `sweatbox roster assign`: two ports for everybody, and nobody loses any.

use crate::support::Folder;
use std::{fs, net::TcpListener, os::unix::fs::PermissionsExt, process::Output};

const CLASS: &str = "Name,Section,Email,Login\nAnn Lee,A,ann@school.example,ann\nBob,A,,bob\n";

fn assign(folder: &Folder, more: &[&str]) -> Output {
    let always = ["roster", "assign", "class.csv", "--host", "class.example"];
    folder.run(&[&always[..], more].concat())
}

#[track_caller]
fn stdout(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[track_caller]
fn refusal(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn roster(folder: &Folder) -> String {
    fs::read_to_string(folder.path("roster.csv")).unwrap()
}

const TWO: &str = "student,name,email,host,sandbox,production\n\
                   ann,Ann Lee,ann@school.example,class.example,41000,41001\n\
                   bob,Bob,,class.example,41002,41003\n";

#[test]
fn a_class_list_becomes_a_roster_for_its_owner_alone() {
    let folder = Folder::new();
    folder.write("class.csv", CLASS, 0o600);
    let told = stdout(&assign(&folder, &["--from", "41000"]));
    assert_eq!(
        told,
        "roster.csv: 2 students, 2 of them new, on ports 41000 to 41003\n"
    );
    assert_eq!(roster(&folder), TWO);
    let mode = fs::metadata(folder.path("roster.csv"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn whoever_has_ports_keeps_them_and_whoever_left_is_told_of() {
    let folder = Folder::new();
    folder.write("class.csv", CLASS, 0o600);
    stdout(&assign(&folder, &["--from", "41000"]));
    // Once more changes nothing.
    stdout(&assign(&folder, &["--from", "41000"]));
    assert_eq!(roster(&folder), TWO);
    folder.write("class.csv", "name,email,login\nCat,,cat\nBob,,bob\n", 0o600);
    let told = stdout(&assign(&folder, &["--from", "41000"]));
    assert_eq!(
        told,
        "roster.csv: 3 students, 1 of them new, on ports 41004 to 41005\n\
         not in class.csv any more, ports kept: ann\n"
    );
    assert_eq!(
        roster(&folder),
        format!("{TWO}cat,Cat,,class.example,41004,41005\n")
    );
}

#[test]
fn what_is_wrong_is_refused_and_writes_nothing() {
    let folder = Folder::new();
    folder.write("class.csv", "name,email,login\nAnn,,ann\nAnn,,ANN\n", 0o600);
    let text = refusal(&assign(&folder, &["--from", "41000"]));
    let expected = "class.csv, line 3, column 3: `ANN` is in line 2 already";
    assert!(text.contains(expected), "{text}");
    folder.write("class.csv", CLASS, 0o600);
    for (range, expected) in [
        (["--from", "80", "--to", "90"], "belong to the system"),
        (
            ["--from", "41000", "--to", "41002"],
            "have enough for 1 only",
        ),
        (["--from", "41000", "--to", "40000"], "is before --from"),
    ] {
        let text = refusal(&assign(&folder, &range));
        assert!(text.contains(expected), "{text}");
    }
    assert!(!folder.path("roster.csv").exists());
}

#[test]
fn ports_in_use_are_refused_when_asked_to_look() {
    let folder = Folder::new();
    folder.write("class.csv", CLASS, 0o600);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    // The first student would get the port before it, and this one.
    let from = (port - 1).to_string();
    let text = refusal(&assign(&folder, &["--from", &from, "--look"]));
    assert!(text.contains(&format!("port {port} is taken")), "{text}");
    assert!(!folder.path("roster.csv").exists());
    stdout(&assign(&folder, &["--from", &from]));
}

#[test]
fn port_files_lead_each_folder_to_its_port() {
    let folder = Folder::new();
    folder.write("class.csv", CLASS, 0o600);
    let arguments = ["--from", "41000", "--port-files", "homes"];
    let told = stdout(&assign(&folder, &arguments));
    assert!(told.ends_with("homes: 4 .port files written\n"), "{told}");
    let port = |name| fs::read_to_string(folder.path("homes").join(name)).unwrap();
    assert_eq!(port("ann/sandbox/.port"), "41000\n");
    assert_eq!(port("bob/production/.port"), "41003\n");
    let told = stdout(&assign(&folder, &arguments));
    assert!(told.ends_with("homes: 0 .port files written\n"), "{told}");
}
