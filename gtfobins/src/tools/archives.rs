//! Archives: what they read, write and unpack.

use super::files::each;
use super::options::{Grammar, Options};
use crate::shell::call::Call;
use crate::shell::paths::Access;
use crate::shell::state::Stream;
use crate::shell::value;
use crate::shell::walk::Walk;

pub(super) fn archive(walk: &mut Walk<'_>, name: &str, args: &[String], call: &mut Call) -> Stream {
    let grammar = Grammar {
        values: match name {
            "tar" | "bsdtar" => "fCbgHIKLNTVXF",
            "cpio" => "CDEFHIMORW",
            // The password is no file.
            "zip" => "dbntiP",
            "unzip" => "dP",
            // Values are next to their letters: `-pPASSWORD`.
            "7z" => "",
            _ => "dbnti",
        },
        long_values: &[
            "file",
            "directory",
            "use-compress-program",
            "exclude",
            "exclude-from",
            "files-from",
            "transform",
            "xform",
            "strip-components",
            "rsh-command",
            "to-command",
            "checkpoint-action",
            "info-script",
            "new-volume-script",
            "unzip-command",
            "owner",
            "group",
            "mode",
            "output",
        ],
        ..Grammar::default()
    };
    let mut args = args.to_vec();
    if matches!(name, "tar" | "bsdtar")
        && let Some(first) = args.first_mut()
        && !first.starts_with('-')
    {
        // The old style: letters without a dash, their values following in order.
        let letters = std::mem::take(first);
        args.remove(0);
        let mut front = Vec::new();
        for letter in letters.chars() {
            front.push(format!("-{letter}"));
            if grammar.values.contains(letter) && !args.is_empty() {
                front.push(args.remove(0));
            }
        }
        front.extend(args);
        args = front;
    }
    let options = Options::parse(&args, &grammar);
    if matches!(name, "tar" | "bsdtar") {
        let archive = options.value(&["-f", "--file"]).unwrap_or_default().to_owned();
        let dir = options.value(&["-C", "--directory"]).unwrap_or(".").to_owned();
        if archive.contains(':') && !archive.starts_with('/') {
            call.part
                .class("remote-shell", "`tar` reaches another machine for its archive");
        } else if options.has(&["-x", "--extract", "--get"]) {
            walk.access(&archive, Access::Read, &mut call.part);
            walk.access(&format!("{dir}/{}", value::STAR), Access::Write, &mut call.part);
            if options.has(&["-P", "--absolute-names", "--transform", "--xform"]) {
                call.part.concern(
                    "unresolved-path",
                    "`tar` writes paths that the archive or a pattern chooses",
                );
            }
        } else if options.has(&["-c", "--create", "-r", "--append", "-u", "--update"]) {
            let saved = walk.state.cwd.clone();
            if dir != "." {
                walk.state.cwd = Some(walk.absolute(&dir));
            }
            each(walk, call, &options.operands, Access::CopySource);
            for list in options.all(&["-T", "--files-from"]) {
                listed(walk, list, call);
            }
            walk.state.cwd = saved;
            walk.access(&archive, Access::Write, &mut call.part);
            if options.has(&["--remove-files"]) {
                each(walk, call, &options.operands, Access::DeleteTree);
            }
        } else {
            walk.access(&archive, Access::Read, &mut call.part);
        }
        return Stream::Decoded(name.to_owned());
    }
    match name {
        "zip" => {
            each(
                walk,
                call,
                options.operands.get(..1).unwrap_or_default(),
                Access::Write,
            );
            each(
                walk,
                call,
                options.operands.get(1..).unwrap_or_default(),
                Access::CopySource,
            );
        }
        "unzip" => {
            each(
                walk,
                call,
                options.operands.get(..1).unwrap_or_default(),
                Access::Read,
            );
            let dir = options.value(&["-d"]).unwrap_or(".").to_owned();
            if !options.has(&["-l", "-p", "-t", "-Z", "-v"]) {
                walk.access(&format!("{dir}/{}", value::STAR), Access::Write, &mut call.part);
            }
        }
        "cpio" if options.has(&["-i", "--extract"]) && !options.has(&["-t", "--list"]) => {
            let dir = options.value(&["-D", "--directory"]).unwrap_or(".").to_owned();
            walk.access(&format!("{dir}/{}", value::STAR), Access::Write, &mut call.part);
            if options.has(&["--absolute-filenames"]) {
                call.part
                    .concern("unresolved-path", "`cpio` writes wherever the archive says");
            }
        }
        "gzip" | "gunzip" | "bzip2" | "xz" | "zstd" => {
            each(
                walk,
                call,
                &options.operands,
                if options.has(&["-c", "--stdout", "-k", "--keep", "-l", "-t"]) {
                    Access::Read
                } else {
                    Access::Write
                },
            );
        }
        _ => each(
            walk,
            call,
            options.operands.get(1..).unwrap_or_default(),
            Access::Read,
        ),
    }
    Stream::Decoded(name.to_owned())
}

/// Files named in a list: those of one that this text wrote, or prints, are known.
fn listed(walk: &mut Walk<'_>, list: &str, call: &mut Call) {
    let made = walk.made.get(&walk.absolute(list)).cloned();
    let names: Vec<String> = match (&call.stdin, made) {
        (Stream::Text(text), _) if list == "-" => text.split(['\n', '\0']).map(str::to_owned).collect(),
        (Stream::Paths(paths), _) if list == "-" => paths.clone(),
        (_, Some(made)) => match made.content {
            Some(text) => text.lines().map(str::to_owned).collect(),
            None => {
                return call.part.concern(
                    "unresolved-path",
                    format!(
                        "`{}`, which names files, is only known when it runs",
                        value::show(list)
                    ),
                );
            }
        },
        (_, None) => {
            walk.access(list, Access::Read, &mut call.part);
            Vec::new()
        }
    };
    each(walk, call, &names, Access::CopySource);
}
