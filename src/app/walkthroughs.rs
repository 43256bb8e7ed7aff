//! The lessons as pages: an index, and each walkthrough beside its live endpoint.

use super::catalog;
use crate::{
    error::HttpError,
    page::page,
    sandbox::{Lesson, Sandbox},
    sessions::Visitor,
    walkthrough::{Block, Mistake, Names, TaskText, Walkthrough},
    xray::{self, Recording},
};
use axum::{
    Router,
    extract::{Path, State},
    routing::get,
};
use maud::{Markup, PreEscaped, html};

pub(super) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/lessons", get(index))
        .route("/lessons/{number}", get(lesson))
}

/// A mistake in a walkthrough is the writer's to see, and nobody's secret.
fn unreadable(mistake: Mistake) -> HttpError {
    tracing::error!(%mistake, "a walkthrough cannot be shown");
    HttpError::Mistake(mistake.to_string())
}

fn read(lesson: &Lesson, sandbox: &Sandbox) -> Result<Walkthrough, HttpError> {
    let names = Names {
        port: sandbox.identity.port().number(),
        cookie: sandbox.identity.names.cookie.as_str(),
    };
    Walkthrough::read(lesson.file, names).map_err(unreadable)
}

async fn index(State(sandbox): State<Sandbox>, recording: Recording) -> Result<Markup, HttpError> {
    recording.forget();
    let mut rows = Vec::new();
    for lesson in catalog() {
        let front = Walkthrough::read_front(lesson.file).map_err(unreadable)?;
        rows.push((lesson, front));
    }
    let main = html! {
        h1 { "Lessons" }
        p {
            "Each has a live endpoint that you can try, and a text that takes it apart. Tasks are "
            "ticked by what your browser really did."
        }
        ol.lessons data-progress {
            @for (lesson, front) in &rows {
                li data-lesson=(lesson.digits()) {
                    a href=(format!("/lessons/{}", lesson.digits())) {
                        span.number { (lesson.digits()) } " " (front.title)
                    }
                    p { (front.summary) }
                    p.quiet {
                        (front.minutes) " minutes · "
                        span data-done { "0" } " of " (lesson.tasks.len()) " tasks done"
                    }
                }
            }
        }
        p.tools hidden data-tools {
            button type="button" data-reset { "Forget my progress in all lessons" }
        }
    };
    Ok(page(sandbox.identity.port().number(), "Lessons", &main))
}

async fn lesson(
    State(sandbox): State<Sandbox>,
    Path(number): Path<String>,
    visitor: Visitor,
    recording: Recording,
) -> Result<Markup, HttpError> {
    recording.forget();
    let lessons: Vec<_> = catalog().collect();
    let at = lessons.iter().position(|lesson| lesson.digits() == number);
    let at = at.ok_or(HttpError::NotFound)?;
    let lesson = lessons[at];
    let text = read(lesson, &sandbox)?;
    let ring = visitor
        .session_id()
        .and_then(|id| sandbox.sessions.rings().of(id.0));
    let records = ring.map(|ring| ring.records()).unwrap_or_default();
    let neighbours = [
        at.checked_sub(1)
            .map(|before| ("Previous", lessons[before])),
        lessons.get(at + 1).map(|after| ("Next", *after)),
    ];
    let main = html! {
        div.lesson data-progress data-lesson=(lesson.digits()) {
            article.walkthrough {
                h1 { span.number { (lesson.digits()) } " " (text.front.title) }
                p.quiet { (text.front.summary) " About " (text.front.minutes) " minutes." }
                @for block in &text.blocks {
                    @match block {
                        Block::Html(html) => (PreEscaped(html)),
                        Block::Task(text) => (task(text)),
                    }
                }
                (ways(&neighbours))
            }
            (live(lesson))
            (xray::panel(&records))
        }
    };
    let title = format!("{} {}", lesson.digits(), text.front.title);
    Ok(page(sandbox.identity.port().number(), &title, &main))
}

/// A frame that stays empty until it is asked for: opening an endpoint counts as a visit.
fn live(lesson: &Lesson) -> Markup {
    html! {
        section.live aria-labelledby="live-title" {
            h2 #live-title { "The live endpoint" }
            p.choices {
                a.main href=(lesson.endpoint) target="live" { "Load " code { (lesson.endpoint) } " here" }
                a href=(lesson.endpoint) target="_blank" rel="noopener" { "In a tab of its own" }
            }
            p.quiet { "Empty until you load it, since opening it counts as a visit." }
            iframe name="live" title=(format!("Live endpoint {}", lesson.endpoint)) {}
        }
    }
}

fn task(task: &TaskText) -> Markup {
    html! {
        section.task id=(format!("task-{}", task.id)) data-task=(task.id) {
            h3 { "Task " span.state role="status" data-state { "open" } }
            (PreEscaped(&task.text))
            (hints(&task.hints, 1))
        }
    }
}

/// One within the other: a hint is reached through those before it.
fn hints(hints: &[String], number: usize) -> Markup {
    html! {
        @if let Some((first, others)) = hints.split_first() {
            details.hint {
                summary { "Hint " (number) }
                (PreEscaped(first))
                (self::hints(others, number + 1))
            }
        }
    }
}

fn ways(neighbours: &[Option<(&str, &Lesson)>]) -> Markup {
    html! {
        nav.ways aria-label="Lessons" {
            @for (word, lesson) in neighbours.iter().flatten() {
                a href=(format!("/lessons/{}", lesson.digits())) { (word) ": " (lesson.digits()) }
            }
            a href="/lessons" { "All lessons" }
        }
        p.tools hidden data-tools {
            button type="button" data-reset { "Forget my progress in this lesson" }
        }
    }
}
