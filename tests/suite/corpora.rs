//! What reads text of other people's, fed with the fuzzer's corpora and with what is like them.

#[path = "../../fuzz/targets.rs"]
mod targets;

use crate::support::Dice;
use std::{
    any::Any,
    collections::BTreeSet,
    fs,
    panic::catch_unwind,
    path::{Path, PathBuf},
    thread,
};
use targets::{TARGETS, Target};

/// About so many mutants are made of the files of a corpus.
const MUTANTS: usize = 3000;
/// What parsers trip over, put in anywhere.
const ODD: [&[u8]; 16] = [
    b"\0",
    b"\r",
    b"\n",
    b"\"",
    b"\\",
    b"%",
    b";",
    b"=",
    b"{{",
    b"[[",
    b"---\n",
    b"\xff",
    b"\xc3\xa4",
    b"\xef\xbb\xbf",
    b"\xe2\x80\xa8",
    b"99999999999999999999",
];

#[test]
fn nothing_in_a_corpus_and_nothing_like_it_breaks_a_promise() {
    thread::scope(|scope| {
        let feed = |&(name, target): &(&'static str, Target)| {
            scope.spawn(move || feed_with_corpus(name, target))
        };
        let feeds: Vec<_> = TARGETS.iter().map(feed).collect();
        let broken: Vec<_> = feeds
            .into_iter()
            .flat_map(|feed| feed.join().unwrap())
            .collect();
        assert!(broken.is_empty(), "{}", broken.join("\n"));
    });
}

#[test]
fn a_broken_promise_is_reported_with_what_broke_it() {
    let report = feed("x", |data| assert!(!data.contains(&b'!')), b"a!\n");
    assert_eq!(
        report.unwrap(),
        r"x: assertion failed: !data.contains(&b'!'): a!\n"
    );
    assert_eq!(feed("x", |_| {}, b"a!"), None);
}

#[test]
fn every_target_has_a_corpus_and_a_program_for_the_fuzzer() {
    let manifest = fs::read_to_string("fuzz/Cargo.toml").unwrap();
    for (name, _) in TARGETS {
        assert!(files(name).len() >= 5, "the corpus of {name}");
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")));
        let program = fs::read_to_string(format!("fuzz/fuzz_targets/{name}.rs")).unwrap();
        assert!(program.contains(&format!("sweatbox_fuzz::{name}(data)")));
    }
    let names = |folder: &str| -> BTreeSet<String> {
        let entries = fs::read_dir(folder).unwrap();
        let stem = |path: PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
        entries.map(|entry| stem(entry.unwrap().path())).collect()
    };
    let targets: BTreeSet<_> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names("fuzz/corpus"), targets);
    assert_eq!(names("fuzz/fuzz_targets"), targets);
}

/// Every file of a corpus and its mutants; what broke, as sentences.
fn feed_with_corpus(name: &str, target: Target) -> Vec<String> {
    let corpus: Vec<_> = files(name)
        .into_iter()
        .map(|path| fs::read(path).unwrap())
        .collect();
    let mut dice = Dice::new(MUTANTS as u64);
    let mut broken = Vec::new();
    for seed in &corpus {
        broken.extend(feed(name, target, seed));
        for _ in 0..=MUTANTS / corpus.len() {
            let other = dice.one_of(&corpus).clone();
            broken.extend(feed(name, target, &mutant(seed, &other, &mut dice)));
        }
    }
    broken
}

/// Feeds `data` into a target: what it says if it panics, and the bytes.
fn feed(name: &str, target: Target, data: &[u8]) -> Option<String> {
    let panic = catch_unwind(|| target(data)).err()?;
    Some(format!(
        "{name}: {}: {}",
        message(&*panic),
        data.escape_ascii()
    ))
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("a panic")
}

fn files(name: &str) -> Vec<PathBuf> {
    let folder = Path::new("fuzz/corpus").join(name);
    let entries = fs::read_dir(folder).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// `seed` after one to four accidents.
fn mutant(seed: &[u8], other: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut data = seed.to_vec();
    for _ in 0..=dice.below(4) {
        let mut ends = [dice.below(data.len() + 1), dice.below(data.len() + 1)];
        ends.sort();
        let [from, to] = ends;
        // Whole files are rare accidents.
        let to = to.min(from + 20);
        match dice.below(6) {
            0 => drop(data.drain(from..to)),
            1 => data.truncate(to),
            2 => drop(data.splice(from..from, dice.one_of(&ODD).iter().copied())),
            3 => data.extend_from_within(from..to),
            4 => drop(data.splice(to.., other[to.min(other.len())..].iter().copied())),
            _ => data[from..to]
                .iter_mut()
                .for_each(|byte| *byte ^= 1_u8 << dice.below(8)),
        }
    }
    data
}
