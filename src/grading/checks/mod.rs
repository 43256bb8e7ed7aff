//! The checks: each in a file of its own, and one line in the list below.

mod altered;
mod cart;
mod login;
mod session_cookie;
mod signature;
mod ticket_desk;
mod visit_log;
pub(super) mod wait_page;

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
    c0310_flags,
    c0310_age,
    c0310_foreign_image,
    c0330_survives,
    c0330_own_session,
    c0335_each_visit,
    c0335_newest_first,
    c0335_at_most_ten,
    c0335_own_log,
    c0335_head,
    c0335_clear,
    c0335_own_pages_only,
    c0340_reachable,
    c0340_page,
    c0340_first_visit,
    c0340_escalates,
    c0340_resets,
    c0340_ignores,
    c0340_newcomer,
    c0340_onwards,
    c0340_overlapping,
    c0340_head,
    c0345_looking,
    c0345_adding,
    c0345_changing,
    c0345_total,
    c0345_quantities,
    c0345_most_of_one,
    c0345_articles,
    c0345_own_cart,
    c0345_two_tabs,
    c0350_cookie_name,
    c0350_one_browser,
    c0350_pasted_cookie,
    c0385_selling,
    c0385_sold_out,
    c0385_last_five,
    c0385_two_tabs,
    c0400_tampered,
    c0400_key,
    c0410_unknown_id,
    c0410_foreign_form,
    c0415_hello,
    c0415_html,
    c0415_note,
    c0415_new_id,
    c0415_two_logins,
    c0415_logout,
    c0415_own_pages_only,
    c0415_names,
];
