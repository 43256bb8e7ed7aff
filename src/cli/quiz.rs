//! `sweatbox quiz`: what an instructor prepares for a quiz file.

use crate::{
    config::Refusal,
    quiz::{Name, hash_pin, parse_pin},
};
use secrecy::SecretString;
use std::{
    io::{self, IsTerminal, Read},
    process::ExitCode,
};

/// The longest standard input that is looked at: a pin and its line end.
const LONGEST: u64 = 1024;

#[derive(Debug, clap::Subcommand)]
pub(super) enum QuizCommand {
    /// Print a candidate with the hash of a pin, which is asked for or comes by standard input
    Pin {
        /// The candidate's name, as the results are to show it
        name: String,
    },
}

pub(super) fn run(command: &QuizCommand) -> anyhow::Result<ExitCode> {
    let QuizCommand::Pin { name } = command;
    let name = name.parse::<Name>();
    let name =
        name.map_err(|error| Refusal::new(error.to_string(), "sweatbox quiz pin \"Ann\""))?;
    let pin = pin()?;
    let hash = hash_pin(&pin)?;
    super::say(&candidate(&name, &hash))?;
    Ok(ExitCode::SUCCESS)
}

/// The block for the quiz file.
fn candidate(name: &Name, hash: &str) -> String {
    let name = toml::Value::from(name.as_str());
    format!("[[candidate]]\nname = {name}\npin_hash = \"{hash}\"\n")
}

/// Never an argument: `ps` shows those to everybody on the host.
fn pin() -> Result<SecretString, Refusal> {
    let mend = "sweatbox quiz pin NAME, and type the pin twice";
    let unread = |error: io::Error| Refusal::new(format!("no pin could be read: {error}"), mend);
    let typed = match io::stdin().is_terminal() {
        true => twice().map_err(unread)?,
        false => piped().map_err(unread)?,
    };
    let typed = typed.ok_or_else(|| Refusal::new("the two pins differ", mend))?;
    parse_pin(&typed).map_err(|error| Refusal::new(error.to_string(), mend))
}

/// Asked for twice, since nobody sees what is typed; `None` when it was not the same.
fn twice() -> io::Result<Option<String>> {
    let pin = rpassword::prompt_password("Pin: ")?;
    let again = rpassword::prompt_password("Again: ")?;
    Ok((pin == again).then_some(pin))
}

fn piped() -> io::Result<Option<String>> {
    let mut text = String::new();
    io::stdin().take(LONGEST).read_to_string(&mut text)?;
    Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quiz::Bank;
    use std::path::Path;

    #[test]
    fn what_is_printed_is_read_by_the_quiz() {
        let name: Name = "Zoë \"Z\" O'Neil".parse().unwrap();
        let hash = hash_pin(&parse_pin("1234").unwrap()).unwrap();
        let head = "title = \"T\"\nduration_seconds = 60\ndraw = 1\n\
                    [[question]]\ntext = \"Q\"\noptions = [\"a\", \"b\"]\nanswer = \"a\"\n";
        let text = format!("{head}{}", candidate(&name, &hash));
        Bank::parse(&text, Path::new("q.toml")).unwrap();
    }
}
