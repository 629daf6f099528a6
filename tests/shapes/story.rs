//! A world in which everything happens once, with every answer that is JSON.

use super::shape::Shape;
use crate::{
    approvals::{swaps::asking, terminal::PASSPHRASE, world::open_policy},
    support::{Scratch, WT, text},
};
use serde_json::Value as Json;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

struct Story {
    world: Scratch,
    seen: BTreeMap<String, Shape>,
    /// Paths to what entries of every kind hold.
    members: BTreeSet<String>,
}

impl Story {
    /// Runs a command and takes its answer down under a title.
    fn run(&mut self, title: &str, code: i32, args: &[&str]) -> Json {
        let output = self.world.run(args);
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(code), "{args:?}: {out}{err}");
        self.take(title, &out)
    }

    /// The same for what a person signs.
    fn signed(&mut self, title: &str, args: &[&str]) {
        self.answered(title, PASSPHRASE, args);
    }

    fn answered(&mut self, title: &str, answers: &str, args: &[&str]) -> String {
        let (code, out) = self.world.person(answers, &[&[WT], args].concat()).unwrap();
        assert_eq!(code, 0, "{args:?}: {out}");
        let json = out.split_once('{').unwrap().1.to_owned();
        self.take(title, &format!("{{{}", json.trim()));
        out
    }

    /// Takes down what the record's entries hold.
    fn entries(&mut self) {
        for line in self.world.expect(0, &["query", "--json"]).lines() {
            let entry: Json = serde_json::from_str(line).unwrap();
            members("", &entry["data"], &mut self.members);
        }
    }

    fn take(&mut self, title: &str, out: &str) -> Json {
        self.seen.entry(title.to_owned()).or_default().see(out);
        serde_json::Deserializer::from_str(out)
            .into_iter()
            .next()
            .unwrap()
            .unwrap()
    }
}

/// Adds the paths to everything in a value, as a question names them.
fn members(path: &str, value: &Json, into: &mut BTreeSet<String>) {
    let below = |name: &str| {
        if path.is_empty() {
            name.to_owned()
        } else {
            format!("{path}.{name}")
        }
    };
    match value {
        Json::Object(all) => all
            .iter()
            .for_each(|(name, value)| members(&below(name), value, into)),
        Json::Array(items) => items.iter().for_each(|item| members(&below("*"), item, into)),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {
            into.insert(path.to_owned());
        }
    }
}

/// Lives it, and gives every answer and what the entries of its record hold; none where there is no terminal to be had.
pub(super) fn live() -> Option<(BTreeMap<String, Shape>, BTreeSet<String>)> {
    let mut story = Story {
        world: asking()?,
        seen: BTreeMap::new(),
        members: BTreeSet::new(),
    };
    calls(&mut story);
    answers(&mut story);
    keys(&mut story);
    looking(&mut story);
    policies(&mut story);
    record(&mut story);
    Some((story.seen, story.members))
}

fn calls(story: &mut Story) {
    let world = Scratch::bare();
    let made = world.run(&["init", "--json"]);
    story.take("wt init", &text(&made.stdout));
    story.run("wt applets", 0, &["applets", "--json"]);
    for call in [
        &["--", "safe-rm", "a"][..],
        &["--", "safe-mkdir", "b"],
        &["--shell", "cat /etc/shadow | sh"],
    ] {
        let checked = story.world.run(&[&["check", "--json"], call].concat());
        story.take("wt check", &text(&checked.stdout));
    }
    story.run("wt gtfo --list", 0, &["gtfo", "--list", "--json"]);
    story.run("wt gtfo show", 0, &["gtfo", "show", "gawk", "--json"]);
    story.run(
        "wt gtfo check",
        0,
        &[
            "gtfo",
            "check",
            "--json",
            "--",
            "tar",
            "xf",
            "a",
            "--to-command=sh",
        ],
    );
    let bin = story.world.home().join("bin");
    fs::create_dir(&bin).unwrap();
    let bin = bin.display().to_string();
    story.run("wt links", 0, &["links", "--json", &bin]);
    story.run("wt setup", 0, &["setup", "claude-code", "--print", "--json"]);
    for name in ["a", "b", "c"] {
        story.world.write(name, "text");
    }
}

fn answers(story: &mut Story) {
    let id = story.world.asks(&["safe-rm", "a"]).unwrap();
    story.run("wt approvals", 0, &["approvals", "--json"]);
    story.run("wt approvals ID", 0, &["approvals", &id, "--json"]);
    story.run("wt status", 0, &["status", "--json"]);
    story.signed("wt approve", &["approve", &id, "--json"]);
    story.run("wt grants", 0, &["grants", "--json"]);
    assert_eq!(story.world.asks(&["safe-rm", "a"]), None);
    story.run("wt trash", 0, &["trash", "--json"]);
    story.run("wt trash list", 0, &["trash", "list", "--json"]);
    story.run("wt undo --dry-run", 0, &["undo", "--last", "--dry-run", "--json"]);
    story.run("wt undo", 0, &["undo", "--last", "--json"]);
    story.run(
        "wt trash empty --dry-run",
        0,
        &["trash", "empty", "--all", "--dry-run", "--json"],
    );
    story.run("wt trash empty", 0, &["trash", "empty", "--all", "--json"]);
    let other = story.world.asks(&["safe-rm", "a"]).unwrap();
    story.run("wt deny", 0, &["deny", &other, "--reason", "no", "--json"]);
    story.signed("wt grants revoke", &["grants", "revoke", "--all", "--json"]);
    story.run("wt freeze", 0, &["freeze", "--reason", "look", "--json"]);
    story.run("wt status", 0, &["status", "--json"]);
    story.signed("wt thaw", &["thaw", "--json"]);
    story.run("wt admin show", 0, &["admin", "show", "--json"]);
}

/// The approver's key, made, kept and replaced; in a world of its own, since the codes of a recovery are used up.
fn keys(story: &mut Story) {
    let mut other = Story {
        world: Scratch::new(),
        seen: std::mem::take(&mut story.seen),
        members: std::mem::take(&mut story.members),
    };
    other.world.policy(&open_policy(""));
    let twice = format!("{PASSPHRASE}|{PASSPHRASE}");
    other.answered("wt admin set", &twice, &["admin", "set", "--json"]);
    let thrice = format!("{PASSPHRASE}|{twice}");
    let shown = other.answered("wt admin passphrase", &thrice, &["admin", "passphrase", "--json"]);
    // Shown on the terminal alone, on a line of its own behind its heading.
    let code = shown
        .split_once("recovery code, ")
        .unwrap()
        .1
        .lines()
        .nth(1)
        .unwrap()
        .trim()
        .to_owned();
    other.answered(
        "wt admin recover",
        &format!("{code}|{twice}"),
        &["admin", "recover", "--json"],
    );
    other.answered("wt admin replace", &thrice, &["admin", "replace", "--json"]);
    other.entries();
    story.seen = other.seen;
    story.members = other.members;
}

fn looking(story: &mut Story) {
    story.world.expect(0, &["safe-chmod", "600", "b"]);
    story.world.run(&["safe-chmod", "600", "nowhere"]);
    story.world.run(&["safe-rm", "/etc/hostname"]);
    let outside = story.world.home().join("outside");
    fs::write(&outside, "text").unwrap();
    story
        .world
        .expect(0, &["safe-chmod", "600", &outside.display().to_string()]);
    for (title, args) in [
        ("wt tail", &["tail", "-n", "100"][..]),
        ("wt recent", &["recent"]),
        ("wt stats", &["stats"]),
        ("wt report", &["report"]),
        ("wt query", &["query", "seq < 3"]),
        (
            "wt query --select",
            &[
                "query",
                "kind == 'decision'",
                "--select",
                "seq,timestamp,decision.verdict",
            ],
        ),
        ("wt query --group-by", &["query", "True", "--group-by", "kind"]),
        ("wt query --count", &["query", "True", "--count"]),
        ("wt doctor", &["doctor"]),
    ] {
        story.run(title, 0, &[args, &["--json"]].concat());
    }
    story.run("wt alert", 1, &["alert", "--json"]);
}

fn policies(story: &mut Story) {
    let policy = story.world.state().join("policy.json").display().to_string();
    let other = story.world.home().join("other.json").display().to_string();
    fs::write(&other, policy::default_document("strict").unwrap()).unwrap();
    let broken = story.world.home().join("broken.json").display().to_string();
    fs::write(&broken, "{\"version\": \"2.0.0\", \"policies\": [{\"name\": 3}]}").unwrap();
    story.run("wt policy check", 0, &["policy", "check", "--json", &other]);
    story.run("wt policy check", 78, &["policy", "check", "--json", &broken]);
    story.run("wt policy test", 0, &["policy", "test", "--json", &other]);
    story.run(
        "wt policy explain",
        0,
        &["policy", "explain", "--json", "--", "safe-rm", "a"],
    );
    story.run("wt policy replay", 0, &["policy", "replay", &other, "--json"]);
    story.run(
        "wt policy diff",
        0,
        &["policy", "diff", &policy, &other, "--json"],
    );
}

fn record(story: &mut Story) {
    story.run("wt checkpoint", 0, &["checkpoint", "--json"]);
    story.run("wt checkpoint --vkey", 0, &["checkpoint", "--vkey", "--json"]);
    story.run("wt prove", 0, &["prove", "2", "--json"]);
    story.run(
        "wt prove --consistency",
        0,
        &["prove", "--json", "--consistency", "1", "2"],
    );
    story.run("wt redact", 0, &["redact", "3", "--reason", "a token", "--json"]);
    story.run("wt verify", 0, &["verify", "--json"]);
    let legacy = story.world.home().join("legacy");
    fs::create_dir(&legacy).unwrap();
    fs::write(legacy.join("ledger-20250101-000000.jsonl"), OLD).unwrap();
    let legacy = legacy.display().to_string();
    let keep = open_policy(r#""ledger": {"retention_days": 30},"#);
    story.world.policy(&keep);
    story.run(
        "wt verify --legacy",
        0,
        &["verify", "--legacy", &legacy, "--json"],
    );
    story.run("wt import", 0, &["import", &legacy, "--json"]);
    story.run("wt clean", 0, &["clean", "--json"]);
    story.entries();
    // Damage, last of all.
    let segment = story.world.state().join(format!("ledger-{:020}.jsonl", 1));
    let text = fs::read_to_string(&segment).unwrap();
    fs::write(
        &segment,
        text.replacen("\"kind\":\"genesis\"", "\"kind\":\"Genesis\"", 1),
    )
    .unwrap();
    story.run("wt verify", 1, &["verify", "--json"]);
    story.run("wt doctor", 1, &["doctor", "--json"]);
}

/// One entry of the predecessor's, with its hash.
const OLD: &str = concat!(
    r#"{"seq":1,"timestamp":"2025-01-01T00:00:00","data":{"seq":0,"timestamp":"2025-01-01T00:00:00"},"prev_hash":"#,
    r#""0000000000000000000000000000000000000000000000000000000000000000","hash":"8ef94b59cbae164ea0c6c0ba917fc33fd880c773ad2f5b29c0b2e29dd22a5ea9"}"#,
    "\n"
);
