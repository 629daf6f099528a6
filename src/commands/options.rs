//! What several commands read of their options alike.

use crate::report::{Exit, Failure};
use clap::{ArgMatches, parser::ValueSource};

/// A text that says something: a reason in the record, a name. For clap, which puts the option before the message.
///
/// # Errors
/// It is empty or blank.
pub(super) fn words(text: &str) -> Result<String, &'static str> {
    if text.trim().is_empty() {
        return Err("it says nothing");
    }
    Ok(text.to_owned())
}

/// The form of the output that `--format` names; `--json` stands for one of its values.
///
/// # Errors
/// 64 where the two name different forms.
pub(super) fn format(matches: &ArgMatches) -> Result<Option<&str>, Failure> {
    let named = matches.get_one::<String>("format").map(String::as_str);
    let is_given = matches.value_source("format") == Some(ValueSource::CommandLine);
    match (matches.get_flag("json"), named) {
        (true, Some(other)) if is_given && other != "json" => Err(Failure::new(
            Exit::Usage,
            format!("`--json` and `--format {other}` do not go together"),
        )
        .hint("leave one of them out; `--json` is the same as `--format json`")),
        (true, _) => Ok(Some("json")),
        (false, named) => Ok(named),
    }
}
