//! The words that fit, read from this machine's policy and record. Reads only, and little: a person waits with a
//! finger on the key. What cannot be read has no words; what a terminal would obey, or a person could not type, is
//! never offered.

use super::place::Asked;
use crate::{
    caller::Caller,
    facts::workspace,
    home::Home,
    report::visible,
    state::State,
    view::{action::Action, standing, words::fit},
};
use ledger::read::Reader;
use policy::{ApprovalSettings, Verdict};
use std::{
    collections::BTreeSet,
    os::fd::AsFd,
    time::{Duration, Instant},
};

/// No more words are offered.
const MAX_WORDS: usize = 1000;
/// No longer word is offered.
const MAX_WORD: usize = 120;
/// Entries that are looked at, from the newest back.
const MAX_ENTRIES: usize = 2000;
/// Entries that are offered by number.
const MAX_NUMBERS: usize = 25;
/// How long the record is looked at.
const LOOK: Duration = Duration::from_millis(100);
/// Columns of an explanation.
const MAX_ABOUT: usize = 60;

/// A word with what it is about.
pub(super) type Word = (String, String);

/// The words that fit, best first.
pub(super) fn words(asked: Asked) -> Vec<Word> {
    let found = match asked {
        Asked::Applets => applets(),
        Asked::Pages => pages(),
        Asked::Binaries => binaries(),
        _ => recorded(asked).unwrap_or_default(),
    };
    let mut seen = BTreeSet::new();
    found
        .into_iter()
        .filter(|(word, _)| is_typed(word) && seen.insert(word.clone()))
        .take(MAX_WORDS)
        .map(|(word, about)| (word, fit(&about, MAX_ABOUT)))
        .collect()
}

/// Whether a person could type it, and a terminal would only show it.
fn is_typed(word: &str) -> bool {
    !word.is_empty() && word.len() <= MAX_WORD && !word.starts_with('-') && visible(word) == word
}

fn applets() -> Vec<Word> {
    let all = applets::all().iter();
    all.map(|applet| (applet.name.to_owned(), applet.summary.to_owned()))
        .collect()
}

fn pages() -> Vec<Word> {
    let parser = crate::commands::overview_parser();
    let commands = parser.get_subcommands().map(|command| {
        let about = command.get_about().map(ToString::to_string);
        (command.get_name().to_owned(), about.unwrap_or_default())
    });
    commands.chain(applets()).collect()
}

fn binaries() -> Vec<Word> {
    gtfobins::entries()
        .map(|entry| (entry.name.to_owned(), String::new()))
        .collect()
}

fn recorded(asked: Asked) -> Option<Vec<Word>> {
    let caller = Caller::of_this_process().ok()?;
    let home = Home::open(&caller).ok()?;
    match asked {
        Asked::Rules => Some(rules(&home, &caller)),
        Asked::Requests => {
            let settings = ApprovalSettings::default();
            let pending = State::new(home.dir.as_fd(), &home.path, &settings).pending();
            let words = |request: crate::state::Request| (request.id.clone(), request.summary());
            Some(pending.ok()?.into_iter().map(words).collect())
        }
        Asked::Grants => {
            let settings = ApprovalSettings::default();
            let grants = State::new(home.dir.as_fd(), &home.path, &settings).known_grants();
            let words = |standing: crate::state::Standing| (standing.grant.id(), standing.summary);
            Some(grants.ok()?.into_iter().map(words).collect())
        }
        _ => {
            let reader = Reader::open(home.dir.as_fd(), &home.path).ok()?;
            Some(entries(&reader, asked))
        }
    }
}

/// The names in every layer; a layer that calls would refuse has them, too.
fn rules(home: &Home, caller: &Caller) -> Vec<Word> {
    let mut layers = home.layers(caller).unwrap_or_default();
    if let Some(root) = workspace::find(caller, &[]) {
        let project = home.project_layer(caller, root.dir.as_fd(), &root.path);
        layers.extend(project.ok().flatten());
    }
    let names = layers
        .iter()
        .flat_map(|file| standing::rules::rule_names(&file.bytes));
    names.map(|name| (name, String::new())).collect()
}

fn entries(reader: &Reader, asked: Asked) -> Vec<Word> {
    let since = Instant::now();
    let mut words = Vec::new();
    for entry in reader.backwards().take(MAX_ENTRIES) {
        let Ok(entry) = entry else { break };
        if since.elapsed() > LOOK || words.len() >= MAX_NUMBERS && asked.is_number() {
            break;
        }
        let action = Action::of(&entry);
        match asked {
            Asked::Agents => words.push((action.agent, String::new())),
            Asked::Sessions => words.push((action.session, action.agent)),
            Asked::Changes if !changes(&action) => {}
            _ => words.push((entry.seq.to_string(), action.what())),
        }
    }
    words
}

/// Whether it was done, and is of a kind that can be taken back.
fn changes(action: &Action) -> bool {
    let done = matches!(action.verdict, Some(Verdict::Allow | Verdict::Shadow));
    let reads = ["read", "list", "stat", "search"].contains(&action.operation.as_str());
    done && action.domain == "filesystem" && !reads
}

impl Asked {
    fn is_number(self) -> bool {
        matches!(self, Self::Changes | Self::Entries)
    }
}

#[cfg(test)]
mod tests {
    use super::{Asked, is_typed, words};

    #[test]
    fn words_that_mislead_or_begin_an_option_are_not_offered() {
        for (word, want) in [
            ("claude-code", true),
            ("my agent", true),
            ("日本", true),
            ("$(id)", true),
            ("", false),
            ("-rf", false),
            ("a\x1b]0;x\x07", false),
            ("a\nb", false),
            ("a\u{202e}b", false),
        ] {
            assert_eq!(is_typed(word), want, "{word:?}");
        }
    }

    #[test]
    fn applets_and_pages_have_their_summaries() {
        let applets = words(Asked::Applets);
        assert!(
            applets
                .iter()
                .any(|(word, about)| word == "safe-rm" && !about.is_empty())
        );
        let pages = words(Asked::Pages);
        assert!(pages.iter().any(|(word, _)| word == "tail") && pages.len() > applets.len());
        assert!(words(Asked::Binaries).iter().any(|(word, _)| word == "gawk"));
    }
}
