//! Writers that are killed, that are many, that are stopped: nothing acknowledged is lost, nobody waits for ever.
//! `WT_KILLS` sets the number of kills of the long form.

use super::place::{Place, event, object};
use ledger::{DecisionDraft, Durability, Ledger, Ruling, Settings, read::Reader};
use policy::Verdict;
use serde_json::json;
use std::{
    fs::File,
    io::{BufRead, BufReader, Read, Write},
    os::fd::AsFd,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

const DIR: &str = "WT_TEST_WRITER_DIR";

/// Runs one of the children below in this same binary.
fn child(name: &str, dir: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args([
            "--exact",
            &format!("ledger::crash::{name}"),
            "--nocapture",
            "--include-ignored",
            "-q",
        ])
        .env(DIR, dir)
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command
}

/// A process that writes to the ledger in `dir` until it ends, and says what was acknowledged.
pub(crate) fn writer_in(dir: &Path) -> Command {
    child("writer", dir)
}

/// The entries that a writer said were acknowledged; its last line may be cut off.
pub(crate) fn acknowledged_in(said: &[u8]) -> Vec<(u64, String)> {
    let mut seen = Vec::new();
    for text in said
        .split_inclusive(|&b| b == b'\n')
        .filter(|text| text.ends_with(b"\n"))
    {
        let text = String::from_utf8_lossy(text);
        let mut words = text
            .split_whitespace()
            .skip_while(|word| !word.ends_with("ack"))
            .skip(1);
        if let (Some(Ok(seq)), Some(hash)) = (words.next().map(str::parse), words.next())
            && hash.len() == 64
        {
            seen.push((seq, hash.to_owned()));
        }
    }
    seen
}

fn opened() -> Option<Ledger> {
    let dir = std::env::var_os(DIR)?;
    let path = Path::new(&dir);
    Ledger::open(File::open(path).unwrap().into(), path, Settings::default()).ok()
}

fn allow(ledger: &mut Ledger, n: u64) -> Option<(u64, String)> {
    let draft = DecisionDraft {
        verdict: Verdict::Allow,
        data: object(json!({"n": n})),
    };
    match ledger.decide(draft, Durability::Intent).ok()? {
        Ruling::Permitted(permit) => {
            let hash = super::forge::hex(&permit.receipt().hash);
            Some((permit.seq(), hash))
        }
        Ruling::Refused(_) => None,
    }
}

#[test]
#[ignore = "a child of the tests below"]
fn writer() {
    let mut n = 0;
    while let Some(mut ledger) = opened() {
        for _ in 0..3 {
            let Some((seq, hash)) = allow(&mut ledger, n) else {
                return;
            };
            writeln!(std::io::stdout(), "ack {seq} {hash}").unwrap();
            n += 1;
        }
    }
}

#[test]
fn killed_writers_lose_nothing_that_was_acknowledged() {
    let place = Place::with_ledger();
    let kills: usize = std::env::var("WT_KILLS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(120);
    let writers = 8;
    let mut acknowledged: Vec<(u64, String)> = Vec::new();
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..writers)
            .map(|worker| {
                let place = &place;
                scope.spawn(move || {
                    let mut seen = Vec::new();
                    for kill in 0..kills.div_ceil(writers) {
                        let mut process = child("writer", place.path()).spawn().unwrap();
                        let mut output = BufReader::new(process.stdout.take().unwrap());
                        let mut said = Vec::new();
                        // Every other writer is killed at work, however busy the machine; the rest wherever they are.
                        while kill % 2 == 0
                            && acknowledged_in(&said).is_empty()
                            && output.read_until(b'\n', &mut said).unwrap() > 0
                        {}
                        let pause = 4 + (kill * 7 + worker * 3) % 29;
                        std::thread::sleep(Duration::from_millis(pause as u64));
                        process.kill().unwrap();
                        output.read_to_end(&mut said).unwrap();
                        seen.extend(acknowledged_in(&said));
                        process.wait().unwrap();
                    }
                    seen
                })
            })
            .collect();
        for worker in workers {
            acknowledged.extend(worker.join().unwrap());
        }
    });
    place.fill(1);
    let report = place.verify();
    assert_eq!((report.state.exit_code(), &report.findings), (0, &vec![]));
    let reader = Reader::open(place.dir().as_fd(), place.path()).unwrap();
    let there: std::collections::HashMap<u64, String> = reader
        .from(1)
        .map(Result::unwrap)
        .map(|entry| (entry.seq, entry.hash))
        .collect();
    assert!(
        acknowledged.len() > kills / 4,
        "only {} acknowledged",
        acknowledged.len()
    );
    for (seq, hash) in &acknowledged {
        assert_eq!(there.get(seq), Some(hash), "entry {seq} was acknowledged");
    }
    eprintln!(
        "{kills} kills: {} entries, all {} acknowledged ones there",
        report.entries_to,
        acknowledged.len()
    );
}

#[test]
fn many_writers_at_once_make_one_dense_chain() {
    for writers in [1, 2, 8, 32, 128] {
        let place = Place::with_ledger();
        std::thread::scope(|scope| {
            for _ in 0..writers {
                scope.spawn(|| {
                    let mut ledger = place.open();
                    for i in 0..4 {
                        ledger.append(&[event(i)], Durability::Strict).unwrap();
                    }
                });
            }
        });
        let report = place.verify();
        assert_eq!(
            (report.state.exit_code(), report.entries_to),
            (0, 1 + 4 * writers)
        );
    }
}

#[test]
fn a_stopped_holder_of_the_lock_makes_others_refuse_within_the_limit() {
    let place = Place::with_ledger();
    let lock = place.path().join("ledger.lock");
    let ready = "import fcntl,sys,time\nf=open(sys.argv[1])\nfcntl.flock(f,fcntl.LOCK_EX)\nprint('held',flush=True)\ntime.sleep(60)";
    let mut holder = Command::new("python3")
        .args(["-c", ready])
        .arg(&lock)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(holder.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let pid = holder.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-STOP", &pid])
            .status()
            .unwrap()
            .success()
    );
    let begun = Instant::now();
    let refused = place.open().append(&[event(0)], Durability::Relaxed);
    let waited = begun.elapsed();
    holder.kill().unwrap();
    holder.wait().unwrap();
    assert!(refused.is_err());
    assert!(
        waited >= Duration::from_secs(5) && waited < Duration::from_secs(8),
        "{waited:?}"
    );
    place.fill(1);
    assert_eq!(place.exit_code(), 0);
}
