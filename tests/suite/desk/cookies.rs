//! The cookies of a class: counted, and forgotten.

use super::body;
use crate::support::{Desk, Folder, Visitor, write_class};
use reqwest::Method;
use serde_json::json;
use std::collections::BTreeSet;

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
    let nothing = json!({});
    let counted = desk.ask_as(&browser, Method::GET, "/api/cookies", &[], &nothing);
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
    let forget = json!({ "from": 0 });
    let answer = desk.ask_as(&elsewhere, Method::POST, "/api/forget", &[], &forget);
    let answer = answer.await.expect(200);
    assert!(answer.set_cookies().is_empty());
    assert_eq!(body(&answer)["host"], "127.0.0.1");
}
