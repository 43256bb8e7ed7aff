//! Solutions of the exercises: right ones, which show that every check can be passed, and wrong
//! ones, which show that every check can fail.

pub mod e0335_visit_log;
pub mod e0345_cart;
pub mod e0385_ticket_desk;
pub mod e0415_safe_login;
pub mod wrong;

use axum::Router;
use sweatbox::sandbox::Sandbox;

/// An exercise's number and the routes of a solution.
type Solution = (u16, fn() -> Router<Sandbox>);

/// The right solutions, by the numbers of their exercises.
pub const RIGHT: &[Solution] = &[
    (335, e0335_visit_log::router),
    (345, e0345_cart::router),
    (385, e0385_ticket_desk::router),
    (415, e0415_safe_login::router),
];
