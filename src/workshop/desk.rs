//! The box office of exercise 0385: its stock, its printer, and its page. Nothing to write here.

use crate::page::page;
use maud::{Markup, html};
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::sleep;

// ANCHOR: stock
/// What there is to sell this evening.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stock {
    /// Which evening, counted from 1.
    pub evening: u32,
    /// How many tickets there are for it.
    pub size: u32,
    /// How many of them are sold.
    pub sold: u32,
}

/// The one stock from which all visitors buy. Cheap to clone: all clones mean the same one.
#[derive(Debug, Clone)]
pub struct Desk(Arc<Mutex<Stock>>);

impl Desk {
    /// Waits until nobody else has the stock; it is yours until you drop the guard.
    pub fn stock(&self) -> MutexGuard<'_, Stock> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
// ANCHOR_END: stock

impl Stock {
    /// How many tickets are left.
    pub fn left(&self) -> u32 {
        self.size.saturating_sub(self.sold)
    }

    /// The next ticket that would be sold, such as `3-17`: evening 3, number 17.
    pub fn next_ticket(&self) -> String {
        format!("{}-{}", self.evening, self.sold + 1)
    }
}

impl Default for Desk {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Stock {
            evening: 1,
            size: 5,
            sold: 0,
        })))
    }
}

/// Prints a ticket, which takes a moment, and on the `slow` printer three seconds.
pub async fn print_ticket(slow: bool) {
    sleep(Duration::from_millis(if slow { 3_000 } else { 30 })).await;
}

/// The page of the copy on `port`: how many tickets are `left`, and those that the visitor has.
/// `refused` tells why the visitor got none.
pub fn desk_page(port: u16, left: u32, tickets: &[String], refused: Option<&str>) -> Markup {
    let main = html! {
        h1 { "The ticket desk" }
        @if let Some(why) = refused {
            p.problem role="alert" { (why) }
        }
        div.card {
            (desk_table(left, tickets))
            (buy_forms())
        }
        div.card {
            h2 { "Another evening" }
            (evening_form())
        }
    };
    page(port, "The ticket desk", &main)
}

// ANCHOR: table
fn desk_table(left: u32, tickets: &[String]) -> Markup {
    html! {
        table {
            tr { th { "Left this evening" } td data-left=(left) { (left) } }
            @for ticket in tickets {
                tr { th { "Your ticket" } td data-ticket=(ticket) { (ticket) } }
            }
        }
    }
}
// ANCHOR_END: table

fn buy_forms() -> Markup {
    html! {
        form.line method="post" action="/0385/buy" {
            button { "Buy a ticket" }
            button name="printer" value="slow" { "Buy one from the slow printer (3 s)" }
        }
    }
}

fn evening_form() -> Markup {
    html! {
        form.line method="post" action="/0385/evening" {
            label for="tickets" { "Tickets for it, from 1 to 100" }
            input #tickets name="tickets" value="5" size="3" inputmode="numeric" autocomplete="off";
            button { "Begin it" }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_tells_its_evening_and_its_number() {
        let stock = Stock {
            evening: 3,
            size: 20,
            sold: 16,
        };
        assert_eq!((stock.next_ticket().as_str(), stock.left()), ("3-17", 4));
    }

    #[test]
    fn the_desk_is_drawn_with_what_a_program_reads() {
        let page = desk_page(41220, 4, &["1-1".into()], Some("No.")).into_string();
        assert!(page.contains(r#"<td data-left="4">4</td>"#));
        assert!(page.contains(r#"<td data-ticket="1-1">1-1</td>"#));
        assert!(page.contains(r#"role="alert">No.<"#));
    }
}
