//! A full disk: a file system of a few blocks in a mount namespace of its own. The last word is written, nothing
//! after it while there is no room, and once there is, the record says that it goes on.

use super::place::{Place, event, object};
use crate::support::needs;
use ledger::{
    DecisionDraft, Durability, Genesis, Ledger, LedgerError, Settings, parse_seal_key,
    read::Reader,
    verify::{Options, Report, verify_with},
};
use policy::Verdict;
use serde_json::json;
use std::{
    fs::File,
    io::Write,
    os::{fd::AsFd, unix::fs::DirBuilderExt},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

const ON: &str = "WT_TEST_FULL_DIR";

/// Runs a test of this file in a mount namespace where `place` is a file system of its own.
fn inside(test: &str, options: &str) {
    let place = Place::new();
    let probe = Command::new("unshare")
        .args(["-rm", "true"])
        .stderr(Stdio::null())
        .status();
    let there = probe.is_ok_and(|status| status.success());
    if !needs::met(there, "`unshare` with user namespaces") {
        return;
    }
    let script = format!("mount -t tmpfs -o {options} tmpfs \"$0\" && exec \"$@\"");
    let mut inner = Command::new("unshare");
    inner.args(["-rm", "--propagation", "private", "sh", "-c", &script]);
    inner.arg(place.path()).arg(std::env::current_exe().unwrap());
    inner.args([
        "--exact",
        &format!("ledger::full::{test}"),
        "--include-ignored",
        "--nocapture",
        "-q",
    ]);
    let out = inner.env(ON, place.path()).output().unwrap();
    let said = String::from_utf8_lossy(&out.stderr).into_owned() + &String::from_utf8_lossy(&out.stdout);
    assert!(out.status.success() && said.contains("1 passed"), "{said}");
}

/// A new ledger in the small file system, and its seal key.
fn begun(name: &str) -> Option<(PathBuf, String)> {
    let path = PathBuf::from(std::env::var_os(ON)?).join(name);
    std::fs::DirBuilder::new().mode(0o700).create(&path).unwrap();
    let genesis = Genesis {
        seal: true,
        ..Genesis::named("test.example/full")
    };
    let dir = File::open(&path).unwrap().into();
    let made = Ledger::create(dir, &path, &genesis, Settings::default()).unwrap();
    Some((path, made.seal_key.unwrap().to_string()))
}

fn open(path: &Path) -> Ledger {
    Ledger::open(File::open(path).unwrap().into(), path, Settings::default()).unwrap()
}

fn check(path: &Path, key: &str) -> Report {
    let options = Options {
        deep: true,
        seal_key: parse_seal_key(key),
        ..Options::default()
    };
    verify_with(File::open(path).unwrap().as_fd(), path, options).unwrap()
}

fn kinds(path: &Path) -> Vec<String> {
    let reader = Reader::open(File::open(path).unwrap().as_fd(), path).unwrap();
    let word = |data: &serde_json::Map<String, serde_json::Value>| {
        let reason = data
            .get("reason")
            .and_then(|reason| reason.as_str())
            .unwrap_or_default();
        format!(
            "{} {}",
            data["kind"].as_str().unwrap(),
            reason.split('`').next().unwrap()
        )
    };
    reader.from(1).map(|entry| word(&entry.unwrap().data)).collect()
}

/// Takes all room but `left` bytes, one page at the least.
fn ballast(path: &Path, left: u64) -> PathBuf {
    let name = path.join("../ballast");
    let free = || {
        let stat = rustix::fs::statvfs(path).unwrap();
        stat.f_bavail * stat.f_frsize
    };
    let mut file = File::create(&name).unwrap();
    while free() > left.max(4096) {
        if file.write_all(&[1; 4096]).is_err() {
            break;
        }
    }
    name
}

#[test]
fn on_a_full_disk_the_last_word_is_written_and_nothing_after_it() {
    inside("the_last_word", "size=2m");
}

#[test]
#[ignore = "a child of the test above"]
fn the_last_word() {
    // Each time the end of the disk comes at another byte of a line.
    for pad in (0..4000).step_by(331) {
        let Some((path, key)) = begun(&format!("ledger-{pad}")) else {
            return;
        };
        let first = json!({"pad": "x".repeat(pad)});
        let draft = ledger::Draft {
            kind: ledger::Kind::Event,
            data: object(first),
        };
        open(&path).append(&[draft], Durability::Strict).unwrap();
        let heavy = ballast(&path, 12 << 10);
        let mut acknowledged = 2;
        let stopped = loop {
            match open(&path).append(&[event(1)], Durability::Strict) {
                Ok(receipts) => acknowledged = receipts[0].seq,
                Err(e) => break e,
            }
            assert!(acknowledged < 10_000, "pad {pad}: the disk is never full");
        };
        assert!(
            matches!(stopped, LedgerError::Suspended { .. }),
            "pad {pad}: {stopped}"
        );
        let said = kinds(&path);
        assert!(
            said.last().unwrap().starts_with("suspended cannot write"),
            "pad {pad}: {said:?}"
        );
        assert_eq!(check(&path, &key).findings, vec![], "pad {pad}");
        let before = check(&path, &key).entries_to;
        assert!(before > acknowledged);
        // No decision is recorded, so none can be carried out.
        for _ in 0..3 {
            let draft = DecisionDraft {
                verdict: Verdict::Allow,
                data: object(json!({})),
            };
            let refused = open(&path).decide(draft, Durability::Intent);
            assert!(
                matches!(refused, Err(LedgerError::Suspended { .. })),
                "pad {pad}: {refused:?}"
            );
        }
        assert_eq!(check(&path, &key).entries_to, before, "pad {pad}");
        // Room again.
        super::place::remove(&heavy);
        open(&path).append(&[event(2)], Durability::Strict).unwrap();
        let said = kinds(&path);
        assert_eq!(said[said.len() - 2..], ["open resumed", "event "], "pad {pad}");
        assert_eq!(check(&path, &key).findings, vec![], "pad {pad}");
        let reserve = path.join("ledger.reserve").metadata().unwrap().len();
        assert_eq!(reserve, 64 << 10, "pad {pad}: the reserve is kept again");
        super::place::remove(&path);
    }
}

#[test]
fn without_a_reserve_a_full_disk_still_refuses_and_loses_nothing() {
    inside("no_last_word", "size=1m");
}

#[test]
#[ignore = "a child of the test above"]
fn no_last_word() {
    let Some((path, key)) = begun("ledger") else {
        return;
    };
    super::place::remove(&path.join("ledger.reserve"));
    let heavy = ballast(&path, 8 << 10);
    let mut acknowledged = 0;
    let stopped = loop {
        match open(&path).append(&[event(1)], Durability::Strict) {
            Ok(receipts) => acknowledged = receipts[0].seq,
            Err(e) => break e,
        }
    };
    assert!(
        stopped.to_string().ends_with("no space left on device"),
        "{stopped}"
    );
    super::place::remove(&heavy);
    let receipts = open(&path).append(&[event(2)], Durability::Strict).unwrap();
    assert!(receipts[0].seq > acknowledged);
    assert_eq!(check(&path, &key).findings, vec![]);
}

#[test]
fn no_room_for_names_is_a_refusal_like_any_other() {
    inside("no_names", "size=4m,nr_inodes=12");
}

#[test]
#[ignore = "a child of the test above"]
fn no_names() {
    let Some((path, key)) = begun("ledger") else {
        return;
    };
    let mut fill = 0;
    while File::create(path.join(format!("../fill-{fill}"))).is_ok() {
        fill += 1;
    }
    // Rotation needs a new name.
    let settings = Settings {
        rotate_bytes: 1,
        ..Settings::default()
    };
    let mut writer = Ledger::open(File::open(&path).unwrap().into(), &path, settings.clone()).unwrap();
    let refused = writer.append(&[event(1)], Durability::Strict);
    assert!(refused.is_err());
    assert_eq!(check(&path, &key).findings, vec![]);
    super::place::remove(&path.join("../fill-0"));
    let mut writer = Ledger::open(File::open(&path).unwrap().into(), &path, settings).unwrap();
    writer.append(&[event(1)], Durability::Strict).unwrap();
    assert_eq!(check(&path, &key).findings, vec![]);
}

#[test]
fn where_there_is_no_room_to_begin_nothing_begins() {
    inside("no_room_to_begin", "size=2m");
}

#[test]
#[ignore = "runs inside the test of a ledger that cannot begin"]
fn no_room_to_begin() {
    let Some(top) = std::env::var_os(ON).map(PathBuf::from) else {
        return;
    };
    let mut refused = 0;
    for pages in 1..32 {
        let path = top.join(format!("begun-{pages}"));
        std::fs::DirBuilder::new().mode(0o700).create(&path).unwrap();
        let create = || {
            let genesis = Genesis {
                seal: true,
                ..Genesis::named("test.example/full")
            };
            Ledger::create(
                File::open(&path).unwrap().into(),
                &path,
                &genesis,
                Settings::default(),
            )
        };
        let ballast = ballast(&path, pages * 4096);
        let first = create();
        std::fs::remove_file(ballast).unwrap();
        // Who got no keys can begin anew; who got them has a ledger that they fit.
        let made = first.or_else(|_| {
            refused += 1;
            create()
        });
        let key = made.unwrap().seal_key.unwrap().to_string();
        let report = check(&path, &key);
        assert_eq!(report.state.exit_code(), 0, "{pages} pages: {report:?}");
        super::place::remove(&path);
    }
    assert!((10..31).contains(&refused), "{refused} times there was no room");
}
