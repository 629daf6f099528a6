//! Every block of commands in README and docs is run: each document in a world of its own, from top to bottom, as a
//! person would who reads it.

use crate::support::{Scratch, needs, text};
use serde_json::Value as Json;
use std::{fs, path::Path, process::Command};

/// The commands of a document's `sh` blocks, with the exit codes that its comments promise.
fn commands(document: &str) -> Vec<(String, Vec<i32>)> {
    let mut found = Vec::new();
    let mut inside = false;
    let mut pending = String::new();
    for line in document.lines() {
        if line.starts_with("```") {
            inside = line == "```sh";
            continue;
        }
        if !inside || line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(begun) = line.strip_suffix('\\') {
            pending.push_str(begun);
            continue;
        }
        let whole = format!("{}{line}", std::mem::take(&mut pending));
        let (command, promise) = whole.split_once("# exits ").unwrap_or((&whole, "0"));
        let codes = promise
            .split(" or ")
            .map(|code| code.trim().parse().unwrap())
            .collect();
        found.push((command.trim().to_owned(), codes));
    }
    found
}

/// One shell script that runs them all and ends at the first broken promise.
fn script(commands: &[(String, Vec<i32>)]) -> String {
    let mut script = String::from("set +e\n");
    for (command, codes) in commands {
        let fits: Vec<String> = codes.iter().map(|code| format!("[ $code -eq {code} ]")).collect();
        let shown = command.replace('\'', "'\\''");
        script.push_str(&format!(
            "{command}\ncode=$?\n{{ {}; }} || {{ printf '%s ended with %s\\n' '{shown}' $code >&2; exit 99; }}\n",
            fits.join(" || ")
        ));
    }
    script
}

fn run(name: &str) {
    run_in(&world(), name);
}

/// A world in which a call was allowed, one refused, and one brought to a person who said no.
fn run_after_an_answer(name: &str) {
    let world = world();
    world.write("build.log", "x");
    world.expect(0, &["safe-rm", "build.log"]);
    fs::write(world.home().join("asked.txt"), "private").unwrap();
    world.refused(75, &["safe-rm", "../home/asked.txt"]);
    let asked: Json = serde_json::from_str(&world.expect(0, &["approvals", "--json"])).unwrap();
    world.expect(0, &["deny", asked[0]["id"].as_str().unwrap()]);
    for kind in ["request", "approval"] {
        assert_eq!(world.entries_of(kind).len(), 1, "{kind}");
    }
    run_in(&world, name);
}

fn world() -> Scratch {
    let world = Scratch::new();
    let bin = world.home().join("bin");
    fs::create_dir(&bin).unwrap();
    rustix::fs::symlink(crate::support::WT, bin.join("wt")).unwrap();
    world.expect(0, &["links".as_ref(), bin.as_os_str()]);
    fs::write(world.home().join("diary.txt"), "private").unwrap();
    world
}

fn run_in(world: &Scratch, name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    let commands = commands(&fs::read_to_string(&path).unwrap());
    assert!(!commands.is_empty(), "{name} has no commands");
    let bin = world.home().join("bin");
    let output = Command::new("/bin/sh")
        .args(["-c", &script(&commands)])
        .current_dir(world.project())
        .env_clear()
        .env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", bin.display()))
        .env("HOME", world.home())
        .env("TZ", "UTC")
        .output()
        .unwrap();
    assert_eq!(
        output.status.code(),
        Some(0),
        "{name}: {}\n{}",
        text(&output.stderr),
        text(&output.stdout)
    );
}

/// The same at a terminal, as who sets an agent up is. The clients themselves are stood in for by programs that do
/// nothing; tests/e2e has the real ones do it.
#[test]
fn the_guide_to_agents_does_what_it_says_at_a_terminal() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/agents.md");
    let commands = commands(&fs::read_to_string(&path).unwrap());
    assert!(commands.len() > 10, "docs/agents.md has no commands");
    let world = Scratch::new();
    let bin = world.home().join("bin");
    fs::create_dir(&bin).unwrap();
    rustix::fs::symlink(crate::support::WT, bin.join("wt")).unwrap();
    for client in ["opencode", "claude", "codex", "gemini", "copilot"] {
        rustix::fs::symlink("/bin/true", bin.join(client)).unwrap();
    }
    let helper = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/console/terminal.py");
    let output = Command::new("python3")
        .args([helper, "80", "/bin/sh", "-c", &script(&commands)])
        .current_dir(world.project())
        .env_clear()
        .env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", bin.display()))
        .env("HOME", world.home())
        .env("TERM", "xterm")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
}

#[test]
fn the_readme_does_what_it_says() {
    run("README.md");
}

#[test]
fn the_quick_start_does_what_it_says() {
    run("docs/quickstart.md");
}

#[test]
fn the_console_reference_does_what_it_says() {
    if needs::program("jq") {
        run_after_an_answer("docs/console.md");
    }
}

#[test]
fn the_troubleshooting_guide_does_what_it_says() {
    if needs::program("jq") {
        run("docs/troubleshooting.md");
    }
}

#[test]
fn the_policy_reference_does_what_it_says() {
    run("docs/policy.md");
}

#[test]
fn the_architecture_guide_does_what_it_says() {
    run("docs/architecture.md");
}

#[test]
fn documents_lead_to_files_that_exist_and_name_the_levels_alike() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for name in [
        "README.md",
        "docs/quickstart.md",
        "docs/console.md",
        "docs/troubleshooting.md",
        "docs/architecture.md",
        "CONTRIBUTING.md",
        "docs/policy.md",
        "docs/ledger.md",
        "docs/sandbox.md",
        "docs/agents.md",
        "docs/approvals.md",
        "docs/json.md",
        "docs/threat-model.md",
        "docs/commands.md",
        "docs/compatibility.md",
    ] {
        let document = fs::read_to_string(root.join(name)).unwrap();
        let dir = root.join(name).parent().unwrap().to_owned();
        for part in document.split("](").skip(1) {
            let target = part.split([')', '#']).next().unwrap();
            assert!(
                target.starts_with("http") || dir.join(target).exists(),
                "{name}: {target}"
            );
        }
        assert!(
            !document.contains(r"\n\n"),
            "{name}: an empty line is written as an escape"
        );
    }
}

#[test]
fn the_unit_for_alerts_is_the_one_that_the_package_brings() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let unit = fs::read_to_string(root.join("packaging/watchtower-alerts.service")).unwrap();
    let reference = fs::read_to_string(root.join("docs/console.md")).unwrap();
    assert!(
        reference.contains(&unit.replace("/usr/bin/wt", "%h/.local/bin/wt")),
        "{unit}"
    );
    for setting in ["StartLimitIntervalSec=0", "Restart=always", "RestartSec=30"] {
        assert!(unit.lines().any(|line| line == setting), "{setting}");
    }
}

#[test]
fn readme_says_of_each_level_what_status_says() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    for level in watchtower::level::LEVELS {
        let row = readme
            .lines()
            .find(|line| line.starts_with(&format!("| {} |", level.level)));
        assert!(
            row.is_some_and(|row| row.contains(level.setup)),
            "README does not say: {}",
            level.setup
        );
    }
}
