//! The checks: each in a file of its own, and one line in the list below.

mod cart;
mod login;
mod ticket_desk;
mod visit_log;

use super::Check;

/// Declares the file of each check and puts it into the list.
macro_rules! checks {
    ($($check:ident),* $(,)?) => {
        $(mod $check;)*

        /// All checks, by the numbers of their lessons, the simplest first.
        pub const CHECKS: &[Check] = &[$($check::CHECK),*];
    };
}

checks![
    c0335_each_visit,
    c0335_newest_first,
    c0335_at_most_ten,
    c0335_own_log,
    c0335_head,
    c0335_clear,
    c0335_own_pages_only,
    c0345_looking,
    c0345_adding,
    c0345_changing,
    c0345_total,
    c0345_quantities,
    c0345_most_of_one,
    c0345_articles,
    c0345_own_cart,
    c0345_two_tabs,
    c0385_selling,
    c0385_sold_out,
    c0385_last_five,
    c0385_two_tabs,
    c0415_hello,
    c0415_html,
    c0415_note,
    c0415_new_id,
    c0415_two_logins,
    c0415_logout,
    c0415_own_pages_only,
    c0415_names,
];
