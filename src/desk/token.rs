//! The token that opens a desk: made anew at each start, and held by whoever started it.
//!
//! A desk listens on loopback, which on a class host is every student's, and a browser sends
//! cookies to every port of a host. So neither the address nor a cookie is anybody's authority:
//! the token is, behind the `#` of a link and then in each request's `Authorization`.

use super::Desk;
use crate::{error::HttpError, identity::Port};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

/// 32 random bytes in base64url. Not shown by `Debug`.
#[derive(Debug)]
pub struct Token(SecretString);

impl Token {
    /// A new one from the operating system's random source.
    ///
    /// # Errors
    /// When the system has no random bytes to give.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Self(URL_SAFE_NO_PAD.encode(bytes).into()))
    }

    /// The address of a desk on `port` of `host`, with the key to it.
    pub fn link(&self, host: &str, port: Port) -> SecretString {
        format!("https://{host}:{port}/#token={}", self.0.expose_secret()).into()
    }

    /// Compared as hashes: how long it takes tells nothing about where a wrong one differs.
    fn opens(&self, headers: &HeaderMap) -> bool {
        let given = headers.get(header::AUTHORIZATION);
        let given = given.and_then(|value| value.to_str().ok());
        let given = given.and_then(|value| value.strip_prefix("Bearer "));
        let ours = self.0.expose_secret();
        given.is_some_and(|given| Sha256::digest(given) == Sha256::digest(ours))
    }
}

/// Lets through who has the token.
pub(super) async fn require(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    if desk.0.setup.token.opens(request.headers()) {
        return next.run(request).await;
    }
    let sentence = "A desk answers to its token alone; the link with it was printed at the start.";
    let mut refused = HttpError::Unknown(sentence.into()).into_response();
    let way = HeaderValue::from_static("Bearer");
    refused.headers_mut().insert(header::WWW_AUTHENTICATE, way);
    refused
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_of_the_link_opens_and_nothing_else_does() {
        let token = Token::random().unwrap();
        let link = token.link("localhost", Port::new(41220).unwrap());
        let link = link.expose_secret();
        let (address, given) = link.split_once("#token=").unwrap();
        assert_eq!((address, given.len()), ("https://localhost:41220/", 43));
        let opens = |value: &str| {
            let value = HeaderValue::from_str(value).unwrap();
            token.opens(&HeaderMap::from_iter([(header::AUTHORIZATION, value)]))
        };
        assert!(opens(&format!("Bearer {given}")));
        for wrong in ["", "Bearer ", given, &format!("Bearer {given}x")] {
            assert!(!opens(wrong), "{wrong}");
        }
        assert!(!token.opens(&HeaderMap::new()));
        assert!(!format!("{token:?}").contains(given));
    }

    #[test]
    fn no_two_desks_share_a_token() {
        let link = || {
            let link = Token::random().unwrap().link("h", Port::new(1).unwrap());
            link.expose_secret().to_owned()
        };
        assert_ne!(link(), link());
    }
}
