//! Local operands of tools: looked at through a descriptor, so that what policy judges is what the tool will
//! be shown, wherever its name leads by then.

use crate::accounts::Users;
use policy::{Floor, Target, TargetFacts, Verdict, text::escape};
use rustix::{
    fs::{CWD, FileType, Mode, OFlags, ResolveFlags, Stat, fstat, openat2, readlinkat},
    io::Errno,
};
use std::{
    ffi::OsStr,
    os::{
        fd::{AsFd, AsRawFd, OwnedFd},
        unix::ffi::OsStrExt,
    },
    path::{Component, Path, PathBuf},
};

/// One operand, resolved.
#[derive(Debug)]
pub(crate) struct Operand {
    /// As given.
    pub(crate) given: PathBuf,
    /// Its real path; for something absent, of its nearest existing ancestor and the rest.
    pub(crate) real: PathBuf,
    /// Where its name would put it if every directory on the way were a plain one.
    pub(crate) place: PathBuf,
    /// The directories that its name goes through on the way there.
    pub(crate) way: Vec<PathBuf>,
    /// The object, none where it is absent.
    pub(crate) found: Option<Found>,
}

/// An object that was looked at.
#[derive(Debug)]
pub(crate) struct Found {
    /// Opened `O_PATH`.
    pub(crate) fd: OwnedFd,
    pub(crate) stat: Stat,
}

impl Found {
    pub(crate) fn id(&self) -> (u64, u64) {
        (self.stat.st_dev, self.stat.st_ino)
    }

    pub(crate) fn kind(&self) -> FileType {
        FileType::from_raw_mode(self.stat.st_mode)
    }
}

/// The kernel's path of a descriptor.
pub(crate) fn path_of(fd: impl AsFd) -> Result<PathBuf, Errno> {
    let name = format!("/proc/self/fd/{}", fd.as_fd().as_raw_fd());
    let path = readlinkat(CWD, name, Vec::new())?;
    Ok(PathBuf::from(OsStr::from_bytes(path.as_bytes())))
}

impl Operand {
    /// Resolves `given` from `cwd`. Absence is a fact, not an error.
    pub(crate) fn look(cwd: &OwnedFd, given: &OsStr) -> Result<Self, Errno> {
        let given = PathBuf::from(given);
        let base = path_of(cwd)?;
        let (place, way) = plain(&base.join(&given));
        match open(cwd, &given) {
            Ok(fd) => {
                let (real, stat) = (path_of(&fd)?, fstat(&fd)?);
                Ok(Self {
                    given,
                    real,
                    place,
                    way,
                    found: Some(Found { fd, stat }),
                })
            }
            Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP | Errno::ACCESS | Errno::NAMETOOLONG) => {
                let real = absent(cwd, &given).unwrap_or_else(|| place.clone());
                Ok(Self {
                    given,
                    real,
                    place,
                    way,
                    found: None,
                })
            }
            Err(errno) => Err(errno),
        }
    }

    /// The facts that policy judges, and a floor where it is nothing that can be read.
    pub(crate) fn facts(&self, target: &Target, index: usize, users: &Users) -> (TargetFacts, Option<Floor>) {
        let text = |path: Option<&OsStr>| path.map_or_else(String::new, |name| escape(name.as_bytes()));
        let mut facts = TargetFacts {
            role: target.role.to_string(),
            domain: target.domain.to_string(),
            operation: target.operation.to_string(),
            path: escape(self.real.as_os_str().as_bytes()),
            name: text(self.real.file_name()),
            parent: text(self.real.parent().map(Path::as_os_str)),
            ext: text(self.real.extension()).to_lowercase(),
            entries: 1,
            exists: self.found.is_some(),
            ..TargetFacts::default()
        };
        let Some(found) = &self.found else {
            return (facts, None);
        };
        facts.kind = kind_name(found.kind()).to_owned();
        facts.size = found.stat.st_size;
        facts.owner = users.name_of(found.stat.st_uid);
        facts.mode = i64::from(found.stat.st_mode & 0o7777);
        facts.links = i64::try_from(found.stat.st_nlink).unwrap_or(i64::MAX);
        let floor = (!matches!(found.kind(), FileType::RegularFile | FileType::Directory)).then(|| Floor {
            rule: "special-file".to_owned(),
            verdict: Verdict::Deny,
            reason: format!("`{}` is neither a file nor a directory", facts.path),
            hint: "name a regular file or a directory".to_owned(),
            target: Some(index),
        });
        (facts, floor)
    }
}

fn open(cwd: &OwnedFd, path: &Path) -> Result<OwnedFd, Errno> {
    openat2(
        cwd,
        path,
        OFlags::PATH | OFlags::CLOEXEC,
        Mode::empty(),
        ResolveFlags::NO_MAGICLINKS,
    )
}

/// The real path of the nearest existing ancestor, and the rest of the name as given.
fn absent(cwd: &OwnedFd, given: &Path) -> Option<PathBuf> {
    let mut rest = Vec::new();
    let mut above = given;
    loop {
        rest.push(above.file_name()?);
        above = above.parent()?;
        let dir = if above.as_os_str().is_empty() {
            Path::new(".")
        } else {
            above
        };
        if let Ok(fd) = open(cwd, dir) {
            let mut real = path_of(&fd).ok()?;
            real.extend(rest.iter().rev());
            return Some(real);
        }
    }
}

/// The path with `.` and `..` taken as in a tree without symbolic links, and every directory on the way.
fn plain(path: &Path) -> (PathBuf, Vec<PathBuf>) {
    let (mut out, mut way) = (PathBuf::from("/"), Vec::new());
    for part in path.components() {
        match part {
            Component::Normal(name) => out.push(name),
            Component::ParentDir => {
                way.push(out.clone());
                out.pop();
            }
            Component::RootDir | Component::CurDir | Component::Prefix(_) => {}
        }
    }
    (out, way)
}

pub(crate) fn kind_name(kind: FileType) -> &'static str {
    match kind {
        FileType::RegularFile => "file",
        FileType::Directory => "dir",
        FileType::Symlink => "symlink",
        FileType::Fifo => "fifo",
        FileType::Socket => "socket",
        FileType::BlockDevice => "block",
        FileType::CharacterDevice => "char",
        FileType::Unknown => "",
    }
}
