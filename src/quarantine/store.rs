//! Finds the quarantine directory for a mount, and makes it when an allowed call needs it.
//! A directory that another user owns or may enter is never used.

use crate::{
    report::{Exit, Failure},
    resolve::{Status, status_of},
};
use rustix::{
    fs::{Access, AtFlags, Mode, OFlags, accessat, fchmod, mkdirat, openat},
    io::Errno,
};
use std::{
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    path::{Path, PathBuf},
    sync::Arc,
};

/// Name below Watchtower's directory.
const HOME_NAME: &str = "trash";
/// How far up a mount's top is looked for.
const MAX_CLIMB: usize = 4096;

const DIRECTORY: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);

/// Where a quarantine directory is, or will be once a call needs it.
#[derive(Clone, Debug)]
pub enum Site {
    /// It exists and was checked.
    Open(Store),
    /// It is to be made in this directory.
    Absent {
        /// The directory above.
        above: Arc<OwnedFd>,
        /// Its name there.
        name: String,
        /// Its path.
        path: PathBuf,
        /// Its mount.
        mount: u64,
    },
}

/// An open quarantine directory.
#[derive(Clone, Debug)]
pub struct Store {
    /// The directory.
    pub dir: Arc<OwnedFd>,
    /// Its path, for the record.
    pub path: PathBuf,
    /// The mount it is on.
    pub mount: u64,
}

impl Site {
    /// The site in Watchtower's own directory `home`.
    ///
    /// # Errors
    /// 78 where something other than a private directory of the caller's stands there.
    pub fn in_home(home: BorrowedFd<'_>, path: &Path, uid: u32) -> Result<Self, Failure> {
        Self::at(home, HOME_NAME.to_owned(), path.join(HOME_NAME), uid)?
            .map_or_else(|| Err(untrusted(&path.join(HOME_NAME))), Ok)
    }

    /// The site at the top of the mount that `dir` is on; none where the caller cannot make or use one there.
    #[must_use]
    pub fn on_mount(dir: BorrowedFd<'_>, dir_path: &Path, uid: u32) -> Option<Self> {
        let (top, levels) = mount_top(dir)?;
        let path = dir_path.ancestors().nth(levels)?.to_owned();
        let name = format!(".watchtower-trash-{uid}");
        let shown = path.join(&name);
        match Self::at(top.as_fd(), name, shown, uid).ok()?? {
            site @ Self::Open(_) => Some(site),
            site @ Self::Absent { .. } => {
                let may_make =
                    accessat(&top, c".", Access::WRITE_OK | Access::EXEC_OK, AtFlags::EACCESS).is_ok();
                may_make.then_some(site)
            }
        }
    }

    /// Its path.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::Open(store) => &store.path,
            Self::Absent { path, .. } => path,
        }
    }

    /// The mount that entries are on.
    #[must_use]
    pub fn mount(&self) -> u64 {
        match self {
            Self::Open(store) => store.mount,
            Self::Absent { mount, .. } => *mount,
        }
    }

    /// Opens the directory, making it where it is absent.
    ///
    /// # Errors
    /// 77 where it cannot be made or is not the caller's own.
    pub fn open(self, uid: u32) -> Result<Store, Failure> {
        let (above, name, path) = match self {
            Self::Open(store) => return Ok(store),
            Self::Absent {
                above, name, path, ..
            } => (above, name, path),
        };
        match mkdirat(&above, &name, Mode::RWXU) {
            Ok(()) | Err(Errno::EXIST) => (),
            Err(errno) => return Err(cannot_make(&path, errno)),
        }
        let dir = openat(&above, &name, DIRECTORY, Mode::empty()).map_err(|e| cannot_make(&path, e))?;
        let status = status_of(&dir).map_err(|e| cannot_make(&path, e))?;
        if status.uid != uid {
            return Err(untrusted(&path));
        }
        if status.mode != 0o700 {
            fchmod(&dir, Mode::RWXU).map_err(|e| cannot_make(&path, e))?;
        }
        Ok(Store {
            dir: Arc::new(dir),
            path,
            mount: status.mount,
        })
    }

    fn at(above: BorrowedFd<'_>, name: String, path: PathBuf, uid: u32) -> Result<Option<Self>, Failure> {
        match openat(above, &name, DIRECTORY, Mode::empty()) {
            Ok(dir) => {
                let status = status_of(&dir).map_err(|e| cannot_make(&path, e))?;
                let private = status.uid == uid && status.mode & 0o077 == 0;
                Ok(private.then(|| {
                    Self::Open(Store {
                        dir: Arc::new(dir),
                        path,
                        mount: status.mount,
                    })
                }))
            }
            Err(Errno::NOENT) => {
                let mount = status_of(above).map_err(|e| cannot_make(&path, e))?.mount;
                let above = above.try_clone_to_owned().map_err(|e| {
                    let errno = Errno::from_io_error(&e).unwrap_or(Errno::IO);
                    cannot_make(&path, errno)
                })?;
                Ok(Some(Self::Absent {
                    above: Arc::new(above),
                    name,
                    path,
                    mount,
                }))
            }
            Err(_) => Ok(None),
        }
    }
}

/// The topmost directory of the mount that `dir` is on, and how many steps up it is.
fn mount_top(dir: BorrowedFd<'_>) -> Option<(OwnedFd, usize)> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let mut top = openat(dir, c".", flags, Mode::empty()).ok()?;
    let mut status: Status = status_of(&top).ok()?;
    for levels in 0..MAX_CLIMB {
        let above = openat(&top, c"..", flags, Mode::empty()).ok()?;
        let next = status_of(&above).ok()?;
        if next.mount != status.mount || next.id == status.id {
            return Some((top, levels));
        }
        (top, status) = (above, next);
    }
    None
}

fn untrusted(path: &Path) -> Failure {
    Failure::new(
        Exit::Config,
        format!("`{}` is not a private directory of yours", path.display()),
    )
    .hint("move it away; deleted and overwritten files are kept there")
}

fn cannot_make(path: &Path, errno: Errno) -> Failure {
    Failure::new(
        Exit::Denied,
        format!("cannot keep what would be lost in `{}`: {errno}", path.display()),
    )
}
