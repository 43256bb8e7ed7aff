//! The install key and the embedded database: wrong, and never replaced.

use super::{assert_refused, folder};
use crate::support::Folder;
use std::fs;

#[test]
fn a_wrong_install_key_is_refused_and_never_replaced() {
    let (folder, _) = folder();
    let file = ".config/sweatbox/install.key";
    for (text, found) in [
        ("", "found 0 digits"),
        ("abc", "found 3 digits"),
        ("no", "'n'"),
    ] {
        folder.write_home(file, text, 0o600);
        assert_refused(&folder.run(&[]), &["install.key", found, "mv "]);
        assert_eq!(fs::read_to_string(folder.home(file)).unwrap(), text);
    }
    folder.write_home(file, &"ab".repeat(32), 0o644);
    assert_refused(&folder.run(&[]), &["chmod 600 ", "install.key"]);
}

#[test]
fn a_home_where_no_key_can_be_made_is_refused() {
    let (folder, _) = folder();
    fs::write(folder.home(".config"), "a file, where a folder should be").unwrap();
    assert_refused(&folder.run(&[]), &["install.key", "ls -ld"]);
    let doctor = folder.run(&["doctor"]);
    assert_eq!(doctor.status.code(), Some(1), "`doctor` would let it start");
    let mut command = folder.command();
    let output = command
        .env("XDG_CONFIG_HOME", folder.path("config"))
        .arg("doctor")
        .output();
    assert_eq!(output.unwrap().status.code(), Some(0));
}

#[test]
fn a_damaged_or_shared_database_file_is_refused_and_kept() {
    let (folder, _) = folder();
    let garbage = "this is no database, but somebody's essay ".repeat(100);
    folder.write("sweatbox.sqlite", &garbage, 0o600);
    assert_refused(
        &folder.run(&[]),
        &[
            "sweatbox.sqlite is damaged or is no database",
            "mkdir damaged && mv sweatbox.sqlite* damaged/",
        ],
    );
    assert_eq!(
        fs::read_to_string(folder.path("sweatbox.sqlite")).unwrap(),
        garbage
    );
    folder.write("sweatbox.sqlite", "", 0o644);
    assert_refused(&folder.run(&[]), &["chmod 600 sweatbox.sqlite"]);
}

#[tokio::test]
async fn a_database_made_under_another_install_key_is_refused() {
    let folder = Folder::new();
    let copy = folder.serve().await;
    let port = copy.port;
    assert_eq!(copy.stop().await, Some(0));
    folder.write("other.key", &"cd".repeat(32), 0o600);
    let refused = folder.run(&["--install-key", "other.key"]);
    let drop = format!("DROP TABLE s_{port}_session, s_{port}_meta;");
    assert_refused(
        &refused,
        &["under another install key", &drop, "--install-key"],
    );
}

#[test]
fn doctor_tells_when_a_key_could_not_be_made() {
    let (folder, _) = folder();
    // A folder in which nobody makes files, not even root.
    let output = folder.run(&["doctor", "--install-key", "/proc/sweatbox/install.key"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(
        text.contains("FAILED   install key  cannot write into /proc"),
        "{text}"
    );
}
