//! Terminal multiplexers: what they start in a window, type into one, or run behind it.

use super::wrappers::Peeled;
use crate::tools::options::{Grammar, Options};

/// Commands of tmux whose operands are run, each joined to one text, and the letters of their options with values.
const STARTS: &[(&[&str], &str)] = &[
    (&["new-session", "new"], "cefFnstxy"),
    (&["new-window", "neww"], "cenFt"),
    (&["split-window", "splitw"], "ceFlpt"),
    (&["respawn-pane", "respawnp", "respawn-window", "respawnw"], "cet"),
    (&["run-shell", "run"], "cdt"),
    (&["pipe-pane", "pipep"], "t"),
    (&["display-popup", "popup"], "bcdeEhsStTwxy"),
    (&["if-shell", "if"], "t"),
];
/// Names of keys, which are no text.
const KEYS: &[&str] = &[
    "Enter", "C-m", "C-j", "KPEnter", "C-c", "C-d", "C-u", "C-l", "Escape", "Space", "Tab",
];

pub(super) fn tmux(args: &[String]) -> Peeled {
    let mut peeled = Peeled {
        feeds: false,
        ..Peeled::default()
    };
    let own = Grammar {
        values: "cfLST",
        in_order: true,
        ..Grammar::default()
    };
    let options = Options::parse(args, &own);
    peeled.scripts.extend(options.value(&["-c"]).map(str::to_owned));
    for command in options.operands.split(|word| word == ";" || word == "\\;") {
        let Some((verb, rest)) = command.split_first() else {
            continue;
        };
        if matches!(verb.as_str(), "send-keys" | "send") {
            let grammar = Grammar {
                values: "tN",
                ..Grammar::default()
            };
            let typed = Options::parse(rest, &grammar).operands;
            let text: Vec<&str> = typed
                .iter()
                .map(String::as_str)
                .filter(|k| !KEYS.contains(k))
                .collect();
            if !text.is_empty() {
                peeled.scripts.push(text.join(" "));
            }
        } else if let Some((names, values)) = STARTS.iter().find(|(names, _)| names.contains(&verb.as_str()))
        {
            let grammar = Grammar {
                values,
                in_order: true,
                ..Grammar::default()
            };
            let run = Options::parse(rest, &grammar).operands;
            if names.contains(&"if-shell") {
                peeled.scripts.extend(run);
            } else if !run.is_empty() {
                peeled.scripts.push(run.join(" "));
            }
        }
    }
    peeled
}

pub(super) fn screen(args: &[String]) -> Peeled {
    let mut peeled = Peeled {
        feeds: false,
        ..Peeled::default()
    };
    let grammar = Grammar {
        values: "cehpsSTt",
        in_order: true,
        ..Grammar::default()
    };
    let options = Options::parse(args, &grammar);
    let mut words = options.operands.clone();
    if !options.has(&["-X"]) {
        if !words.is_empty() {
            peeled.commands.push(words);
        }
        return peeled;
    }
    let verb = if words.is_empty() {
        String::new()
    } else {
        words.remove(0)
    };
    match verb.as_str() {
        "stuff" | "eval" => peeled
            .scripts
            .push(words.join(" ").replace("^M", "\n").replace("\\n", "\n")),
        "exec" | "screen" => peeled.commands.push(words),
        _ => {}
    }
    peeled
}
