//! The questions that an attempt has drawn, in an order of its own.

use crate::quiz::{
    bank::Bank,
    view::{Answers, MarkedView, QuestionView},
};
use rand::{
    Rng,
    seq::{SliceRandom, index},
};
use std::sync::Arc;

/// One attempt's questions.
#[derive(Debug)]
pub(super) struct Paper {
    bank: Arc<Bank>,
    /// Tells this paper from every other one.
    id: String,
    questions: Vec<Drawn>,
}

/// A question of the bank, with the order in which this paper shows its options.
#[derive(Debug)]
struct Drawn {
    question: usize,
    order: Vec<usize>,
}

impl Paper {
    /// Draws `draw` questions, or as many as there are.
    pub(super) fn draw(bank: Arc<Bank>, draw: usize, rng: &mut impl Rng) -> Self {
        let draw = draw.min(bank.questions.len());
        let drawn = index::sample(rng, bank.questions.len(), draw).into_iter();
        let questions = drawn
            .map(|question| {
                let mut order: Vec<_> = (0..bank.questions[question].options.len()).collect();
                order.shuffle(rng);
                Drawn { question, order }
            })
            .collect();
        let id = uuid(rng);
        Self {
            bank,
            id,
            questions,
        }
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// How many questions there are.
    pub(super) fn len(&self) -> usize {
        self.questions.len()
    }

    /// The place of the question with this id.
    pub(super) fn place(&self, id: &str) -> Option<usize> {
        (0..self.len()).find(|place| self.question_id(*place) == id)
    }

    /// How many options the question at `place` has.
    pub(super) fn options_at(&self, place: usize) -> usize {
        self.questions[place].order.len()
    }

    /// The questions, without answers.
    pub(super) fn questions(&self) -> Vec<QuestionView> {
        let question = |(place, drawn): (usize, &Drawn)| QuestionView {
            id: self.question_id(place),
            text: self.bank.questions[drawn.question].text.clone(),
            options: self.options(drawn),
        };
        self.questions.iter().enumerate().map(question).collect()
    }

    /// What was `given`, by the ids of the questions.
    pub(super) fn named(&self, given: &[Option<usize>]) -> Answers {
        let given = given.iter().enumerate();
        let named = given.filter_map(|(place, option)| Some((self.question_id(place), (*option)?)));
        named.collect()
    }

    /// The questions with what was `given` and what is right: for nobody before the end.
    pub(super) fn marked(&self, given: &[Option<usize>]) -> Vec<MarkedView> {
        let marked = |((place, drawn), given): ((usize, &Drawn), &Option<usize>)| MarkedView {
            id: self.question_id(place),
            text: self.bank.questions[drawn.question].text.clone(),
            options: self.options(drawn),
            given: *given,
            right: self.right(drawn),
        };
        let questions = self.questions.iter().enumerate();
        questions.zip(given).map(marked).collect()
    }

    /// How many of the answers are right.
    pub(super) fn score(&self, given: &[Option<usize>]) -> usize {
        let pairs = self.questions.iter().zip(given);
        pairs
            .filter(|(drawn, given)| **given == Some(self.right(drawn)))
            .count()
    }

    fn right(&self, drawn: &Drawn) -> usize {
        let right = self.bank.questions[drawn.question].right;
        let place = drawn.order.iter().position(|at| *at == right);
        place.expect("an order holds every option once")
    }

    fn options(&self, drawn: &Drawn) -> Vec<String> {
        let options = &self.bank.questions[drawn.question].options;
        drawn.order.iter().map(|at| options[*at].clone()).collect()
    }

    /// Another attempt's ids are unknown to this one: a tab that was left open in the attempt
    /// before must not answer in this one.
    fn question_id(&self, place: usize) -> String {
        format!("{}-{}", &self.id[..8], place + 1)
    }
}

/// A UUID of version 4.
pub(in crate::quiz) fn uuid(rng: &mut impl Rng) -> String {
    let uuid = uuid::Builder::from_random_bytes(rng.random()).into_uuid();
    uuid.to_string()
}
