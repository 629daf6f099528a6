//! Makes big ledgers and measures against them; run by `tests/campaigns/ledger_speed.sh`. Nothing here runs in CI.
//! Every figure is a median, and every bound a ratio of two that were taken in turn in one run.

use ledger::{DecisionDraft, Draft, Durability, Genesis, Kind, Ledger, Settings};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::{
    fs::{DirBuilder, File},
    io::{BufWriter, Read, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

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
fn generate_in(path: &Path, count: u64) {
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

/// Appends to a big ledger and to an empty one, and a bare loop beside them that writes as many bytes, in turn, each
/// round in another order. Then as many appends by one process and by 32.
fn appends_in(path: &Path, rounds: u64) -> String {
    let small_path = path.with_extension("empty");
    begin(&small_path);
    let (mut big, mut small) = (open(path), open(&small_path));
    let mut raw = File::options()
        .create(true)
        .append(true)
        .open(small_path.join("raw"))
        .unwrap();
    decide(&mut small, &mut Some(decision_like(1)), Durability::Intent);
    let segment = small_path.join(format!("ledger-{:020}.jsonl", 1));
    let text = std::fs::read_to_string(segment).unwrap();
    let line = vec![b'7'; text.lines().last().unwrap().len() + 1];
    // A sync makes durable whatever was left unsynced, so those that do not sync have rounds of their own.
    let [bare, durable, durable_big] = in_turn(rounds, |turn, data| match turn {
        0 => {
            raw.write_all(&line).unwrap();
            raw.sync_data().unwrap();
        }
        1 => decide(&mut small, data, Durability::Intent),
        _ => decide(&mut big, data, Durability::Intent),
    });
    let [relaxed, relaxed_big] = in_turn(rounds, |turn, data| match turn {
        0 => decide(&mut small, data, Durability::Relaxed),
        _ => decide(&mut big, data, Durability::Relaxed),
    });
    let mut ratios = Vec::new();
    let mut rates = String::new();
    for _ in 0..9 {
        let (alone, together) = (rate(&small_path, 1, 300), rate(&small_path, 32, 300));
        rates.push_str(&format!(" {alone:.0}/s and {together:.0}/s,"));
        ratios.push(together / alone);
    }
    format!(
        "line of {} bytes: bare write+fdatasync {bare:.0} us; durable append {durable:.0} us, {:.2} of the bare rate\n\
         library part beyond the sync: {relaxed:.1} us\n\
         at the big ledger: durable {:.3}, unsynced {:.3} of the empty one's\n\
         one writer and 32, processes:{rates} {:.1} times\n",
        line.len(),
        bare / durable,
        durable_big / durable,
        relaxed_big / relaxed,
        median(ratios),
    )
}

/// The median of each of `N` turns, each with an entry of its own, in another order each round.
fn in_turn<const N: usize>(
    rounds: u64,
    mut act: impl FnMut(usize, &mut Option<Map<String, Value>>),
) -> [f64; N] {
    let mut taken = [const { Vec::new() }; N];
    for n in 0..rounds {
        for turn in 0..N {
            let turn = (turn + n as usize) % N;
            let mut data = Some(decision_like(n));
            let took = micros(|| act(turn, &mut data));
            // The first rounds open and find what the others hold.
            if n >= rounds / 10 {
                taken[turn].push(took);
            }
        }
    }
    taken.map(median)
}

/// A decision as the engine has it recorded.
fn decide(ledger: &mut Ledger, data: &mut Option<Map<String, Value>>, durability: Durability) {
    let draft = DecisionDraft {
        verdict: policy::Verdict::Allow,
        data: data.take().unwrap(),
    };
    drop(ledger.decide(draft, durability).unwrap());
}

/// Durable appends a second by so many processes, from when the first of them begins to when the last ends.
fn rate(path: &Path, writers: u64, each: u64) -> f64 {
    let mut running: Vec<_> = (0..writers)
        .map(|_| {
            let mut command = Command::new(std::env::current_exe().unwrap());
            command.args([
                "--ignored",
                "--exact",
                "-q",
                "--nocapture",
                "ledger::bench::writer",
            ]);
            command
                .env("WT_BENCH_DIR", path)
                .env("WT_BENCH_ENTRIES", each.to_string());
            command.stdin(Stdio::piped()).stdout(Stdio::piped());
            command.spawn().unwrap()
        })
        .collect();
    for process in &mut running {
        // It says `ready` once its ledger is open.
        let mut said = [0; 1];
        while said != *b"!" {
            process.stdout.as_mut().unwrap().read_exact(&mut said).unwrap();
        }
    }
    let took = micros(|| {
        running.iter_mut().for_each(|process| drop(process.stdin.take()));
        running
            .iter_mut()
            .for_each(|process| assert!(process.wait().unwrap().success()));
    });
    (writers * each) as f64 / took * 1e6
}

#[test]
#[ignore = "a process of the measurement below"]
fn writer() {
    let each: u64 = std::env::var("WT_BENCH_ENTRIES").unwrap().parse().unwrap();
    let mut ledger = open(&bench_dir());
    let entry = [Draft {
        kind: Kind::Event,
        data: decision_like(0),
    }];
    std::io::stdout().write_all(b"!").unwrap();
    std::io::stdout().flush().unwrap();
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
    for _ in 0..each {
        drop(ledger.append(&entry, Durability::Strict).unwrap());
    }
}

#[test]
#[ignore = "measures appends in WT_BENCH_DIR"]
fn appends() {
    let said = appends_in(&bench_dir(), 400);
    std::io::stderr().write_all(said.as_bytes()).unwrap();
}

/// Proofs out of a big ledger whose head is signed.
fn proofs_in(path: &Path) -> String {
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
