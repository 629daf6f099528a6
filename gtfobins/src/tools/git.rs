//! git: configuration that runs programs, options that do, subcommands that throw work away.

use super::git_keys::{is_plain_value, is_running_key};
use super::git_options::{grammar, options_that_run};
use super::git_paths::{self, Places};
use super::options::Options;
use crate::shell::call::Call;
use crate::shell::paths::Access;
use crate::shell::state::Stream;
use crate::shell::value::{self, TREE};
use crate::shell::walk::Walk;

struct Git {
    config: Vec<(String, String)>,
    dir: Option<String>,
    exec_path: Option<String>,
    places: Places,
    verb: String,
    rest: Vec<String>,
}

fn parse(args: &[String]) -> Git {
    let mut out = Git {
        config: Vec::new(),
        dir: None,
        exec_path: None,
        places: Places::default(),
        verb: String::new(),
        rest: Vec::new(),
    };
    let mut rest = args.iter();
    let pair = |text: &str| {
        text.split_once('=')
            .map_or((text.to_owned(), "true".to_owned()), |(k, v)| {
                (k.to_owned(), v.to_owned())
            })
    };
    while let Some(word) = rest.next() {
        match word.as_str() {
            "-C" => out.dir = rest.next().cloned(),
            "-c" => out.config.extend(rest.next().map(|t| pair(t))),
            "--git-dir" => out.places.git_dir = rest.next().cloned(),
            "--work-tree" => out.places.work_tree = rest.next().cloned(),
            "--namespace" | "--super-prefix" | "--attr-source" => {
                rest.next();
            }
            "--config-env" => {
                let text = rest.next().cloned().unwrap_or_default();
                out.config.push((pair(&text).0, "$".to_owned()));
            }
            option if option.starts_with("--config-env=") => out
                .config
                .push((pair(option.trim_start_matches("--config-env=")).0, "$".to_owned())),
            option if option.starts_with("--exec-path=") => {
                out.exec_path = Some(option.trim_start_matches("--exec-path=").to_owned())
            }
            option if option.starts_with("-c") && option.len() > 2 && !option.starts_with("--") => {
                out.config.push(pair(option.get(2..).unwrap_or_default()))
            }
            option if option.starts_with('-') => match option.split_once('=') {
                Some(("--git-dir", dir)) => out.places.git_dir = Some(dir.to_owned()),
                Some(("--work-tree", dir)) => out.places.work_tree = Some(dir.to_owned()),
                _ => {}
            },
            verb => {
                out.verb = verb.to_owned();
                out.rest = rest.cloned().collect();
                break;
            }
        }
    }
    out
}

pub(crate) fn run(walk: &mut Walk<'_>, call: &mut Call) -> Stream {
    let git = parse(call.args());
    super::program(call);
    for (key, value) in &git.config {
        if is_running_key(key) && !is_plain_value(key, value) {
            call.part.concern(
                "runs-program",
                format!(
                    "`git -c {key}={}` runs or loads what it names",
                    value::show(value)
                ),
            );
        }
    }
    if let Some(dir) = &git.exec_path {
        call.part.concern(
            "runs-program",
            format!("`git --exec-path={}` runs programs from there", value::show(dir)),
        );
    }
    if value::is_open(&git.verb) {
        call.part.concern(
            "unresolved-command",
            "the git subcommand is only known when it runs",
        );
        return Stream::Output("git".to_owned());
    }
    let saved = walk.state.cwd.clone();
    if let Some(dir) = &git.dir {
        walk.state.cwd = (!value::is_open(dir)).then(|| walk.absolute(dir));
    }
    git_paths::places(walk, &git.places, call);
    let options = Options::parse(&git.rest, &grammar(&git.verb));
    options_that_run(walk, &git.verb, &options, call);
    subcommand(walk, &git.verb, &git.rest, &options, call);
    git_paths::written(walk, &git.verb, &git.rest, &options, call);
    let printed = printed(walk, &git.verb, &options);
    walk.state.cwd = saved;
    printed
}

fn subcommand(walk: &mut Walk<'_>, verb: &str, rest: &[String], options: &Options, call: &mut Call) {
    let first = options.operands.first().map(String::as_str).unwrap_or_default();
    let mut destroys = |why: &str| call.part.class("destructive", format!("`git {verb}` {why}"));
    match verb {
        "reset" if options.has(&["--hard", "--merge", "--keep"]) => {
            destroys("throws uncommitted changes away")
        }
        "clean" if options.has(&["-f", "--force"]) && !options.has(&["-n", "--dry-run"]) => {
            destroys("deletes untracked files")
        }
        "checkout" if options.has(&["-f", "--force"]) || options.operands.iter().any(|o| o == ".") => {
            destroys("throws uncommitted changes away")
        }
        "switch" if options.has(&["-f", "--force", "--discard-changes"]) => {
            destroys("throws uncommitted changes away")
        }
        "restore"
            if options.operands.iter().any(|o| o == "." || o == ":/")
                && (!options.has(&["--staged", "-S"]) || options.has(&["--worktree", "-W"])) =>
        {
            destroys("throws uncommitted changes away")
        }
        "stash" if matches!(first, "drop" | "clear") => destroys("throws stashed work away"),
        "push"
            if options.has(&["--force", "-f", "--mirror", "--delete", "-d", "--prune"])
                && !rest
                    .iter()
                    .any(|w| w.starts_with("--force-with-lease") || w.starts_with("--force-if"))
                || options.operands.iter().skip(1).any(|o| o.starts_with([':', '+'])) =>
        {
            destroys("rewrites or deletes what others have")
        }
        "push"
            if first.contains("://")
                || first.contains('@') && first.contains(':')
                || first.starts_with('/') =>
        {
            call.part.class(
                "upload",
                "`git push` sends the repository to an address that is not a remote of it",
            )
        }
        "branch"
            if options.flags.iter().any(|f| f.name == "-D")
                || options.has(&["--delete"]) && options.has(&["--force"]) =>
        {
            destroys("deletes a branch that may not be merged")
        }
        "filter-branch" | "filter-repo" | "replace" => destroys("rewrites history"),
        "reflog" if matches!(first, "expire" | "delete") => destroys("forgets where branches were"),
        "gc" | "prune" if verb == "prune" || options.all(&["--prune"]).contains(&"now") => {
            destroys("forgets unreachable work")
        }
        "update-ref" if options.has(&["-d"]) => destroys("deletes a reference"),
        "worktree" if first == "remove" && options.has(&["-f", "--force"]) => {
            destroys("deletes a working tree with its changes")
        }
        "rm" if options.has(&["-r", "-f", "--force"])
            && options.operands.iter().any(|o| o == "." || o == "/") =>
        {
            destroys("deletes the working tree")
        }
        "rm" => super::files::each(walk, call, &options.operands.clone(), Access::Delete),
        "config" => config(options, call),
        "remote" if matches!(first, "add" | "set-url") => {
            if let Some(url) = options
                .operands
                .iter()
                .skip(1)
                .find(|o| super::sources::elsewhere(o))
            {
                let why = format!(
                    "`git remote {first}` names `{}`, which is not a known forge",
                    value::show(url)
                );
                call.part.class("unknown-source", why);
            }
        }
        "credential" | "credential-store" | "credential-cache" => call
            .part
            .class("credentials", "`git credential` prints stored secrets"),
        "daemon" | "instaweb" | "http-backend" => call
            .part
            .class("serve", "it serves the repository on the network"),
        "send-email" | "imap-send" => call
            .part
            .class("upload", "it sends the repository's content by mail"),
        "submodule" if first == "foreach" => {
            let text = options.operands.get(1..).unwrap_or_default().join(" ");
            walk.nested_script(&value::show(&text), Stream::Inherited);
        }
        "bisect" if first == "run" => {
            let argv = rest.get(1..).unwrap_or_default().to_vec();
            if walk.enter() {
                walk.call(Call::inner(argv, Stream::Inherited, &call.part.text));
                walk.calls -= 1;
            }
        }
        "apply" | "am"
            if options.has(&["--unsafe-paths"])
                || options
                    .value(&["--directory"])
                    .is_some_and(|d| d.starts_with('/')) =>
        {
            call.part
                .concern("unresolved-path", "`git apply` writes outside the repository");
        }
        "diff" if options.has(&["--no-index"]) || options.operands.iter().any(|o| o.starts_with('/')) => {
            super::files::each(walk, call, &options.operands.clone(), Access::Read);
        }
        "clone" | "init" => {
            if let Some(dir) = options.operands.get(usize::from(verb == "clone")).cloned() {
                walk.access(&dir, Access::CreateDir, &mut call.part);
            }
        }
        "hash-object" | "blame" | "add" => {
            let outside: Vec<String> = options
                .operands
                .iter()
                .filter(|o| o.starts_with('/') || o.starts_with(".."))
                .cloned()
                .collect();
            super::files::each(walk, call, &outside, Access::Read);
        }
        _ => {}
    }
}

fn config(options: &Options, call: &mut Call) {
    let reads = options.has(&[
        "--get",
        "--get-all",
        "--list",
        "-l",
        "--get-regexp",
        "--show-origin",
        "--unset",
    ]);
    let (key, value) = match options.operands.as_slice() {
        [set, key, value, ..] if set == "set" => (key, value),
        [key, value, ..] => (key, value),
        _ => {
            if options.has(&["-e", "--edit"]) {
                call.part.class(
                    "persistence",
                    "`git config --edit` changes configuration in an editor",
                );
            }
            return;
        }
    };
    if !reads && is_running_key(key) && !is_plain_value(key, value) {
        call.part.class(
            "persistence",
            format!(
                "`git config {key}` makes later git commands run `{}`",
                value::show(value)
            ),
        );
    }
}

fn printed(walk: &Walk<'_>, verb: &str, options: &Options) -> Stream {
    match verb {
        "ls-files" => Stream::Paths(vec![TREE.to_string()]),
        "grep" if options.has(&["-l", "--files-with-matches", "--name-only"]) => {
            Stream::Paths(vec![TREE.to_string()])
        }
        "diff" | "log" | "show" | "diff-tree" if options.has(&["--name-only"]) => {
            Stream::Paths(vec![TREE.to_string()])
        }
        "rev-parse" if options.has(&["--show-toplevel"]) => walk
            .scope
            .root
            .clone()
            .map_or(Stream::Output("git".to_owned()), Stream::Text),
        "rev-parse" if options.has(&["--git-dir"]) => Stream::Text(".git".to_owned()),
        _ => Stream::Output("git".to_owned()),
    }
}
