//! The install key and what is derived from it.
//!
//! HKDF (RFC 5869) turns one random key into as many independent ones as there are context
//! strings: whoever learns the cookie key of one port learns nothing about another port's.

use super::Port;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hkdf::Hkdf;
use secrecy::SecretString;
use sha2::Sha256;
use std::{fmt, str::FromStr};
use tower_sessions::cookie::Key;

const FINGERPRINT_INFO: &str = "sweatbox/v1/fingerprint";

pub(super) fn cookie_info(port: Port) -> String {
    format!("sweatbox/v1/cookie/{port}")
}

pub(super) fn owner_info(port: Port) -> String {
    format!("sweatbox/v1/owner/{port}")
}

/// 32 random bytes, one key for each user of a host. Never shown, never logged.
#[derive(Clone, PartialEq, Eq)]
pub struct InstallKey([u8; 32]);

/// A text is not 64 hexadecimal digits.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("expected 64 hexadecimal digits, found {found}")]
pub struct InstallKeyError {
    found: String,
}

/// A public name for an install key, from which the key cannot be found: 32 hex digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint(String);

impl InstallKey {
    /// A new key from the operating system's random source.
    ///
    /// # Errors
    /// When the system has no random bytes to give.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// The key as its file holds it: 64 hexadecimal digits.
    pub fn to_hex(&self) -> SecretString {
        hex(&self.0).into()
    }

    pub(super) fn cookie_key(&self, port: Port) -> Key {
        Key::from(&self.expand::<64>(&cookie_info(port)))
    }

    pub(super) fn owner_token(&self, port: Port) -> SecretString {
        let token = self.expand::<32>(&owner_info(port));
        URL_SAFE_NO_PAD.encode(token).into()
    }

    /// The same for every port: a copy recognises the tables of its own user.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint(hex(&self.expand::<16>(FINGERPRINT_INFO)))
    }

    // ANCHOR: secret
    fn expand<const N: usize>(&self, info: &str) -> [u8; N] {
        let mut output = [0; N];
        Hkdf::<Sha256>::new(None, &self.0)
            .expand(info.as_bytes(), &mut output)
            .expect("HKDF-SHA256 gives up to 8160 bytes, far more than is asked for here");
        output
    }
    // ANCHOR_END: secret
}

impl FromStr for InstallKey {
    type Err = InstallKeyError;

    fn from_str(text: &str) -> Result<Self, InstallKeyError> {
        let wrong = |found: String| InstallKeyError { found };
        if let Some(odd) = text.chars().find(|c| !c.is_ascii_hexdigit()) {
            return Err(wrong(format!("the character {odd:?}")));
        }
        if text.len() != 64 {
            return Err(wrong(format!("{} digits", text.len())));
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let pair = std::str::from_utf8(pair).expect("only ASCII digits are left");
            *byte = u8::from_str_radix(pair, 16).expect("only hexadecimal digits are left");
        }
        Ok(Self(bytes))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Fingerprint {
    /// The fingerprint as the meta table holds it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for InstallKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InstallKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;
    use std::collections::HashSet;

    /// The bytes 0, 1, 2 … 31.
    fn counting_key() -> InstallKey {
        InstallKey(std::array::from_fn(|i| i as u8))
    }

    fn port(number: u16) -> Port {
        Port::new(number).unwrap()
    }

    #[test]
    fn derived_secrets_match_an_independent_hkdf() {
        // Computed with Python's `hmac`, after RFC 5869, section 2.
        let key = counting_key();
        assert_eq!(
            hex(key.cookie_key(port(41220)).master()),
            "d3455e4cacf463e2a91de619f333899fc92895fde30b4d735c174c86d97daebb\
             903a7719bad76c7abfa566b4ead6ee359d42b33f30665fa43001d87e4cb67e06"
        );
        assert_eq!(
            key.owner_token(port(41220)).expose_secret(),
            "wn0vbvb-spZ8DnrOS-f3CnD-kOepTFcsdBqFXwbfl9s"
        );
        assert_eq!(
            key.owner_token(port(65535)).expose_secret(),
            "efJp_BneSgUvgwIxmZSFyMS8_4vBCUwxno-kQ8YJZAs"
        );
        assert_eq!(
            key.fingerprint().as_str(),
            "236fea86b185f3c3855caf504e949e1f"
        );
    }

    #[test]
    fn no_two_ports_share_a_secret() {
        let key = counting_key();
        let mut seen = HashSet::new();
        for number in 1..=65535 {
            assert!(seen.insert(key.cookie_key(port(number)).master().to_vec()));
            let token = key.owner_token(port(number));
            assert!(seen.insert(token.expose_secret().as_bytes().to_vec()));
        }
    }

    #[test]
    fn one_port_under_two_install_keys_has_two_cookie_keys() {
        let (one, two) = (counting_key(), InstallKey::random().unwrap());
        assert_ne!(one.cookie_key(port(41220)), two.cookie_key(port(41220)));
        assert_ne!(one.fingerprint(), two.fingerprint());
    }

    #[test]
    fn a_key_survives_its_file_form() {
        let key = InstallKey::random().unwrap();
        assert_eq!(key.to_hex().expose_secret().parse(), Ok(key));
    }

    #[test]
    fn a_text_that_is_not_64_hex_digits_is_refused_with_what_was_found() {
        let found = |text: &str| text.parse::<InstallKey>().unwrap_err().found;
        assert_eq!(found(""), "0 digits");
        assert_eq!(found(&"a".repeat(63)), "63 digits");
        assert_eq!(found(&"g".repeat(64)), "the character 'g'");
        assert_eq!(found(&"ä".repeat(32)), "the character 'ä'");
    }

    #[test]
    fn debug_output_does_not_show_the_key() {
        assert_eq!(format!("{:?}", counting_key()), "InstallKey(…)");
    }
}
