//! `sweatbox`, a teaching sandbox for web sessions.
//!
//! The rooms of this house stand on floors, and a room imports only from floors below its own
//! (a test sees to it):
//!
//! | floor | rooms |
//! |---|---|
//! | 9 entry | `main` |
//! | 8 command line | [`cli`] |
//! | 7 running | [`server`], [`host`], [`desk`], [`doctor`] |
//! | 6 assembly | [`app`] |
//! | 5 lessons | [`lessons`]; the exercises, which are compiled with `main` |
//! | 4 features | [`quiz`], [`progress`], [`grading`]; [`workshop`], for the exercises |
//! | 3 shared state | [`sandbox`], [`caretaker`], [`class_list`] |
//! | 2 machinery | [`sessions`], [`walkthrough`], [`database`], [`tls`], [`listen`], [`roster`] |
//! | 1 set-up | [`config`], [`xray`], into which the sessions write |
//! | 0 facts | [`identity`], [`page`], [`error`], [`clock`], [`spreadsheet`], [`middleware`](mod@middleware) |
//!
//! To learn how a session works, read [`sessions`] from `attach` down; to see it used,
//! [`lessons`].

pub mod app;
pub mod caretaker;
pub mod class_list;
pub mod cli;
pub mod clock;
pub mod config;
pub mod database;
pub mod desk;
pub mod doctor;
pub mod error;
pub mod grading;
pub mod host;
pub mod identity;
pub mod lessons;
pub mod listen;
pub mod middleware;
pub mod page;
pub mod progress;
pub mod quiz;
pub mod roster;
pub mod sandbox;
pub mod server;
pub mod sessions;
pub mod spreadsheet;
pub mod tls;
pub mod walkthrough;
pub mod workshop;
pub mod xray;
