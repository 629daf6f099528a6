//! Real ledgers under other people's code: a Python verifier written from `docs/ledger.md`, Go's `x/mod/sumdb`, and
//! PyPI's `rfc8785`.

use super::place::{Place, event};
use crate::support::needs;
use ledger::{Draft, Durability, Genesis, Kind, Ledger, Settings, Upto, read::Reader};
use std::{
    io::Write,
    os::fd::AsFd,
    path::{Path, PathBuf},
    process::{Command, Output},
};

fn here(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/interop")
        .join(name)
}

fn python_verifier(place: &Place, key: Option<&str>) -> Option<Output> {
    let has = Command::new("python3")
        .args(["-c", "import cryptography"])
        .status();
    if !needs::met(
        has.is_ok_and(|status| status.success()),
        "python3 with `cryptography`",
    ) {
        return None;
    }
    Some(
        Command::new("python3")
            .arg(here("verify.py"))
            .arg(place.path())
            .args(key)
            .output()
            .unwrap(),
    )
}

/// Asserts what the Python verifier says, where it can run.
pub(crate) fn python_agrees(place: &Place, key: Option<&str>, want: i32) {
    if let Some(out) = python_verifier(place, key) {
        let said = String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr);
        assert_eq!(out.status.code(), Some(want), "{said}");
    }
}

#[test]
fn the_python_verifier_is_no_longer_than_150_lines() {
    let text = std::fs::read_to_string(here("verify.py")).unwrap();
    assert!(text.lines().count() <= 150, "{}", text.lines().count());
}

fn grown(seal: bool) -> (Place, Option<String>) {
    let place = Place::new();
    let genesis = Genesis {
        seal,
        ..Genesis::named("test.example/interop")
    };
    let key = place.create(&genesis).seal_key.map(|key| key.to_string());
    let settings = Settings {
        rotate_bytes: 60_000,
        ..Settings::default()
    };
    let mut ledger = Ledger::open(place.dir(), place.path(), settings).unwrap();
    for i in 0..700 {
        ledger.append(&[event(i)], Durability::Relaxed).unwrap();
    }
    ledger.checkpoint().unwrap();
    for i in 0..5 {
        ledger.append(&[event(i)], Durability::Relaxed).unwrap();
    }
    (place, key)
}

#[test]
fn the_python_verifier_agrees_on_whole_pruned_redacted_torn_and_tampered_ledgers() {
    for seal in [false, true] {
        let (place, key) = grown(seal);
        let check = |want: i32| -> Option<()> {
            let out = python_verifier(&place, key.as_deref())?;
            let text =
                String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr);
            assert_eq!(out.status.code(), Some(want), "seal {seal}: {text}");
            assert_eq!(i32::from(place.exit_code()), want, "seal {seal}");
            Some(())
        };
        if check(0).is_none() {
            return;
        }
        place.open().redact(300, "test", "ann").unwrap();
        check(0);
        place
            .open()
            .prune(Upto::Entry(200, i64::MAX), None, "test", "ann")
            .unwrap();
        check(0);
        let newest = (1..2000)
            .rev()
            .map(|n| place.segment(n))
            .find(|path| path.exists())
            .unwrap();
        std::fs::OpenOptions::new()
            .append(true)
            .open(&newest)
            .unwrap()
            .write_all(b"{\"seq\":")
            .unwrap();
        check(2);
        place.fill(1);
        check(0);
        let text = std::fs::read_to_string(&newest).unwrap();
        std::fs::write(
            &newest,
            text.replacen("\"source\":\"test\"", "\"source\":\"best\"", 1),
        )
        .unwrap();
        check(1);
    }
}

#[test]
fn the_python_verifier_agrees_on_ends_in_doubt_and_who_vouches() {
    for (what, byte, want) in [("an unwritten page", 0, 2), ("a changed entry", b'x', 1)] {
        let place = Place::with_ledger();
        place.fill(9);
        let check = |want: i32, when: &str| -> Option<()> {
            let out = python_verifier(&place, None)?;
            let text = String::from_utf8_lossy(&out.stdout).into_owned();
            assert_eq!(out.status.code(), Some(want), "{what}, {when}: {text}");
            assert_eq!(i32::from(place.exit_code()), want, "{what}, {when}");
            Some(())
        };
        let mut bytes = std::fs::read(place.segment(1)).unwrap();
        let at = bytes.len() - 190;
        bytes[at..at + 9].fill(byte);
        std::fs::write(place.segment(1), &bytes).unwrap();
        std::fs::write(place.path().join("ledger.lock"), "").unwrap();
        if check(want, "as it lies").is_none() {
            return;
        }
        place.open().recover("seen", "ann").unwrap();
        check(0, "vouched for");
        let told = std::fs::read_to_string(place.segment(10)).unwrap();
        let (_, rest) = told.split_once('\n').unwrap();
        std::fs::write(place.segment(10), rest).unwrap();
        std::fs::write(place.path().join("ledger.lock"), "").unwrap();
        check(1, "the word taken out");
    }
}

/// The Go program, built in a place of its own.
fn go_verifier() -> Option<(Place, PathBuf)> {
    let modules = Path::new("/usr/share/gocode/src/golang.org/x/mod");
    let there = modules.join("sumdb").exists() && Command::new("go").arg("version").output().is_ok();
    if !needs::met(there, "Go with `golang.org/x/mod`") {
        return None;
    }
    let built = Place::new();
    let program = built.path().join("interop");
    // The module is the one that the system packages ship: nothing is fetched.
    for name in ["main.go", "tiles.go", "go.mod"] {
        let text = std::fs::read(here("go").join(name)).unwrap();
        std::fs::write(built.path().join(name), text).unwrap();
    }
    let replace = format!("\nreplace golang.org/x/mod => {}\n", modules.display());
    let module = built.path().join("go.mod");
    std::fs::OpenOptions::new()
        .append(true)
        .open(module)
        .unwrap()
        .write_all(replace.as_bytes())
        .unwrap();
    let go = Command::new("go")
        .args(["build", "-mod=mod", "-o"])
        .arg(&program)
        .arg(".")
        .current_dir(built.path())
        .envs([("GOFLAGS", "-mod=mod"), ("GOPROXY", "off"), ("GOSUMDB", "off")])
        .env("GOCACHE", std::env::temp_dir().join("wt-interop-gocache"))
        .output()
        .unwrap();
    assert!(go.status.success(), "{}", String::from_utf8_lossy(&go.stderr));
    Some((built, program))
}

#[test]
fn go_makes_the_same_tiles_and_bundles_from_the_segments() {
    let Some((_built, program)) = go_verifier() else {
        return;
    };
    let place = Place::with_ledger();
    let mut ledger = place.open();
    let mut size = 1;
    let compare = |ledger: &mut Ledger, size: u64| {
        assert_eq!(ledger.checkpoint().unwrap().head.size, size);
        let mut go = Command::new(&program);
        go.arg("tiles").arg(place.path()).arg(size.to_string());
        let out = go.output().unwrap();
        assert!(
            out.status.success(),
            "{size}: {}",
            String::from_utf8_lossy(&out.stdout)
        );
    };
    for target in [1, 255, 256, 257, 513, 65_535, 65_536, 65_800] {
        while size < target {
            let batch: Vec<Draft> = (0..(target - size).min(512) as usize).map(event).collect();
            ledger.append(&batch, Durability::Relaxed).unwrap();
            size += batch.len() as u64;
        }
        compare(&mut ledger, size);
        // The entry that records the head.
        size += 1;
    }
    // Made anew from the segments alone, and where only the newest bundle is damaged.
    let tiles = place.path().join("tlog/tile");
    super::place::remove(&tiles);
    compare(&mut ledger, size);
    let name = format!("entries/{:03}.p/{}", size / 256, size % 256);
    std::fs::write(tiles.join(name), "x").unwrap();
    compare(&mut ledger, size + 1);
}

#[test]
fn go_accepts_notes_proofs_and_the_tree() {
    let Some((built, program)) = go_verifier() else {
        return;
    };
    let (place, _) = grown(false);
    let mut ledger = place.open();
    let vkey = ledger.vkey().unwrap().to_string();
    let reader = Reader::open(place.dir().as_fd(), place.path()).unwrap();
    for seq in [1, 2, 257, 512, 700] {
        let proof = built.path().join("proof");
        std::fs::write(&proof, ledger.prove(seq, None).unwrap().text()).unwrap();
        let run = |hash: &str| {
            Command::new(&program)
                .arg(&vkey)
                .arg(place.path())
                .arg(&proof)
                .args([&seq.to_string(), hash])
                .output()
                .unwrap()
        };
        let hash = reader.get(seq).unwrap().unwrap().hash;
        let out = run(&hash);
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stdout));
        assert_eq!(run(&"0".repeat(64)).status.code(), Some(1));
    }
}

#[test]
fn data_is_canonical_to_pypi_rfc8785() {
    let script = "
import sys
try:
    import rfc8785
except ImportError:
    sys.exit(42)
import json
for line in open(sys.argv[1],'rb'):
    start=line.index(b'\"data\":')+7; end=line.rindex(b',\"prev_hash\":')
    raw=line[start:end]
    assert rfc8785.dumps(json.loads(raw))==raw, raw
";
    let place = Place::with_ledger();
    let values = serde_json::json!({
        "numbers": [0.1, 1e21, 1e-7, -0.0, 5e-324, 1.7976931348623157e308, 9_007_199_254_740_991_u64, 9_007_199_254_740_992_u64, 1e17, -5, 100.0],
        "\u{20ac}": 1, "\r": 2, "\u{fb33}": 3, "1": 4, "\u{1f600}": 5, "\u{80}": 6, "\u{f6}": 7,
        "text": "\u{0}\u{1f}\"\\/\u{7f}\u{2028}😀",
    });
    let draft = Draft {
        kind: Kind::Event,
        data: [("value".to_owned(), values)].into_iter().collect(),
    };
    place.open().append(&[draft], Durability::Relaxed).unwrap();
    let out = Command::new("python3")
        .args(["-c", script])
        .arg(place.segment(1))
        .output()
        .unwrap();
    if !needs::met(out.status.code() != Some(42), "PyPI's `rfc8785`") {
        return;
    }
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
}
