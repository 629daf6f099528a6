//! `safe-touch`: creates empty files and sets times.

use crate::{
    Applet, Effect, Example,
    grammar::{Form, Grammar, Kind, Operand, Opt, Parsed, UsageError, moment::Moment},
};
use policy::{Intent, Target, Verdict};

pub(crate) const APPLET: Applet = Applet {
    name: "safe-touch",
    summary: "create empty files, or set the times of existing ones",
    domain: "filesystem",
    operations: &["create_file"],
    effect: Effect::Native { destroys: false },
    grammar: &Grammar {
        options: &[
            Opt::value("timestamp", "", Kind::Moment, "the time to set, in either form"),
            Opt::value(
                "stamp",
                "t",
                Kind::Stamp,
                "the time to set: [[CC]YY]MMDDhhmm[.ss]",
            )
            .line_only(),
            Opt::value(
                "date",
                "d",
                Kind::Date,
                "the time to set: 2025-01-31T12:00:00Z, 2025-01-31 or @SECONDS",
            )
            .line_only(),
            Opt::flag("access", "a", "set the access time only"),
            Opt::flag("modify", "m", "set the modification time only"),
            Opt::flag("no-create", "c", "create nothing"),
        ],
        forms: &[Form {
            when: None,
            operands: &[Operand::some("path", Kind::Path, "the file")],
        }],
        alternatives: &[&["timestamp", "stamp", "date"]],
    },
    parse,
    examples: &[
        Example {
            argv: &["src/new.rs"],
            expect: Verdict::Allow,
            says: "creates a file in the workspace",
        },
        Example {
            argv: &["-d", "2025-01-31T12:00:00Z", "stamp"],
            expect: Verdict::Allow,
            says: "sets its times",
        },
        Example {
            argv: &["stamp", "--timestamp=202501311200"],
            expect: Verdict::Allow,
            says: "the form with named arguments",
        },
        Example {
            argv: &[".envrc"],
            expect: Verdict::Deny,
            says: "a file that other programs obey",
        },
        Example {
            argv: &[".git/hooks/post-checkout"],
            expect: Verdict::Deny,
            says: "a hook that git would run",
        },
    ],
    idempotent: false,
};

fn parse(line: &Parsed) -> Result<Intent, UsageError> {
    let mut params = line.flags_as_params(&["access", "modify", "no-create"]);
    let given = line
        .text("timestamp")
        .or(line.text("stamp"))
        .or(line.text("date"));
    if let Some(given) = given {
        // Digits alone are a stamp; a date has hyphens or an `@`.
        if let Some(moment) = Moment::stamp(given).or_else(|| Moment::date(given)) {
            params.insert("time".to_owned(), moment.to_json());
        }
        params.insert("timestamp".to_owned(), given.into());
    }
    Ok(Intent {
        domain: "filesystem".into(),
        operation: "create_file".into(),
        targets: line
            .all("path")
            .map(|path| Target::path("path", "create_file", path))
            .collect(),
        params,
        ..Intent::default()
    })
}
