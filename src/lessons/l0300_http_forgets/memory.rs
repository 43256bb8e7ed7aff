//! What the links carry: all that is known of a visitor stands in the address.

use super::CARRIED;
use std::borrow::Cow;

/// The longest name that is carried, in characters.
pub(super) const MAX_NAME: usize = 30;
/// How far a classmate has come, whose link is shown to everybody.
pub(super) const ANN_VISITS: u64 = 40;

/// What one address says of its visitor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Memory {
    /// Which visit this is, beginning with 1.
    pub(super) visits: u64,
    /// Empty if it is not known.
    pub(super) name: String,
}

impl Memory {
    // ANCHOR: from-query
    pub(super) fn from_query(query: &str) -> Self {
        // An address can be typed, so anything may stand here. What is no count is none, and
        // none means that this is the first visit.
        let visits = parameter(query, "visits").and_then(|text| text.parse::<u64>().ok());
        let name = parameter(query, "name").unwrap_or_default();
        let name = name.trim().chars().filter(|c| !c.is_control());
        Self {
            visits: visits.unwrap_or(1).max(1),
            name: name.take(MAX_NAME).collect(),
        }
    }
    // ANCHOR_END: from-query

    // ANCHOR: link
    /// The address of a page that knows this.
    pub(super) fn link(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("visits", &self.visits.to_string());
        if !self.name.is_empty() {
            query.append_pair("name", &self.name);
        }
        format!("{CARRIED}?{}", query.finish())
    }

    /// What the next visit is to know.
    pub(super) fn next(&self) -> Self {
        Self {
            visits: self.visits.saturating_add(1),
            name: self.name.clone(),
        }
    }
    // ANCHOR_END: link

    pub(super) fn name_or_stranger(&self) -> &str {
        match self.name.as_str() {
            "" => "stranger",
            name => name,
        }
    }

    pub(super) fn of_ann() -> Self {
        Self {
            visits: ANN_VISITS,
            name: "Ann".into(),
        }
    }
}

/// The first parameter of this name.
fn parameter<'a>(query: &'a str, wanted: &str) -> Option<Cow<'a, str>> {
    let mut parameters = form_urlencoded::parse(query.as_bytes());
    let found = parameters.find(|(name, _)| name == wanted);
    found.map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_link_says_is_what_the_next_page_knows() {
        for (visits, name) in [(1, ""), (3, "Ann"), (u64::MAX, "Ä & b=c?#%")] {
            let name = name.to_owned();
            let memory = Memory { visits, name };
            let link = memory.link();
            let query = link.split_once('?').unwrap().1;
            assert_eq!(Memory::from_query(query), memory, "{link}");
        }
    }

    #[test]
    fn an_odd_count_is_a_first_visit_and_never_an_error() {
        let overflow = format!("{}0", u64::MAX);
        for count in ["", "abc", "-3", "0", "%ff", "1.5", &overflow] {
            let query = format!("visits={count}");
            assert_eq!(Memory::from_query(&query).visits, 1, "{query}");
        }
        let last = Memory::from_query(&format!("visits={}", u64::MAX));
        assert_eq!(last.next().visits, u64::MAX);
    }

    #[test]
    fn a_name_is_cut_and_cleaned() {
        let long = format!("name=+%00{}", "x".repeat(99));
        assert_eq!(Memory::from_query(&long).name, "x".repeat(MAX_NAME));
    }
}
