//! Exports, read back by other people's decoders; and the predecessor's files, written by Python itself.

use super::place::{Place, object};
use crate::support::needs;
use ledger::{
    DecisionDraft, Draft, Durability, Kind,
    export::{Export, Format},
    legacy::verify_legacy,
    read::Reader,
};
use policy::Verdict;
use serde_json::{Value, json};
use std::{os::fd::AsFd, path::Path, process::Command};

/// A ledger with names that every format must escape.
fn awkward() -> Place {
    let place = Place::with_ledger();
    let mut ledger = place.open();
    for path in ["/w/a,b", "/w/a\"b", "/w/a\nb", "/w/a|b=c\\d", "/w/é日", "=1+1"] {
        let data = object(json!({
            "identity": {"principal": "ann", "uid": 1000, "agent": {"value": "claude-code", "learnt": "parent"}, "session": "s1"},
            "intent": {"domain": "filesystem", "operation": "delete", "targets": [{"path": path}]},
            "scope": {"targets": [{"path": path}]},
            "decision": {"verdict": "deny", "matched_rules": [{"rule": "r|1"}], "risk_score": 0.7, "reasons": ["no, \"never\""]},
            "tool": "safe-rm",
        }));
        let draft = DecisionDraft {
            verdict: Verdict::Deny,
            data,
        };
        drop(ledger.decide(draft, Durability::Relaxed).unwrap());
    }
    let outcome = Draft {
        kind: Kind::Outcome,
        data: object(json!({"of": 2, "execution": {"exit_code": 0}})),
    };
    ledger.append(&[outcome], Durability::Relaxed).unwrap();
    place
}

fn export(place: &Place, format: Format) -> String {
    let reader = Reader::open(place.dir().as_fd(), place.path()).unwrap();
    let mut out = Vec::new();
    let mut export = Export::begin(&mut out, format, "host1").unwrap();
    for entry in reader.from(1) {
        export.entry(&entry.unwrap()).unwrap();
    }
    assert_eq!(export.end().unwrap(), 8);
    String::from_utf8(out).unwrap()
}

fn python(script: &str, input: &str, args: &[&Path]) -> Option<String> {
    use std::io::Write;
    let child = Command::new("python3")
        .arg("-c")
        .arg(script)
        .args(args)
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn();
    let mut child = needs::some(child.ok(), "python3")?;
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let out = child.wait_with_output().unwrap();
    if !needs::met(out.status.code() != Some(42), "the Python module of a decoder") {
        return None;
    }
    assert!(out.status.success(), "python failed");
    Some(String::from_utf8(out.stdout).unwrap())
}

#[test]
fn json_and_jsonl_are_the_entries() {
    let place = awkward();
    let all: Vec<Value> = serde_json::from_str(&export(&place, Format::Json)).unwrap();
    let lines: Vec<Value> = export(&place, Format::Jsonl)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!((all.len(), &all), (8, &lines));
    let file = std::fs::read_to_string(place.segment(1)).unwrap();
    let stored: Vec<Value> = file
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(all, stored);
}

#[test]
fn csv_reads_back_in_python() {
    let place = awkward();
    let script = "import csv,sys,json,io\nrows=list(csv.DictReader(io.StringIO(sys.stdin.buffer.read().decode(),newline='')))\nprint(json.dumps([r['targets'] for r in rows]+[len(rows),rows[1]['reasons']]))";
    let Some(out) = python(script, &export(&place, Format::Csv), &[]) else {
        return;
    };
    let read: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        read,
        json!([
            "",
            "/w/a,b",
            "/w/a\"b",
            "/w/a\nb",
            "/w/a|b=c\\d",
            "/w/é日",
            "=1+1",
            "",
            8,
            "no, \"never\""
        ])
    );
}

#[test]
fn otlp_is_decoded_by_the_published_protocol() {
    let script = "
import sys
try:
    from google.protobuf import json_format
    from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest as R
except ImportError:
    sys.exit(42)
n=0
for line in sys.stdin:
    r=json_format.Parse(line, R())
    for rl in r.resource_logs:
        assert {a.key:a.value.string_value for a in rl.resource.attributes}['service.name']=='watchtower'
        for sl in rl.scope_logs:
            for lr in sl.log_records:
                n+=1; assert lr.time_unix_nano>10**18 and lr.severity_number>0
                a={x.key:x.value for x in lr.attributes}
                assert a['wt.seq'].int_value==n
print(n)
";
    let Some(out) = python(script, &export(&awkward(), Format::Otlp), &[]) else {
        return;
    };
    assert_eq!(out.trim(), "8");
}

#[test]
fn ocsf_events_have_what_their_classes_require() {
    let text = export(&awkward(), Format::Ocsf);
    let events: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    for event in &events {
        for name in [
            "activity_id",
            "category_uid",
            "class_uid",
            "type_uid",
            "time",
            "severity_id",
            "metadata",
        ] {
            assert!(!event[name].is_null(), "{name}: {event}");
        }
        let (class, activity) = (
            event["class_uid"].as_u64().unwrap(),
            event["activity_id"].as_u64().unwrap(),
        );
        assert_eq!(event["type_uid"], class * 100 + activity);
        assert_eq!(event["metadata"]["version"], "1.3.0");
        assert!(event["metadata"]["product"]["vendor_name"].is_string());
        assert!((0..=6).contains(&event["severity_id"].as_u64().unwrap()));
        if class == 1001 {
            for name in ["actor", "device", "file"] {
                assert!(event[name].is_object(), "{name}: {event}");
            }
            assert!(event["file"]["name"].is_string() && event["device"]["type_id"].is_u64());
        }
    }
    let first = &events[1];
    assert_eq!(
        (&first["class_uid"], &first["activity_id"]),
        (&json!(1001), &json!(4))
    );
    assert_eq!(
        (&first["action_id"], &first["disposition_id"]),
        (&json!(2), &json!(2))
    );
}

#[test]
fn cef_lines_parse_by_its_own_rules() {
    for (line, path) in
        export(&awkward(), Format::Cef)
            .lines()
            .skip(1)
            .zip(["/w/a,b", "/w/a\"b", "/w/a\nb", "/w/a|b=c\\d"])
    {
        let mut fields = vec![String::new()];
        let mut escaped = false;
        let mut rest = String::new();
        for (i, c) in line.char_indices() {
            if escaped {
                fields.last_mut().unwrap().push(c);
                escaped = false;
            } else if c == '\\' {
                escaped = true;
            } else if c == '|' {
                fields.push(String::new());
                if fields.len() == 8 {
                    rest = line.get(i + 1..).unwrap().to_owned();
                    break;
                }
            } else {
                fields.last_mut().unwrap().push(c);
            }
        }
        assert_eq!(
            (fields[0].as_str(), fields[4].as_str(), fields[6].as_str()),
            ("CEF:0", "decision:deny", "7")
        );
        let value = rest
            .split(" filePath=")
            .nth(1)
            .unwrap()
            .split(" reason=")
            .next()
            .unwrap();
        let unescaped = value
            .replace("\\\\", "\u{0}")
            .replace("\\=", "=")
            .replace("\\n", "\n")
            .replace('\u{0}', "\\");
        assert_eq!(unescaped, path);
    }
}

/// Writes files as the predecessor did.
const PREDECESSOR: &str = r#"
import json,hashlib,sys,os
d=sys.argv[1]; prev="0"*64
names=["ledger-20250101-000000.jsonl","ledger-20250102-000000.jsonl"]
for n,name in enumerate(names):
    with open(os.path.join(d,name),"w") as f:
        for i in range(5):
            data={"seq":0,"timestamp":"2025-01-01T00:00:00","identity":{"principal":"ubuntu","capabilities":["fs:read"],"attestation":None},
              "intent":{"domain":"filesystem","operation":"delete","target":{"path":"/tmp/\u00e9\udc80\U0001f600\n","host":None,"namespace":None,"name":None,"extra":{}},"params":{"n":10**25,"f":[0.1,1e16,1e-5,2.5,100.0]}},
              "decision":{"verdict":"allow","matched_rules":["tmp"],"risk_score":0.30000000000000004,"escalation_reasons":[]},
              "execution":{"success":True,"returncode":0,"stdout_hash":"","stderr_hash":"","duration_ms":1.5},"annotations":{"gtfo_alerts":[]}}
            h=hashlib.sha256((prev+json.dumps(data,sort_keys=True,separators=(",",":"))).encode()).hexdigest()
            f.write(json.dumps({"seq":n*5+i+1,"timestamp":"t","data":data,"prev_hash":prev,"hash":h})+"\n"); prev=h
"#;

#[test]
fn the_predecessors_files_are_checked_byte_for_byte_and_taken_in() {
    let old = Place::new();
    python(PREDECESSOR, "", &[old.path()]).unwrap();
    let report = verify_legacy(old.path()).unwrap();
    assert_eq!(
        (report.state.exit_code(), report.entries, report.files),
        (0, 10, 2),
        "{report:?}"
    );
    let place = Place::with_ledger();
    let (taken, receipt) = place.open().import(old.path(), "ann").unwrap();
    assert_eq!((taken.entries, receipt.seq), (10, 12));
    assert_eq!(place.exit_code(), 0);
    let reader = Reader::open(place.dir().as_fd(), place.path()).unwrap();
    let entry = reader.get(2).unwrap().unwrap();
    assert_eq!((entry.kind(), &entry.data["proven"]), ("import", &json!(true)));
    assert_eq!(
        entry.data["original"]["data"]["intent"]["target"]["path"],
        "/tmp/é\\x80😀\n"
    );
    // What was changed, and what was cut off, is told apart.
    let second = old.path().join("ledger-20250102-000000.jsonl");
    let text = std::fs::read_to_string(&second).unwrap();
    std::fs::write(&second, text.replacen("\"allow\"", "\"deny\"", 1)).unwrap();
    let report = verify_legacy(old.path()).unwrap();
    assert_eq!((report.state.exit_code(), report.entries), (1, 5));
    std::fs::write(&second, text.get(..text.len() - 9).unwrap()).unwrap();
    assert_eq!(verify_legacy(old.path()).unwrap().state.exit_code(), 2);
}
