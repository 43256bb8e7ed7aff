//! Handlers that do to a session what lessons will do, for tests only.

use super::Gate;
use axum::{
    Extension, Router,
    extract::Path,
    routing::{get, post},
};
use serde_json::Value;
use std::collections::BTreeMap;
use sweatbox::{error::HttpError, sandbox::Sandbox, sessions::Visitor};

type Outcome = Result<String, HttpError>;

/// The test routes, to be merged with the lessons.
pub fn routes(gate: Gate) -> Router<Sandbox> {
    Router::new()
        .route("/t/get/{key}", get(read))
        .route("/t/read-slowly/{key}", get(read_slowly))
        .route("/t/set/{key}/{value}", get(write))
        .route("/t/add/{key}", get(add))
        .route("/t/add-slowly/{key}", get(add_slowly))
        .route("/t/add-after-locking/{key}", get(add_after_locking))
        .route("/t/fill/{bytes}", get(fill))
        .route("/t/login", get(login))
        .route("/t/login-and-fail", get(login_and_fail))
        .route("/t/logout", get(logout))
        .route("/t/logout-and-fail", get(logout_and_fail))
        .route("/t/logout-and-start-again", get(logout_and_start_again))
        .route("/t/set-and-panic", get(set_and_panic))
        .route("/t/post", post(async || "posted"))
        .layer(Extension(gate))
}

async fn read(visitor: Visitor, Path(key): Path<String>) -> Outcome {
    let value: Option<Value> = visitor.get(&key).await?;
    Ok(value.map_or("none".into(), |value| value.to_string()))
}

async fn read_slowly(
    visitor: Visitor,
    Extension(gate): Extension<Gate>,
    key: Path<String>,
) -> Outcome {
    gate.pass().await;
    read(visitor, key).await
}

async fn write(visitor: Visitor, Path((key, value)): Path<(String, String)>) -> Outcome {
    if let Some(session) = visitor.lock().await? {
        session.insert(&key, value).await?;
    }
    Ok("written".into())
}

async fn add(visitor: Visitor, Path(key): Path<String>) -> Outcome {
    let Some(session) = visitor.lock().await? else {
        return Ok("ended".into());
    };
    let sum = session.get::<u64>(&key).await?.unwrap_or(0) + 1;
    session.insert(&key, sum).await?;
    Ok(sum.to_string())
}

async fn add_slowly(
    visitor: Visitor,
    Extension(gate): Extension<Gate>,
    key: Path<String>,
) -> Outcome {
    gate.pass().await;
    add(visitor, key).await
}

async fn add_after_locking(
    visitor: Visitor,
    Extension(gate): Extension<Gate>,
    Path(key): Path<String>,
) -> Outcome {
    let session = visitor.lock().await?.unwrap();
    gate.pass().await;
    let sum = session.get::<u64>(&key).await?.unwrap_or(0) + 1;
    session.insert(&key, sum).await?;
    Ok(sum.to_string())
}

async fn fill(visitor: Visitor, Path(bytes): Path<usize>) -> Outcome {
    let session = visitor.lock().await?.unwrap();
    session.insert("filling", "x".repeat(bytes)).await?;
    Ok("filled".into())
}

async fn login(visitor: Visitor) -> Outcome {
    let session = visitor.lock().await?.unwrap();
    session.insert("user", "ann").await?;
    session.cycle_id().await?;
    Ok("hello ann".into())
}

async fn login_and_fail(visitor: Visitor) -> Outcome {
    login(visitor).await?;
    Err(HttpError::internal("on purpose"))
}

async fn logout(visitor: Visitor) -> Outcome {
    if let Some(session) = visitor.lock().await? {
        session.flush().await?;
    }
    Ok("goodbye".into())
}

async fn logout_and_fail(visitor: Visitor) -> Outcome {
    logout(visitor).await?;
    Err(HttpError::internal("on purpose"))
}

async fn logout_and_start_again(visitor: Visitor) -> Outcome {
    let session = visitor.lock().await?.unwrap();
    session.flush().await?;
    session
        .insert("fresh", BTreeMap::from([("yes", true)]))
        .await?;
    Ok("goodbye and hello".into())
}

async fn set_and_panic(visitor: Visitor) -> Outcome {
    let session = visitor.lock().await?.unwrap();
    session.insert("a", "changed").await?;
    panic!("on purpose");
}
