//! What the page asks for. All of it needs the token; the page itself holds nothing secret.

use super::{
    Desk,
    cookies::{self, Meter},
    live, page,
    scores::{Given, Saved},
    token,
};
use crate::{config::Refusal, error::HttpError, grading::class::GradeBook};
use axum::{
    Json, Router,
    extract::{Path, State, rejection::JsonRejection},
    http::{HeaderMap, StatusCode, Uri, header},
    middleware,
    response::{AppendHeaders, IntoResponse, Response},
    routing::{get, post, put},
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::task;

/// Names and grades are for nobody's disk.
const NOT_KEPT: (header::HeaderName, &str) = (header::CACHE_CONTROL, "no-store");

pub(super) fn router(desk: Desk) -> Router {
    let guard = middleware::from_fn_with_state(desk.clone(), token::require);
    Router::new()
        .route("/api/rows", get(rows))
        .route("/api/check", post(check))
        .route("/api/scores/{student}", put(score))
        .route("/api/cookies", get(meter))
        .route("/api/forget", post(forget))
        .route("/api/exports/{file}", get(export))
        .route_layer(guard)
        .route("/", get(async || page::page()))
        .with_state(desk)
}

/// All rows; asked for `text/event-stream`, these and then each change.
async fn rows(State(desk): State<Desk>, headers: HeaderMap) -> Response {
    let accept = headers.get(header::ACCEPT);
    let accept = accept.and_then(|accept| accept.to_str().ok());
    match accept.is_some_and(|accept| accept.contains("text/event-stream")) {
        true => live::follow(desk).into_response(),
        false => {
            let rows = Json(json!({ "rows": desk.0.board.all() }));
            ([NOT_KEPT], rows).into_response()
        }
    }
}

/// Whom to judge.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// Logins; everybody without it.
    students: Option<Vec<String>>,
}

async fn check(
    State(desk): State<Desk>,
    wanted: Result<Json<Wanted>, JsonRejection>,
) -> Result<(StatusCode, Json<Value>), HttpError> {
    let Wanted { students } = body(wanted)?;
    let places: Vec<usize> = match students {
        None => (0..desk.0.setup.roster.students.len()).collect(),
        Some(logins) => {
            let places = logins.iter().map(|login| place(&desk, login));
            places.collect::<Result<_, _>>()?
        }
    };
    let begun = desk.check(places);
    Ok((StatusCode::ACCEPTED, Json(json!({ "begun": begun }))))
}

/// Gives a score and a comment, if `If-Match` is the newest revision; else 409 with the newer
/// entry.
async fn score(
    State(desk): State<Desk>,
    Path(login): Path<String>,
    headers: HeaderMap,
    given: Result<Json<Given>, JsonRejection>,
) -> Result<Response, HttpError> {
    let place = place(&desk, &login)?;
    let revision = revision(&headers)?;
    let given = body(given)?.checked().map_err(HttpError::Invalid)?;
    let (writer, now) = (desk.clone(), desk.now());
    let _turn = desk.0.scores_turn.lock().await;
    let save = move || writer.0.setup.scores.save(&login, revision, given, now);
    let saved = task::spawn_blocking(save).await;
    let saved = saved.map_err(HttpError::internal)?.map_err(unavailable)?;
    let (Saved::Saved(entry) | Saved::Newer(entry)) = &saved;
    desk.0.board.change(place, |row| row.hand = entry.clone());
    Ok(match &saved {
        Saved::Saved(entry) => Json(entry).into_response(),
        Saved::Newer(entry) => {
            let conflict = Json(json!({
                "status": 409,
                "error": "Somebody was faster",
                "detail": "Another desk has changed this entry; nothing was saved.",
                "entry": entry,
            }));
            (StatusCode::CONFLICT, conflict).into_response()
        }
    })
}

/// The revision in `If-Match`: a number in quotation marks (RFC 9110, 8.8.3).
fn revision(headers: &HeaderMap) -> Result<u64, HttpError> {
    let tag = headers.get(header::IF_MATCH);
    let tag = tag.and_then(|tag| tag.to_str().ok());
    let number = tag.and_then(|tag| tag.strip_prefix('"')?.strip_suffix('"')?.parse().ok());
    number.ok_or_else(|| {
        let sentence = "If-Match has to say which revision is to be changed, such as \"3\".";
        HttpError::Invalid(sentence.into())
    })
}

/// The file is away or wrong for now: the page keeps what was typed and tries again.
fn unavailable(Refusal { problem, mend }: Refusal) -> HttpError {
    let sentence = format!("Not saved: {problem} (to mend it: {mend}).");
    HttpError::unavailable(sentence, problem)
}

async fn meter(State(desk): State<Desk>, uri: Uri, headers: HeaderMap) -> impl IntoResponse {
    let host = cookies::host_of(&uri, &headers);
    let students = &desk.0.setup.roster.students;
    ([NOT_KEPT], Json(Meter::read(students, &host, &headers)))
}

/// Where to go on with forgetting.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Forget {
    from: usize,
}

/// Expires the cookies of the next copies on this host; `next` says where to go on.
async fn forget(
    State(desk): State<Desk>,
    uri: Uri,
    headers: HeaderMap,
    wanted: Result<Json<Forget>, JsonRejection>,
) -> Result<Response, HttpError> {
    let Forget { from } = body(wanted)?;
    let host = cookies::host_of(&uri, &headers);
    let (fields, next) = cookies::removals(&desk.0.setup.roster.students, &host, from);
    let forgotten = fields.len();
    let fields = fields.into_iter().map(|field| (header::SET_COOKIE, field));
    let told = Json(json!({ "host": host, "forgotten": forgotten, "next": next }));
    Ok((AppendHeaders(fields), told).into_response())
}

async fn export(
    State(desk): State<Desk>,
    Path(file): Path<String>,
) -> Result<impl IntoResponse, HttpError> {
    let book = GradeBook::ALL.into_iter().find(|book| book.file() == file);
    let book = book.ok_or(HttpError::NotFound)?;
    let table = desk.table(book).map_err(HttpError::internal)?;
    let kind = (header::CONTENT_TYPE, "text/csv; charset=utf-8");
    Ok(([kind, NOT_KEPT], table))
}

fn place(desk: &Desk, login: &str) -> Result<usize, HttpError> {
    let unknown = || HttpError::Invalid("There is no such student on the roster.".into());
    desk.place_of(login).ok_or_else(unknown)
}

fn body<T>(body: Result<Json<T>, JsonRejection>) -> Result<T, HttpError> {
    let Json(body) = body.map_err(|error| HttpError::Invalid(error.body_text()))?;
    Ok(body)
}
