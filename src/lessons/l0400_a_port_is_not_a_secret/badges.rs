//! The three cookies of this lesson: they say the same, and are protected in three ways.
//!
//! Kept apart from the copy's own cookie: their keys are the port, or derived for this lesson,
//! and open nothing else. The cookies live ten minutes below `/0400`.

use super::keys::{self, Signed};
use crate::identity::{Identity, Port};
use axum::http::{HeaderMap, HeaderValue, header};
use hkdf::Hkdf;
use sha2::Sha256;
use time::Duration;
use tower_sessions::cookie::{Cookie, CookieJar, Key, SameSite};

const COOKIE_LIFE: Duration = Duration::minutes(10);

/// How a cookie is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Signed; the key is the port, written in decimal.
    Port,
    /// Signed; the key is derived from the install key.
    Derived,
    /// Encrypted with a derived key.
    Encrypted,
}

impl Kind {
    pub(super) const ALL: [Self; 3] = [Self::Port, Self::Derived, Self::Encrypted];

    /// What it is called in forms and addresses.
    pub(super) fn id(self) -> &'static str {
        match self {
            Self::Port => "port",
            Self::Derived => "derived",
            Self::Encrypted => "encrypted",
        }
    }

    /// What it is called on pages and in the X-ray.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Port => "cookie signed with the port",
            Self::Derived => "cookie signed with the derived key",
            Self::Encrypted => "cookie encrypted with a derived key",
        }
    }

    pub(super) fn named(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.id() == id)
    }
}

/// Makes the cookies and reads them again.
pub(super) struct Office {
    port: Port,
    /// One half signs, the other one encrypts.
    derived: Key,
}

impl Office {
    pub(super) fn of(identity: &Identity) -> Self {
        Self {
            port: identity.port(),
            derived: derived_key(identity),
        }
    }

    pub(super) fn port(&self) -> u16 {
        self.port.number()
    }

    /// The cookie's name, such as `s41220Demo400port`.
    pub(super) fn name(&self, kind: Kind) -> String {
        format!("s{}Demo400{}", self.port, kind.id())
    }

    /// What stands in the cookie of this kind, if it came; the first one, if several did.
    pub(super) fn value_in(&self, kind: Kind, headers: &HeaderMap) -> Option<String> {
        let name = self.name(kind);
        let fields = headers.get_all(header::COOKIE).into_iter();
        // Lossy: another port's cookie may hold any bytes.
        let fields = fields.map(|field| String::from_utf8_lossy(field.as_bytes()).into_owned());
        let mut cookies = fields.flat_map(|field| Cookie::split_parse(field).flatten());
        let found = cookies.find(|cookie| cookie.name() == name)?;
        Some(found.value().to_owned())
    }

    /// The value of a cookie that says `text`.
    pub(super) fn protect(&self, kind: Kind, text: &str) -> String {
        match kind {
            Kind::Port => keys::sign(self.port.to_string().as_bytes(), text),
            Kind::Derived => keys::sign(self.derived.signing(), text),
            Kind::Encrypted => self.encrypted(text),
        }
    }

    // ANCHOR: believe
    /// What a cookie says, if it can be believed.
    pub(super) fn believe(&self, kind: Kind, value: &str) -> Option<String> {
        let port = self.port.to_string();
        let key = match kind {
            Kind::Port => port.as_bytes(),
            Kind::Derived => self.derived.signing(),
            Kind::Encrypted => return self.decrypted(value),
        };
        let signed = Signed::parse(value)?;
        signed.is_signed_with(key).then(|| signed.text())?
    }
    // ANCHOR_END: believe

    // ANCHOR: private
    fn encrypted(&self, text: &str) -> String {
        let name = self.name(Kind::Encrypted);
        let mut jar = CookieJar::new();
        let mut private = jar.private_mut(&self.derived);
        private.add(Cookie::new(name.clone(), text.to_owned()));
        let cookie = jar.get(&name).expect("it was added just now");
        cookie.value().to_owned()
    }

    fn decrypted(&self, value: &str) -> Option<String> {
        let cookie = Cookie::new(self.name(Kind::Encrypted), value.to_owned());
        let cookie = CookieJar::new().private(&self.derived).decrypt(cookie)?;
        Some(cookie.value().to_owned())
    }
    // ANCHOR_END: private

    /// The `Set-Cookie` with this value. What a visitor types is in it as base64 at most.
    pub(super) fn set(&self, kind: Kind, value: String) -> HeaderValue {
        let cookie = Cookie::build((self.name(kind), value))
            .path("/0400")
            .max_age(COOKIE_LIFE)
            .secure(true)
            .http_only(true)
            .same_site(SameSite::Lax)
            .build();
        let text = cookie.to_string();
        HeaderValue::try_from(text).expect("name, base64 and attributes are ASCII")
    }
}

// ANCHOR: derive
fn derived_key(identity: &Identity) -> Key {
    // The copy's own cookie key goes in, but cannot be found from what comes out. So even a
    // mistake in this lesson gives away no session.
    let mut bytes = [0; 64];
    Hkdf::<Sha256>::new(None, identity.cookie_key.master())
        .expand(b"sweatbox/v1/lesson/0400", &mut bytes)
        .expect("HKDF-SHA256 gives up to 8160 bytes");
    Key::from(&bytes)
}
// ANCHOR_END: derive

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::InstallKey;

    fn office(port: u16) -> Office {
        let key: InstallKey = "07".repeat(32).parse().unwrap();
        Office::of(&Identity::derive(Port::new(port).unwrap(), &key))
    }

    #[test]
    fn every_kind_of_cookie_is_believed_by_the_copy_that_made_it_and_by_no_other() {
        for kind in Kind::ALL {
            let value = office(41220).protect(kind, "role=student");
            let believed = office(41220).believe(kind, &value);
            assert_eq!(believed.as_deref(), Some("role=student"));
            assert_eq!(office(41221).believe(kind, &value), None);
        }
    }

    #[test]
    fn no_port_is_the_derived_key() {
        let value = office(41220).protect(Kind::Derived, "role=student");
        assert_eq!(keys::crack(&Signed::parse(&value).unwrap()), None);
        let forged = keys::sign(b"41220", "role=instructor");
        assert_eq!(office(41220).believe(Kind::Derived, &forged), None);
        assert!(office(41220).believe(Kind::Port, &forged).is_some());
    }

    #[test]
    fn the_encrypted_text_differs_each_time_and_shows_nowhere() {
        let [one, two] = [(); 2].map(|()| office(41220).protect(Kind::Encrypted, "role=student"));
        assert_ne!(one, two);
        assert!(!one.contains("cm9sZT"), "{one}");
    }
}
