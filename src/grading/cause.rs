//! Why there is no answer, in words for whoever wrote the copy.
//!
//! Libraries wrap errors in errors, each of which says something in its own language. A student
//! is to read what the copy did.

use super::{PATIENCE, html};
use std::{error::Error, io};

/// How much of a library's own words a message quotes, in characters.
const QUOTED: usize = 200;

/// Why no answer came to a request.
pub(super) fn of_request(error: &reqwest::Error) -> String {
    match error.is_timeout() {
        true => format!("no answer within {} seconds", PATIENCE.as_secs()),
        false => told(error),
    }
}

/// Why an answer that had begun did not end.
pub(super) fn of_body(error: &reqwest::Error) -> String {
    match error.is_timeout() {
        true => format!("no end within {} seconds", PATIENCE.as_secs()),
        false => told(error),
    }
}

/// Why there is no connection.
pub(super) fn of_connection(error: &io::Error) -> String {
    told(error)
}

/// The first of the wrapped errors that is a known one; else the innermost, which says most.
fn told(error: &(dyn Error + 'static)) -> String {
    let mut error = error;
    loop {
        if let Some(words) = known(error) {
            return words;
        }
        match within(error) {
            Some(inner) => error = inner,
            None => return html::printable(&error.to_string(), QUOTED),
        }
    }
}

/// What an error wraps. `io::Error` does not tell it by `source`, but what is below it.
fn within<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    let wrapping = error.downcast_ref::<io::Error>();
    match wrapping.and_then(io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}

fn known(error: &(dyn Error + 'static)) -> Option<String> {
    if let Some(error) = error.downcast_ref::<io::Error>() {
        of_io(error.kind()).map(String::from)
    } else if let Some(error) = error.downcast_ref::<rustls::Error>() {
        of_tls(error)
    } else {
        error.downcast_ref::<hyper::Error>().and_then(of_http)
    }
}

fn of_io(kind: io::ErrorKind) -> Option<&'static str> {
    match kind {
        io::ErrorKind::ConnectionRefused => Some("nothing listens there: connection refused"),
        io::ErrorKind::BrokenPipe
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::UnexpectedEof => Some("the copy closed the connection"),
        _ => None,
    }
}

fn of_tls(error: &rustls::Error) -> Option<String> {
    match error {
        rustls::Error::InvalidMessage(_) => Some("what came is not TLS: plain HTTP?".into()),
        rustls::Error::AlertReceived(alert) => {
            Some(format!("the copy broke off the TLS handshake: {alert:?}"))
        }
        _ => None,
    }
}

fn of_http(error: &hyper::Error) -> Option<String> {
    if error.is_parse_too_large() {
        Some("header fields that are too many or too large".into())
    } else if error.is_parse() {
        Some(format!("what came is not HTTP: {error}"))
    } else if error.is_incomplete_message() || error.is_canceled() || error.is_closed() {
        Some("the copy closed the connection".into())
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustls::{AlertDescription, InvalidMessage};

    /// As deep as the connectors wrap it.
    fn wrapped(error: impl Error + Send + Sync + 'static) -> io::Error {
        let inner = io::Error::new(io::ErrorKind::InvalidData, error);
        io::Error::other(inner)
    }

    #[test]
    fn a_known_error_is_told_in_our_words_however_deep_it_is() {
        let not_tls = rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType);
        let alert = rustls::Error::AlertReceived(AlertDescription::HandshakeFailure);
        for (error, words) in [
            (io::ErrorKind::ConnectionRefused.into(), "nothing listens"),
            (
                io::Error::other(io::Error::from(io::ErrorKind::UnexpectedEof)),
                "the copy closed",
            ),
            (wrapped(not_tls), "what came is not TLS"),
            (wrapped(alert), "TLS handshake: HandshakeFailure"),
        ] {
            let told = of_connection(&error);
            assert!(told.contains(words), "{told}");
        }
    }

    #[test]
    fn of_an_unknown_error_the_innermost_is_quoted_in_one_line() {
        let error = io::Error::other(io::Error::other("no such\n\u{1b}[31mhost"));
        assert_eq!(of_connection(&error), "no such [31mhost");
    }
}
