//! `safe-chown`: changes owner and group.

use crate::{
    Applet, Effect, Example,
    grammar::{
        Form, Grammar, Kind, Operand, Opt, Parsed, UsageError,
        owner::{Group, Owner, Principal},
    },
};
use policy::{Intent, Target, Verdict};
use serde_json::Value as Json;

pub(crate) const APPLET: Applet = Applet {
    name: "safe-chown",
    summary: "change the owner and group of files",
    domain: "filesystem",
    operations: &["chown"],
    effect: Effect::Native { destroys: false },
    grammar: &Grammar {
        options: &[
            Opt::value(
                "owner",
                "",
                Kind::Owner,
                "the new owner, in the form with named arguments",
            ),
            Opt::value(
                "recursive",
                "R",
                Kind::Switch,
                "change directories with all they hold",
            )
            .default("no"),
            Opt::flag("no-dereference", "h", "change a symbolic link itself"),
            Opt::flag("verbose", "v", "say what is done").line_only(),
        ],
        forms: &[
            Form {
                when: None,
                operands: &[
                    Operand::one(
                        "owner",
                        Kind::Owner,
                        "OWNER, OWNER:GROUP, OWNER: or :GROUP, by name or number",
                    ),
                    Operand::some("path", Kind::Path, "what to change"),
                ],
            },
            Form {
                when: Some("owner"),
                operands: &[Operand::some("path", Kind::Path, "what to change")],
            },
        ],
        alternatives: &[],
    },
    parse,
    examples: &[
        Example {
            argv: &[":staff", "report.txt"],
            expect: Verdict::Allow,
            says: "gives a file to one of the caller's groups",
        },
        Example {
            argv: &["report.txt", "--owner=alice", "--recursive=no"],
            expect: Verdict::Escalate,
            says: "a person decides about other owners",
        },
        Example {
            argv: &["-R", "nobody", "/etc"],
            expect: Verdict::Deny,
            says: "a system directory",
        },
    ],
    idempotent: true,
};

fn parse(line: &Parsed) -> Result<Intent, UsageError> {
    let mut params = line.flags_as_params(&["recursive", "no-dereference", "verbose"]);
    let given = line.text("owner").unwrap_or_default();
    let Some(owner) = Owner::parse(given) else {
        return Err(UsageError::new("operand OWNER is missing for safe-chown", ""));
    };
    params.insert("owner".to_owned(), given.into());
    params.insert(
        "user".to_owned(),
        owner.user.as_ref().map_or(Json::Null, principal),
    );
    let group = match &owner.group {
        Group::Unchanged | Group::Login => Json::Null,
        Group::Named(group) => principal(group),
    };
    params.insert("group".to_owned(), group);
    params.insert("login_group".to_owned(), (owner.group == Group::Login).into());
    Ok(Intent {
        domain: "filesystem".into(),
        operation: "chown".into(),
        targets: line
            .all("path")
            .map(|path| Target::path("path", "chown", path))
            .collect(),
        params,
        ..Intent::default()
    })
}

/// A name as text, an id as a number.
fn principal(principal: &Principal) -> Json {
    match principal {
        Principal::Name(name) => name.as_str().into(),
        Principal::Id(id) => (*id).into(),
    }
}
