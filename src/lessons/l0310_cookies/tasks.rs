//! What the learner has done, by the records of the requests.

use super::{BELOW, CAME, SENT, TOP, value_for, wish::AGES};
use crate::xray::Record;
use std::sync::Arc;

/// A step in the life of one of the two cookies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Set,
    SetBriefly,
    Deleted,
    /// A deletion with the path of the other one.
    DeletedElsewhere,
    /// Its page was asked for, and it came along.
    Came,
    /// Its page was asked for without it.
    Missing,
}

/// What a request means to the cookie of this path, if anything.
fn step(record: &Record, path: &str) -> Option<Step> {
    if looked_at(record, path) {
        let came = record.note(CAME)?.split(' ').any(|v| v == value_for(path));
        return Some(if came { Step::Came } else { Step::Missing });
    }
    let line = record.note(SENT).filter(|_| record.path_only() == TOP)?;
    let says = |attribute: &str| line.split("; ").any(|part| part == attribute);
    match (says("Max-Age=0"), says(&format!("Path={path}"))) {
        (true, true) => Some(Step::Deleted),
        (true, false) => Some(Step::DeletedElsewhere),
        (false, true) if says(&format!("Max-Age={}", AGES[0])) => Some(Step::SetBriefly),
        (false, true) => Some(Step::Set),
        (false, false) => None,
    }
}

fn looked_at(record: &Record, path: &str) -> bool {
    record.method == "GET" && record.path_only() == path
}

/// Whether one of the two cookies went through these steps, one directly after the other.
pub(super) fn lived(records: &[Arc<Record>], steps: &[Step]) -> bool {
    [TOP, BELOW].into_iter().any(|path| {
        let life = records.iter().filter_map(|record| step(record, path));
        let mut life: Vec<_> = life.collect();
        life.dedup();
        life.windows(steps.len()).any(|part| part == steps)
    })
}

/// The deep cookie was set, came to its own page, and the other page was looked at, too.
pub(super) fn kept_away(records: &[Arc<Record>]) -> bool {
    let set = |record: &Arc<Record>| {
        let step = step(record, BELOW);
        matches!(step, Some(Step::Set | Step::SetBriefly))
    };
    let Some(at) = records.iter().position(set) else {
        return false;
    };
    let (mut after, mut again) = (records[at..].iter(), records[at..].iter());
    after.any(|record| step(record, BELOW) == Some(Step::Came))
        && again.any(|record| looked_at(record, TOP))
}

#[cfg(test)]
mod tests {
    use super::{
        super::{LESSON, wish::Wish},
        *,
    };
    use crate::xray::Recording;
    use time::OffsetDateTime;

    fn record(method: &str, path: &str, name: &'static str, note: &str) -> Arc<Record> {
        let recording = Recording::begin(1, OffsetDateTime::UNIX_EPOCH, method, path);
        recording.note(name, note);
        Arc::from(recording.finished(200).unwrap())
    }

    fn post(form: &str) -> Arc<Record> {
        let line = Wish::from_form(form.as_bytes()).line("s41220Demo");
        record("POST", TOP, SENT, &line)
    }

    fn look(path: &str, came: &str) -> Arc<Record> {
        record("GET", path, CAME, came)
    }

    fn done(records: &[Arc<Record>]) -> Vec<&'static str> {
        let done = LESSON.tasks.iter().filter(|task| (task.done)(records));
        done.map(|task| task.id).collect()
    }

    #[test]
    fn each_task_is_done_by_its_own_steps() {
        let top = |came| look(TOP, came);
        let below = |came| look(BELOW, came);
        let [wide, deep, brief] = ["path=/0310", "path=/0310/below", "age=10"].map(post);
        let [delete, delete_deep] = ["do=delete", "do=delete&path=/0310/below"].map(post);
        assert_eq!(done(&[wide.clone(), top("wide")]), ["came-back"]);
        assert!(done(&[top("none"), wide, below("none")]).is_empty());
        let kept_away = [deep, top("none"), below("deep")];
        assert_eq!(done(&kept_away), ["came-back", "kept-away"]);
        let expired = [brief, top("wide"), top("wide"), top("none")];
        assert_eq!(done(&expired), ["came-back", "expired"]);
        assert_eq!(
            done(&[top("wide"), delete_deep, top("wide")]),
            ["wrong-path"]
        );
        assert_eq!(done(&[top("wide"), delete, top("none")]), ["deleted"]);
    }
}
