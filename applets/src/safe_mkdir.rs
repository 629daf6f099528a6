//! `safe-mkdir`: creates directories.

use crate::{
    Applet, Effect, Example,
    grammar::{Form, Grammar, Kind, Operand, Opt, Parsed, UsageError, mode::Mode},
};
use policy::{Intent, Target, Verdict};

pub(crate) const APPLET: Applet = Applet {
    name: "safe-mkdir",
    summary: "create directories",
    domain: "filesystem",
    operations: &["create_dir"],
    effect: Effect::Native { destroys: false },
    grammar: &Grammar {
        options: &[
            Opt::value(
                "mode",
                "m",
                Kind::CreateMode,
                "`single`, `parents`, or the permissions of the new directory",
            )
            .default("single"),
            Opt::flag(
                "parents",
                "p",
                "create missing parents; one that exists is no error",
            )
            .line_only(),
            Opt::flag("verbose", "v", "say what is done").line_only(),
        ],
        forms: &[Form {
            when: None,
            operands: &[Operand::some("path", Kind::Path, "the new directory")],
        }],
        alternatives: &[],
    },
    parse,
    examples: &[
        Example {
            argv: &["-p", "build/out"],
            expect: Verdict::Allow,
            says: "creates a directory and its parents",
        },
        Example {
            argv: &["-m", "700", "/tmp/private"],
            expect: Verdict::Allow,
            says: "with these permissions",
        },
        Example {
            argv: &["docs", "--mode=parents"],
            expect: Verdict::Allow,
            says: "the form with named arguments",
        },
        Example {
            argv: &["/usr/lib/x"],
            expect: Verdict::Deny,
            says: "a system directory",
        },
    ],
    idempotent: false,
};

fn parse(line: &Parsed) -> Result<Intent, UsageError> {
    let mut params = line.flags_as_params(&["verbose"]);
    let given = line.text("mode").unwrap_or_default();
    if line.flag("parents") && given == "single" {
        return Err(UsageError::new(
            "options `--parents` and `--mode=single` exclude each other",
            "give one of them",
        ));
    }
    let parents = line.flag("parents") || given == "parents";
    params.insert("parents".to_owned(), parents.into());
    params.insert(
        "mode".to_owned(),
        if parents { "parents" } else { "single" }.into(),
    );
    if let Some(mode) = Mode::parse(given) {
        params.insert("permissions".to_owned(), given.into());
        params.insert("clauses".to_owned(), mode.to_json());
        params.insert("sets_ids".to_owned(), mode.sets_ids().into());
    }
    Ok(Intent {
        domain: "filesystem".into(),
        operation: "create_dir".into(),
        targets: line
            .all("path")
            .map(|path| Target::path("path", "create_dir", path))
            .collect(),
        params,
        ..Intent::default()
    })
}
