//! A visit to one of the apps, and the two things that go wrong without one.

use super::{
    app::{Found, Settings},
    tables::{Row, Tables},
};
use axum::http::{HeaderMap, HeaderValue};

/// A visit to an app, and what came of it.
pub(super) struct Visit {
    pub(super) own: Settings,
    pub(super) other: Settings,
    pub(super) found: Found,
    /// Whether the other app would have known this very cookie.
    pub(super) theirs: bool,
    /// The session as it is now.
    pub(super) row: Row,
}

// ANCHOR: visit
/// Counts a visit to the app `own`.
pub(super) fn visit(own: Settings, other: Settings, headers: &HeaderMap, tables: &Tables) -> Visit {
    let value = own.value_in(headers);
    let found = own.open(value.as_deref(), tables);
    let theirs = matches!(other.open(value.as_deref(), tables), Found::Row(_));
    let counted = match &found {
        Found::Row(row) => tables.count(&own.table, row.id, own.app),
        _ => None,
    };
    // No cookie, a bad signature, no row: whatever it was, the visitor is a stranger here.
    let row = counted.unwrap_or_else(|| tables.begin(&own.table, own.app));
    Visit {
        own,
        other,
        found,
        theirs,
        row,
    }
}
// ANCHOR_END: visit

/// What a visit came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// A stranger's: a new session.
    Began,
    /// The app's own session, which no other app has touched.
    WentOn,
    /// One session for both apps.
    Crossed,
    /// The other app's cookie was in the one place for both, and is overwritten.
    Overwrote,
}

impl Outcome {
    /// A remark for the X-ray; the tasks go by it, too.
    pub(super) fn remark(self) -> &'static str {
        match self {
            Self::Began => "a new session began",
            Self::WentOn => "the app went on with its own session",
            Self::Crossed => "mix-up: both apps use one session",
            Self::Overwrote => "mix-up: the other app's cookie was overwritten",
        }
    }
}

impl Visit {
    pub(super) fn outcome(&self) -> Outcome {
        let one_name = self.own.cookie == self.other.cookie;
        match self.found {
            _ if self.row.visits_to(self.other.app) > 0 => Outcome::Crossed,
            Found::Row(_) => Outcome::WentOn,
            _ if self.theirs && one_name => Outcome::Overwrote,
            _ => Outcome::Began,
        }
    }

    /// The `Set-Cookie` of the session.
    pub(super) fn set_cookie(&self) -> HeaderValue {
        self.own.set(self.own.signed(self.row.id))
    }
}

/// The `Set-Cookie` that puts the cookie of `from` under the name of `to`, as anybody can do who
/// has a browser; `None` without one.
pub(super) fn carry(from: &Settings, to: &Settings, headers: &HeaderMap) -> Option<HeaderValue> {
    let value = from.value_in(headers)?;
    // What nobody has signed could be anything, and is not ours to set.
    from.verified(&value)?;
    Some(to.set(value))
}

/// Empties the table of `own`, as one does before a test: of how many sessions that deprived each
/// app. Only this visitor's, since a classmate may be at the same lesson in this copy.
pub(super) fn empty(
    own: &Settings,
    other: &Settings,
    headers: &HeaderMap,
    tables: &Tables,
) -> [usize; 2] {
    let id_of = |app: &Settings| app.verified(&app.value_in(headers)?);
    let ids: Vec<_> = [own, other].into_iter().filter_map(id_of).collect();
    let removed = tables.remove(&own.table, &ids);
    let used_by = |app| removed.iter().filter(|row| row.visits_to(app) > 0).count();
    [used_by(own.app), used_by(other.app)]
}

#[cfg(test)]
mod tests {
    use super::super::switches::{
        App,
        Position::{self, Derived, Shared},
        Switches,
    };
    use super::{Outcome::*, *};
    use crate::identity::{Identity, InstallKey, Port};
    use axum::http::header;
    use std::collections::BTreeMap;

    /// A browser that visits the two apps under one setting of the switches.
    struct Browser {
        identity: Identity,
        switches: Switches,
        jar: BTreeMap<String, String>,
        tables: Tables,
    }

    impl Browser {
        fn new(switches: Switches) -> Self {
            let key: InstallKey = "07".repeat(32).parse().unwrap();
            Self {
                identity: Identity::derive(Port::new(41220).unwrap(), &key),
                switches,
                jar: BTreeMap::new(),
                tables: Tables::default(),
            }
        }

        fn settings(&self) -> [Settings; 2] {
            App::BOTH.map(|app| Settings::of(app, self.switches, &self.identity))
        }

        fn headers(&self) -> HeaderMap {
            let pairs = self
                .jar
                .iter()
                .map(|(name, value)| format!("{name}={value}"));
            let fields = pairs.map(|pair| (header::COOKIE, pair.parse().unwrap()));
            fields.collect()
        }

        fn keep(&mut self, set_cookie: &HeaderValue) {
            let pair = set_cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.jar.insert(name.into(), value.into());
        }

        fn visit(&mut self, app: App) -> Outcome {
            let [sandbox, production] = self.settings();
            let (own, other) = match app {
                App::Sandbox => (sandbox, production),
                App::Production => (production, sandbox),
            };
            let visit = visit(own, other, &self.headers(), &self.tables);
            self.keep(&visit.set_cookie());
            visit.outcome()
        }

        fn carry(&mut self) {
            let [sandbox, production] = self.settings();
            let carried = carry(&sandbox, &production, &self.headers());
            self.keep(&carried.unwrap());
        }
    }

    #[test]
    fn every_setting_mixes_up_what_its_text_says() {
        for switches in Switches::all() {
            let mut browser = Browser::new(switches);
            let visits = [App::Sandbox, App::Production, App::Sandbox];
            let outcomes = visits.map(|app| browser.visit(app));
            let expected = match (switches.name, switches.secret, switches.table) {
                (Shared, Shared, Shared) => [Began, Crossed, Crossed],
                (Shared, ..) => [Began, Overwrote, Overwrote],
                (Derived, ..) => [Began, Began, WentOn],
            };
            assert_eq!(outcomes, expected, "{switches:?}");
        }
    }

    #[test]
    fn a_carried_cookie_opens_production_if_secret_and_table_are_shared() {
        for switches in Switches::all().filter(|switches| switches.name == Derived) {
            let mut browser = Browser::new(switches);
            browser.visit(App::Sandbox);
            browser.carry();
            let opens = switches.secret == Shared && switches.table == Shared;
            let expected = if opens { Crossed } else { Began };
            assert_eq!(browser.visit(App::Production), expected, "{switches:?}");
        }
    }

    #[test]
    fn nothing_is_carried_that_the_sandbox_has_not_signed() {
        let mut browser = Browser::new(Switches::DERIVED);
        let [sandbox, production] = browser.settings();
        assert!(carry(&sandbox, &production, &browser.headers()).is_none());
        browser.jar.insert(sandbox.cookie.clone(), "planted".into());
        assert!(carry(&sandbox, &production, &browser.headers()).is_none());
    }

    #[test]
    fn emptying_a_shared_table_ends_production_s_session_too() {
        for table in Position::BOTH {
            let mut browser = Browser::new(Switches::new(Derived, Derived, table));
            for app in App::BOTH {
                browser.visit(app);
            }
            let [sandbox, production] = browser.settings();
            let ended = empty(&sandbox, &production, &browser.headers(), &browser.tables);
            let (ends, then) = match table {
                Shared => ([1, 1], Began),
                Derived => ([1, 0], WentOn),
            };
            assert_eq!(ended, ends);
            assert_eq!(browser.visit(App::Production), then);
        }
    }
}
