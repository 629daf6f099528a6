//! What the ledger holds of a call: the decision entry before the effect, the outcome entry after it.
//! Only puts values together; secrets are taken out by the ledger before it hashes.

use crate::{
    caller::{Caller, Front},
    home::Home,
    outcome::Outcome,
};
use policy::{Audit, Decision, Intent, Layer, Scope, Target, text::escape};
use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};
use std::os::unix::ffi::OsStrExt;

/// What is recorded of a call beside the intent and the decision.
#[derive(Debug)]
pub struct Origin<'a> {
    /// Who calls.
    pub caller: &'a Caller,
    /// The directory in use.
    pub home: &'a Home,
    /// SHA-256 of each layer, hex.
    pub policies: &'a [(Layer, String)],
    /// `A` to `D`.
    pub level: &'a str,
    /// GTFOBins alerts.
    pub alerts: &'a [Json],
}

/// The data of a decision entry of which nothing is carried out.
pub fn decision(
    intent: &Intent,
    scope: &Scope,
    decision: &Decision,
    origin: &Origin<'_>,
) -> Map<String, Json> {
    let mut data = judged(intent, scope, decision, origin);
    confined(&mut data, decision, Json::Null);
    data
}

/// What is known of a decision entry before it is known what confines its effect.
pub fn judged(intent: &Intent, scope: &Scope, decision: &Decision, origin: &Origin<'_>) -> Map<String, Json> {
    let policies: Map<String, Json> = origin
        .policies
        .iter()
        .map(|(layer, digest)| {
            (
                json!(layer).as_str().unwrap_or_default().to_owned(),
                json!(digest),
            )
        })
        .collect();
    let scope_json = json!(scope);
    let mut data = Map::new();
    data.insert("identity".into(), identity(scope, origin.caller));
    data.insert("intent".into(), intent_json(intent));
    data.insert(
        "scope".into(),
        if decision.audit == Audit::Minimal {
            digest(&scope_json)
        } else {
            scope_json
        },
    );
    data.insert("annotations".into(), json!({"gtfo_alerts": origin.alerts}));
    data.insert("policy_sha256".into(), Json::Object(policies));
    data.insert("level".into(), json!(origin.level));
    data.insert("tool".into(), json!(intent.tool));
    data.insert("workspace".into(), json!(scope.workspace.root));
    data.insert(
        "dir".into(),
        json!({"path": escape(origin.home.path.as_os_str().as_bytes()), "chosen": origin.home.chosen.word()}),
    );
    data
}

/// Adds the decision and what holds its effect; null for a refusal.
pub fn confined(data: &mut Map<String, Json>, decision: &Decision, enforcement: Json) {
    data.insert("decision".into(), json!(decision));
    data.insert("enforcement".into(), enforcement);
}

/// The data of an outcome entry: how the effect of decision `seq` went.
pub fn outcome(seq: u64, outcome: &Outcome) -> Map<String, Json> {
    let mut execution = json!({
        "exit_code": outcome.exit_code,
        "signal": outcome.signal,
        "duration_us": outcome.duration_us,
        "stdout_sha256": outcome.stdout_sha256,
        "stdout_bytes": outcome.stdout_bytes,
        "effects": outcome.effects,
    });
    if let (true, Some(fields)) = (outcome.truncated, execution.as_object_mut()) {
        fields.insert("truncated".to_owned(), json!(true));
    }
    let mut data = Map::new();
    data.insert("of".to_owned(), json!(seq));
    data.insert("execution".to_owned(), execution);
    data
}

/// An intent as it is recorded: operands exactly as given, fields that a target lacks left out.
pub fn intent_json(intent: &Intent) -> Json {
    let targets: Vec<Json> = intent.targets.iter().map(target_json).collect();
    json!({
        "domain": intent.domain, "operation": intent.operation, "targets": targets, "params": intent.params,
    })
}

fn target_json(target: &Target) -> Json {
    let mut out = Map::new();
    let path = target
        .path
        .as_ref()
        .map(|path| escape(path.as_bytes()))
        .unwrap_or_default();
    for (key, value) in [
        ("role", target.role.as_ref()),
        ("domain", target.domain.as_ref()),
        ("operation", target.operation.as_ref()),
        ("path", path.as_str()),
        ("host", target.host.as_str()),
        ("user", target.user.as_str()),
        ("namespace", target.namespace.as_str()),
        ("container", target.container.as_str()),
        ("resource", target.resource.as_str()),
        ("name", target.name.as_str()),
        ("url", target.url.as_str()),
    ] {
        if !value.is_empty() {
            out.insert(key.to_owned(), json!(value));
        }
    }
    if let Some(port) = target.port {
        out.insert("port".to_owned(), json!(port));
    }
    Json::Object(out)
}

fn identity(scope: &Scope, caller: &Caller) -> Json {
    let mut identity = json!({
        "principal": scope.identity.principal,
        "uid": scope.identity.uid,
        "agent": {"value": scope.identity.agent, "learnt": scope.identity.learnt},
        "session": scope.identity.session,
    });
    // A hook is told the session by its event, a server names its connection, a shell inherits a variable.
    let learnt = match caller.front {
        _ if scope.identity.session.is_empty() => "",
        Front::Hook => "hook",
        Front::Server => "mcp",
        Front::Shell => "environment",
    };
    if let Some(fields) = identity.as_object_mut() {
        for (key, value) in [
            ("claimed", caller.claimed.as_str()),
            ("request", &caller.request_id),
            ("session_learnt", learnt),
        ] {
            if !value.is_empty() {
                fields.insert(key.to_owned(), json!(value));
            }
        }
    }
    identity
}

fn digest(value: &Json) -> Json {
    json!({"sha256": hex(&Sha256::digest(value.to_string()))})
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    ::record::hash::text(bytes)
}
