//! What a visitor types: a name, and the id in a planted link.

use crate::error::HttpError;
use tower_sessions::session::Id;

/// The longest name, in characters.
const LONGEST: usize = 40;

/// The first value of `name` in a query or a form; both are written alike.
pub(super) fn field(form: &[u8], name: &str) -> Option<String> {
    let mut fields = form_urlencoded::parse(form);
    let found = fields.find(|(other, _)| other == name);
    found.map(|(_, value)| value.into_owned())
}

/// The name in a query or a form.
pub(super) fn name_in(form: &[u8]) -> Result<String, HttpError> {
    let typed = field(form, "name").unwrap_or_default();
    let name = typed.trim();
    let fits = (1..=LONGEST).contains(&name.chars().count());
    match fits && !name.contains(char::is_control) {
        true => Ok(name.to_owned()),
        false => Err(HttpError::Invalid(format!(
            "A name has 1 to {LONGEST} characters, none of them a control character."
        ))),
    }
}

/// The id that an address carries as `sid`, if it is one at all.
pub(super) fn sid_in(query: Option<&str>) -> Option<Id> {
    let typed = field(query.unwrap_or_default().as_bytes(), "sid")?;
    typed.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_to_forty_characters_and_no_control_characters() {
        for (form, name) in [("name=Ann", "Ann"), ("name=+%3Cb%3E+&name=x", "<b>")] {
            assert_eq!(name_in(form.as_bytes()), Ok(name.to_owned()), "{form}");
        }
        assert!(name_in(format!("name={}", "ä".repeat(40)).as_bytes()).is_ok());
        let long = format!("name={}", "a".repeat(41));
        for form in ["", "name=", "name=++", "name=a%00b", "name=a%0Ab", &long] {
            assert!(name_in(form.as_bytes()).is_err(), "{form}");
        }
    }

    #[test]
    fn whatever_stands_behind_sid_is_an_id_or_nothing() {
        let id = Id::default();
        assert_eq!(sid_in(Some(&format!("sid={id}"))), Some(id));
        for query in [None, Some(""), Some("sid="), Some("sid=1"), Some("sid=%ff")] {
            assert_eq!(sid_in(query), None);
        }
    }
}
