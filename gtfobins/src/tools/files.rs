//! Programs that create, change, move and remove files.

use super::archives::archive;
use super::options::{Grammar, Options};
use super::rights::{rights, special_mode};
use crate::shell::call::Call;
use crate::shell::paths::Access;
use crate::shell::state::{Made, Stream};
use crate::shell::value;
use crate::shell::walk::Walk;

const KNOWN: &[&str] = &[
    "rm",
    "rmdir",
    "unlink",
    "shred",
    "mv",
    "cp",
    "ln",
    "link",
    "mkdir",
    "touch",
    "chmod",
    "chown",
    "chgrp",
    "install",
    "truncate",
    "dd",
    "tee",
    "mktemp",
    "mkfifo",
    "mknod",
    "split",
    "csplit",
    "tar",
    "bsdtar",
    "zip",
    "unzip",
    "gzip",
    "gunzip",
    "bzip2",
    "xz",
    "zstd",
    "7z",
    "cpio",
    "setfacl",
    "chattr",
    "setcap",
    "fallocate",
    "trash",
    "patch",
    "rename",
    "sponge",
    "wipe",
    "srm",
];

pub(crate) fn is_known(name: &str) -> bool {
    KNOWN.contains(&name)
}

pub(crate) fn run(walk: &mut Walk<'_>, name: &str, call: &mut Call) -> Option<Stream> {
    let args = call.args().to_vec();
    let nothing = Some(Stream::Inherited);
    match name {
        "rm" | "trash" | "srm" | "wipe" => {
            let options = Options::parse(&args, &Grammar::default());
            let tree = options.has(&["-r", "-R", "--recursive"]);
            each(
                walk,
                call,
                &options.operands,
                if tree { Access::DeleteTree } else { Access::Delete },
            );
            nothing
        }
        "rmdir" | "unlink" => {
            let options = Options::parse(&args, &Grammar::default());
            each(walk, call, &options.operands, Access::Delete);
            nothing
        }
        "shred" => {
            let options = Options::parse(
                &args,
                &Grammar {
                    values: "ns",
                    long_values: &["iterations", "size", "random-source"],
                    ..Grammar::default()
                },
            );
            each(walk, call, &options.operands, Access::Write);
            if options.has(&["-u", "--remove"]) {
                each(walk, call, &options.operands, Access::Delete);
            }
            call.part
                .class("destructive", "`shred` overwrites files beyond recovery");
            nothing
        }
        "mv" | "cp" | "install" | "ln" | "link" => {
            transfer(walk, name, &args, call);
            nothing
        }
        "mkdir" | "mkfifo" | "mknod" => {
            let options = Options::parse(
                &args,
                &Grammar {
                    values: "mZ",
                    long_values: &["mode"],
                    ..Grammar::default()
                },
            );
            special_mode(options.value(&["-m", "--mode"]), call);
            each(walk, call, &options.operands, Access::CreateDir);
            nothing
        }
        "touch" | "truncate" | "fallocate" => {
            let options = Options::parse(
                &args,
                &Grammar {
                    values: "drtsol",
                    long_values: &["date", "reference", "time", "size", "length", "offset"],
                    ..Grammar::default()
                },
            );
            let access = if name == "touch" {
                Access::CreateFile
            } else {
                Access::Write
            };
            each(walk, call, &options.operands, access);
            nothing
        }
        "chmod" | "chown" | "chgrp" => {
            rights(walk, name, &args, call);
            nothing
        }
        "setfacl" | "chattr" | "setcap" => {
            call.part
                .class("privilege", format!("`{name}` changes who may do what"));
            nothing
        }
        "dd" => {
            for word in &args {
                match word.split_once('=') {
                    Some(("of", path)) => walk.access(path, Access::Write, &mut call.part),
                    Some(("if", path)) => walk.access(path, Access::Read, &mut call.part),
                    _ => {}
                }
            }
            Some(Stream::Output("dd".to_owned()))
        }
        "tee" | "sponge" => {
            let options = Options::parse(&args, &Grammar::default());
            let access = if options.has(&["-a", "--append"]) {
                Access::Append
            } else {
                Access::Write
            };
            each(walk, call, &options.operands, access);
            for path in &options.operands {
                let content = if let Stream::Text(text) = &call.stdin {
                    Some(text.clone())
                } else {
                    None
                };
                let path = walk.absolute(path);
                walk.made.insert(
                    path,
                    Made {
                        content,
                        copy_of: None,
                    },
                );
            }
            Some(match call.stdin.clone() {
                Stream::Inherited => Stream::Output("tee".to_owned()),
                other => other,
            })
        }
        "mktemp" => Some(Stream::Paths(vec![format!("/tmp/tmp.{}", value::STAR)])),
        "split" | "csplit" => {
            let options = Options::parse(
                &args,
                &Grammar {
                    values: "abClnt",
                    long_values: &[
                        "filter",
                        "bytes",
                        "lines",
                        "number",
                        "suffix-length",
                        "additional-suffix",
                        "separator",
                    ],
                    ..Grammar::default()
                },
            );
            if let Some(filter) = options.value(&["--filter"]) {
                let filter = filter.to_owned();
                let stdin = Stream::Output("split".to_owned());
                walk.nested_script(&filter, stdin);
            }
            each(
                walk,
                call,
                options.operands.get(..1).unwrap_or_default(),
                Access::Read,
            );
            each(
                walk,
                call,
                options.operands.get(1..).unwrap_or_default(),
                Access::Write,
            );
            nothing
        }
        "tar" | "bsdtar" | "zip" | "unzip" | "gzip" | "gunzip" | "bzip2" | "xz" | "zstd" | "7z" | "cpio" => {
            Some(archive(walk, name, &args, call))
        }
        "patch" | "rename" => {
            let options = Options::parse(
                &args,
                &Grammar {
                    values: "pidoDBYzr",
                    long_values: &["input", "directory", "output", "strip"],
                    ..Grammar::default()
                },
            );
            if let Some(dir) = options.value(&["-d", "--directory"]) {
                walk.access(dir, Access::Write, &mut call.part);
            }
            if let Some(file) = options.value(&["-o", "--output"]) {
                walk.access(file, Access::Write, &mut call.part);
            }
            each(walk, call, &options.operands, Access::Write);
            nothing
        }
        _ => None,
    }
}

/// The same access to each of several operands.
pub(crate) fn each(walk: &mut Walk<'_>, call: &mut Call, operands: &[String], access: Access) {
    for operand in operands {
        walk.access(operand, access, &mut call.part);
    }
}

fn transfer(walk: &mut Walk<'_>, name: &str, args: &[String], call: &mut Call) {
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
    if let Some(effect) = call.part.effects.last_mut().filter(|e| e.role == "destination") {
        // Where the destination is a directory, these are the names in it.
        let names: Vec<String> = sources.iter().map(|s| value::show(value::base(s))).collect();
        effect.params.push(("names", names.join("/")));
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
