//! What hostile copies answer when they answer as a whole: lures, markup, few bytes for many.

use super::Manner;
use std::sync::LazyLock;

/// Markup that would run where somebody forgot to escape it.
const MARKUP: &str = "\"'--></style></title><script>alert(1)</script><img src=x onerror=alert(2)>";
/// The same without `=`, which ends a cookie's name.
const SCRIPT: &str = "\"><script>alert(1)</script>";
/// What the wait-counter page says to a new visitor.
const PAGE: &str = "<!doctype html><title>Wait</title><body><h1>Got you sweating?</h1>\
                    <p>The next refresh will wait 0 seconds";

/// The answer, from its first byte to its last.
pub(super) fn whole(manner: Manner) -> Vec<u8> {
    let (status, field, body) = match manner {
        Manner::Fails => (
            "500 Internal Server Error",
            String::new(),
            "It broke.".into(),
        ),
        Manner::RedirectsToItself => ("302 Found", "location: /\r\n".into(), String::new()),
        Manner::RedirectsTo(port) => {
            let to = format!("location: https://127.0.0.1:{port}/stolen\r\n");
            ("302 Found", to, String::new())
        }
        Manner::InjectsByLocation => {
            let to = format!("location: /{MARKUP}?{MARKUP}#{MARKUP}\r\n");
            ("302 Found", to, String::new())
        }
        Manner::InjectsByHeader => {
            let field = format!("content-encoding: {MARKUP}\r\n");
            ("200 OK", field, PAGE.into())
        }
        Manner::InjectsByCookie => {
            let field = format!("set-cookie: {SCRIPT}=1; Path=/{MARKUP}\r\n");
            ("200 OK", field, PAGE.into())
        }
        Manner::InjectsByText => {
            // As text, so that it is quoted, and not as elements, which are not.
            let text = MARKUP.replace('<', "&lt;");
            ("200 OK", String::new(), format!("<body>{text}"))
        }
        Manner::Packed => return packed(),
        _ => ("200 OK", String::new(), PAGE.into()),
    };
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\n{field}connection: close\r\n");
    format!("{head}content-length: {length}\r\n\r\n{body}").into()
}

fn packed() -> Vec<u8> {
    let head = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\nconnection: close\r\n\r\n";
    [head.as_bytes(), BOMB.as_slice()].concat()
}

/// A quarter of a megabyte that unpacks to 41. Thirteen bits repeat the last byte 258 times
/// (RFC 1951, 3.2.6).
static BOMB: LazyLock<Vec<u8>> = LazyLock::new(|| {
    const BLOCK_OF_FIXED_CODES: &str = "110";
    const ZERO: &str = "00110000";
    const AGAIN_258_TIMES: &str = "1100010100000";
    let bits = [BLOCK_OF_FIXED_CODES, ZERO].concat() + &AGAIN_258_TIMES.repeat(160_000);
    let byte = |bits: &[u8]| {
        let bits = bits.iter().rev();
        bits.fold(0, |byte: u8, bit| (byte << 1) | u8::from(*bit == b'1'))
    };
    let gzip = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let bytes = bits.as_bytes().chunks_exact(8).map(byte);
    gzip.into_iter().chain(bytes).collect()
});
