//! Segment files: their names, how they are found, opened and checked. Never writes entries.

use super::{LedgerError, tail::Left};
use rustix::{
    fs::{AtFlags, FileType, Mode, OFlags, RenameFlags, StatxFlags, openat, statat, statx},
    io::Errno,
};
use std::{
    ffi::OsStr,
    fs::File,
    os::{fd::BorrowedFd, unix::ffi::OsStrExt},
    path::{Path, PathBuf},
};

/// The ledger's directory as this module sees it: a descriptor, and a name for messages.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// Opened for reading by the caller, who checked its owner and mode.
    pub dir: BorrowedFd<'a>,
    /// As the person named it.
    pub shown: &'a Path,
}

impl Place<'_> {
    /// The name of a file in it, for messages.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.shown.join(name)
    }

    /// Makes the names in the directory durable.
    pub(super) fn sync(&self) -> Result<(), LedgerError> {
        rustix::fs::fsync(self.dir).map_err(|e| LedgerError::io("sync", self.shown, e))
    }

    /// Opens a file below it; never follows a link, never waits for a fifo.
    pub(super) fn open(&self, name: &str, flags: OFlags, mode: Mode) -> Result<File, LedgerError> {
        let all = flags | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        match openat(self.dir, name, all, mode) {
            Ok(fd) => Ok(File::from(fd)),
            Err(Errno::LOOP) => Err(LedgerError::Unfit {
                path: self.path(name),
                why: "is a symlink",
            }),
            Err(e) => Err(LedgerError::io("open", &self.path(name), e)),
        }
    }

    /// Whether a name exists in it.
    pub(super) fn has(&self, name: &str) -> Result<bool, LedgerError> {
        match rustix::fs::accessat(self.dir, name, rustix::fs::Access::EXISTS, AtFlags::empty()) {
            Ok(()) => Ok(true),
            Err(Errno::NOENT) => Ok(false),
            Err(e) => Err(LedgerError::io("look for", &self.path(name), e)),
        }
    }
}

/// The newest segment as this writer has it open.
#[derive(Debug)]
pub(super) struct Segment {
    pub(super) first: u64,
    pub(super) file: File,
    /// As it was when this writer opened it.
    pub(super) opened: Shape,
    /// What this writer left in the cache; while that is still there, the tail was checked.
    pub(super) left: Option<Left>,
}

/// What is known of an open segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// Its length.
    pub size: u64,
    /// Its number on its file system.
    pub inode: u64,
    /// Whether its name is gone, as after a redaction replaced the file.
    pub unlinked: bool,
}

/// The name of the segment whose first entry is `first`.
pub(super) fn name(first: u64) -> String {
    format!("ledger-{first:020}.jsonl")
}

/// The path of a segment, for messages.
pub(super) fn path(place: Place<'_>, first: u64) -> PathBuf {
    place.path(&name(first))
}

/// The first entry's number that a segment's name tells, none for other names.
pub(super) fn first_of(name: &OsStr) -> Option<u64> {
    let digits = name
        .as_bytes()
        .strip_prefix(b"ledger-")?
        .strip_suffix(b".jsonl")?;
    let all = digits.len() == 20 && digits.iter().all(u8::is_ascii_digit);
    all.then(|| std::str::from_utf8(digits).ok()?.parse().ok())
        .flatten()
        .filter(|&first| first > 0)
}

/// The first numbers of all segments, ascending.
pub(super) fn list(place: Place<'_>) -> Result<Vec<u64>, LedgerError> {
    let fail = |e: Errno| LedgerError::io("list", place.shown, e);
    let mut firsts = Vec::new();
    for item in rustix::fs::Dir::read_from(place.dir).map_err(fail)? {
        if let Some(first) = first_of(OsStr::from_bytes(item.map_err(fail)?.file_name().to_bytes())) {
            firsts.push(first);
        }
    }
    firsts.sort_unstable();
    Ok(firsts)
}

/// Opens a segment for reading.
pub(super) fn open_read(place: Place<'_>, first: u64) -> Result<(File, Shape), LedgerError> {
    opened(place, first, OFlags::RDONLY)
}

/// Opens a segment for appending.
pub(super) fn open_append(place: Place<'_>, first: u64) -> Result<(File, Shape), LedgerError> {
    opened(place, first, OFlags::RDWR | OFlags::APPEND)
}

/// The length of a segment, none where it cannot be had.
pub(super) fn size(place: Place<'_>, first: u64) -> Option<u64> {
    let stat = statat(place.dir, name(first), AtFlags::SYMLINK_NOFOLLOW).ok()?;
    u64::try_from(stat.st_size).ok()
}

fn opened(place: Place<'_>, first: u64, flags: OFlags) -> Result<(File, Shape), LedgerError> {
    let name = name(first);
    let file = place.open(&name, flags, Mode::RUSR | Mode::WUSR)?;
    let shape = shape(&file, &place.path(&name))?;
    Ok((file, shape))
}

/// Makes a new, empty segment for appending.
pub(super) fn create(place: Place<'_>, first: u64) -> Result<(File, Shape), LedgerError> {
    opened(
        place,
        first,
        OFlags::RDWR | OFlags::APPEND | OFlags::CREATE | OFlags::EXCL,
    )
}

/// Gives a segment without a single whole line the name `ledger-<first>.torn-<n>`; its bytes stay.
pub(super) fn set_aside(place: Place<'_>, first: u64) -> Result<String, LedgerError> {
    let old = name(first);
    for n in 1..1000 {
        let new = format!("ledger-{first:020}.torn-{n}");
        match rustix::fs::renameat_with(place.dir, &old, place.dir, &new, RenameFlags::NOREPLACE) {
            Ok(()) => return Ok(new),
            Err(Errno::EXIST) => {}
            Err(e) => return Err(LedgerError::io("set aside", &place.path(&old), e)),
        }
    }
    Err(LedgerError::io("set aside", &place.path(&old), Errno::EXIST))
}

/// Makes a closed segment read-only, against accidents; a failure changes nothing about the record.
pub(super) fn close_off(file: &File) {
    rustix::fs::fchmod(file, Mode::RUSR).ok();
}

/// Looks at an open file of the ledger: it must be a regular file under one name.
pub(super) fn shape(file: &File, path: &Path) -> Result<Shape, LedgerError> {
    shape_of(file, || path.to_path_buf())
}

/// [`shape`], for who knows the path only when it is asked for.
pub(super) fn shape_of(file: &File, path: impl Fn() -> PathBuf) -> Result<Shape, LedgerError> {
    // Times are not asked for: a file whose times were read gets new ones, and with them a journal entry, from
    // each write.
    let wanted = StatxFlags::TYPE | StatxFlags::MODE | StatxFlags::NLINK | StatxFlags::SIZE | StatxFlags::INO;
    let (mode, links, size, inode) = match statx(file, "", AtFlags::EMPTY_PATH, wanted) {
        Ok(stat) => (
            u32::from(stat.stx_mode),
            u64::from(stat.stx_nlink),
            stat.stx_size,
            stat.stx_ino,
        ),
        // A sandbox from before this call.
        Err(Errno::NOSYS) => {
            let stat = rustix::fs::fstat(file).map_err(|e| LedgerError::io("look at", &path(), e))?;
            (
                stat.st_mode,
                stat.st_nlink,
                u64::try_from(stat.st_size).unwrap_or(0),
                stat.st_ino,
            )
        }
        Err(e) => return Err(LedgerError::io("look at", &path(), e)),
    };
    let unfit = |why| LedgerError::Unfit { path: path(), why };
    if FileType::from_raw_mode(mode) != FileType::RegularFile {
        return Err(unfit("is no regular file"));
    }
    if links > 1 {
        return Err(unfit("has a second name"));
    }
    if mode & 0o022 != 0 {
        return Err(unfit("can be written by others"));
    }
    Ok(Shape {
        size,
        inode,
        unlinked: links == 0,
    })
}

#[cfg(test)]
mod tests {
    use super::{first_of, name};
    use std::ffi::OsStr;

    #[test]
    fn only_exact_names_are_segments() {
        assert_eq!(name(42), "ledger-00000000000000000042.jsonl");
        assert_eq!(first_of(OsStr::new(&name(42))), Some(42));
        for other in [
            "ledger-42.jsonl",
            "ledger-00000000000000000042.jsonl.zst",
            "ledger-00000000000000000000.jsonl",
            "ledger-+0000000000000000042.jsonl",
            "xledger-00000000000000000042.jsonl",
            "ledger-99999999999999999999.jsonl",
        ] {
            assert_eq!(first_of(OsStr::new(other)), None, "{other}");
        }
    }
}
