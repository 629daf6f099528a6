//! `safe-cp`: copies files and trees; what is overwritten goes through the quarantine.

use crate::{
    Applet, Effect, Example,
    grammar::{Form, Grammar, Kind, Operand, Opt, Parsed, UsageError},
};
use policy::{Intent, Target, Verdict};

pub(crate) const APPLET: Applet = Applet {
    name: "safe-cp",
    summary: "copy files or directories, never through a symbolic link at the destination",
    domain: "filesystem",
    operations: &["copy"],
    effect: Effect::Native { destroys: true },
    grammar: &Grammar {
        options: &[
            Opt::value(
                "source",
                "",
                Kind::Path,
                "what to copy, in the form with named arguments",
            )
            .repeats(),
            Opt::value(
                "mode",
                "",
                Kind::Choice(&["no-clobber", "force", "backup", "archive"]),
                "what happens to an existing destination, or `archive` for a tree with its attributes",
            ),
            Opt::flag("recursive", "rR", "copy directories with all they hold"),
            Opt::flag(
                "archive",
                "a",
                "recursive, with links as links, times, modes and owners",
            )
            .line_only(),
            Opt::flag("preserve", "p", "keep times, modes, and owners where permitted"),
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
                    Operand::some("source", Kind::Path, "what to copy"),
                    Operand::one("dest", Kind::Path, "the new name, or the directory to copy into"),
                ],
            },
            Form {
                when: Some("source"),
                operands: &[Operand::one(
                    "dest",
                    Kind::Path,
                    "the new name, or the directory to copy into",
                )],
            },
        ],
        alternatives: &[
            &["no-clobber", "force", "backup"],
            &["mode", "no-clobber"],
            &["mode", "force"],
            &["mode", "backup"],
            &["mode", "archive"],
        ],
    },
    parse,
    examples: &[
        Example {
            argv: &["notes.txt", "notes.bak"],
            expect: Verdict::Allow,
            says: "copies within the workspace",
        },
        Example {
            argv: &["-a", "src", "/tmp/src"],
            expect: Verdict::Allow,
            says: "copies a tree with its attributes",
        },
        Example {
            argv: &["out/a.txt", "--source=a.txt", "--mode=no-clobber"],
            expect: Verdict::Allow,
            says: "the form with named arguments",
        },
        Example {
            argv: &["/etc/shadow", "s"],
            expect: Verdict::Deny,
            says: "the source is judged as a read",
        },
        Example {
            argv: &["evil", "/etc/cron.d/x"],
            expect: Verdict::Deny,
            says: "a system directory",
        },
    ],
    idempotent: true,
};

fn parse(line: &Parsed) -> Result<Intent, UsageError> {
    let mode = line.text("mode");
    let has = |flag: &str| line.flag(flag) || mode == Some(flag);
    let archive = has("archive");
    let mut params = line.flags_as_params(&["verbose"]);
    for (name, value) in [
        ("recursive", line.flag("recursive") || archive),
        ("archive", archive),
        ("preserve", line.flag("preserve") || archive),
        ("no_clobber", has("no-clobber")),
        ("force", has("force")),
        ("backup", has("backup")),
    ] {
        params.insert(name.to_owned(), value.into());
    }
    let word = ["no-clobber", "force", "backup", "archive"]
        .into_iter()
        .find(|word| has(word))
        .unwrap_or_default();
    params.insert("mode".to_owned(), word.into());
    let sources = line
        .all("source")
        .map(|path| Target::path("source", "read", path));
    let dest = line
        .all("dest")
        .map(|path| Target::path("destination", "copy", path));
    Ok(Intent {
        domain: "filesystem".into(),
        operation: "copy".into(),
        targets: sources.chain(dest).collect(),
        params,
        ..Intent::default()
    })
}
