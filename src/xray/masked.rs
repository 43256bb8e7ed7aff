//! The beginning of a secret: enough to tell two apart, too little to use one.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use std::fmt;

/// At most four characters, and `…`. Kept without memory of its own: every request has some.
#[derive(Debug, Clone, Copy)]
pub struct Masked(Start);

#[derive(Debug, Clone, Copy)]
enum Start {
    Text([char; 4]),
    /// What base64url makes of these bytes. Every request writes down its session's id, and hardly
    /// anybody looks: it is spelled out only then.
    Bytes([u8; 3]),
}

impl Masked {
    /// The beginning of `secret`.
    pub fn new(secret: &str) -> Self {
        let mut start = ['\0'; 4];
        for (place, c) in start.iter_mut().zip(secret.chars()) {
            *place = c;
        }
        Self(Start::Text(start))
    }

    /// The beginning of a secret that is base64url, of the bytes with which it begins.
    pub fn of_bytes(start: [u8; 3]) -> Self {
        Self(Start::Bytes(start))
    }

    fn chars(&self) -> [char; 4] {
        match self.0 {
            Start::Text(start) => start,
            Start::Bytes(start) => {
                let mut encoded = [0; 4];
                let done = BASE64_URL_SAFE_NO_PAD.encode_slice(start, &mut encoded);
                done.expect("three bytes are four characters");
                encoded.map(char::from)
            }
        }
    }
}

/// However they are kept.
impl PartialEq for Masked {
    fn eq(&self, other: &Self) -> bool {
        self.chars() == other.chars()
    }
}

impl fmt::Display for Masked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.chars().iter().filter(|c| **c != '\0') {
            write!(f, "{c}")?;
        }
        f.write_str("…")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_secret_four_characters_are_shown() {
        for (secret, shown) in [
            ("", "…"),
            ("ab", "ab…"),
            ("äbcd", "äbcd…"),
            ("abcdef", "abcd…"),
        ] {
            assert_eq!(Masked::new(secret).to_string(), shown);
        }
    }

    #[test]
    fn bytes_are_shown_in_base64url() {
        let shown = Masked::of_bytes([0xfb, 0xff, 0x01]);
        assert_eq!(shown.to_string(), "-_8B…");
        assert_eq!(shown, Masked::new("-_8B and more"));
        assert_ne!(shown, Masked::of_bytes([0xfb, 0xff, 0x02]));
    }
}
