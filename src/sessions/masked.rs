//! The beginning of a session's id, for eyes.

use crate::xray::Masked;
use tower_sessions::session::Id;

/// The first four characters: enough to tell sessions apart in a log, too few to use one.
pub fn masked(id: &Id) -> Masked {
    // They are its first three bytes. To print all of it would take longer than anything else that
    // is written down of a request.
    let [first, second, third, ..] = id.0.to_le_bytes();
    Masked::of_bytes([first, second, third])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_shown_as_it_begins_in_the_cookie() {
        for id in [Id(0), Id(-1), Id(0x1234_5678_9abc), Id::default()] {
            assert_eq!(masked(&id), Masked::new(&id.to_string()));
        }
    }
}
