//! The lessons: each a live endpoint in a file of its own, and one line in the list below.

use crate::sandbox::Lesson;

/// Declares the file of each lesson and puts it into the list.
macro_rules! lessons {
    ($($lesson:ident),* $(,)?) => {
        $(mod $lesson;)*

        /// All lessons, in the order in which they are learned.
        pub const LESSONS: &[&Lesson] = &[$(&$lesson::LESSON),*];
    };
}

lessons![
    l0300_http_forgets,
    l0310_cookies,
    l0320_the_id_in_a_header,
    l0330_a_session_that_counts,
    l0340_got_you_sweating,
    l0350_sandbox_and_production,
    l0360_where_the_notes_live,
    l0370_the_memorystore_warning,
    l0380_lost_updates,
    l0390_the_quiz,
    l0400_a_port_is_not_a_secret,
    l0410_logging_in,
    l0420_under_the_hood,
];

/// For whoever feeds it with queries that no browser writes.
pub use l0340_got_you_sweating::Asked;
