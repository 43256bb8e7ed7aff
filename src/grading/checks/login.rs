//! What the checks of exercise 0415 have in common: logins, and the page that they look at.

use crate::grading::{Fault, Verdict, browser::Browser, html};
use reqwest::StatusCode;

/// The page.
pub(super) const PATH: &str = "/0415";
/// Where a form logs in.
pub(super) const LOGIN: &str = "/0415/login";
/// Where one logs out.
pub(super) const LOGOUT: &str = "/0415/logout";
/// Where one keeps a note.
pub(super) const NOTE: &str = "/0415/note";

/// How much of a page a message quotes, in characters.
const QUOTED: usize = 90;

/// The page, as a browser shows it.
pub(super) struct Page {
    /// What it says, in one line.
    says: String,
    /// Whether a form on it asks for a name.
    asks_for_name: bool,
}

/// Looks at the page.
pub(super) async fn look(browser: &Browser) -> Result<Page, Fault> {
    let answer = browser.get(PATH).await?.expect(StatusCode::OK)?;
    let mut fields = html::elements_within(&answer.text, "form").into_iter();
    Ok(Page {
        says: html::printable(&html::gist(&answer.text), usize::MAX),
        asks_for_name: fields
            .any(|field| field.name == "input" && field.attribute("name") == Some("name")),
    })
}

/// Looks first, so that a copy in which nothing is written yet says so; then logs in.
pub(super) async fn log_in(browser: &Browser, name: &str) -> Verdict {
    look(browser).await?;
    let answer = browser.submit(LOGIN, &[("name", name)]).await?;
    answer.expect_obeyed(PATH)
}

/// Looks first, then keeps a note.
pub(super) async fn keep_note(browser: &Browser, note: &str) -> Verdict {
    look(browser).await?;
    let answer = browser.submit(NOTE, &[("note", note)]).await?;
    answer.expect_obeyed(PATH)
}

/// That this browser is logged in as `name` after what `asked` tells of.
pub(super) async fn expect_user(browser: &Browser, name: &str, asked: &str) -> Verdict {
    let greeting = format!("Hello, {name}");
    let page = look(browser).await?;
    match page.says.contains(&greeting) {
        true => Ok(()),
        false => Err(page.fault(asked, format!("“{greeting}” on the page"))),
    }
}

/// That nobody is logged in, in this browser, after what `asked` tells of.
pub(super) async fn expect_nobody(browser: &Browser, asked: &str) -> Verdict {
    let page = look(browser).await?;
    match page.says.contains("Hello,") || !page.asks_for_name {
        false => Ok(()),
        true => {
            let form = "no “Hello,” on the page, but a form with <input name=\"name\">";
            Err(page.fault(asked, form))
        }
    }
}

/// That the page shows this browser the note, or, with `shown` false, does not.
pub(super) async fn expect_note(
    browser: &Browser,
    note: &str,
    shown: bool,
    asked: &str,
) -> Verdict {
    let page = look(browser).await?;
    match (page.says.contains(note), shown) {
        (true, true) | (false, false) => Ok(()),
        (false, true) => Err(page.fault(asked, format!("“{note}” on the page"))),
        (true, false) => Err(page.fault(asked, format!("a page without “{note}”"))),
    }
}

impl Page {
    fn fault(&self, asked: &str, expected: impl Into<String>) -> Fault {
        let mut came = format!("“{}”", html::printable(&self.says, QUOTED));
        if !self.asks_for_name {
            came += ", and no form with <input name=\"name\">";
        }
        Fault::new(format!("{asked}, then GET {PATH}"), came, expected)
    }
}
