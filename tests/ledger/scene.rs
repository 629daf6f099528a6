//! A ledger to attack, the ways to verify it, and the tools of somebody who knows the format.

use super::{
    forge::{hex, raw_line},
    place::{Place, event, remove},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signer, SigningKey};
use hmac::{Hmac, KeyInit, Mac};
use ledger::{
    Durability, Genesis, Ledger, Settings, parse_seal_key,
    verify::{Options, verify_with},
};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::{fs, os::fd::AsFd, path::Path, process::Command};

/// A sealed ledger of 30 entries in several segments, 20 of them under a head; and one in a single segment.
pub(crate) struct Scene {
    pub(crate) place: Place,
    pub(crate) key: String,
    pub(crate) note: String,
    /// A copy of the directory from when it had 12 entries.
    pub(crate) old: Place,
}

pub(crate) fn copy(from: &Place, to: &Place) {
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

pub(crate) fn scene(rotate: u64) -> Scene {
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
pub(crate) fn verdicts(scene: &Scene) -> [u8; 5] {
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

pub(crate) fn lines(scene: &Scene) -> Vec<String> {
    let text = fs::read_to_string(scene.place.segment(1)).unwrap();
    text.lines().map(|line| format!("{line}\n")).collect()
}

pub(crate) fn put(scene: &Scene, lines: &[String]) {
    let path = scene.place.segment(1);
    fs::write(path, lines.concat()).unwrap();
}

pub(crate) fn forget_cache(scene: &Scene) {
    fs::write(scene.place.path().join("ledger.lock"), "").unwrap();
}

/// Writes all entries anew with hashes that fit.
pub(crate) fn recompute(scene: &Scene, change: impl Fn(u64, &mut Map<String, Value>)) {
    let text = super::forge::rewrite(&scene.place, change);
    fs::write(scene.place.segment(1), text).unwrap();
    forget_cache(scene);
}

/// Entries from `at` on with data as text, which need not be canonical.
pub(crate) fn retext(scene: &Scene, at: u64, change: impl Fn(&str) -> String) {
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

pub(crate) fn leaf_root(hashes: &[Vec<u8>]) -> Vec<u8> {
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
pub(crate) fn resign(scene: &Scene) {
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

pub(crate) fn shell(program: &str, args: &[&Path]) {
    assert!(Command::new(program).args(args).status().unwrap().success());
}

pub(crate) fn change(scene: &Scene, how: impl Fn(&mut Vec<String>)) {
    let mut all = lines(scene);
    how(&mut all);
    put(scene, &all);
}

pub(crate) fn edit(scene: &Scene, seq: usize, from: &str, to: &str) {
    change(scene, |all| all[seq - 1] = all[seq - 1].replacen(from, to, 1));
}

pub(crate) fn elsewhere(scene: &Scene) {
    shell("mv", &[&scene.place.segment(1), &scene.place.path().join("away")]);
}

pub(crate) fn forge_placeholder(scene: &Scene, by: u64) {
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

/// Index and key of the next seal, as a thief of the machine finds them.
fn stolen_seal(scene: &Scene) -> (u64, Vec<u8>) {
    let state = fs::read_to_string(scene.place.path().join("keys/seal")).unwrap();
    let fields: Vec<&str> = state.split_whitespace().collect();
    let key = fields[3].as_bytes().chunks(2);
    let key = key.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap());
    (fields[1].parse().unwrap(), key.collect())
}

/// Entries from `from` on passed through `change`, sealed with the stolen key, and one more at the end. What was
/// sealed before the theft can only be sealed with a later key.
pub(crate) fn reseal(scene: &Scene, from: u64, change: impl Fn(u64, &mut Map<String, Value>)) {
    let (next, key) = stolen_seal(scene);
    let mut prev = "0".repeat(64);
    let mut out = String::new();
    let mut entries: Vec<Value> = lines(scene)
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let mut more = entries.last().unwrap().clone();
    more["seq"] = Value::from(entries.len() + 1);
    entries.push(more);
    for entry in entries {
        let seq = entry["seq"].as_u64().unwrap();
        let time = entry["timestamp"].as_str().unwrap();
        let mut data = entry["data"].as_object().unwrap().clone();
        if seq >= from {
            let told = data.remove("_seal").unwrap();
            let told: u64 = told.as_str().unwrap().split(':').next().unwrap().parse().unwrap();
            let index = if seq >= next { next } else { told };
            change(seq, &mut data);
            let body = serde_json_canonicalizer::to_string(&data).unwrap();
            let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
            let digest = hex(&Sha256::digest(body));
            mac.update(format!("wt-seal-v1\n{index}\n{seq}\n{time}\n{prev}\n{digest}\n").as_bytes());
            let seal = format!("{index}:{}", hex(&mac.finalize().into_bytes()));
            data.insert("_seal".into(), Value::from(seal));
        }
        let (line, hash) = super::forge::line(seq, time, &data, &prev);
        out.push_str(&line);
        prev = hash;
    }
    fs::write(scene.place.segment(1), out).unwrap();
    forget_cache(scene);
}

/// Cuts the end off, sets the seal key's distance to what then follows, takes the head away, and goes on writing.
pub(crate) fn resume_after(scene: &Scene, left: usize) {
    change(scene, |all| all.truncate(left));
    forget_cache(scene);
    let (next, _) = stolen_seal(scene);
    let path = scene.place.path().join("keys/seal");
    let state = fs::read_to_string(&path).unwrap();
    let fields: Vec<&str> = state.split_whitespace().collect();
    let distance = next - left as u64 - 1;
    fs::write(path, super::forge::seal_state(next, distance, fields[3])).unwrap();
    remove(&scene.place.path().join("tlog/checkpoint"));
    scene.place.fill(12);
}
