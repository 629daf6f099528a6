//! Open Cybersecurity Schema Framework 1.3 events: File System Activity for the file system, API Activity for every
//! other decision, Base Event for the rest. Identifiers are those of the published schema.

use super::facts::Facts;
use crate::{clock, read::Entry};
use serde_json::{Map, Value, json};

const SCHEMA: &str = "1.3.0";
const FILE_ACTIVITY: u32 = 1001;
const API_ACTIVITY: u32 = 6003;

pub(super) fn event(entry: &Entry, host: &str) -> Value {
    let facts = Facts::of(entry);
    let decided = !facts.verdict.is_empty();
    let (class, category) = match (decided, facts.domain.as_str()) {
        (true, "filesystem") => (FILE_ACTIVITY, 1),
        (true, _) => (API_ACTIVITY, 6),
        (false, _) => (0, 0),
    };
    let activity = match class {
        FILE_ACTIVITY => file_activity(&facts.operation),
        API_ACTIVITY => api_activity(&facts.operation),
        _ => 99,
    };
    let mut event = Map::new();
    let mut put = |name: &str, value: Value| event.insert(name.to_owned(), value);
    put("activity_id", json!(activity));
    if activity == 99 {
        let name = if facts.operation.is_empty() {
            entry.kind()
        } else {
            facts.operation.as_str()
        };
        put("activity_name", json!(name));
    }
    put("category_uid", json!(category));
    put("class_uid", json!(class));
    put("type_uid", json!(class * 100 + activity));
    put("time", json!(clock::parse(&entry.timestamp).unwrap_or(0) / 1000));
    put("severity_id", json!(severity(facts.weight())));
    put("message", json!(facts.summary(entry.kind())));
    let mut metadata = json!({
        "version": SCHEMA,
        "uid": entry.hash,
        "sequence": entry.seq,
        "log_name": "watchtower.ledger",
        "product": {"name": "Watchtower", "vendor_name": "Watchtower", "version": env!("CARGO_PKG_VERSION")},
    });
    if decided {
        set(&mut metadata, "profiles", json!(["security_control"]));
        let (action, disposition) = match facts.verdict.as_str() {
            "allow" | "shadow" => (1, 1),
            "deny" => (2, 2),
            _ => (99, 99),
        };
        put("action_id", json!(action));
        put("disposition_id", json!(disposition));
        if action == 99 {
            put("action", json!("Escalated"));
            put("disposition", json!("Escalated"));
        }
        put("status_id", json!(if action == 1 { 1 } else { 2 }));
        put("status_detail", json!(facts.reasons.join("; ")));
        let mut user = json!({"name": facts.principal, "type_id": 1});
        if let Some(uid) = facts.uid {
            set(&mut user, "uid", json!(uid.to_string()));
        }
        let mut actor = json!({"user": user, "app_name": facts.agent});
        if !facts.session.is_empty() {
            set(&mut actor, "session", json!({"uid": facts.session}));
        }
        put("actor", actor);
        put("device", json!({"hostname": host, "type_id": 0}));
        if let Some(rule) = facts.rules.first() {
            put("firewall_rule", json!({"name": rule, "type": "policy"}));
        }
    }
    put("metadata", metadata);
    if class == FILE_ACTIVITY {
        let path = facts.targets.first().cloned().unwrap_or_default();
        let name = path.rsplit('/').next().unwrap_or_default().to_owned();
        put("file", json!({"name": name, "path": path, "type_id": 0}));
    }
    if class == API_ACTIVITY {
        put(
            "api",
            json!({"operation": format!("{}:{}", facts.domain, facts.operation), "service": {"name": facts.tool}}),
        );
        put("src_endpoint", json!({"hostname": host}));
        if !facts.host.is_empty() {
            put("dst_endpoint", json!({"hostname": facts.host}));
        }
    }
    put(
        "unmapped",
        json!({"kind": entry.kind(), "seq": entry.seq, "prev_hash": entry.prev_hash, "data": entry.data}),
    );
    Value::Object(event)
}

fn set(object: &mut Value, name: &str, value: Value) {
    if let Some(members) = object.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}

fn file_activity(operation: &str) -> u32 {
    match operation {
        "create_dir" | "create_file" | "copy" | "link" | "symlink" => 1,
        "read" | "list" => 2,
        "write" => 3,
        "delete" => 4,
        "move" => 5,
        "chown" => 6,
        "chmod" => 7,
        _ => 99,
    }
}

fn api_activity(operation: &str) -> u32 {
    match operation {
        "read" | "list" | "ps" | "get" | "logs" | "rg" | "jq" => 2,
        _ => 99,
    }
}

fn severity(weight: u8) -> u32 {
    match weight {
        10 => 5,
        7..=9 => 4,
        5..=6 => 3,
        3..=4 => 2,
        _ => 1,
    }
}
