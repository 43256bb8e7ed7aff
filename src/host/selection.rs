//! Which copies of a roster are this process's.

use crate::{
    config::Refusal,
    identity::Port,
    roster::{Roster, Student},
};
use std::collections::{BTreeMap, BTreeSet};

/// Whose copies are to be hosted.
#[derive(Debug, Clone)]
pub enum Selection {
    /// Everybody's, whichever host their line names.
    All,
    /// Theirs whose line names this host, which has these names.
    Here(Vec<String>),
}

/// The copies of a roster that were chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selected {
    /// Their ports, two for each student.
    pub ports: BTreeSet<Port>,
    /// How many students have them.
    pub students: usize,
    /// How many lines are for other hosts.
    pub elsewhere: usize,
}

impl Selection {
    /// Chooses from `roster`.
    ///
    /// # Errors
    /// Nobody was chosen, or two students with one port, on different hosts as they thought.
    pub fn of(&self, roster: &Roster) -> Result<Selected, Refusal> {
        let chosen = roster.students.iter().filter(|student| self.takes(student));
        let mut holders: BTreeMap<Port, &Student> = BTreeMap::new();
        let mut students = 0;
        for student in chosen {
            students += 1;
            for port in [student.sandbox, student.production] {
                if let Some(first) = holders.insert(port, student) {
                    return Err(given_twice(port, first, student));
                }
            }
        }
        if students == 0 {
            return Err(self.nobody(roster));
        }
        Ok(Selected {
            ports: holders.into_keys().collect(),
            students,
            elsewhere: roster.students.len() - students,
        })
    }

    fn takes(&self, student: &Student) -> bool {
        match self {
            Self::All => true,
            Self::Here(names) => names.iter().any(|name| is_same_host(name, &student.host)),
        }
    }

    fn nobody(&self, roster: &Roster) -> Refusal {
        let names = match self {
            Self::All => "this host".to_owned(),
            Self::Here(names) => names.join(", "),
        };
        let hosts = roster.students.iter().map(|student| student.host.as_str());
        let hosts: BTreeSet<_> = hosts.collect();
        let hosts: Vec<_> = hosts.into_iter().take(10).collect();
        Refusal::new(
            format!(
                "no line of the roster is for {names}; its hosts are {}",
                hosts.join(", ")
            ),
            "name this host as the roster does: --also NAME; or take every line: --all",
        )
    }
}

/// Whether two names mean one host: it is known by its full name to some, and by the first part
/// of it to others.
pub fn is_same_host(one: &str, other: &str) -> bool {
    let short = |name: &str| name.split('.').next().unwrap_or_default().to_lowercase();
    let is_short = |name: &str| !name.contains('.');
    one.eq_ignore_ascii_case(other)
        || ((is_short(one) || is_short(other)) && short(one) == short(other))
}

fn given_twice(port: Port, first: &Student, second: &Student) -> Refusal {
    let place = |student: &Student| format!("{} on {}", student.student, student.host);
    Refusal::new(
        format!(
            "port {port} is given to {} and to {}; one process cannot serve both",
            place(first),
            place(second)
        ),
        "leave --all out, or give one of them another port",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn student(student: &str, host: &str, sandbox: u16) -> Student {
        Student {
            student: student.into(),
            name: String::new(),
            email: String::new(),
            host: host.into(),
            sandbox: Port::new(sandbox).unwrap(),
            production: Port::new(sandbox + 1).unwrap(),
        }
    }

    fn here(names: &[&str]) -> Selection {
        Selection::Here(names.iter().map(|name| (*name).to_owned()).collect())
    }

    #[test]
    fn the_lines_that_name_this_host_are_taken_by_any_of_its_names() {
        let students = vec![
            student("ann", "class", 10),
            student("bob", "CLASS.school.example", 20),
            student("cat", "other.school.example", 30),
            student("dan", "127.0.0.1", 40),
        ];
        let roster = Roster { students };
        let selected = here(&["class.school.example", "127.0.0.1"]).of(&roster);
        let selected = selected.unwrap();
        let ports: Vec<_> = selected.ports.iter().map(|port| port.number()).collect();
        assert_eq!(ports, [10, 11, 20, 21, 40, 41]);
        assert_eq!((selected.students, selected.elsewhere), (3, 1));
    }

    #[test]
    fn two_full_names_with_one_first_part_are_two_hosts() {
        assert!(is_same_host("class", "class.school-b.example"));
        assert!(is_same_host("class.school-a.example", "Class"));
        let (one, other) = ("class.school-a.example", "class.school-b.example");
        assert!(!is_same_host(one, other));
    }

    #[test]
    fn a_roster_without_a_line_for_this_host_is_refused_with_the_hosts_that_it_has() {
        let roster = Roster {
            students: vec![student("ann", "elsewhere", 10)],
        };
        let refusal = here(&["class"]).of(&roster).unwrap_err();
        assert_eq!(
            refusal.problem,
            "no line of the roster is for class; its hosts are elsewhere"
        );
        assert_eq!(Selection::All.of(&roster).unwrap().students, 1);
    }

    #[test]
    fn one_port_of_two_hosts_is_served_once_at_most() {
        let roster = Roster {
            students: vec![student("ann", "a", 10), student("bob", "b", 11)],
        };
        let refusal = Selection::All.of(&roster).unwrap_err();
        assert_eq!(
            refusal.problem,
            "port 11 is given to ann on a and to bob on b; one process cannot serve both"
        );
        assert_eq!(here(&["b"]).of(&roster).unwrap().ports.len(), 2);
    }
}
