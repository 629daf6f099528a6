//! Protected paths below the operands of a search: they are covered in the child's view and counted in the facts,
//! so that a search of a home is a search of everything in it but its secrets.

use super::operand::Operand;
use crate::{
    caller::Caller,
    report::{Exit, Failure},
};
use policy::{Places, Protect, text::escape};
use rustix::{
    fs::{Dir, FileType, Mode, OFlags, openat},
    io::Errno,
};
use std::{
    ffi::OsStr,
    os::{
        fd::{AsFd, OwnedFd},
        unix::ffi::OsStrExt,
    },
    path::{Path, PathBuf},
};

/// Entries that are looked at where policy adds paths of its own.
const MAX_ENTRIES: usize = 1_000_000;
/// Depth of directories, likewise.
const MAX_DEPTH: usize = 256;

/// The homes of the caller and Watchtower's directories in them, resolved.
pub(super) fn places(caller: &Caller) -> Places {
    let real = |path: PathBuf| std::fs::canonicalize(&path).unwrap_or(path);
    let redirected = caller.env.get(OsStr::new("WATCHTOWER_DIR")).map(PathBuf::from);
    let own = caller
        .homes
        .iter()
        .map(|home| home.join(".watchtower"))
        .chain(redirected);
    Places {
        homes: caller
            .homes
            .iter()
            .map(|home| shown(real(home.clone())))
            .collect(),
        watchtower: own.map(|dir| shown(real(dir))).collect(),
    }
}

/// Absolute paths below an operand that may not be read.
pub(super) fn below(operand: &Operand, protect: &Protect, places: &Places) -> Result<Vec<Vec<u8>>, Failure> {
    let Some(found) = operand
        .found
        .as_ref()
        .filter(|found| found.kind() == FileType::Directory)
    else {
        return Ok(Vec::new());
    };
    let real = escape(operand.real.as_os_str().as_bytes());
    let others = homes_below(&operand.real);
    let mut out: Vec<Vec<u8>> = protect
        .secrets_below(&real, places, &others)
        .into_iter()
        .filter(|path| Path::new(path).symlink_metadata().is_ok())
        .map(String::into_bytes)
        .collect();
    if protect.adds_paths() {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let walked = openat(&found.fd, ".", flags, Mode::empty()).and_then(|dir| {
            let mut left = MAX_ENTRIES;
            walk(
                &dir,
                operand.real.as_os_str().as_bytes(),
                MAX_DEPTH,
                &mut left,
                &mut out,
                &|path| protect.read_protected(&escape(path), places).is_some(),
            )
        });
        walked.map_err(|errno| {
            Failure::new(
                Exit::Sandbox,
                format!("cannot look for protected paths below `{real}`: {errno}"),
            )
            .hint("search a smaller directory")
        })?;
    }
    out.sort();
    out.dedup();
    Ok(out)
}

/// Homes of other people below a directory that holds them.
fn homes_below(dir: &Path) -> Vec<String> {
    if !Path::new("/home").starts_with(dir) {
        return dir
            .starts_with("/home")
            .then(|| dir.iter().take(3).collect::<PathBuf>())
            .map(shown)
            .into_iter()
            .collect();
    }
    let entries = std::fs::read_dir("/home")
        .into_iter()
        .flatten()
        .filter_map(Result::ok);
    entries
        .map(|entry| shown(entry.path()))
        .chain(["/root".to_owned()])
        .collect()
}

fn shown(path: PathBuf) -> String {
    escape(path.as_os_str().as_bytes())
}

fn walk(
    dir: &OwnedFd,
    path: &[u8],
    depth: usize,
    left: &mut usize,
    out: &mut Vec<Vec<u8>>,
    is_protected: &dyn Fn(&[u8]) -> bool,
) -> Result<(), Errno> {
    if depth == 0 {
        return Err(Errno::LOOP);
    }
    for entry in Dir::read_from(dir.as_fd())? {
        let entry = entry?;
        let name = entry.file_name().to_bytes();
        if matches!(name, b"." | b"..") {
            continue;
        }
        *left = left.checked_sub(1).ok_or(Errno::TOOBIG)?;
        let inner = [path, b"/", name].concat();
        if is_protected(&inner) {
            out.push(inner);
            continue;
        }
        if matches!(entry.file_type(), FileType::Directory | FileType::Unknown) {
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            match openat(dir, name, flags, Mode::empty()) {
                Ok(next) => walk(&next, &inner, depth - 1, left, out, is_protected)?,
                // Not a directory after all, gone, or closed to the caller and so to the tool.
                Err(Errno::NOTDIR | Errno::NOENT | Errno::LOOP | Errno::ACCESS) => {}
                Err(errno) => return Err(errno),
            }
        }
    }
    Ok(())
}
