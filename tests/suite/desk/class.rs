//! What the desk finds out about a class, and what becomes of it in the grade book.

use super::{SOON, body, class_of_two, ports};
use crate::support::{Desk, Folder, Mistake, WrongCopy, eventually, free_ports, write_class};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn copies_that_are_up_down_or_of_another_make_are_told_apart() {
    let (folder, hosting) = (class_of_two(), Folder::new());
    let free = free_ports(4);
    let [up, down] = [[free[0], free[1]], [free[2], free[3]]];
    let other = WrongCopy::start_pair(Mistake::Nothing);
    let others = ports(&other);
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
async fn one_is_checked_again_and_a_score_by_hand_stands_above_it_in_the_exports() {
    let folder = class_of_two();
    let right = WrongCopy::start_pair(Mistake::Nothing);
    let free = free_ports(2);
    let class = [("Ann Lee", ports(&right)), ("Bob Ray", [free[0], free[1]])];
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
    let moodle = desk.get("/api/exports/moodle.csv").await.expect(200);
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
    desk.get("/api/exports/report.json").await.expect(404);
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
