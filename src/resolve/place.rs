//! Where an operand points: the directory that holds it, its final name, and the object there now.
//! Everything an effect does later goes through the descriptors opened here, once.

use super::{
    object::{Kind, Status, status_at, status_of},
    real_path::{cannot_examine, dir_path, kernel_path, shown},
};
use crate::report::{Exit, Failure};
use rustix::{
    fs::{CWD, Mode, OFlags, ResolveFlags, openat, openat2},
    io::Errno,
};
use std::{
    ffi::{OsStr, OsString},
    os::{
        fd::{AsFd, BorrowedFd, OwnedFd},
        unix::ffi::{OsStrExt, OsStringExt},
    },
    path::{Path, PathBuf},
    sync::Arc,
};

/// A held directory and the kernel's path of it.
#[derive(Debug)]
pub struct Dir {
    /// Opened `O_PATH`.
    pub fd: Arc<OwnedFd>,
    /// Absolute, without symbolic links, as the kernel told when it was opened.
    pub path: PathBuf,
}

/// A held object.
#[derive(Clone, Debug)]
pub struct Object {
    /// Opened `O_PATH | O_NOFOLLOW`.
    pub fd: Arc<OwnedFd>,
    /// Its state when it was opened.
    pub status: Status,
}

/// What an operand stands for.
#[derive(Clone, Debug)]
pub struct Place {
    /// As given; for messages only.
    pub operand: OsString,
    /// The nearest directory that exists.
    pub dir: Arc<Dir>,
    /// Components between `dir` and `name` that do not exist.
    pub missing: Vec<OsString>,
    /// Final component; empty for `/` alone.
    pub name: OsString,
    /// Whether the operand ended in a slash: it means a directory.
    pub slash: bool,
    /// Whether the operand ended in `.` or `..`.
    pub dots: bool,
    /// The object, or why there is none.
    pub found: Result<Object, Errno>,
}

impl Place {
    /// Resolved path: parent as the kernel names it, what is missing as given, final name.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        let mut path = self.dir.path.clone();
        path.extend(&self.missing);
        if !self.name.is_empty() {
            path.push(&self.name);
        }
        path
    }

    /// The place of another name in the same directory.
    #[must_use]
    pub fn beside(&self, name: &OsStr) -> Self {
        let found = open_object(self.dir.fd.as_fd(), name);
        Self {
            name: name.to_owned(),
            found,
            ..self.clone()
        }
    }

    /// State of the object, none where it does not exist.
    #[must_use]
    pub fn status(&self) -> Option<&Status> {
        self.found.as_ref().ok().map(|object| &object.status)
    }

    /// Its type, none where it does not exist.
    #[must_use]
    pub fn kind(&self) -> Option<Kind> {
        self.status().map(|status| status.kind)
    }
}

/// Resolves the operands of one call. Operands below the same written directory share its descriptor.
#[derive(Debug)]
pub struct Resolver<'c> {
    cwd: BorrowedFd<'c>,
    known: Vec<(Vec<u8>, Arc<Dir>)>,
}

impl<'c> Resolver<'c> {
    /// A resolver for operands relative to `cwd`.
    #[must_use]
    pub fn new(cwd: BorrowedFd<'c>) -> Self {
        Self {
            cwd,
            known: Vec::new(),
        }
    }

    /// Resolves an operand; a symbolic link as its final component stays what it is.
    ///
    /// # Errors
    /// 64 for an empty operand or one with NUL; 69 where the kernel lacks openat2(2) or `/proc`.
    pub fn place(&mut self, operand: &OsStr) -> Result<Place, Failure> {
        let bytes = operand.as_bytes();
        if bytes.is_empty() || bytes.contains(&0) {
            let text = if bytes.is_empty() {
                "empty path"
            } else {
                "path with a NUL byte"
            };
            return Err(Failure::new(Exit::Usage, text));
        }
        let end = bytes.iter().rposition(|b| *b != b'/').map_or(0, |last| last + 1);
        let (body, slash) = (bytes.get(..end).unwrap_or_default(), end < bytes.len());
        let cut = body.iter().rposition(|b| *b == b'/').map_or(0, |at| at + 1);
        let (prefix, name) = body.split_at_checked(cut).unwrap_or((body, b""));
        if matches!(name, b"" | b"." | b"..") {
            let whole = if body.is_empty() { b"/".as_slice() } else { body };
            return self.whole(operand, whole, slash);
        }
        match self.dir(prefix) {
            Ok(dir) => {
                let found = open_object(dir.fd.as_fd(), OsStr::from_bytes(name));
                let name = OsString::from_vec(name.to_vec());
                Ok(Place {
                    operand: operand.to_owned(),
                    dir,
                    missing: Vec::new(),
                    name,
                    slash,
                    dots: false,
                    found,
                })
            }
            Err(Absence::No(errno)) => {
                let mut place = self.nearest(operand, prefix, name, errno)?;
                place.slash = slash;
                Ok(place)
            }
            Err(Absence::Fatal(failure)) => Err(failure),
        }
    }

    /// Resolves an operand and, where it is a symbolic link, what the link leads to: the place is then that of
    /// the real object. A dangling link stays the link itself.
    ///
    /// # Errors
    /// As [`Resolver::place`]; also 77-free refusals of magic links as `ELOOP` in the place.
    pub fn followed(&mut self, operand: &OsStr) -> Result<Place, Failure> {
        let place = self.place(operand)?;
        if place.kind() != Some(Kind::Symlink) {
            return Ok(place);
        }
        let flags = OFlags::PATH | OFlags::CLOEXEC;
        match openat2(
            &*place.dir.fd,
            &place.name,
            flags,
            Mode::empty(),
            ResolveFlags::NO_MAGICLINKS,
        ) {
            Ok(fd) => {
                let mut real = self.real_place(operand, fd)?;
                real.slash = place.slash;
                Ok(real)
            }
            Err(Errno::NOENT) => Ok(place),
            Err(errno) => Ok(Place {
                found: Err(errno),
                ..place
            }),
        }
    }

    /// The place of `name` inside a directory that is held already: the effective destination of a copy or move.
    ///
    /// # Errors
    /// As [`Resolver::place`].
    pub fn inside(&mut self, of: &Place, object: &Object, name: &OsStr) -> Result<Place, Failure> {
        let path = of.path();
        let dir = Arc::new(Dir {
            fd: Arc::clone(&object.fd),
            path,
        });
        let found = open_object(dir.fd.as_fd(), name);
        let operand = Path::new(&of.operand).join(name).into_os_string();
        Ok(Place {
            operand,
            dir,
            missing: Vec::new(),
            name: name.to_owned(),
            slash: false,
            dots: false,
            found,
        })
    }

    /// Resolves `name`, a path in a symbolic link's text, as that link in `dir` would.
    ///
    /// # Errors
    /// As [`Resolver::place`].
    pub fn relative_to(dir: &Dir, name: &OsStr) -> Result<Place, Failure> {
        Resolver::new(dir.fd.as_fd()).followed(name)
    }

    /// An operand that ends in `.`, `..` or is `/`: the directory itself, then its name in its parent.
    fn whole(&mut self, operand: &OsStr, body: &[u8], slash: bool) -> Result<Place, Failure> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        match openat2(self.cwd, body, flags, Mode::empty(), ResolveFlags::NO_MAGICLINKS) {
            Ok(fd) => {
                let mut place = self.real_place(operand, fd)?;
                place.slash = slash;
                place.dots = !place.name.is_empty();
                Ok(place)
            }
            Err(errno) => {
                let cut = body.iter().rposition(|b| *b == b'/').map_or(0, |at| at + 1);
                let (prefix, name) = body.split_at_checked(cut).unwrap_or((body, b""));
                let mut place = self.nearest(operand, prefix, name, errno)?;
                place.dots = true;
                Ok(place)
            }
        }
    }

    /// The place of an object that is open: the kernel's own path of it, whose parent must hold this very object.
    fn real_place(&mut self, operand: &OsStr, fd: OwnedFd) -> Result<Place, Failure> {
        let status = status_of(&fd).map_err(|e| cannot_examine(operand, e))?;
        let path = kernel_path(fd.as_fd(), &status, operand)?;
        let object = Object {
            fd: Arc::new(fd),
            status,
        };
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
            let dir = Arc::new(Dir {
                fd: Arc::clone(&object.fd),
                path,
            });
            return Ok(Place {
                operand: operand.to_owned(),
                dir,
                missing: Vec::new(),
                name: OsString::new(),
                slash: false,
                dots: false,
                found: Ok(object),
            });
        };
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let resolve = ResolveFlags::NO_MAGICLINKS | ResolveFlags::NO_SYMLINKS;
        let held =
            openat2(CWD, parent, flags, Mode::empty(), resolve).map_err(|e| cannot_examine(operand, e))?;
        let same = status_at(held.as_fd(), name).is_ok_and(|now| now.id == status.id);
        if !same {
            return Err(Failure::new(
                Exit::Denied,
                format!("`{}` changed while it was looked at", shown(operand)),
            ));
        }
        Ok(Place {
            operand: operand.to_owned(),
            dir: Arc::new(Dir {
                fd: Arc::new(held),
                path: parent.to_owned(),
            }),
            missing: Vec::new(),
            name: name.to_owned(),
            slash: false,
            dots: false,
            found: Ok(object),
        })
    }

    /// The directory written as `prefix`: empty for the working directory.
    fn dir(&mut self, prefix: &[u8]) -> Result<Arc<Dir>, Absence> {
        if let Some((_, dir)) = self.known.iter().find(|(known, _)| known == prefix) {
            return Ok(Arc::clone(dir));
        }
        let written = if prefix.is_empty() {
            b".".as_slice()
        } else {
            prefix
        };
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let fd = openat2(
            self.cwd,
            written,
            flags,
            Mode::empty(),
            ResolveFlags::NO_MAGICLINKS,
        )
        .map_err(|errno| {
            if errno == Errno::NOSYS {
                let text = "this kernel has no openat2, without which no path can be resolved safely";
                Absence::Fatal(Failure::new(Exit::Sandbox, text).hint("Linux 5.6 or newer is needed"))
            } else {
                Absence::No(errno)
            }
        })?;
        let operand = OsStr::from_bytes(written);
        let path = dir_path(fd.as_fd(), operand).map_err(Absence::Fatal)?;
        let dir = Arc::new(Dir {
            fd: Arc::new(fd),
            path,
        });
        self.known.push((prefix.to_vec(), Arc::clone(&dir)));
        Ok(dir)
    }

    /// The longest leading part of `prefix` that is a directory; the rest is what is missing.
    fn nearest(
        &mut self,
        operand: &OsStr,
        prefix: &[u8],
        name: &[u8],
        errno: Errno,
    ) -> Result<Place, Failure> {
        let mut missing = Vec::new();
        let mut rest = prefix;
        loop {
            let trimmed = rest.iter().rposition(|b| *b != b'/').map_or(0, |last| last + 1);
            let body = rest.get(..trimmed).unwrap_or_default();
            let cut = body.iter().rposition(|b| *b == b'/').map_or(0, |at| at + 1);
            let (above, component) = body.split_at_checked(cut).unwrap_or((body, b""));
            if !component.is_empty() {
                missing.push(OsString::from_vec(component.to_vec()));
            }
            // An absolute path keeps its slash, so that nothing missing below `/` is taken from the cwd.
            let above = if body.is_empty() && rest.starts_with(b"/") {
                b"/"
            } else {
                above
            };
            match self.dir(above) {
                Ok(dir) => {
                    missing.reverse();
                    return Ok(Place {
                        operand: operand.to_owned(),
                        dir,
                        missing,
                        name: OsString::from_vec(name.to_vec()),
                        slash: false,
                        dots: false,
                        found: Err(errno),
                    });
                }
                Err(Absence::Fatal(failure)) => return Err(failure),
                Err(Absence::No(e)) if above.is_empty() || above == b"/" => {
                    return Err(cannot_examine(operand, e));
                }
                Err(Absence::No(_)) => rest = above,
            }
        }
    }
}

enum Absence {
    No(Errno),
    Fatal(Failure),
}

fn open_object(dir: BorrowedFd<'_>, name: &OsStr) -> Result<Object, Errno> {
    let fd = openat(
        dir,
        name,
        OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC,
        Mode::empty(),
    )?;
    let status = status_of(&fd)?;
    Ok(Object {
        fd: Arc::new(fd),
        status,
    })
}
