//! rg-search and jq-query against the real tools, byte for byte.

use super::{call, plain_policy};
use crate::support::needs;
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
    if !needs::program("rg") {
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
        &["-C", "1", "-A", "0", "needle", "sub/c.rs"],
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

/// Lines of `rg --json` in an order, without the times that two runs never share.
fn timeless(output: &[u8]) -> Vec<serde_json::Value> {
    let mut lines: Vec<serde_json::Value> = String::from_utf8(output.to_vec())
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    for line in &mut lines {
        for time in ["/data/elapsed_total", "/data/stats/elapsed"] {
            if let Some(at) = line.pointer_mut(time) {
                *at = serde_json::Value::Null;
            }
        }
    }
    lines.sort_by_key(ToString::to_string);
    lines
}

#[test]
fn rg_json_is_that_of_the_real_rg_but_for_its_times() {
    if !needs::program("rg") {
        return;
    }
    let top = tree();
    for args in [
        &["--json", "needle", "a.rs"][..],
        &["--json", "-i", "-C", "1", "needle", "."],
        &["--json", "needle", "latin", "bin"],
        &["--json", "absent-word", "."],
    ] {
        let mine = call(top.path(), &plain_policy(), "rg-search", args).unwrap();
        let (code, stdout, stderr) = real(top.path(), "/usr/bin/rg", args);
        let (mine_read, real_read) = (timeless(&mine.stdout), timeless(&stdout));
        assert!(!real_read.is_empty());
        assert_eq!(mine_read, real_read, "{args:?}");
        assert_eq!(
            (i32::from(mine.outcome.exit_code), &mine.stderr),
            (code, &stderr),
            "{args:?}"
        );
    }
}

#[test]
fn ignore_files_above_an_operand_count_as_they_do_for_the_real_rg() {
    if !needs::program("rg") {
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
    if !needs::program("jq") {
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
    if !needs::program("jq") {
        return;
    }
    let top = tempfile::tempdir().unwrap();
    fs::write(top.path().join("a"), "1").unwrap();
    let done = call(top.path(), &plain_policy(), "jq-query", &[".", "a"]).unwrap();
    assert_eq!(crate::sandbox::missing(&done.enforcement), [] as [&str; 0]);
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

#[test]
fn secrets_below_an_operand_are_covered_whatever_the_globs_say() {
    if !needs::program("rg") {
        return;
    }
    let top = tempfile::tempdir().unwrap();
    for name in ["home/.ssh", "home/.aws", "home/src", "extra"] {
        fs::create_dir_all(top.path().join(name)).unwrap();
        fs::write(top.path().join(name).join("file"), "needle\n").unwrap();
    }
    fs::write(top.path().join("home/.netrc"), "needle\n").unwrap();
    let args = ["-l", "-g", ".*", "-g", "*", "needle", "."];
    let (_, open, _) = real(top.path(), "/usr/bin/rg", &args);
    assert_eq!(sorted(&open).len(), 6);
    let done = call(top.path(), &plain_policy(), "rg-search", &args).unwrap();
    assert_eq!(
        sorted(&done.stdout),
        sorted(b"./extra/file\n./home/src/file\n"),
        "{}",
        done.stderr
    );
    let document = policy::default_document("default").unwrap();
    let extra = format!(
        "{{\"protect\": {{\"paths\": [\"{}/extra\"]}},{}",
        top.path().display(),
        document.trim_start().trim_start_matches('{')
    );
    let done = call(top.path(), &super::policy(&extra), "rg-search", &args).unwrap();
    assert_eq!(String::from_utf8(done.stdout).unwrap(), "./home/src/file\n");
    // Without a mount namespace nothing can be covered: refused rather than shown.
    let failure = super::call_with(top.path(), &plain_policy(), "rg-search", &args, &["mount"])
        .err()
        .unwrap();
    assert_eq!(failure.code, 69);
    assert!(
        failure.message.ends_with("there is no mount namespace"),
        "{}",
        failure.message
    );
}

#[test]
fn without_namespaces_landlock_and_seccomp_hold_the_tool_alone() {
    if !needs::program("rg") || !needs::program("jq") {
        return;
    }
    let top = tree();
    fs::write(top.path().join("j"), "{\"a\": 1}").unwrap();
    let done = super::call_with(
        top.path(),
        &plain_policy(),
        "rg-search",
        &["-l", "needle", "sub"],
        &["user"],
    )
    .unwrap();
    assert_eq!(done.stdout, b"sub/c.rs\n", "{}", done.stderr);
    assert_eq!(done.enforcement.namespaces.len(), 0);
    let done = super::call_with(top.path(), &plain_policy(), "jq-query", &[".a", "j"], &["user"]).unwrap();
    assert_eq!(done.stdout, b"1\n", "{}", done.stderr);
}

/// The built `wt` with a hostile environment and configuration around it.
#[test]
fn no_configuration_or_environment_of_the_caller_reaches_a_tool() {
    if !needs::program("rg") || !needs::program("jq") {
        return;
    }
    let top = tempfile::tempdir().unwrap();
    let (home, work, evil) = (
        top.path().join("home"),
        top.path().join("work"),
        top.path().join("evil"),
    );
    for dir in [&home, &work, &evil] {
        fs::create_dir(dir).unwrap();
    }
    let marker = top.path().join("marker");
    let touch = format!("#!/bin/sh\ntouch {}\n", marker.display());
    for name in ["gzip", "rg", "jq", "hook"] {
        let path = evil.join(name);
        fs::write(&path, &touch).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(&path, mode).unwrap();
    }
    fs::write(
        evil.join("ripgreprc"),
        format!("--pre={}\n--hidden\n", evil.join("hook").display()),
    )
    .unwrap();
    fs::write(home.join(".jq"), "def leak: \"from home\";").unwrap();
    fs::write(work.join("lib.jq"), "def leak: \"from here\";").unwrap();
    fs::write(work.join("a"), "{\"needle\": 1}\n").unwrap();
    fs::write(work.join(".hidden"), "needle\n").unwrap();
    fs::write(work.join("a.gz"), "needle\n").unwrap();
    let wt = |args: &[&str]| {
        let out = Command::new(env!("CARGO_BIN_EXE_wt"))
            .args(args)
            .current_dir(&work)
            .env_clear()
            .env("HOME", &home)
            .env("WATCHTOWER_DIR", home.join(".watchtower"))
            .env("PATH", &evil)
            .env("RIPGREP_CONFIG_PATH", evil.join("ripgreprc"))
            .env("LD_PRELOAD", evil.join("hook"))
            .env("BASH_ENV", evil.join("hook"))
            .env("SECRET", "hunter2")
            .output()
            .unwrap();
        (
            out.status.code().unwrap(),
            String::from_utf8(out.stdout).unwrap(),
            String::from_utf8(out.stderr).unwrap(),
        )
    };
    assert_eq!(wt(&["init"]).0, 0);
    let (code, out, err) = wt(&["rg-search", "-l", "needle", "."]);
    assert_eq!(
        (code, sorted(out.as_bytes())),
        (0, sorted(b"./a\n./a.gz\n")),
        "{err}"
    );
    let (code, out, err) = wt(&["jq-query", "-c", "[$ENV, env]", "a"]);
    assert_eq!((code, out.as_str()), (0, "[{},{}]\n"), "{err}");
    for query in [
        "leak",
        "import \"lib\" as lib; lib::leak",
        "import \"lib\" as lib {search: \"./\"}; lib::leak",
        "include \"lib\"; leak",
    ] {
        let (code, out, _) = wt(&["jq-query", query, "a"]);
        assert_eq!((code, out.as_str()), (3, ""), "{query}");
    }
    for option in [
        "--pre=x",
        "--pre",
        "--search-zip",
        "-z",
        "--pr=x",
        "--hostname-bin=x",
        "--ignore-file=/etc/passwd",
        "-f",
    ] {
        assert_eq!(wt(&["rg-search", option, "needle", "."]).0, 64, "{option}");
    }
    let (code, _, _) = wt(&["jq-query", "[range(1e12)]", "a"]);
    assert!([5, 2, 124, 134, 137].contains(&code), "{code}");
    assert!(!marker.exists());
}
