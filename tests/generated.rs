//! What is generated from the command lines is in the tree as the program prints it.
//! `WT_REGENERATE=1 cargo nextest run generated` writes the files anew.

use std::{fs, path::PathBuf, process::Command};

fn printed(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_wt"))
        .args(args)
        .output()
        .unwrap();
    assert!(output.status.success(), "{args:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn compare(file: &str, args: &[&str]) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(file);
    let fresh = printed(args);
    if std::env::var_os("WT_REGENERATE").is_some() {
        fs::create_dir(path.parent().unwrap()).ok();
        fs::write(&path, &fresh).unwrap();
    }
    let stored = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        stored == fresh,
        "{file} is not what `wt {}` prints: WT_REGENERATE=1 writes it anew",
        args.join(" ")
    );
}

#[test]
fn the_utcp_manual_is_what_wt_prints() {
    compare("watchtower.json", &["utcp"]);
}

#[test]
fn the_completions_of_each_shell_are_what_wt_prints() {
    compare("completions/wt.bash", &["completions", "bash"]);
    compare("completions/_wt", &["completions", "zsh"]);
    compare("completions/wt.fish", &["completions", "fish"]);
}
