//! `sweatbox desk`: whom it answers, what it shows, and what it never loses.

mod class;
mod cookies;
mod scores;
mod token;

use crate::support::{Answer, Folder, WrongCopy, free_ports, write_class};
use serde_json::Value;
use std::time::Duration;

const SOON: Duration = Duration::from_secs(20);

/// A folder with a class of two, of whom nothing answers.
fn class_of_two() -> Folder {
    let folder = Folder::new();
    let ports = free_ports(4);
    let students = [
        ("Ann Lee", [ports[0], ports[1]]),
        ("Bob Ray", [ports[2], ports[3]]),
    ];
    write_class(&folder, "roster.csv", &students);
    folder
}

/// The two ports of a student with such copies.
fn ports(pair: &[WrongCopy; 2]) -> [u16; 2] {
    pair.each_ref().map(|copy| {
        let url: reqwest::Url = copy.url().parse().unwrap();
        url.port().unwrap()
    })
}

fn body(answer: &Answer) -> Value {
    serde_json::from_str(&answer.text).unwrap()
}
