//! The workspace of a call: a root that policy names, or else the git root of the working directory.
//! Never a place whose ownership says nothing about the work in it, whatever directory the caller chose.

use crate::caller::Caller;
use rustix::fs::{AtFlags, Mode, OFlags, openat, statat};
use std::{
    os::fd::{AsFd, OwnedFd},
    path::{Component, Path, PathBuf},
};

/// How far up from the working directory a git root is looked for.
const MAX_CLIMB: usize = 64;

/// Directories that are no workspace, and nothing below them is.
const SYSTEM_TREES: &[&str] = &[
    "/etc", "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/boot", "/sys", "/proc", "/dev", "/run",
];
/// Directories that are no workspace themselves, though one may lie below.
const SHARED_DIRECTORIES: &[&str] = &[
    "/",
    "/home",
    "/root",
    "/tmp",
    "/var",
    "/var/tmp",
    "/opt",
    "/srv",
    "/mnt",
    "/media",
    "/usr/local",
];

/// A workspace root, held open.
#[derive(Debug)]
pub struct Root {
    /// The directory, opened `O_PATH`.
    pub dir: OwnedFd,
    /// Its real path.
    pub path: PathBuf,
}

/// Finds the workspace of `caller`: the deepest of `named` that holds the working directory, else the git root of it or
/// of the directory that the caller's session holds to.
pub fn find(caller: &Caller, named: &[String]) -> Option<Root> {
    let cwd = real_path(&caller.cwd)?;
    let homes: Vec<PathBuf> = caller.homes.iter().filter_map(|home| resolve(home)).collect();
    let mut roots: Vec<Root> = named.iter().filter_map(|name| open_named(name, caller)).collect();
    roots.sort_by_key(|root| root.path.components().count());
    while let Some(root) = roots.pop() {
        if cwd.starts_with(&root.path) && may_be_workspace(&root.path, &homes) {
            return Some(root);
        }
    }
    let (dir, path) = match &caller.root {
        Some(root) => (root, real_path(root)?),
        None => (&caller.cwd, cwd),
    };
    git_root(caller, dir, &path).filter(|root| may_be_workspace(&root.path, &homes))
}

/// The branch checked out in `root`, `` where that cannot be told.
pub fn branch(root: &Root) -> String {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let Ok(fd) = openat(&root.dir, ".git/HEAD", flags, Mode::empty()) else {
        return String::new();
    };
    let mut head = [0; 512];
    let len = rustix::io::read(&fd, &mut head).unwrap_or(0);
    head.get(..len)
        .and_then(|bytes| std::str::from_utf8(bytes).ok())
        .and_then(|text| text.trim_end().strip_prefix("ref: refs/heads/"))
        .unwrap_or_default()
        .to_owned()
}

/// The kernel's name of an open directory (proc_pid_fd(5)); none once it is deleted.
pub fn real_path(dir: impl AsFd) -> Option<PathBuf> {
    use std::os::{fd::AsRawFd, unix::ffi::OsStringExt};
    let link = format!("/proc/self/fd/{}", dir.as_fd().as_raw_fd());
    let target = rustix::fs::readlink(link, Vec::new()).ok()?.into_bytes();
    let path = PathBuf::from(std::ffi::OsString::from_vec(target));
    path.is_absolute().then_some(path)
}

fn open_directory(path: &Path) -> Option<OwnedFd> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    rustix::fs::open(path, flags, Mode::empty()).ok()
}

/// The kernel's name of a directory, none where it cannot be opened.
pub fn resolve(path: &Path) -> Option<PathBuf> {
    real_path(open_directory(path)?)
}

fn open_named(name: &str, caller: &Caller) -> Option<Root> {
    let path = match name.strip_prefix("~/") {
        Some(rest) => caller.homes.first()?.join(rest),
        None => PathBuf::from(name),
    };
    let dir = path.is_absolute().then(|| open_directory(&path))??;
    let path = real_path(&dir)?;
    Some(Root { dir, path })
}

fn git_root(caller: &Caller, start: &OwnedFd, path: &Path) -> Option<Root> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let mut dir = openat(start, ".", flags, Mode::empty()).ok()?;
    for place in path.ancestors().take(MAX_CLIMB) {
        if let Ok(stat) = statat(&dir, ".git", AtFlags::SYMLINK_NOFOLLOW) {
            return (stat.st_uid == caller.uid).then(|| Root {
                dir,
                path: place.to_owned(),
            });
        }
        dir = openat(&dir, "..", flags, Mode::empty()).ok()?;
    }
    None
}

/// Whether a real path can be a workspace: not a system tree, a shared directory, a home or an ancestor of one.
fn may_be_workspace(path: &Path, homes: &[PathBuf]) -> bool {
    !SHARED_DIRECTORIES.iter().any(|shared| path == Path::new(shared))
        && !SYSTEM_TREES.iter().any(|tree| path.starts_with(tree))
        && !homes.iter().any(|home| home.starts_with(path))
        && path.components().any(|part| matches!(part, Component::Normal(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn homes_their_ancestors_and_system_directories_are_never_a_workspace() {
        let homes = [PathBuf::from("/home/ada"), PathBuf::from("/srv/people/ada")];
        for (path, may) in [
            ("/", false),
            ("/home", false),
            ("/home/ada", false),
            ("/srv/people", false),
            ("/etc/nginx", false),
            ("/usr/src/linux", false),
            ("/tmp", false),
            ("/home/ada/code", true),
            ("/home/adamant", true),
            ("/tmp/scratch", true),
            ("/srv/www", true),
        ] {
            assert_eq!(may_be_workspace(Path::new(path), &homes), may, "{path}");
        }
    }
}
