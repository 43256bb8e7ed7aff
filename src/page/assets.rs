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
    href: LazyLock<String>,
}

/// Declares each file and puts it into the list of all.
macro_rules! assets {
    ($($(#[$doc:meta])* $seen:vis $name:ident: $file:literal, $content_type:ident;)*) => {
        $(
            $(#[$doc])*
            $seen static $name: Asset = Asset {
                name: $file,
                content_type: $content_type,
                text: include_str!($file),
                href: LazyLock::new(|| href($file, include_str!($file))),
            };
        )*

        /// All of them.
        pub static ASSETS: &[&Asset] = &[$(&$name),*];
    };
}

const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

assets! {
    /// The one style sheet.
    pub STYLE: "sweatbox.css", CSS;
    /// The one script: a countdown and the owner's token; every page works without it.
    pub SCRIPT: "sweatbox.js", JS;
    /// The icon in the tab.
    pub ICON: "sweatbox.svg", SVG;
    /// The script of lesson 0320, which is about scripts.
    pub L0320_SCRIPT: "l0320.js", JS;
    /// The script of lesson 0390 for a candidate.
    pub L0390_SCRIPT: "l0390.js", JS;
    /// The script of lesson 0390 for the proctor.
    pub L0390_PROCTOR_SCRIPT: "l0390-proctor.js", JS;
    // What these two import.
    /// How both pages speak with the server.
    L0390_WIRE: "l0390-wire.js", JS;
    /// The session id, kept by hand.
    L0390_SESSION: "l0390-session.js", JS;
    /// The countdown.
    L0390_CLOCK: "l0390-clock.js", JS;
    /// The answers of a tab, saved and not yet saved.
    L0390_ANSWERS: "l0390-answers.js", JS;
    /// An attempt that runs.
    L0390_ATTEMPT: "l0390-attempt.js", JS;
    /// The same, drawn.
    L0390_PAPER: "l0390-paper.js", JS;
    /// An evaluated attempt, drawn.
    L0390_RESULT: "l0390-result.js", JS;
    /// The proctor's tables.
    L0390_TABLES: "l0390-tables.js", JS;
    /// The script of the instructor's desk.
    pub DESK_SCRIPT: "desk.js", JS;
    /// Its table.
    DESK_TABLE: "desk-table.js", JS;
    /// One row of it.
    DESK_ROW: "desk-row.js", JS;
    /// A score and a comment by hand.
    DESK_HAND: "desk-hand.js", JS;
    /// The meter of cookies.
    DESK_COOKIES: "desk-cookies.js", JS;
}

impl Asset {
    /// The address for a page. It changes with the text, so a browser may keep the file for
    /// ever and still never shows an old one.
    pub fn href(&self) -> &str {
        &self.href
    }

    /// What stands behind the `?` of that address.
    pub fn query(&self) -> &str {
        self.href().split_once('?').map_or("", |(_, query)| query)
    }
}

fn href(name: &str, text: &str) -> String {
    let version = URL_SAFE_NO_PAD.encode(&Sha256::digest(text)[..6]);
    format!("/assets/{name}?v={version}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_script_imports_is_served() {
        let texts = ASSETS.iter().map(|asset| asset.text);
        let imports = texts.flat_map(|text| text.split("from \"./").skip(1));
        let names: Vec<_> = imports.filter_map(|rest| rest.split('"').next()).collect();
        assert!(!names.is_empty());
        for name in names {
            let served = ASSETS.iter().any(|asset| asset.name == name);
            assert!(served, "{name}");
        }
    }
}
