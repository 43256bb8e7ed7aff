//! The beginning of a secret: enough to tell two apart, too little to use one.

use std::fmt;

/// At most four characters, and `…`. Kept without memory of its own: every request has some.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Masked([char; 4]);

impl Masked {
    /// The beginning of `secret`.
    pub fn new(secret: &str) -> Self {
        let mut start = ['\0'; 4];
        for (place, c) in start.iter_mut().zip(secret.chars()) {
            *place = c;
        }
        Self(start)
    }
}

impl fmt::Display for Masked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.iter().filter(|c| **c != '\0') {
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
}
