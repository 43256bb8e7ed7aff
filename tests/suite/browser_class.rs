//! A class in one browser, as an instructor has it: a cookie of each copy, and none mixes up.

use crate::support::{Chromium, Copy, Folder};
use serde_json::json;
use std::{collections::BTreeSet, net::TcpListener};

const STUDENTS: usize = 60;
/// Chromium keeps so many cookies of a host, and drops many at once when there is one more.
const MOST_COOKIES: usize = 180;

/// The two ports of each student, free right now and no two alike.
fn free_ports() -> Vec<u16> {
    let open = (0..2 * STUDENTS).map(|_| TcpListener::bind("127.0.0.1:0").unwrap());
    let open: Vec<_> = open.collect();
    let ports = open.iter().map(|one| one.local_addr().unwrap().port());
    ports.collect()
}

async fn host(folder: &Folder, ports: &[u16]) -> Copy {
    let mut roster = String::from("student,name,email,host,sandbox,production\n");
    for (number, pair) in ports.chunks(2).enumerate() {
        let [sandbox, production] = pair else {
            unreachable!("each student has two ports");
        };
        roster += &format!("s{number},,,localhost,{sandbox},{production}\n");
    }
    folder.write("roster.csv", &roster, 0o600);
    let arguments = ["host", "roster.csv", "--bind", "127.0.0.1"];
    folder.serve_on(ports[0], &arguments).await
}

/// What the counter of a copy is brought to: no two copies of a student have the same, and no
/// row of copies has a pattern that a mix-up with the next student would keep. Up to 1 nobody
/// waits.
fn number(copy: usize) -> u64 {
    u64::from((copy + copy / 2) % 2 == 1)
}

#[tokio::test]
#[ignore = "needs Chromium: scripts/test"]
async fn one_browser_opens_a_class_and_every_counter_is_its_own() {
    let folder = Folder::new();
    let ports = free_ports();
    let _hosted = host(&folder, &ports).await;
    let chromium = Chromium::start().await;
    let page = |port: &u16| format!("https://localhost:{port}/");
    for port in &ports {
        chromium.open(&page(port)).await;
        assert_eq!(chromium.seconds().await, 0, "{port}");
    }
    for (copy, port) in ports.iter().enumerate() {
        if number(copy) == 1 {
            chromium.open(&page(port)).await;
        }
    }
    for (copy, port) in ports.iter().enumerate() {
        expect_number(&chromium, port, number(copy)).await;
    }
    let own = ports.iter().map(|port| format!("s{port}Cookie"));
    let own: BTreeSet<_> = own.collect();
    assert_eq!(cookies(&chromium).await, own);

    fill(&chromium, &ports).await;
    assert_eq!(cookies(&chromium).await.len(), MOST_COOKIES);
    for (copy, port) in ports.iter().enumerate().step_by(7) {
        expect_number(&chromium, port, number(copy)).await;
        let navigation = "return performance.getEntriesByType('navigation')[0].nextHopProtocol";
        assert_eq!(chromium.run(navigation).await, "h2", "{port}");
    }
    // Counting goes on, and what is written then is still among the cookies.
    chromium.open(&page(&ports[0])).await;
    assert_eq!(chromium.seconds().await, number(0) + 1);
    assert!(cookies(&chromium).await.is_superset(&own));
    chromium.close().await;
}

/// That a copy shows this number to whoever only looks.
async fn expect_number(chromium: &Chromium, port: &u16, number: u64) {
    let look = format!("https://localhost:{port}/?haveEnough=0");
    chromium.open(&look).await;
    assert_eq!(chromium.seconds().await, number, "{port}");
}

/// The names of the cookies that the page that is open would get.
async fn cookies(chromium: &Chromium) -> BTreeSet<String> {
    let cookies = chromium.page.get_all_cookies().await.unwrap();
    let names = cookies.iter().map(|cookie| cookie.name().to_owned());
    names.collect()
}

/// As many cookies of the host as a browser keeps, those of copies elsewhere: as large as ours.
async fn fill(chromium: &Chromium, ports: &[u16]) {
    let others = (1..=u16::MAX).filter(|port| !ports.contains(port));
    for port in others.take(MOST_COOKIES - ports.len()) {
        let cookie = json!({
            "name": format!("s{port}Cookie"),
            "value": "v".repeat(66),
            "url": "https://localhost/",
            "path": "/",
            "secure": true,
            "httpOnly": true,
            "sameSite": "Lax",
        });
        let set = chromium.devtools("Network.setCookie", cookie).await;
        assert_eq!(set["success"], true, "{set}");
    }
}
