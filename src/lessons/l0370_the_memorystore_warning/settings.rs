//! The switches of the simulated site, three of them named as in Express.

use super::naive_store::Second;

/// After so long without a request a record has expired, and a cookie that has not been set
/// again. A minute in place of the usual hour: the clock is shortened.
pub(super) const LIFETIME: Second = 60;

/// How the site is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Settings {
    /// Whether a session is kept although nothing was put into it.
    pub(super) save_uninitialized: bool,
    /// Whether a record is written again although nothing in it has changed.
    pub(super) resave: bool,
    /// Whether every answer sets the cookie again, with its full age.
    pub(super) rolling: bool,
    /// Whether records come to an end.
    pub(super) expiry: Expiry,
    /// How many processes answer by turns, each with a store of its own.
    pub(super) processes: usize,
}

/// What becomes of old records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expiry {
    /// They stay.
    Never,
    /// They expire, and are removed when somebody asks for them.
    Asked,
    /// They expire, and a purge looks for them regularly.
    Purged,
}

impl Expiry {
    /// All positions, with their words in the address and on the page.
    pub(super) const ALL: [(Self, &'static str, &'static str); 3] = [
        (Self::Never, "never", "never"),
        (Self::Asked, "asked", "after 60 s, removed if asked for"),
        (
            Self::Purged,
            "purge",
            "after 60 s, and purged once a minute",
        ),
    ];
}

impl Settings {
    /// What Express does where the program does not say otherwise.
    pub(super) const EXPRESS: Self = Self {
        save_uninitialized: true,
        resave: true,
        rolling: false,
        expiry: Expiry::Never,
        processes: 1,
    };

    /// The setting in an address; `None` where it has none. What is left out, or makes no
    /// sense, is as in Express.
    pub(super) fn from_query(query: &str) -> Option<Self> {
        let value = |name: &str| {
            let mut parameters = form_urlencoded::parse(query.as_bytes());
            let found = parameters.find(|(other, _)| other == name);
            found.map(|(_, value)| value.into_owned())
        };
        let switch = |name, otherwise| match value(name).as_deref() {
            Some("true") => true,
            Some("false") => false,
            _ => otherwise,
        };
        let word = value("expiry").unwrap_or_default();
        let mut positions = Expiry::ALL.into_iter();
        let expiry = positions.find(|(_, other, _)| *other == word);
        value("saveUninitialized").is_some().then(|| Self {
            save_uninitialized: switch("saveUninitialized", Self::EXPRESS.save_uninitialized),
            resave: switch("resave", Self::EXPRESS.resave),
            rolling: switch("rolling", Self::EXPRESS.rolling),
            expiry: expiry.map_or(Self::EXPRESS.expiry, |(expiry, ..)| expiry),
            processes: match value("processes").as_deref() {
                Some("2") => 2,
                _ => Self::EXPRESS.processes,
            },
        })
    }

    // ANCHOR: decisions
    /// Whether the record is written after the handler. `known`: the request came with the id
    /// of a record. `changed`: the handler put something into the session.
    pub(super) fn saves(self, known: bool, changed: bool) -> bool {
        match known {
            true => changed || self.resave,
            false => changed || self.save_uninitialized,
        }
    }

    /// Whether the answer carries a `Set-Cookie`.
    pub(super) fn sets_cookie(self, known: bool, changed: bool) -> bool {
        match known {
            // A cookie with an age gets a fresh one with each change. One without lasts anyway.
            true => self.rolling || (changed && self.expiry != Expiry::Never),
            false => changed || self.save_uninitialized,
        }
    }
    // ANCHOR_END: decisions

    /// When a record or a cookie that is written at `now` comes to its end.
    pub(super) fn expires(self, now: Second) -> Option<Second> {
        (self.expiry != Expiry::Never).then_some(now + LIFETIME)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_address_leaves_out_is_as_in_express() {
        for query in ["", "&&=%ff", "resave=false", "x=saveUninitialized"] {
            assert_eq!(Settings::from_query(query), None, "{query}");
        }
        for query in [
            "saveUninitialized",
            "saveUninitialized=perhaps&expiry=x&processes=999",
        ] {
            let settings = Settings::from_query(query);
            assert_eq!(settings, Some(Settings::EXPRESS), "{query}");
        }
        let all = "saveUninitialized=false&resave=false&rolling=true&expiry=purge&processes=2";
        let expected = Settings {
            save_uninitialized: false,
            resave: false,
            rolling: true,
            expiry: Expiry::Purged,
            processes: 2,
        };
        assert_eq!(Settings::from_query(all), Some(expected));
    }
}
