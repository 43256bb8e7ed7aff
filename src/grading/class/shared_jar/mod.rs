//! One browser that visits everybody's copies, as an instructor's does: no copy's counter may
//! suffer from the cookies of the others.
//!
//! A browser sends the cookies of a host to all of its ports, so a copy must know its own among
//! them, and no two may have one name. There are limits to how many a browser keeps and how
//! much a server reads, so a large class has several browsers.

mod place;
mod steps;

use super::{
    Class,
    board::{Found, Tell},
    student::probe,
};
use crate::{grading::Verdict, identity::Port, roster::Student};
use place::Place;
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};
use tokio::task::JoinSet;

/// Judges the students at these seats: so many browsers at once, each with its share of copies.
pub(super) async fn judge(class: Arc<Class>, present: Vec<usize>, criterion: usize, tell: Tell) {
    let shares = shares(&class, &present);
    let _ = tell.send(Found::Browsers(shares.len(), present.len() * 2));
    let mut browsers = JoinSet::new();
    for share in shares {
        let class = class.clone();
        browsers.spawn(async move { visit(&class, share).await });
    }
    while let Some(visited) = browsers.join_next().await {
        for (seat, verdict) in visited.unwrap_or_default() {
            let _ = tell.send(Found::Judged(seat, criterion, verdict));
        }
    }
}

/// Who is visited by one browser: on each host so many at a time, and a student's two copies
/// always by the same one, since those are the likeliest to be mixed up.
fn shares(class: &Class, present: &[usize]) -> Vec<Vec<usize>> {
    let mut hosts: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for &seat in present {
        let host = class.students[seat].host.to_lowercase();
        hosts.entry(host).or_default().push(seat);
    }
    let most = (class.limits.jar / 2).max(1);
    let shares = hosts.values().flat_map(|seats| seats.chunks(most));
    shares.map(<[usize]>::to_vec).collect()
}

/// Visits the copies of these students in turn, and all of them in each turn.
async fn visit(class: &Class, seats: Vec<usize>) -> Vec<(usize, Verdict)> {
    let mut verdicts: BTreeMap<usize, Verdict> = BTreeMap::new();
    let mut places = Vec::new();
    for seat in seats {
        verdicts.insert(seat, Ok(()));
        for port in ports(&class.students[seat]) {
            match probe(&class.students[seat], port) {
                Ok(probe) => places.push(Place::new(seat, places.len(), probe)),
                Err(fault) => drop(verdicts.insert(seat, Err(fault))),
            }
        }
    }
    for round in 0..steps::ROUNDS {
        places = in_turn(places, round).await;
        note_shared_names(&mut places);
        // Whoever is found out is not visited again: the others are to be judged without.
        let (found_out, fine): (Vec<_>, Vec<_>) =
            places.into_iter().partition(|place| place.fault.is_some());
        places = fine;
        for place in found_out {
            let verdict = place.fault.map_or(Ok(()), Err);
            verdicts.insert(place.seat, verdict);
        }
    }
    verdicts.into_iter().collect()
}

fn ports(student: &Student) -> [Port; 2] {
    [student.sandbox, student.production]
}

/// One turn of the browser: all of these at the same time, as tabs are restored.
async fn in_turn(places: Vec<Place>, round: usize) -> Vec<Place> {
    let cookies = places.iter().flat_map(|place| place.cookies.clone());
    let jar: Arc<BTreeMap<_, _>> = Arc::new(cookies.collect());
    let copies = places.len();
    let mut tabs = JoinSet::new();
    for mut place in places {
        let jar = jar.clone();
        tabs.spawn(async move {
            place.visit(round, &jar, copies).await;
            place
        });
    }
    tabs.join_all().await
}

/// Two copies with one name for their cookies overwrite each other's. Where one of them has
/// its own port in that name, the other one is to blame.
fn note_shared_names(places: &mut [Place]) {
    let mut owners: HashMap<String, Vec<usize>> = HashMap::new();
    for (index, place) in places.iter().enumerate() {
        for name in place.cookies.keys() {
            owners.entry(name.clone()).or_default().push(index);
        }
    }
    for (name, sharing) in owners.into_iter().filter(|(_, all)| all.len() > 1) {
        let addresses: Vec<_> = sharing.iter().map(|&one| places[one].address()).collect();
        for &index in &sharing {
            let own = places[index].address();
            let other = addresses.iter().find(|address| **address != own);
            if let Some(other) = other.filter(|_| !places[index].is_named_in(&name)) {
                places[index].blame_for(&name, other);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grading::{
        Probe,
        class::{Limits, Profile},
    };
    use std::time::Duration;

    fn class(hosts: &[&str], jar: usize) -> Class {
        let student = |(number, host): (u16, &&str)| Student {
            student: format!("s{number}"),
            name: String::new(),
            email: String::new(),
            host: (*host).into(),
            sandbox: Port::new(2 * number + 1).unwrap(),
            production: Port::new(2 * number + 2).unwrap(),
        };
        Class {
            students: (0..).zip(hosts).map(student).collect(),
            profile: Profile::usual(false),
            limits: Limits {
                jobs: 1,
                jar,
                student: Duration::from_secs(1),
            },
            database: None,
        }
    }

    #[test]
    fn a_browser_has_one_host_and_both_copies_of_a_student() {
        let class = class(&["a", "b", "A", "a", "a", "b"], 4);
        let shares = shares(&class, &[0, 1, 2, 4, 5]);
        assert_eq!(shares, [vec![0, 2], vec![4], vec![1, 5]]);
    }

    #[test]
    fn a_jar_for_one_copy_still_holds_a_student() {
        let shares = shares(&class(&["a", "a"], 1), &[0, 1]);
        assert_eq!(shares, [[0], [1]]);
    }

    fn place(index: usize, port: u16, cookie: &str) -> Place {
        let address = format!("https://localhost:{port}/");
        let probe = Probe::new(address.parse().unwrap()).unwrap();
        let mut place = Place::new(index, index, probe);
        place.cookies.insert(cookie.into(), "value".into());
        place
    }

    #[test]
    fn who_takes_another_s_name_is_to_blame_and_without_an_owner_both_are() {
        let mut places = [
            place(0, 41220, "s41220Cookie"),
            place(1, 41221, "s41220Cookie"),
            place(2, 41222, "connect.sid"),
            place(3, 41223, "connect.sid"),
            // Its port is a part of that number, and still not named in it.
            place(4, 4122, "s41220Cookie"),
        ];
        note_shared_names(&mut places);
        let blamed = places.map(|place| place.fault.map(|fault| fault.came));
        assert_eq!(blamed[0], None);
        for (index, other) in [(1, 41220), (2, 41223), (3, 41222), (4, 41220)] {
            let came = blamed[index].as_deref().unwrap();
            let other = format!("https://localhost:{other}/");
            assert!(came.contains(&other), "{came}");
        }
    }

    #[test]
    fn a_port_is_not_named_by_a_longer_number_that_has_it_within() {
        let place = place(0, 4122, "s4122Cookie");
        assert!(place.is_named_in("s4122Cookie"));
        assert!(!place.is_named_in("s41220Cookie"));
        assert!(!place.is_named_in("s14122Cookie"));
    }
}
