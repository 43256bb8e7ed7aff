//! The wrong copy's page.

use super::{Counter, Mistake};

impl Counter {
    pub(super) fn page(&self, shows: &str) -> String {
        let heading = match self.mistake {
            Mistake::NoHeading => "<p>Got you sweating?",
            _ => "<h1>Got you sweating?</h1>",
        };
        let longer = match self.mistake {
            Mistake::OneLink => "",
            Mistake::StickyLink => r#"<p><a href="">I can wait longer.</a>"#,
            _ => r#"<p><a href="/">I can wait longer.</a>"#,
        };
        format!(
            r#"<!doctype html><title>Wait</title><body>{heading}
            <p>The next refresh will wait {shows} seconds
            <p><a href="?haveEnough=1">I have enough!</a>
            {longer}"#
        )
    }
}
