//! Which connection the next statement gets.

use super::*;
use sqlx::{
    Row, Sqlite,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};

/// At most two connections, each with a database of its own in memory.
fn pool() -> Pool<Sqlite> {
    SqlitePoolOptions::new()
        .max_connections(2)
        .connect_lazy_with(SqliteConnectOptions::new().in_memory(true))
}

/// Leaves something by which the connection is known.
async fn mark(lease: &mut Lease<Sqlite>) {
    let made = sqlx::raw_sql("CREATE TABLE mark (mark)");
    made.execute(lease.connection()).await.unwrap();
}

/// Waits for the pool to have a connection that nobody uses, and fails if it never has.
async fn until_one_is_back(leases: &Leases<Sqlite>) {
    let back = async {
        while leases.pool.num_idle() == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(Duration::from_secs(20), back).await.unwrap();
}

async fn is_marked(lease: &mut Lease<Sqlite>) -> bool {
    let query = sqlx::query("SELECT COUNT(*) FROM sqlite_master");
    let row = query.fetch_one(lease.connection()).await.unwrap();
    row.get::<i64, _>(0) == 1
}

#[tokio::test]
async fn the_next_statement_gets_the_connection_and_the_pool_is_not_asked() {
    let leases = Leases::to_server(pool());
    let mut lease = leases.take().await.unwrap();
    mark(&mut lease).await;
    lease.end(&Ok(()));
    assert_eq!(leases.pool.num_idle(), 0);
    let mut next = leases.take().await.unwrap();
    assert!(is_marked(&mut next).await);
}

#[tokio::test]
async fn a_statement_that_was_given_up_takes_a_server_s_connection_along() {
    let leases = Leases::to_server(pool());
    let mut lease = leases.take().await.unwrap();
    mark(&mut lease).await;
    drop(lease);
    assert_eq!(leases.pool.size(), 0);
    let mut next = leases.take().await.unwrap();
    assert!(!is_marked(&mut next).await);
}

#[tokio::test]
async fn a_statement_that_was_given_up_leaves_a_file_s_connection_where_it_was() {
    let file = Arc::new(Present::new("nowhere".as_ref()));
    let leases = Leases::to_file(pool(), &file);
    let mut lease = leases.take().await.unwrap();
    mark(&mut lease).await;
    drop(lease);
    assert_eq!(leases.pool.size(), 1);
}

#[tokio::test]
async fn a_connection_with_an_error_goes_back_to_the_pool_which_looks_at_it() {
    let leases = Leases::to_server(pool());
    let mut lease = leases.take().await.unwrap();
    mark(&mut lease).await;
    lease.end::<()>(&Err(sqlx::Error::RowNotFound));
    until_one_is_back(&leases).await;
    let mut next = leases.take().await.unwrap();
    assert!(is_marked(&mut next).await);
}

#[tokio::test]
async fn an_unused_connection_goes_back_to_the_pool() {
    let leases = Leases::to_server(pool());
    leases.take().await.unwrap().end(&Ok(()));
    assert_eq!(leases.pool.num_idle(), 0);
    until_one_is_back(&leases).await;
    // And once more: whoever looks after them has gone in the meantime.
    leases.take().await.unwrap().end(&Ok(()));
    assert!(leases.kept.take().is_some());
}

#[tokio::test]
async fn whoever_finds_no_connection_waits_and_is_told_in_time() {
    let leases = Leases::to_server(pool());
    let (first, _second) = (leases.take().await.unwrap(), leases.take().await.unwrap());
    let none = leases.take().await;
    assert!(matches!(none, Err(sqlx::Error::PoolTimedOut)));
    let waiting = tokio::spawn({
        let leases = leases.clone();
        async move { leases.take().await.is_ok() }
    });
    first.end(&Ok(()));
    assert!(waiting.await.unwrap());
}

#[tokio::test]
async fn what_is_closed_is_closed_for_everybody() {
    let leases = Leases::to_server(pool());
    leases.take().await.unwrap().end(&Ok(()));
    leases.clone().close().await;
    assert!(matches!(leases.take().await, Err(sqlx::Error::PoolClosed)));
    assert_eq!(leases.pool.size(), 0);
}

#[tokio::test]
async fn a_connection_in_use_at_the_end_is_not_kept_when_it_comes_back() {
    let leases = Leases::to_server(pool());
    let lease = leases.take().await.unwrap();
    let closing = tokio::spawn({
        let leases = leases.clone();
        async move { leases.close().await }
    });
    while !leases.pool.is_closed() {
        tokio::task::yield_now().await;
    }
    lease.end(&Ok(()));
    assert!(leases.kept.take().is_none());
    closing.await.unwrap();
    assert_eq!(leases.pool.size(), 0);
}

#[tokio::test]
async fn whoever_wants_a_free_connection_only_does_not_wait() {
    let leases = Leases::to_server(pool());
    assert!(leases.are_closed());
    let first = leases.take_if_free().await.unwrap().unwrap();
    let _second = leases.take_if_free().await.unwrap().unwrap();
    assert!(leases.take_if_free().await.is_none());
    first.end(&Ok(()));
    assert!(leases.take_if_free().await.unwrap().is_ok());
    assert!(!leases.are_closed());
}
