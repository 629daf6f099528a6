//! Shells and sourced files: the text they run is followed where it is known, and escalates where it is not.

use super::call::Call;
use super::directories;
use super::paths::Access;
use super::state::Stream;
use super::value;
use super::walk::Walk;
use crate::finding::{Finding, Function, Situation};
use crate::{facts, tools};

const SHELLS: &[&str] = &[
    "sh", "bash", "dash", "ash", "zsh", "ksh", "mksh", "pdksh", "ksh93", "rbash", "csh", "tcsh", "yash",
    "posh", "fish", "elvish", "rc", "sash", "hush", "lksh", "nu", "xonsh", "osh",
];

/// Whether a program is a shell.
pub(crate) fn is_shell(name: &str) -> bool {
    SHELLS.contains(&name)
        || SHELLS.contains(&name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.'))
}

/// Whether a `#!` line names a shell.
pub(crate) fn names_shell(line: &str) -> bool {
    line.split_whitespace().take(2).any(|w| is_shell(value::base(w)))
}

/// What a script of another language does that needs a look.
pub(crate) fn script_constructs(program: &str, text: &str) -> Option<String> {
    let name = program
        .split_whitespace()
        .map(value::base)
        .rfind(|w| !w.starts_with('-') && *w != "env")?;
    tools::script_finding(name, text)
}

struct ShellCommand {
    text: Option<String>,
    operands: Vec<String>,
    loads: Option<String>,
    enters_by_name: bool,
    stdin: bool,
}

fn read_options(args: &[String]) -> ShellCommand {
    let mut out = ShellCommand {
        text: None,
        operands: Vec::new(),
        loads: None,
        enters_by_name: false,
        stdin: false,
    };
    let mut rest = args.iter();
    let mut wants_command = false;
    while let Some(word) = rest.next() {
        match word.as_str() {
            "--" | "-" => break,
            "--rcfile" | "--init-file" => out.loads = rest.next().cloned(),
            "-o" | "+o" | "-O" | "+O" => {
                let option = rest.next();
                out.enters_by_name |= option.is_some_and(|o| directories::enters_by_name(o));
            }
            long if long.starts_with("--") => {}
            short if short.len() > 1 && short.starts_with(['-', '+']) && !short.starts_with("-\u{F0000}") => {
                wants_command |= short.starts_with('-') && short.contains('c');
                out.stdin |= short.contains('s');
                if short.ends_with('o') && wants_command {
                    rest.next();
                }
            }
            operand => {
                out.operands.push(operand.to_owned());
                break;
            }
        }
    }
    out.operands.extend(rest.cloned());
    if wants_command && !out.operands.is_empty() {
        out.text = Some(out.operands.remove(0));
    }
    out
}

/// Judges a call of a shell.
pub(crate) fn shell(walk: &mut Walk<'_>, name: &str, mut call: Call, situation: &Situation) -> Stream {
    let command = read_options(call.args());
    let binary = facts::lookup(name).map_or("bash", |entry| entry.name);
    if command.enters_by_name
        || call
            .env
            .iter()
            .any(|(name, text)| name == "BASHOPTS" && directories::enters_by_name(text))
    {
        call.part.concern("unresolved-path", directories::ENTERS_BY_NAME);
    }
    if let Some(file) = &command.loads {
        call.part.concern(
            "environment",
            format!("`{name}` starts with the commands of `{}`", value::show(file)),
        );
    }
    let mut at = walk.out.parts.len();
    let printed = if let Some(text) = &command.text {
        walk.keep(call.part);
        at = walk.out.parts.len().saturating_sub(1);
        run_text(walk, text, command.operands.clone(), call.stdin.clone(), at)
    } else if let Some(script) = command.operands.first().filter(|_| !command.stdin) {
        let script = script.clone();
        let args = command.operands.get(1..).unwrap_or_default().to_vec();
        let printed = run_file(walk, name, &script, args, &mut call);
        walk.keep(call.part);
        printed
    } else {
        let printed = run_stdin(walk, name, &mut call);
        walk.keep(call.part);
        printed
    };
    // What the text does is what the shell is used for.
    let functions = functions_of(walk, at, name);
    let bare = command.text.is_none() && command.operands.is_empty() && !call.stdin.is_fed();
    if let Some(part) = walk.out.parts.get_mut(at) {
        if bare {
            part.findings.push(Finding::new(
                binary,
                vec![Function::Shell],
                situation,
                format!("`{name}` starts a shell"),
            ));
        } else {
            let why = format!("`{name}` runs commands, each judged itself");
            let mut functions = functions;
            functions.insert(0, Function::Shell);
            part.findings
                .push(Finding::new(binary, functions, situation, why).accounted());
        }
    }
    printed
}

fn run_text(walk: &mut Walk<'_>, text: &str, operands: Vec<String>, stdin: Stream, at: usize) -> Stream {
    if !value::is_static(text) && (text.contains([value::DECODED, value::SPREAD]) || !has_plain_start(text)) {
        if let Some(part) = walk.out.parts.get_mut(at) {
            let why = format!(
                "a shell runs `{}`, which is only known when it runs",
                value::show(text)
            );
            part.concern("unresolved-command", why);
        }
        return Stream::Decoded("a shell".to_owned());
    }
    let saved = walk
        .state
        .positional
        .replace(operands.get(1..).unwrap_or_default().to_vec());
    let text = if value::is_static(text) {
        text.to_owned()
    } else {
        unmark(text, walk, at)
    };
    let outer = walk.state.variables.remove("0");
    if let Some(zero) = operands.first() {
        walk.assign("0", vec![zero.clone()], false);
    }
    let printed = walk.nested_script(&text, stdin);
    walk.state.variables.remove("0");
    walk.state
        .variables
        .extend(outer.map(|zero| ("0".to_owned(), zero)));
    walk.state.positional = saved;
    printed
}

/// A text with unknown pieces: they are put back as names, so that words around them are still read. In the
/// place of a command they are refused.
fn unmark(text: &str, walk: &mut Walk<'_>, at: usize) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            value::FOREIGN | value::OUTPUT => out.push_str("$__unknown"),
            c if value::is_mark(c) => out.push_str(&value::show(&c.to_string())),
            c => out.push(c),
        }
    }
    if text.contains([value::FOREIGN, value::OUTPUT])
        && let Some(part) = walk.out.parts.get_mut(at)
    {
        part.concern(
            "unresolved-command",
            "a shell runs text into which unknown values are pasted",
        );
    }
    out
}

fn has_plain_start(text: &str) -> bool {
    let start: String = text
        .trim_start()
        .chars()
        .take_while(|c| !c.is_whitespace())
        .collect();
    !start.is_empty() && value::is_static(&start)
}

fn run_file(walk: &mut Walk<'_>, name: &str, script: &str, args: Vec<String>, call: &mut Call) -> Stream {
    if script == "/dev/stdin" || script == "/proc/self/fd/0" || script == "/dev/fd/0" {
        return run_stdin(walk, name, call);
    }
    if value::is_open(script) {
        call.part.concern(
            "unresolved-command",
            format!(
                "`{name}` runs the script `{}`, which is only known when it runs",
                value::show(script)
            ),
        );
        return Stream::Decoded(name.to_owned());
    }
    let path = walk.absolute(script);
    if path.starts_with("/dev/fd/") || path.starts_with("/proc/") && path.contains("/fd/") {
        call.part.concern(
            "unresolved-command",
            format!("`{name}` runs what an open descriptor holds, which is only known when it runs"),
        );
        return Stream::Decoded(name.to_owned());
    }
    match walk.made.get(&path).cloned() {
        Some(made) => match made.content {
            Some(text) => {
                let saved = walk.state.positional.replace(args);
                let printed = walk.nested_script(&text, Stream::Inherited);
                walk.state.positional = saved;
                printed
            }
            None => {
                call.part.concern(
                    "unresolved-command",
                    format!(
                        "`{name}` runs `{}`, which this command wrote and whose content is not known",
                        value::show(script)
                    ),
                );
                Stream::Decoded(name.to_owned())
            }
        },
        None => {
            walk.access(script, Access::Read, &mut call.part);
            call.part.class("script", "it runs a script");
            Stream::Output(name.to_owned())
        }
    }
}

fn run_stdin(walk: &mut Walk<'_>, name: &str, call: &mut Call) -> Stream {
    match call.stdin.clone() {
        Stream::Inherited => Stream::Output(name.to_owned()),
        Stream::Text(text) => walk.nested_script(&text, Stream::Inherited),
        Stream::File(path) => run_file_from(walk, &path, call),
        Stream::Paths(_) => unknown_input(name, "a list of names", call),
        Stream::Output(by) | Stream::Decoded(by) => unknown_input(name, &by, call),
    }
}

fn run_file_from(walk: &mut Walk<'_>, path: &str, call: &mut Call) -> Stream {
    walk.access(path, Access::Read, &mut call.part);
    call.part.class("script", "it runs a script");
    Stream::Output("a script".to_owned())
}

fn unknown_input(name: &str, by: &str, call: &mut Call) -> Stream {
    call.part.concern(
        "unresolved-command",
        format!("`{name}` runs what `{by}` prints, which is only known when it runs"),
    );
    Stream::Decoded(name.to_owned())
}

/// `source FILE` and `. FILE`.
pub(crate) fn source(walk: &mut Walk<'_>, args: &[String], call: &mut Call) -> Stream {
    let Some(file) = args.first().cloned() else {
        return Stream::Inherited;
    };
    if let ("/dev/stdin" | "/dev/fd/0", Stream::Text(text)) = (file.as_str(), &call.stdin) {
        let text = text.clone();
        return walk.script_here(&text, Stream::Inherited);
    }
    if file == "/dev/stdin" || file.starts_with("/dev/fd/") && !walk.made.contains_key(&file) {
        return run_stdin(walk, "source", call);
    }
    if value::is_open(&file) {
        call.part.concern(
            "unresolved-command",
            format!(
                "`source` runs `{}`, which is only known when it runs",
                value::show(&file)
            ),
        );
        return Stream::Inherited;
    }
    let path = walk.absolute(&file);
    match walk.made.get(&path).cloned() {
        Some(made) => match made.content {
            Some(text) if walk.enter() => {
                let printed = walk.script(&text, Stream::Inherited);
                walk.calls -= 1;
                printed
            }
            _ => {
                call.part.concern(
                    "unresolved-command",
                    format!(
                        "`source` runs `{}`, which this command wrote and whose content is not known",
                        value::show(&file)
                    ),
                );
                Stream::Inherited
            }
        },
        None => {
            if ["/tmp/", "/var/tmp/", "/dev/shm/"]
                .iter()
                .any(|d| path.starts_with(d))
            {
                call.part.concern(
                    "unresolved-command",
                    format!("`source` runs `{}`, which anyone can write", value::show(&file)),
                );
            }
            call.part.class("script", "it sources a script");
            Stream::Inherited
        }
    }
}

/// The functions that the parts from `at` on amount to, when a shell is the means.
fn functions_of(walk: &Walk<'_>, at: usize, name: &str) -> Vec<Function> {
    let mut out = Vec::new();
    let parts = walk.out.parts.get(at..).unwrap_or_default();
    let mut add = |function: Function| {
        if !out.contains(&function) {
            out.push(function);
        }
    };
    let mut network = false;
    let mut shell_inside = false;
    for (index, part) in parts.iter().enumerate() {
        for effect in &part.effects {
            match (effect.domain, effect.operation) {
                ("network", "connect") => {
                    network = true;
                    add(Function::Upload);
                    add(Function::Download);
                }
                ("filesystem", "read") => add(Function::FileRead),
                ("filesystem", "write" | "copy" | "create_file") => add(Function::FileWrite),
                _ => {}
            }
        }
        shell_inside |= index > 0 && part.argv.first().is_some_and(|w| is_shell(value::base(w)));
        if part.concerns.iter().any(|c| c.rule == "foreign-library") {
            add(Function::LibraryLoad);
        }
    }
    if name == "zsh"
        && parts
            .iter()
            .any(|p| p.argv.is_empty() && p.effects.iter().any(|e| e.operation == "read"))
    {
        // A redirection alone goes through its pager.
        add(Function::Inherit);
    }
    if matches!(name, "elvish" | "fish" | "nu" | "xonsh" | "rc") {
        // Another language: what it touches cannot be read here.
        add(Function::FileRead);
        add(Function::FileWrite);
    }
    if network && shell_inside {
        add(Function::ReverseShell);
    }
    out
}
