//! What a test needs of the machine. Where it is missing the test is not run, which is said in one form and counted, and
//! where `WT_TEST_REQUIRE_ALL=1` it is a failure.

use std::{fmt::Display, fs, path::Path};

/// Whether a test can have `what`. A runner counts a test that was not run as passed and shows nothing of it, so each is
/// a file below cargo's directory for tests as well: `not-run/NAME`, which says what was missing.
pub(crate) fn met(there: bool, what: impl Display) -> bool {
    let thread = std::thread::current();
    let name = thread.name().unwrap_or("unnamed").replace("::", ".");
    let list = Path::new(env!("CARGO_TARGET_TMPDIR")).join("not-run");
    let file = list.join(name);
    if there {
        drop(fs::remove_file(file));
        return true;
    }
    assert!(!is_all_required(), "this test needs {what}");
    eprintln!("NOT RUN: this test needs {what}");
    fs::create_dir_all(&list).unwrap();
    fs::write(file, format!("{what}\n")).unwrap();
    false
}

/// The value, where there is one, of something that a test needs.
pub(crate) fn some<T>(value: Option<T>, what: impl Display) -> Option<T> {
    met(value.is_some(), what).then_some(value).flatten()
}

/// Whether this machine has a program.
pub(crate) fn program(name: &str) -> bool {
    let there = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"]
        .iter()
        .any(|dir| Path::new(dir).join(name).exists());
    met(there, format!("`{name}`, which is not installed"))
}

/// Whether this is root, who alone can do `what`.
pub(crate) fn root(what: &str) -> bool {
    met(
        rustix::process::geteuid().is_root(),
        format!("root, who alone can {what}"),
    )
}

/// A private mount namespace for this thread and those that it starts.
pub(crate) fn private_mounts() -> bool {
    use rustix::mount::{MountPropagationFlags, mount_change};
    let done = nix::sched::unshare(nix::sched::CloneFlags::CLONE_NEWNS).is_ok()
        && mount_change("/", MountPropagationFlags::REC | MountPropagationFlags::PRIVATE).is_ok();
    met(done, "a mount namespace: run as root")
}

fn is_all_required() -> bool {
    std::env::var_os("WT_TEST_REQUIRE_ALL").is_some_and(|value| value == "1")
}

#[test]
fn only_here_a_test_decides_that_it_is_not_run() {
    let mut dirs = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")];
    let words = [
        ["NOT", " RUN"].concat(),
        ["not", " run: "].concat(),
        ["REQUIRE", "_ALL"].concat(),
    ];
    let mut seen = 0;
    while let Some(dir) = dirs.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                dirs.push(path);
            } else if path.extension().is_some_and(|ext| ext == "rs") && !path.ends_with("support/needs.rs") {
                let text = fs::read_to_string(&path).unwrap();
                assert!(
                    !words.iter().any(|word| text.contains(word)),
                    "{}",
                    path.display()
                );
                seen += 1;
            }
        }
    }
    assert!(seen > 100, "{seen} files");
}
