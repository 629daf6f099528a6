//! `kubectl-exec-read`: reads a file or directory in a container with one of four constant commands.

use crate::{
    Applet, Effect, Example,
    grammar::{Form, Grammar, Kind, Operand, Opt, Parsed, UsageError, cluster},
};
use policy::{Intent, Target, Verdict};

/// The commands that only read.
const COMMANDS: Kind = Kind::Choice(&["cat", "ls", "head", "stat"]);

pub(crate) const APPLET: Applet = Applet {
    name: "kubectl-exec-read",
    summary: "read a file or directory in a container",
    domain: "kubernetes",
    operations: &["exec"],
    effect: Effect::Exec {
        tool: "kubectl",
        package: "kubernetes-client",
    },
    grammar: &Grammar {
        options: &[
            cluster::NAMESPACE,
            cluster::CONTAINER,
            Opt::value(
                "cmd",
                "",
                COMMANDS,
                "how to read it, in the form with named arguments",
            ),
            Opt::value(
                "path",
                "",
                Kind::ContainerPath,
                "what to read, in the form with named arguments",
            ),
            cluster::CONTEXT,
        ],
        forms: &[
            Form {
                when: None,
                operands: &[
                    Operand::one("pod", Kind::ObjectName, "the pod"),
                    Operand::one("cmd", COMMANDS, "how to read it: cat, ls, head or stat"),
                    Operand::one("path", Kind::ContainerPath, "an absolute path in the container"),
                ],
            },
            Form {
                when: Some("cmd"),
                operands: &[Operand::one("pod", Kind::ObjectName, "the pod")],
            },
        ],
        alternatives: &[],
    },
    parse,
    examples: &[
        Example {
            argv: &["-n", "dev", "frontend-5d9f", "cat", "/etc/os-release"],
            expect: Verdict::Allow,
            says: "prints a file",
        },
        Example {
            argv: &["frontend-5d9f", "--ns=staging", "--cmd=ls", "--path=/srv"],
            expect: Verdict::Allow,
            says: "the form with named arguments",
        },
        Example {
            argv: &["-n", "production", "frontend-5d9f", "ls", "/srv"],
            expect: Verdict::Escalate,
            says: "a person decides outside dev, staging and test",
        },
        Example {
            argv: &[
                "-n",
                "dev",
                "frontend-5d9f",
                "cat",
                "/var/run/secrets/kubernetes.io/serviceaccount/token",
            ],
            expect: Verdict::Deny,
            says: "mounted secrets are never given",
        },
    ],
    idempotent: true,
};

fn parse(line: &Parsed) -> Result<Intent, UsageError> {
    let Some(path) = line.one("path") else {
        return Err(UsageError::new(
            "`--path` is missing for kubectl-exec-read",
            "name an absolute path in the container",
        ));
    };
    let mut params = cluster::context(line);
    params.insert("cmd".to_owned(), line.text("cmd").unwrap_or_default().into());
    let pod = cluster::object(line, "pod", "exec", "pods");
    Ok(Intent {
        domain: "kubernetes".into(),
        operation: "exec".into(),
        targets: vec![Target {
            path: Some(path.to_owned()),
            ..pod
        }],
        params,
        ..Intent::default()
    })
}
