//! Writers that are killed, and system calls that fail: nothing acknowledged is lost, no effect without a decision.
//! `WT_KILLS` sets the number of kills of the long form.

use super::place::{Place, absent, event, object};
use policy::Verdict;
use serde_json::json;
use std::{
    fs::File,
    io::{BufRead, BufReader, Write},
    os::fd::AsFd,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};
use watchtower::ledger::{DecisionDraft, Durability, Ledger, Ruling, Settings, read::Reader};

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
#[ignore = "a child of the tests below"]
fn caller_with_an_effect() {
    let Some(mut ledger) = opened() else { return };
    if let Some((seq, _)) = allow(&mut ledger, 1) {
        let dir = std::env::var_os(DIR).unwrap();
        File::create(Path::new(&dir).join(format!("effect-{seq}"))).unwrap();
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
                        let pause = 4 + (kill * 7 + worker * 3) % 29;
                        std::thread::sleep(Duration::from_millis(pause as u64));
                        process.kill().unwrap();
                        let out = BufReader::new(process.stdout.take().unwrap());
                        // The last line may itself be cut off.
                        for text in out.split(b'\n').map_while(Result::ok) {
                            let text = String::from_utf8(text).unwrap_or_default();
                            let mut words = text.split(' ').skip_while(|word| !word.ends_with("ack")).skip(1);
                            if let (Some(Ok(seq)), Some(hash)) = (words.next().map(str::parse), words.next())
                                && hash.len() == 64
                            {
                                seen.push((seq, hash.to_owned()));
                            }
                        }
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

#[test]
fn no_failing_system_call_lets_an_effect_through_without_its_decision() {
    if Command::new("strace").arg("-V").output().is_err() {
        absent::<()>("strace");
        return;
    }
    let errors: &[&str] = if std::env::var_os("WT_LONG").is_some() {
        &["EIO", "ENOSPC", "EINTR", "EMFILE", "EROFS", "EDQUOT"]
    } else {
        &["EIO"]
    };
    let calls = [
        "openat",
        "flock",
        "pread64",
        "fstat",
        "write",
        "pwrite64",
        "fdatasync",
        "faccessat2,faccessat,access",
    ];
    for (at, call) in calls.iter().enumerate() {
        let errors: Vec<&str> = if errors.len() > 1 {
            errors.to_vec()
        } else {
            vec![["EIO", "EINTR", "ENOSPC", "EMFILE"][at % 4]]
        };
        for error in errors {
            for when in 1..=3 {
                let place = Place::with_ledger();
                place.fill(2);
                let inner = child("caller_with_an_effect", place.path());
                let mut traced = Command::new("strace");
                traced.args(["-f", "-qq", "-o", "/dev/null"]);
                for name in [
                    "ledger.lock",
                    "ledger-00000000000000000001.jsonl",
                    "ledger.poisoned",
                    ".",
                ] {
                    traced.arg("-P").arg(place.path().join(name));
                }
                traced
                    .arg("-e")
                    .arg(format!("inject={call}:error={error}:when={when}"));
                traced
                    .arg(inner.get_program())
                    .args(inner.get_args())
                    .env(DIR, place.path());
                traced.stdout(Stdio::null()).stderr(Stdio::null());
                traced.status().unwrap();
                let case = format!("{call} {error} {when}");
                let reader = Reader::open(place.dir().as_fd(), place.path()).unwrap();
                let decisions: Vec<u64> = reader
                    .from(1)
                    .map(Result::unwrap)
                    .filter(|e| e.kind() == "decision")
                    .map(|e| e.seq)
                    .collect();
                for item in std::fs::read_dir(place.path()).unwrap() {
                    let name = item.unwrap().file_name().into_string().unwrap();
                    if let Some(seq) = name.strip_prefix("effect-") {
                        assert!(
                            decisions.contains(&seq.parse().unwrap()),
                            "{case}: an effect without its decision"
                        );
                    }
                }
                assert!(place.exit_code() == 0, "{case}: {:?}", place.verify().findings);
                if place.path().join("ledger.poisoned").exists() {
                    assert_eq!(*call, "fdatasync", "{case}");
                    place.open().recover("injected", "test").unwrap();
                }
                place.fill(1);
                assert_eq!(place.exit_code(), 0, "{case}");
            }
        }
    }
}
