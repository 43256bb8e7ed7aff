//! Check: no ticket is sold twice, however many want the last ones at once.

use super::ticket_desk::{PATH, SOLD_OUT, begin, buy_at_once, look, told};
use crate::grading::{Check, Fault, Probe, Run, Verdict, browser::Browser};

/// So many browsers want one of so many tickets.
const BROWSERS: usize = 20;
const TICKETS: usize = 5;

pub(super) const CHECK: Check = Check {
    id: "0385-last-five",
    title: "of 20 who want the last 5 tickets at once, 5 get one",
    lesson: 385,
    section: "One ticket, two buyers",
    weight: 3,
    run: Run::Copy(|probe| Box::pin(run(probe))),
};

async fn run(probe: &Probe) -> Verdict {
    let browsers: Vec<_> = (0..BROWSERS).map(|_| probe.browser()).collect();
    begin(&browsers[0], TICKETS as u32).await?;
    let asked = format!("{TICKETS} tickets, POST /0385/buy from {BROWSERS} browsers at once");
    let (mut obeyed, mut refused) = (0, 0);
    for answer in buy_at_once(&browsers).await? {
        // An answer of any other kind is a fault by itself.
        match answer.expect_obeyed(PATH) {
            Ok(()) => obeyed += 1,
            Err(_) => {
                answer.expect(SOLD_OUT)?;
                refused += 1;
            }
        }
    }
    if (obeyed, refused) != (TICKETS, BROWSERS - TICKETS) {
        let came = format!("a ticket for {obeyed} of them, and 409 for {refused}");
        let late = BROWSERS - TICKETS;
        let expected = format!("a ticket for {TICKETS} of them, and 409 for {late}");
        return Err(Fault::new(asked, came, expected));
    }
    expect_all_different(&browsers, &asked).await
}

async fn expect_all_different(browsers: &[Browser], asked: &str) -> Verdict {
    let mut tickets = Vec::new();
    for browser in browsers {
        tickets.extend(look(browser).await?.tickets);
    }
    tickets.sort();
    let all = tickets.clone();
    tickets.dedup();
    if all.len() == TICKETS && tickets.len() == TICKETS {
        return Ok(());
    }
    let asked = format!("{asked}, then GET {PATH} from each");
    let expected = format!("tickets: {TICKETS} in all, no two the same");
    Err(Fault::new(asked, told(&all), expected))
}
