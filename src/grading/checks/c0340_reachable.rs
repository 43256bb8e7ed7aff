//! Check: the copy speaks TLS, with a certificate that browsers can use.

use crate::grading::{Check, Fault, Probe, Run, Verdict, handshake, html};
use time::OffsetDateTime;

pub(super) const CHECK: Check = Check {
    id: "0340-reachable",
    title: "reachable over TLS, with a certificate for this host and this day",
    lesson: 340,
    section: "Before the first visitor: what the port decides",
    weight: 2,
    run: Run::Copy(|probe| Box::pin(run(probe))),
};

async fn run(probe: &Probe) -> Verdict {
    let (host, port) = (probe.host(), probe.port());
    let shown = handshake::certificate(host, port).await?;
    let asked = format!("the certificate of {host}, port {port}");
    let (from, until) = (shown.not_before, shown.not_after);
    if !(from..=until).contains(&OffsetDateTime::now_utc()) {
        let came = format!("valid from {} until {}", from.date(), until.date());
        return Err(Fault::new(asked, came, "one that is valid today"));
    }
    // Through a tunnel, or on the host itself, one comes to it under another name.
    if !shown.is_for(host) && !shown.is_for("localhost") {
        let came = match html::printable(&shown.names.join(", "), 200) {
            none if none.is_empty() => "one without alternative names".to_owned(),
            names => format!("one for {names}"),
        };
        let expected = format!("one for {host} or localhost");
        return Err(Fault::new(asked, came, expected));
    }
    Ok(())
}
