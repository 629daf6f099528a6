//! Entries written anew by somebody who knows the format: hashes fit, signatures where the key was stolen.

use super::Attack;
use crate::ledger::scene::{lines, recompute, reseal, resign, retext};
use serde_json::{Value, json};

/// Said: chain, signed, sealed, anchored, deep.
pub(super) const ATTACKS: &[Attack] = &[
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
        [1; 5],
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
        "edit, recompute, seal with the stolen key",
        |s| {
            reseal(s, 9, |n, d| {
                if n == 9 {
                    d.insert("n".into(), json!(99));
                }
            })
        },
        [0, 1, 1, 1, 1],
    ),
    (
        "edit, recompute, seal and sign with the stolen keys",
        |s| {
            reseal(s, 9, |n, d| {
                if n == 9 {
                    d.insert("n".into(), json!(99));
                }
            });
            resign(s);
        },
        [0, 0, 1, 1, 1],
    ),
    (
        "append with the stolen seal key",
        |s| reseal(s, 31, |_, _| {}),
        [0; 5],
    ),
];
