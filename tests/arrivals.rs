//! What copies and moves bring to their destination, name by name.

use crate::scorecard::Place;
use std::fs;

#[test]
fn a_tree_is_judged_by_the_names_that_it_brings() {
    let place = Place::new("trees");
    for file in [
        "node_modules/p/.npmrc",
        ".env.example",
        "CLAUDE.md",
        ".vscode/settings.json",
        ".husky/pre-commit",
        "y/.git/config",
    ] {
        let path = place.root.join("project").join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "x").unwrap();
    }
    for (command, verdict) in [
        // Under the same names already, and where nothing was: a person says.
        ("cp -r x out", "escalate"),
        ("cp -R . out/copy", "escalate"),
        ("cp -r x /tmp/watchtower-trees", "escalate"),
        ("cp -r node_modules /tmp/watchtower-trees", "escalate"),
        ("D=$(mktemp -d); cp -r node_modules \"$D\"", "allow"),
        (
            "mkdir -p /tmp/watchtower-trees && cp -r . /tmp/watchtower-trees",
            "allow",
        ),
        ("cp -r x/. out", "deny"),
        ("cp -r src out", "allow"),
        // The checkout itself, and what comes into an empty directory of the same text.
        ("cp -r . /tmp/watchtower-trees", "allow"),
        ("cp -a ./ /tmp/watchtower-trees/deeper", "allow"),
        ("D=$(mktemp -d); cp -r . \"$D\"", "allow"),
        ("D=$(mktemp -d); cp -r x \"$D/x\"", "allow"),
        ("D=$(mktemp -d -p out); cp -r x \"$D\"", "allow"),
        ("D=$(mktemp -d); cp -r hk \"$D/.husky\"", "deny"),
        (
            "D=$(mktemp -d); rmdir \"$D\"; ln -s . \"$D\"; cp -r x/. \"$D\"",
            "escalate",
        ),
        // What rsync leaves out does not arrive, and nothing does when it only tries.
        ("rsync -av --exclude .git --exclude x ./ out/", "deny"),
        ("rsync -avn ./ out/", "allow"),
        ("rsync -av --dry-run x/ .", "allow"),
        ("rsync -a --exclude .claude --exclude CLAUDE.md x/ out", "allow"),
        (
            "rsync -a --exclude='.claude/' --exclude=CLAUDE.md x/ out",
            "allow",
        ),
        ("rsync -a --exclude={.claude,CLAUDE.md} x/ out", "allow"),
        ("rsync -a --exclude .claude x/ out", "deny"),
        ("rsync -a --exclude CLAUDE.md/ --exclude .claude x/ out", "deny"),
        (
            "rsync -a --include CLAUDE.md --exclude .claude --exclude CLAUDE.md x/ out",
            "deny",
        ),
        (
            "rsync -a --exclude '+ CLAUDE.md' --exclude .claude --exclude CLAUDE.md x/ out",
            "deny",
        ),
        (
            "rsync -a --exclude .claude --exclude CLAUDE.md --exclude '!' x/ out",
            "deny",
        ),
        ("rsync -a --skip-compress --dry-run x/ out", "deny"),
        ("rsync -a -M --dry-run x/ out", "deny"),
        ("rsync -a --cvs-exclude y/ out", "allow"),
        ("rsync -aC y/ out", "allow"),
        ("rsync -a y/ out", "deny"),
        // Attacks.
        ("cp -a hk/. .git/hooks/", "deny"),
        ("cp -r x/.git .", "deny"),
        ("cp -r x/.claude .", "deny"),
        ("rsync -a hk/ .git/hooks/", "deny"),
        ("mv x/.claude .", "deny"),
        ("cp -r x/. .", "deny"),
        // What was protected where it lies moves along; what becomes so does not.
        ("mv x out", "allow"),
        ("mv hk .husky", "deny"),
        ("rsync -a x/CLAUDE.md out/a.md", "allow"),
        ("rsync -a x out/new", "escalate"),
        ("cp x/CLAUDE.md out/a.md", "allow"),
    ] {
        let answers = place.judge(&[command.to_owned()]);
        assert_eq!(
            answers[0]["verdict"], verdict,
            "{command}: {}",
            answers[0]["reasons"]
        );
        if command == "cp -r x out" {
            let reason = answers[0]["reasons"][0].as_str().unwrap();
            assert!(reason.contains("/project/out/x/"), "{reason}");
            assert_eq!(answers[0]["hint"], "`safe-cp -r` copies the rest without it");
        }
    }
}
