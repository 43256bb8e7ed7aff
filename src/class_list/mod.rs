//! The class list, and how its ports are given: from a school's export to a roster.

mod assign;
mod port_files;
mod read;

pub use assign::{Assigned, Range, assign};
pub use port_files::write_port_files;

use crate::config::{self, Refusal};
use std::path::Path;

/// Who is in the class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassList {
    /// In the order of the file.
    pub members: Vec<Member>,
}

/// One line of a class list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The account on the class host; no other member has it.
    pub login: String,
    /// As people say it; may be empty.
    pub name: String,
    /// May be empty.
    pub email: String,
}

impl ClassList {
    /// Reads the class list at `path`: CSV whose first line names the columns `name`, `email` and
    /// `login` among others.
    ///
    /// # Errors
    /// A file that is missing or cannot be read, and the first thing in it that is wrong, with
    /// line and column.
    pub fn read(path: &Path) -> Result<Self, Refusal> {
        let text = config::read_text(path)?.ok_or_else(|| {
            let problem = format!("there is no class list {}", path.display());
            Refusal::new(
                problem,
                "name the CSV file that your school's system exports",
            )
        })?;
        Self::parse(&text, path)
    }

    /// The class list in `text`, which stands in the file `path`.
    ///
    /// # Errors
    /// The first thing that is wrong, with line and column.
    pub fn parse(text: &str, path: &Path) -> Result<Self, Refusal> {
        read::read(text, path)
    }
}

/// Whether a folder may bear the login as its name, and a cell of a spreadsheet may begin with it.
fn is_plain(login: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || "._-@+".contains(c);
    login.chars().all(plain) && login.starts_with(|c: char| c.is_alphanumeric() || c == '_')
}
