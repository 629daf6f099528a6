//! rg-search and jq-query: which argv is built from the intent, what the tool may see, and its input.

use super::{
    input::Input,
    operand::Operand,
    tool::Tool,
    view::{base, order},
    work::{Filter, Job},
};
use crate::{
    report::{Exit, Failure},
    sandbox::{
        Access,
        plan::{Bind, Bytes, ChildPlan, Limits, Network, Programs},
    },
};
use policy::{Intent, Settings, text::escape};
use rustix::{
    fs::{FileType, Mode, OFlags, open},
    io::Errno,
};
use serde_json::Value as Json;
use std::{
    os::{
        fd::{AsRawFd, OwnedFd},
        unix::ffi::OsStrExt,
    },
    path::Path,
};

/// Files that say what ripgrep leaves out, looked for in every directory above an operand.
const IGNORE_FILES: [&str; 4] = [".gitignore", ".ignore", ".rgignore", ".git/info/exclude"];
/// Address space of ripgrep: it maps the files it is given.
const RG_MEMORY: u64 = 8 << 30;

/// The job of rg-search.
pub(crate) fn rg(
    intent: &Intent,
    operands: &[Operand],
    covered: &[Vec<Vec<u8>>],
    tool: Tool,
    settings: &Settings,
    cwd: &Path,
) -> Job {
    let mut view = base(&tool, cwd);
    for (operand, masks) in operands.iter().zip(covered) {
        let Some(found) = &operand.found else { continue };
        let real = operand.real.as_os_str().as_bytes().to_vec();
        let access = if found.kind() == FileType::Directory {
            Access::LOOK
        } else {
            Access::READ
        };
        view.binds
            .push(Bind::judged(real.clone(), real.clone(), found.id(), access));
        if operand.place != operand.real {
            let place = operand.place.as_os_str().as_bytes().to_vec();
            view.binds.push(Bind::judged(real, place, found.id(), access));
        }
        for mask in masks {
            view.masks.push(mask.clone());
            // The same object under the name that the caller gave it.
            let below = mask.strip_prefix(operand.real.as_os_str().as_bytes());
            if let Some(below) = below.filter(|_| operand.place != operand.real) {
                view.masks
                    .push([operand.place.as_os_str().as_bytes(), below].concat());
            }
        }
        view.dirs
            .extend(operand.way.iter().map(|dir| dir.as_os_str().as_bytes().to_vec()));
        for above in operand.real.ancestors().skip(1) {
            for name in IGNORE_FILES {
                let path = above.join(name);
                if path.symlink_metadata().is_ok_and(|data| data.is_file()) {
                    view.binds.push(Bind::found(
                        path.into_os_string().into_encoded_bytes(),
                        Access::READ,
                    ));
                }
            }
            let git = above.join(".git");
            if git.symlink_metadata().is_ok() {
                // Only its existence matters: with it, ignore files above the operand count.
                view.dirs.push(git.into_os_string().into_encoded_bytes());
            }
        }
    }
    order(&mut view);
    let limits = &settings.limits;
    let plan = ChildPlan {
        argv: rg_argv(intent),
        env: environment(),
        profile: "search".to_owned(),
        view,
        network: Network::Cut,
        programs: Programs::None,
        limits: Limits {
            cpu_s: limits.cpu_s,
            memory_bytes: limits.memory_bytes.max(RG_MEMORY),
            file_bytes: 0,
            processes: 256,
        },
        stdin: false,
        without: Vec::new(),
    };
    Job {
        tool,
        plan,
        input: Input::Nothing,
        filter: Filter::None,
        named: None,
    }
}

fn environment() -> Vec<Bytes> {
    ["PATH=/usr/bin", "LC_ALL=C.UTF-8", "HOME=/tmp"]
        .map(|word| word.as_bytes().to_vec())
        .to_vec()
}

/// The argv, built from the typed intent: no word of the caller's is ever in the place of an option.
fn rg_argv(intent: &Intent) -> Vec<Bytes> {
    let mut argv: Vec<Bytes> = ["rg", "--no-config", "--color=never"]
        .map(|word| word.as_bytes().to_vec())
        .to_vec();
    let mut push = |word: &str| argv.push(word.as_bytes().to_vec());
    for (param, option) in [
        ("ignore_case", "--ignore-case"),
        ("word_regexp", "--word-regexp"),
        ("fixed_strings", "--fixed-strings"),
        ("files_with_matches", "--files-with-matches"),
        ("count", "--count"),
        ("line_number", "--line-number"),
        ("json", "--json"),
    ] {
        if flag(intent, param) {
            push(option);
        }
    }
    for (param, option) in [
        // First, so that the two that follow narrow it, as they do for rg 14 in any order.
        ("context", "--context"),
        ("after_context", "--after-context"),
        ("before_context", "--before-context"),
        ("max_count", "--max-count"),
    ] {
        if let Some(number) = intent.params.get(param).and_then(Json::as_u64) {
            push(&format!("{option}={number}"));
        }
    }
    for (param, option) in [("globs", "--glob"), ("types", "--type")] {
        for word in intent
            .params
            .get(param)
            .and_then(Json::as_array)
            .into_iter()
            .flatten()
            .filter_map(Json::as_str)
        {
            push(&format!("{option}={word}"));
        }
    }
    push(&format!("--regexp={}", text(intent, "pattern")));
    push("--");
    argv.extend(
        intent
            .targets
            .iter()
            .filter_map(|target| target.path.as_ref())
            .map(|path| path.as_bytes().to_vec()),
    );
    argv
}

fn flag(intent: &Intent, name: &str) -> bool {
    intent.params.get(name).and_then(Json::as_bool).unwrap_or(false)
}

fn text<'a>(intent: &'a Intent, name: &str) -> &'a str {
    intent.params.get(name).and_then(Json::as_str).unwrap_or_default()
}

/// The job of jq-query: it sees no file at all, its data come by descriptor.
pub(crate) fn jq(
    intent: &Intent,
    operands: &[Operand],
    tool: Tool,
    settings: &Settings,
) -> Result<Job, Failure> {
    let (files, errors) = jq_inputs(operands)?;
    let mut argv: Vec<Bytes> = vec![b"jq".to_vec()];
    for (param, option) in [
        ("raw_output", "--raw-output"),
        ("compact_output", "--compact-output"),
        ("slurp", "--slurp"),
        ("exit_status", "--exit-status"),
    ] {
        if flag(intent, param) {
            argv.push(option.as_bytes().to_vec());
        }
    }
    // A program that begins with a dash would be an option; blank space before it changes nothing.
    let query = text(intent, "query");
    let space = if query.starts_with('-') { " " } else { "" };
    argv.push(format!("{space}{query}").into_bytes());
    let mut view = base(&tool, Path::new("/"));
    order(&mut view);
    let limits = &settings.limits;
    let plan = ChildPlan {
        argv,
        env: Vec::new(),
        profile: "search".to_owned(),
        view,
        network: Network::Cut,
        programs: Programs::None,
        limits: Limits {
            cpu_s: limits.cpu_s,
            memory_bytes: limits.memory_bytes,
            file_bytes: 0,
            processes: 256,
        },
        stdin: true,
        without: Vec::new(),
    };
    Ok(Job {
        tool,
        plan,
        input: Input::Files { files, errors },
        filter: Filter::None,
        named: None,
    })
}

/// The files of jq-query, opened for reading from the judged descriptors, and the error output of those that
/// cannot be, in jq's own words.
fn jq_inputs(operands: &[Operand]) -> Result<(Vec<OwnedFd>, Vec<String>), Failure> {
    let (mut files, mut errors) = (Vec::new(), Vec::new());
    for operand in operands {
        let opened = match &operand.found {
            None => Err(Errno::NOENT),
            Some(found) if found.kind() == FileType::Directory => Err(Errno::ISDIR),
            Some(found) => open(
                format!("/proc/self/fd/{}", found.fd.as_raw_fd()),
                OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK,
                Mode::empty(),
            ),
        };
        match opened {
            Ok(file) => files.push(file),
            Err(errno @ (Errno::NOENT | Errno::ACCESS | Errno::ISDIR)) => {
                let why = match errno {
                    Errno::NOENT => "No such file or directory",
                    Errno::ACCESS => "Permission denied",
                    _ => "Is a directory",
                };
                let name = escape(operand.given.as_os_str().as_bytes());
                errors.push(format!("jq: error: Could not open file {name}: {why}\n"));
            }
            Err(errno) => {
                let name = escape(operand.real.as_os_str().as_bytes());
                return Err(Failure::new(
                    Exit::Sandbox,
                    format!("cannot open `{name}`: {errno}"),
                ));
            }
        }
    }
    Ok((files, errors))
}
