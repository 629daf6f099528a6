//! `wt man`: a page for every applet, command and subcommand, sound to those who read such pages.

use super::desk::{Desk, text};
use crate::support::needs;
use std::process::Command;

fn wanted() -> Vec<String> {
    fn below(command: &clap::Command, name: &str, all: &mut Vec<String>) {
        all.push(format!("{name}.1"));
        for command in command
            .get_subcommands()
            .filter(|command| command.get_name() != "help")
        {
            below(command, &format!("{name}-{}", command.get_name()), all);
        }
    }
    let mut all = Vec::new();
    below(&watchtower::commands::overview_parser(), "wt", &mut all);
    all.extend(applets::all().iter().map(|applet| format!("{}.1", applet.name)));
    all.sort();
    all
}

#[test]
fn every_applet_command_and_subcommand_has_a_page_that_mandoc_finds_nothing_wrong_with() {
    let desk = Desk::bare();
    let dir = desk.home().join("man1");
    std::fs::create_dir(&dir).unwrap();
    desk.says(&["man".as_ref(), "--dir".as_ref(), dir.as_os_str()]);
    let mut pages: Vec<String> = std::fs::read_dir(&dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    pages.sort();
    assert_eq!(pages, wanted());
    let mut named: Vec<String> = desk
        .says(&["man", "--names"])
        .lines()
        .map(str::to_owned)
        .collect();
    named.sort();
    assert_eq!(named, pages);
    if !needs::program("mandoc") {
        return;
    }
    let linted = Command::new("mandoc")
        .args(["-T", "lint", "-W", "error"])
        .args(&pages)
        .current_dir(&dir)
        .output()
        .unwrap();
    assert_eq!(
        (linted.status.code(), text(&linted.stdout).as_str()),
        (Some(0), "")
    );
}

#[test]
fn a_page_is_found_by_the_name_that_a_person_types() {
    let desk = Desk::bare();
    for (name, title) in [
        ("tail", "wt-tail"),
        ("wt", "wt"),
        ("safe-rm", "safe-rm"),
        ("policy-explain", "wt-policy-explain"),
    ] {
        let page = desk.says(&["man", name]).to_lowercase().replace("\\-", "-");
        assert!(
            page.contains(&format!(".th {title} 1")) || page.contains(&format!(".th \"{title}\"")),
            "{name}: {page}"
        );
    }
    assert_eq!(
        desk.refuses(64, &["man", "nonsense"]),
        "wt man: there is no man page for `nonsense`\nhint: `wt man --names` lists them\n"
    );
}

#[test]
fn the_version_says_what_was_built() {
    let desk = Desk::bare();
    let short = desk.says(&["--version"]);
    assert_eq!(short, format!("wt {}\n", env!("CARGO_PKG_VERSION")));
    let long = desk.says(&["--version", "--verbose"]);
    assert!(long.starts_with(&short), "{long}");
    assert!(
        long.contains(&format!("target {}-linux, ", std::env::consts::ARCH)),
        "{long}"
    );
    assert!(long.contains("debug") || long.contains("release"), "{long}");
    assert!(long.contains("static") || long.contains("dynamic"), "{long}");
}
