//! Wrong solutions, each with one mistake that people make, and the check that must find it.

mod e0335_clear_by_link;
mod e0335_head_counts;
mod e0335_keeps_eleven;
mod e0335_never_cleared;
mod e0335_odd_times;
mod e0335_oldest_first;
mod e0335_one_for_all;
mod e0345_as_asked;
mod e0345_cents_as_fractions;
mod e0345_forgets_the_sum;
mod e0345_looking_begins;
mod e0345_negative;
mod e0345_old_cart;
mod e0345_one_for_all;
mod e0345_sets_instead;
mod e0345_zero_stays;
mod e0385_as_given;
mod e0385_looks_first;
mod e0385_old_list;
mod e0385_only_the_latest;
mod e0385_says_nothing;
mod e0415_any_name;
mod e0415_begins_anew;
mod e0415_first_name_stays;
mod e0415_forgets_the_cookie;
mod e0415_html_as_typed;
mod e0415_keeps_id;
mod e0415_logout_by_link;
mod e0415_one_for_all;

use axum::Router;
use sweatbox::sandbox::Sandbox;

/// A wrong solution.
pub struct Wrong {
    /// The name of its file.
    pub file: &'static str,
    pub router: fn() -> Router<Sandbox>,
    /// The id of a check that must reject it.
    pub rejected_by: &'static str,
}

/// Names each file once.
macro_rules! wrong {
    ($($file:ident by $check:literal),* $(,)?) => {
        pub const WRONG: &[Wrong] = &[$(Wrong {
            file: stringify!($file),
            router: $file::router,
            rejected_by: $check,
        }),*];
    };
}

wrong![
    e0335_odd_times by "0335-each-visit",
    e0335_oldest_first by "0335-newest-first",
    e0335_keeps_eleven by "0335-at-most-ten",
    e0335_one_for_all by "0335-own-log",
    e0335_head_counts by "0335-head",
    e0335_never_cleared by "0335-clear",
    e0335_clear_by_link by "0335-own-pages-only",
    e0345_looking_begins by "0345-looking",
    e0345_sets_instead by "0345-adding",
    e0345_zero_stays by "0345-changing",
    e0345_cents_as_fractions by "0345-total",
    e0345_negative by "0345-quantities",
    e0345_forgets_the_sum by "0345-most-of-one",
    e0345_as_asked by "0345-articles",
    e0345_one_for_all by "0345-own-cart",
    e0345_old_cart by "0345-two-tabs",
    e0385_only_the_latest by "0385-selling",
    e0385_says_nothing by "0385-sold-out",
    e0385_as_given by "0385-last-five",
    e0385_looks_first by "0385-last-five",
    e0385_old_list by "0385-two-tabs",
    e0415_any_name by "0415-names",
    e0415_begins_anew by "0415-note",
    e0415_first_name_stays by "0415-hello",
    e0415_forgets_the_cookie by "0415-logout",
    e0415_html_as_typed by "0415-html",
    e0415_keeps_id by "0415-new-id",
    e0415_logout_by_link by "0415-own-pages-only",
    e0415_one_for_all by "0415-two-logins",
];
