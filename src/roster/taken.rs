//! What only one line of a roster may have: a login, and a port of a host.

use super::{
    Student,
    columns::{Columns, Wrong},
};
use crate::identity::Port;
use std::collections::HashMap;

/// What the lines above have, each with the line that has it.
#[derive(Debug, Default)]
pub(super) struct Taken {
    students: HashMap<String, usize>,
    ports: HashMap<(String, Port), usize>,
}

impl Taken {
    /// Notes what `student` in `line` has, unless another line has it.
    pub(super) fn take(
        &mut self,
        student: &Student,
        line: usize,
        columns: &Columns,
    ) -> Result<(), Wrong> {
        // A grade book does not tell `Ann` from `ann`, and neither does every file system.
        let login = student.student.to_lowercase();
        if let Some(first) = self.students.insert(login, line) {
            let what = format!("`{}` is in line {first} already", student.student);
            return Err(Wrong::new(columns.place("student"), what));
        }
        for (name, port) in [
            ("sandbox", student.sandbox),
            ("production", student.production),
        ] {
            let place = (student.host.to_lowercase(), port);
            if let Some(first) = self.ports.insert(place, line) {
                let host = &student.host;
                let what = format!("port {port} of {host} is given in line {first} already");
                return Err(Wrong::new(columns.place(name), what));
            }
        }
        Ok(())
    }
}
