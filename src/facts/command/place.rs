//! What a path of a command means on this machine, looked up without keeping it. Directories are resolved once.

use policy::{Target, TargetFacts, text::escape};
use serde_json::{Map, Value as Json, json};
use std::{
    cell::RefCell,
    collections::BTreeMap,
    ffi::OsStr,
    fs::Metadata,
    os::unix::{
        ffi::OsStrExt,
        fs::{FileTypeExt, MetadataExt},
    },
    path::{Path, PathBuf},
};

/// Most directories that are remembered.
const MAX_REMEMBERED: usize = 4096;

/// Resolves paths, remembering directories.
#[derive(Debug, Default)]
pub(super) struct Resolver {
    dirs: RefCell<BTreeMap<PathBuf, PathBuf>>,
}

impl Resolver {
    /// The facts of a path target.
    pub(super) fn facts(&self, target: &Target) -> TargetFacts {
        let mut facts = super::as_given(target);
        let Some(given) = target.path.as_deref().map(Path::new) else {
            return facts;
        };
        let follows = matches!(
            target.operation.as_ref(),
            "read" | "list" | "write" | "chmod" | "create_file"
        );
        let real = self.real(given, follows);
        facts.path = escape(real.as_os_str().as_bytes());
        facts.name = real.file_name().map(|n| escape(n.as_bytes())).unwrap_or_default();
        facts.parent = real
            .parent()
            .map(|p| escape(p.as_os_str().as_bytes()))
            .unwrap_or_default();
        facts.ext = real
            .extension()
            .and_then(OsStr::to_str)
            .unwrap_or_default()
            .to_lowercase();
        facts.entries = 1;
        let status = std::fs::symlink_metadata(&real);
        facts.extra = identity(&real, status.as_ref().ok());
        if let Ok(status) = status {
            facts.exists = true;
            facts.kind = kind(&status).to_owned();
            facts.size = i64::try_from(status.len()).unwrap_or(i64::MAX);
            facts.mode = i64::from(status.mode() & 0o7777);
            facts.links = i64::try_from(status.nlink()).unwrap_or(i64::MAX);
            facts.owner = format!("uid:{}", status.uid());
        }
        facts
    }

    /// Whether a directory stands there, links followed.
    pub(super) fn is_dir(&self, path: &str) -> bool {
        Path::new(path).is_dir()
    }

    /// The kernel's path of a directory, links followed; of its nearest ancestor where it is not there.
    pub(super) fn real_dir(&self, path: &str) -> PathBuf {
        self.dir(Path::new(path))
    }

    /// The kernel's path of the parent and the name in it; the object itself where links are followed.
    fn real(&self, path: &Path, follows: bool) -> PathBuf {
        if follows
            && let Ok(status) = std::fs::symlink_metadata(path)
            && status.is_symlink()
        {
            return std::fs::canonicalize(path).unwrap_or_else(|_| self.target_of(path));
        }
        match (path.parent(), path.file_name()) {
            (Some(parent), Some(name)) => self.dir(parent).join(name),
            _ => path.to_owned(),
        }
    }

    /// Where a dangling link points.
    fn target_of(&self, link: &Path) -> PathBuf {
        let target = std::fs::read_link(link).unwrap_or_default();
        let dir = link.parent().map(|p| self.dir(p)).unwrap_or_default();
        let whole = dir.join(target);
        match (whole.parent(), whole.file_name()) {
            (Some(parent), Some(name)) => self.dir(parent).join(name),
            _ => whole,
        }
    }

    /// The real path of a directory: of its nearest existing ancestor, the rest as given.
    fn dir(&self, dir: &Path) -> PathBuf {
        if let Some(known) = self.dirs.borrow().get(dir) {
            return known.clone();
        }
        let real = std::fs::canonicalize(dir).unwrap_or_else(|_| as_far_as_it_goes(dir));
        let mut dirs = self.dirs.borrow_mut();
        if dirs.len() < MAX_REMEMBERED {
            dirs.insert(dir.to_owned(), real.clone());
        }
        real
    }
}

/// The real path of what exists of a directory's path, from the root on, with the rest as given. A loop: the path may
/// have thousands of components, and none below one that is missing is looked up.
fn as_far_as_it_goes(dir: &Path) -> PathBuf {
    let (mut real, mut given) = (PathBuf::new(), PathBuf::new());
    let mut components = dir.components();
    while let Some(component) = components.next() {
        given.push(component);
        match std::fs::canonicalize(&given) {
            Ok(found) => real = found,
            Err(_) => {
                real.push(component);
                real.extend(components.by_ref());
            }
        }
    }
    real
}

/// Which object it is, as an approval holds for it: another one, or the same one changed since, makes another request.
/// Of a name that is free, the directory that would get it. What a device or a pipe says of its times tells nothing.
fn identity(real: &Path, status: Option<&Metadata>) -> Map<String, Json> {
    let fact = match status {
        Some(status) => {
            let mut fact =
                json!({"dev": status.dev(), "ino": status.ino(), "uid": status.uid(), "gid": status.gid()});
            let keeps_times = status.is_file() || status.is_dir() || status.is_symlink();
            if let (true, Some(fact)) = (keeps_times, fact.as_object_mut()) {
                let times = [
                    ("modified", status.mtime(), status.mtime_nsec()),
                    ("changed", status.ctime(), status.ctime_nsec()),
                ];
                fact.extend(times.map(|(name, sec, nsec)| (name.to_owned(), json!([sec, nsec]))));
            }
            fact
        }
        None => match real.parent().map(std::fs::symlink_metadata) {
            Some(Ok(above)) => json!({"in": {"dev": above.dev(), "ino": above.ino()}}),
            Some(Err(_)) | None => return Map::new(),
        },
    };
    std::iter::once(("object".to_owned(), fact)).collect()
}

/// The real file behind a program's path.
pub(super) fn real_program(path: &str) -> Option<String> {
    let real = std::fs::canonicalize(path).ok()?;
    Some(real.to_str()?.to_owned())
}

fn kind(status: &Metadata) -> &'static str {
    let kind = status.file_type();
    if kind.is_dir() {
        "dir"
    } else if kind.is_symlink() {
        "symlink"
    } else if kind.is_fifo() {
        "fifo"
    } else if kind.is_socket() {
        "socket"
    } else if kind.is_block_device() {
        "block"
    } else if kind.is_char_device() {
        "char"
    } else {
        "file"
    }
}
