//! A line that a command's parser refuses, as a failure: its message in our words, and what would be accepted as the
//! hint. Reads nothing but the refusal and the line.

use crate::report::{Exit, Failure};
use clap::{
    Command,
    error::{ContextKind, ContextValue, ErrorKind},
};
use std::ffi::OsString;

/// What the parser of `top`, which `name` calls, has against `args`.
pub(super) fn failure(e: &clap::Error, name: &str, top: &Command, args: &[OsString]) -> Failure {
    let (name, command) = meant(name, top, args);
    let is_bare = e.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
    let message = if is_bare {
        "a subcommand is missing".to_owned()
    } else {
        message(&e.render().to_string())
    };
    let hint = if is_bare {
        one_of(command.get_subcommands().map(Command::get_name))
    } else {
        nearest(e).or_else(|| accepted(e)).unwrap_or_default()
    };
    Failure::new(Exit::Usage, message).hint(format!("{hint}`{name} --help` shows what it accepts"))
}

/// The subcommand that the line is about, and how it is called.
fn meant<'a>(name: &str, top: &'a Command, args: &[OsString]) -> (String, &'a Command) {
    let (mut name, mut command) = (name.to_owned(), top);
    let words = args.iter().filter_map(|arg| arg.to_str());
    for word in words.filter(|word| !word.starts_with('-')) {
        let Some(next) = command.find_subcommand(word).filter(|_| word != "help") else {
            break;
        };
        name = format!("{name} {word}");
        command = next;
    }
    (name, command)
}

/// The first line, and what a list below it names.
fn message(text: &str) -> String {
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default();
    let message = in_backticks(first.strip_prefix("error: ").unwrap_or(first));
    if !message.ends_with(':') {
        return message;
    }
    let listed: Vec<&str> = lines
        .map_while(|line| line.strip_prefix("  "))
        .map(str::trim)
        .collect();
    format!("{message} {}", listed.join(", "))
}

/// Quotation marks as we write them; an apostrophe in a word stays one.
fn in_backticks(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    let mut in_word = false;
    while let Some(c) = rest.next() {
        let apostrophe = in_word && rest.peek().is_some_and(|next| next.is_alphanumeric());
        out.push(if c == '\'' && !apostrophe { '`' } else { c });
        in_word = c.is_alphanumeric();
    }
    out
}

/// The option or subcommand that was probably meant.
fn nearest(e: &clap::Error) -> Option<String> {
    let near = |kind| match e.get(kind) {
        Some(ContextValue::String(near)) => Some(near),
        Some(ContextValue::Strings(near)) => near.first(),
        _ => None,
    };
    near(ContextKind::SuggestedArg)
        .or_else(|| near(ContextKind::SuggestedSubcommand))
        .map(|near| format!("did you mean `{near}`? "))
}

/// The values that an option or operand takes, where they can be listed.
fn accepted(e: &clap::Error) -> Option<String> {
    match e.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(values)) if !values.is_empty() => {
            Some(one_of(values.iter().map(String::as_str)))
        }
        _ => None,
    }
}

fn one_of<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let words = words.filter(|word| *word != "help");
    let quoted: Vec<String> = words.map(|word| format!("`{word}`")).collect();
    format!("it is one of {}; ", quoted.join(", "))
}

#[cfg(test)]
mod tests {
    use super::in_backticks;

    #[test]
    fn quotation_marks_become_backticks_and_apostrophes_stay() {
        for (text, wanted) in [
            ("invalid value 'x' for '<A>'", "invalid value `x` for `<A>`"),
            ("value 'it's' doesn't", "value `it's` doesn't"),
            ("''", "``"),
        ] {
            assert_eq!(in_backticks(text), wanted);
        }
    }
}
