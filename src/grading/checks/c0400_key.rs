//! Check: the key that signs the cookie is nothing that one can guess.

use super::{
    session_cookie::begin,
    signature::{Known, guessed},
};
use crate::grading::{Check, Fault, Probe, Run, Verdict};
use tokio::{sync::Semaphore, task::spawn_blocking};

/// So many searches at once: each keeps a core busy, and those of a class would together keep
/// all cores from the checks that only wait.
static SEARCHES: Semaphore = Semaphore::const_new(2);

pub(super) const CHECK: Check = Check {
    id: "0400-key",
    title: "the key of the signature is no port and no other guessable thing",
    lesson: 400,
    section: "A key that everybody knows",
    weight: 3,
    run: Run::Copy(|probe| Box::pin(run(probe))),
};

async fn run(probe: &Probe) -> Verdict {
    let (_, cookie) = begin(probe).await?;
    let known = Known {
        port: probe.port(),
        host: probe.host().to_owned(),
        words: probe.words().to_vec(),
    };
    let value = cookie.value().to_owned();
    // A second of computing, in which other copies are to be judged. The place is the search's
    // own, which goes on when nobody waits for it any more.
    let place = SEARCHES.acquire().await;
    let search = spawn_blocking(move || {
        let _place = place;
        guessed(&value, &known)
    });
    let search = search.await;
    let found = search.expect("the search ends, and nobody aborts it");
    found.map_or(Ok(()), |key| {
        let asked = "GET / by a new browser; then, without asking any more, keys for its cookie";
        let came = format!("its signature is made with {key}");
        let expected = "a key of random bytes that stays on the host";
        Err(Fault::new(asked, came, expected))
    })
}
