//! rg-search and jq-query against the real tools, byte for byte.

use super::{call, has, plain_policy};
use std::{fs, path::Path, process::Command};

fn tree() -> tempfile::TempDir {
    let top = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &[u8]| {
        let path = top.path().join(name);
        fs::create_dir(path.parent().unwrap()).unwrap_or(());
        fs::write(path, text).unwrap();
    };
    put("a.rs", b"fn main() {\n    needle();\n}\n// Needle\n");
    put("b.txt", "needle über\nneedles\nnothing\n".as_bytes());
    put("sub/c.rs", b"one\ntwo needle\nthree\nfour\nfive needle\n");
    put("sub/ignored.log", b"needle\n");
    put("bin", b"ab\0cd needle\n");
    put("latin", b"needle \xff\xfe\n");
    put(".gitignore", b"*.log\n");
    fs::create_dir(top.path().join(".git")).unwrap();
    top
}

/// The real tool with the same configuration: none.
fn real(cwd: &Path, tool: &str, args: &[&str]) -> (i32, Vec<u8>, String) {
    let out = Command::new(tool)
        .args(args)
        .current_dir(cwd)
        .env_clear()
        .env("LC_ALL", "C.UTF-8")
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    (
        out.status.code().unwrap(),
        out.stdout,
        String::from_utf8(out.stderr).unwrap(),
    )
}

/// Blocks of files come in any order from several threads.
fn sorted(text: &[u8]) -> Vec<Vec<u8>> {
    let mut lines: Vec<Vec<u8>> = text.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    lines.sort();
    lines
}

#[test]
fn rg_gives_what_the_real_rg_gives() {
    if !has("rg") {
        return;
    }
    let top = tree();
    for args in [
        &["needle", "a.rs"][..],
        &["-n", "needle", "."],
        &["-i", "-w", "needle", "a.rs", "b.txt"],
        &["-F", "main()", "./sub/../a.rs"],
        &["-c", "needle", "."],
        &["-l", "needle", "sub", "."],
        &["-n", "-A", "1", "-B", "1", "needle", "sub/c.rs"],
        &["-C", "1", "needle", "sub/c.rs"],
        &["-g", "*.rs", "needle", "."],
        &["-t", "rust", "needle", "."],
        &["-m", "1", "needle", "b.txt"],
        &["needle", "bin"],
        &["needle", "latin"],
        &["absent-word", "."],
        &["needle", "no-such-file"],
        &["(", "."],
        &["--", "-x", "."],
    ] {
        let mine = call(top.path(), &plain_policy(), "rg-search", args).unwrap();
        let (code, stdout, stderr) = real(top.path(), "/usr/bin/rg", args);
        assert_eq!(sorted(&mine.stdout), sorted(&stdout), "{args:?}");
        assert_eq!(
            (i32::from(mine.outcome.exit_code), &mine.stderr),
            (code, &stderr),
            "{args:?}"
        );
    }
}

#[test]
fn ignore_files_above_an_operand_count_as_they_do_for_the_real_rg() {
    if !has("rg") {
        return;
    }
    let top = tree();
    let mine = call(
        &top.path().join("sub"),
        &plain_policy(),
        "rg-search",
        &["-l", "needle", "."],
    )
    .unwrap();
    assert_eq!(String::from_utf8(mine.stdout).unwrap(), "./c.rs\n");
}

#[test]
fn jq_gives_what_the_real_jq_gives() {
    if !has("jq") {
        return;
    }
    let top = tempfile::tempdir().unwrap();
    fs::write(
        top.path().join("a"),
        "{\"name\": \"x\\ny\", \"list\": [1, 2.50, null]}\n",
    )
    .unwrap();
    fs::write(top.path().join("b"), "[true]\n\"z\"\n").unwrap();
    fs::write(top.path().join("bad"), "{\"name\": }").unwrap();
    for args in [
        &[".", "a"][..],
        &["-c", ".list", "a"],
        &["-r", ".name", "a"],
        &["-s", "-c", ".", "a", "b"],
        &["-e", ".[0]?", "b"],
        &["-e", ".absent", "a"],
        &[".", "bad"],
        &[".list | map(. + 1", "a"],
        &[".x.y.z", "b"],
        &[".", "a", "missing"],
    ] {
        let mine = call(top.path(), &plain_policy(), "jq-query", args).unwrap();
        let (code, stdout, stderr) = real(top.path(), "/usr/bin/jq", args);
        assert_eq!(
            String::from_utf8(mine.stdout),
            String::from_utf8(stdout),
            "{args:?}"
        );
        // jq names the file in messages about its input; ours comes by descriptor.
        let without_name = |text: &str| {
            text.replace("at a:", "at <stdin>:")
                .replace("at b:", "at <stdin>:")
                .replace("at bad:", "at <stdin>:")
        };
        assert_eq!(without_name(&mine.stderr), without_name(&stderr), "{args:?}");
        assert_eq!(i32::from(mine.outcome.exit_code), code, "{args:?}");
    }
    let negative = call(top.path(), &plain_policy(), "jq-query", &["--", "-1", "a"]).unwrap();
    assert_eq!(negative.stdout, b"-1\n");
}

#[test]
fn the_report_of_a_tool_names_every_layer_and_the_pinned_program() {
    if !has("jq") {
        return;
    }
    let top = tempfile::tempdir().unwrap();
    fs::write(top.path().join("a"), "1").unwrap();
    let done = call(top.path(), &plain_policy(), "jq-query", &[".", "a"]).unwrap();
    assert_eq!(done.enforcement.missing, []);
    assert_eq!(
        done.enforcement.namespaces,
        ["user", "mount", "ipc", "uts", "net"]
    );
    assert!(done.enforcement.capabilities_dropped);
    assert_eq!(done.enforcement.seccomp.unwrap().profile, "search");
    assert!(done.enforcement.landlock.unwrap().abi >= 1);
    assert_eq!(done.tool["path"], "/usr/bin/jq");
    assert_eq!(done.tool["sha256"].as_str().unwrap().len(), 64);
    let sum = Command::new("sha256sum")
        .arg("/usr/bin/jq")
        .output()
        .unwrap()
        .stdout;
    assert!(
        String::from_utf8(sum)
            .unwrap()
            .starts_with(done.tool["sha256"].as_str().unwrap())
    );
    assert_eq!(done.outcome.stdout_bytes, 2);
}
