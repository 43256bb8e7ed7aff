//! From the text of a roster to its students, or to the line and column that is wrong.

use super::{
    COLUMNS, Roster, Student,
    columns::{Columns, Wrong},
    line,
    taken::Taken,
};
use crate::config::{Refusal, quoted};
use csv::{ReaderBuilder, StringRecord};
use std::path::Path;

/// A line as it should look.
const EXAMPLE: &str = "ann,Ann Lee,ann@school.example,class.school.example,41220,41221";

/// The roster that `text`, which stands in `path`, holds.
pub(super) fn parse(text: &str, path: &Path) -> Result<Roster, Refusal> {
    // Spreadsheets put a mark before the first byte.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut lines = Lines::of(text);
    let mut table: Option<Table> = None;
    for record in reader.records() {
        let record = record.map_err(|error| refuse(path, format!(": {error}")))?;
        let line = lines.of_record(&record);
        if record.iter().all(|field| field.trim().is_empty()) {
            continue;
        }
        let read = match &mut table {
            Some(table) => table.add(&record, line),
            None => Columns::named(&record).map(|columns| table = Some(Table::with(columns))),
        };
        read.map_err(|wrong| {
            let columns = table.as_ref().map(|table| &table.columns);
            refuse(path, place(line, &wrong, columns))
        })?;
    }
    let students = table.map_or_else(Vec::new, |table| table.students);
    match students.is_empty() {
        true => Err(refuse(path, ": there is no student in it".into())),
        false => Ok(Roster { students }),
    }
}

fn place(line: usize, wrong: &Wrong, columns: Option<&Columns>) -> String {
    let column = wrong.column + 1;
    let name = columns.and_then(|columns| columns.name(wrong.column));
    let name = name.map_or_else(String::new, |name| format!(" ({name})"));
    format!(", line {line}, column {column}{name}: {}", wrong.what)
}

fn refuse(path: &Path, what: String) -> Refusal {
    let problem = format!("{}{what}", path.display());
    let columns = COLUMNS.join(",");
    let file = quoted(path);
    let mend =
        format!("edit {file}; its first line is {columns} and the others are like {EXAMPLE}");
    Refusal::new(problem, mend)
}

/// Which line a record stands in. The reader's own count is behind where a line ends with two
/// characters.
struct Lines<'a> {
    text: &'a str,
    counted: usize,
    line: usize,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        Self {
            text,
            counted: 0,
            line: 1,
        }
    }

    fn of_record(&mut self, record: &StringRecord) -> usize {
        let start = record.position().map_or(0, csv::Position::byte);
        let start = usize::try_from(start).unwrap_or(self.text.len());
        let rest = &self.text.as_bytes()[start..];
        let ends = rest.iter().take_while(|byte| b"\r\n".contains(byte));
        let start = start + ends.count();
        let passed = &self.text.as_bytes()[self.counted..start];
        self.line += passed.iter().filter(|byte| **byte == b'\n').count();
        self.counted = start;
        self.line
    }
}

/// What was read so far.
struct Table {
    columns: Columns,
    taken: Taken,
    students: Vec<Student>,
}

impl Table {
    fn with(columns: Columns) -> Self {
        Self {
            columns,
            taken: Taken::default(),
            students: Vec::new(),
        }
    }

    fn add(&mut self, record: &StringRecord, line: usize) -> Result<(), Wrong> {
        let student = line::student(record, &self.columns)?;
        self.taken.take(&student, line, &self.columns)?;
        self.students.push(student);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = "student,name,email,host,sandbox,production\n";

    fn problem(text: &str) -> String {
        let refusal = parse(text, Path::new("r.csv")).unwrap_err();
        assert!(refusal.mend.contains("edit r.csv"));
        refusal.problem
    }

    #[test]
    fn a_spreadsheet_s_file_is_read_with_its_mark_its_line_ends_and_its_order() {
        let text = "\u{feff}production,sandbox,host,email,name,student\r\n\
                    5, 4 ,h,,\"Lee, Ann\",ann\r\n,,,,,\r\n\r\n7,6,h,,,bob\r\n";
        let roster = parse(text, Path::new("r.csv")).unwrap();
        let [ann, bob] = &roster.students[..] else {
            panic!("{roster:?}");
        };
        assert_eq!((&*ann.student, &*ann.name), ("ann", "Lee, Ann"));
        assert_eq!((ann.sandbox.number(), ann.production.number()), (4, 5));
        assert_eq!((bob.called(), bob.sandbox.number()), ("bob", 6));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line_and_column() {
        for (line, expected) in [
            (
                "ann,A,,h,4,x",
                "column 6 (production): `x` is not a port; \
                allowed is one decimal number from 1 to 65535",
            ),
            (
                "ann,A,,h,4",
                "column 6 (production): there are 5 fields, and the first line has 6",
            ),
            (
                ",A,,h,4,5",
                "column 1 (student): it is empty; \
                it is what the school knows this student by",
            ),
            (
                "ann,A,,h/x,4,5",
                "column 4 (host): `h/x` is neither a host name nor an address",
            ),
        ] {
            // The line's number must not depend on how lines end.
            for text in [
                format!("{FIRST}\nbob,B,,h,1,2\n{line}\n"),
                format!("{FIRST}\nbob,B,,h,1,2\n{line}\n").replace('\n', "\r\n"),
            ] {
                assert_eq!(problem(&text), format!("r.csv, line 4, {expected}"));
            }
        }
    }

    #[test]
    fn a_login_or_a_port_of_a_host_is_given_once() {
        let text = |line: &str| format!("{FIRST}ann,A,,h,4,5\nbob,B,,g,4,5\n{line}\n");
        assert_eq!(
            problem(&text("Ann,C,,h,6,7")),
            "r.csv, line 4, column 1 (student): `Ann` is in line 2 already"
        );
        assert_eq!(
            problem(&text("cat,C,,H,6,4")),
            "r.csv, line 4, column 6 (production): port 4 of H is given in line 2 already"
        );
        assert_eq!(
            problem(&text("cat,C,,h,6,6")),
            "r.csv, line 4, column 6 (production): port 6 of h is given in line 4 already"
        );
    }

    #[test]
    fn columns_that_are_missing_twice_or_unknown_are_refused_by_name() {
        for (first, expected) in [
            (
                "student,name,email,host,sandbox",
                "column 6: `production` is missing",
            ),
            (
                "student,name,name,host,sandbox,production",
                "column 3: it is column 2 already",
            ),
            (
                "student,grade",
                "column 2: `grade` is no column of a roster; those are student, name, email, \
                 host, sandbox, production",
            ),
            (
                "student;name;email",
                "column 1: `student;name;email`: the columns are not separated by commas",
            ),
        ] {
            assert_eq!(problem(first), format!("r.csv, line 1, {expected}"));
        }
    }

    #[test]
    fn a_roster_without_students_is_refused() {
        for text in ["", "\n\n", FIRST, "\u{feff}"] {
            assert_eq!(problem(text), "r.csv: there is no student in it");
        }
    }

    #[test]
    fn an_open_quotation_mark_is_found_where_it_opens() {
        let text = format!("{FIRST}ann,\"A,,h,4,5\nbob,B,,h,6,7\n");
        let expected = "r.csv, line 2, column 2 (name): it holds a line's end";
        let problem = problem(&text);
        assert!(problem.starts_with(expected), "{problem}");
    }
}
