//! The argv of kubectl, built from the typed intent: the verb and every option are constants of this file.

use crate::sandbox::plan::Bytes;
use policy::Intent;
use serde_json::Value as Json;

/// Where the child finds its configuration.
pub(super) const KUBECONFIG: &str = "/run/wt/kubeconfig";
/// Where it keeps what it learns of the server, and for how long: this one call.
const CACHE: &str = "/tmp/cache";
/// Seconds that kubectl has beyond the call.
const GRACE_S: u64 = 5;
/// The argv, built from the typed intent.
pub(super) fn of(intent: &Intent, timeout_s: u64) -> Vec<Bytes> {
    let target = intent.targets.first().cloned().unwrap_or_default();
    let param = |name: &str| {
        intent
            .params
            .get(name)
            .and_then(Json::as_str)
            .filter(|text| !text.is_empty())
    };
    let mut words = vec![
        "kubectl".to_owned(),
        format!("--kubeconfig={KUBECONFIG}"),
        format!("--cache-dir={CACHE}"),
        // Later than the call's own end, which is the one that is told.
        format!("--request-timeout={}s", timeout_s.saturating_add(GRACE_S)),
        format!("--namespace={}", target.namespace),
    ];
    let mut path: Option<Bytes> = None;
    match intent.operation.as_ref() {
        "get" => {
            words.extend(["get", "--output=yaml", "--", &target.resource, &target.name].map(str::to_owned))
        }
        "logs" => {
            words.push("logs".to_owned());
            if let Some(lines) = intent.params.get("tail").and_then(Json::as_u64) {
                words.push(format!("--tail={lines}"));
            }
            words.extend(param("since").map(|since| format!("--since={since}")));
            if intent.params.get("previous").and_then(Json::as_bool) == Some(true) {
                words.push("--previous".to_owned());
            }
            if !target.container.is_empty() {
                words.push(format!("--container={}", target.container));
            }
            words.extend(["--".to_owned(), target.name]);
        }
        _ => {
            words.push("exec".to_owned());
            if !target.container.is_empty() {
                words.push(format!("--container={}", target.container));
            }
            words.extend([target.name, "--".to_owned()]);
            let command: &[&str] = match param("cmd") {
                Some("cat") => &["cat", "--"],
                Some("ls") => &["ls", "-la", "--"],
                Some("head") => &["head", "--"],
                _ => &["stat", "--"],
            };
            words.extend(command.iter().map(|word| (*word).to_owned()));
            path = target.path.map(|path| path.into_encoded_bytes());
        }
    }
    words.into_iter().map(String::into_bytes).chain(path).collect()
}
