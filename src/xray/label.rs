//! A text that stands in many records and never changes: a cookie's name, a store's statement.

use maud::{Markup, Render};
use std::{
    collections::HashMap,
    fmt,
    ops::Deref,
    sync::{Mutex, PoisonError},
};

/// Such a text, kept to the end of the process; there are a handful for each copy. So an event is
/// copied and forgotten without a look at it: counting who still needs a text, as an `Arc` does,
/// is work for two processors at the same place, and to wipe a record it would have to be read.
/// By reference to the text and its length together, which is half as long: events are many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label(&'static &'static str);

/// All of them, each once.
static LABELS: Mutex<Option<HashMap<&'static str, Label>>> = Mutex::new(None);

impl Label {
    /// The label that says `text`. Not for what a visitor can choose: it would stay for ever.
    pub fn new(text: &str) -> Self {
        let mut labels = LABELS.lock().unwrap_or_else(PoisonError::into_inner);
        let labels = labels.get_or_insert_default();
        labels.get(text).copied().unwrap_or_else(|| {
            let text: &'static str = text.to_owned().leak();
            let label = Self(Box::leak(Box::new(text)));
            labels.insert(text, label);
            label
        })
    }
}

impl Deref for Label {
    type Target = str;

    fn deref(&self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Render for Label {
    fn render(&self) -> Markup {
        self.0.render()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_text_is_kept_once() {
        let [one, same] = [(); 2].map(|()| Label::new(&format!("label {}", 1)));
        assert!(std::ptr::eq(&*one, &*same));
        assert_ne!(one, Label::new("label 2"));
        assert_eq!(one.to_string(), "label 1");
    }
}
