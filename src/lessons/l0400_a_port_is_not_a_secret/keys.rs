//! Signatures, and the search for the key that made one.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hkdf::hmac::{Hmac, Mac};
use sha2::Sha256;

/// The longest value that is looked at. A visitor can send any; without a limit, 65,535
/// signatures of a long one would keep a core busy for minutes.
const MAX_VALUE: usize = 200;

/// A cookie's value in its two parts: readable data, and a signature of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Signed {
    /// base64url, as it stands in the cookie; this is what was signed.
    data: String,
    signature: Vec<u8>,
}

impl Signed {
    pub(super) fn parse(value: &str) -> Option<Self> {
        let (data, signature) = value.split_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        let data = data.to_owned();
        (value.len() <= MAX_VALUE).then_some(Self { data, signature })
    }

    /// The text in it. Nobody needs a key for this.
    pub(super) fn text(&self) -> Option<String> {
        let bytes = URL_SAFE_NO_PAD.decode(&self.data).ok()?;
        String::from_utf8(bytes).ok()
    }

    // ANCHOR: genuine
    /// Whether it was signed with `key`.
    pub(super) fn is_signed_with(&self, key: &[u8]) -> bool {
        // Compared in constant time. A plain `==` stops at the first byte that differs, and so
        // tells whoever measures it how much of a guessed signature is right.
        let computed = hmac(key, &self.data);
        computed.verify_slice(&self.signature).is_ok()
    }
    // ANCHOR_END: genuine
}

// ANCHOR: sign
/// The value of a cookie that says `text`, signed with `key`.
pub(super) fn sign(key: &[u8], text: &str) -> String {
    let data = URL_SAFE_NO_PAD.encode(text);
    let signature = hmac(key, &data).finalize().into_bytes();
    format!("{data}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn hmac(key: &[u8], data: &str) -> Hmac<Sha256> {
    let mut hmac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length is taken");
    hmac.update(data.as_bytes());
    hmac
}
// ANCHOR_END: sign

// ANCHOR: crack
/// The port with which `signed` was signed, if it was a port.
pub(super) fn crack(signed: &Signed) -> Option<u16> {
    // This is the whole attack. Nothing in it comes from the server: whoever holds one cookie
    // can run it at home, and no server would notice.
    (1..=u16::MAX).find(|port| signed.is_signed_with(port.to_string().as_bytes()))
}
// ANCHOR_END: crack

#[cfg(test)]
mod tests {
    use super::*;

    fn signed(key: &[u8], text: &str) -> Signed {
        Signed::parse(&sign(key, text)).unwrap()
    }

    #[test]
    fn a_signature_is_the_one_that_other_programs_compute() {
        // printf %s cm9sZT1zdHVkZW50 | openssl dgst -sha256 -hmac 41220 -binary, in base64url.
        let value = "cm9sZT1zdHVkZW50.mGAWNApZH-8ozk-rRtIDP4sRS8QqhWdmlFNOs6uUMgA";
        assert_eq!(sign(b"41220", "role=student"), value);
    }

    #[test]
    fn every_port_is_found_and_no_other_key_is() {
        for port in [1, 8443] {
            let cookie = signed(port.to_string().as_bytes(), "role=student");
            assert_eq!(crack(&cookie), Some(port));
        }
        // A port with a zero in front of it is another text, and so another key.
        assert_eq!(crack(&signed(b"08443", "role=student")), None);
    }

    #[test]
    fn changed_data_need_a_new_signature() {
        let honest = signed(b"41220", "role=student");
        let forged = signed(b"41220", "role=instructor");
        let patched = Signed {
            signature: honest.signature.clone(),
            ..forged.clone()
        };
        assert!(honest.is_signed_with(b"41220") && forged.is_signed_with(b"41220"));
        assert!(!patched.is_signed_with(b"41220"));
        assert_eq!(patched.text().as_deref(), Some("role=instructor"));
    }

    #[test]
    fn what_is_no_signed_value_or_too_long_is_not_looked_at() {
        for value in ["", "cm9sZQ", "cm9sZQ.ä", "a.b.c", "cm9sZQ.="] {
            assert_eq!(Signed::parse(value), None, "{value}");
        }
        let unsigned = Signed::parse("cm9sZQ.").unwrap();
        assert!(!unsigned.is_signed_with(b""));
        assert_eq!(Signed::parse(&sign(b"1", &"x".repeat(200))), None);
    }
}
