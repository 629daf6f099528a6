//! `jq-query`: runs a jq program over JSON files.

use crate::{
    Applet, Effect, Example,
    grammar::{Form, Grammar, Kind, Operand, Opt, Parsed, UsageError},
};
use policy::{Intent, Target, Verdict};

/// What a query is.
const QUERY: Kind = Kind::Text("a jq program of UTF-8 text");

pub(crate) const APPLET: Applet = Applet {
    name: "jq-query",
    summary: "query JSON files with jq",
    domain: "search",
    operations: &["jq"],
    effect: Effect::Exec {
        tool: "jq",
        package: "jq",
    },
    grammar: &Grammar {
        options: &[
            Opt::value(
                "query",
                "",
                QUERY,
                "the jq program, in the form with named arguments",
            ),
            Opt::flag("raw-output", "r", "print strings without quotes"),
            Opt::flag("compact-output", "c", "print each result on one line"),
            Opt::flag("slurp", "s", "read all files into one array"),
            Opt::flag(
                "exit-status",
                "e",
                "exit 1 where the last result is false or null",
            ),
        ],
        forms: &[
            Form {
                when: None,
                operands: &[
                    Operand::one("query", QUERY, "a jq program"),
                    Operand::some("file", Kind::Path, "a JSON file"),
                ],
            },
            Form {
                when: Some("query"),
                operands: &[Operand::some("file", Kind::Path, "a JSON file")],
            },
        ],
        alternatives: &[],
    },
    parse,
    examples: &[
        Example {
            argv: &["-r", ".name", "package.json"],
            expect: Verdict::Allow,
            says: "prints a field",
        },
        Example {
            argv: &["package.json", "--query=.dependencies | keys"],
            expect: Verdict::Allow,
            says: "the form with named arguments",
        },
        Example {
            argv: &[".", "/root/.docker/config.json"],
            expect: Verdict::Deny,
            says: "a credential store",
        },
    ],
    idempotent: true,
};

fn parse(line: &Parsed) -> Result<Intent, UsageError> {
    let mut params = line.flags_as_params(&["raw-output", "compact-output", "slurp", "exit-status"]);
    params.insert("query".to_owned(), line.text("query").unwrap_or_default().into());
    if line.all("file").any(|file| file == "-") {
        return Err(UsageError::new(
            "`-` would be standard input, which jq-query does not read",
            "name a file",
        ));
    }
    let file = |path: &std::ffi::OsStr| Target {
        domain: "search".into(),
        ..Target::path("file", "jq", path)
    };
    Ok(Intent {
        domain: "search".into(),
        operation: "jq".into(),
        targets: line.all("file").map(file).collect(),
        params,
        ..Intent::default()
    })
}
