//! The signature in a cookie, and the search for the key that made it.
//!
//! Whoever holds one cookie can do this at home, and no copy would notice: nothing is sent.

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use hkdf::{
    Hkdf,
    hmac::{Hmac, Mac},
};
use percent_encoding::percent_decode_str;
use sha2::{Digest, Sha256};

/// The longest text that is tried. A copy may send any; of a long one, 65,535 signatures would
/// keep a core busy for minutes.
const LONGEST: usize = 256;
/// A SHA-256 in base64, with its `=` at the end.
const IN_BASE64: usize = 44;

/// Words that stand in examples and tutorials, and so in programs.
const COMMON: [&str; 14] = [
    "",
    "secret",
    "keyboard cat",
    "Some hard to guess string",
    "your-secret-key",
    "your secret key",
    "mysecret",
    "my secret",
    "session",
    "session secret",
    "sessionsecret",
    "password",
    "changeme",
    "shhhh, very secret",
];

/// A text and what is said to be its HMAC-SHA256.
#[derive(Debug, PartialEq, Eq)]
struct Signed {
    text: String,
    signature: Vec<u8>,
}

/// What is known about a copy without asking it, and what its key therefore must not be.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) port: u16,
    pub(super) host: String,
    /// About its student.
    pub(super) words: Vec<String>,
}

/// The key that signed this value of a cookie, if it is one that can be guessed; in words.
pub(super) fn guessed(value: &str, known: &Known) -> Option<String> {
    let signed = [in_front(value), behind_a_dot(value)];
    let signed = signed.into_iter().flatten();
    let signed: Vec<_> = signed
        .filter(|signed| signed.text.len() <= LONGEST)
        .collect();
    let is_key = |key: &[u8]| signed.iter().any(|signed| signed.is_signed_with(key));
    let word = known.guesses().into_iter().find(|word| {
        let keys = keys_of(word, known.port);
        keys.iter().any(|key| is_key(key))
    });
    // Two copies may have exchanged their keys, or a number may have been mistyped.
    let any_port = || (1..=u16::MAX).map(|port| port.to_string());
    let found = word.or_else(|| any_port().find(|port| is_key(port.as_bytes())));
    found.map(|word| match word == known.port.to_string() {
        true => format!("the port, {word}"),
        false => format!("“{word}”, or made of nothing else"),
    })
}

impl Known {
    fn guesses(&self) -> Vec<String> {
        let port = self.port;
        let mut all = vec![
            port.to_string(),
            format!("s{port}Cookie"),
            format!("s{port}"),
            format!("s_{port}_"),
            format!("s_{port}_session"),
            format!("secret{port}"),
            self.host.clone(),
        ];
        all.extend(self.words.iter().cloned());
        all.extend(COMMON.map(String::from));
        all
    }
}

impl Signed {
    fn is_signed_with(&self, key: &[u8]) -> bool {
        let mut hmac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length is taken");
        hmac.update(self.text.as_bytes());
        hmac.verify_slice(&self.signature).is_ok()
    }
}

/// The form of this program, and of the crate `cookie`: the signature, and then the text.
fn in_front(value: &str) -> Option<Signed> {
    let value = decoded(value);
    let (signature, text) = value.split_at_checked(IN_BASE64)?;
    let (text, signature) = (text.to_owned(), bytes(signature)?);
    Some(Signed { text, signature })
}

/// The form of Express (its module `cookie-signature`): `s:`, the text, a dot, the signature.
fn behind_a_dot(value: &str) -> Option<Signed> {
    let value = decoded(value);
    let (text, signature) = value.rsplit_once('.')?;
    let text = text.strip_prefix("s:").unwrap_or(text).to_owned();
    let signature = bytes(signature)?;
    Some(Signed { text, signature })
}

fn decoded(value: &str) -> String {
    percent_decode_str(value).decode_utf8_lossy().into_owned()
}

/// 32 bytes in base64 of either alphabet.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let text = text.replace('-', "+").replace('_', "/");
    let bytes = STANDARD_NO_PAD.decode(text.trim_end_matches('=')).ok()?;
    (bytes.len() == 32).then_some(bytes)
}

/// What programs make of a word that they take for a key: the word itself (HMAC fills it up with
/// zeros), the word again and again, its hash, or this program's own derivation of it.
fn keys_of(word: &str, port: u16) -> [Vec<u8>; 4] {
    let repeated = word.bytes().cycle().take(32).collect();
    let hash = Sha256::digest(word).to_vec();
    let mut derived = vec![0; 32];
    let info = format!("sweatbox/v1/cookie/{port}");
    Hkdf::<Sha256>::new(None, word.as_bytes())
        .expand(info.as_bytes(), &mut derived)
        .expect("HKDF-SHA256 gives far more than 32 bytes");
    [word.into(), repeated, hash, derived]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Known {
        Known {
            port: 41220,
            host: "class.school.edu".into(),
            words: vec!["ann".into()],
        }
    }

    /// Cookies as Express sets them, computed by Node.
    fn express(signature: &str) -> String {
        format!("s%3Aq0sKx1HkGZ7rTnY5pWcUeD3oLb8vAiMf.{signature}")
    }

    /// Cookies in this program's form, computed by Node.
    fn own(signature: &str) -> String {
        format!("{signature}AAECAwQFBgcICQoLDA0ODw")
    }

    #[test]
    fn the_keys_of_express_cookies_are_found() {
        for (signature, key) in [
            (
                "C9VbNpcIcx6SRCC9kSXN9Mmtc62tcIH6%2FVxsq9T0JYk",
                "the port, 41220",
            ),
            ("faHP3mJ%2FKMYlg%2FMnPrQisvjcSKgxNKw8Y1LbHoOdcLE", "“8443”"),
            (
                "gbAKXmB126BTNi%2Fxm4gZyMnIBLY4JGY732ThwheMiZc",
                "“keyboard cat”",
            ),
        ] {
            let found = guessed(&express(signature), &known()).unwrap();
            assert!(found.starts_with(key), "{found}");
        }
        // The example in the documentation of `cookie-signature`.
        let example = "s%3Ahello.DGDUkGlIkCzPz%2BC0B064FNgHdEjox7ch8tOBGslZ5QI";
        let signed = behind_a_dot(example).unwrap();
        assert!(signed.is_signed_with(b"tobiiscool"));
        assert!(!signed.is_signed_with(b"luna"));
    }

    #[test]
    fn the_keys_of_this_program_s_cookies_are_found_however_they_are_made_of_a_word() {
        for (signature, key) in [
            (
                "tixuvhYp/NDKbIqKdIIgvoCYaq8YMcf+5GZadp1tK5c=",
                "the port, 41220",
            ),
            (
                "2ksVELW9dwjH6a5wN9zhj8fV+emm2OWvBaFqQjNCuV8=",
                "the port, 41220",
            ),
            ("RdNk16Ybb2dAmMWp0ufrSR/q6clGsrgLRStAJs2DIbA=", "“ann”"),
            (
                "y9bunYiGJSoBZRRD2ZiycUIGHFk7b/4FOSBzE+WhexI=",
                "the port, 41220",
            ),
        ] {
            let found = guessed(&own(signature), &known()).unwrap();
            assert!(found.starts_with(key), "{found}");
        }
    }

    #[test]
    fn a_key_that_nobody_can_guess_is_not_found() {
        // Signed with what 32 bytes of 7, an install key, and the port give.
        let own = own("4YWbL/K9ZWijcxOTMx4BNXLAwARd7/+RppJdet1iVZg=");
        assert!(in_front(&own).is_some());
        assert_eq!(guessed(&own, &known()), None);
        let express = express("KkFDiMlz%2B44jrBVXxElupTBxLb0RtQug4B5n%2Bvsy1hc");
        assert!(behind_a_dot(&express).is_some());
        assert_eq!(guessed(&express, &known()), None);
    }

    #[test]
    fn what_is_not_signed_or_too_long_is_not_looked_at() {
        for value in [
            "",
            "3f1c5a0e-7d62-4b1e-9a54-0c8e2f6b7d19",
            "a.b",
            "%",
            "ä.ö",
        ] {
            assert_eq!(in_front(value), None, "{value}");
            assert_eq!(behind_a_dot(value), None, "{value}");
        }
        let long = format!("{}.{}", "x".repeat(300), "A".repeat(43));
        assert_eq!(guessed(&long, &known()), None);
    }
}
