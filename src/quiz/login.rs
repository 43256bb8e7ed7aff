//! Logging in: a name and a pin for a session.

use super::{
    Quiz,
    name::Name,
    pin::Unchecked,
    room::{Entry, Knock},
};
use secrecy::SecretString;
use time::Duration;

/// What is said where the names are full, before the pin is looked at or after.
const NAMES_FULL: &str = "The quiz has no room for a further name.";

/// How a login came out.
#[derive(Debug)]
pub(super) enum Login {
    /// With this session.
    Admitted(String),
    /// There is no such name, or its pin is another one.
    Wrong,
    /// Too many pins were wrong: not before so much time has passed.
    Wait(Duration),
    /// Nothing was looked at: why.
    Unavailable(&'static str),
}

impl Quiz {
    /// Logs `name` in. In an open quiz the first login of a name sets its pin.
    pub(super) async fn login(&self, name: &Name, pin: &SecretString) -> Login {
        self.want_past();
        loop {
            // Two may choose the same name at the same moment. The first one's pin stands; the
            // other login begins anew, and finds a name that is known.
            if let Some(login) = self.try_login(name, pin).await {
                return login;
            }
        }
    }

    async fn try_login(&self, name: &Name, pin: &SecretString) -> Option<Login> {
        match self.act(|inner, now| inner.room.knock(name, now)) {
            Knock::Wait(wait) => Some(Login::Wait(wait)),
            Knock::Full => Some(Login::Unavailable(NAMES_FULL)),
            Knock::Compare { hash, known } => {
                let compared = self.0.pins.compare(pin.clone(), hash).await;
                match compared {
                    Ok(true) if known => self.admit(name),
                    Ok(_) => {
                        self.act(|inner, now| inner.room.wrong(name, now));
                        Some(Login::Wrong)
                    }
                    Err(unchecked) => Some(self.give_up(name, &unchecked)),
                }
            }
            Knock::Set => match self.0.pins.hash(pin.clone()).await {
                Ok(hash) => self.enrol(name, &hash),
                Err(unchecked) => Some(self.give_up(name, &unchecked)),
            },
        }
    }

    fn admit(&self, name: &Name) -> Option<Login> {
        entered(self.act(|inner, now| inner.room.admit(name, now, &mut rand::rng())))
    }

    fn enrol(&self, name: &Name, hash: &SecretString) -> Option<Login> {
        entered(self.act(|inner, now| {
            let hash = hash.clone();
            inner.room.enrol(name, hash, now, &mut rand::rng())
        }))
    }

    fn give_up(&self, name: &Name, why: &Unchecked) -> Login {
        self.act(|inner, now| inner.room.unchecked(name, now));
        match why {
            Unchecked::Busy => Login::Unavailable("Too many are logging in at this moment."),
            Unchecked::Failed(cause) => {
                tracing::error!(%cause, "a pin could not be looked at");
                Login::Unavailable("Pins cannot be looked at right now.")
            }
        }
    }
}

/// `None` when somebody else was faster.
fn entered(entry: Entry) -> Option<Login> {
    match entry {
        Entry::Admitted(session) => Some(Login::Admitted(session)),
        Entry::NamesFull => Some(Login::Unavailable(NAMES_FULL)),
        Entry::SessionsFull => Some(Login::Unavailable("There are too many sessions.")),
        Entry::Taken => None,
    }
}
