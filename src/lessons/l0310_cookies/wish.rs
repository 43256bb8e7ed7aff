//! What the visitor wants of the browser, and the line that asks it for that.

use super::{BELOW, TOP, value_for};

/// The choices of `Max-Age`, in seconds. All are short: a browser keeps only so many cookies of
/// one host, and whoever grades a class on this host needs them.
pub(super) const AGES: [u16; 2] = [10, 600];
/// The choices of `SameSite`.
pub(super) const SAME_SITE: [&str; 3] = ["Strict", "Lax", "None"];

/// What the visitor wants of the browser.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wish {
    delete: bool,
    path: &'static str,
    max_age: Option<u16>,
    http_only: bool,
    secure: bool,
    same_site: Option<&'static str>,
}

impl Wish {
    /// What a form asks for; what makes no sense counts as not asked for.
    pub(super) fn from_form(form: &[u8]) -> Self {
        let field = |wanted: &str| {
            let mut fields = form_urlencoded::parse(form);
            let found = fields.find(|(name, _)| name == wanted);
            found
                .map(|(_, value)| value.into_owned())
                .unwrap_or_default()
        };
        // Only what is on our lists: with a `;` in it, a text of the visitor's own would add
        // attributes of its own.
        let max_age = field("age").parse::<u16>().ok();
        let same_site = field("samesite");
        Self {
            delete: field("do") == "delete",
            path: if field("path") == BELOW { BELOW } else { TOP },
            max_age: max_age.filter(|seconds| AGES.contains(seconds)),
            http_only: field("httponly") == "on",
            secure: field("secure") == "on",
            same_site: SAME_SITE.into_iter().find(|choice| *choice == same_site),
        }
    }

    // ANCHOR: line
    /// What stands behind `Set-Cookie:` in the answer.
    pub(super) fn line(&self, name: &str) -> String {
        let path = self.path;
        if self.delete {
            // A cookie is deleted by one of the same name and path that expires at once.
            return format!("{name}=; Path={path}; Max-Age=0");
        }
        let mut line = format!("{name}={}; Path={path}", value_for(path));
        let attributes = [
            self.max_age.map(|seconds| format!("; Max-Age={seconds}")),
            self.http_only.then(|| "; HttpOnly".into()),
            self.secure.then(|| "; Secure".into()),
            self.same_site.map(|choice| format!("; SameSite={choice}")),
        ];
        line.extend(attributes.into_iter().flatten());
        line
    }
    // ANCHOR_END: line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_attribute_that_is_wished_for_stands_in_the_line() {
        let form = b"path=/0310/below&age=600&httponly=on&secure=on&samesite=Strict";
        assert_eq!(
            Wish::from_form(form).line("s1Demo"),
            "s1Demo=deep; Path=/0310/below; Max-Age=600; HttpOnly; Secure; SameSite=Strict"
        );
        assert_eq!(
            Wish::from_form(b"do=delete").line("x"),
            "x=; Path=/0310; Max-Age=0"
        );
    }

    #[test]
    fn nothing_that_a_visitor_types_gets_into_the_line() {
        let odd = b"path=/;%20Domain=x&age=99999&httponly=no&samesite=Lax;x&secure=%ff&do=%00";
        assert_eq!(Wish::from_form(odd).line("x"), "x=wide; Path=/0310");
        assert_eq!(Wish::from_form(b"").line("x"), "x=wide; Path=/0310");
    }
}
