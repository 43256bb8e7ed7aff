//! Colours the lessons' listings while the program is built.
//!
//! What it takes to colour them would fill 20 MB and more of every copy that runs, and hundreds
//! of students share a host. What comes of it is a table that `src/walkthrough/code.rs` looks
//! into; a listing that is not in it is shown plain.

use std::{collections::BTreeMap, env, fs, io, path::Path};
use syntect::{
    html::{ClassStyle, ClassedHTMLGenerator},
    parsing::SyntaxSet,
    util::LinesWithEndings,
};

// The program's own reading, so that each listing is the same here and there to the letter.
#[expect(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "the program shows what is read here for its listings alone"
)]
#[path = "src/walkthrough/text/mod.rs"]
mod text;

const CLASSES: ClassStyle = ClassStyle::SpacedPrefixed { prefix: "hl-" };

/// HTML by language and listing, which is the order in which it is looked for.
type Coloured = BTreeMap<(String, String), String>;

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=lessons");
    let syntaxes = SyntaxSet::load_defaults_newlines();
    let mut coloured = Coloured::new();
    for entry in fs::read_dir("lessons")? {
        let file = entry?.path();
        if file.extension().is_some_and(|extension| extension == "md") {
            colour(&file, &syntaxes, &mut coloured)?;
        }
    }
    let folder = env::var_os("OUT_DIR").expect("cargo names a folder");
    fs::write(Path::new(&folder).join("listings.rs"), table(&coloured))
}

/// Adds a lesson's listings. A mistake in it is shown by its page and by the tests, and does not
/// keep the program from being built.
fn colour(file: &Path, syntaxes: &SyntaxSet, coloured: &mut Coloured) -> io::Result<()> {
    let lesson = fs::read(file)?;
    let lesson = String::from_utf8_lossy(&lesson);
    let mut render = |markdown: &str| {
        for name in [text::PORT, text::COOKIE] {
            let file = file.display();
            assert!(!markdown.contains(name), "{file}: `{name}` is a stand-in");
        }
        text::html(markdown, |listing, language| {
            if let Some(html) = highlighted(listing, language, syntaxes) {
                coloured.insert((language.to_owned(), listing.to_owned()), html);
            }
            listing.to_owned()
        })
    };
    if let Err((line, what)) = text::parse(&lesson, &included, &mut render) {
        println!("cargo::warning={}:{line}: {what}", file.display());
    }
    Ok(())
}

fn included(file: &str) -> Option<String> {
    println!("cargo::rerun-if-changed={file}");
    fs::read_to_string(file).ok()
}

/// A listing in colour, unless its language is unknown.
fn highlighted(listing: &str, language: &str, syntaxes: &SyntaxSet) -> Option<String> {
    let syntax = syntaxes.find_syntax_by_token(language)?;
    let mut generator = ClassedHTMLGenerator::new_with_class_style(syntax, syntaxes, CLASSES);
    for line in LinesWithEndings::from(listing) {
        generator
            .parse_html_for_line_which_includes_newline(line)
            .ok()?;
    }
    Some(generator.finalize())
}

/// A slice in Rust's own words.
fn table(coloured: &Coloured) -> String {
    let rows = coloured.iter();
    let rows: Vec<_> = rows
        .map(|((language, listing), html)| (language, listing, html))
        .collect();
    format!("&{rows:#?}")
}
