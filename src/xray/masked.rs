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

impl Masked {
    /// The beginning of what `secret` prints; nothing is allocated for the rest of it.
    pub fn of(secret: impl fmt::Display) -> Self {
        let mut start = Start::default();
        // It has no errors of its own, and those of `secret` leave what was printed before.
        let _ = fmt::Write::write_fmt(&mut start, format_args!("{secret}"));
        Self(start.place)
    }
}

/// Takes the first four characters of what is written into it.
#[derive(Default)]
struct Start {
    place: [char; 4],
    taken: usize,
}

impl fmt::Write for Start {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for (place, c) in self.place.iter_mut().skip(self.taken).zip(text.chars()) {
            *place = c;
            self.taken += 1;
        }
        Ok(())
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
            assert_eq!(Masked::of(secret), Masked::new(secret));
        }
    }

    #[test]
    fn what_is_printed_in_pieces_is_masked_alike() {
        assert_eq!(
            Masked::of(format_args!("{}{}", "ab", 1234)).to_string(),
            "ab12…"
        );
    }
}
