//! The wait counter with actix-web and actix-session, as their own examples are written, to be
//! measured against. No refresh waits, and nothing is locked: the session travels in a signed
//! cookie, so there is no store to ask.
//!
//! In the environment: `PEER_PORT`, and `PEER_CERT` and `PEER_KEY`, which are PEM files.

use actix_session::{
    Session, SessionMiddleware,
    config::{CookieContentSecurity, PersistentSession},
    storage::CookieSessionStore,
};
use actix_web::{
    App, HttpResponse, HttpServer,
    cookie::{Key, time::Duration},
    http::header::ContentType,
    web,
};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use serde::Deserialize;
use std::{env, error::Error, sync::Arc};

const WAIT: &str = "wait";

#[derive(Deserialize)]
struct Asked {
    #[serde(rename = "haveEnough")]
    have_enough: Option<String>,
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port: u16 = env::var("PEER_PORT")?.parse()?;
    let key = Key::generate();
    HttpServer::new(move || {
        App::new()
            .wrap(sessions(&key))
            .route("/", web::get().to(got_you_sweating))
    })
    .bind_rustls_0_23(("127.0.0.1", port), tls()?)?
    .run()
    .await?;
    Ok(())
}

fn sessions(key: &Key) -> SessionMiddleware<CookieSessionStore> {
    SessionMiddleware::builder(CookieSessionStore::default(), key.clone())
        // As with ours: whoever has the cookie may read it, and nobody can change it.
        .cookie_content_security(CookieContentSecurity::Signed)
        .session_lifecycle(PersistentSession::default().session_ttl(Duration::hours(1)))
        .build()
}

fn tls() -> Result<ServerConfig, Box<dyn Error>> {
    let chain = CertificateDer::pem_file_iter(env::var("PEER_CERT")?)?;
    let chain = chain.collect::<Result<Vec<_>, _>>()?;
    let key = PrivateKeyDer::from_pem_file(env::var("PEER_KEY")?)?;
    let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions()?;
    Ok(builder.with_no_client_auth().with_single_cert(chain, key)?)
}

async fn got_you_sweating(
    session: Session,
    asked: web::Query<Asked>,
) -> actix_web::Result<HttpResponse> {
    let found: Option<u64> = session.get(WAIT)?;
    let wait = match asked.have_enough.as_deref() {
        None => found.map_or(0, |seconds| seconds + 1),
        Some("1") => 0,
        Some(_) => found.unwrap_or(0),
    };
    if matches!(asked.have_enough.as_deref(), None | Some("1")) {
        session.insert(WAIT, wait)?;
    }
    Ok(HttpResponse::Ok()
        .content_type(ContentType::html())
        .body(page(wait)))
}

fn page(seconds: u64) -> String {
    format!(
        r#"<!doctype html>
<html lang="en">
  <head><title>Got you sweating?</title></head>
  <body>
    <h1>Got you sweating?</h1>
    <p>The next refresh will wait {seconds} seconds</p>
    <p><a href="?haveEnough=1">I have enough!</a></p>
    <p><a href="/">I can wait longer.</a></p>
  </body>
</html>
"#
    )
}
