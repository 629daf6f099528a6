//! `safe-mv`: renames and moves; what is overwritten goes through the quarantine.

use crate::{
    Applet, Effect, Example,
    grammar::{Form, Grammar, Kind, Operand, Opt, Parsed, UsageError},
};
use policy::{Intent, Target, Verdict};

pub(crate) const APPLET: Applet = Applet {
    name: "safe-mv",
    summary: "move or rename files and directories",
    domain: "filesystem",
    operations: &["move"],
    effect: Effect::Native { destroys: true },
    grammar: &Grammar {
        options: &[
            Opt::value(
                "source",
                "",
                Kind::Path,
                "what to move, in the form with named arguments",
            )
            .repeats(),
            Opt::value(
                "mode",
                "",
                Kind::Choice(&["no-clobber", "force", "backup"]),
                "what happens to an existing destination",
            ),
            Opt::flag("no-clobber", "n", "leave an existing destination as it is").line_only(),
            Opt::flag("force", "f", "replace an existing destination").line_only(),
            Opt::flag(
                "backup",
                "b",
                "keep an existing destination under its name with `~`",
            )
            .line_only(),
            Opt::flag("verbose", "v", "say what is done").line_only(),
        ],
        forms: &[
            Form {
                when: None,
                operands: &[
                    Operand::some("source", Kind::Path, "what to move"),
                    Operand::one("dest", Kind::Path, "the new name, or the directory to move into"),
                ],
            },
            Form {
                when: Some("source"),
                operands: &[Operand::one(
                    "dest",
                    Kind::Path,
                    "the new name, or the directory to move into",
                )],
            },
        ],
        alternatives: &[
            &["no-clobber", "force", "backup"],
            &["mode", "no-clobber"],
            &["mode", "force"],
            &["mode", "backup"],
        ],
    },
    parse,
    examples: &[
        Example {
            argv: &["draft.md", "final.md"],
            expect: Verdict::Allow,
            says: "renames within the workspace",
        },
        Example {
            argv: &["a.log", "b.log", "/tmp/logs"],
            expect: Verdict::Allow,
            says: "moves into a directory",
        },
        Example {
            argv: &["new.txt", "--source=old.txt", "--mode=backup"],
            expect: Verdict::Allow,
            says: "the form with named arguments",
        },
        Example {
            argv: &["/etc/hosts", "hosts"],
            expect: Verdict::Deny,
            says: "the source is judged as a deletion",
        },
    ],
    idempotent: false,
};

fn parse(line: &Parsed) -> Result<Intent, UsageError> {
    let mode = line.text("mode");
    let has = |flag: &str| line.flag(flag) || mode == Some(flag);
    let mut params = line.flags_as_params(&["verbose"]);
    for (name, flag) in [
        ("no_clobber", "no-clobber"),
        ("force", "force"),
        ("backup", "backup"),
    ] {
        params.insert(name.to_owned(), has(flag).into());
    }
    let word = ["no-clobber", "force", "backup"]
        .into_iter()
        .find(|word| has(word))
        .unwrap_or_default();
    params.insert("mode".to_owned(), word.into());
    let sources = line
        .all("source")
        .map(|path| Target::path("source", "delete", path));
    let dest = line
        .all("dest")
        .map(|path| Target::path("destination", "move", path));
    Ok(Intent {
        domain: "filesystem".into(),
        operation: "move".into(),
        targets: sources.chain(dest).collect(),
        params,
        ..Intent::default()
    })
}
