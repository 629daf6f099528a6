//! Clients of cloud providers: what only looks, and what changes, exposes or fetches something there.

use super::options::{Grammar, Options};
use crate::shell::call::Call;

/// Clients whose operands begin with groups and a verb.
const CLIENTS: &[&str] = &[
    "gcloud",
    "az",
    "oci",
    "doctl",
    "hcloud",
    "linode-cli",
    "scw",
    "exo",
    "openstack",
    "ibmcloud",
    "eksctl",
    "kops",
    "heroku",
    "fly",
    "flyctl",
    "supabase",
    "wrangler",
    "railway",
    "render",
];
/// Verbs that change something; also with more behind a hyphen.
const CHANGES: &[&str] = &[
    "delete",
    "destroy",
    "remove",
    "rm",
    "purge",
    "terminate",
    "reset",
    "create",
    "deploy",
    "update",
    "set",
    "add",
    "stop",
    "start",
    "restart",
    "reboot",
    "resize",
    "import",
    "detach",
    "attach",
    "invoke",
    "ssh",
    "scp",
    "run-command",
    "drop",
    "rollback",
    "scale",
    "enable",
    "disable",
    "put",
    "rotate",
    "revoke",
    "grant",
    "publish",
];
/// Options with a value that may stand in front of the verb.
const OPTIONS: &[&str] = &[
    "profile",
    "region",
    "output",
    "endpoint-url",
    "query",
    "project",
    "zone",
    "format",
    "filter",
    "account",
    "subscription",
    "resource-group",
    "cli-profile",
    "context",
    "app",
    "org",
];
/// How operations of `aws` that only look begin.
const LOOKS: &[&str] = &[
    "get-",
    "describe-",
    "list-",
    "head-",
    "lookup-",
    "filter-",
    "batch-get-",
    "search-",
    "select-",
    "estimate-",
    "validate-",
    "check-",
    "wait",
    "help",
    "ls",
    "tail",
    "query",
    "scan",
    "sso",
    "list",
    "presign",
    "login",
    "get",
];
/// Operations of `aws` that look, at secrets.
const SECRETS: &[&str] = &[
    "get-secret-value",
    "get-parameter",
    "get-parameters",
    "get-parameters-by-path",
    "get-session-token",
    "get-federation-token",
    "get-password-data",
    "decrypt",
    "export-credentials",
];

/// Adds the classes of one call.
pub(super) fn check(name: &str, args: &[String], call: &mut Call) {
    if name != "aws" && !CLIENTS.contains(&name) {
        return;
    }
    let grammar = Grammar {
        long_values: OPTIONS,
        ..Grammar::default()
    };
    let operands = Options::parse(args, &grammar).operands;
    let operands: Vec<&str> = operands.iter().map(String::as_str).collect();
    if name == "aws" {
        return aws(&operands, call);
    }
    let local = operands
        .first()
        .is_some_and(|first| matches!(*first, "config" | "components" | "version"));
    let verb = operands.iter().take(5).find(|word| {
        CHANGES.iter().any(|verb| {
            word.strip_prefix(verb)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        })
    });
    if let Some(verb) = verb.filter(|_| !local) {
        call.part.class(
            "infrastructure",
            format!("`{name} {verb}` changes infrastructure"),
        );
    }
}

fn aws(operands: &[&str], call: &mut Call) {
    let (Some(service), Some(operation)) = (operands.first(), operands.get(1)) else {
        return;
    };
    if SECRETS.contains(operation) {
        call.part.class(
            "credentials",
            format!("`aws {service} {operation}` reads secrets"),
        );
    } else if *service == "s3" && *operation == "cp" {
        if operands.last().is_some_and(|o| o.starts_with("s3://")) {
            call.part.class("upload", "`aws s3 cp` sends files to a bucket");
        }
    } else if *service == "configure" {
        if !matches!(*operation, "list" | "list-profiles") {
            call.part.class(
                "credentials",
                format!("`aws configure {operation}` touches credentials"),
            );
        }
    } else if !LOOKS.iter().any(|look| operation.starts_with(look)) {
        call.part.class(
            "infrastructure",
            format!("`aws {service} {operation}` changes infrastructure"),
        );
    }
}
