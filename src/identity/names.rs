//! The public names of a copy: its cookie, its tables, its keys in a cache server.

use super::Port;
use std::fmt;

/// The name of the session cookie, such as `s41220Cookie`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CookieName(String);

/// What every table of a copy starts with, such as `s_41220_`.
///
/// Holds nothing but ASCII letters, digits and `_`, so it may stand in SQL as it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TablePrefix(String);

/// All public names that a port decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// The port itself.
    pub port: Port,
    /// The session cookie.
    pub cookie: CookieName,
    /// The start of every table name.
    pub prefix: TablePrefix,
    /// The start of every key in Redis and Memcached, such as `s:41220:`.
    pub cache_prefix: String,
}

impl Names {
    // ANCHOR: names
    /// The names of the copy on `port`.
    pub fn of(port: Port) -> Self {
        Self {
            port,
            cookie: CookieName(format!("s{port}Cookie")),
            prefix: TablePrefix(format!("s_{port}_")),
            cache_prefix: format!("s:{port}:"),
        }
    }
    // ANCHOR_END: names

    /// The table (collection, folder) that holds the sessions.
    pub fn session_table(&self) -> String {
        self.prefix.table("session")
    }

    /// The table that says whose tables these are.
    pub fn meta_table(&self) -> String {
        self.prefix.table("meta")
    }

    /// The context string from which the cookie key is derived.
    pub fn cookie_key_info(&self) -> String {
        super::key::cookie_info(self.port)
    }

    /// The context string from which the owner token is derived.
    pub fn owner_token_info(&self) -> String {
        super::key::owner_info(self.port)
    }
}

impl CookieName {
    /// The name as it stands in a `Cookie` header.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TablePrefix {
    /// The full name of the copy's table `name`.
    pub fn table(&self, name: &str) -> String {
        format!("{}{name}", self.0)
    }

    /// A pattern for SQL `LIKE … ESCAPE '\'` that matches this copy's tables alone.
    ///
    /// `_` matches any character there: unescaped, `s_5000_%` also finds `s_50001_session`,
    /// which is somebody else's.
    pub fn like_pattern(&self) -> String {
        format!("{}%", self.0.replace('_', r"\_"))
    }
}

impl fmt::Display for CookieName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for TablePrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn names(port: u16) -> Names {
        Names::of(Port::new(port).unwrap())
    }

    #[test]
    fn port_41220_decides_the_names_that_the_course_uses() {
        let names = names(41220);
        assert_eq!(names.cookie.as_str(), "s41220Cookie");
        assert_eq!(names.prefix.to_string(), "s_41220_");
        assert_eq!(names.session_table(), "s_41220_session");
        assert_eq!(names.meta_table(), "s_41220_meta");
        assert_eq!(names.cache_prefix, "s:41220:");
        assert_eq!(names.cookie_key_info(), "sweatbox/v1/cookie/41220");
        assert_eq!(names.owner_token_info(), "sweatbox/v1/owner/41220");
    }

    #[test]
    fn no_two_ports_share_a_name() {
        let mut seen = HashSet::new();
        for port in 1..=65535 {
            let names = names(port);
            assert!(seen.insert(names.cookie.to_string()));
            assert!(seen.insert(names.session_table()));
            assert!(seen.insert(names.meta_table()));
            assert!(seen.insert(names.cache_prefix));
        }
    }

    #[test]
    fn no_cache_prefix_is_the_start_of_another() {
        // A cache server is cleared by prefix: `s:5000:` must leave `s:50001:` alone.
        let prefixes: HashSet<_> = (1..=65535).map(|port| names(port).cache_prefix).collect();
        for prefix in &prefixes {
            let shorter = (1..prefix.len()).map(|end| &prefix[..end]);
            assert!(shorter.into_iter().all(|start| !prefixes.contains(start)));
        }
    }

    #[test]
    fn the_pattern_of_a_prefix_escapes_its_underscores() {
        assert_eq!(names(5000).prefix.like_pattern(), r"s\_5000\_%");
    }

    #[test]
    fn every_name_may_stand_unquoted_in_sql_and_in_a_cookie_header() {
        for port in 1..=65535 {
            let names = names(port);
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
            assert!(names.session_table().chars().all(plain));
            assert!(names.cookie.as_str().chars().all(plain));
        }
    }
}
