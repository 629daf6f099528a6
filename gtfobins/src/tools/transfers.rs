//! Copies, moves and links: what is read, where it goes, and what it is called there.

use super::files::each;
use super::options::{Grammar, Options};
use super::rights::special_mode;
use super::rsync_filters;
use crate::analysis::{Arrival, Effect};
use crate::shell::call::Call;
use crate::shell::paths::Access;
use crate::shell::state::Made;
use crate::shell::value;
use crate::shell::walk::Walk;

pub(super) fn transfer(walk: &mut Walk<'_>, name: &str, args: &[String], call: &mut Call) {
    let grammar = Grammar {
        values: "tSmog",
        long_values: &[
            "target-directory",
            "suffix",
            "mode",
            "owner",
            "group",
            "strip-program",
        ],
        ..Grammar::default()
    };
    let options = Options::parse(args, &grammar);
    if name == "install" {
        special_mode(options.value(&["-m", "--mode"]), call);
        if options.has(&["-d", "--directory"]) {
            return each(walk, call, &options.operands, Access::CreateDir);
        }
        if let Some(program) = options.value(&["--strip-program"]) {
            call.part.concern(
                "runs-program",
                format!("`install --strip-program` runs `{}`", value::show(program)),
            );
        }
    }
    let symbolic = name == "ln" && options.has(&["-s", "--symbolic"]);
    let (source, to) = match name {
        "mv" => (Access::MoveSource, Access::MoveTo),
        "ln" | "link" if symbolic => (Access::LinkReferent, Access::SymlinkTo),
        "ln" | "link" => (Access::LinkReferent, Access::LinkTo),
        _ => (Access::CopySource, Access::CopyTo),
    };
    let mut sources = options.operands.clone();
    let exact = options.has(&["-T", "--no-target-directory"]);
    let trees = name == "mv" || options.has(&["-r", "-R", "-a", "--recursive", "--archive"]);
    let parents = name == "cp" && options.has(&["--parents"]);
    let destination = match options.value(&["-t", "--target-directory"]) {
        Some(dir) => Some(dir.to_owned()),
        None if sources.len() > 1 => sources.pop(),
        // `ln X` makes its link here.
        None => (name == "ln" && sources.len() == 1).then(|| ".".to_owned()),
    };
    match &destination {
        // What a symbolic link names is looked up from where the link lies.
        Some(link) if symbolic => {
            let dir = if link.ends_with('/') || link == "." {
                link
            } else {
                value::parent(link)
            };
            let from_link = |s: &String| {
                if s.starts_with('/') {
                    s.clone()
                } else {
                    format!("{dir}/{s}")
                }
            };
            let named: Vec<String> = sources.iter().map(from_link).collect();
            each(walk, call, &named, source);
        }
        _ => each(walk, call, &sources, source),
    }
    let Some(destination) = destination else { return };
    walk.access(&destination, to, &mut call.part);
    let arrivals = sources.iter().map(|source| Arrival {
        source: value::show(&walk.absolute(source)),
        name: match (exact, parents) {
            (true, _) => ".".to_owned(),
            (false, true) => value::show(source.trim_matches('/')),
            (false, false) => arriving(source),
        },
        tree: trees,
        excluded: Vec::new(),
    });
    let fresh = walk.is_fresh(&destination, &call.part);
    if let Some(effect) = last_destination(call) {
        effect.arrivals = arrivals.collect();
        effect.fresh = fresh;
    }
    for from in &sources {
        let origin = walk.absolute(from);
        let content = walk.made.get(&origin).and_then(|m| m.content.clone());
        let carried = walk.made.get(&origin).and_then(|m| m.copy_of.clone());
        let copy_of = if content.is_some() {
            None
        } else {
            carried.or_else(|| program_like(&origin).then(|| origin.clone()))
        };
        if content.is_none() && copy_of.is_none() {
            continue;
        }
        let dest = walk.absolute(&destination);
        let inside = format!("{dest}/{}", value::base(from));
        for path in [dest, inside] {
            walk.made.insert(
                path,
                Made {
                    content: content.clone(),
                    copy_of: copy_of.clone(),
                },
            );
        }
    }
}

/// Whether a path names a program of the system.
fn program_like(path: &str) -> bool {
    [
        "/bin/",
        "/sbin/",
        "/usr/bin/",
        "/usr/sbin/",
        "/usr/local/bin/",
        "/lib",
        "/usr/lib",
    ]
    .iter()
    .any(|dir| path.starts_with(dir))
}

/// What a source is called in the directory that it comes to; what it holds, where its name ends in a dot.
pub(super) fn arriving(source: &str) -> String {
    match value::base(source) {
        "" | "." | ".." => ".".to_owned(),
        name => value::show(name),
    }
}

/// What `rsync` and `scp` bring to the destination that was judged last.
pub(super) fn synced(
    walk: &Walk<'_>,
    name: &str,
    destination: &str,
    sources: &[String],
    options: &Options,
    call: &mut Call,
) {
    let is_rsync = name == "rsync";
    if is_rsync && rsync_filters::is_dry(call.args(), options) {
        return;
    }
    let excluded = if is_rsync {
        rsync_filters::excluded(call.args(), options)
    } else {
        Vec::new()
    };
    let fresh = walk.is_fresh(destination, &call.part);
    let trees = options.has(&[
        "-a",
        "--archive",
        "-r",
        "--recursive",
        "-d",
        "--dirs",
        "--files-from",
    ]);
    let relative = options.has(&["-R", "--relative"]);
    let arrivals = sources.iter().map(|source| Arrival {
        source: value::show(&walk.absolute(source)),
        name: match name {
            "rsync" if relative => value::show(source.trim_matches('/')),
            "rsync" if source.ends_with('/') => ".".to_owned(),
            _ => arriving(source),
        },
        tree: trees,
        excluded: excluded.clone(),
    });
    if let Some(effect) = last_destination(call) {
        effect.arrivals = arrivals.collect();
        effect.fresh = fresh;
        effect.into = name == "rsync" && trees;
    }
}

/// The destination that was judged last.
pub(super) fn last_destination(call: &mut Call) -> Option<&mut Effect> {
    call.part
        .effects
        .last_mut()
        .filter(|effect| effect.role == "destination")
}
