//! `sweatbox desk`: whom it answers, what it shows, and what it never loses.

use crate::support::{
    Answer, Desk, Folder, Mistake, Visitor, WrongCopy, eventually, free_ports, write_class,
};
use reqwest::Method;
use serde_json::{Value, json};
use std::{collections::BTreeSet, fs, os::unix::fs::PermissionsExt, time::Duration};

const SOON: Duration = Duration::from_secs(20);

/// A folder with a class of two, of whom nothing answers.
fn class_of_two() -> Folder {
    let folder = Folder::new();
    let ports = free_ports(4);
    let students = [
        ("Ann Lee", [ports[0], ports[1]]),
        ("Bob Ray", [ports[2], ports[3]]),
    ];
    write_class(&folder, "roster.csv", &students);
    folder
}

fn body(answer: &Answer) -> Value {
    serde_json::from_str(&answer.text).unwrap()
}

#[tokio::test]
async fn everything_but_the_empty_page_needs_the_token() {
    let folder = class_of_two();
    let desk = Desk::start(&folder, &[]).await;
    let stranger = desk.copy.visitor();
    let page = stranger.get("/").await.expect(200);
    assert!(!page.text.contains("Ann Lee") && !page.text.contains("@school"));
    assert_eq!(page.headers["cross-origin-opener-policy"], "same-origin");
    for (method, path) in [
        (Method::GET, "/api/rows"),
        (Method::POST, "/api/check"),
        (Method::PUT, "/api/scores/ann"),
        (Method::GET, "/api/cookies"),
        (Method::POST, "/api/forget"),
        (Method::GET, "/api/exports/grades.csv"),
    ] {
        for token in ["", "Bearer ", "Bearer x"] {
            let headers = [("authorization", token), ("if-match", "\"0\"")];
            let refused = stranger.send(method.clone(), path, &headers, &json!({}));
            let refused = refused.await.expect(401);
            assert_eq!(refused.headers["www-authenticate"], "Bearer", "{path}");
            assert!(refused.set_cookies().is_empty(), "{path}");
            assert!(!refused.text.contains("Lee"), "{path}");
        }
        let theirs = desk.ask(method, path, &[], &json!({})).await;
        assert_ne!(theirs.status, 401, "{path}");
    }
    stranger.get("/api/nothing").await.expect(404);
}

#[tokio::test]
async fn the_token_is_handed_over_in_a_private_file_and_gone_at_the_end() {
    let folder = class_of_two();
    let desk = Desk::start(&folder, &[]).await;
    let mode = fs::metadata(&desk.note).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let start = format!("https://localhost:{}/#token=", desk.copy.port);
    assert!(desk.link.starts_with(&start), "{}", desk.link);
    let printed = desk.copy.log();
    assert!(!printed.contains(desk.token()), "{printed}");
    let note = desk.note.file_name().unwrap().to_str().unwrap();
    assert!(printed.contains(note), "{printed}");
    assert!(printed.contains("desk for 2 students"), "{printed}");
    let note = desk.note.clone();
    assert_eq!(desk.copy.stop().await, Some(0));
    assert!(!note.exists());
}

#[tokio::test]
async fn a_page_of_another_port_changes_nothing_even_with_the_token() {
    let folder = class_of_two();
    let desk = Desk::start(&folder, &[]).await;
    let foreign = [("sec-fetch-site", "same-site")];
    let sent = desk.ask(Method::POST, "/api/forget", &foreign, &json!({ "from": 0 }));
    let refused = sent.await.expect(403);
    assert!(refused.set_cookies().is_empty());
}

#[tokio::test]
async fn copies_that_are_up_down_or_of_another_make_are_told_apart() {
    let (folder, hosting) = (class_of_two(), Folder::new());
    let ports = free_ports(4);
    let [up, down] = [[ports[0], ports[1]], [ports[2], ports[3]]];
    let other = WrongCopy::start_pair(Mistake::Nothing);
    let port = |copy: &WrongCopy| copy.url().parse::<reqwest::Url>().unwrap().port().unwrap();
    let others = [port(&other[0]), port(&other[1])];
    let class = [("Ann Lee", up), ("Bob Ray", down), ("Cat Moe", others)];
    write_class(&folder, "roster.csv", &class);
    write_class(&hosting, "roster.csv", &class[..1]);
    let arguments = ["host", "roster.csv", "--bind", "127.0.0.1"];
    let _hosted = hosting.serve_on(up[0], &arguments).await;
    let desk = Desk::start(&folder, &[]).await;
    assert_eq!(desk.row("ann").await["copies"][0]["up"], Value::Null);
    let _somebody = desk.is_looked_at().await;
    eventually("everybody was asked", SOON, async || {
        let mut known = true;
        for student in ["ann", "bob", "cat"] {
            let row = desk.row(student).await;
            let mut copies = row["copies"].as_array().unwrap().iter();
            known &= copies.all(|copy| !copy["up"].is_null());
        }
        known
    })
    .await;
    for copy in desk.row("ann").await["copies"].as_array().unwrap() {
        assert_eq!(copy["up"], true, "{copy}");
        assert_eq!(copy["claim"]["done"], 0, "{copy}");
        assert!(copy["claim"]["tasks"].as_u64() > Some(10), "{copy}");
    }
    for copy in desk.row("bob").await["copies"].as_array().unwrap() {
        assert_eq!(copy["up"], false, "{copy}");
        assert!(!copy["why"].as_str().unwrap().is_empty(), "{copy}");
    }
    for copy in desk.row("cat").await["copies"].as_array().unwrap() {
        assert_eq!((&copy["up"], &copy["claim"]), (&json!(true), &Value::Null));
    }
}

#[tokio::test]
async fn what_was_saved_survives_the_sudden_end_of_the_desk() {
    let folder = class_of_two();
    let desk = Desk::start(&folder, &[]).await;
    for revision in 0..10_u32 {
        let saved = desk.gives("ann", revision.into(), f64::from(revision), "so far");
        let saved = body(&saved.await.expect(200));
        assert_eq!(saved["revision"], revision + 1);
    }
    assert_eq!(desk.copy.stop_by("-KILL").await, None);
    let desk = Desk::start(&folder, &[]).await;
    let hand = &desk.row("ann").await["hand"];
    assert_eq!(hand["revision"], 10, "{hand}");
    assert_eq!(hand["score"], 9.0, "{hand}");
    assert_eq!(hand["comment"], "so far", "{hand}");
    assert_eq!(desk.row("bob").await["hand"]["revision"], 0);
    let file = folder.path("roster.scores.json");
    let mode = fs::metadata(file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn two_desks_at_once_lose_no_score() {
    let folder = class_of_two();
    let (one, other) = (
        Desk::start(&folder, &[]).await,
        Desk::start(&folder, &[]).await,
    );
    one.gives("ann", 0, 9.0, "first").await.expect(200);
    let refused = body(&other.gives("ann", 0, 5.0, "too late").await.expect(409));
    assert_eq!(refused["entry"]["score"], 9.0, "{refused}");
    assert_eq!(refused["entry"]["comment"], "first", "{refused}");
    other.gives("ann", 1, 5.0, "knowing that").await.expect(200);
    eventually("the first desk shows it", SOON, async || {
        one.row("ann").await["hand"]["comment"] == "knowing that"
    })
    .await;

    // Each adds a point ten times, on what the entry is then: no point gets lost.
    tokio::join!(adds_ten_points(&one), adds_ten_points(&other));
    for desk in [one, other] {
        eventually("both show all points", SOON, async || {
            desk.row("bob").await["hand"]["score"] == 20.0
        })
        .await;
    }
}

/// Adds to Bob's score, ten times, and again whenever the other desk was faster.
async fn adds_ten_points(desk: &Desk) {
    let mut entry = desk.row("bob").await["hand"].clone();
    let mut left = 10;
    while left > 0 {
        let revision = entry["revision"].as_u64().unwrap();
        let score = entry["score"].as_f64().unwrap_or(0.0) + 1.0;
        let answer = desk.gives("bob", revision, score, "").await;
        entry = match answer.status.as_u16() {
            200 => {
                left -= 1;
                body(&answer)
            }
            409 => body(&answer)["entry"].clone(),
            _ => panic!("{answer:?}"),
        };
    }
}

#[tokio::test]
async fn what_is_no_score_is_refused_and_says_why() {
    let folder = class_of_two();
    let desk = Desk::start(&folder, &[]).await;
    let good = json!({ "score": 1, "comment": "" });
    let first = [("if-match", "\"0\"")];
    for (path, headers, given, part) in [
        ("/api/scores/ann", &[][..], &good, "If-Match"),
        (
            "/api/scores/ann",
            &[("if-match", "0")][..],
            &good,
            "If-Match",
        ),
        ("/api/scores/zoe", &first[..], &good, "no such student"),
        (
            "/api/scores/ann",
            &first[..],
            &json!({ "score": -1, "comment": "" }),
            "from 0 to",
        ),
        (
            "/api/scores/ann",
            &first[..],
            &json!({ "comment": "" }),
            "score",
        ),
    ] {
        let refused = desk
            .ask(Method::PUT, path, headers, given)
            .await
            .expect(422);
        let said = body(&refused)["detail"].to_string();
        assert!(said.contains(part), "{path} {given}: {said}");
    }
    assert_eq!(desk.row("ann").await["hand"]["revision"], 0);
}

#[tokio::test]
async fn forgetting_all_copies_expires_every_cookie_of_the_class_on_this_host() {
    let folder = Folder::new();
    let names: Vec<_> = (0..60).map(|number| format!("S{number}")).collect();
    let ports: Vec<[u16; 2]> = (0..60)
        .map(|number| [20_000 + 2 * number, 20_001 + 2 * number])
        .collect();
    let class = names.iter().map(String::as_str).zip(ports.iter().copied());
    write_class(&folder, "roster.csv", &class.collect::<Vec<_>>());
    let desk = Desk::start(&folder, &[]).await;
    let browser = desk.copy.visitor();
    let cookies: BTreeSet<_> = ports
        .as_flattened()
        .iter()
        .map(|port| format!("s{port}Cookie"))
        .collect();
    for name in cookies
        .iter()
        .map(String::as_str)
        .chain(["s9Cookie", "other"])
    {
        browser.plant(name, "value");
    }
    let counted = desk.ask_as(&browser, Method::GET, "/api/cookies", &[], &json!({}));
    let counted = body(&counted.await.expect(200));
    assert_eq!(
        (&counted["held"], &counted["of_class"]),
        (&json!(122), &json!(120))
    );
    let expected = json!([{ "host": "localhost", "takes": 120, "here": true }]);
    assert_eq!(counted["hosts"], expected);

    let (mut removed, mut from) = (BTreeSet::new(), json!(0));
    while !from.is_null() {
        let forget = json!({ "from": from });
        let answer = desk.ask_as(&browser, Method::POST, "/api/forget", &[], &forget);
        let answer = answer.await.expect(200);
        for field in answer.set_cookies() {
            for attribute in ["Max-Age=0", "Path=/", "Secure", "HttpOnly", "SameSite=Lax"] {
                assert!(field.contains(&format!("; {attribute}")), "{field}");
            }
            removed.insert(field.split('=').next().unwrap().to_owned());
        }
        from = body(&answer)["next"].clone();
    }
    assert_eq!(removed, cookies);
    assert_eq!(browser.cookies(), ["other=value", "s9Cookie=value"]);

    // Under another name, the browser would not take the removals for these cookies.
    let elsewhere = Visitor::at("127.0.0.1", desk.copy.port);
    let answer = desk.ask_as(
        &elsewhere,
        Method::POST,
        "/api/forget",
        &[],
        &json!({ "from": 0 }),
    );
    let answer = answer.await.expect(200);
    assert!(answer.set_cookies().is_empty());
    assert_eq!(body(&answer)["host"], "127.0.0.1");
}

#[tokio::test]
async fn one_is_checked_again_and_a_score_by_hand_stands_above_it_in_the_exports() {
    let folder = class_of_two();
    let right = WrongCopy::start_pair(Mistake::Nothing);
    let port = |copy: &WrongCopy| copy.url().parse::<reqwest::Url>().unwrap().port().unwrap();
    let ports = [port(&right[0]), port(&right[1])];
    let free = free_ports(2);
    let class = [("Ann Lee", ports), ("Bob Ray", [free[0], free[1]])];
    write_class(&folder, "roster.csv", &class);
    let profile = "assignment = 'Week 5'\npoints = 10\n[checks]\n0340-first-visit = 1\n";
    folder.write("profile.toml", profile, 0o600);
    let desk = Desk::start(&folder, &["--profile", "profile.toml"]).await;
    let one = json!({ "students": ["ann"] });
    let begun = desk
        .ask(Method::POST, "/api/check", &[], &one)
        .await
        .expect(202);
    assert_eq!(body(&begun)["begun"], 1);
    eventually("Ann is graded", SOON, async || {
        desk.row("ann").await["check"]["state"] == "graded"
    })
    .await;
    assert_eq!(desk.row("ann").await["check"]["score"], 10.0);
    assert_eq!(desk.row("bob").await["check"]["state"], "never");

    let all = desk.ask(Method::POST, "/api/check", &[], &json!({})).await;
    assert_eq!(body(&all.expect(202))["begun"], 2);
    eventually("Bob is not reached", SOON, async || {
        desk.row("bob").await["check"]["state"] == "unreachable"
    })
    .await;
    desk.gives("bob", 0, 7.5, "Shown on a laptop.")
        .await
        .expect(200);
    let moodle = desk.ask(Method::GET, "/api/exports/moodle.csv", &[], &json!({}));
    let moodle = moodle.await.expect(200);
    assert_eq!(moodle.headers["cache-control"], "no-store");
    let expected = "bob@school.example,bob,7.5,Shown on a laptop. A copy did not answer.\n";
    assert!(moodle.text.ends_with(expected), "{}", moodle.text);
    assert!(
        moodle.text.contains("ann@school.example,ann,10,"),
        "{}",
        moodle.text
    );
    let unknown = json!({ "students": ["zoe"] });
    let refused = desk.ask(Method::POST, "/api/check", &[], &unknown).await;
    refused.expect(422);
    let none = desk.ask(Method::GET, "/api/exports/report.json", &[], &json!({}));
    none.await.expect(404);
}

#[tokio::test]
async fn what_a_desk_cannot_work_with_is_refused_before_the_port_is_opened() {
    let folder = class_of_two();
    folder.write("broken.json", "{\"scores\": {\n\"ann\": 1}}", 0o600);
    folder.write("tables.toml", "[checks]\n0350-own-table = 1\n", 0o600);
    for (arguments, part) in [
        (&["desk", "no.csv"][..], "there is no roster no.csv"),
        (
            &["desk", "roster.csv", "--scores", "broken.json"][..],
            "broken.json: ",
        ),
        (
            &["desk", "roster.csv", "--scores", "no/s.json"][..],
            "no/s.json.lock",
        ),
        (
            &["desk", "roster.csv", "--profile", "tables.toml"][..],
            "0350-own-table",
        ),
        (&["desk", "roster.csv", "--cert", "c.pem"][..], "--key"),
    ] {
        let output = folder.run_soon(arguments).await;
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {output:?}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains(part), "{arguments:?}: {said}");
    }
}
