//! Check: a new visitor's cart is empty, and looking at it starts no session.

use super::cart::{PATH, expect, look};
use crate::grading::{Check, Fault, Probe, Run, Verdict};

const ASKED: &str = "GET /0345 from a new browser";

pub(super) const CHECK: Check = Check {
    id: "0345-looking",
    title: "an empty cart costs nothing, not even a cookie",
    lesson: 345,
    section: "The page",
    weight: 1,
    run: Run::Copy(|probe| Box::pin(run(probe))),
};

async fn run(probe: &Probe) -> Verdict {
    let browser = probe.browser();
    let cart = look(&browser).await?;
    if cart.total != "0" {
        let came = format!("data-total-cents=\"{}\"", cart.total);
        return Err(Fault::new(ASKED, came, "data-total-cents=\"0\""));
    }
    if browser.has_cookies() {
        let expected = "no Set-Cookie: nothing was put into the cart, so there is nothing to keep";
        return Err(Fault::new(ASKED, "a cookie", expected));
    }
    expect(&browser, &format!("GET {PATH}"), &[]).await
}
