//! The form of every `--json` output: one world in which every command that has the option is run, and docs/json.md, in
//! which the members of each answer stand. A command with `--json` that is not run here is a failure; so is a member that
//! came, went or changed its kind. `WT_REGENERATE=1 cargo nextest run shapes` writes the document anew.

mod shape;
mod story;

use crate::support::{Scratch, text};
use shape::Shape;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};

/// Commands whose answers depend on the machine: a member may be missing here that another machine has.
const OF_THE_MACHINE: &[&str] = &["wt status", "wt doctor", "wt init"];

const HEAD: &str = "\
# Every `--json` output

What stands here is generated from the answers themselves by a test, so it is what the commands print. One line a member:
where it stands (`[]` is each item of a list, `{}` each member of an object whose names vary), and its kind; `null` among
them means that it can be missing. Commands that print one object a line are marked so. Failures are one object on
stderr: `{\"error\", \"hint\", \"exit_code\"}`, `errors` with every message where there are several, and `pending` with the id
where a call waits for a person; so are those of the applets, with `--json` or `WT_ERRORS=json`. Only what a tool that an
applet runs (`rg`, `jq`, `kubectl`, `ssh`) says itself, and what Watchtower adds at its end, stays as it is. What the members
mean: [console](console.md), [policy](policy.md), [approvals](approvals.md), [ledger](ledger.md), [commands](commands.md).
Text is escaped so that a terminal only shows it.
";

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/json.md")
}

/// The shapes in the document.
fn documented(text: &str) -> BTreeMap<String, Shape> {
    let mut all = BTreeMap::new();
    for section in text.split("\n## ").skip(1) {
        let (title, body) = section.split_once('\n').unwrap();
        let block = body.split("```").nth(1).unwrap_or_default();
        let lines = block.split_once('\n').map_or("", |(_, lines)| lines);
        all.insert(
            title.trim().trim_matches('`').to_owned(),
            Shape::read(lines, body),
        );
    }
    all
}

fn document(all: &BTreeMap<String, Shape>) -> String {
    let mut out = HEAD.to_owned();
    for (title, shape) in all {
        out.push_str(&format!("\n## `{title}`\n\n"));
        if shape.lines {
            out.push_str("One object a line.\n\n");
        }
        out.push_str(&format!("```text\n{}```\n", shape.text()));
    }
    out
}

/// What entries hold is known to questions: in a record that has none of it, no name is told of as unknown.
fn every_member_is_known(members: &BTreeSet<String>) {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '*' | '.');
    let names: Vec<&str> = members
        .iter()
        .map(String::as_str)
        .filter(|name| name.chars().all(plain) && !name.contains(".."))
        .collect();
    let world = Scratch::new();
    for names in names.chunks(60) {
        let output = world.run(&["query", "--select", &names.join(",")]);
        assert_eq!(text(&output.stderr), "", "src/view/members.rs lacks them");
    }
}

#[test]
fn every_json_output_is_as_it_is_documented() {
    let Some((mut seen, members)) = story::live() else {
        return;
    };
    every_member_is_known(&members);
    let stored = documented(&fs::read_to_string(path()).unwrap_or_default());
    for title in OF_THE_MACHINE {
        if let (Some(shape), Some(known)) = (seen.get_mut(*title), stored.get(*title)) {
            shape.join(known);
        }
    }
    let fresh = document(&seen);
    if std::env::var_os("WT_REGENERATE").is_some() {
        fs::write(path(), &fresh).unwrap();
        return;
    }
    for (title, shape) in &seen {
        let known = stored.get(title).map(Shape::text).unwrap_or_default();
        assert_eq!(
            shape.text(),
            known,
            "`{title} --json`: WT_REGENERATE=1 writes docs/json.md anew"
        );
    }
    let titles: Vec<&String> = seen.keys().collect();
    assert_eq!(titles, stored.keys().collect::<Vec<_>>());
}

#[test]
fn every_command_that_has_json_is_among_them() {
    let documented = documented(&fs::read_to_string(path()).unwrap());
    let mut missing = Vec::new();
    let parser = watchtower::commands::overview_parser();
    for command in parser.get_subcommands() {
        let mut all = vec![(command.get_name().to_owned(), command)];
        all.extend(
            command
                .get_subcommands()
                .map(|below| (format!("{} {}", command.get_name(), below.get_name()), below)),
        );
        for (name, command) in all {
            let title = format!("wt {name}");
            let has = command.get_arguments().any(|arg| arg.get_long() == Some("json"));
            let stands = documented
                .keys()
                .any(|known| *known == title || known.starts_with(&format!("{title} -")));
            if has && !stands {
                missing.push(title);
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new(), "no test runs these with --json");
}
