//! A small wait counter of another make, right but for one mistake: for the checks to find.

mod cookie;
mod page;

use super::PlainServer;
use axum::{
    Router,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri, header},
    response::{AppendHeaders, Html, IntoResponse, Response},
};
use rcgen::CertificateParams;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
};

/// What may be wrong with a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mistake {
    Nothing,
    AdoptsIds,
    AnyParameterResets,
    BeginsAtOne,
    BeginsForOddParameters,
    CertificateForAnotherHost,
    /// After the port of another copy.
    CookieNamedAfter(u16),
    ExpiredCertificate,
    FormCounts,
    HeadCounts,
    KeyIsLogin,
    KeyIsPort,
    KeyIsWord,
    LivesForADay,
    LosesUpdates,
    NeverResets,
    NeverWaits,
    NewSessionEachTime,
    NoHeading,
    NoHttpOnly,
    NoSameSite,
    OneLink,
    OneSessionForAll,
    PictureCounts,
    PlainCookieName,
    ReadsNoSignature,
    SaysUndefined,
    SetsManyCookies,
    SharedTable,
    StickyLink,
    WaitsTooLong,
}

/// The server, with the mistake in it.
pub struct WrongCopy {
    server: PlainServer,
}

/// What it knows.
struct Counter {
    mistake: Mistake,
    port: OnceLock<u16>,
    table: Table,
}

/// The number of each session, by its id.
type Table = Arc<Mutex<HashMap<String, u64>>>;

impl WrongCopy {
    /// Serves one on a free port.
    pub fn start(mistake: Mistake) -> Self {
        Self::with_table(mistake, Table::default())
    }

    /// Serves two, as one student has them.
    pub fn start_pair(mistake: Mistake) -> [Self; 2] {
        let table = Table::default();
        let other = match mistake {
            Mistake::SharedTable => table.clone(),
            _ => Table::default(),
        };
        [table, other].map(|table| Self::with_table(mistake, table))
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("https://localhost:{}/", self.server.port)
    }

    fn with_table(mistake: Mistake, table: Table) -> Self {
        let counter = Arc::new(Counter {
            mistake,
            port: OnceLock::new(),
            table,
        });
        let routes = Router::new().fallback(answer).with_state(counter.clone());
        let server = match certificate(mistake) {
            None => PlainServer::start(routes),
            Some(params) => PlainServer::with_certificate(routes, params),
        };
        counter.port.set(server.port).unwrap();
        Self { server }
    }
}

fn certificate(mistake: Mistake) -> Option<CertificateParams> {
    let host = match mistake {
        Mistake::ExpiredCertificate => "localhost",
        Mistake::CertificateForAnotherHost => "class.example.org",
        _ => return None,
    };
    let mut params = CertificateParams::new(vec![host.into()]).unwrap();
    if mistake == Mistake::ExpiredCertificate {
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(2020, 2, 1);
    }
    Some(params)
}

async fn answer(
    State(counter): State<Arc<Counter>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    if method == Method::POST && !counter.has(Mistake::FormCounts) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let is_picture = headers
        .get("sec-fetch-dest")
        .is_some_and(|to| to == "image");
    let looks_only = (method == Method::HEAD && !counter.has(Mistake::HeadCounts))
        || (is_picture && !counter.has(Mistake::PictureCounts));
    let visit = match looks_only {
        true => Visit::showing(0),
        false => counter.visit(&uri, counter.known(&headers)).await,
    };
    let page = Html(counter.page(&visit.shows));
    match visit.begins {
        Some(id) => {
            let cookies = counter.set_cookies(&id).into_iter();
            let fields = cookies.map(|cookie| (header::SET_COOKIE, cookie));
            (AppendHeaders(fields), page).into_response()
        }
        None => page.into_response(),
    }
}

/// How a request comes out.
struct Visit {
    shows: String,
    /// The id of a session that has just begun.
    begins: Option<String>,
}

impl Visit {
    fn showing(number: impl ToString) -> Self {
        Self {
            shows: number.to_string(),
            begins: None,
        }
    }
}

impl Counter {
    fn has(&self, mistake: Mistake) -> bool {
        self.mistake == mistake
    }

    async fn visit(&self, uri: &Uri, id: Option<String>) -> Visit {
        let query = uri.query().unwrap_or_default();
        let found = id.as_ref().and_then(|id| self.number_of(id));
        let enough = query.strip_prefix("haveEnough=");
        let resets = (enough == Some("1") && !self.has(Mistake::NeverResets))
            || (!query.is_empty() && self.has(Mistake::AnyParameterResets));
        match (found, enough) {
            _ if resets => self.keep(id, 0),
            (Some(number), Some(_)) => Visit::showing(number),
            (Some(number), None) => self.refresh(id, number).await,
            (None, Some(_)) if self.has(Mistake::BeginsForOddParameters) => self.keep(id, 0),
            (None, Some(_)) if self.has(Mistake::SaysUndefined) => Visit::showing("undefined"),
            (None, Some(_)) => Visit::showing(0),
            (None, None) => self.keep(id, u64::from(self.has(Mistake::BeginsAtOne))),
        }
    }

    async fn refresh(&self, id: Option<String>, number: u64) -> Visit {
        let wait = match self.mistake {
            Mistake::NeverWaits => 0,
            Mistake::WaitsTooLong => number + 5,
            _ => number,
        };
        tokio::time::sleep(Duration::from_secs(wait)).await;
        // What another tab has counted meanwhile counts as well.
        let now = match self.has(Mistake::LosesUpdates) {
            true => number,
            false => id.as_ref().and_then(|id| self.number_of(id)).unwrap(),
        };
        self.keep(id, now + 1)
    }

    /// Writes the number; without a session one begins.
    fn keep(&self, id: Option<String>, number: u64) -> Visit {
        let is_known = id.as_ref().is_some_and(|id| self.number_of(id).is_some());
        let id = id.unwrap_or_else(|| self.new_id());
        self.table.lock().unwrap().insert(id.clone(), number);
        Visit {
            begins: (!is_known).then_some(id),
            ..Visit::showing(number)
        }
    }

    fn number_of(&self, id: &str) -> Option<u64> {
        self.table.lock().unwrap().get(id).copied()
    }
}
