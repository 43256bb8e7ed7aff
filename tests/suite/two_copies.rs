//! Sandbox and production: two copies of one student, one database.

use crate::support::{Copy, Folder, Visitor, free_port, shared_mariadb};
use serde_json::json;
use sqlx::{Connection, Row};

/// Two processes on two ports, with the same credentials.
struct Pair {
    sandbox: Folder,
    production: Folder,
    sandbox_copy: Copy,
    production_copy: Copy,
}

impl Pair {
    async fn start(credentials: &str) -> Self {
        let sandbox = Folder::new();
        let production = Folder::second(&sandbox);
        sandbox.write_home(".mysqlSecrets.json", credentials, 0o600);
        let sandbox_copy = sandbox.serve().await;
        let production_copy = production.serve().await;
        Self {
            sandbox,
            production,
            sandbox_copy,
            production_copy,
        }
    }

    /// Stops both and starts them again.
    async fn restart(self) -> Self {
        let ports = (self.sandbox_copy.port, self.production_copy.port);
        assert_eq!(self.sandbox_copy.stop().await, Some(0));
        assert_eq!(self.production_copy.stop().await, Some(0));
        let flags = ["--bind", "127.0.0.1"];
        Self {
            sandbox_copy: self.sandbox.serve_on(ports.0, &flags).await,
            production_copy: self.production.serve_on(ports.1, &flags).await,
            sandbox: self.sandbox,
            production: self.production,
        }
    }
}

/// One browser: what one copy sets, the other one gets to see as well.
fn share_cookies(from: &Visitor, to: &Visitor) {
    for pair in from.cookies() {
        let (name, value) = pair.split_once('=').unwrap();
        to.plant(name, value);
    }
}

/// Both copies in one browser: counters apart, pasted cookies refused, a restart survived.
async fn expect_no_mix_up(pair: Pair) {
    let sandbox = pair.sandbox_copy.visitor();
    let production = pair.production_copy.visitor();
    assert_eq!(sandbox.refresh().await.seconds(), 0);
    share_cookies(&sandbox, &production);
    assert_eq!(production.refresh().await.seconds(), 0);
    share_cookies(&production, &sandbox);
    assert_eq!(sandbox.refresh().await.seconds(), 1);
    assert_eq!(sandbox.refresh().await.seconds(), 2);
    assert_eq!(production.refresh().await.seconds(), 1);

    let names =
        [pair.sandbox_copy.port, pair.production_copy.port].map(|port| format!("s{port}Cookie"));
    let thief = pair.production_copy.visitor();
    thief.plant(&names[1], &sandbox.cookie(&names[0]).unwrap());
    assert_eq!(
        thief.get("/?haveEnough=0").await.seconds(),
        0,
        "a pasted cookie was taken"
    );

    let pair = pair.restart().await;
    let again = |old: &Visitor, copy: &Copy| {
        let visitor = copy.visitor();
        share_cookies(old, &visitor);
        visitor
    };
    let sandbox = again(&sandbox, &pair.sandbox_copy);
    let production = again(&production, &pair.production_copy);
    assert_eq!(sandbox.get("/?haveEnough=0").await.seconds(), 2);
    assert_eq!(production.get("/?haveEnough=0").await.seconds(), 1);
}

#[tokio::test]
#[ignore = "needs MariaDB: scripts/test"]
async fn two_copies_on_one_mariadb_database_never_mix() {
    let server = shared_mariadb().await;
    let database = server.new_database().await;
    let pair = Pair::start(&server.credentials_json(&database)).await;
    let ports = [pair.sandbox_copy.port, pair.production_copy.port];
    expect_no_mix_up(pair).await;
    let mut connection = server.connection().await;
    for (port, wait) in ports.into_iter().zip([2, 1]) {
        let query = format!("SELECT data FROM {database}.s_{port}_session");
        let rows = sqlx::query(&query)
            .fetch_all(&mut connection)
            .await
            .unwrap();
        assert_eq!(rows.len(), 1, "s_{port}_session");
        let data: Vec<u8> = rows[0].get("data");
        let text = String::from_utf8(data).unwrap();
        assert!(
            text.ends_with(&format!(r#""data":{{"wait":{wait}}}}}"#)),
            "{text}"
        );
    }
}

#[tokio::test]
async fn two_copies_on_one_sqlite_file_never_mix() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shared.sqlite");
    let credentials = json!({"driver": "sqlite", "database": file}).to_string();
    let pair = Pair::start(&credentials).await;
    let ports = [pair.sandbox_copy.port, pair.production_copy.port];
    expect_no_mix_up(pair).await;
    let address = format!("sqlite://{}", file.display());
    let mut connection = sqlx::SqliteConnection::connect(&address).await.unwrap();
    for port in ports {
        let query = format!("SELECT id FROM s_{port}_session");
        let rows = sqlx::query(&query)
            .fetch_all(&mut connection)
            .await
            .unwrap();
        assert_eq!(rows.len(), 1, "s_{port}_session");
    }
}

#[tokio::test]
async fn the_same_port_under_another_install_key_takes_no_cookie_of_the_first() {
    let (one, two) = (Folder::new(), Folder::new());
    let port = free_port().to_string();
    let arguments = ["--port", port.as_str(), "--bind", "127.0.0.1"];
    let number = port.parse().unwrap();
    let copy = one.serve_on(number, &arguments).await;
    let visitor = copy.visitor();
    visitor.refresh().await;
    visitor.refresh().await;
    assert_eq!(visitor.get("/?haveEnough=0").await.seconds(), 1);
    assert_eq!(copy.stop().await, Some(0));
    let copy = two.serve_on(number, &arguments).await;
    let again = copy.visitor();
    share_cookies(&visitor, &again);
    assert_eq!(again.get("/?haveEnough=0").await.seconds(), 0);
}
