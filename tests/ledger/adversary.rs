//! What somebody with intent can do to a ledger, and what each way of verifying says of it. Both are asserted: what
//! is detected, and what is not.

use super::{
    forge::line,
    place::{Place, object, remove},
    scene::{
        Scene, change, copy, edit, elsewhere, forge_placeholder, forget_cache, lines, recompute, resign,
        retext, scene, shell, verdicts,
    },
};
use serde_json::{Value, json};
use std::{fs, path::Path};

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
