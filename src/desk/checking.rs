//! Running the checks, of one student or of all, and telling how far they are.

use super::{Desk, row::Progress};
use crate::grading::class::{self, Class, Event, Watch};
use std::{collections::HashMap, sync::Arc};

impl Desk {
    /// Begins to judge the students at `places`, but for those who are at it already; how many
    /// it begins with.
    pub(super) fn check(&self, places: impl IntoIterator<Item = usize>) -> usize {
        let mut begun = Vec::new();
        for place in places {
            self.0.board.change(place, |row| {
                if row.line_up() {
                    begun.push(place);
                }
            });
        }
        let count = begun.len();
        if count > 0 {
            tokio::spawn(self.clone().judge(begun));
        }
        count
    }

    /// One run: whoever is judged together meets in one browser, too.
    async fn judge(self, places: Vec<usize>) {
        let _turn = self.0.runs.acquire().await;
        let all = &self.0.setup.roster.students;
        let class = Arc::new(Class {
            students: places.iter().map(|&place| all[place].clone()).collect(),
            profile: self.0.setup.profile.clone(),
            limits: self.0.setup.limits,
            database: None,
        });
        let watch = self.watch(&places);
        let (graded, _) = class::grade(&class, &watch, &self.0.stopping).await;
        let now = self.now();
        for (place, graded) in places.into_iter().zip(graded) {
            self.0.board.change(place, |row| row.judged(graded, &now));
        }
    }

    /// Shows in the rows at `places` what happens meanwhile.
    fn watch(&self, places: &[usize]) -> Watch {
        let login = |&place: &usize| self.0.setup.roster.students[place].student.clone();
        let places: HashMap<String, usize> =
            places.iter().map(|place| (login(place), *place)).collect();
        let desk = self.clone();
        let show = move |student: &str, outcome: Option<String>| {
            if let Some(&place) = places.get(student) {
                desk.0.board.change(place, |row| {
                    row.check.state = Progress::Running;
                    row.check.outcome = outcome;
                });
            }
        };
        Arc::new(move |event: Event| match event {
            Event::Began { student, .. } => show(&student, None),
            Event::Ended {
                student, outcome, ..
            } => show(&student, Some(outcome)),
            // It tells of the database, which a desk does not look into.
            Event::Trouble(_) => {}
        })
    }
}
