//! `kubectl-logs`: prints the log of a pod.

use crate::{
    Applet, Effect, Example,
    grammar::{Form, Grammar, Kind, Operand, Opt, Parsed, UsageError, cluster},
};
use policy::{Intent, Verdict};
use serde_json::Value as Json;

/// Most lines that can be asked for.
const MAX_LINES: u64 = 1_000_000;
/// Lines without `--tail`.
const DEFAULT_LINES: u64 = 100;

pub(crate) const APPLET: Applet = Applet {
    name: "kubectl-logs",
    summary: "print the log of a pod",
    domain: "kubernetes",
    operations: &["logs"],
    effect: Effect::Exec {
        tool: "kubectl",
        package: "kubernetes-client",
    },
    grammar: &Grammar {
        options: &[
            cluster::NAMESPACE,
            cluster::CONTAINER,
            Opt::value(
                "tail",
                "",
                Kind::Number {
                    min: 0,
                    max: MAX_LINES,
                },
                "the last lines to print",
            )
            .default("100"),
            Opt::value("since", "", Kind::Duration, "only what is newer than this"),
            Opt::flag("previous", "p", "the log of the container's previous run"),
            cluster::CONTEXT,
        ],
        forms: &[Form {
            when: None,
            operands: &[Operand::one("pod", Kind::ObjectName, "the pod")],
        }],
        alternatives: &[],
    },
    parse,
    examples: &[
        Example {
            argv: &["-n", "web", "--tail", "50", "frontend-5d9f"],
            expect: Verdict::Allow,
            says: "the last 50 lines",
        },
        Example {
            argv: &["frontend-5d9f", "--ns=web", "--tail=50"],
            expect: Verdict::Allow,
            says: "the same",
        },
        Example {
            argv: &["--since=10m", "--previous", "frontend-5d9f"],
            expect: Verdict::Allow,
            says: "before a restart",
        },
    ],
    idempotent: true,
};

fn parse(line: &Parsed) -> Result<Intent, UsageError> {
    let mut params = cluster::context(line);
    params.insert(
        "tail".to_owned(),
        line.number::<u64>("tail").unwrap_or(DEFAULT_LINES).into(),
    );
    params.insert(
        "since".to_owned(),
        line.text("since").map_or(Json::Null, Json::from),
    );
    params.insert("previous".to_owned(), line.flag("previous").into());
    Ok(Intent {
        domain: "kubernetes".into(),
        operation: "logs".into(),
        targets: vec![cluster::object(line, "pod", "logs", "pods")],
        params,
        ..Intent::default()
    })
}
