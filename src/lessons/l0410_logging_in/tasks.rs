//! What the learner has done, by the records of the requests.

use super::{
    form::sid_in,
    other_port::{ASKED_BY, OTHER_PORT},
    slow::{Outcome, SLOW_PAGE},
};
use crate::xray::Record;
use std::sync::Arc;
use tower_sessions::session::Id;

/// Under these names the X-ray shows what came of a login, and what an attacker got to see.
pub(super) const LOGIN: &str = "login";
pub(super) const ATTACKER: &str = "whoever has this id";

pub(super) const KEPT: &str = "under the id that came along";
pub(super) const NEW: &str = "under a new id";

pub(super) const IS_LOGGED_IN: &str = "is logged in";
pub(super) const IS_NOBODY: &str = "is not logged in";
pub(super) const HAS_NOTHING: &str = "has nothing: there is no such session";

/// Whether a planted link was followed, then such a login made, and then the attacker, with the id
/// of the link, saw this.
pub(super) fn planted(records: &[Arc<Record>], login: &str, seen: &str) -> bool {
    let links = records.iter().enumerate().filter_map(|(place, record)| {
        let id = sid(record, "/0410/planted")?;
        Some((id, &records[place..]))
    });
    let mut links = links.filter_map(|(id, rest)| {
        let at = rest
            .iter()
            .position(|record| record.note(LOGIN) == Some(login))?;
        Some((id, &rest[at..]))
    });
    links.any(|(id, rest)| {
        let mut looks = rest.iter();
        looks.any(|record| {
            sid(record, "/0410/as") == Some(id) && record.note(ATTACKER) == Some(seen)
        })
    })
}

/// Whether a slow page came to this.
pub(super) fn slow(records: &[Arc<Record>], outcome: Outcome) -> bool {
    let mut pages = records
        .iter()
        .filter(|record| record.path_only() == "/0410/slow");
    pages.any(|record| record.note(SLOW_PAGE) == Some(outcome.remark()))
}

/// Whether a page of another port came through the open door. The POST that it is to try before
/// leaves no record: it is refused outside of the session layer, where the X-ray begins.
pub(super) fn from_another_port(records: &[Arc<Record>]) -> bool {
    let mut asked = records
        .iter()
        .filter(|record| record.path_only() == "/0410/open");
    asked.any(|record| record.note(ASKED_BY) == Some(OTHER_PORT))
}

fn sid(record: &Record, path: &str) -> Option<Id> {
    let (here, query) = record.path.split_once('?')?;
    sid_in(Some(query)).filter(|_| here == path && record.status < 400)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xray::Recording;
    use time::OffsetDateTime;

    fn record(path: &str, note: Option<(&'static str, &str)>) -> Arc<Record> {
        let recording = Recording::begin(1, OffsetDateTime::UNIX_EPOCH, "GET", path);
        if let Some((name, detail)) = note {
            recording.note(name, detail);
        }
        Arc::from(recording.finished(200).unwrap())
    }

    #[test]
    fn only_the_id_of_the_link_that_was_followed_before_the_login_counts() {
        let (id, other) = (Id::default(), Id::default());
        let link = record(&format!("/0410/planted?sid={id}"), None);
        let login = record("/0410/login", Some((LOGIN, KEPT)));
        let look = |id: Id| {
            let path = format!("/0410/as?sid={id}");
            record(&path, Some((ATTACKER, IS_LOGGED_IN)))
        };
        let done = |records: &[&Arc<Record>]| {
            let records: Vec<_> = records.iter().map(|record| Arc::clone(record)).collect();
            planted(&records, KEPT, IS_LOGGED_IN)
        };
        assert!(done(&[&link, &login, &look(id)]));
        assert!(!done(&[&link, &login, &look(other)]));
        assert!(!done(&[&login, &link, &look(id)]));
        assert!(!done(&[&link, &look(id), &login]));
        let records = [link, login, look(id)];
        assert!(!planted(&records, NEW, IS_LOGGED_IN));
        assert!(!planted(&records, KEPT, HAS_NOTHING));
    }

    #[test]
    fn a_slow_page_and_a_foreign_request_count_by_what_came_of_them() {
        let page = record(
            "/0410/slow?write=back",
            Some((SLOW_PAGE, Outcome::CameBack.remark())),
        );
        assert!(slow(std::slice::from_ref(&page), Outcome::CameBack));
        assert!(!slow(&[page], Outcome::StayedOut));
        let foreign = record("/0410/open?name=Mallory", Some((ASKED_BY, OTHER_PORT)));
        let own = record(
            "/0410/open?name=Mallory",
            Some((ASKED_BY, "a page of this copy")),
        );
        assert!(from_another_port(&[own.clone(), foreign]));
        assert!(!from_another_port(&[own]));
    }
}
