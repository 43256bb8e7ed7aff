//! `/0390/api/results`: the finished attempts, as JSON and as CSV.

use super::{refused::Refused, who::Proctor};
use crate::{
    error::HttpError,
    quiz::{
        Quiz,
        view::{ResultView, ResultsView},
    },
    spreadsheet::cell,
};
use axum::{
    Extension, Json,
    http::header,
    response::{IntoResponse, Response},
};

/// All finished attempts of this quiz, those that wait for the database included.
pub(super) async fn list(_: Proctor, Extension(quiz): Extension<Quiz>) -> Json<ResultsView> {
    Json(quiz.results().await)
}

/// The same for a spreadsheet. Only if it is complete: a file does not say what it lacks.
pub(super) async fn as_csv(
    _: Proctor,
    Extension(quiz): Extension<Quiz>,
) -> Result<Response, Refused> {
    let ResultsView {
        results,
        unreadable,
        ..
    } = quiz.results().await;
    if unreadable.is_some() {
        return Err(Refused::Unavailable(
            "The database does not answer, and a part of the results is no file to keep.",
        ));
    }
    Ok(match table(&results) {
        Ok(csv) => {
            let headers = [
                (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
                (
                    header::CONTENT_DISPOSITION,
                    "attachment; filename=\"results.csv\"",
                ),
            ];
            (headers, csv).into_response()
        }
        Err(error) => HttpError::internal(error).into_response(),
    })
}

fn table(results: &[ResultView]) -> Result<Vec<u8>, csv::Error> {
    let mut file = Vec::new();
    let mut csv = csv::Writer::from_writer(&mut file);
    csv.write_record([
        "name",
        "score",
        "of",
        "started_at",
        "ended_at",
        "by",
        "pending",
    ])?;
    for result in results {
        csv.write_record([
            cell(&result.name).as_str(),
            &result.score.to_string(),
            &result.of.to_string(),
            &result.started_at,
            &result.ended_at,
            result.by.word(),
            &result.pending.to_string(),
        ])?;
    }
    csv.flush()?;
    drop(csv);
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quiz::view::EndedBy;

    fn row(name: &str) -> String {
        let result = ResultView {
            name: name.into(),
            score: 3,
            of: 10,
            started_at: "a".into(),
            ended_at: "b".into(),
            by: EndedBy::Proctor,
            pending: false,
        };
        let csv = String::from_utf8(table(&[result]).unwrap()).unwrap();
        csv.lines().nth(1).unwrap().to_owned()
    }

    #[test]
    fn a_name_is_quoted_where_it_must_be_and_never_a_formula() {
        assert_eq!(row("Ann"), "Ann,3,10,a,b,proctor,false");
        assert_eq!(
            row("Lee, \"Al\""),
            "\"Lee, \"\"Al\"\"\",3,10,a,b,proctor,false"
        );
        assert_eq!(row("=1+1"), "'=1+1,3,10,a,b,proctor,false");
    }
}
