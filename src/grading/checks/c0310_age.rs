//! Check: the session's cookie lives for an hour.

use super::session_cookie::{begin, told};
use crate::grading::{Check, Fault, Probe, Run, Verdict};
use cookie::Cookie;
use time::{Duration, OffsetDateTime};

/// An hour, as well as two clocks agree on it.
const ABOUT_AN_HOUR: std::ops::RangeInclusive<Duration> =
    Duration::minutes(55)..=Duration::minutes(65);

pub(super) const CHECK: Check = Check {
    id: "0310-age",
    title: "the cookie lives for an hour",
    lesson: 310,
    section: "Path and time",
    weight: 1,
    run: Run::Copy(|probe| Box::pin(run(probe))),
};

async fn run(probe: &Probe) -> Verdict {
    let (_, cookie) = begin(probe).await?;
    let age = age(&cookie, OffsetDateTime::now_utc());
    match age.is_some_and(|age| ABOUT_AN_HOUR.contains(&age)) {
        true => Ok(()),
        false => Err(Fault::new(
            "GET / by a new browser",
            told(&cookie),
            "Max-Age=3600, or Expires in one hour",
        )),
    }
}

/// `Max-Age` goes before `Expires` (RFC 6265, 4.1.2.2); without either, the browser decides.
fn age(cookie: &Cookie<'_>, now: OffsetDateTime) -> Option<Duration> {
    let until = cookie.expires_datetime().map(|end| end - now);
    cookie.max_age().or(until)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_age_is_told_in_either_way() {
        let now = time::macros::datetime!(2027-01-31 09:05:00 UTC);
        for (cookie, minutes) in [
            (
                "a=1; Max-Age=3600; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
                Some(60),
            ),
            ("a=1; Expires=Sun, 31 Jan 2027 10:06:00 GMT", Some(61)),
            ("a=1; Path=/", None),
        ] {
            let cookie = Cookie::parse(cookie).unwrap();
            assert_eq!(
                age(&cookie, now),
                minutes.map(Duration::minutes),
                "{cookie}"
            );
        }
    }
}
