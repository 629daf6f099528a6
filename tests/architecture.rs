//! The edges between crates and modules that DESIGN's layout promises, read from the sources.

use std::{
    fs,
    path::{Path, PathBuf},
};

fn sources(dir: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Asserts that no source below `dir` (or the file of that name) names one of `banned`.
fn never_names(dir: &str, banned: &[&str]) {
    let mut files = if root().join(dir).is_dir() {
        sources(&root().join(dir))
    } else {
        Vec::new()
    };
    let file = root().join(format!("{dir}.rs"));
    if file.is_file() {
        files.push((file.clone(), fs::read_to_string(&file).unwrap()));
    }
    assert!(!files.is_empty(), "{dir} is gone");
    for (path, text) in files {
        for (number, line) in text
            .lines()
            .enumerate()
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
        {
            for word in banned {
                assert!(
                    !line.contains(word),
                    "{}:{}: {dir} names `{word}`",
                    path.display(),
                    number + 1
                );
            }
        }
    }
}

#[test]
fn the_pure_crates_import_no_sibling_and_touch_nothing() {
    let world = [
        "std::fs",
        "std::env::",
        "TcpStream",
        "UdpSocket",
        "SystemTime",
        "Instant::now",
        "std::process",
    ];
    for (name, siblings) in [
        ("policy/src", &["gtfobins::", "applets::", "watchtower::"][..]),
        ("gtfobins/src", &["policy::", "applets::", "watchtower::"]),
        ("applets/src", &["gtfobins::", "watchtower::"]),
        (
            "record/src",
            &["policy::", "gtfobins::", "applets::", "watchtower::"],
        ),
    ] {
        let banned: Vec<&str> = siblings.iter().chain(&world).copied().collect();
        never_names(name, &banned);
    }
}

#[test]
fn sandbox_and_ledger_know_neither_each_other_nor_any_front_end() {
    let above = [
        "crate::engine",
        "crate::commands",
        "crate::agents",
        "crate::facts",
        "crate::effect",
        "crate::exec",
    ];
    never_names("src/sandbox", &[&above[..], &["ledger::"]].concat());
    never_names(
        "ledger/src",
        &[
            "gtfobins::",
            "applets::",
            "watchtower::",
            "std::env::",
            "std::process",
        ],
    );
}

#[test]
fn the_engine_knows_no_front_end() {
    never_names(
        "src/engine",
        &["crate::commands", "crate::agents", "crate::dispatch", "std::env"],
    );
}
