//! A file that one of `wt`'s own commands makes: judged as a write, made in the directory that was judged, whole or
//! not at all. Never follows a link and never leaves half a file under the name.

use crate::{
    effect::{
        Outcome,
        words::{reason, way_out},
    },
    facts::workspace::real_path,
    record::hex,
    report::{Exit, Failure},
    sandbox::{Access, Grant},
};
use ledger::Permit;
use policy::text::escape;
use rustix::{
    fs::{AtFlags, CWD, Mode, OFlags, fdatasync, open, openat, renameat, unlinkat},
    io::Errno,
};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::{
    ffi::{OsStr, OsString},
    os::{fd::OwnedFd, unix::ffi::OsStrExt},
    path::{Path, PathBuf},
    sync::Arc,
};

/// A file about to be made or replaced.
#[derive(Debug)]
pub struct Product {
    dir: Arc<OwnedFd>,
    name: OsString,
    path: PathBuf,
    bytes: Vec<u8>,
}

impl Product {
    /// The file at `path`, whose directory is opened now and held.
    ///
    /// # Errors
    /// 64 where the path names no file or its directory cannot be opened.
    pub fn at(path: &Path, bytes: Vec<u8>) -> Result<Self, Failure> {
        let name = path.file_name().ok_or_else(|| {
            Failure::new(Exit::Usage, format!("`{}` names no file", path.display()))
                .hint("end the path with the name of the file to make")
        })?;
        let above = match path.parent() {
            Some(above) if above != Path::new("") => above,
            _ => Path::new("."),
        };
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let cannot = |why: &str| {
            Failure::new(Exit::Usage, format!("cannot open `{}`: {why}", above.display()))
                .hint("make the directory first")
        };
        let dir = open(above, flags, Mode::empty()).map_err(|errno| cannot(&reason(errno)))?;
        let real = real_path(&dir).ok_or_else(|| cannot("its real path cannot be had"))?;
        Ok(Self {
            dir: Arc::new(dir),
            name: name.to_owned(),
            path: real.join(name),
            bytes,
        })
    }

    /// The real path that policy judges.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Making and renaming files in the one directory.
    #[must_use]
    pub fn grants(&self) -> Vec<Grant> {
        let access = Access::WRITE | Access::MAKE_FILE | Access::REMOVE_FILE;
        vec![Grant::new(Arc::clone(&self.dir), access)]
    }

    /// Writes it beside its place, then puts it there.
    #[must_use]
    pub fn carry_out(self, permit: &Permit) -> Outcome {
        let aside = OsString::from(format!(".wt-made-{}", permit.seq()));
        let shown = escape(self.path.as_os_str().as_bytes());
        let placed = self
            .write(&aside)
            .and_then(|()| renameat(&self.dir, &aside, &self.dir, &self.name));
        match placed {
            Ok(()) => Outcome {
                effects: vec![json!({"op": "write", "path": shown, "bytes": self.bytes.len(),
                    "sha256": hex(&Sha256::digest(&self.bytes))})],
                ..Outcome::default()
            },
            Err(errno) => {
                // Only what this very call made bears that name.
                if errno != Errno::EXIST {
                    let _ = unlinkat(&self.dir, &aside, AtFlags::empty());
                }
                let why = reason(errno);
                Outcome {
                    exit_code: 1,
                    effects: vec![json!({"op": "failed", "path": shown, "error": why})],
                    name: "wt".to_owned(),
                    messages: vec![format!("cannot write `{shown}`: {why}")],
                    hint: way_out(errno).unwrap_or_default().to_owned(),
                    ..Outcome::default()
                }
            }
        }
    }

    fn write(&self, aside: &OsStr) -> Result<(), Errno> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = openat(&self.dir, aside, flags, Mode::from_raw_mode(0o666))?;
        let mut rest = self.bytes.as_slice();
        while !rest.is_empty() {
            let written = rustix::io::write(&file, rest)?;
            rest = rest.get(written..).unwrap_or_default();
        }
        fdatasync(&file)
    }
}

/// The real path of a directory that a command reads, for its judgement.
///
/// # Errors
/// 64 where it cannot be opened as a directory.
pub fn real_directory(path: &Path) -> Result<PathBuf, Failure> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let dir = openat(CWD, path, flags, Mode::empty()).map_err(|errno| {
        Failure::new(
            Exit::Usage,
            format!("cannot open `{}`: {}", path.display(), reason(errno)),
        )
        .hint("name a directory that exists and that you may enter")
    })?;
    Ok(real_path(dir).unwrap_or_else(|| path.to_owned()))
}
