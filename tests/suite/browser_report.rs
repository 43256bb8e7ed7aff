//! The report on a class in a real browser: from a file, for every pair of eyes.

use crate::{
    browser_axe::findings,
    grading_class::{GRADE, free_ports, line, ports, prepare},
    support::{Chromium, Folder, Hostile, Manner, Mistake, WrongCopy},
};
use serde_json::json;

#[tokio::test]
#[ignore = "needs Chromium: scripts/test"]
async fn axe_finds_nothing_in_the_report_and_it_fits_into_320_pixels() {
    let folder = Folder::new();
    let right = WrongCopy::start_pair(Mistake::Nothing);
    let wrong = WrongCopy::start_pair(Mistake::PlainCookieName);
    let hostile = Hostile::start_pair(Manner::InjectsByText).await;
    let lines = [
        line("ann", ports(&right)),
        line("bob", ports(&wrong)),
        line("cat", hostile.each_ref().map(|copy| copy.port)),
        line("dan", free_ports()),
    ];
    let checks = [
        "0310-flags",
        "0340-first-visit",
        "0350-cookie-name",
        "0350-shared-jar",
    ];
    prepare(&folder, &lines, &checks);
    let output = folder.run_soon(&GRADE).await;
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let chromium = Chromium::start().await;
    let report = folder.path("out/report/index.html");
    let address = format!("file://{}", report.display());
    for scheme in ["light", "dark"] {
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        let media = json!({ "features": features });
        chromium.devtools("Emulation.setEmulatedMedia", media).await;
        for width in [1280, 320] {
            let size = json!({
                "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false,
            });
            let command = "Emulation.setDeviceMetricsOverride";
            chromium.devtools(command, size).await;
            chromium.open(&address).await;
            let place = format!("{scheme}, {width} px");
            let wide = "return document.documentElement.scrollWidth";
            let wide = chromium.run(wide).await.as_u64().unwrap();
            assert!(wide <= width, "{place}: {wide} px wide");
            assert_eq!(findings(&chromium).await, json!([]), "{place}");
        }
    }
    assert_eq!(chromium.text("#s1").await, "ann");
    assert_eq!(chromium.console().await, Vec::<String>::new());
    chromium.close().await;
}
