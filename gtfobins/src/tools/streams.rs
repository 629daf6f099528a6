//! sed and awk: their scripts write files and run programs.

use super::options::{Grammar, Options};
use super::scripts::{AwkUse, SedUse, awk_uses, sed_uses};
use crate::shell::call::Call;
use crate::shell::paths::Access;
use crate::shell::state::Stream;
use crate::shell::value;
use crate::shell::walk::Walk;

pub(crate) fn run(walk: &mut Walk<'_>, name: &str, call: &mut Call) -> Stream {
    if name.ends_with("sed") {
        sed(walk, call)
    } else {
        awk(walk, call)
    }
}

/// The scripts and files of a sed call, and whether it edits in place.
pub(crate) fn sed_parts(args: &[String]) -> (Vec<String>, Vec<String>, bool) {
    // `-i` and `-E` take no separate value; a suffix is attached.
    let args: Vec<String> = args
        .iter()
        .map(|a| {
            if a.starts_with("-i") && !a.starts_with("--") {
                "-i".to_owned()
            } else {
                a.clone()
            }
        })
        .collect();
    let grammar = Grammar {
        values: "efl",
        long_values: &["expression", "file", "line-length"],
        ..Grammar::default()
    };
    let options = Options::parse(&args, &grammar);
    let mut scripts: Vec<String> = options
        .all(&["-e", "--expression"])
        .into_iter()
        .map(str::to_owned)
        .collect();
    let mut files = options.operands.clone();
    if scripts.is_empty() && !options.has(&["-f", "--file"]) && !files.is_empty() {
        scripts.push(files.remove(0));
    }
    (scripts, files, options.has(&["-i", "--in-place"]))
}

/// The files that `-f` reads scripts from.
fn sed_script_files(args: &[String]) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = args.iter().take_while(|a| *a != "--");
    while let Some(word) = rest.next() {
        if let Some(file) = word.strip_prefix("--file=") {
            out.push(file.to_owned());
        } else if word == "--file" {
            out.extend(rest.next().cloned());
        } else if word.starts_with('-')
            && !word.starts_with("--")
            && let Some((before, file)) = word.split_once('f')
            && !before.contains(['e', 'i', 'l'])
        {
            if file.is_empty() {
                out.extend(rest.next().cloned());
            } else {
                out.push(file.to_owned());
            }
        }
    }
    out
}

fn sed(walk: &mut Walk<'_>, call: &mut Call) -> Stream {
    let (mut scripts, files, in_place) = sed_parts(call.args());
    for file in sed_script_files(call.args()) {
        match walk.made.get(&walk.absolute(&file)).cloned() {
            Some(made) => scripts.push(made.content.unwrap_or_else(|| value::DECODED.to_string())),
            None => walk.access(&file, Access::Read, &mut call.part),
        }
    }
    for script in &scripts {
        if value::is_open(script)
            && script
                .trim_start_matches(|c: char| {
                    c.is_ascii_alphanumeric() || matches!(c, '/' | '|' | ',' | '$' | '^')
                })
                .is_empty()
        {
            call.part
                .concern("unresolved-command", "the sed script is only known when it runs");
        }
        for found in sed_uses(script) {
            match found {
                SedUse::Run(text) => {
                    call.part
                        .concern("runs-program", "the `e` command of sed runs a program");
                    if let Some(text) = text {
                        walk.nested_script(&text, Stream::Inherited);
                    }
                }
                SedUse::Write(path) => walk.access(&path, Access::Write, &mut call.part),
                SedUse::Read(path) => walk.access(&path, Access::Read, &mut call.part),
            }
        }
    }
    for file in &files {
        walk.access(
            file,
            if in_place { Access::Write } else { Access::Read },
            &mut call.part,
        );
    }
    if let ([script], [], Stream::Text(text)) = (scripts.as_slice(), files.as_slice(), &call.stdin)
        && let Some(edited) = substituted(script, text)
    {
        return Stream::Text(edited);
    }
    filtered(call, "sed", &files)
}

/// What a script of one plain `s` makes of a text; none where its pattern is more than a literal or an anchor.
fn substituted(script: &str, text: &str) -> Option<String> {
    let body = script.strip_prefix('s')?;
    let mark = body
        .chars()
        .next()
        .filter(|c| c.is_ascii_punctuation() && *c != '\\')?;
    let parts: Vec<&str> = body.get(1..)?.split(mark).collect();
    let [from, to, flags] = parts.as_slice() else {
        return None;
    };
    if !value::is_static(script) || !matches!(*flags, "" | "g") || to.contains(['&', '\\', '\n']) {
        return None;
    }
    let edit = |line: &str| match *from {
        "^" => Some(format!("{to}{line}")),
        "$" => Some(format!("{line}{to}")),
        from if from.is_empty()
            || from.contains(['^', '$', '.', '*', '[', '\\', '+', '?', '(', '|', '{']) =>
        {
            None
        }
        from if *flags == "g" => Some(line.replace(from, to)),
        from => Some(line.replacen(from, to, 1)),
    };
    text.lines()
        .map(|line| edit(line).map(|line| line + "\n"))
        .collect()
}

/// The programs and files of an awk call.
pub(crate) fn awk_parts(args: &[String]) -> (Vec<String>, Vec<String>, Options) {
    let grammar = Grammar {
        values: "FvfileWE",
        long_values: &[
            "field-separator",
            "assign",
            "file",
            "include",
            "load",
            "source",
            "exec",
        ],
        ..Grammar::default()
    };
    let options = Options::parse(
        args,
        &Grammar {
            in_order: true,
            ..grammar
        },
    );
    let mut scripts: Vec<String> = options
        .all(&["-e", "--source"])
        .into_iter()
        .map(str::to_owned)
        .collect();
    let mut files = options.operands.clone();
    if scripts.is_empty() && !options.has(&["-f", "--file", "-E", "--exec"]) && !files.is_empty() {
        scripts.push(files.remove(0));
    }
    (scripts, files, options)
}

fn awk(walk: &mut Walk<'_>, call: &mut Call) -> Stream {
    let (scripts, files, options) = awk_parts(call.args());
    if options.has(&["-l", "--load"]) {
        call.part
            .concern("foreign-library", "`awk --load` loads a library");
    }
    for script in &scripts {
        for found in awk_uses(script) {
            match found {
                AwkUse::Run(text) => {
                    call.part
                        .concern("runs-program", "the awk program runs a command");
                    if let Some(text) = text {
                        walk.nested_script(&text, Stream::Inherited);
                    }
                }
                AwkUse::Network => call
                    .part
                    .class("raw-network", "the awk program opens a network connection"),
                AwkUse::Write(Some(path)) => walk.access(&path, Access::Write, &mut call.part),
                AwkUse::Read(Some(path)) => walk.access(&path, Access::Read, &mut call.part),
                AwkUse::Write(None) => call.part.concern(
                    "unresolved-path",
                    "the awk program writes a file that is only known when it runs",
                ),
                AwkUse::Read(None) => {}
            }
        }
    }
    for file in options.all(&["-f", "--file", "-E", "-i", "--include"]) {
        let path = walk.absolute(file);
        if walk.made.contains_key(&path) || file.starts_with("/dev/") {
            call.part.concern(
                "unresolved-command",
                format!(
                    "awk runs the program in `{}`, which is only known when it runs",
                    value::show(file)
                ),
            );
        }
        walk.access(file, Access::Read, &mut call.part);
    }
    let in_place = options
        .all(&["-i", "--include"])
        .iter()
        .any(|library| matches!(value::base(library), "inplace" | "inplace.awk"));
    for file in files.iter().filter(|f| !f.contains('=')) {
        walk.access(
            file,
            if in_place { Access::Write } else { Access::Read },
            &mut call.part,
        );
    }
    filtered(call, "awk", &files)
}

fn filtered(call: &Call, name: &str, files: &[String]) -> Stream {
    match &call.stdin {
        Stream::Decoded(by) => Stream::Decoded(by.clone()),
        _ if !files.is_empty() => Stream::File(files.first().cloned().unwrap_or_default()),
        _ => Stream::Output(name.to_owned()),
    }
}
