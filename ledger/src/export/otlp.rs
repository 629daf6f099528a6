//! OpenTelemetry log records in OTLP's JSON encoding: 64-bit integers as strings, enumerations as numbers.

use super::facts::Facts;
use crate::{clock, read::Entry};
use serde_json::{Value, json};

pub(super) fn record(entry: &Entry) -> Value {
    let facts = Facts::of(entry);
    let nanos = clock::parse(&entry.timestamp)
        .unwrap_or(0)
        .saturating_mul(1000)
        .to_string();
    let (number, text) = match facts.weight() {
        10 => (21, "FATAL"),
        7..=9 => (17, "ERROR"),
        4..=6 => (13, "WARN"),
        _ => (9, "INFO"),
    };
    let mut attributes = vec![
        json!({"key": "wt.seq", "value": {"intValue": entry.seq.to_string()}}),
        json!({"key": "wt.kind", "value": {"stringValue": entry.kind()}}),
        json!({"key": "wt.hash", "value": {"stringValue": entry.hash}}),
        json!({"key": "wt.prev_hash", "value": {"stringValue": entry.prev_hash}}),
    ];
    for (key, value) in [
        ("wt.verdict", &facts.verdict),
        ("wt.domain", &facts.domain),
        ("wt.operation", &facts.operation),
        ("wt.agent", &facts.agent),
        ("wt.tool", &facts.tool),
        ("user.name", &facts.principal),
        ("session.id", &facts.session),
    ] {
        if !value.is_empty() {
            attributes.push(json!({"key": key, "value": {"stringValue": value}}));
        }
    }
    for (key, values) in [
        ("wt.targets", &facts.targets),
        ("wt.rules", &facts.rules),
        ("wt.reasons", &facts.reasons),
    ] {
        if !values.is_empty() {
            let values: Vec<Value> = values.iter().map(|value| json!({"stringValue": value})).collect();
            attributes.push(json!({"key": key, "value": {"arrayValue": {"values": values}}}));
        }
    }
    if let Some(score) = facts.risk_score {
        attributes.push(json!({"key": "wt.risk_score", "value": {"doubleValue": score}}));
    }
    for (key, value) in [
        ("wt.of", facts.of.map(|of| of.to_string())),
        ("process.exit.code", facts.exit_code.map(|c| c.to_string())),
    ] {
        if let Some(value) = value {
            attributes.push(json!({"key": key, "value": {"intValue": value}}));
        }
    }
    json!({
        "timeUnixNano": nanos,
        "observedTimeUnixNano": nanos,
        "severityNumber": number,
        "severityText": text,
        "body": {"stringValue": facts.summary(entry.kind())},
        "attributes": attributes,
    })
}

pub(super) fn request(records: Vec<Value>, host: &str) -> Value {
    let attribute = |key: &str, value: &str| json!({"key": key, "value": {"stringValue": value}});
    json!({"resourceLogs": [{
        "resource": {"attributes": [attribute("service.name", "watchtower"), attribute("host.name", host)]},
        "scopeLogs": [{
            "scope": {"name": "watchtower.ledger", "version": env!("CARGO_PKG_VERSION")},
            "logRecords": records,
        }],
    }]})
}
