//! Makes big ledgers and measures against them; run by `tests/campaigns/ledger_speed.sh`. Nothing here runs in CI.
//! Every figure is a median, and every bound a ratio of two that were taken in turn in one run.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::{
    cell::RefCell,
    fs::{DirBuilder, File},
    io::{BufWriter, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    time::Instant,
};
use watchtower::ledger::{DecisionDraft, Draft, Durability, Genesis, Kind, Ledger, Settings};

/// Bytes of a generated segment, as a writer would close it.
const SEGMENT: u64 = 64 << 20;

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

pub(crate) fn draft(n: u64) -> Draft {
    Draft {
        kind: Kind::Event,
        data: decision_like(n),
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes
        .iter()
        .flat_map(|b| [DIGITS[usize::from(b >> 4)], DIGITS[usize::from(b & 15)]]);
    digits.map(char::from).collect()
}

fn bench_dir() -> PathBuf {
    PathBuf::from(std::env::var_os("WT_BENCH_DIR").unwrap())
}

fn begin(path: &Path) {
    DirBuilder::new().mode(0o700).create(path).unwrap();
    let genesis = Genesis::named("bench.example/x");
    drop(
        Ledger::create(
            File::open(path).unwrap().into(),
            path,
            &genesis,
            Settings::default(),
        )
        .unwrap(),
    );
}

fn open(path: &Path) -> Ledger {
    Ledger::open(File::open(path).unwrap().into(), path, Settings::default()).unwrap()
}

/// A ledger of `count` entries like any other, written without the ledger's writer: by it alone 10 GB would take long.
pub(crate) fn generate_in(path: &Path, count: u64) {
    begin(path);
    let first = path.join(format!("ledger-{:020}.jsonl", 1));
    let genesis = std::fs::read_to_string(first).unwrap();
    let genesis: Value = serde_json::from_str(&genesis).unwrap();
    let (mut prev, time) = (
        genesis["hash"].as_str().unwrap().to_owned(),
        &genesis["timestamp"],
    );
    let time = time.as_str().unwrap();
    let mut data = decision_like(0);
    // Ten million of them are then ten gigabytes.
    data.retain(|name, _| name != "policy_sha256" && name != "intent");
    data.insert("kind".into(), json!("event"));
    data.insert("salt".into(), json!("0".repeat(32)));
    let canonical = serde_json_canonicalizer::to_string(&data).unwrap();
    let (before, after) = canonical.split_once("output-0.o").unwrap();
    let mut out: Option<(BufWriter<File>, u64)> = None;
    for seq in 2..=count {
        let (file, written) = out.get_or_insert_with(|| {
            let name = path.join(format!("ledger-{seq:020}.jsonl"));
            let file = File::options()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(name)
                .unwrap();
            (BufWriter::with_capacity(1 << 20, file), 0)
        });
        let data = format!("{before}output-{seq:08}.o{after}");
        let digest = hex(&Sha256::digest(data.as_bytes()));
        let text = format!("wt-entry-v1\n{seq}\n{time}\n{prev}\n{digest}\n");
        let hash = hex(&Sha256::digest(text.as_bytes()));
        let line = format!(
            "{{\"seq\":{seq},\"timestamp\":\"{time}\",\"data\":{data},\"prev_hash\":\"{prev}\",\"hash\":\"{hash}\"}}\n"
        );
        file.write_all(line.as_bytes()).unwrap();
        *written += line.len() as u64;
        prev = hash;
        if *written >= SEGMENT {
            out = None;
        }
    }
    drop(out);
    std::fs::write(path.join("ledger.lock"), "").unwrap();
}

#[test]
#[ignore = "makes a big ledger in WT_BENCH_DIR"]
fn generate() {
    let count = std::env::var("WT_BENCH_ENTRIES").unwrap().parse().unwrap();
    generate_in(&bench_dir(), count);
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

fn micros(act: impl FnOnce()) -> f64 {
    let begun = Instant::now();
    act();
    begun.elapsed().as_secs_f64() * 1e6
}

/// Appends to a big ledger and to an empty one, and a bare loop beside them, in turn.
pub(crate) fn appends_in(path: &Path, rounds: u64) -> String {
    let small_path = path.with_extension("empty");
    begin(&small_path);
    let (big, small) = (RefCell::new(open(path)), RefCell::new(open(&small_path)));
    let mut raw = File::options()
        .create(true)
        .append(true)
        .open(small_path.join("raw"))
        .unwrap();
    let line = vec![b'7'; 1600];
    let mut taken: [Vec<f64>; 5] = Default::default();
    for n in 0..rounds {
        let drafts = [draft(n)];
        let (mut ruled, mut ruled_big) = (Some(decision_like(n)), Some(decision_like(n)));
        let turns: [&mut dyn FnMut(); 5] = [
            &mut || {
                raw.write_all(&line).unwrap();
                raw.sync_data().unwrap();
            },
            &mut || drop(small.borrow_mut().append(&drafts, Durability::Strict).unwrap()),
            &mut || drop(big.borrow_mut().append(&drafts, Durability::Strict).unwrap()),
            &mut || decide(&mut small.borrow_mut(), &mut ruled),
            &mut || decide(&mut big.borrow_mut(), &mut ruled_big),
        ];
        // The first rounds open and find what the others hold.
        for (turn, all) in turns.into_iter().zip(&mut taken) {
            let took = micros(turn);
            if n >= rounds / 10 {
                all.push(took);
            }
        }
    }
    let [bare, durable, durable_big, relaxed, relaxed_big] = taken.map(median);
    let mut alone = Vec::new();
    let mut together = Vec::new();
    for _ in 0..5 {
        alone.push(rate(&small_path, 1, 200));
        together.push(rate(&small_path, 32, 40));
    }
    let (alone, together) = (median(alone), median(together));
    format!(
        "bare write+fdatasync {bare:.0} us; durable append {durable:.0} us, {:.2} of the bare rate\n\
         library part beyond the sync: {relaxed:.1} us\n\
         at the big ledger: durable {:.3}, unsynced {:.3} of the empty one's\n\
         32 writers {together:.0}/s, one {alone:.0}/s: {:.1} times\n",
        bare / durable,
        durable_big / durable,
        relaxed_big / relaxed,
        together / alone,
    )
}

/// A decision as the engine has it recorded, without waiting for the disk.
fn decide(ledger: &mut Ledger, data: &mut Option<Map<String, Value>>) {
    let draft = DecisionDraft {
        verdict: policy::Verdict::Allow,
        data: data.take().unwrap(),
    };
    drop(ledger.decide(draft, Durability::Relaxed).unwrap());
}

/// Durable appends a second by so many writers, each with a ledger of its own open.
pub(crate) fn rate(path: &Path, writers: u64, each: u64) -> f64 {
    let took = micros(|| {
        std::thread::scope(|scope| {
            for _ in 0..writers {
                scope.spawn(|| {
                    let mut ledger = open(path);
                    for n in 0..each {
                        ledger.append(&[draft(n)], Durability::Strict).unwrap();
                    }
                });
            }
        });
    });
    (writers * each) as f64 / took * 1e6
}

#[test]
#[ignore = "measures appends in WT_BENCH_DIR"]
fn appends() {
    let said = appends_in(&bench_dir(), 400);
    std::io::stderr().write_all(said.as_bytes()).unwrap();
}

/// Proofs out of a big ledger whose head is signed.
pub(crate) fn proofs_in(path: &Path) -> String {
    let mut ledger = open(path);
    let size = ledger.checkpoint().unwrap().head.size;
    let mut taken = Vec::new();
    for n in 1..=400_u64 {
        let seq = n * 7_919_977 % size + 1;
        taken.push(micros(|| drop(ledger.prove(seq, None).unwrap())));
    }
    format!("a proof out of {size} entries: {:.0} us\n", median(taken))
}

#[test]
#[ignore = "measures proofs in WT_BENCH_DIR"]
fn proofs() {
    let said = proofs_in(&bench_dir());
    std::io::stderr().write_all(said.as_bytes()).unwrap();
}
