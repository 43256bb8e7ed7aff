//! What the checks of exercise 0385 have in common: evenings, purchases, and the desk's page.

use crate::grading::{Fault, Verdict, answer::Answer, browser::Browser, html};
use reqwest::StatusCode;
use tokio::task::JoinSet;

/// The page of the desk.
pub(super) const PATH: &str = "/0385";
/// What a purchase is answered when there is no ticket left.
pub(super) const SOLD_OUT: StatusCode = StatusCode::CONFLICT;

/// The desk, as a page shows it.
pub(super) struct Desk {
    /// How many tickets are left, as it stands there.
    pub(super) left: String,
    /// The visitor's own, sorted.
    pub(super) tickets: Vec<String>,
}

/// Begins an evening with so many tickets.
pub(super) async fn begin(browser: &Browser, tickets: u32) -> Verdict {
    let tickets = tickets.to_string();
    let fields = [("tickets", tickets.as_str())];
    let answer = browser.submit("/0385/evening", &fields).await?;
    answer.expect_obeyed(PATH)
}

/// Asks for a ticket.
pub(super) async fn buy(browser: &Browser) -> Result<Answer, Fault> {
    browser.submit("/0385/buy", &[]).await
}

/// Asks for a ticket that is there to be had.
pub(super) async fn get_one(browser: &Browser) -> Verdict {
    buy(browser).await?.expect_obeyed(PATH)
}

/// Asks for one ticket in each of these browsers or tabs, in all at the same time.
pub(super) async fn buy_at_once(browsers: &[Browser]) -> Result<Vec<Answer>, Fault> {
    let mut purchases = JoinSet::new();
    for browser in browsers {
        let browser = browser.clone();
        purchases.spawn(async move { buy(&browser).await });
    }
    purchases.join_all().await.into_iter().collect()
}

/// Looks at the desk.
pub(super) async fn look(browser: &Browser) -> Result<Desk, Fault> {
    let answer = browser.get(PATH).await?.expect(StatusCode::OK)?;
    let elements = html::elements_within(&answer.text, "table");
    let values = |name: &'static str| {
        let values = elements.iter().filter_map(move |one| one.attribute(name));
        values.map(|value| html::printable(value, 40))
    };
    let left = values("data-left").next().ok_or_else(|| {
        let came = "no attribute data-left in a <table>";
        Fault::new(&answer.asked, came, "an element in the table that has it")
    })?;
    let mut tickets: Vec<_> = values("data-ticket").collect();
    tickets.sort();
    Ok(Desk { left, tickets })
}

impl Desk {
    /// That so many tickets are left, and so many are the visitor's, no two of them the same.
    pub(super) fn expect(&self, asked: &str, left: u32, own: usize) -> Verdict {
        let mut distinct = self.tickets.clone();
        distinct.dedup();
        if self.left == left.to_string() && self.tickets.len() == own && distinct.len() == own {
            return Ok(());
        }
        let came = format!("left: {}; {}", self.left, told(&self.tickets));
        let expected = format!("left: {left}; tickets: {own}, no two the same");
        Err(Fault::new(
            format!("{asked}, then GET {PATH}"),
            came,
            expected,
        ))
    }
}

/// These tickets as a message names them.
pub(super) fn told(tickets: &[String]) -> String {
    match tickets {
        [] => "tickets: none".into(),
        tickets if tickets.len() <= 20 => format!("tickets: {}", tickets.join(", ")),
        tickets => format!("tickets: {}, …", tickets[..20].join(", ")),
    }
}
