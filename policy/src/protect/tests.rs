//! Protection, row by row.

use super::Protect;
use crate::{pattern::PathPattern, scope::Places};

fn places() -> Places {
    Places {
        homes: vec!["/home/ann".into()],
        watchtower: vec!["/home/ann/.watchtower".into(), "/home/ann/.local/bin/wt".into()],
    }
}

fn plain() -> Protect {
    Protect::new(Vec::new(), &[], Vec::new())
}

#[test]
fn credential_stores_are_neither_read_nor_changed_whoever_owns_them() {
    for path in [
        "/home/ann/.ssh/id_ed25519",
        "/home/bob/.aws/credentials",
        "/root/.ssh",
        "/home/ann/.config/gcloud/x",
        "/etc/shadow",
        "/etc/sudoers.d/x",
        "/proc/1/environ",
        "/srv/../etc/shadow",
        "~/.ssh/id_rsa",
        ".ssh/id_rsa",
    ] {
        assert!(plain().read_protected(path, &places()).is_some(), "{path}");
        assert!(
            plain().write_protected(path, "delete", &places()).is_some(),
            "{path}"
        );
    }
    for path in [
        "/home/ann/.bashrc",
        "/home/ann/.sshx/a",
        "/home/ann/repo/.env",
        "/etc/hosts",
        "/proc/cpuinfo",
    ] {
        assert_eq!(plain().read_protected(path, &places()), None, "{path}");
    }
}

#[test]
fn startup_files_are_not_changed() {
    for path in [
        "/home/ann/.bashrc",
        "/root/.profile",
        "/home/ann/.config/systemd/user/a.service",
    ] {
        for operation in ["create_file", "copy", "move", "delete", "chmod", "unheard-of"] {
            assert!(
                plain().write_protected(path, operation, &places()).is_some(),
                "{operation} {path}"
            );
        }
    }
}

#[test]
fn names_block_creation_and_renaming_but_not_deletion() {
    for path in [
        "/home/ann/repo/.env.local",
        "/home/ann/repo/.git/hooks/pre-commit",
        "/home/ann/repo/sub/CLAUDE.md",
        "/home/ann/repo/.claude/settings.json",
        "/tmp/authorized_keys",
    ] {
        for operation in ["create_file", "write", "copy", "move", "symlink"] {
            assert!(
                plain().write_protected(path, operation, &places()).is_some(),
                "{operation} {path}"
            );
        }
        assert_eq!(plain().write_protected(path, "delete", &places()), None, "{path}");
    }
    for path in [
        "/home/ann/repo/src/env.rs",
        "/home/ann/repo/.git/index",
        "/home/ann/repo/git/hooks/x",
    ] {
        assert_eq!(
            plain().write_protected(path, "create_file", &places()),
            None,
            "{path}"
        );
    }
}

#[test]
fn a_directory_that_names_need_is_not_moved_or_linked_into_place() {
    for (operation, blocked) in [("move", true), ("symlink", true), ("create_dir", false)] {
        let guard = plain().write_protected("/home/ann/repo/.git/hooks", operation, &places());
        assert_eq!(guard.is_some(), blocked, "{operation}");
    }
}

#[test]
fn what_leads_git_to_other_files_is_not_written() {
    for path in [
        "/srv/r/.git",
        "/srv/r/.git/commondir",
        "/srv/r/.git/gitdir",
        "/srv/r/.git/config.worktree",
        "/srv/r/.git/objects/info/alternates",
        "/srv/r/.git/modules/a/config",
        "/srv/r/.git/modules/libs/a/hooks/post-checkout",
        "/srv/r/.git/modules/a/modules/b/config",
        "/srv/r/.git/modules/a/worktrees/w/commondir",
        "/srv/r/.git/worktrees/a/config.worktree",
        "/srv/r/.git/worktrees/a/commondir",
        "/srv/r/.git/worktrees/a/gitdir",
        "/srv/r.git/hooks/post-receive",
        "/srv/r.git/config",
        "/srv/r.git/worktrees/a/gitdir",
    ] {
        for operation in ["create_file", "write", "copy", "move", "symlink", "link"] {
            let guard = plain().write_protected(path, operation, &places());
            assert!(guard.is_some(), "{operation} {path}");
        }
        assert_eq!(plain().write_protected(path, "delete", &places()), None, "{path}");
    }
    for path in [
        "/srv/r/.git/HEAD",
        "/srv/r/.git/objects/info/packs",
        "/srv/r/.git/modules/a/HEAD",
        "/srv/r/.gitignore",
        "/srv/r/.gitmodules",
        "/srv/r/git/config",
        "/srv/r.git",
        "/srv/rgit/config",
        "/srv/r.git/src/config",
        "/srv/modules/a/config",
    ] {
        let guard = plain().write_protected(path, "create_file", &places());
        assert_eq!(guard, None, "{path}");
    }
    let made = |path: &str| plain().write_protected(path, "create_dir", &places());
    assert_eq!(made("/srv/r/.git"), None);
    assert!(made("/srv/r/.git/hooks/x").is_some());
}

#[test]
fn watchtowers_own_files_are_not_changed_and_keys_not_read() {
    let except = vec![vec![PathPattern::parse("/home/ann/**").unwrap()]];
    let protect = Protect::new(Vec::new(), &[], except);
    for operation in ["delete", "create_file", "chmod"] {
        let ledger = "/home/ann/.watchtower/ledger-00000000000000000001.jsonl";
        assert!(protect.write_protected(ledger, operation, &places()).is_some());
    }
    assert!(
        protect
            .read_protected("/home/ann/.watchtower/keys/origin", &places())
            .is_some()
    );
    assert_eq!(
        protect.read_protected("/home/ann/.watchtower/policy.json", &places()),
        None
    );
    assert_eq!(
        protect.write_protected("/home/ann/repo/.env", "write", &places()),
        None,
        "excepted"
    );
}

#[test]
fn ancestors_of_what_is_protected_are_never_moved_or_removed_whole() {
    for path in [
        "/",
        "/home",
        "/home/ann",
        "/home/bob/.config",
        "/etc",
        "/home/ann/.local",
        "/home/ann/.docker",
    ] {
        assert!(plain().shelters(path, &places()).is_some(), "{path}");
    }
    for path in [
        "/home/ann/repo",
        "/tmp/x",
        "/home/ann/.cache",
        "/home/ann/.local/share/app",
    ] {
        assert_eq!(plain().shelters(path, &places()), None, "{path}");
    }
}

#[test]
fn a_document_adds_paths_with_all_below_and_excepts_only_where_all_do() {
    let paths = vec![PathPattern::parse("~/vault").unwrap()];
    let protect = Protect::new(paths, &["secret-*.txt".into()], Vec::new());
    assert!(protect.read_protected("/home/ann/vault/a/b", &places()).is_some());
    assert!(
        protect
            .write_protected("/tmp/secret-1.txt", "copy", &places())
            .is_some()
    );
    let one = vec![PathPattern::parse("/tmp/.env").unwrap()];
    let all = Protect::new(Vec::new(), &[], vec![one.clone(), one.clone()]);
    let not_all = Protect::new(Vec::new(), &[], vec![one, Vec::new()]);
    assert_eq!(all.write_protected("/tmp/.env", "write", &places()), None);
    assert!(not_all.write_protected("/tmp/.env", "write", &places()).is_some());
}

#[test]
fn the_quick_looks_before_the_lists_miss_nothing() {
    use super::{lists, may_be_protected};
    assert!(
        lists::HOME_SECRETS
            .iter()
            .chain(lists::HOME_STARTUP)
            .all(|path| may_be_protected(path))
    );
    for path in lists::SYSTEM_SECRETS.iter().chain(lists::SYSTEM_STARTUP) {
        assert!(
            plain()
                .write_protected(&format!("/{path}"), "write", &places())
                .is_some(),
            "{path}"
        );
    }
}

#[test]
fn the_secrets_below_a_directory_are_listed_for_every_home() {
    let protect = Protect::new(Vec::new(), &[], Vec::new());
    let places = Places {
        homes: vec!["/home/u".to_owned()],
        watchtower: vec!["/home/u/.watchtower".to_owned()],
    };
    assert!(protect.secrets_below("/home/u/work", &places, &[]).is_empty());
    let home = protect.secrets_below("/home/u", &places, &[]);
    for path in ["/home/u/.ssh", "/home/u/.aws", "/home/u/.watchtower/keys"] {
        assert!(home.iter().any(|found| found == path), "{path}");
    }
    let all = protect.secrets_below("/", &places, &["/home/other".to_owned()]);
    assert!(all.iter().any(|found| found == "/etc/shadow"));
    assert!(all.iter().any(|found| found == "/home/other/.ssh"));
    let below = protect.secrets_below("/home/u/.config", &places, &[]);
    assert!(below.iter().all(|found| found.starts_with("/home/u/.config/")) && !below.is_empty());
}

#[test]
fn what_an_unknown_use_may_reach_is_kept() {
    let kept = |path: &str, writes: bool| plain().kept_from_unknown_use(path, writes, &places()).is_some();
    for path in [
        "/etc/shadow",
        "/etc/passwd",
        "/etc/sh*ow",
        "/etc/?hadow",
        "/etc/cron.d/x",
        "/home/ann/.ssh/id_ed25519",
        "/home/ann/.s?h/*",
        "/home/ann/.b*",
        "/home/ann/.netrc",
        "/home/ann/.watchtower/policy.json",
        "/home/*/.ssh/id_rsa",
        "/proc/self/environ",
    ] {
        assert!(kept(path, false), "{path}");
    }
    for path in [
        "/etc/hosts",
        "/home/ann/*",
        "/home/ann/repo/.env",
        "/home/ann/repo/*.rs",
        "/tmp/*",
        "/usr/include",
    ] {
        assert!(!kept(path, false), "{path}");
    }
    let stands =
        |path: &str, operation: &str| plain().may_stand_for_kept(path, operation, &places()).is_some();
    assert!(stands("/home/ann/.ss*/id_rsa", "read") && stands("/home/ann/.bash*", "write"));
    assert!(!stands("/home/ann/.bash*", "read") && !stands("/home/ann/*", "read"));
    assert!(!stands("/home/ann/.ssh/id_rsa", "read"), "no glob");
    assert!(kept("/home/ann/repo/.git/hooks/pre-commit", true));
    assert!(kept("/home/ann/repo/.env", true));
}

#[test]
fn a_name_alone_is_told_from_a_place() {
    let added = PathPattern::parse("/tmp/kept/**").unwrap();
    let protect = Protect::new(vec![added], &[], Vec::new());
    for (path, by_name) in [
        ("/tmp/copy/CLAUDE.md", true),
        ("/home/ann/repo/.git/hooks/pre-commit", true),
        ("/tmp/copy/README.md", false),
        ("/tmp/kept/CLAUDE.md", false),
        ("/home/ann/.claude/settings.json", false),
        ("/home/ann/.watchtower/CLAUDE.md", false),
    ] {
        assert_eq!(protect.kept_by_name(path, "copy", &places()), by_name, "{path}");
    }
}
