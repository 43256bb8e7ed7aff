//! What the checks of the session's cookie have in common: getting one, and telling of it.

use super::wait_page::{PATH, load};
use crate::grading::{Fault, Probe, answer::Answer, browser::Browser, html};
use cookie::Cookie;

/// The name that the port decides.
pub(super) fn name(probe: &Probe) -> String {
    format!("s{}Cookie", probe.port())
}

/// A new browser that has visited the page once, and the cookie by which the copy knows it.
pub(super) async fn begin(probe: &Probe) -> Result<(Browser, Cookie<'static>), Fault> {
    let browser = probe.browser();
    let page = load(&browser, PATH).await?;
    let cookie = of_session(&page.answer, &name(probe))?;
    Ok((browser, cookie))
}

/// The cookie called `name` that an answer sets. Without one the first, whatever its name: the
/// name is a check of its own.
fn of_session(answer: &Answer, name: &str) -> Result<Cookie<'static>, Fault> {
    let named = answer.cookies.iter().find(|cookie| cookie.name() == name);
    let cookie = named.or(answer.cookies.first());
    cookie.cloned().ok_or_else(|| {
        let asked = "GET / by a new browser";
        Fault::new(asked, "no cookie", format!("a cookie called {name}"))
    })
}

/// A `Set-Cookie` as a message may tell it: without the value, by which others could come in.
pub(super) fn told(cookie: &Cookie<'_>) -> String {
    let mut cookie = cookie.clone();
    cookie.set_value("…");
    html::printable(&format!("Set-Cookie: {cookie}"), 200)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_told_with_its_attributes_and_without_its_value() {
        let cookie = Cookie::parse("s1Cookie=secret; Path=/; HttpOnly").unwrap();
        assert_eq!(told(&cookie), "Set-Cookie: s1Cookie=…; HttpOnly; Path=/");
    }
}
