//! Options of git subcommands, and those of them that name a program or a file.

use super::git_keys::{is_plain_value, is_running_key};
use super::options::{Grammar, Options};
use crate::shell::call::Call;
use crate::shell::environment::is_harmless_program;
use crate::shell::paths::Access;
use crate::shell::state::Stream;
use crate::shell::value;
use crate::shell::walk::Walk;

pub(super) fn grammar(verb: &str) -> Grammar {
    let values = match verb {
        "commit" => "mFCctS",
        "log" | "show" | "diff" => "nSGLO",
        "grep" => "eABCmf",
        "rebase" => "xsX",
        "checkout" | "switch" => "bBcC",
        "restore" => "sU",
        "clone" => "bocuj",
        "fetch" | "pull" | "push" => "oj",
        "tag" => "mFu",
        "archive" => "o",
        "format-patch" => "ov",
        "stash" => "m",
        "apply" | "am" => "pC",
        "worktree" => "bB",
        "submodule" => "b",
        "config" => "f",
        _ => "",
    };
    Grammar {
        values,
        long_values: &[
            "message",
            "file",
            "blob",
            "default",
            "comment",
            "author",
            "date",
            "exec",
            "upload-pack",
            "receive-pack",
            "output",
            "format",
            "pretty",
            "since",
            "until",
            "grep",
            "depth",
            "branch",
            "origin",
            "config",
            "template",
            "reference",
            "separate-git-dir",
            "output-directory",
            "prefix",
            "remote",
            "extcmd",
            "tool",
            "onto",
            "strategy",
            "strategy-option",
            "exclude",
            "server-option",
            "directory",
            "open-files-in-pager",
            "source",
            "pathspec-from-file",
            "conflict",
            "orphan",
            "export-marks",
            "import-marks",
        ],
        ..Grammar::default()
    }
}

/// Options of subcommands that name a program or a file.
pub(super) fn options_that_run(walk: &mut Walk<'_>, verb: &str, options: &Options, call: &mut Call) {
    let remote = matches!(
        verb,
        "ls-remote"
            | "fetch"
            | "pull"
            | "clone"
            | "push"
            | "fetch-pack"
            | "send-pack"
            | "archive"
            | "submodule"
            | "remote"
    );
    for (names, applies) in [
        (
            &["--upload-pack", "-u"][..],
            remote && verb != "push" && verb != "pull" && verb != "fetch",
        ),
        (&["--upload-pack"][..], remote),
        (&["--receive-pack"][..], remote),
        (&["--exec"][..], remote),
        (&["--extcmd", "-x"][..], verb == "difftool"),
        (&["--open-files-in-pager", "-O"][..], verb == "grep"),
        (&["--template"][..], matches!(verb, "init" | "clone")),
    ] {
        let given = applies
            .then(|| {
                options.flags.iter().find(|f| {
                    names.iter().any(|n| {
                        super::options::matches(&f.name, n) && (f.name.len() > 4 || f.name.len() == 2)
                    })
                })
            })
            .flatten();
        if let Some(flag) = given {
            let value = flag.value.clone().unwrap_or_default();
            if !is_harmless_program(&value) || value.is_empty() && flag.name != "-u" {
                call.part.concern(
                    "runs-program",
                    format!("`git {verb} {}` runs `{}`", flag.name, value::show(&value)),
                );
            }
        }
    }
    if matches!(
        verb,
        "log"
            | "diff"
            | "show"
            | "format-patch"
            | "archive"
            | "diff-tree"
            | "diff-index"
            | "stash"
            | "shortlog"
            | "whatchanged"
            | "range-diff"
            | "bundle"
            | "rev-list"
            | "blame"
            | "reflog"
    ) {
        for file in
            options
                .all(&["--output"])
                .into_iter()
                .chain(if matches!(verb, "archive" | "format-patch") {
                    options.all(&["-o", "--output-directory"])
                } else {
                    Vec::new()
                })
        {
            walk.access(file, Access::Write, &mut call.part);
        }
    }
    if matches!(verb, "clone") {
        for config in options.all(&["-c", "--config"]) {
            let (key, value) = config.split_once('=').unwrap_or((config, "true"));
            if is_running_key(key) && !is_plain_value(key, value) {
                call.part
                    .concern("runs-program", format!("`git clone -c {key}` runs what it names"));
            }
        }
    }
    if verb == "rebase" {
        for script in options
            .all(&["-x", "--exec"])
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>()
        {
            walk.nested_script(&script, Stream::Inherited);
        }
    }
    if remote
        && options
            .operands
            .iter()
            .any(|o| o.starts_with("ext::") || o.starts_with("fd::") || o.starts_with('-'))
    {
        call.part.concern(
            "runs-program",
            format!("`git {verb}` runs a helper named in the address"),
        );
    }
}
