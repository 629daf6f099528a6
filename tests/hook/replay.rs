//! Recorded calls of a hook under another policy: a shell command is judged anew by its parts, and what was said
//! beside policy holds.

use super::World;
use serde_json::{Value as Json, json};

/// A day of an agent: what is fine, what is not, and what a freeze stops.
fn lived() -> World {
    let world = World::new();
    let root = world.workspace();
    for command in [
        "rm -rf ~",
        "git push --force",
        "cat /etc/shadow",
        "ls && cp a ~/.bashrc; find . -exec sh {} \\;",
        "sudo rm -rf /srv/x",
        "$x",
        "# nothing",
        "",
        "echo hi > out",
    ] {
        world.ask("Bash", &json!({"command": command}), &root);
    }
    world.ask("mcp__tracker__create_issue", &json!({"title": "t"}), &root);
    assert_eq!(world.wt(&["safe-rm", "/etc/hostname"], b"").0, 77);
    assert_eq!(world.wt(&["freeze"], b"").0, 0);
    let (word, _) = world.ask("Bash", &json!({"command": "touch new"}), &root);
    assert_eq!(word, "deny");
    world
}

fn policy(world: &World) -> String {
    world
        .dir
        .path()
        .join(".watchtower/policy.json")
        .display()
        .to_string()
}

fn replay(world: &World, policy: &str) -> Json {
    let (code, out) = world.wt(&["policy", "replay", "--json", policy], b"");
    assert_eq!(code, 0);
    serde_json::from_str(&out).unwrap()
}

#[test]
fn the_policy_in_force_changes_nothing_of_its_own_record() {
    let world = lived();
    let answer = replay(&world, &policy(&world));
    assert_eq!(
        answer,
        json!({"replayed": 12, "changed": 0, "changes": [], "without_facts": 0, "without_parts": 0})
    );
    let (_, out) = world.wt(
        &["policy", "diff", "--json", &policy(&world), &policy(&world)],
        b"",
    );
    let answer: Json = serde_json::from_str(&out).unwrap();
    assert_eq!(answer["changes"], json!([]));
}

#[test]
fn a_policy_that_allows_everything_opens_no_floor_and_no_freeze() {
    let world = lived();
    let open = json!({"version": "2.0.0", "policies": [{"name": "open", "action": "allow"}]});
    let file = world.dir.path().join("open.json");
    std::fs::write(&file, open.to_string()).unwrap();
    let answer = replay(&world, file.to_str().unwrap());
    let (_, entries) = world.wt(&["query", "--json", "--where", "kind == 'decision'"], b"");
    let opened: Vec<&Json> = answer["changes"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|change| change["now"] == "allow")
        .flat_map(|change| change["seqs"].as_array().unwrap())
        .collect();
    let named = |entry: &Json| {
        entry["data"]["intent"]["params"]["command"]
            .as_str()
            .or(entry["data"]["tool"].as_str())
            .unwrap()
            .to_owned()
    };
    let names: Vec<String> = entries
        .lines()
        .map(|line| serde_json::from_str::<Json>(line).unwrap())
        .filter(|entry| opened.contains(&&entry["seq"]))
        .map(|entry| named(&entry))
        .collect();
    assert_eq!(
        names,
        ["git push --force", "sudo rm -rf /srv/x", "mcp", "safe-rm"],
        "{answer}"
    );
}

#[test]
fn what_a_protected_path_refused_is_beyond_any_rule() {
    let world = World::new();
    world.ask("Bash", &json!({"command": "rm -rf ~"}), &world.workspace());
    let (_, out) = world.wt(&["policy", "suggest"], b"");
    let answer: Json = serde_json::from_str(&out).unwrap();
    assert_eq!(answer["policies"], json!([]));
    assert!(
        answer["description"]
            .as_str()
            .unwrap()
            .contains(" 1 kinds of refused calls are beyond any rule"),
        "{out}"
    );
}

#[test]
fn a_command_of_too_many_parts_for_its_entry_is_counted_apart() {
    let world = World::new();
    let places: Vec<String> = (0..700).map(|n| format!("/tmp/{n:0120}")).collect();
    let (word, why) = world.ask(
        "Bash",
        &json!({"command": format!("rm {}", places.join(" "))}),
        &world.workspace(),
    );
    assert_eq!(word, "allow", "{why}");
    let answer = replay(&world, &policy(&world));
    assert_eq!(
        (&answer["replayed"], &answer["without_parts"]),
        (&json!(0), &json!(1))
    );
    let (_, out) = world.wt(&["policy", "replay", &policy(&world)], b"");
    assert!(out.contains("1 more cannot be replayed"), "{out}");
}
