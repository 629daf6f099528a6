//! kubectl: which objects of a cluster are asked for or changed.

use super::options::{Grammar, Options};
use crate::analysis::Effect;
use crate::shell::call::Call;
use crate::shell::paths::Access;
use crate::shell::value;
use crate::shell::walk::Walk;

/// Subcommands whose words are kinds and names.
const KINDS: &[&str] = &[
    "get",
    "describe",
    "delete",
    "edit",
    "label",
    "annotate",
    "patch",
    "wait",
    "replace",
    "apply",
    "expose",
    "scale",
    "autoscale",
    "events",
];

pub(super) fn kubectl(walk: &mut Walk<'_>, args: &[String], call: &mut Call) {
    let options = Options::parse(
        args,
        &Grammar {
            values: "nsfoLlvck",
            long_values: &[
                "namespace",
                "context",
                "kubeconfig",
                "output",
                "filename",
                "selector",
                "container",
                "tail",
                "since",
                "server",
                "token",
                "profile-output",
                "raw",
                "template",
                "sort-by",
                "field-selector",
                "replicas",
                "image",
                "kustomize",
                "as",
                "as-group",
                "as-uid",
                "cluster",
                "user",
                "cache-dir",
                "certificate-authority",
                "client-certificate",
                "client-key",
                "request-timeout",
                "tls-server-name",
                "chunk-size",
                "label-columns",
                "subresource",
                "for",
                "timeout",
                "field-manager",
                "type",
                "patch",
                "patch-file",
                "log-flush-frequency",
                "password",
                "username",
                "vmodule",
                "profile",
            ],
            ..Grammar::default()
        },
    );
    let verb = options.operands.first().map(String::as_str).unwrap_or_default();
    let operation = match verb {
        "get" | "describe" | "explain" | "api-resources" | "api-versions" | "version" | "cluster-info"
        | "top" | "auth" | "diff" | "config" | "completion" | "wait" | "events" | "kustomize" | "options"
        | "plugin" => "get",
        "logs" => "logs",
        "rollout"
            if options
                .operands
                .get(1)
                .is_some_and(|w| w == "status" || w == "history") =>
        {
            "get"
        }
        "port-forward" => "port-forward",
        "" => return,
        _ if options.has(&["--help", "-h"]) => "get",
        _ if options.value(&["--dry-run"]).is_some() => "get",
        _ => "change",
    };
    for file in options.all(&["--profile-output"]) {
        walk.access(file, Access::Write, &mut call.part);
    }
    if let Some(file) = options.value(&["--kubeconfig"])
        && (file.starts_with("/tmp") || walk.made.contains_key(&walk.absolute(file)))
    {
        call.part.concern(
            "runs-program",
            format!(
                "`kubectl --kubeconfig` obeys `{}`, which can run programs",
                value::show(file)
            ),
        );
    }
    if options.has(&["--raw"]) || options.value(&["--server", "-s"]).is_some() {
        call.part.concern(
            "runs-program",
            "`kubectl` is sent to an address of the caller's choice",
        );
    }
    let words = options.operands.get(1..).unwrap_or_default();
    let things = things(verb, words);
    if verb == "get" && tells(&options) {
        let listed = options.has(&["-f", "--filename", "-k", "--kustomize"]);
        let unknown = things.iter().any(|(kind, _)| value::is_open(kind));
        if listed || unknown {
            call.part.concern(
                "unresolved-command",
                "`kubectl get -o` prints whole objects, and of which kind is only known when it runs",
            );
        }
    }
    let why = if operation == "change" {
        format!("`kubectl {verb}` changes the cluster")
    } else {
        String::new()
    };
    let namespace = options.value(&["-n", "--namespace"]).unwrap_or("default");
    for (kind, name) in things {
        call.part.effects.push(Effect {
            domain: "kubernetes",
            operation,
            role: "resource",
            name: value::show(&name),
            resource: value::show(&kind),
            namespace: namespace.to_owned(),
            params: vec![("why", why.clone()), ("verb", verb.to_owned())],
            ..Effect::default()
        });
    }
}

/// Whether whole objects are printed, not only a line for each.
fn tells(options: &Options) -> bool {
    let output = options.value(&["-o", "--output"]);
    options.has(&["--template"]) || output.is_some_and(|format| !matches!(format, "wide" | "name"))
}

/// What is asked for, kind and name: kinds stand between commas with names behind them, or each with its name as
/// `kind/name`.
fn things(verb: &str, words: &[String]) -> Vec<(String, String)> {
    let kind_of = |word: &str| word.split('/').next().unwrap_or(word).to_owned();
    let first = words.first().map(String::as_str).unwrap_or_default();
    let second = words.get(1).cloned().unwrap_or_default();
    if !KINDS.contains(&verb) {
        return vec![(kind_of(first), second)];
    }
    if words.iter().any(|word| word.contains('/')) {
        let pairs = words.iter().flat_map(|word| {
            let (kinds, name) = word.split_once('/').unwrap_or((word, ""));
            kinds.split(',').map(|kind| (kind.to_owned(), name.to_owned()))
        });
        return pairs.collect();
    }
    let name = words.get(1..).unwrap_or_default().join(",");
    first
        .split(',')
        .map(|kind| (kind.to_owned(), name.clone()))
        .collect()
}
