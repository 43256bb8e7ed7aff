//! The Debian package: made, installed into a root of its own, run, removed.

use super::{names_in, succeed};
use crate::support::Folder;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The package of this build, with the metadata of the real one.
fn package(folder: &Folder) -> PathBuf {
    let made = folder.path("made");
    fs::create_dir(&made).unwrap();
    let mut script = Command::new("scripts/package");
    script.env("DEBFULLNAME", "Ann Example");
    script.env("DEBEMAIL", "ann@example.org");
    succeed(script.arg(env!("CARGO_BIN_EXE_sweatbox")).arg(&made));
    let names = names_in(&made);
    assert_eq!(names.len(), 1, "{names:?}");
    made.join(&names[0])
}

/// dpkg, for a root of its own: nothing of the machine's packages or log is touched.
fn dpkg(folder: &Folder, action: &str, what: &Path) {
    let path = std::env::var("PATH").unwrap();
    let mut command = Command::new("fakeroot");
    command
        .args(["dpkg", "--force-not-root", "--force-depends"])
        .arg(format!("--root={}", folder.path("root").display()))
        .arg(format!("--log={}", folder.path("log").display()))
        // Machines of continuous integration often leave documentation out.
        .arg("--path-include=/*")
        .arg(action)
        .arg(what)
        // dpkg looks for all tools that a package's scripts could need.
        .env("PATH", format!("{path}:/usr/sbin:/sbin"));
    succeed(&mut command);
}

#[test]
#[ignore = "needs cargo-deb, dpkg-dev and fakeroot: scripts/test"]
fn the_package_installs_runs_and_leaves_nothing_behind() {
    let folder = Folder::new();
    let package = package(&folder);
    let control = folder.path("control");
    let mut unpack = Command::new("dpkg-deb");
    succeed(unpack.arg("--control").arg(&package).arg(&control));
    let fields = fs::read_to_string(control.join("control")).unwrap();
    assert!(fields.contains("\nDepends: libc6 "), "{fields}");
    let maintainer = "\nMaintainer: Ann Example <ann@example.org>\n";
    assert!(fields.contains(maintainer), "{fields}");
    for script in ["preinst", "postinst", "prerm", "postrm", "conffiles"] {
        assert!(!control.join(script).exists(), "{script}");
    }

    let root = folder.path("root");
    fs::create_dir(&root).unwrap();
    dpkg(&folder, "--install", &package);
    let program = root.join("usr/bin/sweatbox");
    let version = succeed(Command::new(&program).arg("--version"));
    assert_eq!(version, format!("sweatbox {}\n", env!("CARGO_PKG_VERSION")));
    let mut find = Command::new("find");
    let found = succeed(find.arg(root.join("usr")).args(["-printf", "%M /%P\n"]));
    let lines: Vec<_> = found.lines().collect();
    for path in INSTALLED {
        assert!(lines.contains(path), "{path} in {found}");
    }
    for line in lines {
        let program = line == "-rwxr-xr-x /bin/sweatbox";
        let plain = line.starts_with("drwxr-xr-x ") || line.starts_with("-rw-r--r-- ");
        assert!(program || plain, "{line}");
    }

    dpkg(&folder, "--purge", Path::new("sweatbox"));
    // dpkg's own notes.
    assert_eq!(names_in(&root), ["var"]);
    assert_eq!(names_in(&root.join("var/lib")), ["dpkg"]);
}

/// Some of what must be there below `/usr`; nothing else may be open to change.
const INSTALLED: &[&str] = &[
    "-rwxr-xr-x /bin/sweatbox",
    "-rw-r--r-- /lib/systemd/system/sweatbox@.service",
    "-rw-r--r-- /lib/systemd/system/sweatbox-host.service",
    "-rw-r--r-- /share/man/man1/sweatbox.1.gz",
    "-rw-r--r-- /share/man/man1/sweatbox-roster-assign.1.gz",
    "-rw-r--r-- /share/bash-completion/completions/sweatbox",
    "-rw-r--r-- /share/fish/vendor_completions.d/sweatbox.fish",
    "-rw-r--r-- /share/zsh/vendor-completions/_sweatbox",
    "-rw-r--r-- /share/doc/sweatbox/README.md",
    "-rw-r--r-- /share/doc/sweatbox/CHANGELOG.md",
    "-rw-r--r-- /share/doc/sweatbox/copyright",
    "-rw-r--r-- /share/doc/sweatbox/docs/INSTALLING.md",
];
