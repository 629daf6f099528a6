//! Programs that read the files in their arguments and print something about them.

use super::files::each;
use super::options::{Grammar, Options};
use super::reader_options::grammar;
use crate::shell::call::Call;
use crate::shell::paths::Access;
use crate::shell::state::Stream;
use crate::shell::value;
use crate::shell::walk::Walk;

/// Readers whose operands are all files.
const PLAIN: &[&str] = &[
    "cat",
    "tac",
    "nl",
    "head",
    "tail",
    "less",
    "more",
    "most",
    "wc",
    "sort",
    "uniq",
    "cut",
    "paste",
    "join",
    "comm",
    "diff",
    "colordiff",
    "cmp",
    "od",
    "xxd",
    "hexdump",
    "hd",
    "strings",
    "md5sum",
    "sha1sum",
    "sha224sum",
    "sha256sum",
    "sha384sum",
    "sha512sum",
    "b2sum",
    "cksum",
    "sum",
    "file",
    "fold",
    "fmt",
    "column",
    "iconv",
    "expand",
    "unexpand",
    "pr",
    "rev",
    "bat",
    "batcat",
    "tsort",
    "shuf",
    "ptx",
    "look",
    "zcat",
    "bzcat",
    "xzcat",
    "zless",
    "zmore",
    "base64",
    "base32",
    "basenc",
    "base58",
    "uuencode",
    "readelf",
    "nm",
    "objdump",
    "size",
    "ldd",
    "mdcat",
    "glow",
    "view",
    "pygmentize",
    "highlight",
    "exiftool",
    "identify",
    "jshon",
    "csvlook",
    "xmllint",
    "vi",
    "vim",
    "nano",
    "source-highlight",
    "gpg",
    "openssl",
    "pandoc",
    "soelim",
    "troff",
    "nroff",
    "groff",
    "tbl",
    "eqn",
    "ul",
];
/// Readers whose first operand is a pattern or a program.
const WITH_PATTERN: &[&str] = &[
    "grep", "egrep", "fgrep", "zgrep", "bzgrep", "xzgrep", "rg", "ag", "ack", "ugrep", "pcregrep", "jq",
    "yq", "gojq", "xq", "ast-grep", "tr",
];
/// Programs that list names.
const LISTERS: &[&str] = &[
    "ls", "ll", "dir", "vdir", "exa", "eza", "lsd", "tree", "du", "stat", "realpath", "readlink", "namei",
    "lsattr", "getfacl",
];
/// Programs whose output hides its input.
const DECODERS: &[&str] = &[
    "base64", "base32", "basenc", "base58", "xxd", "rev", "tr", "openssl", "gpg", "zcat", "bzcat", "xzcat",
    "uudecode", "iconv", "od",
];
/// Programs that pass lines on as they are.
const FILTERS: &[&str] = &[
    "cat", "sort", "uniq", "head", "tail", "grep", "egrep", "fgrep", "rg", "tac", "less", "more", "shuf",
];

pub(crate) fn is_reader(name: &str) -> bool {
    PLAIN.contains(&name) || WITH_PATTERN.contains(&name) || LISTERS.contains(&name)
}

pub(crate) fn run(walk: &mut Walk<'_>, name: &str, call: &mut Call) -> Option<Stream> {
    let args = call.args().to_vec();
    if matches!(name, "basename" | "dirname") {
        let word = args
            .iter()
            .find(|a| !a.starts_with('-'))
            .cloned()
            .unwrap_or_default();
        let part = if name == "basename" {
            value::base(&word)
        } else {
            value::parent(&word)
        };
        let part = match args.get(1) {
            Some(suffix) if name == "basename" && args.len() == 2 => {
                part.strip_suffix(suffix.as_str()).unwrap_or(part)
            }
            _ => part,
        };
        return Some(if value::is_static(part) {
            Stream::Text(part.to_owned())
        } else {
            Stream::Paths(vec![part.to_owned()])
        });
    }
    if matches!(name, "env" | "printenv") {
        return Some(Stream::File("the environment".to_owned()));
    }
    if matches!(
        name,
        "seq" | "nproc" | "date" | "id" | "wc" | "pgrep" | "pidof" | "lsof" | "expr" | "tput"
    ) && name != "wc"
    {
        super::program(call);
        if matches!(name, "pgrep" | "pidof") && super::processes::names_watchtower(&args) {
            // Numbers that are not the agent's to use.
            return Some(Stream::Decoded(name.to_owned()));
        }
        return Some(if name == "seq" || name == "nproc" {
            Stream::Paths(vec![value::NUMBER.to_string()])
        } else {
            Stream::Output(name.to_owned())
        });
    }
    if LISTERS.contains(&name) {
        let options = Options::parse(&args, &Grammar::default());
        each(walk, call, &options.operands, Access::List);
        let places = if options.operands.is_empty() {
            vec![".".to_owned()]
        } else {
            options.operands.clone()
        };
        return Some(match name {
            "ls" => Stream::Paths(
                places
                    .iter()
                    .map(|p| {
                        if value::is_glob(p) {
                            p.clone()
                        } else if p == "." {
                            value::STAR.to_string()
                        } else {
                            format!("{p}/{}", value::STAR)
                        }
                    })
                    .collect(),
            ),
            "realpath" | "readlink" => Stream::Paths(places),
            _ => Stream::Output(name.to_owned()),
        });
    }
    if !is_reader(name) {
        return None;
    }
    let grammar = grammar(name);
    let options = Options::parse(&args, &grammar);
    let mut operands = options.operands.clone();
    let listing = WITH_PATTERN.contains(&name) && options.has(&["--files", "--type-list"]);
    let pattern_given =
        options.has(&["-e", "--regexp", "-f", "--file", "--from-file"]) && name != "jq" || listing;
    if WITH_PATTERN.contains(&name) && !pattern_given && !operands.is_empty() {
        operands.remove(0);
    }
    for file in options.all(&[
        "-f",
        "--file",
        "--from-file",
        "--files0-from",
        "--ignore-file",
        "--rawfile",
        "--slurpfile",
        "--argfile",
    ]) {
        if !matches!(
            name,
            "cut" | "tail" | "vi" | "vim" | "stat" | "iconv" | "fmt" | "column"
        ) {
            walk.access(file, Access::Read, &mut call.part);
        }
    }
    for file in options.all(&["-o", "--output", "--out"]) {
        if matches!(
            name,
            "sort" | "iconv" | "xxd" | "shuf" | "pandoc" | "gpg" | "uniq" | "tree"
        ) {
            walk.access(file, Access::Write, &mut call.part);
        }
    }
    if name == "openssl" {
        for (at, word) in args.iter().enumerate() {
            if let Some(file) = args.get(at + 1) {
                match word.as_str() {
                    "-in" | "-inkey" | "-kfile" => walk.access(file, Access::Read, &mut call.part),
                    "-out" | "-keyout" | "-writerand" => walk.access(file, Access::Write, &mut call.part),
                    _ => {}
                }
            }
        }
        operands.clear();
        if args.first().is_some_and(|a| a == "s_client" || a == "s_server") {
            call.part
                .class("raw-network", "`openssl` opens a network connection");
        }
    }
    if name == "xxd" && options.has(&["-r"]) || name == "uniq" {
        if let Some(out) = operands.get(1) {
            walk.access(&out.clone(), Access::Write, &mut call.part);
        }
        operands.truncate(1);
    }
    let tree = matches!(name, "rg" | "ag" | "ack" | "ugrep")
        || options.has(&["-r", "-R", "--recursive"]) && name.ends_with("grep");
    each(
        walk,
        call,
        &operands,
        if name == "ldd" || name == "file" {
            Access::List
        } else {
            Access::Read
        },
    );
    Some(printed(walk, name, &options, &operands, call, tree))
}

fn printed(
    walk: &Walk<'_>,
    name: &str,
    options: &Options,
    operands: &[String],
    call: &Call,
    tree: bool,
) -> Stream {
    if let Stream::Decoded(by) = &call.stdin {
        return Stream::Decoded(by.clone());
    }
    if call.stdin == Stream::Output("ps".to_owned()) && super::processes::picks_watchtower(name, call.args())
    {
        return Stream::Decoded("ps".to_owned());
    }
    let names_only = options.has(&[
        "-l",
        "--files-with-matches",
        "-L",
        "--files-without-match",
        "--files",
    ]) && WITH_PATTERN.contains(&name);
    if names_only {
        let below = |p: &String| {
            if p == "." {
                value::TREE.to_string()
            } else if tree {
                format!("{}/{}", p.trim_end_matches('/'), value::TREE)
            } else {
                p.clone()
            }
        };
        return Stream::Paths(if operands.is_empty() {
            vec![value::TREE.to_string()]
        } else {
            operands.iter().map(below).collect()
        });
    }
    if DECODERS.contains(&name) {
        return Stream::Decoded(name.to_owned());
    }
    if operands.is_empty() || operands.iter().all(|o| o == "-") {
        return match &call.stdin {
            Stream::Paths(paths) if FILTERS.contains(&name) => Stream::Paths(paths.clone()),
            Stream::Text(text) if name == "cat" => Stream::Text(text.clone()),
            Stream::File(path) => Stream::File(path.clone()),
            _ => Stream::Output(name.to_owned()),
        };
    }
    if let [only] = operands
        && name == "cat"
        && let Some(text) = walk
            .made
            .get(&walk.absolute(only))
            .and_then(|m| m.content.clone())
    {
        return Stream::Text(text);
    }
    if name == "wc" || name.ends_with("sum") {
        return Stream::Output(name.to_owned());
    }
    Stream::File(operands.first().cloned().unwrap_or_default())
}
