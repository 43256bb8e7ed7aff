//! The files that pages link to, carried within the program.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// A file that the program serves from within itself.
#[derive(Debug)]
pub struct Asset {
    /// The last part of its path below `/assets/`.
    pub name: &'static str,
    /// Its MIME type.
    pub content_type: &'static str,
    /// Its text.
    pub text: &'static str,
    version: LazyLock<String>,
}

/// The one style sheet.
pub static STYLE: Asset = Asset {
    name: "sweatbox.css",
    content_type: "text/css; charset=utf-8",
    text: include_str!("sweatbox.css"),
    version: LazyLock::new(|| version(include_str!("sweatbox.css"))),
};

/// The one script: a countdown and the owner's token; every page works without it.
pub static SCRIPT: Asset = Asset {
    name: "sweatbox.js",
    content_type: "text/javascript; charset=utf-8",
    text: include_str!("sweatbox.js"),
    version: LazyLock::new(|| version(include_str!("sweatbox.js"))),
};

/// The script of lesson 0320, which is about scripts.
pub static L0320_SCRIPT: Asset = Asset {
    name: "l0320.js",
    content_type: "text/javascript; charset=utf-8",
    text: include_str!("l0320.js"),
    version: LazyLock::new(|| version(include_str!("l0320.js"))),
};

/// The icon in the tab.
pub static ICON: Asset = Asset {
    name: "sweatbox.svg",
    content_type: "image/svg+xml",
    text: include_str!("sweatbox.svg"),
    version: LazyLock::new(|| version(include_str!("sweatbox.svg"))),
};

impl Asset {
    /// The address for a page. It changes with the text, so a browser may keep the file for
    /// ever and still never shows an old one.
    pub fn href(&self) -> String {
        format!("/assets/{}?v={}", self.name, *self.version)
    }
}

fn version(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(text)[..6])
}
