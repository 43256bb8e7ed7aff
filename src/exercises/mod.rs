//! The exercises: lessons whose endpoints are the student's to write.
//!
//! Each file here compiles and answers 501, "Not yet". What it has to do stands in its
//! walkthrough, and `sweatbox check --lesson NNNN` tells how far it is.
//!
//! They belong to the program and not to the library `sweatbox`, so that after an edit these few
//! files are compiled, and not all the rest with them.

use sweatbox::sandbox::Lesson;

/// Declares the file of each exercise and puts it into the list.
macro_rules! exercises {
    ($($exercise:ident),* $(,)?) => {
        $(mod $exercise;)*

        /// All exercises, in the order of their numbers.
        pub(crate) const EXERCISES: &[&Lesson] = &[$(&$exercise::EXERCISE),*];
    };
}

exercises![
    e0335_visit_log,
    e0345_cart,
    e0385_ticket_desk,
    e0415_safe_login
];
