//! Foreign words made safe for the name of a folder.

use sha2::{Digest, Sha256};

/// More of a name is cut off.
const LONGEST_FOLDER: usize = 64;

/// A login as the name of a folder on every system. One that had to be changed ends in a part
/// of its hash, so that no two become the same.
pub(super) fn folder(student: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    let is_safe = student.chars().all(|c| is_plain(c) || c == '.')
        && !student.starts_with('.')
        && !student.ends_with('.')
        && !is_device(student);
    if is_safe && student.len() <= LONGEST_FOLDER {
        return student.to_owned();
    }
    let start = student.chars().take(LONGEST_FOLDER);
    let start: String = start.map(|c| if is_plain(c) { c } else { '_' }).collect();
    let hash = Sha256::digest(student.as_bytes());
    let hash: String = hash[..4].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{start}-{hash}")
}

/// Names that mean something else than a file on Windows, whatever comes after a dot.
fn is_device(name: &str) -> bool {
    let stem = name
        .split('.')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let numbered = |kind: &str| {
        let number = stem.strip_prefix(kind);
        number.is_some_and(|number| number.len() == 1 && number != "0")
    };
    ["con", "prn", "aux", "nul"].contains(&&*stem) || numbered("com") || numbered("lpt")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn a_login_becomes_a_folder_that_leads_nowhere_else() {
        for plain in ["ann", "1234567", "ann.lee", "A_b-c", "com10", "console"] {
            assert_eq!(folder(plain), plain);
        }
        let long = "x".repeat(300);
        let odd = [
            "..", ".", "../bob", "a/b", "a_b/", "a\\b", "ä", "con", "COM1.x", &long, "a.",
        ];
        let mut seen = HashSet::new();
        for login in odd {
            let name = folder(login);
            assert!(name.len() <= 80 && !name.contains(['/', '\\']), "{name}");
            assert!(!name.starts_with('.') && !is_device(&name), "{name}");
            assert!(seen.insert(name), "{login}");
        }
    }
}
