//! Settings files on disk: read within a limit, replaced as a whole, with a copy of what was there.

use crate::{
    agents::setup::{Change, Settings},
    report::{Exit, Failure},
};
use rustix::{
    fs::{AtFlags, CWD, Mode, OFlags, mkdirat, openat, renameat, unlinkat},
    io::Errno,
};
use std::{
    fs::File,
    io::{Read, Write},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

/// No settings file is read beyond this.
const MAX_SETTINGS_BYTES: u64 = 8 << 20;

/// What a file becomes, from what it is now.
pub(super) fn planned(file: &Settings, remove: bool) -> Result<Change, Failure> {
    // A link to a file elsewhere stays a link; what it leads to is edited.
    let path = match std::fs::canonicalize(&file.path) {
        Ok(path) => path,
        // A file in its place would part it from what it is meant to lead to.
        Err(e) if file.path.is_symlink() => {
            return Err(failed("follow the link", &file.path, &e)
                .hint("make the file that it leads to, or remove the link; nothing was changed"));
        }
        Err(_) => file.path.clone(),
    };
    let file = Settings {
        path,
        edits: file.edits.clone(),
    };
    let before = match openat(
        CWD,
        &file.path,
        OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK,
        Mode::empty(),
    ) {
        Ok(fd) => Some(read(File::from(fd)).map_err(|e| failed("read", &file.path, &e))?),
        Err(Errno::NOENT | Errno::NOTDIR) => None,
        Err(e) => return Err(failed("open", &file.path, &e)),
    };
    file.change(before, remove)
}

fn read(file: File) -> std::io::Result<String> {
    if !file.metadata()?.is_file() {
        return Err(std::io::Error::other("it is not a regular file"));
    }
    let mut text = String::new();
    let length = file.take(MAX_SETTINGS_BYTES + 1).read_to_string(&mut text)?;
    if length as u64 > MAX_SETTINGS_BYTES {
        return Err(std::io::Error::other("it is too large for a settings file"));
    }
    Ok(text)
}

/// Writes what was planned, with a copy of what was there beside it.
pub(super) fn carry_out(change: &Change) -> Result<(), Failure> {
    let path = &change.path;
    let mode = std::fs::metadata(path).map_or(0o600, |meta| meta.mode() & 0o777);
    if let Some(before) = &change.before {
        replace(&beside(path, "watchtower-backup"), before, mode)?;
    }
    match &change.after {
        Some(after) => replace(path, after, mode),
        None => match unlinkat(CWD, path, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(e) => Err(failed("remove", path, &e)),
        },
    }
}

/// Writes a file beside its place and renames it there, so that a reader sees the old text or the new.
fn replace(path: &Path, text: &str, mode: u32) -> Result<(), Failure> {
    make_parents(path)?;
    let fresh = beside(path, "watchtower-new");
    let result = (|| {
        match unlinkat(CWD, &fresh, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => {}
            Err(e) => return Err(std::io::Error::from(e)),
        }
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mut file = File::from(openat(CWD, &fresh, flags, Mode::from_raw_mode(mode))?);
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        renameat(CWD, &fresh, CWD, path)?;
        Ok(())
    })();
    result.map_err(|e| failed("write", path, &e))
}

fn make_parents(path: &Path) -> Result<(), Failure> {
    let parents: Vec<&Path> = path.ancestors().skip(1).collect();
    for parent in parents
        .into_iter()
        .rev()
        .filter(|parent| !parent.as_os_str().is_empty())
    {
        match mkdirat(CWD, parent, Mode::from_raw_mode(0o700)) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(e) => return Err(failed("make", parent, &e)),
        }
    }
    Ok(())
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{suffix}"));
    path.with_file_name(name)
}

fn failed(what: &str, path: &Path, e: &dyn std::fmt::Display) -> Failure {
    Failure::new(Exit::Config, format!("cannot {what} `{}`: {e}", path.display()))
}
