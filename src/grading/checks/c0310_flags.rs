//! Check: the session's cookie has the attributes that protect it.

use super::session_cookie::{begin, told};
use crate::grading::{Check, Fault, Probe, Run, Verdict};
use cookie::{Cookie, SameSite};

pub(super) const CHECK: Check = Check {
    id: "0310-flags",
    title: "the cookie is protected: Secure, HttpOnly, SameSite, Path=/",
    lesson: 310,
    section: "Set one",
    weight: 2,
    run: Run::Copy(|probe| Box::pin(run(probe))),
};

async fn run(probe: &Probe) -> Verdict {
    let (_, cookie) = begin(probe).await?;
    let missing = missing(&cookie);
    if missing.is_empty() {
        return Ok(());
    }
    let came = format!("{}, without {}", told(&cookie), missing.join(", "));
    let expected = "Secure; HttpOnly; SameSite=Lax; Path=/";
    Err(Fault::new("GET / by a new browser", came, expected))
}

fn missing(cookie: &Cookie<'_>) -> Vec<&'static str> {
    // Browsers treat a cookie without `SameSite` in different ways.
    let same_site = matches!(cookie.same_site(), Some(SameSite::Lax | SameSite::Strict));
    let attributes = [
        ("Secure", cookie.secure() == Some(true)),
        ("HttpOnly", cookie.http_only() == Some(true)),
        ("SameSite=Lax", same_site),
        ("Path=/", cookie.path() == Some("/")),
    ];
    let missing = attributes.into_iter().filter(|(_, there)| !there);
    missing.map(|(attribute, _)| attribute).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_attribute_that_is_not_there_or_is_another_is_missing() {
        for (cookie, lacks) in [
            ("a=1; Secure; HttpOnly; SameSite=Lax; Path=/", vec![]),
            ("a=1; path=/; samesite=strict; httponly; secure", vec![]),
            (
                "a=1; Secure; HttpOnly; SameSite=None; Path=/app",
                vec!["SameSite=Lax", "Path=/"],
            ),
            ("a=1", vec!["Secure", "HttpOnly", "SameSite=Lax", "Path=/"]),
        ] {
            assert_eq!(missing(&Cookie::parse(cookie).unwrap()), lacks, "{cookie}");
        }
    }
}
