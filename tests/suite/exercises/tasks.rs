//! The tasks of the exercises: ticked by the learner's own requests, once the code works.

use crate::given::EXERCISES;
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use sweatbox::xray::{Label, Masked, Record, Recording, What};
use time::OffsetDateTime;

/// A request as the X-ray keeps it, with this exercise's own value before and after.
fn record(request: &str, status: u16, key: &str, [before, after]: [Value; 2]) -> Arc<Record> {
    let stored = |value: Value| json!({ "data": { key: value } }).to_string().into_bytes();
    let (method, path) = request.split_once(' ').unwrap();
    let recording = Recording::begin(1, OffsetDateTime::UNIX_EPOCH, method, path);
    recording.data(What::Before, &stored(before));
    recording.data(What::After, &stored(after));
    finished(&recording, status)
}

/// As it is when nothing took any time.
fn finished(recording: &Recording, status: u16) -> Arc<Record> {
    let mut record = recording.finished(status).unwrap();
    record.took = Duration::ZERO;
    Arc::from(record)
}

/// The tasks of an exercise that this one request does.
fn done_by(number: u16, request: Arc<Record>) -> Vec<&'static str> {
    let exercise = EXERCISES.iter().find(|exercise| exercise.number == number);
    let tasks = exercise.unwrap().tasks.iter();
    let done = tasks.filter(|task| (task.done)(std::slice::from_ref(&request)));
    done.map(|task| task.id).collect()
}

#[test]
fn the_tasks_of_the_visit_log_are_done_by_visiting_and_clearing() {
    let ten = |first: u64| json!((first..first + 10).collect::<Vec<_>>());
    for (request, status, change, done) in [
        ("GET /0335", 200, [json!([1]), json!([2, 1])], vec![]),
        (
            "GET /0335",
            200,
            [json!([2, 1]), json!([3, 2, 1])],
            vec!["three-visits"],
        ),
        (
            "HEAD /0335",
            200,
            [json!([3, 2, 1]), json!([3, 2, 1])],
            vec![],
        ),
        (
            "GET /0335",
            501,
            [json!([3, 2, 1]), json!([3, 2, 1])],
            vec![],
        ),
        (
            "GET /0335",
            200,
            [ten(1), ten(2)],
            vec!["three-visits", "oldest-goes"],
        ),
        (
            "POST /0335/clear",
            303,
            [ten(1), Value::Null],
            vec!["cleared"],
        ),
        (
            "POST /0335/clear",
            303,
            [ten(1), json!([])],
            vec!["cleared"],
        ),
        ("POST /0335/clear", 403, [ten(1), ten(1)], vec![]),
        ("POST /0335/clear", 303, [Value::Null, Value::Null], vec![]),
    ] {
        let request = record(request, status, "0335-visits", change);
        assert_eq!(done_by(335, request.clone()), done, "{request:?}");
    }
}

#[test]
fn the_tasks_of_the_cart_are_done_by_ordering() {
    let fan = json!({ "fan": 1 });
    let both = json!({ "fan": 1, "towel": 2 });
    for (request, status, change, done) in [
        (
            "GET /0345",
            200,
            [both.clone(), both.clone()],
            vec!["two-articles"],
        ),
        ("GET /0345", 200, [fan.clone(), fan.clone()], vec![]),
        ("POST /0345/items", 303, [fan.clone(), both.clone()], vec![]),
        (
            "POST /0345/items",
            422,
            [fan.clone(), fan.clone()],
            vec!["refused"],
        ),
        ("POST /0345/items", 422, [Value::Null, Value::Null], vec![]),
        (
            "POST /0345/items/towel",
            303,
            [both, fan.clone()],
            vec!["taken-out"],
        ),
        (
            "POST /0345/items/fan",
            303,
            [fan, json!({})],
            vec!["taken-out"],
        ),
    ] {
        let request = record(request, status, "0345-cart", change);
        assert_eq!(done_by(345, request.clone()), done, "{request:?}");
    }
}

#[test]
fn the_tasks_of_the_ticket_desk_are_done_by_buying() {
    for (status, change, done) in [
        (303, [Value::Null, json!(["1-1"])], vec!["bought"]),
        (303, [json!(["1-1"]), json!(["1-1", "1-2"])], vec!["bought"]),
        (409, [json!(["1-1"]), json!(["1-1"])], vec!["sold-out"]),
        (501, [Value::Null, Value::Null], vec![]),
        // The naive desk: the list is as long as before.
        (303, [json!(["1-1"]), json!(["1-2"])], vec![]),
    ] {
        let request = record("POST /0385/buy", status, "0385-tickets", change);
        assert_eq!(done_by(385, request.clone()), done, "{request:?}");
    }
}

#[test]
fn two_purchases_at_once_count_only_if_they_overlap_and_both_are_kept() {
    let exercise = EXERCISES.iter().find(|exercise| exercise.number == 385);
    let task = exercise.unwrap().tasks.last().unwrap();
    let bought = |change, seconds| {
        let request = record("POST /0385/buy", 303, "0385-tickets", change);
        let took = Duration::from_secs(seconds);
        let mut request = Record::clone(&request);
        request.took = took;
        Arc::new(request)
    };
    let first = |seconds| bought([Value::Null, json!(["1-1"])], seconds);
    let second = bought([json!(["1-1"]), json!(["1-1", "1-2"])], 3);
    let lost = bought([json!(["1-1"]), json!(["1-1"])], 3);
    assert!((task.done)(&[first(3), second.clone()]));
    assert!(!(task.done)(&[first(3), lost]));
    // Over before the other one began: both begin in the same moment here.
    assert!(!(task.done)(&[first(0), second]));
}

/// A login, with the session's data before and after, and the ids that came and went.
fn login(status: u16, [before, after]: [&Value; 2], ids: [&str; 2]) -> Arc<Record> {
    let began = OffsetDateTime::UNIX_EPOCH;
    let recording = Recording::begin(1, began, "POST", "/0415/login");
    let stored = |data: &Value| json!({ "data": data }).to_string().into_bytes();
    let name = Label::new("s41220Cookie");
    let [value, went] = ids.map(Masked::new);
    recording.happened(What::CookieIn {
        name,
        value,
        good: true,
    });
    recording.data(What::Before, &stored(before));
    recording.data(What::After, &stored(after));
    recording.cookie_out(name, Some(went), b"");
    finished(&recording, status)
}

#[test]
fn the_tasks_of_the_safe_login_are_done_by_logging_in() {
    let (nothing, ann) = (json!({}), json!({ "0415-name": "Ann" }));
    let note = json!({ "0415-note": "eggs" });
    let both = json!({ "0415-name": "Ann", "0415-note": "eggs" });
    let exchanged = ["aaaa", "bbbb"];
    for (status, change, ids, done) in [
        (303, [&nothing, &ann], exchanged, vec!["logged-in"]),
        (303, [&note, &both], exchanged, vec!["logged-in", "new-id"]),
        (303, [&note, &both], ["aaaa", "aaaa"], vec!["logged-in"]),
        (303, [&note, &ann], exchanged, vec!["logged-in"]),
        (422, [&ann, &ann], ["aaaa", "aaaa"], vec!["refused"]),
        (422, [&nothing, &nothing], ["aaaa", "aaaa"], vec![]),
    ] {
        let request = login(status, change, ids);
        assert_eq!(done_by(415, request.clone()), done, "{request:?}");
    }
}
