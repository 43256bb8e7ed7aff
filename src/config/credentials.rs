//! The credentials file: the JSON that the course's Node programs read, too.

use super::{Refusal, StoreKind, files, quoted};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// What the file says.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// Which server.
    pub driver: StoreKind,
    /// Its host name or address.
    pub host: String,
    /// Its port; without one the driver's usual port.
    pub port: Option<u16>,
    /// The account.
    pub user: String,
    /// The account's password.
    pub password: SecretString,
    /// The database on the server, or the path of the SQLite file.
    pub database: String,
    /// Nodes of a Redis Cluster, if it is one.
    pub nodes: Vec<(String, u16)>,
    /// How many replicas of Redis must have a change before it counts as made.
    pub wait: u32,
    /// The file that said so, for messages.
    pub source: PathBuf,
}

/// The file as it is written. Keys that are not listed here are ignored, as the Node drivers do.
#[derive(Deserialize)]
struct Written {
    driver: Option<String>,
    host: Option<String>,
    port: Option<Value>,
    #[serde(default)]
    user: String,
    #[serde(default)]
    password: SecretString,
    /// Redis has numbers where others have names.
    database: Option<Value>,
    #[serde(default)]
    nodes: Vec<String>,
    wait: Option<u32>,
}

/// How the file should look.
const EXAMPLE: &str = r#"{"host": "localhost", "user": "…", "password": "…", "database": "…"}"#;

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

    /// The credentials in `text`, which stands in the file `path`.
    ///
    /// # Errors
    /// As for [`read`](Self::read).
    pub fn parse(text: &str, path: &Path) -> Result<Self, Refusal> {
        let checked = written(text).and_then(|written| Self::check(written, path));
        checked.map_err(|what| {
            let mend = format!("edit {}; it should look like {EXAMPLE}", quoted(path));
            Refusal::new(format!("{}: {what}", path.display()), mend)
        })
    }

    fn check(written: Written, path: &Path) -> Result<Self, String> {
        // What the course uses, where the file says nothing.
        let driver = written.driver.as_deref().unwrap_or("mysql");
        let driver = driver_named(driver)?;
        let database = match written.database {
            Some(Value::Number(number)) => number.to_string(),
            Some(Value::String(name)) => name,
            None => String::new(),
            Some(_) => return Err("`database` is not a name".into()),
        };
        let missing = |key| Err(format!("the key `{key}` is missing or empty"));
        let is_redis = driver == StoreKind::Redis;
        // These work without an account; Redis and Memcached have no names for databases.
        let has_accounts = matches!(driver, StoreKind::Mysql | StoreKind::Postgres);
        let has_names = !is_redis && driver != StoreKind::Memcached;
        if has_accounts && written.user.is_empty() {
            return missing("user");
        }
        if has_names && database.is_empty() {
            return missing("database");
        }
        if is_redis && !database.is_empty() && database.parse::<u8>().is_err() {
            return Err(format!(
                "`database` is `{database}`; Redis has numbers from 0 to 255"
            ));
        }
        let nodes = written.nodes.iter().map(|node| node_named(node));
        let nodes = nodes.collect::<Result<Vec<_>, _>>()?;
        let may_cluster = is_redis && matches!(&*database, "" | "0");
        if !(nodes.is_empty() || may_cluster) {
            return Err("`nodes` are a Redis Cluster's, which has the database 0 alone".into());
        }
        Ok(Self {
            driver,
            host: written.host.unwrap_or_else(|| "localhost".into()),
            port: written.port.as_ref().map(port_number).transpose()?,
            user: written.user,
            password: written.password,
            database,
            // A cluster is there to survive a master's death, and so are its sessions.
            wait: written.wait.unwrap_or(u32::from(!nodes.is_empty())),
            nodes,
            source: path.into(),
        })
    }
}

/// `host:port`, as a Redis Cluster's nodes are written.
fn node_named(node: &str) -> Result<(String, u16), String> {
    let parts = node.rsplit_once(':');
    let parts = parts.and_then(|(host, port)| Some((host.to_owned(), port.parse().ok()?)));
    parts.ok_or_else(|| format!("`nodes` has `{node}`; it should look like `127.0.0.1:7000`"))
}

/// The stores that a credentials file may lead to.
fn driver_named(name: &str) -> Result<StoreKind, String> {
    let drivers = StoreKind::ALL.into_iter();
    let mut drivers = drivers.filter(|kind| kind.is_server() || *kind == StoreKind::Sqlite);
    drivers
        .clone()
        .find(|kind| kind.name() == name)
        .ok_or_else(|| {
            let first = drivers.next().map_or("", StoreKind::name);
            let known = drivers.fold(format!("`{first}`"), |all, kind| {
                all + ", `" + kind.name() + "`"
            });
            format!("unknown driver `{name}`; known: {known}")
        })
}

fn written(text: &str) -> Result<Written, String> {
    serde_json::from_str(text).map_err(|error| {
        // serde would quote the value that is wrong, and that may be the password.
        if error.is_data() {
            let (line, column) = (error.line(), error.column());
            format!("a value of the wrong kind at line {line} column {column}")
        } else {
            error.to_string()
        }
    })
}

/// Node's drivers take the port as a number and as a text, so students have written both.
fn port_number(written: &Value) -> Result<u16, String> {
    let number = match written {
        Value::Number(number) => number
            .as_u64()
            .and_then(|number| u16::try_from(number).ok()),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    number.ok_or_else(|| "`port` is not a number from 0 to 65535".into())
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
        assert_eq!(credentials.driver, StoreKind::Mysql);
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
        let expected = "c.json: unknown driver `oracle`; known: `sqlite`, `mysql`, `postgres`, \
             `redis`, `memcached`, `mongodb`";
        assert_eq!(problem, expected);
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
            assert_eq!(problem, "c.json: `port` is not a number from 0 to 65535");
        }
    }

    #[test]
    fn a_wrong_value_is_placed_and_never_shown() {
        for text in [
            r#"{"user":"u","database":"d","password":8715}"#,
            r#"{"user":"u","database":"d","password":["8715"]}"#,
            r#""8715""#,
            "8715",
        ] {
            let problem = parse(text).unwrap_err();
            assert!(
                problem.contains("a value of the wrong kind at line 1"),
                "{problem}"
            );
            assert!(!problem.contains("8715"), "{problem}");
        }
    }

    #[test]
    fn debug_output_does_not_show_the_password() {
        let credentials = parse(r#"{"user":"u","password":"hush","database":"d"}"#).unwrap();
        assert!(!format!("{credentials:?}").contains("hush"));
    }
}
