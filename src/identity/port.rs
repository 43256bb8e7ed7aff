//! A TCP port that a copy can be assigned: 1 to 65535.

use std::{fmt, num::NonZeroU16, str::FromStr};

/// An assigned port. Zero is not one: to a kernel it means "any".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Port(NonZeroU16);

/// Why a text is not a port.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not a port; allowed is one decimal number from 1 to 65535")]
pub struct PortError(String);

impl Port {
    /// The port `number`, or `None` for zero.
    pub fn new(number: u16) -> Option<Self> {
        NonZeroU16::new(number).map(Self)
    }

    /// The port `number`, which is known not to be zero.
    pub const fn from_non_zero(number: NonZeroU16) -> Self {
        Self(number)
    }

    /// The port as the number that the kernel takes.
    pub fn number(self) -> u16 {
        self.0.get()
    }
}

impl FromStr for Port {
    type Err = PortError;

    fn from_str(text: &str) -> Result<Self, PortError> {
        // `u16::from_str` would take `+8443` as well; a file that says so was not meant.
        let digits_only = text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse()
            .ok()
            .filter(|_| digits_only)
            .and_then(Self::new)
            .ok_or_else(|| PortError(text.chars().take(40).collect()))
    }
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_from_1_to_65535_is_a_port() {
        for number in 1..=65535_u16 {
            let port: Port = number.to_string().parse().unwrap();
            assert_eq!(port.number(), number);
        }
    }

    #[test]
    fn nothing_else_is_a_port() {
        for text in [
            "",
            "0",
            "65536",
            "-1",
            "+1",
            "1.0",
            "0x10",
            "8443 ",
            "٣",
            "99999999999",
        ] {
            assert!(
                text.parse::<Port>().is_err(),
                "{text:?} was taken for a port"
            );
        }
    }
}
