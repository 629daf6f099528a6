//! The child's own root: an empty tmpfs with only the plan's objects bound in, read-only. Sources are opened
//! first, compared with what was judged, and bound from their descriptors, so that nothing is looked up twice.

use super::{
    SandboxError,
    plan::{Bind, View},
};
use nix::mount::{MntFlags, MsFlags, mount, umount2};
use rustix::{
    fs::{
        CWD, FileType, Mode, OFlags, ResolveFlags, StatVfsMountFlags, fstat, fstatvfs, mkdirat, openat,
        openat2, symlinkat,
    },
    io::{Errno, write},
    process::{chdir, fchdir, pivot_root},
};
use std::os::fd::{AsRawFd, OwnedFd};

/// Where the new root is built; what lies there is covered only in the child's own mount namespace.
const STAGE: &str = "/tmp";

/// A bind whose source is open and is what was judged.
pub(crate) struct Source<'a> {
    bind: &'a Bind,
    pub(crate) fd: OwnedFd,
    is_dir: bool,
}

/// Opens every source, in the namespace where it will be bound.
pub(crate) fn open_sources(view: &View) -> Result<Vec<Source<'_>>, SandboxError> {
    let mut out = Vec::with_capacity(view.binds.len());
    for bind in &view.binds {
        let resolve = if bind.judged.is_some() {
            ResolveFlags::NO_SYMLINKS
        } else {
            ResolveFlags::NO_MAGICLINKS
        };
        let opened = openat2(
            CWD,
            bind.source.as_slice(),
            OFlags::PATH | OFlags::CLOEXEC,
            Mode::empty(),
            resolve,
        );
        let fd = match opened {
            Ok(fd) => fd,
            Err(Errno::NOENT | Errno::NOTDIR | Errno::ACCESS) if bind.optional => continue,
            Err(errno) => return Err(SandboxError::kernel("opening what the tool may read", errno)),
        };
        let stat =
            fstat(&fd).map_err(|errno| SandboxError::kernel("looking at what the tool may read", errno))?;
        if bind.judged.is_some_and(|id| id != (stat.st_dev, stat.st_ino)) {
            return Err(SandboxError::Refused {
                step: "opening what the tool may read",
                why: "another object has taken the place of the one that was judged".to_owned(),
            });
        }
        out.push(Source {
            bind,
            fd,
            is_dir: FileType::from_raw_mode(stat.st_mode) == FileType::Directory,
        });
    }
    Ok(out)
}

impl Source<'_> {
    /// Bits of the access that Landlock grants.
    pub(crate) fn access(&self) -> u16 {
        self.bind.access
    }
}

/// Builds the root and moves into it.
pub(crate) fn enter(view: &View, sources: &[Source<'_>]) -> Result<(), SandboxError> {
    let none = None::<&str>;
    let step = |step: &'static str| move |errno: nix::errno::Errno| kernel(step, errno);
    mount(none, "/", none, MsFlags::MS_REC | MsFlags::MS_SLAVE, none)
        .map_err(step("making mounts private"))?;
    let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV;
    let size = format!("mode=0755,size={}", view.tmp_bytes.max(1 << 20) + (1 << 20));
    mount(Some("tmpfs"), STAGE, Some("tmpfs"), flags, Some(size.as_str()))
        .map_err(step("mounting a new root"))?;
    let fail = |step: &'static str| move |errno: Errno| SandboxError::kernel(step, errno);
    chdir(STAGE).map_err(fail("entering the new root"))?;
    let stage = openat(
        CWD,
        ".",
        OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC,
        Mode::empty(),
    )
    .map_err(fail("entering the new root"))?;
    // Before everything else, or it would cover what is shown below it.
    make_dirs(&stage, b"/tmp")?;
    if view.tmp_bytes > 0 {
        let size = format!("mode=0700,size={}", view.tmp_bytes);
        let flags = flags | MsFlags::MS_NOEXEC;
        mount(Some("tmpfs"), "tmp", Some("tmpfs"), flags, Some(size.as_str()))
            .map_err(step("mounting a private /tmp"))?;
    }
    for (path, says) in &view.links {
        make_parents(&stage, path)?;
        symlinkat(says.as_slice(), &stage, relative(path)).map_err(fail("making a link in the new root"))?;
    }
    for source in sources {
        place(&stage, source)?;
    }
    for file in &view.files {
        make_parents(&stage, &file.path)?;
        let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::CLOEXEC;
        let made =
            openat(&stage, relative(&file.path), flags, Mode::RUSR).map_err(fail("making a private file"))?;
        let mut rest = file.content.as_slice();
        while !rest.is_empty() {
            let written = write(&made, rest).map_err(fail("writing a private file"))?;
            rest = rest.get(written..).unwrap_or_default();
        }
    }
    for dir in view.dirs.iter().chain([&view.cwd]) {
        make_dirs(&stage, dir)?;
    }
    cover(&stage, &view.masks)?;
    fchdir(&stage).map_err(fail("entering the new root"))?;
    pivot_root(".", ".").map_err(fail("changing the root"))?;
    umount2(".", MntFlags::MNT_DETACH).map_err(step("leaving the old root"))?;
    let flags = flags | MsFlags::MS_REMOUNT | MsFlags::MS_BIND | MsFlags::MS_RDONLY;
    mount(none, "/", none, flags, none).map_err(step("making the new root read-only"))?;
    chdir(view.cwd.as_slice()).map_err(fail("entering the working directory"))
}

fn kernel(step: &'static str, errno: nix::errno::Errno) -> SandboxError {
    SandboxError::kernel(step, Errno::from_raw_os_error(errno as i32))
}

/// Binds one source at its place, read-only. A place inside an earlier bind shows the object already.
fn place(stage: &OwnedFd, source: &Source<'_>) -> Result<(), SandboxError> {
    let fail = |errno| SandboxError::kernel("making a place in the new root", errno);
    let target = relative(&source.bind.target);
    let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
    let look = OFlags::PATH | OFlags::CLOEXEC;
    let existing = openat2(stage, target, look, Mode::empty(), resolve)
        .and_then(|fd| fstat(&fd))
        .ok();
    let this = fstat(&source.fd).map_err(fail)?;
    if existing.is_some_and(|stat| (stat.st_dev, stat.st_ino) == (this.st_dev, this.st_ino)) {
        return Ok(());
    }
    if existing.is_none() {
        make_parents(stage, &source.bind.target)?;
        if source.is_dir {
            mkdirat(stage, target, Mode::from_raw_mode(0o755)).map_err(fail)?;
        } else {
            let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::CLOEXEC;
            openat(stage, target, flags, Mode::RUSR).map_err(fail)?;
        }
    }
    let here = openat2(stage, target, look, Mode::empty(), resolve).map_err(fail)?;
    let (from, to) = (own_name(&source.fd), own_name(&here));
    let none = None::<&str>;
    let step = |step: &'static str| move |errno| kernel(step, errno);
    mount(
        Some(from.as_str()),
        to.as_str(),
        none,
        MsFlags::MS_BIND | MsFlags::MS_REC,
        none,
    )
    .map_err(step("binding what the tool may read"))?;
    let bound = openat2(stage, target, look, Mode::empty(), resolve).map_err(fail)?;
    let kept = fstatvfs(&bound).map_err(fail)?.f_flag;
    let mut flags = MsFlags::MS_REMOUNT | MsFlags::MS_BIND | MsFlags::MS_RDONLY | MsFlags::MS_NOSUID;
    // What the mount already refuses is locked in a user namespace and has to be said again.
    for (has, flag) in [
        (StatVfsMountFlags::NODEV, MsFlags::MS_NODEV),
        (StatVfsMountFlags::NOEXEC, MsFlags::MS_NOEXEC),
        (StatVfsMountFlags::NOATIME, MsFlags::MS_NOATIME),
        (StatVfsMountFlags::NODIRATIME, MsFlags::MS_NODIRATIME),
        (StatVfsMountFlags::RELATIME, MsFlags::MS_RELATIME),
    ] {
        if kept.contains(has) {
            flags |= flag;
        }
    }
    mount(none, own_name(&bound).as_str(), none, flags, none).map_err(step("making a bind read-only"))
}

/// Covers paths with something empty of the same kind.
fn cover(stage: &OwnedFd, masks: &[Vec<u8>]) -> Result<(), SandboxError> {
    if masks.is_empty() {
        return Ok(());
    }
    let fail = |errno| SandboxError::kernel("covering a protected path", errno);
    make_dirs(stage, b"/.covered/dir")?;
    let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::CLOEXEC;
    openat(stage, ".covered/file", flags, Mode::RUSR).map_err(fail)?;
    let look = OFlags::PATH | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    for mask in masks {
        let here = match openat(stage, relative(mask), look, Mode::empty()) {
            Ok(here) => here,
            Err(Errno::NOENT | Errno::NOTDIR) => continue,
            Err(errno) => return Err(fail(errno)),
        };
        let cover = match FileType::from_raw_mode(fstat(&here).map_err(fail)?.st_mode) {
            FileType::Directory => ".covered/dir",
            FileType::Symlink => continue,
            _ => ".covered/file",
        };
        let none = None::<&str>;
        mount(
            Some(cover),
            own_name(&here).as_str(),
            none,
            MsFlags::MS_BIND,
            none,
        )
        .map_err(|errno| kernel("covering a protected path", errno))?;
    }
    Ok(())
}

/// Makes all directories above a path.
fn make_parents(stage: &OwnedFd, path: &[u8]) -> Result<(), SandboxError> {
    match path.iter().rposition(|byte| *byte == b'/') {
        Some(end) => make_dirs(stage, path.get(..end).unwrap_or_default()),
        None => Ok(()),
    }
}

/// Makes a directory and all above it; only ever in the new root, since binds are placed parents first.
fn make_dirs(stage: &OwnedFd, path: &[u8]) -> Result<(), SandboxError> {
    let mut made: Vec<u8> = Vec::with_capacity(path.len());
    for part in path.split(|byte| *byte == b'/').filter(|part| !part.is_empty()) {
        if !made.is_empty() {
            made.push(b'/');
        }
        made.extend_from_slice(part);
        match mkdirat(stage, made.as_slice(), Mode::from_raw_mode(0o755)) {
            Ok(()) | Err(Errno::EXIST | Errno::ROFS) => {}
            Err(errno) => return Err(SandboxError::kernel("making a directory in the new root", errno)),
        }
    }
    Ok(())
}

fn relative(path: &[u8]) -> &[u8] {
    let start = path.iter().position(|byte| *byte != b'/').unwrap_or(path.len());
    match path.get(start..) {
        Some(rest) if !rest.is_empty() => rest,
        _ => b".",
    }
}

fn own_name(fd: &OwnedFd) -> String {
    format!("/proc/self/fd/{}", fd.as_raw_fd())
}
