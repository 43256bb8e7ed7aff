//! The exercises: lessons whose endpoints are the student's to write.
//!
//! Each file here compiles and answers 501, "Not yet". What it has to do stands in its
//! walkthrough, and `sweatbox check --lesson NNNN` tells how far it is.

pub mod desk;
pub mod shop;

use crate::{error::HttpError, sandbox::Lesson};

/// Declares the file of each exercise and puts it into the list.
macro_rules! exercises {
    ($($exercise:ident),* $(,)?) => {
        $(mod $exercise;)*

        /// All exercises, in the order of their numbers.
        pub const EXERCISES: &[&Lesson] = &[$(&$exercise::EXERCISE),*];
    };
}

exercises![
    e0335_visit_log,
    e0345_cart,
    e0385_ticket_desk,
    e0415_safe_login
];

/// What an endpoint answers that nobody has written yet: 501, which no check takes for right.
pub fn not_yet(file: &str) -> HttpError {
    HttpError::NotYet(format!("This is yours to write, in {file}."))
}
