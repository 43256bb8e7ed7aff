//! The quiz of lesson 0390, from outside: its calls, its endings, its losses.

mod contract;
mod crash;
mod endings;
mod files;
mod openapi;
mod parameters;
mod refusals;
mod results;
mod secrets;
mod store_down;
mod streams;
pub mod support;
mod tabs;
