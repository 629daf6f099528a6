//! Uses of programs that rules can name by their class, from the table in `classes.json`: destructive, persistent, publishing,
//! privileged, service-changing.

use crate::shell::call::Call;

/// One kind of use.
struct Class {
    /// Leading operands, each a list of alternatives.
    words: Vec<Vec<&'static str>>,
    /// One of these options, or none needed.
    options: Vec<&'static str>,
    class: &'static str,
    why: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/classes.rs"));

impl Class {
    /// Those of a program, as the table has them.
    fn all_of(program: &str) -> impl Iterator<Item = Self> {
        let begin = format!("{RECIPE}{program}{FIELD}");
        let found: Vec<usize> = CLASSES.match_indices(&begin).map(|(at, _)| at).collect();
        found.into_iter().filter_map(move |at| {
            let row = CLASSES.get(at + begin.len()..)?.split(RECIPE).next()?;
            let mut fields = row.split(FIELD);
            let list = |text: &'static str| text.split(WORD).filter(|word| !word.is_empty()).collect();
            Some(Self {
                words: fields.next()?.split_terminator(PART).map(list).collect(),
                options: list(fields.next()?),
                class: fields.next()?,
                why: fields.next()?,
            })
        })
    }
}

/// Adds the classes of one call.
pub(crate) fn classify(name: &str, call: &mut Call) {
    let args = call.args().to_vec();
    let rehearsal = args.iter().take_while(|a| *a != "--").any(|a| a == "--dry-run");
    let mut operands: Vec<&str> = args
        .iter()
        .map(String::as_str)
        .filter(|a| !a.starts_with('-'))
        .collect();
    if matches!(name, "npm" | "pnpm" | "yarn" | "bun" | "cargo")
        && let Some(at) = operands.iter().position(|o| SCRIPTED.contains(o))
    {
        // What follows belongs to a script of the project.
        operands.truncate(at);
    }
    for class in Class::all_of(name).filter(|c| !c.class.is_empty()) {
        let mut rest = operands.iter();
        let words = class.words.iter().all(|alternatives| {
            if alternatives.is_empty() {
                rest.next().is_some()
            } else {
                rest.by_ref().any(|o| alternatives.contains(o))
            }
        });
        let first = class.words.first().is_none_or(|alternatives| {
            alternatives.is_empty() || operands.iter().take(3).any(|o| alternatives.contains(o))
        });
        let option = class.options.is_empty() || class.options.iter().find(|o| given(o, &args)).is_some();
        if words && first && option {
            let with = class
                .options
                .iter()
                .find(|o| given(o, &args))
                .map_or(String::new(), |o| format!(" {o}"));
            let why = format!("`{name}{with}` {}", class.why);
            if class.class == "publish" && rehearsal {
                continue;
            }
            if class.class == "runs" {
                if !plain_value(name, &class, &args) {
                    call.part.concern("runs-program", why);
                }
            } else {
                call.part.class(class.class, why);
            }
        }
    }
    super::sources::check(name, &args, call);
    super::clouds::check(name, &args, call);
    super::builders::check(name, &args, call);
    super::databases::check(name, &args, call);
    super::machine::check(name, &args, call);
    super::forges::check(name, &args, call);
    super::own::check(name, &operands, call);
    special(name, &args, &operands, call);
}

/// Verbs of package managers behind which a script and its own words stand.
const SCRIPTED: &[&str] = &[
    "run",
    "run-script",
    "test",
    "t",
    "start",
    "exec",
    "x",
    "dlx",
    "bench",
    "nextest",
];

fn given(option: &str, args: &[String]) -> bool {
    if option.len() == 2 {
        let letter = option.trim_start_matches('-');
        return args.iter().take_while(|a| *a != "--").any(|a| {
            a.starts_with('-')
                && !a.starts_with("--")
                && (a.starts_with(option)
                    || a.len() <= 4
                        && a.contains(letter)
                        && a.chars().skip(1).all(|c| c.is_ascii_alphabetic()))
        });
    }
    crate::facts::option_given(option, args)
        && args.iter().any(|a| {
            let name = a.split_once('=').map_or(a.as_str(), |(n, _)| n);
            name == option
                || option.starts_with(name) && name.len() >= 4 && name.starts_with("--")
                || !option.starts_with("--") && name.starts_with(option)
        })
}

/// Values that make such an option harmless.
fn plain_value(program: &str, class: &Class, args: &[String]) -> bool {
    const PLAIN: &[&str] = &[
        "gzip",
        "bzip2",
        "xz",
        "zstd",
        "lz4",
        "lzop",
        "pigz",
        "pbzip2",
        "pixz",
        "bash",
        "sh",
        "/bin/bash",
        "/bin/sh",
        "cat",
        "less",
        "echo",
        "dot",
        ".",
    ];
    let values: Vec<&str> = class
        .options
        .iter()
        .filter_map(|option| {
            let at = args
                .iter()
                .position(|a| a.split_once('=').map_or(a.as_str(), |(n, _)| n) == *option)?;
            let word = args.get(at)?;
            word.split_once('=')
                .map(|(_, v)| v)
                .or_else(|| args.get(at + 1).map(String::as_str))
        })
        .collect();
    match program {
        // A counter on the terminal, and editor commands that only move or leave.
        "tar" => {
            !values.is_empty()
                && values
                    .iter()
                    .all(|v| v.starts_with("dot") || v.starts_with("echo") || *v == "totals")
        }
        "sort" => !values.is_empty() && values.iter().all(|v| PLAIN.iter().take(8).any(|p| p == v)),
        "npm" | "pnpm" => {
            !values.is_empty()
                && values
                    .iter()
                    .all(|v| matches!(*v, "bash" | "sh" | "/bin/bash" | "/bin/sh" | "/usr/bin/bash"))
        }
        "man" => !values.is_empty() && values.iter().all(|v| PLAIN.contains(v)),
        "fzf" => {
            !values.is_empty()
                && values.iter().all(|v| {
                    !v.contains("execute")
                        && !v.contains("become")
                        && !v.contains("reload")
                        && !v.chars().all(|c| c.is_ascii_digit())
                })
        }
        _ => false,
    }
}

/// What a table cannot say.
#[expect(
    clippy::collapsible_match,
    reason = "a program is named first, its conditions follow"
)]
fn special(name: &str, args: &[String], operands: &[&str], call: &mut Call) {
    let all = || args.join(" ");
    match name {
        "crontab"
            if operands.iter().any(|o| *o != "-")
                || args.iter().any(|a| a == "-")
                || args.is_empty()
                || call.stdin.is_fed() =>
        {
            if !args.iter().any(|a| a == "-l") {
                call.part
                    .class("persistence", "`crontab` replaces scheduled commands");
            }
        }
        _ if name.starts_with("mkfs.") => call.part.class("destructive", format!("`{name}` formats a disk")),
        "kill" | "pkill" | "killall" | "skill" => super::processes::check(name, args, operands, call),
        "vim" | "vi" | "nvim" | "ex" | "view" | "vimdiff" => super::editors::check(name, args, call),
        "ed" | "red" | "mail" | "gdb" | "lldb" | "bc" | "dc" | "m4" | "sqlplus" | "ftp" | "sftp" | "irb"
        | "tclsh" | "wish" | "expect" | "R" | "Rscript" | "julia" | "ghci" | "octave" | "gnuplot"
        | "scheme" | "guile" | "sbcl" | "clisp" => {
            let text = all();
            let input = match &call.stdin {
                crate::shell::state::Stream::Text(input) => input.clone(),
                _ => String::new(),
            };
            let runs = |t: &str| {
                t.lines().any(|l| l.trim_start().starts_with('!'))
                    || [
                        "esyscmd",
                        "syscmd",
                        "system",
                        "exec",
                        "spawn",
                        "shell",
                        "popen",
                        "run(",
                        "run-shell",
                        "callCommand",
                        "unlink",
                        "rm(",
                    ]
                    .iter()
                    .any(|w| t.contains(w))
            };
            if runs(&input) || runs(&text) {
                call.part.concern(
                    "runs-program",
                    format!("the commands given to `{name}` run a program"),
                );
            } else if call.stdin.is_fed() && input.is_empty() {
                call.part.concern(
                    "unresolved-command",
                    format!("`{name}` obeys input that is only known when it runs"),
                );
            }
        }
        _ => {}
    }
}
