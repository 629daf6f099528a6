//! `safe-chmod`: changes permissions.

use crate::{
    Applet, Effect, Example,
    grammar::{Form, Grammar, Kind, Operand, Opt, Parsed, UsageError, mode::Mode},
};
use policy::{Intent, Target, Verdict};

/// What a mode can have behind its hyphen, as in GNU's `chmod -x FILE`.
const DASHED: &str = "rwxXstugoa,+=01234567";

pub(crate) const APPLET: Applet = Applet {
    name: "safe-chmod",
    summary: "change the permissions of files",
    domain: "filesystem",
    operations: &["chmod"],
    effect: Effect::Native { destroys: false },
    grammar: &Grammar {
        options: &[
            Opt::value(
                "mode",
                "",
                Kind::Mode,
                "the permissions, in the form with named arguments",
            )
            .dashed(DASHED),
            Opt::value(
                "recursive",
                "R",
                Kind::Switch,
                "change directories with all they hold",
            )
            .default("no"),
            Opt::flag("verbose", "v", "say what is done").line_only(),
        ],
        forms: &[
            Form {
                when: None,
                operands: &[
                    Operand::one(
                        "mode",
                        Kind::Mode,
                        "octal (644) or symbolic (u+x,go-w, -x) permissions",
                    ),
                    Operand::some("path", Kind::Path, "what to change"),
                ],
            },
            Form {
                when: Some("mode"),
                operands: &[Operand::some("path", Kind::Path, "what to change")],
            },
        ],
        alternatives: &[],
    },
    parse,
    examples: &[
        Example {
            argv: &["+x", "run.sh"],
            expect: Verdict::Allow,
            says: "makes a script of the workspace executable",
        },
        Example {
            argv: &["-x", "run.sh"],
            expect: Verdict::Allow,
            says: "and makes it not executable again",
        },
        Example {
            argv: &["run.sh", "--mode=755", "--recursive=no"],
            expect: Verdict::Allow,
            says: "the form with named arguments",
        },
        Example {
            argv: &["u+s", "run.sh"],
            expect: Verdict::Deny,
            says: "set-user-ID is never given",
        },
        Example {
            argv: &["777", "/etc"],
            expect: Verdict::Deny,
            says: "a system directory",
        },
    ],
    idempotent: true,
};

fn parse(line: &Parsed) -> Result<Intent, UsageError> {
    let mut params = line.flags_as_params(&["recursive", "verbose"]);
    let given = line.text("mode").unwrap_or_default();
    let Some(mode) = Mode::parse(given) else {
        return Err(UsageError::new("operand MODE is missing for safe-chmod", ""));
    };
    params.insert("mode".to_owned(), given.into());
    params.insert("clauses".to_owned(), mode.to_json());
    params.insert("sets_ids".to_owned(), mode.sets_ids().into());
    Ok(Intent {
        domain: "filesystem".into(),
        operation: "chmod".into(),
        targets: line
            .all("path")
            .map(|path| Target::path("path", "chmod", path))
            .collect(),
        params,
        ..Intent::default()
    })
}
