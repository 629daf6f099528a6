//! Makes big ledgers and measures against them; run by `tests/campaigns/ledger_speed.sh`. Nothing here runs in CI.

use serde_json::{Map, Value, json};
use std::{
    fs::{DirBuilder, File},
    io::Write,
    os::unix::fs::{DirBuilderExt, FileExt},
    path::Path,
    time::Instant,
};
use watchtower::ledger::{Draft, Durability, Genesis, Kind, Ledger, Settings};

/// An entry of the size that decisions have.
fn decision_like(n: u64) -> Map<String, Value> {
    let path = format!("/home/ann/project/build/output-{n}.o");
    let target = json!({"role": "path", "domain": "filesystem", "operation": "delete", "path": path, "name": "output.o",
        "parent": "/home/ann/project/build", "ext": "o", "kind": "file", "size": 1234, "owner": "ann", "mode": 420,
        "links": 1, "entries": 1, "exists": true});
    let value = json!({
        "source": "bench",
        "identity": {"principal": "ann", "uid": 1000, "agent": {"value": "claude-code", "learnt": "parent"}, "session": "s1"},
        "intent": {"domain": "filesystem", "operation": "delete", "targets": [{"role": "path", "path": path}], "params": {}},
        "scope": {"targets": [target], "time": {"hour": 12, "weekday": 3, "iso": "2026-01-01T12:00:00+00:00"}},
        "decision": {"verdict": "allow", "matched_rules": [{"layer": "user", "rule": "workspace-delete", "verdict": "allow"}],
            "risk_score": 0.35, "risk": {"score": 35, "tool": 35, "args": 0, "burst": 0}, "reasons": []},
        "policy_sha256": {"user": "0".repeat(64)}, "level": "B", "tool": "safe-rm", "workspace": "/home/ann/project",
    });
    value.as_object().unwrap().clone()
}

#[test]
#[ignore = "makes a big ledger in WT_BENCH_DIR"]
fn generate() {
    let dir = std::env::var_os("WT_BENCH_DIR").unwrap();
    let path = Path::new(&dir);
    let count: u64 = std::env::var("WT_BENCH_ENTRIES").unwrap().parse().unwrap();
    DirBuilder::new().mode(0o700).create(path).unwrap();
    let open = || File::open(path).unwrap().into();
    let mut ledger = Ledger::create(
        open(),
        path,
        &Genesis::named("bench.example/x"),
        Settings::default(),
    )
    .unwrap()
    .ledger;
    for start in (0..count).step_by(256) {
        let drafts: Vec<Draft> = (start..(start + 256).min(count))
            .map(|n| Draft {
                kind: Kind::Event,
                data: decision_like(n),
            })
            .collect();
        ledger.append(&drafts, Durability::Relaxed).unwrap();
    }
}

#[test]
#[ignore = "measures appends in WT_BENCH_DIR"]
fn appends() {
    let dir = std::env::var_os("WT_BENCH_DIR").unwrap();
    let path = Path::new(&dir);
    let open = || Ledger::open(File::open(path).unwrap().into(), path, Settings::default()).unwrap();
    let count = 300;
    let draft = |n| Draft {
        kind: Kind::Event,
        data: decision_like(n),
    };
    let mut ledger = open();
    let time = |durability, ledger: &mut Ledger| {
        let begun = Instant::now();
        for n in 0..count {
            ledger.append(&[draft(n)], durability).unwrap();
        }
        begun.elapsed().as_secs_f64() / count as f64 * 1e6
    };
    let relaxed = time(Durability::Relaxed, &mut ledger);
    let strict = time(Durability::Strict, &mut ledger);
    let raw = File::options()
        .create(true)
        .append(true)
        .open(path.join("raw"))
        .unwrap();
    let begun = Instant::now();
    for n in 0..count {
        raw.write_all_at(&[7; 1600], n * 1600).unwrap();
        raw.sync_data().unwrap();
    }
    let bare = begun.elapsed().as_secs_f64() / count as f64 * 1e6;
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..32 {
            scope.spawn(|| {
                let mut ledger = open();
                for n in 0..count / 10 {
                    ledger.append(&[draft(n)], Durability::Strict).unwrap();
                }
            });
        }
    });
    let shared = begun.elapsed().as_secs_f64() / (32 * (count / 10)) as f64 * 1e6;
    let text = format!(
        "us per append: relaxed {relaxed:.0}, durable {strict:.0}, bare write+fdatasync {bare:.0}, 32 writers {shared:.0}\n"
    );
    std::io::stderr().write_all(text.as_bytes()).unwrap();
}
