//! The credentials file: the JSON that the course's Node programs read, too.

use super::{Refusal, files};
use secrecy::SecretString;
use serde::{Deserialize, Deserializer, de};
use std::path::Path;

/// Which database server the credentials are for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Driver {
    /// MySQL and MariaDB: what the course uses, so the default.
    #[default]
    Mysql,
    /// An embedded file; `database` is its path.
    Sqlite,
}

/// What the file says. Keys that are not listed here are ignored, as the Node drivers do.
#[derive(Debug, Clone, Deserialize)]
pub struct Credentials {
    /// Which server.
    #[serde(default)]
    pub driver: Driver,
    /// Its host name or address.
    #[serde(default = "default_host")]
    pub host: String,
    /// Its port; without one the driver's usual port.
    #[serde(default, deserialize_with = "port_number")]
    pub port: Option<u16>,
    /// The account.
    #[serde(default)]
    pub user: String,
    /// The account's password.
    #[serde(default)]
    pub password: SecretString,
    /// The database on the server, or the path of the SQLite file.
    #[serde(default)]
    pub database: String,
}

impl Credentials {
    /// Reads `path`, or gives `None` when there is no such file.
    ///
    /// # Errors
    /// A file that others can read, or that is not such JSON: with line and column.
    pub fn read(path: &Path) -> Result<Option<Self>, Refusal> {
        let Some(text) = files::read_text(path)? else {
            return Ok(None);
        };
        files::refuse_if_shared(path)?;
        Self::parse(&text, path).map(Some)
    }

    fn parse(text: &str, path: &Path) -> Result<Self, Refusal> {
        let path = path.display();
        let credentials: Self = serde_json::from_str(text).map_err(|error| {
            let mend = format!(
                r#"edit {path}; it should look like {{"host": "localhost", "user": "…", "password": "…", "database": "…"}}"#
            );
            Refusal::new(format!("{path}: {error}"), mend)
        })?;
        let missing = match credentials.driver {
            Driver::Mysql if credentials.user.is_empty() => Some("user"),
            _ if credentials.database.is_empty() => Some("database"),
            _ => None,
        };
        match missing {
            None => Ok(credentials),
            Some(key) => Err(Refusal::new(
                format!("{path}: the key `{key}` is missing or empty"),
                format!(r#"add "{key}": "…" to {path}"#),
            )),
        }
    }
}

fn default_host() -> String {
    "localhost".into()
}

/// Node's drivers take the port as a number and as a text, so students have written both.
fn port_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u16>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Number(u16),
        Text(String),
    }
    match Option::<Written>::deserialize(deserializer) {
        Ok(None) => Ok(None),
        Ok(Some(Written::Number(port))) => Ok(Some(port)),
        Ok(Some(Written::Text(text))) if text.parse::<u16>().is_ok() => Ok(text.parse().ok()),
        _ => Err(de::Error::custom("`port` must be a number from 0 to 65535")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    fn parse(text: &str) -> Result<Credentials, String> {
        Credentials::parse(text, Path::new("c.json")).map_err(|refusal| refusal.problem)
    }

    #[test]
    fn the_course_s_file_is_read_and_unknown_keys_are_ignored() {
        let text = r#"{"host":"db.example","port":"3307","user":"u","password":"p",
                       "database":"d","charset":"utf8mb4","schema":{"tableName":"x"}}"#;
        let credentials = parse(text).unwrap();
        assert_eq!(credentials.driver, Driver::Mysql);
        assert_eq!(credentials.host, "db.example");
        assert_eq!(credentials.port, Some(3307));
        assert_eq!(credentials.password.expose_secret(), "p");
    }

    #[test]
    fn host_port_and_password_have_defaults() {
        let credentials = parse(r#"{"user":"u","database":"d"}"#).unwrap();
        assert_eq!(credentials.host, "localhost");
        assert_eq!(credentials.port, None);
        assert_eq!(credentials.password.expose_secret(), "");
    }

    #[test]
    fn bad_json_is_refused_with_line_and_column() {
        let problem = parse("{\n  \"user\": \"u\",\n  \"host\" \"h\"\n}").unwrap_err();
        assert_eq!(problem, "c.json: expected `:` at line 3 column 10");
    }

    #[test]
    fn an_unknown_driver_is_refused_with_those_that_are_known() {
        let problem = parse(r#"{"driver":"oracle","user":"u","database":"d"}"#).unwrap_err();
        assert!(problem.contains("unknown variant `oracle`"), "{problem}");
        assert!(problem.contains("`mysql` or `sqlite`"), "{problem}");
    }

    #[test]
    fn a_missing_user_or_database_is_named() {
        let missing = |key| Err(format!("c.json: the key `{key}` is missing or empty"));
        assert_eq!(parse(r#"{"database":"d"}"#).map(|_| ()), missing("user"));
        assert_eq!(parse(r#"{"user":"u"}"#).map(|_| ()), missing("database"));
        assert_eq!(
            parse(r#"{"driver":"sqlite"}"#).map(|_| ()),
            missing("database")
        );
    }

    #[test]
    fn a_port_that_is_none_is_refused() {
        for port in ["\"x\"", "70000", "-1", "[]"] {
            let text = format!(r#"{{"user":"u","database":"d","port":{port}}}"#);
            let problem = parse(&text).unwrap_err();
            assert!(problem.contains("`port` must be a number"), "{problem}");
        }
    }

    #[test]
    fn debug_output_does_not_show_the_password() {
        let credentials = parse(r#"{"user":"u","password":"hush","database":"d"}"#).unwrap();
        assert!(!format!("{credentials:?}").contains("hush"));
    }
}
