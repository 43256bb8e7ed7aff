//! The `.port` files of a class, one in each of a student's two folders.

use super::is_plain;
use crate::{
    config::{Refusal, port_in, read_text},
    identity::Port,
    roster::Roster,
};
use std::{
    fs,
    io::{self, Write},
    path::Path,
};

/// Writes `FOLDER/LOGIN/sandbox/.port` and `FOLDER/LOGIN/production/.port` for everybody, each
/// whole or not at all; those that name the right port are left as they are. Says how many were
/// written.
///
/// # Errors
/// A login that is no folder's name, and what the operating system said.
pub fn write_port_files(folder: &Path, roster: &Roster) -> Result<usize, Refusal> {
    let odd = roster.students.iter().find(|one| !is_plain(&one.student));
    if let Some(odd) = odd {
        let problem = format!("`{}` cannot be the name of a folder", odd.student);
        let mend = "give this student another login in the roster, or leave --port-files out";
        return Err(Refusal::new(problem, mend));
    }
    let mut written = 0;
    for student in &roster.students {
        let own = folder.join(&student.student);
        for (which, port) in [
            ("sandbox", student.sandbox),
            ("production", student.production),
        ] {
            let path = own.join(which).join(".port");
            if !names(&path, port)? {
                let done = write(&path, port);
                done.map_err(|error| Refusal::io("write", &path, &error))?;
                written += 1;
            }
        }
    }
    Ok(written)
}

/// Whether the file is there and names this port, comments or not.
fn names(path: &Path, port: Port) -> Result<bool, Refusal> {
    let text = read_text(path)?.unwrap_or_default();
    Ok(port_in(&text, path).is_ok_and(|named| named == port))
}

fn write(path: &Path, port: Port) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    // Nothing secret, and to be read by a student who may not be the one who writes it.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    let mut file = builder.tempfile_in(folder)?;
    writeln!(file, "{port}")?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roster::Student;

    fn roster(login: &str, sandbox: u16) -> Roster {
        let student = Student {
            student: login.into(),
            name: String::new(),
            email: String::new(),
            host: "h".into(),
            sandbox: Port::new(sandbox).unwrap(),
            production: Port::new(sandbox + 1).unwrap(),
        };
        Roster {
            students: vec![student],
        }
    }

    #[test]
    fn both_folders_get_their_port_once() {
        let folder = tempfile::tempdir().unwrap();
        let write = |sandbox| write_port_files(folder.path(), &roster("ann", sandbox)).unwrap();
        let read = |name| fs::read_to_string(folder.path().join("ann").join(name)).unwrap();
        assert_eq!(write(5000), 2);
        assert_eq!(read("sandbox/.port"), "5000\n");
        assert_eq!(read("production/.port"), "5001\n");
        let commented = folder.path().join("ann/sandbox/.port");
        fs::write(&commented, "# mine\n5000 # the sandbox\n").unwrap();
        assert_eq!(write(5000), 0);
        fs::write(&commented, "50\n00\n").unwrap();
        assert_eq!(write(5000), 1);
        assert_eq!(write(6000), 2);
        assert_eq!(read("sandbox/.port"), "6000\n");
    }

    #[test]
    fn a_login_that_leads_elsewhere_is_refused_before_anything_is_written() {
        let folder = tempfile::tempdir().unwrap();
        for login in ["../ann", "a/b", "..", ""] {
            let refusal = write_port_files(folder.path(), &roster(login, 5000)).unwrap_err();
            assert!(refusal.problem.contains("name of a folder"), "{refusal}");
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
