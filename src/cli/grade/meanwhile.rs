//! What is shown while a class is graded: a bar with names on a terminal, else plain lines.

use crate::grading::class::{Event, Watch};
use indicatif::{ProgressBar, ProgressStyle};
use std::{
    collections::BTreeSet,
    io::{self, IsTerminal, Write},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// So many names have room in a line.
const NAMES: usize = 3;
/// The bar shows that it is alive.
const TICK: Duration = Duration::from_millis(200);

/// The display of one run, on standard error.
pub(super) struct Meanwhile {
    bar: Option<ProgressBar>,
    at_work: Arc<Mutex<BTreeSet<String>>>,
}

impl Meanwhile {
    /// For so many students.
    pub(super) fn over(students: usize) -> Self {
        let is_terminal = io::stderr().is_terminal();
        Self {
            bar: is_terminal.then(|| bar(students)),
            at_work: Arc::default(),
        }
    }

    /// What the run tells its news to.
    pub(super) fn watch(&self) -> Watch {
        let (bar, at_work) = (self.bar.clone(), self.at_work.clone());
        Arc::new(move |event: Event| match &bar {
            Some(bar) => show(bar, &at_work, event),
            None => tell(event),
        })
    }

    /// Takes the bar away.
    pub(super) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn bar(students: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {elapsed} {wide_msg}")
        .expect("the template is right: it never changes");
    let bar = ProgressBar::new(students as u64).with_style(style);
    bar.enable_steady_tick(TICK);
    bar
}

fn show(bar: &ProgressBar, at_work: &Mutex<BTreeSet<String>>, event: Event) {
    let mut names = at_work.lock().unwrap_or_else(PoisonError::into_inner);
    match event {
        Event::Began { name, .. } => {
            names.insert(name);
        }
        Event::Ended { name, .. } => {
            names.remove(&name);
            bar.inc(1);
        }
        Event::Trouble(trouble) => bar.println(trouble),
    }
    bar.set_message(line(&names));
}

/// The names in a line.
fn line(names: &BTreeSet<String>) -> String {
    let first: Vec<_> = names.iter().take(NAMES).map(String::as_str).collect();
    match names.len().saturating_sub(NAMES) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

fn tell(event: Event) {
    let line = match event {
        Event::Began { .. } => return,
        Event::Ended { name, outcome, .. } => format!("{name}: {outcome}"),
        Event::Trouble(trouble) => trouble,
    };
    // Not `eprintln`, which panics where there is no standard error.
    let _ = writeln!(io::stderr(), "{line}");
}

#[cfg(test)]
mod tests {

    #[test]
    fn a_line_has_three_names_and_the_number_of_the_others() {
        let line = |names: &[&str]| {
            let names = names.iter().map(|name| (*name).to_owned());
            super::line(&names.collect())
        };
        assert_eq!(line(&[]), "");
        assert_eq!(line(&["Ann", "Bob", "Cat"]), "Ann, Bob, Cat");
        assert_eq!(
            line(&["Ann", "Bob", "Cat", "Dan", "Eve"]),
            "Ann, Bob, Cat and 2 more"
        );
    }
}
