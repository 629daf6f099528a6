//! The same lines for GNU coreutils and for the applets: same exit code, same words, same files afterwards.
//! Where the applets mean to differ, the line is not here but in the other modules, with what they do instead.

use super::bench::Bench;
use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::Path,
    process::{Command, Stdio},
};

/// A little of everything.
fn fixture(bench: &Bench) {
    bench.file("a", "alpha");
    bench.file("b", "beta");
    bench.file("space name", "s");
    bench.file("d/f", "in d");
    bench.file("d/sub/g", "in sub");
    bench.dir("empty");
    bench.dir("e2/d");
    bench.file("e3/d/x", "x");
    bench.file("clash/a/in", "a directory named a");
    bench.symlink("a", "la");
    bench.symlink("d", "ld");
    bench.symlink("nowhere", "dangling");
    bench.file("ro", "read only");
    for (name, mode) in [
        ("a", 0o644),
        ("b", 0o600),
        ("d/f", 0o755),
        ("ro", 0o444),
        ("d/sub", 0o750),
    ] {
        bench.chmod(name, mode);
    }
}

/// Every object below: path, type, mode, links, size or text.
fn state(root: &Path) -> Vec<String> {
    fn add(dir: &Path, root: &Path, out: &mut Vec<String>) {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            let meta = path.symlink_metadata().unwrap();
            let name = path.strip_prefix(root).unwrap().display().to_string();
            let what = if meta.is_symlink() {
                format!("-> {}", fs::read_link(&path).unwrap().display())
            } else if meta.is_dir() {
                add(&path, root, out);
                format!("dir {:o}", meta.mode() & 0o7777)
            } else {
                let content = fs::read(&path).unwrap();
                format!(
                    "{:o} {} {:?}",
                    meta.mode() & 0o7777,
                    meta.nlink(),
                    String::from_utf8_lossy(&content)
                )
            };
            out.push(format!("{name}: {what}"));
        }
    }
    let mut all = Vec::new();
    add(root, root, &mut all);
    all.sort();
    all
}

fn peer(bench: &Bench, line: &[&str]) -> (Option<u8>, String, String) {
    let tool = line[0].strip_prefix("safe-").unwrap();
    let umask = rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o022));
    let done = Command::new(tool)
        .args(&line[1..])
        .current_dir(&bench.work)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    rustix::process::umask(umask);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let code = done.status.code().and_then(|code| u8::try_from(code).ok());
    (
        code,
        text(done.stdout),
        text(done.stderr).replace(&format!("{tool}: "), &format!("{}: ", line[0])),
    )
}

#[test]
fn common_lines_do_what_coreutils_do() {
    let lines: &[&[&str]] = &[
        &["safe-rm", "a", "b"],
        &["safe-rm", "-v", "a", "none", "b"],
        &["safe-rm", "-f", "none", "a"],
        &["safe-rm", "d"],
        &["safe-rm", "-d", "empty", "d"],
        &["safe-rm", "-r", "d", "empty"],
        &["safe-rm", "-rf", "d", "none"],
        &["safe-rm", "-rv", "d/sub", "e3///", "a"],
        &["safe-rm", "la", "dangling"],
        &["safe-rm", "ld"],
        &["safe-rm", "-r", "ld"],
        &["safe-rm", "a/"],
        &["safe-rm", "a/x"],
        &["safe-rm", "-f", "a/x"],
        &["safe-rm", "-r", "."],
        &["safe-rm", "-r", "d/.."],
        &["safe-rm", "space name"],
        &["safe-rm", "-f", "ro"],
        &["safe-rm", "d/f", "d/sub/g"],
        &["safe-rm", "none/x"],
        &["safe-rm", "-rv", "d", "d/f", "d"],
        &["safe-rm", "-rv", "d/f", "d"],
        &["safe-rm", "-rf", "d", "d/f", "d"],
        &["safe-rm", "a", "a"],
        &["safe-cp", "a", "new"],
        &["safe-cp", "a", "b"],
        &["safe-cp", "-v", "a", "b", "d"],
        &["safe-cp", "a", "d/"],
        &["safe-cp", "d/f", "new"],
        &["safe-cp", "ro", "new"],
        &["safe-cp", "ro", "b"],
        &["safe-cp", "none", "new"],
        &["safe-cp", "a", "a"],
        &["safe-cp", "a", "la"],
        &["safe-cp", "d", "new"],
        &["safe-cp", "-r", "d", "new"],
        &["safe-cp", "-r", "d", "empty"],
        &["safe-cp", "-r", "d", "e2"],
        &["safe-cp", "-r", "d/.", "empty"],
        &["safe-cp", "-r", "d", "a"],
        &["safe-cp", "-a", "d", "new"],
        &["safe-cp", "-p", "a", "new"],
        &["safe-cp", "-r", "la", "new"],
        &["safe-cp", "la", "new"],
        &["safe-cp", "-r", "ld", "new"],
        &["safe-cp", "-r", "ld/", "new"],
        &["safe-cp", "ld/f", "new"],
        &["safe-cp", "a", "ld"],
        &["safe-cp", "-a", "la", "ld", "dangling", "empty"],
        &["safe-cp", "dangling", "new"],
        &["safe-cp", "-n", "a", "b"],
        &["safe-cp", "-b", "a", "b"],
        &["safe-cp", "a", "clash"],
        &["safe-cp", "a", "b", "none"],
        &["safe-cp", "a", "b", "d/f"],
        &["safe-cp", "a", "none/x"],
        &["safe-mv", "a", "new"],
        &["safe-mv", "a", "b"],
        &["safe-mv", "-v", "a", "b", "d"],
        &["safe-mv", "-v", "a", "new"],
        &["safe-mv", "none", "new"],
        &["safe-mv", "a", "a"],
        &["safe-mv", "d", "new"],
        &["safe-mv", "d", "d/sub"],
        &["safe-mv", "d", "empty"],
        &["safe-mv", "d", "e2"],
        &["safe-mv", "d", "e3"],
        &["safe-mv", "d", "a"],
        &["safe-mv", "a", "clash"],
        &["safe-mv", "la", "ld", "empty"],
        &["safe-mv", "a", "la"],
        &["safe-mv", "la", "a"],
        &["safe-mv", "-n", "a", "b"],
        &["safe-mv", "-b", "a", "b"],
        &["safe-mv", "a", "b", "none"],
        &["safe-mv", "a", "none/x"],
        &["safe-mv", "a", "dangling"],
        &["safe-mv", "ld", "new"],
        &["safe-mv", ".", "new"],
        &["safe-mv", "d", "d/f", "empty"],
        &["safe-mv", "d/f", "d", "empty"],
        &["safe-mv", "a/", "new"],
        &["safe-mkdir", "new"],
        &["safe-mkdir", "-v", "new", "d", "new/x"],
        &["safe-mkdir", "-p", "n/e/w", "d/sub", "d"],
        &["safe-mkdir", "-pv", "n/e/w"],
        &["safe-mkdir", "-p", "n/w/.", "d/."],
        &["safe-mkdir", "n/e"],
        &["safe-mkdir", "a/x"],
        &["safe-mkdir", "-p", "a/x"],
        &["safe-mkdir", "-p", "a"],
        &["safe-mkdir", "-p", "ld/new"],
        &["safe-mkdir", "-p", "ld"],
        &["safe-mkdir", "dangling"],
        &["safe-mkdir", "-p", "dangling/x"],
        &["safe-mkdir", "-m", "700", "new"],
        &["safe-mkdir", "-m", "u=rwx,go=", "new"],
        &["safe-mkdir", "-p", "-m", "711", "n/w"],
        &["safe-mkdir", "new/"],
        &["safe-mkdir", "./new"],
        &["safe-touch", "new", "a"],
        &["safe-touch", "-c", "new"],
        &["safe-touch", "none/x"],
        &["safe-touch", "d", "la"],
        &["safe-touch", "a/"],
        &["safe-touch", "new/"],
        &["safe-chmod", "600", "a"],
        &["safe-chmod", "u+x,go-r", "a", "b"],
        &["safe-chmod", "-v", "640", "a", "b"],
        &["safe-chmod", "-R", "go-rwx", "d"],
        &["safe-chmod", "-R", "u=rwX,go=rX", "d"],
        &["safe-chmod", "-v", "g=u,u=o", "a", "a"],
        &["safe-chmod", "-x", "d/f"],
        &["safe-chmod", "-w", "d/f", "a"],
        &["safe-chmod", "-rwx", "d/f"],
        &["safe-chmod", "-x,u+w", "ro", "d/f"],
        &["safe-chmod", "-u+x", "d/f"],
        &["safe-chmod", "-X", "a", "d/f"],
        &["safe-chmod", "-s", "d/f"],
        &["safe-chmod", "-t", "d/f"],
        &["safe-chmod", "-g", "d/f"],
        &["safe-chmod", "-=r", "d/f"],
        &["safe-chmod", "d/f", "-vR", "-x"],
        &["safe-chmod", "-x", "-v", "--", "d/f"],
        &["safe-chmod", "-x", "u+w", "d/f"],
        &["safe-chmod", "--", "-x", "d/f"],
        &["safe-chmod", "600", "none"],
        &["safe-chmod", "600", "la"],
        &["safe-chmod", "600", "dangling"],
        &["safe-chmod", "700", "ld"],
        &["safe-chmod", "-v", "644", "a"],
        &["safe-ln", "-s", "a", "new"],
        &["safe-ln", "-s", "a", "b"],
        &["safe-ln", "-s", "-f", "a", "b"],
        &["safe-ln", "-s", "none", "new"],
        &["safe-ln", "-s", "../a", "d"],
        &["safe-ln", "-s", "x", "ld"],
        &["safe-ln", "-s", "-f", "-n", "x", "ld"],
        &["safe-ln", "a", "new"],
        &["safe-ln", "a", "b"],
        &["safe-ln", "-f", "a", "b"],
        &["safe-ln", "a", "d"],
        &["safe-ln", "d", "new"],
        &["safe-ln", "-sf", "a", "."],
        &["safe-ln", "none", "new"],
        &["safe-ln", "la", "new"],
        &["safe-ln", "-s", "a", "none/new"],
        &["safe-ln", "-s", "-f", "a", "d"],
        &["safe-ln", "-f", "a", "a"],
    ];
    let mut differences = Vec::new();
    for line in lines {
        let (ours, theirs) = (Bench::new(), Bench::new());
        fixture(&ours);
        fixture(&theirs);
        let (code, stdout, stderr) = peer(&theirs, line);
        let ran = ours.run(line);
        let mut note = |what: &str, our: String, their: String| {
            if our != their {
                differences.push(format!(
                    "{}: {what}\n   ours: {our}\n  peers: {their}",
                    line.join(" ")
                ));
            }
        };
        note(
            "exit",
            format!("{:?} {:?}", ran.exit, ran.floor()),
            format!("{code:?} None"),
        );
        note("stdout", ran.stdout.clone(), stdout);
        note("stderr", ran.stderr.clone(), stderr);
        let (mine, yours) = (state(&ours.work), state(&theirs.work));
        let only = |one: &[String], other: &[String]| -> String {
            one.iter()
                .filter(|line| !other.contains(line))
                .cloned()
                .collect::<Vec<_>>()
                .join(" | ")
        };
        note("files", only(&mine, &yours), String::new());
        note("files", String::new(), only(&yours, &mine));
    }
    assert!(
        differences.is_empty(),
        "{} differences\n{}",
        differences.len(),
        differences.join("\n")
    );
}
