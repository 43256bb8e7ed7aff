//! The behaviour of the whole program, over real TLS and real databases.
//!
//! One binary, since each one links again. What needs a server that is not part of the program
//! is ignored, with the reason, and run by `scripts/test`.
#![expect(
    clippy::unwrap_used,
    reason = "in a test, a panic with its place is the report"
)]
#![expect(
    unreachable_pub,
    reason = "one binary: `pub` is what the tests may use"
)]

/// The exercises as they are given to students, who compile them with the program.
#[path = "../../src/exercises/mod.rs"]
mod given;
#[path = "../solutions/mod.rs"]
mod solutions;
mod support;

mod architecture;
mod browser_axe;
mod browser_class;
mod browser_desk;
mod browser_foreign;
mod browser_lessons;
mod browser_neighbours;
mod browser_pages;
mod browser_quiz;
mod browser_report;
mod carriers;
mod certificates;
mod command_line;
mod connections;
mod corpora;
mod curriculum;
mod desk;
mod doctor_stores;
mod exercises;
#[cfg(feature = "redis")]
mod failover;
mod files;
mod floods;
mod grading_checks;
mod grading_class;
mod grading_express;
mod grading_hostile;
mod headers;
mod history;
mod hosting;
mod large_purges;
mod looking_after;
mod outages;
mod packaging;
mod plain_crates;
mod progress;
mod quiz;
mod random_cookies;
mod replicas;
mod roster_assign;
mod scaling;
mod secrets;
mod session_rules;
mod slow_clients;
mod stopping;
mod store_faults;
mod store_rules;
mod supply_chain;
mod tables;
mod tls_profile;
mod two_copies;
mod wait_counter;
mod xray;
