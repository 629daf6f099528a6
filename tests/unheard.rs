//! Calls at the limits: as much as a call may name is recorded and can be taken back, more is a usage error, and what
//! cannot be judged or recorded whole is refused on the record.

use crate::{
    approvals::world::world,
    hook,
    support::{Scratch, WT, text},
};
use serde_json::json;
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

const MOST: usize = applets::grammar::MAX_OPERANDS;

fn line<'a>(words: &[&'a str], names: &'a [String]) -> Vec<&'a str> {
    let names = names.iter().map(String::as_str);
    words.iter().copied().chain(names).collect()
}

fn last_decision(desk: &Scratch) -> serde_json::Value {
    desk.entries_of("decision").pop().unwrap()["data"].clone()
}

/// Enters directories of 200 bytes each, `depth` deep, below `top`, and gives the last one.
fn deep(top: &Path, depth: usize) -> PathBuf {
    let dir = (0..depth).fold(top.to_owned(), |dir, _| dir.join("d".repeat(200)));
    fs::create_dir_all(&dir).unwrap();
    dir
}

#[test]
fn as_many_operands_as_a_call_may_have_are_recorded_and_taken_back() {
    let desk = world();
    let names: Vec<String> = (0..MOST).map(|n| format!("f{n}")).collect();
    for name in &names {
        desk.write(name, name);
    }
    desk.expect(0, &line(&["safe-rm"], &names));
    assert!(names.iter().all(|name| !desk.file(name).exists()));
    let decision = last_decision(&desk);
    assert_eq!(decision["scope"]["targets"].as_array().unwrap().len(), MOST);
    let outcome = desk.entries_of("outcome").pop().unwrap();
    let effects = outcome["data"]["execution"]["effects"].as_array().unwrap();
    assert_eq!(effects.len(), MOST);
    desk.expect(0, &["undo", "--last"]);
    assert!(
        names
            .iter()
            .all(|name| fs::read_to_string(desk.file(name)).unwrap() == *name)
    );
    desk.expect(0, &["verify"]);
}

#[test]
fn one_operand_more_is_a_usage_error_that_changes_and_records_nothing() {
    let desk = Scratch::new();
    let names: Vec<String> = (0..=MOST).map(|n| format!("f{n}")).collect();
    desk.write("f0", "");
    let before = desk.entries().len();
    for words in [
        &["safe-rm", "-f"][..],
        &["safe-touch"],
        &["safe-chmod", "600"],
        &["rg-search", "x"],
    ] {
        let said = desk.refused(64, &line(words, &names));
        let lines: Vec<&str> = said.lines().collect();
        assert_eq!(
            lines[0],
            format!("{0}: too many operands for {0}: the limit is {MOST}", words[0])
        );
        assert!(
            lines[1].starts_with("hint: split the call") && lines.len() == 2,
            "{said}"
        );
    }
    assert!(desk.file("f0").exists() && !desk.file("f1").exists());
    assert_eq!(desk.entries().len(), before);
}

#[test]
fn real_paths_too_long_for_one_entry_are_a_usage_error_that_is_on_record() {
    let desk = Scratch::new();
    let dir = deep(&desk.project(), 12);
    let names: Vec<String> = (0..200).map(|n| format!("f{n}")).collect();
    for name in &names {
        fs::write(dir.join(name), "").unwrap();
    }
    let out = desk
        .wt(&line(&["safe-rm"], &names))
        .current_dir(&dir)
        .output()
        .unwrap();
    let said = text(&out.stderr);
    assert_eq!(out.status.code(), Some(64), "{said}");
    assert!(
        said.starts_with("safe-rm: too much for one call: its data has "),
        "{said}"
    );
    assert!(
        said.lines()
            .nth(1)
            .unwrap()
            .starts_with("hint: split its operands"),
        "{said}"
    );
    assert!(names.iter().all(|name| dir.join(name).exists()));
    let decision = last_decision(&desk);
    assert_eq!(decision["decision"]["verdict"], "deny");
    assert_eq!(decision["decision"]["matched_rules"][0]["rule"], "entry-size");
    assert_eq!(decision["intent"]["targets"].as_array().unwrap().len(), 200);
    // What the hint says is a way out.
    for names in names.chunks(100) {
        let out = desk
            .wt(&line(&["safe-rm"], names))
            .current_dir(&dir)
            .output()
            .unwrap();
        assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    }
    desk.expect(0, &["verify"]);
}

#[test]
fn the_longest_line_that_the_grammar_takes_can_be_recorded() {
    let desk = Scratch::new();
    desk.write("a.json", "{}");
    let most = applets::grammar::MAX_LINE_BYTES;
    // A control character takes six bytes in the record, a backslash four.
    let names = |piece: &str, each: usize| -> Vec<String> {
        (0..MOST.min(most / (each * 250 + 4)))
            .map(|n| format!("{}{n:04}", piece.repeat(250)))
            .collect()
    };
    let query = [format!("\"{}\"", "\u{1}".repeat(most / 6 - 10))];
    for (words, operands) in [
        (&["safe-rm", "-f"][..], names("\u{1b}", 6)),
        (&["safe-rm", "-f"], names("\\", 4)),
        (&["safe-touch"], names("x", 1)),
        (&["rg-search", "x"], names("\u{1b}", 6)),
        (&["jq-query"], query.to_vec()),
    ] {
        let before = desk.entries_of("decision").len();
        let mut line = line(words, &operands);
        line.extend((words[0] == "jq-query").then_some("a.json"));
        let out = desk.run(&line);
        assert_ne!(out.status.code(), Some(74), "{words:?}: {}", text(&out.stderr));
        assert_eq!(
            desk.entries_of("decision").len(),
            before + 1,
            "{words:?}: {}",
            text(&out.stderr)
        );
        assert_eq!(last_decision(&desk)["tool"], words[0]);
    }
}

#[test]
fn what_was_done_to_a_tree_of_long_names_is_on_record() {
    let desk = Scratch::new();
    let dir = deep(&desk.file("tree"), 15);
    for n in 0..400 {
        fs::write(dir.join(format!("f{n}")), "").unwrap();
    }
    desk.expect(0, &["safe-chmod", "-R", "u=rwX,go=", "tree"]);
    let mode = fs::metadata(dir.join("f0")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let outcome = desk.entries_of("outcome").pop().unwrap();
    let effects = outcome["data"]["execution"]["effects"].as_array().unwrap();
    let more = effects.last().unwrap();
    assert_eq!(more["op"], "more");
    assert_eq!(effects.len() as u64 - 1 + more["count"].as_u64().unwrap(), 416);
    desk.expect(0, &["verify", "--deep"]);
}

#[test]
fn a_call_whose_facts_cannot_be_had_is_refused_on_the_record() {
    let desk = Scratch::new();
    let gone = desk.file("gone");
    fs::create_dir(&gone).unwrap();
    // The directory goes while the call stands in it.
    let out = std::process::Command::new("/bin/sh")
        .args(["-c", "cd gone && rmdir ../gone && exec \"$0\" safe-touch a", WT])
        .current_dir(desk.project())
        .env_clear()
        .env("HOME", desk.home())
        .env("WATCHTOWER_DIR", desk.state())
        .output()
        .unwrap();
    let said = text(&out.stderr);
    assert_eq!(out.status.code(), Some(64), "{said}");
    assert!(
        said.starts_with("safe-touch: cannot use the working directory: it was removed\nhint: "),
        "{said}"
    );
    let decision = last_decision(&desk);
    assert_eq!(decision["decision"]["verdict"], "deny");
    assert_eq!(decision["decision"]["matched_rules"][0]["rule"], "facts");
    assert_eq!(decision["intent"]["targets"][0]["path"], "a");
    desk.expect(0, &["verify", "--deep"]);
}

#[test]
fn a_quarantine_that_is_no_private_directory_refuses_on_the_record() {
    let desk = Scratch::new();
    let file = desk.write("a", "text");
    desk.write("trash", "");
    fs::rename(desk.file("trash"), desk.state().join("trash")).unwrap();
    let said = desk.refused(78, &["safe-rm", "a"]);
    assert!(said.contains("is not a private directory of yours"), "{said}");
    assert_eq!(fs::read_to_string(file).unwrap(), "text");
    let decision = last_decision(&desk);
    assert_eq!(decision["decision"]["matched_rules"][0]["rule"], "facts");
}

#[test]
fn a_command_that_names_more_than_an_entry_holds_is_refused_to_an_agent_on_the_record() {
    let world = hook::World::new();
    let dir = deep(&world.workspace(), 8);
    let names: Vec<String> = (0..900).map(|n| format!("file-{n}")).collect();
    let command = format!("rm -f {}", names.join(" "));
    let (verdict, why) = world.ask("Bash", &json!({"command": command}), &dir);
    assert_eq!(verdict, "deny", "{why}");
    assert!(why.contains("too much for one call"), "{why}");
    let (code, entries) = world.wt(&["query", "--json", "--where", "kind == 'decision'"], b"");
    assert_eq!(code, 0, "{entries}");
    assert!(entries.contains("entry-size"), "{entries}");
}

#[test]
fn a_call_with_more_targets_than_the_policy_lets_one_have_is_denied_by_every_front() {
    let world = hook::World::new();
    let policy = world.dir.path().join(".watchtower/policy.json");
    let mut document: serde_json::Value = serde_json::from_slice(&fs::read(&policy).unwrap()).unwrap();
    document["limits"] = json!({"max_targets": 2});
    fs::write(&policy, document.to_string()).unwrap();
    for (words, code) in [
        (&["safe-touch", "a", "b", "c"][..], 77),
        (&["safe-touch", "a", "b"], 0),
        (&["safe-touch", "c"], 0),
        (&["safe-rm", "a", "b", "c"], 77),
        (&["safe-cp", "a", "b", "."], 77),
        (&["rg-search", "x", "a", "b", "c"], 77),
        (&["safe-rm", "a", "b"], 0),
    ] {
        let output = world.output(&[], words, b"");
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{words:?}: {said}");
        let told = said.contains("3 targets, 2 are the limit (rule `too-many-targets`")
            && said.contains("hint: split its operands");
        assert_eq!(told, code == 77, "{words:?}: {said}");
    }
    assert!(world.workspace().join("c").exists());
    for (command, word) in [
        ("rm a b c", "deny"),
        ("touch a b", "allow"),
        ("touch a; touch b; touch c", "allow"),
    ] {
        let (said, why) = world.ask("Bash", &json!({"command": command}), &world.workspace());
        assert_eq!(said, word, "{command}: {why}");
        assert_eq!(
            why.contains("too-many-targets"),
            word == "deny",
            "{command}: {why}"
        );
    }
}
