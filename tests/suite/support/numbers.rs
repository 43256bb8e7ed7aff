//! Lesson 0330 as a visitor uses it: a list in the session that only grows, up to 20 numbers.

use super::{Answer, Visitor};

const LESSON: &str = "/0330";

impl Visitor {
    /// Appends a number to the list; the answer says whether it was done.
    pub async fn append(&self, number: u32) -> Answer {
        self.try_append(number).await.unwrap()
    }

    /// The same, for a copy that may be gone.
    pub async fn try_append(&self, number: u32) -> reqwest::Result<Answer> {
        let number = number.to_string();
        self.try_submit(LESSON, &[("number", &number)]).await
    }

    /// Looks at the list and changes nothing.
    pub async fn look(&self) -> Answer {
        let accept = [("accept", "text/html")];
        let path = format!("{LESSON}?look=1");
        self.request(reqwest::Method::GET, &path, &accept).await
    }
}

impl Answer {
    /// The list that it shows.
    pub fn numbers(&self) -> Vec<u32> {
        let found = self.text.split_once("Your numbers: ");
        let (_, rest) = found.unwrap_or_else(|| panic!("no numbers in {self:?}"));
        let (list, _) = rest.split_once('<').unwrap();
        match list {
            "none" => Vec::new(),
            list => list.split(", ").map(|one| one.parse().unwrap()).collect(),
        }
    }
}
