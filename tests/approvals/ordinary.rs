//! The whole of it as an ordinary user lives it, who is not root and has two terminals: an agent in one, a person in
//! the other. Needs root to become somebody else, and a home that this somebody owns.

use super::{
    terminal::{PASSPHRASE, PERSON},
    world::seen,
};
use crate::support::{WT, needs, text};
use std::{
    fs,
    os::unix::fs::{PermissionsExt, chown},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

/// A uid that no machine gives to anybody.
const UID: u32 = 61_234;

/// What belongs to the user, with Watchtower installed in the home.
struct User {
    root: tempfile::TempDir,
}

impl User {
    /// None where nobody can become somebody else.
    fn new() -> Option<Self> {
        let python = Command::new("python3").arg("-c").arg("").status();
        if !needs::root("become another user")
            || !needs::met(python.is_ok_and(|done| done.success()), "python3")
        {
            return None;
        }
        let root = tempfile::Builder::new()
            .prefix("wt-test-ordinary-")
            .tempdir_in("/home")
            .unwrap();
        fs::set_permissions(root.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let user = Self { root };
        for name in ["home", "home/project", "home/project/.git", "home/bin"] {
            user.own_dir(name);
        }
        let program = user.path("home/bin/wt");
        fs::copy(WT, &program).unwrap();
        chown(&program, Some(UID), Some(UID)).unwrap();
        let bin = user.path("home/bin").display().to_string();
        assert_eq!(user.at_terminal("", &["wt", "links", &bin]).0, 0);
        let (code, shown) = user.at_terminal("", &["wt", "init"]);
        assert_eq!(code, 0, "{shown}");
        assert!(shown.contains("`wt admin set` makes the key"), "{shown}");
        Some(user)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn own_dir(&self, name: &str) {
        fs::create_dir(self.path(name)).unwrap();
        chown(self.path(name), Some(UID), Some(UID)).unwrap();
    }

    fn own_file(&self, name: &str, content: &str) {
        fs::write(self.path(name), content).unwrap();
        chown(self.path(name), Some(UID), Some(UID)).unwrap();
    }

    /// A command of the user's, begun with these words.
    fn command(&self, before: &[&str], argv: &[&str]) -> Command {
        let become_user = [
            "setpriv",
            "--reuid=61234",
            "--regid=61234",
            "--clear-groups",
            "--inh-caps=-all",
        ];
        let whole = [before, &become_user, argv].concat();
        let mut command = Command::new(whole[0]);
        command
            .args(&whole[1..])
            .current_dir(self.path("home/project"))
            .env_clear()
            .env("HOME", self.path("home"))
            .env(
                "PATH",
                format!("{}:/usr/bin:/bin", self.path("home/bin").display()),
            )
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Begins a command on a terminal of its own.
    fn terminal(&self, answers: &str, argv: &[&str]) -> Child {
        let program = self.path("home/bin").join(argv[0]).display().to_string();
        let driver = ["python3", "-c", PERSON, answers, &program];
        self.command(&[], &[&driver, &argv[1..]].concat())
            .spawn()
            .unwrap()
    }

    fn at_terminal(&self, answers: &str, argv: &[&str]) -> (i32, String) {
        ended(self.terminal(answers, argv))
    }
}

fn ended(child: Child) -> (i32, String) {
    let done = child.wait_with_output().unwrap();
    assert_eq!(text(&done.stderr), "");
    (done.status.code().unwrap(), text(&done.stdout))
}

/// The id among what a refusal says.
fn pending(shown: &str) -> &str {
    let rest = shown
        .split_once("waiting for a person as `")
        .unwrap_or_else(|| panic!("{shown}"))
        .1;
    rest.split_once('`').unwrap().0
}

#[test]
fn two_terminals_of_an_ordinary_user_live_the_whole_story() {
    let Some(user) = User::new() else { return };
    let (code, shown) = user.at_terminal(&format!("{PASSPHRASE}|{PASSPHRASE}"), &["wt", "admin", "set"]);
    assert_eq!(code, 0, "{shown}");
    for dir in ["home/old", "home/old/deep"] {
        user.own_dir(dir);
    }
    user.own_file("home/old/a", "one");
    user.own_file("home/old/deep/b", "two");
    let tree = user.path("home/old");
    let before = seen(&tree);
    let old = tree.display().to_string();
    let call = ["safe-rm", "-r", &old];
    // The agent's call is refused with a pending id.
    let (code, shown) = user.at_terminal("", &call);
    assert_eq!(code, 75, "{shown}");
    let id = pending(&shown).to_owned();
    assert!(shown.contains(&format!("`wt approve {id}`")), "{shown}");
    assert_eq!(seen(&tree), before);
    // The person approves in another terminal with one command, and the waiting call continues.
    let mut agent = user.terminal("", &["safe-rm", "--wait", "60", "-r", &old]);
    std::thread::sleep(std::time::Duration::from_millis(500));
    assert!(agent.try_wait().unwrap().is_none(), "it waits");
    let (code, shown) = user.at_terminal(PASSPHRASE, &["wt", "approve", &id, "--for", "1h"]);
    assert_eq!(code, 0, "{shown}");
    for words in [
        "directory, 4 entries",
        "outside the workspace",
        "granted g1 for `delete`",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    let (code, shown) = ended(agent);
    assert_eq!(code, 0, "{shown}");
    assert!(!tree.exists());
    // A deleted tree comes back, and the same call passes for the granted hour.
    let back = || {
        let (code, shown) = user.at_terminal("", &["wt", "undo", "--last"]);
        assert_eq!(code, 0, "{shown}");
        assert_eq!(seen(&tree), before);
    };
    back();
    let (code, shown) = user.at_terminal("", &call);
    assert_eq!(code, 0, "{shown}");
    back();
    // In a time namespace the hour passes at once.
    let later = |seconds: &str| {
        let wt = user.path("home/bin/wt").display().to_string();
        let ahead = ["unshare", "--time", "--boottime", seconds, "--fork"];
        let done = user
            .command(&ahead, &[&[wt.as_str()], &call[..]].concat())
            .output()
            .unwrap();
        (done.status.code().unwrap(), text(&done.stderr))
    };
    let (code, shown) = later("3500");
    if !needs::met(!shown.contains("unshare"), format!("a time namespace: {shown}")) {
        return;
    }
    assert_eq!(code, 0, "{shown}");
    back();
    let (code, shown) = later("3700");
    assert_eq!(code, 75, "{shown}");
    assert_eq!(seen(&tree), before);
    assert_eq!(user.at_terminal("", &["wt", "verify", "--deep"]).0, 0);
    // Nothing of it was written as somebody else.
    let owner = |path: PathBuf| std::os::unix::fs::MetadataExt::uid(&fs::metadata(path).unwrap());
    assert_eq!(owner(user.path("home/.watchtower/state/table")), UID);
}

#[test]
fn a_key_that_the_user_cannot_read_answers_nothing() {
    let Some(user) = User::new() else { return };
    let (code, shown) = user.at_terminal(&format!("{PASSPHRASE}|{PASSPHRASE}"), &["wt", "admin", "set"]);
    assert_eq!(code, 0, "{shown}");
    user.own_file("home/diary", "private");
    let diary = user.path("home/diary").display().to_string();
    let (code, shown) = user.at_terminal("", &["safe-rm", &diary]);
    assert_eq!(code, 75, "{shown}");
    let id = pending(&shown).to_owned();
    let key = user.path("home/.watchtower/keys/approver");
    let set = |mode: u32| fs::set_permissions(&key, fs::Permissions::from_mode(mode)).unwrap();
    set(0o000);
    let (code, shown) = user.at_terminal(PASSPHRASE, &["wt", "approve", &id]);
    assert_eq!(code, 78, "{shown}");
    assert!(shown.contains("cannot read the approver key"), "{shown}");
    set(0o600);
    chown(&key, Some(UID + 1), Some(UID + 1)).unwrap();
    set(0o644);
    let (code, shown) = user.at_terminal(PASSPHRASE, &["wt", "approve", &id]);
    assert_eq!(code, 78, "somebody else's file: {shown}");
    chown(&key, Some(UID), Some(UID)).unwrap();
    set(0o600);
    let (code, shown) = user.at_terminal(PASSPHRASE, &["wt", "approve", &id]);
    assert_eq!(code, 0, "{shown}");
}

#[test]
fn a_tree_that_was_made_read_only_is_deleted_taken_back_and_let_go_of() {
    let Some(user) = User::new() else { return };
    for dir in ["home/project/tree", "home/project/tree/locked"] {
        user.own_dir(dir);
    }
    user.own_file("home/project/tree/locked/a", "one");
    let set = |name: &str, mode: u32| {
        fs::set_permissions(user.path(name), fs::Permissions::from_mode(mode)).unwrap();
    };
    set("home/project/tree/locked", 0o555);
    let before = seen(&user.path("home/project"));
    let tree = user.path("home/project/tree").display().to_string();
    let done = |argv: &[&str]| {
        let (code, shown) = user.at_terminal("", argv);
        assert_eq!(code, 0, "{argv:?}: {shown}");
    };
    done(&["safe-rm", "-r", &tree]);
    done(&["wt", "undo", "--last"]);
    assert_eq!(seen(&user.path("home/project")), before);
    done(&["safe-rm", "-r", &tree]);
    done(&["wt", "trash", "empty", "--all"]);
    let trash = user.path("home/.watchtower/trash");
    assert_eq!(fs::read_dir(trash).unwrap().count(), 0);
}
