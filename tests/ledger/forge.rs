//! What somebody who knows the format can do: entries written anew with hashes that fit.

use super::place::Place;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::path::Path;

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// The line of an entry, and its hash.
pub(crate) fn line(seq: u64, timestamp: &str, data: &Map<String, Value>, prev: &str) -> (String, String) {
    let data = serde_json_canonicalizer::to_string(data).unwrap();
    raw_line(seq, timestamp, &data, prev)
}

pub(crate) fn raw_line(seq: u64, timestamp: &str, data: &str, prev: &str) -> (String, String) {
    let digest = hex(&Sha256::digest(data.as_bytes()));
    let text = format!("wt-entry-v1\n{seq}\n{timestamp}\n{prev}\n{digest}\n");
    let hash = hex(&Sha256::digest(text.as_bytes()));
    let line = format!(
        "{{\"seq\":{seq},\"timestamp\":\"{timestamp}\",\"data\":{data},\"prev_hash\":\"{prev}\",\"hash\":\"{hash}\"}}\n"
    );
    (line, hash)
}

/// The first segment with every entry passed through `change` and the chain computed anew.
pub(crate) fn rewrite(place: &Place, change: impl Fn(u64, &mut Map<String, Value>)) -> String {
    rewrite_file(&place.segment(1), change)
}

/// The same for any segment.
pub(crate) fn rewrite_file(path: &Path, change: impl Fn(u64, &mut Map<String, Value>)) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    let mut prev = String::new();
    let mut out = String::new();
    for entry in text.lines() {
        let value: Value = serde_json::from_str(entry).unwrap();
        if prev.is_empty() {
            prev = value["prev_hash"].as_str().unwrap().to_owned();
        }
        let mut data = value["data"].as_object().unwrap().clone();
        let seq = value["seq"].as_u64().unwrap();
        change(seq, &mut data);
        let (line, hash) = line(seq, value["timestamp"].as_str().unwrap(), &data, &prev);
        out.push_str(&line);
        prev = hash;
    }
    out
}

/// The content of a seal key's file.
pub(crate) fn seal_state(index: u64, ahead: u64, key: &str) -> String {
    let body = format!("wt-seal-v1 {index} {ahead} {key}");
    let sum = hex(&Sha256::digest(body.as_bytes()));
    let text: String = format!("{body} {}", &sum.get(..16).unwrap());
    format!("{text:<159}\n")
}
