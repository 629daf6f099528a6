//! What lies in a repository's own directory: git runs or obeys much of it at its next call, whatever that is.

use super::site::Site;
use std::fs;

/// A project that brings what a repository could be made to obey.
fn site() -> Site {
    let site = Site::new();
    site.file("evil/commondir", "../evil/git\n");
    site.file("evil/git/config", "[core]\n\tfsmonitor = touch /tmp/x\n");
    site.file("evil/post-checkout", "#!/bin/sh\n");
    site.file("evil/gitfile", "gitdir: evil/git\n");
    for dir in [
        "modules/sub/hooks",
        "modules/libs/a/hooks",
        "worktrees/w",
        "objects/info",
    ] {
        fs::create_dir_all(site.work.join(".git").join(dir)).unwrap();
    }
    site.file(".git/modules/sub/config", "[core]\n");
    site
}

#[test]
fn what_leads_git_to_other_files_is_not_put_there() {
    let site = site();
    fs::create_dir(site.work.join("sub")).unwrap();
    for to in [
        ".git/commondir",
        ".git/gitdir",
        ".git/config.worktree",
        ".git/modules/sub/hooks/post-checkout",
        ".git/modules/libs/a/hooks/post-checkout",
        ".git/modules/sub/commondir",
        ".git/worktrees/w/commondir",
        ".git/worktrees/w/config.worktree",
        ".git/worktrees/w/gitdir",
        ".git/objects/info/alternates",
        "sub/.git",
    ] {
        for line in [
            &["safe-cp", "evil/commondir", to][..],
            &["safe-mv", "evil/commondir", to],
            &["safe-ln", "-s", "evil/commondir", to],
            &["safe-touch", to],
        ] {
            site.wt(line).denied("protected name");
        }
        assert!(!site.exists(to), "{to}");
    }
    site.wt(&["safe-cp", "-f", "evil/git/config", ".git/modules/sub/config"])
        .denied("protected name");
    site.wt(&["safe-cp", "evil/commondir", ".git"])
        .denied("protected name");
    site.wt(&["safe-cp", "evil/commondir", "sub"]).is(0);
}

#[test]
fn everything_else_in_a_repository_is_asked_about() {
    let site = site();
    site.file(".git/index.lock", "");
    site.symlink(".git", "link");
    for line in [
        &["safe-cp", "-f", "evil/gitfile", ".git/HEAD"][..],
        &["safe-cp", "-f", "evil/gitfile", "link/HEAD"],
        &["safe-rm", ".git/HEAD"],
        &["safe-mv", ".git/HEAD", "head"],
        &["safe-mv", "evil/gitfile", ".git/packed-refs"],
        &["safe-touch", ".git/info/grafts"],
        &["safe-chmod", "600", ".git/HEAD"],
        &["safe-mkdir", ".git/refs"],
    ] {
        site.wt(line).is(75);
    }
    let head = fs::read_to_string(site.work.join(".git/HEAD")).unwrap();
    assert_eq!(head, "ref: refs/heads/main\n");
    // Reading goes on, and so does what only has a name like it; what git left locked may be let go of.
    site.wt(&["safe-rm", "-f", ".git/index.lock"]).is(0);
    site.wt(&["safe-cp", ".git/HEAD", "head"]).is(0);
    site.file("git/HEAD", "x");
    site.file(".github/x", "x");
    site.wt(&["safe-rm", "git/HEAD", ".github/x"]).is(0);
    site.wt(&["safe-touch", ".gitignore", ".gitmodules"]).is(0);
}

#[test]
fn a_commands_writes_into_a_repository_are_judged_and_gits_own_are_not() {
    let site = site();
    for (command, code) in [
        ("cp evil/commondir .git/commondir", 77),
        ("echo ../evil/git > .git/commondir", 77),
        ("echo 'gitdir: evil/git' > sub/.git", 77),
        ("frobnicate --out .git/commondir", 77),
        ("frobnicate .git/commondir", 75),
        ("echo x > .git/HEAD", 75),
        ("rm -f .git/index.lock", 0),
        ("echo /scratch/ >> .git/info/exclude", 0),
        ("echo x > .git/info/grafts", 75),
        ("git commit -m x", 0),
        ("git worktree list", 0),
        ("cat .git/HEAD", 0),
        ("mkdir -p new/.git", 0),
    ] {
        let ended = site.wt(&["check", "--shell", command]);
        assert_eq!(ended.code, Some(code), "{command}: {ended:?}");
    }
}
