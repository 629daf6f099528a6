//! What the word under the cursor stands for, where only this machine's record and policy know the words that fit.
//! Pure: reads the command lines alone, and words in which a shell's quotes still stand.

use crate::commands::overview_parser;
use clap::{Arg, Command};
use std::path::Path;

/// Words that no command line can list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// Agents of the newest entries.
    Agents,
    /// Their sessions.
    Sessions,
    /// Rules of the policy in force.
    Rules,
    /// Requests that wait for a person.
    Requests,
    /// Grants that can be taken back.
    Grants,
    /// Calls that changed something.
    Changes,
    /// The newest entries.
    Entries,
    /// Applets.
    Applets,
    /// Man pages.
    Pages,
    /// Binaries that the GTFOBins facts know.
    Binaries,
}

/// An argument, and what it asks for; the command is `` where it is the same everywhere.
const PLACES: &[(&str, &str, Asked)] = &[
    ("", "agent", Asked::Agents),
    ("", "session", Asked::Sessions),
    ("", "rule", Asked::Rules),
    ("approvals", "ID", Asked::Requests),
    ("approve", "ID", Asked::Requests),
    ("deny", "ID", Asked::Requests),
    ("grants revoke", "ID", Asked::Grants),
    ("undo", "SEQ", Asked::Changes),
    ("prove", "SEQ", Asked::Entries),
    ("redact", "SEQ", Asked::Entries),
    ("check", "call", Asked::Applets),
    ("policy explain", "ARGV", Asked::Applets),
    ("man", "NAME", Asked::Pages),
    ("gtfo show", "name", Asked::Binaries),
];

/// Every option of a command whose words only this machine knows, and what its place for a word asks for: for shells
/// that must be told beforehand.
pub(super) fn dynamic(path: &str, command: &Command) -> (Vec<String>, Option<Asked>) {
    let asks = |arg: &&Arg| of(path, arg.get_id().as_str()).is_some();
    let options = command.get_opts().filter(asks);
    (
        options
            .filter_map(|arg| arg.get_long())
            .map(str::to_owned)
            .collect(),
        command
            .get_positionals()
            .find_map(|arg| of(path, arg.get_id().as_str())),
    )
}

/// What the last of these words stands for; the first is the program's name.
pub(super) fn asked(words: &[String]) -> Option<Asked> {
    let (program, rest) = words.split_first()?;
    let (current, before) = rest.split_last()?;
    let name = Path::new(program).file_name()?.to_str()?;
    let mut command = &overview_parser();
    let mut path = String::new();
    if let Some(link) = name.strip_prefix("wt_") {
        command = command.find_subcommand(link)?;
        path.push_str(link);
    }
    let (mut waiting, mut plain, mut ended) = (None, 0, false);
    for word in before {
        if waiting.take().is_some() {
            continue;
        }
        if word == "--" && !ended {
            ended = true;
        } else if word.starts_with('-') && !ended {
            waiting = valued(command, word);
        } else if let Some(next) = command.find_subcommand(word).filter(|_| plain == 0 && !ended) {
            command = next;
            path = format!("{path} {word}").trim_start().to_owned();
        } else {
            plain += 1;
        }
    }
    let arg = match waiting {
        Some(arg) => arg,
        None if current.starts_with("--") && !ended => {
            let (option, _) = current.split_once('=')?;
            valued(command, option)?
        }
        None if current.starts_with('-') && !ended => return None,
        None => positional(command, plain)?,
    };
    of(&path, arg.get_id().as_str())
}

fn of(path: &str, arg: &str) -> Option<Asked> {
    let fits = |place: &&(&str, &str, Asked)| place.1 == arg && (place.0.is_empty() || place.0 == path);
    PLACES.iter().find(fits).map(|place| place.2)
}

/// The option of this spelling, where it wants a word behind it.
fn valued<'a>(command: &'a Command, word: &str) -> Option<&'a Arg> {
    let named = |arg: &&Arg| match word.strip_prefix("--") {
        Some(long) => arg.get_long() == Some(long),
        None => arg.get_short() == word.chars().nth(1) && word.chars().count() == 2,
    };
    command
        .get_opts()
        .find(named)
        .filter(|arg| arg.get_action().takes_values())
}

/// Only the first word of a call is one of ours.
fn positional(command: &Command, index: usize) -> Option<&Arg> {
    let mut all = command.get_positionals();
    let last = command.get_positionals().last();
    let repeats = last
        .filter(|arg| arg.get_id() == "ID" && arg.get_num_args().is_some_and(|range| range.max_values() > 1));
    all.nth(index).or(repeats)
}

#[cfg(test)]
mod tests {
    use super::{Asked, PLACES, asked};
    use crate::commands::overview_parser;

    fn at(line: &str) -> Option<Asked> {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        asked(&words)
    }

    #[test]
    fn the_word_under_the_cursor_is_told_from_those_before_it() {
        for (line, want) in [
            ("wt tail --agent ", Some(Asked::Agents)),
            ("wt tail --agent cla", Some(Asked::Agents)),
            ("wt tail --agent=cla", Some(Asked::Agents)),
            ("wt_tail -n 5 --session ", Some(Asked::Sessions)),
            ("/usr/bin/wt_stats --rule ", Some(Asked::Rules)),
            ("wt tail ", None),
            ("wt tail --ag", None),
            ("wt tail --agent x ", None),
            ("wt approve ", Some(Asked::Requests)),
            ("wt approve ab12 ", None),
            ("wt approve --for 1h ", Some(Asked::Requests)),
            ("wt approve -", None),
            ("wt grants ", None),
            ("wt grants revoke ", Some(Asked::Grants)),
            ("wt grants revoke g1 ", Some(Asked::Grants)),
            ("wt_grants revoke ", Some(Asked::Grants)),
            ("wt undo ", Some(Asked::Changes)),
            ("wt redact --reason x ", Some(Asked::Entries)),
            ("wt check -- ", Some(Asked::Applets)),
            ("wt check -- safe-rm ", None),
            ("wt policy explain -- ", Some(Asked::Applets)),
            ("wt man ", Some(Asked::Pages)),
            ("wt gtfo show ", Some(Asked::Binaries)),
            ("wt freeze --agent ", Some(Asked::Agents)),
            ("safe-rm ", None),
            ("wt safe-rm ", None),
            ("wt_nothing ", None),
            ("wt", None),
            ("", None),
        ] {
            assert_eq!(at(line), want, "{line:?}");
        }
        assert_eq!(asked(&[]), None);
    }

    #[test]
    fn every_place_is_an_argument_of_its_command() {
        for (path, arg, _) in PLACES {
            let mut command = &overview_parser();
            if path.is_empty() {
                command = command.find_subcommand("tail").unwrap();
            }
            for word in path.split_whitespace() {
                command = command.find_subcommand(word).unwrap();
            }
            assert!(
                command.get_arguments().any(|known| known.get_id() == arg),
                "{path} {arg}"
            );
        }
    }
}
