//! Who gets which ports. Pure: what a class list and the roster so far say decides all of it.

use super::{ClassList, Member};
use crate::{
    config::Refusal,
    identity::Port,
    roster::{Roster, Student},
};
use std::collections::{BTreeSet, HashMap};

/// The ports that may be given, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    from: Port,
    to: Port,
}

/// What came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assigned {
    /// The new roster: those of the old one in their order, then those who came.
    pub roster: Roster,
    /// The ports that were given now.
    pub given: BTreeSet<Port>,
    /// Logins in the old roster that the class list does not have; they keep their ports.
    pub left: Vec<String>,
}

impl Range {
    /// From `from` to `to`, or without it as far as there are ports.
    ///
    /// # Errors
    /// A range that is empty, or of ports that belong to the system.
    pub fn new(from: Port, to: Option<Port>) -> Result<Self, Refusal> {
        const LAST: Port = Port::from_non_zero(std::num::NonZeroU16::MAX);
        let to = to.unwrap_or(LAST);
        if from.number() < 1024 {
            let problem = format!("--from {from}: ports below 1024 belong to the system");
            return Err(Refusal::new(problem, "--from 41000, or whatever is yours"));
        }
        if to < from {
            let problem = format!("--to {to} is before --from {from}");
            return Err(Refusal::new(problem, "give the smaller port to --from"));
        }
        Ok(Self { from, to })
    }

    fn ports(self) -> impl Iterator<Item = Port> {
        (self.from.number()..=self.to.number()).filter_map(Port::new)
    }
}

/// Gives two ports of `range` on `host` to everybody in `list` who has none in `old`.
///
/// # Errors
/// A range with too few ports left.
pub fn assign(
    list: &ClassList,
    old: &Roster,
    host: &str,
    range: Range,
) -> Result<Assigned, Refusal> {
    let members = list.members.iter();
    let mut members: HashMap<_, _> = members
        .map(|member| (member.login.to_lowercase(), member))
        .collect();
    let mut left = Vec::new();
    let mut students = Vec::new();
    for student in &old.students {
        let member = members.remove(&student.student.to_lowercase());
        if member.is_none() {
            left.push(student.student.clone());
        }
        students.push(renewed(student, member));
    }
    let came = list.members.iter();
    let came = came.filter(|member| members.contains_key(&member.login.to_lowercase()));
    let mut free = range.ports().filter(|port| !has(old, host, *port));
    let mut given = BTreeSet::new();
    for member in came {
        let (Some(sandbox), Some(production)) = (free.next(), free.next()) else {
            return Err(too_few(range, members.len(), given.len() / 2));
        };
        given.extend([sandbox, production]);
        students.push(Student {
            student: member.login.clone(),
            name: member.name.clone(),
            email: member.email.clone(),
            host: host.to_owned(),
            sandbox,
            production,
        });
    }
    let roster = Roster { students };
    Ok(Assigned {
        roster,
        given,
        left,
    })
}

/// The same ports under the name and address that the school has now.
fn renewed(student: &Student, member: Option<&Member>) -> Student {
    let Some(member) = member else {
        return student.clone();
    };
    Student {
        name: member.name.clone(),
        email: member.email.clone(),
        ..student.clone()
    }
}

fn has(roster: &Roster, host: &str, port: Port) -> bool {
    let there = |student: &&Student| student.host.eq_ignore_ascii_case(host);
    let mut students = roster.students.iter().filter(there);
    students.any(|student| [student.sandbox, student.production].contains(&port))
}

fn too_few(range: Range, wanting: usize, served: usize) -> Refusal {
    let Range { from, to } = range;
    let missing = (wanting - served) * 2;
    Refusal::new(
        format!(
            "{wanting} students need two ports each, and the ports {from} to {to} have enough \
             for {served} only"
        ),
        format!("let the range have {missing} ports more: --to PORT"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(logins: &[&str]) -> ClassList {
        let member = |login: &&str| Member {
            login: (*login).to_owned(),
            name: login.to_uppercase(),
            email: format!("{login}@school.example"),
        };
        ClassList {
            members: logins.iter().map(member).collect(),
        }
    }

    fn range(from: u16, to: u16) -> Range {
        Range::new(Port::new(from).unwrap(), Port::new(to)).unwrap()
    }

    fn ports(roster: &Roster) -> Vec<(&str, u16, u16)> {
        let students = roster.students.iter();
        students
            .map(|one| (&*one.student, one.sandbox.number(), one.production.number()))
            .collect()
    }

    #[test]
    fn everybody_gets_two_ports_in_the_order_of_the_list() {
        let assigned = assign(
            &list(&["ann", "bob"]),
            &Roster::default(),
            "h",
            range(5000, 5003),
        );
        let assigned = assigned.unwrap();
        assert_eq!(
            ports(&assigned.roster),
            [("ann", 5000, 5001), ("bob", 5002, 5003)]
        );
        assert_eq!(assigned.given.len(), 4);
    }

    #[test]
    fn what_was_assigned_stays_and_those_who_left_are_told() {
        let range = range(5000, 5100);
        let old = assign(&list(&["ann", "bob"]), &Roster::default(), "h", range).unwrap();
        let now = list(&["cat", "BOB"]);
        let new = assign(&now, &old.roster, "h", range).unwrap();
        assert_eq!(
            ports(&new.roster),
            [
                ("ann", 5000, 5001),
                ("bob", 5002, 5003),
                ("cat", 5004, 5005)
            ]
        );
        assert_eq!(new.left, ["ann"]);
        assert_eq!(new.given.len(), 2);
        let again = assign(&now, &new.roster, "h", range).unwrap();
        assert_eq!((&again.roster, again.given.len()), (&new.roster, 0));
    }

    #[test]
    fn a_range_with_too_few_ports_is_refused_with_how_many_are_missing() {
        let three = list(&["ann", "bob", "cat"]);
        let refusal = assign(&three, &Roster::default(), "h", range(5000, 5004)).unwrap_err();
        assert_eq!(
            refusal.problem,
            "3 students need two ports each, and the ports 5000 to 5004 have enough for 2 only"
        );
        assert!(refusal.mend.contains("2 ports more"), "{refusal}");
    }

    #[test]
    fn a_range_that_is_empty_or_of_the_system_is_none() {
        let port = |number| Port::new(number).unwrap();
        assert!(Range::new(port(1023), None).is_err());
        assert!(Range::new(port(5001), Some(port(5000))).is_err());
        assert!(Range::new(port(5000), Some(port(5000))).is_ok());
    }
}
