//! Every page for every pair of eyes: axe finds nothing, and 320 pixels are enough.

use crate::support::{Chromium, Folder, catalog, eventually};
use fantoccini::Locator;
use std::{fs, path::Path, time::Duration};

const SOON: Duration = Duration::from_secs(15);

/// What `scripts/install-axe` has put there.
const AXE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/tools/axe-0.1.8.min.js");

/// All pages that a learner sees.
fn pages() -> Vec<String> {
    let mut pages = vec![
        "/".to_owned(),
        "/lessons".into(),
        "/xray".into(),
        "/nowhere".into(),
    ];
    for lesson in catalog() {
        pages.push(format!("/lessons/{}", lesson.digits()));
        pages.push(lesson.endpoint.to_owned());
    }
    pages.push("/0300/carried?visits=3&name=Ann".into());
    pages.push("/0350/sandbox?name=shared&secret=derived&table=shared".into());
    pages
}

#[tokio::test]
#[ignore = "needs Chromium: scripts/test"]
async fn axe_finds_nothing_on_any_page_and_all_fit_into_320_pixels() {
    let folder = Folder::new();
    let copy = folder.serve().await;
    let chromium = Chromium::start().await;
    let pictures = std::env::var_os("SWEATBOX_PICTURES");
    let base = format!("https://localhost:{}", copy.port);
    for scheme in ["light", "dark"] {
        let features = serde_json::json!([{"name": "prefers-color-scheme", "value": scheme}]);
        let media = serde_json::json!({ "features": features });
        chromium.devtools("Emulation.setEmulatedMedia", media).await;
        for width in [1280, 320] {
            let size = serde_json::json!({
                "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false,
            });
            chromium
                .devtools("Emulation.setDeviceMetricsOverride", size)
                .await;
            for path in pages() {
                let place = format!("{path}, {scheme}, {width} px");
                chromium.open(&format!("{base}{path}")).await;
                let wide = chromium
                    .run("return document.documentElement.scrollWidth")
                    .await;
                assert!(wide.as_u64().unwrap() <= width, "{place}: {wide} px wide");
                expect_no_finding(&chromium, &place).await;
                if let Some(folder) = &pictures {
                    let name = format!(
                        "{}-{scheme}-{width}.png",
                        path.replace(['/', '?', '&', '='], "_")
                    );
                    picture(&chromium, &Path::new(folder).join(name)).await;
                }
            }
        }
    }
    // That a page is not there, or an exercise not done, is what some of them are about.
    let mut complaints = chromium.console().await;
    complaints.retain(|complaint| !complaint.contains("responded with a status of"));
    assert_eq!(complaints, Vec::<String>::new());
    chromium.close().await;
}

#[tokio::test]
#[ignore = "needs Chromium: scripts/test"]
async fn axe_finds_nothing_once_a_page_has_something_to_show() {
    let folder = Folder::new();
    let copy = folder.serve().await;
    let chromium = Chromium::start().await;
    for (path, button) in [
        ("/0360", "Count in every place"),
        ("/0360", "Show the bytes"),
        ("/0370", "Send the crawler"),
        ("/0380", "Fire 50"),
        ("/0380", "Log out meanwhile"),
        ("/0400", "Give me three cookies"),
        ("/0410", "Play the attacker"),
    ] {
        let address = format!("https://localhost:{}{path}", copy.port);
        chromium.open(&address).await;
        let shown = "return document.readyState === 'complete' \
                     && document.querySelector('main').innerText";
        let empty = chromium.run(shown).await;
        let named = format!("//*[self::a or self::button][normalize-space()=\"{button}\"]");
        let named = chromium.page.find(Locator::XPath(&named)).await;
        named.unwrap().click().await.unwrap();
        eventually("something has come of it", SOON, async || {
            let now = chromium.run(shown).await;
            now.is_string() && now != empty
        })
        .await;
        expect_a_page_for_everybody(&chromium, &format!("{path}, {button}")).await;
    }
    chromium.close().await;
}

/// Asserts that axe finds nothing and all fits, in light and dark, wide and narrow.
pub async fn expect_a_page_for_everybody(chromium: &Chromium, place: &str) {
    for scheme in ["light", "dark"] {
        let feature = serde_json::json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        let media = serde_json::json!({ "features": feature });
        chromium.devtools("Emulation.setEmulatedMedia", media).await;
        for width in [1280, 320] {
            let size = serde_json::json!({
                "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false,
            });
            chromium
                .devtools("Emulation.setDeviceMetricsOverride", size)
                .await;
            let place = format!("{place}, {scheme}, {width} px");
            let wide = "return document.documentElement.scrollWidth";
            let wide = chromium.run(wide).await;
            assert!(wide.as_u64().unwrap() <= width, "{place}: {wide} px wide");
            expect_no_finding(chromium, &place).await;
        }
    }
}

/// Asserts that axe has nothing to say about the page as it is now.
pub async fn expect_no_finding(chromium: &Chromium, place: &str) {
    assert_eq!(findings(chromium).await, serde_json::json!([]), "{place}");
}

/// What axe finds in the page that is open: a list.
pub async fn findings(chromium: &Chromium) -> serde_json::Value {
    let axe = fs::read_to_string(AXE).expect("axe-core comes by scripts/install-axe");
    chromium.run(&axe).await;
    let look = "const done = arguments[arguments.length - 1]; \
                axe.run().then((found) => done(found.violations.map((one) => \
                one.id + ': ' + one.help + ' ' + one.nodes.map((node) => node.html))))";
    let found = chromium.page.execute_async(look, Vec::new()).await;
    found.unwrap()
}

async fn picture(chromium: &Chromium, file: &Path) {
    let all = serde_json::json!({ "format": "png", "captureBeyondViewport": true });
    let picture = chromium.devtools("Page.captureScreenshot", all).await;
    use base64::{Engine, engine::general_purpose::STANDARD};
    fs::write(
        file,
        STANDARD.decode(picture["data"].as_str().unwrap()).unwrap(),
    )
    .unwrap();
}
