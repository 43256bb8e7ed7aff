//! Whatever the umask, what the program makes is its owner's alone.

use crate::support::{Folder, Visitor, eventually, free_port};
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Child, Command},
    time::Duration,
};

const SOON: Duration = Duration::from_secs(20);

/// Runs the program under umask 0, which makes everything of everybody.
fn under_umask_0(folder: &Folder, arguments: &[&str]) -> Child {
    let script = "umask 0; exec \"$@\"";
    let program = env!("CARGO_BIN_EXE_sweatbox");
    let mut shell = Command::new("sh");
    shell
        .args(["-c", script, "sh", program])
        .args(arguments)
        .current_dir(folder.path("."))
        .env("HOME", folder.home("."));
    shell.spawn().unwrap()
}

/// What somebody else may open, of all that lies below `folder`; each as path and mode.
fn open_to_others(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        // Gone again in the meantime is private enough.
        let Ok(metadata) = fs::symlink_metadata(&path) else {
            continue;
        };
        let mode = metadata.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            found.push(format!("{} {mode:03o}", path.display()));
        } else if metadata.is_dir() {
            open_to_others(&path, found);
        }
    }
}

/// A folder of which the parts that the test itself makes are private, too.
fn private_folder() -> Folder {
    let folder = Folder::new();
    let mode = fs::Permissions::from_mode(0o700);
    fs::set_permissions(folder.home("."), mode).unwrap();
    folder
}

#[track_caller]
fn assert_private(folder: &Folder, expected: &[&str]) {
    for name in expected {
        assert!(folder.path(name).symlink_metadata().is_ok(), "no {name}");
    }
    let mut found = Vec::new();
    open_to_others(&folder.path("."), &mut found);
    assert_eq!(found, Vec::<String>::new());
}

#[tokio::test]
async fn everything_that_a_copy_makes_is_its_owner_s_alone() {
    for store in ["sqlite", "file"] {
        let folder = private_folder();
        let port = free_port();
        let number = port.to_string();
        let flags = ["--bind", "127.0.0.1", "--port", &number, "--store", store];
        let mut process = under_umask_0(&folder, &flags);
        let visitor = Visitor::of_starting(port).await;
        visitor.refresh().await.expect(200);
        visitor.submit("/0360/count", &[]).await;
        let socket = format!("s_{port}_owner.sock");
        eventually("the owner's socket is there", SOON, async || {
            folder.path(&socket).exists()
        })
        .await;
        let kept = match store {
            "file" => format!("s_{port}_session/owner"),
            _ => "sweatbox.sqlite-wal".into(),
        };
        let expected = [
            "home/.config/sweatbox/install.key",
            "certs/selfsigned.crt",
            "certs/selfsigned.key",
            "certs/.lock",
            "lesson0360/lesson0360.sqlite",
            &socket,
            &kept,
        ];
        assert_private(&folder, &expected);
        process.kill().unwrap();
        process.wait().unwrap();
    }
}

#[test]
fn what_is_made_of_a_class_is_its_instructor_s_alone() {
    let folder = private_folder();
    folder.write(
        "class.csv",
        "name,email,login\nAnn Lee,a@s.example,ann\n",
        0o600,
    );
    let from = free_port().min(65_000).to_string();
    let assign = [
        "roster",
        "assign",
        "class.csv",
        "--from",
        &from,
        "--host",
        "localhost",
    ];
    let made = under_umask_0(&folder, &assign).wait().unwrap();
    assert!(made.success());
    // Nobody answers there; a report comes of it all the same.
    let mut grading = under_umask_0(&folder, &["grade", "roster.csv", "--out", "graded"]);
    grading.wait().unwrap();
    let expected = [
        "roster.csv",
        "graded/report.json",
        "graded/report/index.html",
    ];
    assert_private(&folder, &expected);
}
