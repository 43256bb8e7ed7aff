//! What stands in a text for `{{port}}` and `{{cookie}}` until a copy puts in its own.
//!
//! A listing is coloured once, for all copies. Braces would be coloured as braces, so a number
//! stands for the number and a name for the name. No text has either of its own accord: `build.rs`
//! sees to it. Neither begins anew within itself, so it is found whatever it stands beside.

/// For the port.
pub(crate) const PORT: &str = "4122000000000000000000";

/// For the name of the session cookie.
pub(crate) const COOKIE: &str = "sNameOfThisCopyCookie";

/// The text with its stand-ins.
pub(super) fn put_in(text: &str) -> String {
    text.replace("{{port}}", PORT).replace("{{cookie}}", COOKIE)
}
