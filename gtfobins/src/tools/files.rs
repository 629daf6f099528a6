//! Programs that create, change, move and remove files.

use super::archives::archive;
use super::options::{Grammar, Options};
use super::rights::{rights, special_mode};
use super::transfers::transfer;
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
        "mktemp" => Some(temporary(walk, &args, call)),
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

/// A temporary file or directory: where it is made, which is what is printed.
fn temporary(walk: &mut Walk<'_>, args: &[String], call: &mut Call) -> Stream {
    let grammar = Grammar {
        values: "p",
        long_values: &["suffix"],
        ..Grammar::default()
    };
    let options = Options::parse(args, &grammar);
    let template = options.operands.first();
    let dir = options.value(&["-p", "--tmpdir"]).filter(|dir| !dir.is_empty());
    let usual = options.has(&["-p", "--tmpdir", "-t"]).then_some("/tmp");
    let path = match (dir.or(usual), template) {
        (Some(dir), Some(name)) => format!("{dir}/{name}"),
        (Some(dir), None) => format!("{dir}/tmp.X"),
        (None, Some(path)) => path.clone(),
        (None, None) => format!("/tmp/tmp.{}", value::STAR),
    };
    let makes_dir = options.has(&["-d", "--directory"]) && !options.has(&["-u", "--dry-run"]);
    if (dir.or(usual), template) == (None, None) {
        if makes_dir {
            walk.fresh.push(value::show(&path));
        }
        return Stream::Paths(vec![path]);
    }
    // The last run of X is what is made up.
    let known = match path.rfind('X') {
        Some(at) => path.get(..at).unwrap_or_default().trim_end_matches('X'),
        None => path.as_str(),
    };
    let made = format!("{known}{}", value::STAR);
    let access = if options.has(&["-d", "--directory"]) {
        Access::CreateDir
    } else {
        Access::CreateFile
    };
    if !options.has(&["-u", "--dry-run"]) {
        walk.access(&made, access, &mut call.part);
    }
    let made = walk.absolute(&made);
    if makes_dir {
        walk.fresh.push(value::show(&made));
    }
    Stream::Paths(vec![made])
}
