//! `rg-search`: searches files for a pattern.

use crate::{
    Applet, Effect, Example,
    grammar::{Form, Grammar, Kind, Operand, Opt, Parsed, UsageError},
};
use policy::{Intent, Target, Verdict};
use serde_json::Value as Json;

/// Most context or matching lines that can be asked for.
const LINES: Kind = Kind::Number {
    min: 0,
    max: 1_000_000,
};
/// What a pattern is.
const PATTERN: Kind = Kind::Text("a pattern of UTF-8 text");

pub(crate) const APPLET: Applet = Applet {
    name: "rg-search",
    summary: "search files for a pattern with ripgrep",
    domain: "search",
    operations: &["rg"],
    effect: Effect::Exec {
        tool: "rg",
        package: "ripgrep",
    },
    grammar: &Grammar {
        options: &[
            Opt::value(
                "pattern",
                "",
                PATTERN,
                "what to search for, in the form with named arguments",
            ),
            Opt::value("type", "t", Kind::FileType, "only files of this type").repeats(),
            Opt::value(
                "glob",
                "g",
                Kind::Text("a glob of UTF-8 text"),
                "only files that match, or `!` and a glob for others",
            )
            .repeats(),
            Opt::flag("ignore-case", "i", "upper and lower case are the same"),
            Opt::flag("word-regexp", "w", "match whole words"),
            Opt::flag("fixed-strings", "F", "the pattern is plain text"),
            Opt::flag(
                "files-with-matches",
                "l",
                "print only the names of files that match",
            ),
            Opt::flag("count", "c", "print only how many lines match"),
            Opt::flag("line-number", "n", "print line numbers"),
            Opt::value("after-context", "A", LINES, "lines to print after a match"),
            Opt::value("before-context", "B", LINES, "lines to print before a match"),
            Opt::value("context", "C", LINES, "lines to print around a match"),
            Opt::value(
                "max-count",
                "m",
                Kind::Number {
                    min: 1,
                    max: 1_000_000,
                },
                "most matching lines of a file",
            ),
            Opt::flag("json", "", "print matches, and also errors and refusals, as JSON"),
        ],
        forms: &[
            Form {
                when: None,
                operands: &[
                    Operand::one("pattern", PATTERN, "a regular expression"),
                    Operand::any(
                        "path",
                        Kind::Path,
                        "files and directories; the working directory if none",
                    ),
                ],
            },
            Form {
                when: Some("pattern"),
                operands: &[Operand::any(
                    "path",
                    Kind::Path,
                    "files and directories; the working directory if none",
                )],
            },
        ],
        alternatives: &[&["files-with-matches", "count", "json"]],
    },
    parse,
    examples: &[
        Example {
            argv: &["-n", "fn main", "src"],
            expect: Verdict::Allow,
            says: "searches the workspace",
        },
        Example {
            argv: &["src", "--pattern=fn main", "--type=rust"],
            expect: Verdict::Allow,
            says: "the form with named arguments",
        },
        Example {
            argv: &["root", "/etc/shadow"],
            expect: Verdict::Deny,
            says: "a credential store",
        },
    ],
    idempotent: true,
};

fn parse(line: &Parsed) -> Result<Intent, UsageError> {
    let mut params = line.flags_as_params(&[
        "ignore-case",
        "word-regexp",
        "fixed-strings",
        "files-with-matches",
        "count",
        "line-number",
        "json",
    ]);
    params.insert(
        "pattern".to_owned(),
        line.text("pattern").unwrap_or_default().into(),
    );
    for (key, name) in [
        ("after-context", "after_context"),
        ("before-context", "before_context"),
        ("context", "context"),
        ("max-count", "max_count"),
    ] {
        params.insert(
            name.to_owned(),
            line.number::<u64>(key).map_or(Json::Null, Json::from),
        );
    }
    for (key, name) in [("type", "types"), ("glob", "globs")] {
        let words: Vec<Json> = line
            .all(key)
            .filter_map(|word| word.to_str())
            .map(Json::from)
            .collect();
        params.insert(name.to_owned(), words.into());
    }
    let search = |path: &std::ffi::OsStr| Target {
        domain: "search".into(),
        ..Target::path("path", "rg", path)
    };
    let mut targets: Vec<Target> = line.all("path").map(search).collect();
    if line.all("path").any(|path| path == "-") {
        return Err(UsageError::new(
            "`-` would be standard input, which rg-search does not read",
            "name a file or directory",
        ));
    }
    if targets.is_empty() {
        targets.push(search(".".as_ref()));
    }
    Ok(Intent {
        domain: "search".into(),
        operation: "rg".into(),
        targets,
        params,
        ..Intent::default()
    })
}
