//! Check: no link and no foreign page logs anybody in or out.

use super::login::{LOGIN, LOGOUT, NOTE, expect_note, expect_user, keep_note, log_in};
use crate::grading::{Check, Probe, Run, Verdict};
use reqwest::StatusCode;

const TEXT: &str = "Call the dentist";

/// What an attacker's page would like to send.
const LINKS: [&str; 3] = ["/0415/login?name=Mallory", LOGOUT, "/0415/note?note=Gone"];
const FORMS: [(&str, &[(&str, &str)]); 3] = [
    (LOGIN, &[("name", "Mallory")]),
    (NOTE, &[("note", "Gone")]),
    (LOGOUT, &[]),
];

pub(super) const CHECK: Check = Check {
    id: "0415-own-pages-only",
    title: "no link and no foreign page logs in or out",
    lesson: 415,
    section: "Who may ask for it",
    weight: 2,
    run: Run::Copy(|probe| Box::pin(run(probe))),
};

async fn run(probe: &Probe) -> Verdict {
    let browser = probe.browser();
    keep_note(&browser, TEXT).await?;
    log_in(&browser, "Ann").await?;
    for link in LINKS {
        // Whatever the answer is: only what it does to the session matters.
        browser.get(link).await?;
        let asked = format!("logging in as Ann, GET {link}");
        expect_user(&browser, "Ann", &asked).await?;
        expect_note(&browser, TEXT, true, &asked).await?;
    }
    for (path, fields) in FORMS {
        let foreign = browser.submit_from_next_door(path, fields).await?;
        foreign.expect(StatusCode::FORBIDDEN)?;
        let asked = format!("logging in as Ann, POST {path} from a page of another port");
        expect_user(&browser, "Ann", &asked).await?;
        expect_note(&browser, TEXT, true, &asked).await?;
    }
    Ok(())
}
