//! `safe-rm`: deletes files and trees, through the quarantine.

use crate::{
    Applet, Effect, Example,
    grammar::{Form, Grammar, Kind, Operand, Opt, Parsed, UsageError},
};
use policy::{Intent, Target, Verdict};

pub(crate) const APPLET: Applet = Applet {
    name: "safe-rm",
    summary: "delete files or directories, kept in the quarantine until it is emptied",
    domain: "filesystem",
    operations: &["delete"],
    effect: Effect::Native { destroys: true },
    grammar: &Grammar {
        options: &[
            Opt::value(
                "mode",
                "",
                Kind::Choice(&["file", "dir", "dir-recursive"]),
                "what may be deleted: a file, an empty directory, or a directory with all it holds",
            )
            .default("file"),
            Opt::flag("recursive", "rR", "delete directories with all they hold").line_only(),
            Opt::flag("dir", "d", "delete empty directories").line_only(),
            Opt::flag("force", "f", "a path that does not exist is no error"),
            Opt::flag("verbose", "v", "say what is done").line_only(),
        ],
        forms: &[Form {
            when: None,
            operands: &[Operand::some("path", Kind::Path, "what to delete")],
        }],
        alternatives: &[&["mode", "recursive"], &["mode", "dir"]],
    },
    parse,
    examples: &[
        Example {
            argv: &["build.log"],
            expect: Verdict::Allow,
            says: "deletes a file of the workspace",
        },
        Example {
            argv: &["-r", "target/debug"],
            expect: Verdict::Allow,
            says: "deletes a tree of the workspace",
        },
        Example {
            argv: &["/tmp/scratch", "--mode=dir-recursive"],
            expect: Verdict::Allow,
            says: "the form with named arguments",
        },
        Example {
            argv: &["-r", ".git"],
            expect: Verdict::Deny,
            says: "the repository itself is protected",
        },
        Example {
            argv: &["/etc/passwd"],
            expect: Verdict::Deny,
            says: "a system file",
        },
        Example {
            argv: &["-rf", "/"],
            expect: Verdict::Deny,
            says: "the root directory",
        },
    ],
    idempotent: true,
};

fn parse(line: &Parsed) -> Result<Intent, UsageError> {
    let mode = line.text("mode").unwrap_or("file");
    let recursive = line.flag("recursive") || mode == "dir-recursive";
    let dir = line.flag("dir") || mode == "dir";
    let mut params = line.flags_as_params(&["force", "verbose"]);
    params.insert("recursive".to_owned(), recursive.into());
    params.insert("dir".to_owned(), dir.into());
    // The word that policies of the form with named arguments read, whichever form was used.
    let mode = if recursive {
        "dir-recursive"
    } else if dir {
        "dir"
    } else {
        "file"
    };
    params.insert("mode".to_owned(), mode.into());
    // `rm -d` takes files too; who names the kind means it.
    if line.text("mode") == Some("dir") {
        params.insert("only_dirs".to_owned(), true.into());
    }
    Ok(Intent {
        domain: "filesystem".into(),
        operation: "delete".into(),
        targets: line
            .all("path")
            .map(|path| Target::path("path", "delete", path))
            .collect(),
        params,
        ..Intent::default()
    })
}
