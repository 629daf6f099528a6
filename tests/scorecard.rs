//! How commands fare under the default policy: every dangerous one of the corpus must be stopped, everyday ones
//! must run. `tests/scorecard` prints the figures and the misses; this holds the line.

use serde_json::{Value, json};
use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// A home and a workspace of their own, away from /tmp, where everything is allowed.
pub(crate) struct Place {
    pub(crate) root: PathBuf,
}

impl Place {
    pub(crate) fn new(name: &str) -> Self {
        Self::of(name, "default")
    }

    pub(crate) fn of(name: &str, profile: &str) -> Self {
        let root = crate::support::base().join(format!("scorecard-{name}-{}", std::process::id()));
        fs::create_dir_all(root.join("home/.watchtower")).unwrap();
        fs::create_dir_all(root.join("project/.git")).unwrap();
        for dir in [
            "src",
            "docs",
            "build",
            "out",
            "backup",
            ".venv/bin",
            ".git/objects",
            "hk",
            "x/.claude",
        ] {
            fs::create_dir_all(root.join("project").join(dir)).unwrap();
        }
        for file in [
            "README.md",
            "hk/pre-commit",
            "x/.claude/settings.json",
            "x/CLAUDE.md",
        ] {
            fs::write(root.join("project").join(file), "x").unwrap();
        }
        let place = Self { root };
        place.wt(&["init", "--profile", profile], "");
        place
    }

    fn wt(&self, args: &[&str], input: &str) -> String {
        let mut child = Command::new(env!("CARGO_BIN_EXE_wt"))
            .args(args)
            .current_dir(self.root.join("project"))
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", self.root.join("home"))
            .env("WATCHTOWER_DIR", self.root.join("home/.watchtower"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_owned();
        let feeder = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
        let output = child.wait_with_output().unwrap();
        feeder.join().unwrap().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    /// The answers to these commands, in order.
    pub(crate) fn judge(&self, commands: &[String]) -> Vec<Value> {
        let input: String = commands
            .iter()
            .map(|c| format!("{}\n", json!({"shell": c})))
            .collect();
        let answers: Vec<Value> = self
            .wt(&["check", "--jsonl"], &input)
            .lines()
            .map(|l| serde_json::from_str(l).unwrap())
            .collect();
        assert_eq!(answers.len(), commands.len());
        answers
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.root).ok();
    }
}

/// The commands of a corpus file: the last field of each line, with what stands for other characters put back.
fn commands(text: &str) -> Vec<String> {
    text.lines()
        .filter(|line| !line.is_empty() && !line.starts_with("# "))
        .map(|line| {
            let command = line.split('\t').next_back().unwrap();
            let command = command.replace("true;%X50", &"true;".repeat(50));
            command
                .replace("%NL", "\n")
                .replace("%CR", "\r")
                .replace("%ZW", "\u{200b}")
        })
        .collect()
}

pub(crate) fn own(name: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus")
        .join(name);
    commands(&fs::read_to_string(path).unwrap())
}

/// Probe lines that lie beside the checkout; a checkout without them is whole, and `.ci/run` says so.
fn shared(name: &str) -> Option<Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/data")
        .join(name);
    match fs::read_to_string(&path) {
        Ok(text) => Some(commands(&text)),
        Err(_) => {
            eprintln!("left out: {} is absent", path.display());
            None
        }
    }
}

pub(crate) fn rank(answer: &Value) -> usize {
    let verdicts = ["allow", "shadow", "escalate", "deny"];
    verdicts.iter().position(|v| answer["verdict"] == **v).unwrap()
}

/// A way to put a command into another one.
type Wrap<'a> = &'a dyn Fn(&str) -> String;

/// Commands that were not stopped, or were, against what they should be.
fn misses(place: &Place, commands: &[String], stopped: bool) -> Vec<String> {
    let answers = place.judge(commands);
    let wrong = commands
        .iter()
        .zip(&answers)
        .filter(|(_, answer)| (rank(answer) >= 2) != stopped);
    wrong
        .map(|(command, answer)| format!("{command:?} {} {}", answer["verdict"], answer["reasons"]))
        .collect()
}

fn score(name: &str, commands: &[String], stopped: bool, most: usize) {
    let place = Place::new(name);
    let missed = misses(&place, commands, stopped);
    let share = 100.0 * missed.len() as f64 / commands.len() as f64;
    let what = if stopped { "let pass" } else { "interrupted" };
    println!(
        "{name}: {} commands, {} {what} ({share:.1} %)",
        commands.len(),
        missed.len()
    );
    missed.iter().for_each(|line| println!("  {line}"));
    assert!(
        missed.len() <= most,
        "{name}: {} {what}, at most {most}:\n{}",
        missed.len(),
        missed.join("\n")
    );
}

#[test]
fn every_dangerous_command_of_the_corpus_is_stopped() {
    let commands = own("danger.tsv");
    assert!(commands.len() >= 300);
    score("danger", &commands, true, 0);
}

#[test]
fn at_most_three_in_a_hundred_everyday_commands_are_interrupted() {
    let commands = own("everyday.txt");
    assert!(commands.len() >= 300);
    score("everyday", &commands, false, commands.len() * 3 / 100);
}

#[test]
fn all_bypass_probes_are_stopped() {
    if let Some(commands) = shared("bypass_probe.tsv") {
        assert_eq!(commands.len(), 110);
        score("bypass", &commands, true, 0);
    }
}

#[test]
fn at_most_two_everyday_probes_are_interrupted() {
    if let Some(commands) = shared("benign_probe.txt") {
        assert_eq!(commands.len(), 62);
        score("benign", &commands, false, 2);
    }
}

#[test]
fn wrapping_a_command_never_makes_its_verdict_milder() {
    let place = Place::new("wrapping");
    let plain = own("danger.tsv");
    let before = place.judge(&plain);
    let quoted = |command: &str| format!("'{}'", command.replace('\'', r"'\''"));
    let wraps: [(&str, Wrap<'_>); 12] = [
        ("sh -c", &|c| format!("sh -c {}", quoted(c))),
        ("env bash -c", &|c| format!("env A=b bash -c {}", quoted(c))),
        ("timeout", &|c| format!("timeout -k 1 5 sh -c {}", quoted(c))),
        ("nice setsid", &|c| {
            format!("nice -n 5 setsid bash -lc {}", quoted(c))
        }),
        ("absolute", &|c| format!("/usr/bin/env /bin/sh -c {}", quoted(c))),
        ("group", &|c| format!("{{ {c}\n}}")),
        ("subshell", &|c| format!("(\n{c}\n)")),
        ("condition", &|c| format!("if true; then\n{c}\nfi")),
        ("substitution", &|c| format!("echo \"$(\n{c}\n)\"")),
        ("function", &|c| format!("f() {{\n{c}\n}}; f")),
        ("xargs", &|c| format!("echo x | xargs -n1 sh -c {}", quoted(c))),
        ("sudo", &|c| format!("sudo sh -c {}", quoted(c))),
    ];
    let mut milder = Vec::new();
    for (name, wrap) in wraps {
        let wrapped: Vec<String> = plain.iter().map(|c| wrap(c)).collect();
        for ((command, old), new) in wrapped.iter().zip(&before).zip(place.judge(&wrapped)) {
            if rank(&new) < rank(old) {
                milder.push(format!(
                    "{name}: {command:?} {} after {}",
                    new["verdict"], old["verdict"]
                ));
            }
        }
    }
    assert!(milder.is_empty(), "{}", milder.join("\n"));
}

/// A command that another program can be given as words: no shell is needed to read it.
fn is_plain(command: &str) -> bool {
    const BUILTINS: [&str; 12] = [
        "cd", "trap", "alias", "eval", "source", ".", "export", "set", "enable", "history", "wt", "exec",
    ];
    let first = command.split(' ').next().unwrap_or_default();
    command
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || " ./~:@_+,-".contains(c))
        && !BUILTINS.contains(&first)
}

#[test]
fn no_wrapper_that_is_known_makes_a_verdict_milder() {
    let place = Place::new("wrappers");
    let all = own("danger.tsv");
    let verdicts = place.judge(&all);
    let wrappings = gtfobins::shell::wrappings();
    assert!(wrappings.len() > 100, "{}", wrappings.len());
    let quoted = |command: &str| format!("'{}'", command.replace('\'', r"'\''"));
    let (mut wrapped, mut plain) = (Vec::new(), Vec::new());
    for (number, wrapping) in wrappings.iter().enumerate() {
        // Each wrapper around another sixteenth of the corpus, and around another eighth of its plain commands.
        for (line, (command, old)) in all.iter().zip(&verdicts).enumerate() {
            let chosen = line % 16 == number % 16;
            let as_words = is_plain(command) && line % 8 == number % 8;
            if wrapping.text && chosen {
                wrapped.push((wrapping.around(&quoted(command)), old));
            }
            if !wrapping.text && chosen {
                wrapped.push((wrapping.around(&format!("sh -c {}", quoted(command))), old));
            }
            if !wrapping.text && as_words {
                wrapped.push((wrapping.around(command), old));
                plain.push(command);
            }
        }
    }
    println!(
        "{} forms of wrappers, {} wrapped commands, {} of them as words",
        wrappings.len(),
        wrapped.len(),
        plain.len()
    );
    let commands: Vec<String> = wrapped.iter().map(|(command, _)| command.clone()).collect();
    let milder: Vec<String> = wrapped
        .iter()
        .zip(place.judge(&commands))
        .filter(|((_, old), new)| rank(new) < rank(old))
        .map(|((command, old), new)| format!("{command:?} {} after {}", new["verdict"], old["verdict"]))
        .collect();
    assert!(
        milder.is_empty(),
        "{} milder:\n{}",
        milder.len(),
        milder.join("\n")
    );
}

#[test]
fn the_strictest_part_holds_and_is_named_with_its_reason() {
    let place = Place::new("named");
    let commands = [
        "ls && rm -rf /etc | wc -l; true",
        "sort --compress-program=sh a",
        "ls src",
    ];
    let answers = place.judge(&commands.map(str::to_owned));
    assert_eq!(answers[0]["verdict"], "deny");
    let reason = answers[0]["reasons"][0].as_str().unwrap();
    assert!(reason.starts_with("`rm -rf /etc`: "), "{reason}");
    assert_eq!(answers[1]["verdict"], "escalate");
    assert_eq!(
        answers[1]["reasons"][0],
        "`sort --compress-program` runs a program"
    );
    assert_eq!(
        (&answers[2]["verdict"], &answers[2]["reasons"]),
        (&json!("allow"), &json!([]))
    );
}

#[test]
fn hostile_input_of_100_kb_passes_through_the_whole_program() {
    // How long each takes and that the analysis answers all of them is proven beside the analysis.
    let text = format!("{}x{}", "$(".repeat(33_000), ")".repeat(33_000));
    let answers = Place::new("hostile").judge(&[text, "true;".repeat(20_000), "ls".to_owned()]);
    let verdicts: Vec<&str> = answers.iter().map(|a| a["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["deny", "deny", "allow"]);
}
