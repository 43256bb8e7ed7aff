//! The two apps, and the three switches with what each of their eight settings leads to.

use Position::{Derived, Shared};

/// One of the two copies that a student runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum App {
    /// Where things are tried out.
    Sandbox,
    /// Where others rely on them.
    Production,
}

impl App {
    pub(super) const BOTH: [Self; 2] = [Self::Sandbox, Self::Production];

    /// The app at this path.
    pub(super) fn of_path(path: &str) -> Option<Self> {
        Self::BOTH.into_iter().find(|app| app.path() == path)
    }

    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Sandbox => "/0350/sandbox",
            Self::Production => "/0350/production",
        }
    }

    /// Its name, as it stands in a cookie's name and in a heading.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Sandbox => "Sandbox",
            Self::Production => "Production",
        }
    }

    /// Its name within a sentence.
    pub(super) fn in_text(self) -> &'static str {
        match self {
            Self::Sandbox => "the sandbox",
            Self::Production => "production",
        }
    }

    pub(super) fn other(self) -> Self {
        match self {
            Self::Sandbox => Self::Production,
            Self::Production => Self::Sandbox,
        }
    }
}

/// How one switch stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Position {
    /// Both apps have the same.
    Shared,
    /// Each app has its own.
    Derived,
}

impl Position {
    pub(super) const BOTH: [Self; 2] = [Shared, Derived];

    /// As it stands in the address and on the page.
    pub(super) fn word(self) -> &'static str {
        match self {
            Shared => "shared",
            Derived => "derived",
        }
    }
}

/// All three switches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Switches {
    /// The name of the session cookie.
    pub(super) name: Position,
    /// The secret that signs it.
    pub(super) secret: Position,
    /// The table in which the sessions are.
    pub(super) table: Position,
}

impl Switches {
    /// Two folders with the same program in them, and no precaution at all.
    pub(super) const SHARED: Self = Self::new(Shared, Shared, Shared);
    /// What this program does.
    pub(super) const DERIVED: Self = Self::new(Derived, Derived, Derived);

    pub(super) const fn new(name: Position, secret: Position, table: Position) -> Self {
        Self {
            name,
            secret,
            table,
        }
    }

    /// Every setting.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        let under = |name, secret| Position::BOTH.map(|table| Self::new(name, secret, table));
        let pairs = Position::BOTH.map(|name| Position::BOTH.map(|secret| (name, secret)));
        let pairs = pairs.into_iter().flatten();
        pairs.flat_map(move |(name, secret)| under(name, secret))
    }

    /// The setting in an address. What is not said to be derived is shared: nobody gets a name
    /// of his or her own by doing nothing.
    pub(super) fn from_query(query: &str) -> Self {
        let position = |switch: &str| {
            let mut parameters = form_urlencoded::parse(query.as_bytes());
            match parameters.find(|(name, _)| name == switch) {
                Some((_, value)) if value == "derived" => Derived,
                _ => Shared,
            }
        };
        Self::new(position("name"), position("secret"), position("table"))
    }

    /// The query that leads to this setting.
    pub(super) fn query(self) -> String {
        let [name, secret, table] = self.words();
        format!("name={name}&secret={secret}&table={table}")
    }

    pub(super) fn words(self) -> [&'static str; 3] {
        [self.name.word(), self.secret.word(), self.table.word()]
    }

    /// What gets mixed up.
    pub(super) fn mix_up(self) -> &'static str {
        match (self.name, self.secret, self.table) {
            (Shared, Shared, Shared) => {
                "One session for both apps: production goes on with the session that the sandbox \
                 began, and its counter counts the sandbox's visits, too."
            }
            (Shared, Shared, Derived) => {
                "The later app overwrites the earlier one's cookie. The other one finds the \
                 signature good and the id unknown: a visit to one logs you out of the other."
            }
            (Shared, Derived, Shared) => {
                "The later app overwrites the earlier one's cookie. The other one refuses the \
                 signature, although the row is within its reach: a visit to one logs you out \
                 of the other."
            }
            (Shared, Derived, Derived) => {
                "The later app overwrites the earlier one's cookie. The other one refuses the \
                 signature: a visit to one logs you out of the other."
            }
            (Derived, Shared, Shared) => {
                "Nothing by accident. But a sandbox cookie that somebody copies under \
                 production's name is accepted: the signature is good, and the row is there. \
                 And whoever empties the sandbox's table empties production's."
            }
            (Derived, Shared, Derived) => {
                "Nothing by accident. A copied cookie passes production's check of the signature, \
                 and only the missing row stops it."
            }
            (Derived, Derived, Shared) => {
                "The ids differ and a copied cookie is refused. But the rows lie in one table: \
                 whoever empties the sandbox's logs out all of production, and a count of the \
                 sandbox's sessions counts production's."
            }
            (Derived, Derived, Derived) => "Nothing.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_survives_its_address() {
        assert_eq!(Switches::all().count(), 8);
        for switches in Switches::all() {
            assert_eq!(Switches::from_query(&switches.query()), switches);
        }
    }

    #[test]
    fn what_is_not_said_to_be_derived_is_shared() {
        for query in ["", "name", "name=&secret=x", "&&%ff=%", "table=Derived"] {
            assert_eq!(Switches::from_query(query), Switches::SHARED, "{query}");
        }
        let table_alone = Switches::new(Shared, Shared, Derived);
        let first_counts = "table=derived&table=shared";
        assert_eq!(Switches::from_query(first_counts), table_alone);
    }

    #[test]
    fn both_apps_are_found_by_their_paths_and_nothing_else_is() {
        for app in App::BOTH {
            assert_eq!(App::of_path(app.path()), Some(app));
        }
        for path in ["/0350", "/0350/", "/0350/sandbox/", "/sandbox"] {
            assert_eq!(App::of_path(path), None, "{path}");
        }
    }
}
