//! Paths that git writes: those its subcommands bring back or move, and those that its options and its environment
//! name. What a branch or a patch holds is not known here.

use super::options::Options;
use super::transfers::{arriving, last_destination};
use crate::analysis::Arrival;
use crate::shell::call::Call;
use crate::shell::environment::is_loose_dir;
use crate::shell::paths::Access;
use crate::shell::value::{self, STAR};
use crate::shell::walk::Walk;

/// Options in front of the subcommand that name a directory.
#[derive(Debug, Default)]
pub(super) struct Places {
    pub(super) git_dir: Option<String>,
    pub(super) work_tree: Option<String>,
}

/// Judges the directories that git is told to work in, by options or by its environment.
pub(super) fn places(walk: &mut Walk<'_>, places: &Places, call: &mut Call) {
    if let Some(dir) = &places.git_dir
        && (value::is_open(dir) || is_loose_dir(&walk.absolute(dir), &walk.own_dirs()))
    {
        call.part.concern(
            "environment",
            format!(
                "`git --git-dir={}` points to a configuration that can run programs",
                value::show(dir)
            ),
        );
    }
    if let Some(dir) = &places.work_tree {
        walk.access(dir, Access::Write, &mut call.part);
    }
    for (name, text) in call.env.clone() {
        if matches!(
            name.as_str(),
            "GIT_INDEX_FILE" | "GIT_WORK_TREE" | "GIT_OBJECT_DIRECTORY"
        ) {
            walk.access(&text, Access::Write, &mut call.part);
        }
    }
    home(walk, call);
}

/// Where git looks for its configuration: in another home it obeys another.
fn home(walk: &Walk<'_>, call: &mut Call) {
    for name in ["HOME", "XDG_CONFIG_HOME"] {
        let front = call
            .env
            .iter()
            .rev()
            .find(|(n, _)| n == name)
            .map(|(_, text)| text.clone());
        let before = || walk.state.variables.get(name)?.elements.first().cloned();
        let Some(text) = front.or_else(before) else {
            continue;
        };
        let home = walk.scope.home.as_str();
        let own = match name {
            "HOME" => text == home,
            _ => text == format!("{home}/.config") || walk.scope.env.get(name) == Some(&text),
        };
        if !own && !text.is_empty() && text != "/dev/null" {
            call.part.concern(
                "environment",
                format!(
                    "`{name}={}` gives git configuration that can run programs",
                    value::show(&text)
                ),
            );
        }
    }
}

/// Judges the paths that a subcommand writes.
pub(super) fn written(walk: &mut Walk<'_>, verb: &str, rest: &[String], options: &Options, call: &mut Call) {
    let operands = options.operands.as_slice();
    let first = operands.first().map(String::as_str).unwrap_or_default();
    match verb {
        "mv" if !options.has(&["-n", "--dry-run"]) => moved(walk, operands, call),
        "checkout" => {
            let paths = checked_out(rest, options);
            brought_back(walk, &paths, call);
        }
        "restore" if !options.has(&["--staged", "-S"]) || options.has(&["--worktree", "-W"]) => {
            brought_back(walk, operands, call);
        }
        "checkout-index" => {
            for prefix in options.all(&["--prefix"]) {
                walk.access(&format!("{prefix}{STAR}"), Access::Write, &mut call.part);
            }
        }
        "worktree" if matches!(first, "add" | "move") => {
            let at = if first == "add" { 1 } else { 2 };
            if let Some(dir) = operands.get(at).filter(|dir| !is_sibling(walk, dir)) {
                walk.access(&dir.clone(), Access::CreateDir, &mut call.part);
            }
        }
        "bundle" if first == "create" => {
            super::files::each(walk, call, operands.get(1..2).unwrap_or_default(), Access::Write);
        }
        "config" => {
            for file in options.all(&["-f", "--file"]) {
                let access = if operands.len() > 1 {
                    Access::Write
                } else {
                    Access::Read
                };
                walk.access(file, access, &mut call.part);
            }
        }
        _ => {}
    }
    for path in options.all(&["--separate-git-dir", "--export-marks"]) {
        walk.access(path, Access::Write, &mut call.part);
    }
}

/// A new working tree beside the repository, as git's own manual lays it out.
fn is_sibling(walk: &Walk<'_>, dir: &str) -> bool {
    let Some(name) = dir.strip_prefix("../") else {
        return false;
    };
    let plain = !name.starts_with('.') && !name.contains('/') && !value::is_open(name);
    plain && walk.state.cwd.is_some() && walk.state.cwd == walk.scope.root
}

fn moved(walk: &mut Walk<'_>, operands: &[String], call: &mut Call) {
    let Some((to, sources)) = operands.split_last().filter(|(_, sources)| !sources.is_empty()) else {
        return;
    };
    walk.access(to, Access::MoveTo, &mut call.part);
    let arrivals = sources.iter().map(|source| Arrival {
        source: value::show(&walk.absolute(source)),
        name: arriving(source),
        tree: true,
        excluded: Vec::new(),
    });
    if let Some(effect) = last_destination(call) {
        effect.arrivals = arrivals.collect();
    }
}

/// Paths among the words of a checkout: all behind `--`; without it those behind what is checked out, and a first
/// one that can be no branch.
fn checked_out(rest: &[String], options: &Options) -> Vec<String> {
    if let Some(at) = rest.iter().position(|word| word == "--") {
        return rest.get(at + 1..).unwrap_or_default().to_vec();
    }
    if options.has(&["-b", "-B", "--orphan", "-t", "--track"]) {
        return Vec::new();
    }
    let is_path = |(at, word): &(usize, &String)| *at > 0 || word.starts_with('.') && word.len() > 2;
    let paths = options.operands.iter().enumerate().filter(is_path);
    paths.map(|(_, word)| word.clone()).collect()
}

/// Paths that come back from another state, with whatever is below them.
fn brought_back(walk: &mut Walk<'_>, paths: &[String], call: &mut Call) {
    for path in paths {
        // From the top of the repository: what else follows a colon is a pattern.
        let path = path.strip_prefix(":/").map_or_else(
            || path.clone(),
            |rest| format!("{}/{rest}", walk.scope.root.as_deref().unwrap_or_default()),
        );
        let before = call.part.effects.len();
        walk.access(&path, Access::Write, &mut call.part);
        if let Some(effect) = call.part.effects.get_mut(before) {
            effect.arrivals = vec![Arrival {
                source: String::new(),
                name: ".".to_owned(),
                tree: true,
                excluded: Vec::new(),
            }];
        }
    }
}
