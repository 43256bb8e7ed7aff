//! What those hear who want something of a carrier, as far as it is known.

use super::{
    line::Line,
    lock::lost,
    tick::Taken,
    wish::{Take, Wish},
};
use crate::sessions::stores::StoreResult;

/// What a wish is answered; nothing yet.
pub(super) type Heard = Option<StoreResult<bool>>;

/// What is known of a wish without asking the server.
pub(super) fn known(wish: &Wish, line: &Line, back: &[String]) -> Heard {
    match wish {
        // Never over another connection: the lock went down with its own.
        Wish::Save(save) if save.number != line.number => Some(Err(lost())),
        // The server would grant it once more, to the same connection.
        Wish::Take(take) if line.held.contains(&take.name) && !back.contains(&take.name) => {
            Some(Ok(false))
        }
        _ => None,
    }
}

/// Each who wants a lock hears what became of it.
pub(super) fn tell(wishes: &[Wish], heard: &mut [Heard], number: u64, mut taken: Taken) {
    let mut granted = taken.granted.into_iter();
    for (take, heard) in takes(wishes).zip(heard) {
        let Some(take) = take.filter(|_| heard.is_none()) else {
            continue;
        };
        match granted.next() {
            Some(true) => take.granted(number, taken.found.remove(&take.id)),
            _ => take.not_granted(),
        }
        *heard = Some(Ok(false));
    }
}

/// The names of the locks of which nobody knows what became.
pub(super) fn untold<'a>(wishes: &'a [Wish], heard: &[Heard]) -> impl Iterator<Item = &'a str> {
    let open = takes(wishes)
        .zip(heard)
        .filter(|(_, heard)| heard.is_none());
    open.filter_map(|(take, _)| take.map(|take| &*take.name))
}

/// Each wish that is one for a lock.
fn takes(wishes: &[Wish]) -> impl Iterator<Item = Option<&Take>> {
    wishes.iter().map(|wish| match wish {
        Wish::Take(take) => Some(take),
        Wish::Save(_) => None,
    })
}
