//! Wrappers whose own command line needs more than a table: env, sudo and its kin, xargs.

use super::call::Call;
use super::state::Stream;
use super::value;
use super::walk::Walk;
use super::wrappers::Peeled;
use crate::analysis::Effect;
use crate::tools::options::{Grammar, Options};

pub(super) fn env(args: &[String]) -> Peeled {
    let mut peeled = Peeled::default();
    let mut rest: std::collections::VecDeque<String> = args.iter().cloned().collect();
    while let Some(word) = rest.pop_front() {
        if word == "--" {
            continue;
        }
        let split = word
            .strip_prefix("--split-string=")
            .map(str::to_owned)
            .or_else(|| {
                let short = word.starts_with('-') && !word.starts_with("--");
                let at = word.find('S').filter(|_| short)?;
                let tail = word.get(at + 1..).unwrap_or_default().to_owned();
                if tail.is_empty() {
                    rest.pop_front()
                } else {
                    Some(tail)
                }
            });
        if let Some(text) = split {
            // The words of -S come in front of what follows.
            for piece in split_words(&unescaped(&text)).into_iter().rev() {
                rest.push_front(piece);
            }
            continue;
        }
        match word.as_str() {
            "-u" | "--unset" | "-C" | "--chdir" | "-a" | "--argv0" => {
                let operand = rest.pop_front();
                if word == "-C" || word == "--chdir" {
                    peeled.cwd = operand;
                }
            }
            option if option.starts_with('-') => {
                if let Some(dir) = option.strip_prefix("--chdir=") {
                    peeled.cwd = Some(dir.to_owned());
                }
            }
            // Any name will do here, also one that no shell would take.
            assignment if assignment.find('=').is_some_and(|at| at > 0) => {
                let (name, value) = assignment.split_once('=').unwrap_or((assignment, ""));
                peeled.env.push((name.to_owned(), value.to_owned()));
            }
            _ => {
                let mut command = vec![word];
                command.extend(rest);
                peeled.commands.push(command);
                return peeled;
            }
        }
    }
    peeled
}

/// The escapes of `env -S`; a variable in it is only known when it runs.
fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('c') | None => break,
                Some('_' | 'f' | 'n' | 'r' | 't' | 'v') => out.push(' '),
                Some(c) => out.push(c),
            },
            '$' if chars.next_if_eq(&'{').is_some() => {
                chars.by_ref().find(|c| *c == '}');
                out.push(value::DECODED);
            }
            c => out.push(c),
        }
    }
    out
}

/// `bwrap`: its options take none to three values, then the command follows.
pub(super) fn bubblewrap(args: &[String]) -> Peeled {
    let mut rest = args.iter();
    while let Some(word) = rest.as_slice().first().filter(|w| w.starts_with("--")) {
        rest.next();
        let name = word.trim_start_matches('-');
        let values = match name {
            "" => 0,
            "overlay" => 3,
            "symlink" | "setenv" | "chmod" | "file" => 2,
            "bind" | "dev-bind" | "ro-bind" | "bind-try" | "dev-bind-try" | "ro-bind-try" | "bind-data"
            | "ro-bind-data" | "bind-fd" | "ro-bind-fd" => 2,
            "share-net"
            | "die-with-parent"
            | "new-session"
            | "clearenv"
            | "as-pid-1"
            | "disable-userns"
            | "assert-userns-disabled"
            | "level-prefix"
            | "help"
            | "version" => 0,
            name if name.starts_with("unshare-") => 0,
            _ => 1,
        };
        for _ in 0..values {
            rest.next();
        }
        if name.is_empty() {
            break;
        }
    }
    let command = rest.as_slice().to_vec();
    Peeled {
        commands: if command.is_empty() {
            Vec::new()
        } else {
            vec![command]
        },
        ..Peeled::default()
    }
}

pub(super) fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        let mut bytes = name.bytes();
        bytes.next().is_some_and(super::lex::is_name_start)
            && bytes.all(|b| super::lex::is_name_start(b) || b.is_ascii_digit())
    })
}

/// Splits words at blanks outside quotes.
pub(crate) fn split_words(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let (mut word, mut open, mut quote) = (String::new(), false, None);
    for c in text.chars() {
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (Some(_), c) => word.push(c),
            (None, '\'' | '"') => {
                quote = Some(c);
                open = true;
            }
            (None, c) if c.is_whitespace() => {
                if open {
                    out.push(std::mem::take(&mut word));
                }
                open = false;
            }
            (None, c) => {
                word.push(c);
                open = true;
            }
        }
    }
    if open {
        out.push(word);
    }
    out
}

pub(super) fn raised(name: &str, args: &[String], call: &mut Call) -> Peeled {
    let mut peeled = Peeled {
        sudo: true,
        ..Peeled::default()
    };
    let grammar = match name {
        "sudo" | "sudoedit" => Grammar {
            values: "CDghpRrtTuU",
            long_values: &[
                "user",
                "group",
                "host",
                "prompt",
                "chdir",
                "role",
                "type",
                "close-from",
                "chroot",
                "other-user",
                "command-timeout",
            ],
            in_order: true,
            ..Grammar::default()
        },
        "doas" => Grammar {
            values: "uCa",
            in_order: true,
            ..Grammar::default()
        },
        "pkexec" => Grammar {
            long_values: &["user"],
            in_order: true,
            ..Grammar::default()
        },
        "ksu" => Grammar {
            values: "nceal",
            in_order: true,
            ..Grammar::default()
        },
        "run0" => Grammar {
            values: "ugD",
            long_values: &["user", "group", "chdir", "setenv", "property", "unit"],
            in_order: true,
            ..Grammar::default()
        },
        _ => Grammar {
            values: "cgGsuwT",
            long_values: &[
                "command",
                "group",
                "supp-group",
                "shell",
                "user",
                "session-command",
            ],
            in_order: name != "su",
            ..Grammar::default()
        },
    };
    let options = Options::parse(args, &grammar);
    call.part.effects.push(Effect {
        domain: "privilege",
        operation: "raise",
        role: "program",
        name: name.to_owned(),
        user: options.value(&["-u", "--user"]).unwrap_or("root").to_owned(),
        params: vec![("why", format!("`{name}` runs as another user"))],
        ..Effect::default()
    });
    if let Some(text) = options
        .value(&["-c", "--command", "--session-command"])
        .filter(|_| !matches!(name, "sudo" | "doas" | "ksu"))
    {
        peeled.scripts.push(text.to_owned());
        return peeled;
    }
    let mut words = options.operands.clone();
    if matches!(name, "gosu" | "su-exec" | "sg" | "newgrp") && !words.is_empty() {
        words.remove(0);
        if name == "sg" && words.first().is_some_and(|w| w == "-c") {
            words.remove(0);
            peeled.scripts.push(words.join(" "));
            return peeled;
        }
    }
    if name == "ksu"
        && let Some(at) = args.iter().position(|a| a == "-e")
    {
        words = args.get(at + 1..).unwrap_or_default().to_vec();
    }
    if matches!(name, "su" | "runuser") && !options.has(&["-u", "--user"]) {
        return peeled;
    }
    while words.first().is_some_and(|w| is_assignment(w)) {
        let word = words.remove(0);
        let (variable, value) = word.split_once('=').unwrap_or((&word, ""));
        peeled.env.push((variable.to_owned(), value.to_owned()));
    }
    if name != "sudoedit" && !words.is_empty() {
        peeled.commands.push(words);
    }
    peeled
}

pub(super) fn xargs(walk: &mut Walk<'_>, args: &[String], call: &mut Call) -> Peeled {
    let grammar = Grammar {
        values: "adEeIiLlnPs",
        long_values: &[
            "arg-file",
            "delimiter",
            "eof",
            "replace",
            "max-lines",
            "max-args",
            "max-procs",
            "max-chars",
            "process-slot-var",
        ],
        in_order: true,
        ..Grammar::default()
    };
    // `-e`, `-i` and `-l` take a value only when it is attached.
    let args: Vec<String> = args
        .iter()
        .map(|a| {
            if matches!(a.as_str(), "-i" | "-l" | "-e") {
                "-t".to_owned()
            } else {
                a.clone()
            }
        })
        .collect();
    let options = Options::parse(&args, &grammar);
    let mut source = call.stdin.clone();
    if let Some(file) = options.value(&["-a", "--arg-file"]) {
        walk.access(file, super::paths::Access::Read, &mut call.part);
        source = match walk.made.get(&walk.absolute(file)).cloned() {
            Some(made) => made
                .content
                .map_or_else(|| Stream::Decoded("a file".to_owned()), Stream::Text),
            None => Stream::File(file.to_owned()),
        };
    }
    let mark = options
        .value(&["-I", "--replace"])
        .map(str::to_owned)
        .or_else(|| call.args().iter().any(|a| a == "-i").then(|| "{}".to_owned()));
    let words = match source {
        Stream::Text(text) if options.has(&["-0", "--null"]) => text
            .split('\0')
            .filter(|w| !w.is_empty())
            .map(str::to_owned)
            .collect(),
        Stream::Text(text) => match options.value(&["-d", "--delimiter"]) {
            Some(delimiter) => {
                let mark = super::printing::unescape(delimiter);
                text.trim_end_matches('\n')
                    .split(mark.as_str())
                    .filter(|w| !w.is_empty())
                    .map(str::to_owned)
                    .collect()
            }
            // What is put in place of a mark is a line, quotes taken off.
            None if mark.is_some() => text
                .lines()
                .map(|line| line.trim_start().replace(['"', '\''], ""))
                .filter(|line| !line.is_empty())
                .collect(),
            None => split_words(&text),
        },
        Stream::Paths(paths) => paths,
        Stream::Inherited | Stream::File(_) | Stream::Output(_) => {
            vec![format!("{}{}", value::OUTPUT, value::SPREAD)]
        }
        Stream::Decoded(_) => vec![format!("{}{}", value::DECODED, value::SPREAD)],
    };
    let mut command = options.operands.clone();
    if command.is_empty() {
        command = vec!["echo".to_owned()];
    }
    let mut peeled = Peeled {
        feeds: false,
        ..Peeled::default()
    };
    match mark {
        Some(mark) if !mark.is_empty() => {
            let joined = words.first().cloned().unwrap_or_default();
            for word in &mut command {
                *word = word.replace(&mark, &joined);
            }
            peeled.commands.push(command);
            for more in words.iter().skip(1).take(16) {
                peeled
                    .commands
                    .push(options.operands.iter().map(|w| w.replace(&mark, more)).collect());
            }
        }
        _ => {
            // Without any input it runs once as it stands.
            if options.operands.len() > 1 {
                peeled.commands.push(command.clone());
            }
            command.extend(words);
            peeled.commands.push(command);
        }
    }
    peeled
}
