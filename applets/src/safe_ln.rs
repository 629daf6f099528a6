//! `safe-ln`: creates links; what a link leads to is judged as a read.

use crate::{
    Applet, Effect, Example,
    grammar::{Form, Grammar, Kind, Operand, Opt, Parsed, UsageError},
};
use policy::{Intent, Target, Verdict};

pub(crate) const APPLET: Applet = Applet {
    name: "safe-ln",
    summary: "create a link to a file",
    domain: "filesystem",
    operations: &["link", "symlink"],
    effect: Effect::Native { destroys: true },
    grammar: &Grammar {
        options: &[
            Opt::value(
                "target",
                "",
                Kind::Path,
                "what the link leads to, in the form with named arguments",
            ),
            Opt::value(
                "mode",
                "",
                Kind::Choice(&["soft", "force-soft"]),
                "a symbolic link, or one that replaces what has its name",
            ),
            Opt::flag("symbolic", "s", "make a symbolic link").line_only(),
            Opt::flag("force", "f", "replace what has the link's name").line_only(),
            Opt::flag(
                "no-dereference",
                "n",
                "a link's name that is a link to a directory is replaced, not entered",
            ),
            Opt::flag("verbose", "v", "say what is done").line_only(),
        ],
        forms: &[
            Form {
                when: None,
                operands: &[
                    Operand::one("target", Kind::Path, "what the link leads to"),
                    Operand::one(
                        "linkpath",
                        Kind::Path,
                        "the name of the link, or the directory to put it into",
                    ),
                ],
            },
            Form {
                when: Some("target"),
                operands: &[Operand::one(
                    "linkpath",
                    Kind::Path,
                    "the name of the link, or the directory to put it into",
                )],
            },
        ],
        alternatives: &[&["mode", "symbolic"], &["mode", "force"]],
    },
    parse,
    examples: &[
        Example {
            argv: &["-s", "README.md", "docs/index.md"],
            expect: Verdict::Allow,
            says: "links within the workspace",
        },
        Example {
            argv: &["current", "--target=release-2", "--mode=force-soft"],
            expect: Verdict::Allow,
            says: "the form with named arguments, always symbolic",
        },
        Example {
            argv: &["-s", "/etc/shadow", "s"],
            expect: Verdict::Deny,
            says: "the target is judged as a read",
        },
    ],
    idempotent: false,
};

fn parse(line: &Parsed) -> Result<Intent, UsageError> {
    let mode = line.text("mode");
    // The predecessor's form made symbolic links whatever the mode.
    let symbolic = line.flag("symbolic") || mode.is_some() || line.is_named_form();
    let force = line.flag("force") || mode == Some("force-soft");
    let mut params = line.flags_as_params(&["no-dereference", "verbose"]);
    params.insert("symbolic".to_owned(), symbolic.into());
    params.insert("force".to_owned(), force.into());
    let word = match (symbolic, force) {
        (true, true) => "force-soft",
        (true, false) => "soft",
        (false, _) => "hard",
    };
    params.insert("mode".to_owned(), word.into());
    let operation = if symbolic { "symlink" } else { "link" };
    let referent = line
        .all("target")
        .map(|path| Target::path("referent", "read", path));
    let link = line
        .all("linkpath")
        .map(|path| Target::path("link", operation, path));
    Ok(Intent {
        domain: "filesystem".into(),
        operation: operation.into(),
        targets: referent.chain(link).collect(),
        params,
        ..Intent::default()
    })
}
