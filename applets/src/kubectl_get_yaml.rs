//! `kubectl-get-yaml`: prints one Kubernetes object as YAML.

use crate::{
    Applet, Effect, Example,
    grammar::{Form, Grammar, Kind, Operand, Opt, Parsed, UsageError, cluster, resource},
};
use policy::{Intent, Verdict};

pub(crate) const APPLET: Applet = Applet {
    name: "kubectl-get-yaml",
    summary: "print a Kubernetes object as YAML, never a secret",
    domain: "kubernetes",
    operations: &["get"],
    effect: Effect::Exec {
        tool: "kubectl",
        package: "kubernetes-client",
    },
    grammar: &Grammar {
        options: &[
            Opt::value(
                "resource",
                "",
                Kind::Resource,
                "the kind of object, in the form with named arguments",
            ),
            cluster::NAMESPACE,
            cluster::CONTEXT,
        ],
        forms: &[
            Form {
                when: None,
                operands: &[
                    Operand::one(
                        "resource",
                        Kind::Resource,
                        "the kind of object: pods, deploy, cm, ...",
                    ),
                    Operand::one("name", Kind::ObjectName, "its name"),
                ],
            },
            Form {
                when: Some("resource"),
                operands: &[Operand::one("name", Kind::ObjectName, "its name")],
            },
        ],
        alternatives: &[],
    },
    parse,
    examples: &[
        Example {
            argv: &["-n", "web", "deploy", "frontend"],
            expect: Verdict::Allow,
            says: "prints a deployment",
        },
        Example {
            argv: &["frontend", "--resource=deployment", "--ns=web"],
            expect: Verdict::Allow,
            says: "the form with named arguments",
        },
        Example {
            argv: &["secret", "db-password"],
            expect: Verdict::Deny,
            says: "secrets are never given",
        },
    ],
    idempotent: true,
};

fn parse(line: &Parsed) -> Result<Intent, UsageError> {
    let kind = line.text("resource").and_then(resource).unwrap_or_default();
    Ok(Intent {
        domain: "kubernetes".into(),
        operation: "get".into(),
        targets: vec![cluster::object(line, "name", "get", kind)],
        params: cluster::context(line),
        ..Intent::default()
    })
}
