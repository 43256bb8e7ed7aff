//! What the event streams hear of the room's news.

use super::{
    room::{Entry, Follow, Start, State},
    *,
};
use rand::{SeedableRng, rngs::StdRng};

const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

fn admitted(entry: Entry) -> String {
    match entry {
        Entry::Admitted(session) => session,
        other => panic!("{other:?}"),
    }
}

#[test]
fn after_a_takeover_the_stream_of_the_session_before_is_over() {
    let mut rng = StdRng::seed_from_u64(1);
    let ann: Name = "Ann".parse().unwrap();
    let mut room = Room::new(Bank::practice());
    room.learn_past(HashMap::new());
    let first = admitted(room.enrol(&ann, "hash".into(), NOW, &mut rng));
    let second = admitted(room.admit(&ann, NOW, &mut rng));
    let started = room.start(&first, NOW, &mut rng);
    assert!(matches!(started, Ok(Start::New(_))), "{started:?}");
    let Ok(Follow::Live(candidate, live)) = room.follow(&first, NOW) else {
        panic!("it runs in this session");
    };
    let (sender, stream) = watch::channel(live);
    let mut inner = Inner {
        room,
        streams: HashMap::from([(candidate, sender)]),
        finished: Vec::new(),
        overview: false,
    };
    inner.tell();
    assert!(stream.has_changed().is_ok());
    assert!(inner.room.release(&ann, NOW));
    let state = inner.room.state(&second, NOW);
    assert!(matches!(state, Ok(State::There(_))), "{state:?}");
    inner.tell();
    assert!(stream.has_changed().is_err(), "it still hears every answer");
}
