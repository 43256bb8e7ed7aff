//! From the text of a class list to its members, or to the line and column that is wrong.

use super::{ClassList, Member, is_plain};
use crate::config::{Refusal, quoted};
use csv::{ReaderBuilder, StringRecord};
use std::{collections::HashMap, path::Path};

/// The columns that are read; a school's export has others besides.
const COLUMNS: [&str; 3] = ["name", "email", "login"];
/// Longer than any name.
const LONGEST: usize = 255;

/// The members that `text`, which stands in `path`, names.
pub(super) fn read(text: &str, path: &Path) -> Result<ClassList, Refusal> {
    // Spreadsheets put a mark before the first byte, and two characters behind every line.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let text = text.replace("\r\n", "\n");
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut places = None;
    let mut seen = HashMap::new();
    let mut members = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| refuse(path, format!(": {error}")))?;
        let line = line_of(&text, &record);
        let at = |(column, what): Wrong| {
            refuse(
                path,
                format!(", line {line}, column {}: {what}", column + 1),
            )
        };
        if record.iter().all(|field| field.trim().is_empty()) {
            continue;
        }
        let Some(places) = places else {
            places = Some(named(&record).map_err(at)?);
            continue;
        };
        let member = member(&record, places).map_err(at)?;
        if let Some(first) = seen.insert(member.login.to_lowercase(), line) {
            let what = format!("`{}` is in line {first} already", member.login);
            return Err(at((places[2], what)));
        }
        members.push(member);
    }
    match members.is_empty() {
        true => Err(refuse(path, ": there is nobody in it".into())),
        false => Ok(ClassList { members }),
    }
}

/// In which column, counted from 0, something is wrong, and what.
type Wrong = (usize, String);

/// Where each of [`COLUMNS`] stands, as the first line says.
fn named(first_line: &StringRecord) -> Result<[usize; COLUMNS.len()], Wrong> {
    let mut places = [0; COLUMNS.len()];
    for (place, wanted) in places.iter_mut().zip(COLUMNS) {
        let is_wanted = |name: &str| name.trim().eq_ignore_ascii_case(wanted);
        let mut found = (0..).zip(first_line).filter(|(_, name)| is_wanted(name));
        let Some((first, _)) = found.next() else {
            let known = COLUMNS.join("`, `");
            let what = format!("`{wanted}` is missing; the first line names `{known}`");
            return Err((first_line.len(), what));
        };
        if let Some((second, _)) = found.next() {
            let what = format!("`{wanted}` is column {} already", first + 1);
            return Err((second, what));
        }
        *place = first;
    }
    Ok(places)
}

fn member(record: &StringRecord, places: [usize; 3]) -> Result<Member, Wrong> {
    let text = |place: usize| -> Result<String, Wrong> {
        let field = record.get(place);
        let field = field.ok_or_else(|| (record.len(), String::from("the line ends too early")))?;
        let field = field.trim();
        if field.chars().any(char::is_control) {
            let what = "it holds a line's end or another control character; is a quotation mark \
                        open?";
            return Err((place, what.into()));
        }
        match field.len() > LONGEST {
            true => Err((place, format!("it is longer than {LONGEST} bytes"))),
            false => Ok(field.to_owned()),
        }
    };
    let [name, email, login] = places;
    let member = Member {
        name: text(name)?,
        email: text(email)?,
        login: text(login)?,
    };
    if !is_plain(&member.login) {
        let what = format!(
            "`{}` is no login: letters, digits, `.`, `_`, `-`, `@` and `+`, of which the first \
             is a letter, a digit or `_`",
            member.login
        );
        return Err((login, what));
    }
    Ok(member)
}

/// Where a record begins: behind the empty lines that were skipped.
fn line_of(text: &str, record: &StringRecord) -> u64 {
    let Some(position) = record.position() else {
        return 1;
    };
    let start = usize::try_from(position.byte()).unwrap_or(text.len());
    let rest = text.as_bytes()[start.min(text.len())..].iter();
    position.line() + rest.take_while(|byte| **byte == b'\n').count() as u64
}

fn refuse(path: &Path, what: String) -> Refusal {
    let file = quoted(path);
    Refusal::new(
        format!("{}{what}", path.display()),
        format!("edit {file}; its first line is like name,email,login"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> String {
        read(text, Path::new("c.csv")).unwrap_err().problem
    }

    #[test]
    fn a_school_s_export_is_read_with_its_mark_its_line_ends_and_its_other_columns() {
        let text = "\u{feff}Section,Login,Name,Email\r\nA,ann,\"Lee, Ann\",ann@school.example\r\n\
                    \r\nB, bob ,,\r\n";
        let list = read(text, Path::new("c.csv")).unwrap();
        let logins: Vec<_> = list.members.iter().map(|member| &*member.login).collect();
        assert_eq!(logins, ["ann", "bob"]);
        assert_eq!(list.members[0].name, "Lee, Ann");
        assert_eq!(list.members[0].email, "ann@school.example");
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line_and_column() {
        for (line, expected) in [
            ("A,a@b", "column 3: the line ends too early"),
            ("A,a@b,ANN", "column 3: `ANN` is in line 2 already"),
            ("A,a@b,=1+1", "column 3: `=1+1` is no login"),
            ("A,a@b,../x", "column 3: `../x` is no login"),
            ("A,a@b,", "column 3: `` is no login"),
            ("\"A\nB\",a@b,bob", "column 1: it holds a line's end"),
        ] {
            for end in ["\n", "\r\n"] {
                let text = format!("name,email,login{end}A,a,ann{end}{end}{line}{end}");
                let problem = problem(&text);
                let expected = format!("c.csv, line 4, {expected}");
                assert!(problem.starts_with(&expected), "{problem}");
            }
        }
    }

    #[test]
    fn a_first_line_without_our_columns_is_refused() {
        assert_eq!(
            problem("name,email\nA,a@b\n"),
            "c.csv, line 1, column 3: `login` is missing; the first line names `name`, `email`, \
             `login`"
        );
        assert_eq!(
            problem("name,email,login,Email\n"),
            "c.csv, line 1, column 4: `email` is column 2 already"
        );
    }

    #[test]
    fn a_list_of_nobody_is_refused() {
        for text in ["", "\n", "name,email,login\n,,\n"] {
            assert_eq!(problem(text), "c.csv: there is nobody in it");
        }
    }
}
