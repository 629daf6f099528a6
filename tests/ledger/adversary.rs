//! What somebody with intent can do to a ledger, and what each way of verifying says of it. Both are asserted: what
//! is detected, and what is not.

use super::{
    forge::{hex, line, raw_line},
    place::{Place, event, object, remove},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signer, SigningKey};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::{fs, os::fd::AsFd, path::Path, process::Command};
use watchtower::ledger::{
    Durability, Genesis, Ledger, Settings, parse_seal_key,
    verify::{Options, verify_with},
};

/// A sealed ledger of 30 entries in several segments, 20 of them under a head; and one in a single segment.
struct Scene {
    place: Place,
    key: String,
    note: String,
    /// A copy of the directory from when it had 12 entries.
    old: Place,
}

fn copy(from: &Place, to: &Place) {
    let from = from.path().join(".");
    assert!(
        Command::new("cp")
            .arg("-a")
            .arg(from)
            .arg(to.path())
            .status()
            .unwrap()
            .success()
    );
}

fn scene(rotate: u64) -> Scene {
    let place = Place::new();
    let genesis = Genesis {
        seal: true,
        ..Genesis::named("test.example/adversary")
    };
    let key = place.create(&genesis).seal_key.unwrap().to_string();
    let settings = Settings {
        rotate_bytes: rotate,
        ..Settings::default()
    };
    let mut ledger = Ledger::open(place.dir(), place.path(), settings).unwrap();
    let old = Place::new();
    for i in 1..20 {
        ledger.append(&[event(i)], Durability::Relaxed).unwrap();
        if i == 11 {
            ledger.checkpoint().unwrap();
            copy(&place, &old);
        }
    }
    let note = ledger.checkpoint().unwrap().note;
    for i in 20..28 {
        ledger.append(&[event(i)], Durability::Relaxed).unwrap();
    }
    Scene {
        place,
        key,
        note,
        old,
    }
}

/// Exit codes of five ways to verify: chain alone, with the head beside it, with the seal key, against a head kept
/// elsewhere, and deep.
fn verdicts(scene: &Scene) -> [u8; 5] {
    let place = &scene.place;
    let run = |options: Options<'_>| match verify_with(place.dir().as_fd(), place.path(), options) {
        Ok(report) => report.state.exit_code(),
        Err(_) => 5,
    };
    let signed = run(Options::default());
    let head = place.path().join("tlog/checkpoint");
    let kept = fs::read(&head).ok();
    if kept.is_some() {
        remove(&head);
    }
    let out = [
        run(Options::default()),
        signed,
        run(Options {
            seal_key: parse_seal_key(&scene.key),
            ..Options::default()
        }),
        run(Options {
            against: vec![scene.note.clone().into_bytes()],
            ..Options::default()
        }),
        run(Options {
            deep: true,
            ..Options::default()
        }),
    ];
    if let Some(bytes) = kept {
        fs::write(head, bytes).unwrap();
    }
    out
}

fn lines(scene: &Scene) -> Vec<String> {
    let text = fs::read_to_string(scene.place.segment(1)).unwrap();
    text.lines().map(|line| format!("{line}\n")).collect()
}

fn put(scene: &Scene, lines: &[String]) {
    let path = scene.place.segment(1);
    fs::write(path, lines.concat()).unwrap();
}

fn forget_cache(scene: &Scene) {
    fs::write(scene.place.path().join("ledger.lock"), "").unwrap();
}

/// Writes all entries anew with hashes that fit.
fn recompute(scene: &Scene, change: impl Fn(u64, &mut Map<String, Value>)) {
    let text = super::forge::rewrite(&scene.place, change);
    fs::write(scene.place.segment(1), text).unwrap();
    forget_cache(scene);
}

/// Entries from `at` on with data as text, which need not be canonical.
fn retext(scene: &Scene, at: u64, change: impl Fn(&str) -> String) {
    let mut prev = "0".repeat(64);
    let mut out = String::new();
    for entry in lines(scene) {
        let value: Value = serde_json::from_str(&entry).unwrap();
        let data = entry
            .split("\"data\":")
            .nth(1)
            .unwrap()
            .split(",\"prev_hash\":")
            .next()
            .unwrap();
        let seq = value["seq"].as_u64().unwrap();
        let data = if seq == at { change(data) } else { data.to_owned() };
        let (line, hash) = raw_line(seq, value["timestamp"].as_str().unwrap(), &data, &prev);
        out.push_str(&line);
        prev = hash;
    }
    fs::write(scene.place.segment(1), out).unwrap();
    forget_cache(scene);
}

fn leaf_root(hashes: &[Vec<u8>]) -> Vec<u8> {
    match hashes {
        [one] => Sha256::digest([&[0], one.as_slice()].concat()).to_vec(),
        many => {
            let split = 1 << (usize::BITS - 1 - (many.len() - 1).leading_zeros());
            Sha256::digest(
                [
                    &[1],
                    leaf_root(&many[..split]).as_slice(),
                    &leaf_root(&many[split..]),
                ]
                .concat(),
            )
            .to_vec()
        }
    }
}

/// A head over all entries as they are now, signed with the stolen key.
fn resign(scene: &Scene) {
    let seed = fs::read_to_string(scene.place.path().join("keys/ledger")).unwrap();
    let bytes = |text: &str| -> Vec<u8> {
        text.trim()
            .as_bytes()
            .chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect()
    };
    let key = SigningKey::from_bytes(&bytes(&seed).try_into().unwrap());
    let all = lines(scene);
    let hashes: Vec<Vec<u8>> = all
        .iter()
        .map(|line| {
            bytes(
                serde_json::from_str::<Value>(line).unwrap()["hash"]
                    .as_str()
                    .unwrap(),
            )
        })
        .collect();
    let name = "test.example/adversary";
    let text = format!(
        "{name}\n{}\n{}\n",
        hashes.len(),
        STANDARD.encode(leaf_root(&hashes))
    );
    let public = key.verifying_key().to_bytes();
    let id = Sha256::digest([name.as_bytes(), b"\n", &[1], &public].concat());
    let signature = [&id[..4], &key.sign(text.as_bytes()).to_bytes()].concat();
    let note = format!("{text}\n\u{2014} {name} {}\n", STANDARD.encode(signature));
    fs::write(scene.place.path().join("tlog/checkpoint"), note).unwrap();
}

fn shell(program: &str, args: &[&Path]) {
    assert!(Command::new(program).args(args).status().unwrap().success());
}

type Attack = (&'static str, fn(&Scene), [u8; 5]);

/// Name, what is done, and what is said: chain, signed, sealed, anchored, deep. A deep verification also finds what was
/// written anew where the roots that `checkpoint` entries tell were left as they were.
const ATTACKS: &[Attack] = &[
    ("nothing", |_| {}, [0; 5]),
    (
        "edit data",
        |s| edit(s, 9, "\"source\":\"test\"", "\"source\":\"best\""),
        [1; 5],
    ),
    (
        "edit time",
        |s| edit(s, 9, "\"timestamp\":\"2", "\"timestamp\":\"3"),
        [1; 5],
    ),
    ("edit number", |s| edit(s, 9, "{\"seq\":9", "{\"seq\":8"), [1; 5]),
    (
        "edit prev_hash",
        |s| edit(s, 9, "\"prev_hash\":\"", "\"prev_hash\":\"0"),
        [1; 5],
    ),
    (
        "leading zero",
        |s| edit(s, 9, "{\"seq\":9", "{\"seq\":09"),
        [1; 5],
    ),
    (
        "space in the frame",
        |s| edit(s, 9, "\"data\":", "\"data\": "),
        [1; 5],
    ),
    ("space at the end", |s| edit(s, 9, "\"}\n", "\"} \n"), [1; 5]),
    ("carriage return", |s| edit(s, 9, "\n", "\r\n"), [1; 5]),
    ("empty line", |s| edit(s, 9, "\n", "\n\n"), [1; 5]),
    (
        "upper case hash",
        |s| {
            change(s, |l| {
                l[8] = l[8].replace("\"hash\":\"", "\"hash\":\"A").replace("AA", "A")
            })
        },
        [1; 5],
    ),
    ("swap neighbours", |s| change(s, |l| l.swap(8, 9)), [1; 5]),
    ("swap far", |s| change(s, |l| l.swap(3, 20)), [1; 5]),
    ("delete one", |s| change(s, |l| drop(l.remove(8))), [1; 5]),
    ("delete the first", |s| change(s, |l| drop(l.remove(0))), [1; 5]),
    ("duplicate", |s| change(s, |l| l.insert(8, l[8].clone())), [1; 5]),
    (
        "replay at the end",
        |s| change(s, |l| l.push(l[8].clone())),
        [1; 5],
    ),
    (
        "splice from another ledger",
        |s| {
            change(s, |l| {
                let other = Place::with_ledger();
                other.fill(10);
                l[8] = fs::read_to_string(other.segment(1))
                    .unwrap()
                    .lines()
                    .nth(8)
                    .map(|x| format!("{x}\n"))
                    .unwrap();
            })
        },
        [1; 5],
    ),
    (
        "append a forged entry",
        |s| {
            change(s, |l| {
                let last: Value = serde_json::from_str(l.last().unwrap()).unwrap();
                let data = object(json!({"kind": "event", "salt": "0"}));
                let (line, _) = line(
                    last["seq"].as_u64().unwrap() + 1,
                    "2099-01-01T00:00:00.000000Z",
                    &data,
                    last["hash"].as_str().unwrap(),
                );
                l.push(line);
            })
        },
        [1; 5],
    ),
    (
        "cut after 5, cache left",
        |s| change(s, |l| l.truncate(5)),
        [3; 5],
    ),
    (
        "cut after 5",
        |s| {
            change(s, |l| l.truncate(5));
            forget_cache(s);
        },
        [0, 3, 0, 3, 0],
    ),
    (
        "cut after 13",
        |s| {
            change(s, |l| l.truncate(13));
            forget_cache(s);
        },
        [0, 3, 0, 3, 0],
    ),
    (
        "cut after 25",
        |s| {
            change(s, |l| l.truncate(25));
            forget_cache(s);
        },
        [0, 0, 0, 0, 0],
    ),
    (
        "cut within 25",
        |s| {
            change(s, |l| {
                l.truncate(25);
                l[24].truncate(80);
            });
            forget_cache(s);
        },
        [2; 5],
    ),
    ("emptied, cache left", |s| change(s, Vec::clear), [3, 3, 3, 3, 3]),
    (
        "edit, recompute",
        |s| {
            recompute(s, |n, d| {
                if n == 9 {
                    d.insert("n".into(), json!(99));
                }
            })
        },
        [0, 1, 1, 1, 1],
    ),
    (
        "edit, recompute, sign with the stolen key",
        |s| {
            recompute(s, |n, d| {
                if n == 9 {
                    d.insert("n".into(), json!(99));
                }
            });
            resign(s);
        },
        [0, 0, 1, 1, 1],
    ),
    (
        "edit after the head, recompute",
        |s| {
            recompute(s, |n, d| {
                if n == 26 {
                    d.insert("n".into(), json!(99));
                }
            })
        },
        [0, 0, 1, 0, 0],
    ),
    (
        "strip the seals",
        |s| recompute(s, |_, d| drop(d.remove("_seal"))),
        [1; 5],
    ),
    (
        "strip one seal",
        |s| {
            recompute(s, |n, d| {
                if n == 9 {
                    d.remove("_seal");
                }
            })
        },
        [1; 5],
    ),
    (
        "unsealed swap",
        |s| {
            recompute(s, |n, d| {
                d.remove("_seal");
                if n == 1 {
                    d.insert("seal".into(), Value::Null);
                }
            })
        },
        [0, 1, 1, 1, 1],
    ),
    (
        "unsealed swap, signed with the stolen key",
        |s| {
            recompute(s, |n, d| {
                d.remove("_seal");
                if n == 1 {
                    d.insert("seal".into(), Value::Null);
                }
            });
            resign(s);
        },
        [0, 0, 1, 1, 1],
    ),
    (
        "seal under another key",
        |s| {
            recompute(s, |n, d| {
                if n == 1 {
                    d.insert(
                        "seal".into(),
                        json!({"commitment": "0".repeat(64), "scheme": "wt-seal-v1"}),
                    );
                }
            })
        },
        [0, 1, 1, 1, 1],
    ),
    (
        "seals of two entries exchanged",
        |s| {
            let all = lines(s);
            let seal = |i: usize| serde_json::from_str::<Value>(&all[i]).unwrap()["data"]["_seal"].clone();
            let (a, b) = (seal(8), seal(9));
            recompute(s, move |n, d| match n {
                9 => drop(d.insert("_seal".into(), b.clone())),
                10 => drop(d.insert("_seal".into(), a.clone())),
                _ => {}
            });
        },
        [0, 1, 1, 1, 1],
    ),
    (
        "another genesis",
        |s| {
            recompute(s, |n, d| {
                if n == 1 {
                    d.insert("origin".into(), json!("evil.example/x"));
                }
            })
        },
        [0, 1, 1, 1, 1],
    ),
    (
        "no genesis",
        |s| {
            recompute(s, |n, d| {
                if n == 1 {
                    d.insert("format".into(), json!("x"));
                }
            })
        },
        [1; 5],
    ),
    (
        "directory rolled back",
        |s| {
            remove(&s.place.segment(1));
            copy(&s.old, &s.place);
        },
        [0, 0, 0, 3, 0],
    ),
    (
        "rolled back and gone on",
        |s| {
            remove(&s.place.segment(1));
            copy(&s.old, &s.place);
            s.place.fill(30);
        },
        [0, 0, 0, 1, 0],
    ),
    (
        "placeholder without an entry",
        |s| forge_placeholder(s, 25),
        [1; 5],
    ),
    (
        "placeholder by an earlier entry",
        |s| forge_placeholder(s, 3),
        [1; 5],
    ),
    (
        "not canonical, recomputed",
        |s| retext(s, 9, |d| d.replace(",\"salt\"", ", \"salt\"")),
        [0, 1, 1, 1, 1],
    ),
    (
        "member twice, recomputed",
        |s| {
            retext(s, 9, |d| {
                d.replace("\"source\":\"test\"", "\"source\":\"a\",\"source\":\"b\"")
            })
        },
        [0, 1, 1, 1, 1],
    ),
    (
        "lone surrogate, recomputed",
        |s| {
            retext(s, 9, |d| {
                d.replace("\"source\":\"test\"", "\"source\":\"\\ud800\"")
            })
        },
        [0, 1, 1, 1, 1],
    ),
    (
        "unknown kind, recomputed",
        |s| {
            recompute(s, |n, d| {
                if n == 9 {
                    d.insert("kind".into(), json!("x"));
                }
            })
        },
        [0, 1, 1, 1, 1],
    ),
    (
        "outcome of nothing, recomputed",
        |s| {
            recompute(s, |n, d| {
                if n == 9 {
                    d.insert("kind".into(), json!("outcome"));
                    d.insert("of".into(), json!(4));
                }
            })
        },
        [0, 1, 1, 1, 1],
    ),
    (
        "symlink",
        |s| {
            elsewhere(s);
            shell(
                "ln",
                &[Path::new("-s"), &s.place.path().join("away"), &s.place.segment(1)],
            );
        },
        [5; 5],
    ),
    (
        "hard link",
        |s| {
            elsewhere(s);
            shell("ln", &[&s.place.path().join("away"), &s.place.segment(1)]);
        },
        [5; 5],
    ),
    (
        "fifo",
        |s| {
            elsewhere(s);
            shell("mkfifo", &[&s.place.segment(1)]);
        },
        [5; 5],
    ),
    (
        "directory",
        |s| {
            elsewhere(s);
            shell("mkdir", &[&s.place.segment(1)]);
        },
        [5; 5],
    ),
    (
        "writable by others",
        |s| shell("chmod", &[Path::new("666"), &s.place.segment(1)]),
        [5; 5],
    ),
    (
        "segment renamed",
        |s| shell("mv", &[&s.place.segment(1), &s.place.segment(2)]),
        [1; 5],
    ),
    (
        "trailing garbage",
        |s| change(s, |l| l.push("garbage".into())),
        [2; 5],
    ),
    (
        "head of another ledger",
        |s| {
            let other = Place::with_ledger();
            let note = other.open().checkpoint().unwrap().note;
            fs::write(s.place.path().join("tlog/checkpoint"), note).unwrap();
        },
        [0, 1, 0, 0, 0],
    ),
    (
        "head without a signature",
        |s| {
            let cut = s.note.split("\n\n").next().unwrap().to_owned() + "\n\n";
            fs::write(s.place.path().join("tlog/checkpoint"), cut).unwrap();
        },
        [0, 1, 0, 0, 0],
    ),
    (
        "older head put back",
        |s| {
            let old = fs::read(s.old.path().join("tlog/checkpoint")).unwrap();
            fs::write(s.place.path().join("tlog/checkpoint"), old).unwrap();
        },
        [0; 5],
    ),
];

fn change(scene: &Scene, how: impl Fn(&mut Vec<String>)) {
    let mut all = lines(scene);
    how(&mut all);
    put(scene, &all);
}

fn edit(scene: &Scene, seq: usize, from: &str, to: &str) {
    change(scene, |all| all[seq - 1] = all[seq - 1].replacen(from, to, 1));
}

fn elsewhere(scene: &Scene) {
    shell("mv", &[&scene.place.segment(1), &scene.place.path().join("away")]);
}

fn forge_placeholder(scene: &Scene, by: u64) {
    change(scene, |all| {
        let line = &all[8];
        let data = line
            .split("\"data\":")
            .nth(1)
            .unwrap()
            .split(",\"prev_hash\":")
            .next()
            .unwrap()
            .to_owned();
        let seal = serde_json::from_str::<Value>(&data).unwrap()["_seal"]
            .as_str()
            .unwrap()
            .to_owned();
        let body = data.replacen(&format!("\"_seal\":\"{seal}\","), "", 1);
        let (body, digest) = (hex(&Sha256::digest(body)), hex(&Sha256::digest(&data)));
        let hole = format!(
            "{{\"_redacted\":{{\"body_sha256\":\"{body}\",\"by\":{by},\"data_sha256\":\"{digest}\"}},\"_seal\":\"{seal}\",\"kind\":\"redacted\"}}"
        );
        all[8] = line.replace(&data, &hole);
    });
}

#[test]
fn each_attack_is_detected_where_it_can_be_and_not_elsewhere() {
    assert!(ATTACKS.len() >= 50);
    let base = scene(u64::MAX);
    let mut wrong = Vec::new();
    for (name, attack, want) in ATTACKS {
        let place = Place::new();
        copy(&base.place, &place);
        let old = Place::new();
        copy(&base.old, &old);
        let scene = Scene {
            place,
            old,
            key: base.key.clone(),
            note: base.note.clone(),
        };
        attack(&scene);
        let got = verdicts(&scene);
        if got != *want {
            wrong.push(format!("{name}: got {got:?}, want {want:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn segments_cannot_be_taken_out_of_a_row() {
    let base = scene(3000);
    let firsts = || {
        (1..60)
            .filter(|&n| base.place.segment(n).exists())
            .collect::<Vec<u64>>()
    };
    let all = firsts();
    assert!(all.len() >= 4, "{all:?}");
    for (at, first) in all.iter().enumerate() {
        let bytes = fs::read(base.place.segment(*first)).unwrap();
        remove(&base.place.segment(*first));
        let want = match at {
            0 => 3,
            _ if at + 1 == all.len() => 3,
            _ => 1,
        };
        assert_eq!(base.place.exit_code(), want, "segment {at}");
        fs::write(base.place.segment(*first), bytes).unwrap();
        shell("chmod", &[Path::new("600"), &base.place.segment(*first)]);
    }
    assert_eq!(base.place.exit_code(), 0);
}
