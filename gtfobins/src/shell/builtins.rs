//! What the shell does itself: directories, variables, sourcing, evaluating, printing.

use super::call::Call;
use super::directories::{self, ENTERS_BY_NAME};
use super::interpreters;
use super::parameter::holds_hidden_substitution;
use super::paths::Access;
use super::printing::{echo, printf};
use super::state::Stream;
use super::value;
use super::variables::{declare, read};
use super::walk::Walk;
use crate::analysis::Effect;
use crate::finding::{Finding, Function};

/// What `which` prints of a program: its place in the system, where nobody else has one of that name.
fn program_path(word: &str) -> String {
    if word.contains('/') || !value::is_static(word) {
        return word.to_owned();
    }
    format!("/usr/bin/{word}")
}

/// Runs a builtin; none where the name is not one.
pub(crate) fn run(walk: &mut Walk<'_>, name: &str, call: &mut Call) -> Option<Stream> {
    let args = call.args().to_vec();
    let nothing = Some(Stream::Inherited);
    match name {
        ":" | "true" | "false" | "return" | "exit" | "break" | "continue" | "wait" | "jobs" | "fg" | "bg"
        | "disown" | "umask" | "ulimit" | "times" | "getopts" | "logout" | "suspend" | "caller" | "help" => {
            subscripts(name, &args, call);
            nothing
        }
        "cd" | "pushd" | "popd" => Some(directories::change(walk, name, &args, call)),
        "dirs" => Some(Stream::Output(name.to_owned())),
        "shopt" | "setopt" => {
            if args.iter().any(|a| directories::enters_by_name(a)) {
                call.part.concern("unresolved-path", ENTERS_BY_NAME);
            }
            nothing
        }
        "pwd" => Some(
            walk.state
                .cwd
                .clone()
                .map_or(Stream::Output("pwd".to_owned()), Stream::Text),
        ),
        "echo" => Some(echo(&args)),
        "printf" => Some(printf(walk, &args, call)),
        "export" | "declare" | "typeset" | "local" | "readonly" => {
            subscripts(name, &args, call);
            declare(walk, name, &args, call);
            nothing
        }
        "compgen" | "complete" => {
            subscripts(name, &args, call);
            completion(walk, name, &args, call);
            Some(Stream::Output(name.to_owned()))
        }
        "bind" | "mapfile" | "readarray" if args.iter().any(|a| a == "-C" || a == "-x" || a == "-F") => {
            let at = args.iter().position(|a| a == "-C" || a == "-x").map(|at| at + 1);
            if let Some(text) = at.and_then(|at| args.get(at)) {
                nested(walk, text, call, name);
            }
            nothing
        }
        "unset" | "let" | "test" | "[" | "read" | "mapfile" | "readarray" => {
            subscripts(name, &args, call);
            read(walk, name, &args, call);
            nothing
        }
        "set" => {
            let own = args
                .iter()
                .take_while(|a| *a != "--" && a.starts_with(['-', '+']))
                .count();
            let rest = args.get(own..).unwrap_or_default();
            match rest.split_first() {
                Some((mark, after)) if mark == "--" => walk.state.positional = Some(after.to_vec()),
                // `set -o NAME` takes its name from the next word.
                Some(_) if !args.iter().take(own).any(|a| a.ends_with('o')) => {
                    walk.state.positional = Some(rest.to_vec());
                }
                _ => {}
            }
            nothing
        }
        "shift" => {
            let count = args.first().map_or(Ok(1), |n| n.parse::<usize>());
            walk.state.positional = match (walk.state.positional.take(), count) {
                (Some(mut words), Ok(count)) if count <= words.len() => Some(words.split_off(count)),
                _ => None,
            };
            nothing
        }
        "alias" => {
            if args.iter().any(|a| a.contains('=')) {
                call.part.concern(
                    "unresolved-command",
                    "an alias defined in the text changes what later words run",
                );
            }
            nothing
        }
        "unalias" | "hash" => {
            if args.iter().any(|a| a == "-p") {
                call.part
                    .concern("unresolved-command", "`hash -p` changes what a name runs");
            }
            nothing
        }
        "enable" => {
            if let Some(at) = args.iter().position(|a| a.starts_with("-f")) {
                call.part.findings.push(Finding::new(
                    "bash",
                    vec![Function::LibraryLoad],
                    &Default::default(),
                    "`enable -f` loads a library into the shell",
                ));
                let library = args.get(at + 1).cloned().unwrap_or_default();
                call.part.concern(
                    "foreign-library",
                    format!("`enable -f` loads `{}` into the shell", value::show(&library)),
                );
            }
            nothing
        }
        "eval" => {
            evaluate(walk, &args, call);
            nothing
        }
        "source" | "." => Some(interpreters::source(walk, &args, call)),
        "trap" => {
            trap(walk, &args, call);
            nothing
        }
        "ztcp" => {
            let host = args.first().cloned().unwrap_or_default();
            call.part.effects.push(Effect {
                domain: "network",
                operation: "connect",
                role: "host",
                host: value::show(&host),
                params: vec![("why", "`ztcp` opens a network connection".to_owned())],
                ..Effect::default()
            });
            nothing
        }
        "history" => {
            history(walk, &args, call);
            nothing
        }
        "command" | "builtin" | "type" | "which" => {
            let plain: Vec<String> = args.iter().skip_while(|a| a.starts_with('-')).cloned().collect();
            let own = args.iter().take_while(|a| a.starts_with('-'));
            let asks = name == "type"
                || name == "which"
                || name == "command" && own.into_iter().any(|a| a.contains(['v', 'V']));
            let path = name != "command" && name != "type" || args.iter().any(|a| a.starts_with('-'));
            if asks {
                let found = plain
                    .first()
                    .map(|word| if path { program_path(word) } else { word.clone() });
                return Some(found.map_or(Stream::Inherited, Stream::Text));
            }
            let inner = Call {
                env: std::mem::take(&mut call.env),
                ..Call::inner(plain, call.stdin.clone(), &call.part.text)
            };
            Some(walk.call(inner))
        }
        "exec" => {
            let mut plain: Vec<String> = args;
            while plain.first().is_some_and(|a| a.starts_with('-') && a.len() > 1) {
                let named = plain.first().is_some_and(|a| a.contains('a'));
                plain.remove(0);
                if named && !plain.is_empty() {
                    plain.remove(0);
                }
            }
            let stdin = call.stdin.clone();
            let inner = Call {
                argv: plain,
                env: std::mem::take(&mut call.env),
                stdin,
                part: Default::default(),
                file: None,
            };
            Some(walk.call(inner))
        }
        _ => None,
    }
}

pub(super) fn subscripts(name: &str, args: &[String], call: &mut Call) {
    if args.iter().any(|a| holds_hidden_substitution(a)) {
        call.part.concern(
            "hidden-substitution",
            format!("`{name}` evaluates a subscript that can run a command"),
        );
    }
}

fn evaluate(walk: &mut Walk<'_>, args: &[String], call: &mut Call) {
    let text = args.join(" ");
    if value::is_static(&text) {
        walk.nested_script(&text, Stream::Inherited);
    }
    call.part.concern(
        "unresolved-command",
        format!("`eval` runs text as a command: `{}`", value::show(&text)),
    );
}

/// What a trap runs is followed here; what it changes would change between any two commands that follow.
fn trap(walk: &mut Walk<'_>, args: &[String], call: &mut Call) {
    let mut words = args.iter().filter(|a| !a.starts_with('-'));
    let Some(action) = words.next().filter(|_| args.len() > 1) else {
        return;
    };
    let before = walk.state.clone();
    nested_here(walk, action, call, "`trap` runs");
    let after = std::mem::replace(&mut walk.state, before);
    let signals: Vec<String> = words.map(|signal| signal.to_ascii_uppercase()).collect();
    if signals
        .iter()
        .all(|signal| matches!(signal.as_str(), "EXIT" | "SIGEXIT" | "0"))
    {
        return;
    }
    let moves = after.cwd != walk.state.cwd || after.elsewhere != walk.state.elsewhere;
    let steps = signals.iter().any(|signal| signal.ends_with("DEBUG"));
    if moves || steps && after.variables != walk.state.variables {
        call.part.concern(
            "unresolved-command",
            "`trap` changes directories or variables between the commands that follow",
        );
    }
    for (name, variable) in after.variables {
        if walk.state.variables.get(&name) != Some(&variable) {
            walk.assign(&name, vec![value::DECODED.to_string()], variable.exported);
        }
    }
}

/// The command of `-C`, and the words of `-W`, which are expanded again.
fn completion(walk: &mut Walk<'_>, name: &str, args: &[String], call: &mut Call) {
    for (at, arg) in args.iter().enumerate() {
        for (option, before) in [("-C", ""), ("-W", ": ")] {
            let text = match arg.strip_prefix(option) {
                Some("") => args.get(at + 1).map(String::as_str),
                attached => attached,
            };
            if let Some(text) = text.filter(|text| before.is_empty() || text.contains(['$', '`'])) {
                nested(walk, &format!("{before}{text}"), call, name);
            }
        }
    }
}

/// A text that a builtin will run later.
fn nested(walk: &mut Walk<'_>, text: &str, call: &mut Call, what: &str) {
    let saved = walk.state.clone();
    nested_here(walk, text, call, what);
    walk.state = saved;
}

fn nested_here(walk: &mut Walk<'_>, text: &str, call: &mut Call, what: &str) {
    if value::is_open(text) {
        call.part.concern(
            "unresolved-command",
            format!("{what} text that is only known when it runs"),
        );
    } else {
        walk.script_here(&value::show(text), Stream::Inherited);
    }
}

fn history(walk: &mut Walk<'_>, args: &[String], call: &mut Call) {
    for (flag, access, function) in [
        ("-r", Access::Read, Function::FileRead),
        ("-w", Access::Write, Function::FileWrite),
        ("-a", Access::Append, Function::FileWrite),
    ] {
        if let Some(at) = args.iter().position(|a| a == flag)
            && let Some(path) = args.get(at + 1)
        {
            walk.access(path, access, &mut call.part);
            call.part.findings.push(Finding::new(
                "bash",
                vec![function],
                &Default::default(),
                format!("`history {flag}` touches a file"),
            ));
        }
    }
}
