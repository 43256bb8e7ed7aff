//! The wrong copy's cookie: signature and id, in the form of the crate `cookie`.

use super::{Counter, Mistake};
use axum::http::{HeaderMap, header};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use cookie::Cookie;
use hkdf::hmac::{Hmac, Mac};
use sha2::Sha256;

/// A SHA-256 in base64.
const SIGNATURE: usize = 44;

impl Counter {
    /// The id of the visitor's session, if there is one.
    pub(super) fn known(&self, headers: &HeaderMap) -> Option<String> {
        let value = self.value(headers);
        let id = match self.mistake {
            Mistake::OneSessionForAll => Some(self.new_id()),
            Mistake::NewSessionEachTime => None,
            Mistake::ReadsNoSignature => value?.get(SIGNATURE..).map(String::from),
            Mistake::AdoptsIds => return self.verified(value.clone()?).or(value),
            _ => self.verified(value?),
        };
        id.filter(|id| self.number_of(id).is_some())
    }

    /// Each `Set-Cookie` of an answer with which a session begins.
    pub(super) fn set_cookies(&self, id: &str) -> Vec<String> {
        let besides = 200 * usize::from(self.has(Mistake::SetsManyCookies));
        let besides = (0..besides).map(|number| format!("c{number}=x; Path=/"));
        [self.set_cookie(id)].into_iter().chain(besides).collect()
    }

    fn set_cookie(&self, id: &str) -> String {
        let mut text = format!("{}={}; Path=/; Secure", self.name(), self.signed(id));
        if !self.has(Mistake::NoHttpOnly) {
            text += "; HttpOnly";
        }
        if !self.has(Mistake::NoSameSite) {
            text += "; SameSite=Lax";
        }
        let seconds = match self.mistake {
            Mistake::LivesForADay => 86_400,
            _ => 3_600,
        };
        format!("{text}; Max-Age={seconds}")
    }

    pub(super) fn new_id(&self) -> String {
        if self.has(Mistake::OneSessionForAll) {
            return "everybody".into();
        }
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).unwrap();
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn value(&self, headers: &HeaderMap) -> Option<String> {
        let field = headers.get(header::COOKIE)?.to_str().ok()?;
        let mut cookies = Cookie::split_parse(field).flatten();
        let ours = cookies.find(|cookie| cookie.name() == self.name())?;
        Some(ours.value().to_owned())
    }

    fn verified(&self, value: String) -> Option<String> {
        let id = value.get(SIGNATURE..)?;
        (self.signed(id) == value).then(|| id.to_owned())
    }

    fn signed(&self, id: &str) -> String {
        let mut hmac = Hmac::<Sha256>::new_from_slice(&self.key()).unwrap();
        hmac.update(id.as_bytes());
        STANDARD.encode(hmac.finalize().into_bytes()) + id
    }

    fn key(&self) -> Vec<u8> {
        match self.mistake {
            Mistake::KeyIsLogin => b"ann.m".to_vec(),
            Mistake::KeyIsPort => self.port().to_string().into(),
            Mistake::KeyIsWord => b"keyboard cat".to_vec(),
            _ => b"what nobody guesses, 0a7f5c3e".to_vec(),
        }
    }

    fn name(&self) -> String {
        match self.mistake {
            Mistake::PlainCookieName => "session".into(),
            Mistake::CookieNamedAfter(port) => format!("s{port}Cookie"),
            _ => format!("s{}Cookie", self.port()),
        }
    }

    fn port(&self) -> u16 {
        *self.port.get().unwrap()
    }
}
