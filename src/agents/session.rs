//! The workspace of an agent's session: the one of its first call, whatever directory the agent goes to later. Roots
//! that policy names stay roots; every other one is outside from then on.

use crate::{
    caller::Caller,
    ground::Ground,
    record::hex,
    report::{Exit, Failure},
    state::files::{self, Sync},
};
use rustix::{
    fs::{AtFlags, CWD, Mode, OFlags, openat, statat},
    io::Errno,
};
use sha2::{Digest, Sha256};
use std::{
    ffi::OsString,
    os::{
        fd::{AsFd, BorrowedFd, OwnedFd},
        unix::ffi::{OsStrExt, OsStringExt},
    },
    path::{Path, PathBuf},
    sync::OnceLock,
};

/// Where the roots of sessions are kept, below Watchtower's directory.
const DIR: &str = "sessions";
/// Longest path.
const MAX_BYTES: u64 = 4096;
/// A session that began longer ago is forgotten, and its next call is its first; in seconds.
const KEPT_S: i64 = 90 * 24 * 3600;

/// The ground of a call: of its session's workspace where the agent has gone elsewhere since.
pub(crate) fn ground(caller: &mut Caller) -> Result<Ground, Failure> {
    let ground = Ground::of(caller)?;
    let now = here(&ground);
    // A call without a session holds to its own workspace, whatever directory its tool names.
    let first = if caller.session.is_empty() {
        now.clone()
    } else {
        first(caller, &ground, now.as_deref())?
    };
    caller.root = Some(opened(first.as_deref())?);
    if first == now {
        return Ok(ground);
    }
    Ground::of(caller)
}

/// Holds the calls of one server to the workspace of the first of them.
pub(crate) fn hold(caller: &mut Caller, first: &OnceLock<Option<PathBuf>>) -> Result<(), Failure> {
    let root = match first.get() {
        Some(root) => root,
        None => {
            let now = here(&Ground::of(caller)?);
            first.get_or_init(|| now)
        }
    };
    caller.root = Some(opened(root.as_deref())?);
    Ok(())
}

fn here(ground: &Ground) -> Option<PathBuf> {
    ground.workspace.as_ref().map(|root| root.path.clone())
}

/// A root, held. One that is none or is gone is no workspace, which the top of the tree never is either.
fn opened(root: Option<&Path>) -> Result<OwnedFd, Failure> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let open = |path: &Path| openat(CWD, path, flags, Mode::empty());
    let top = Path::new("/");
    root.map_or_else(|| open(top), open)
        .or_else(|_| open(top))
        .map_err(|e| Failure::new(Exit::Config, format!("cannot open `/`: {e}")))
}

/// The workspace of the session's first call, which this one is where nothing is remembered.
fn first(caller: &Caller, ground: &Ground, now: Option<&Path>) -> Result<Option<PathBuf>, Failure> {
    let dir = ground.home.dir.as_fd();
    let failed = |e: Errno| {
        Failure::new(
            Exit::Config,
            format!("cannot keep `{}/{DIR}`: {e}", ground.home.path.display()),
        )
    };
    let digest = Sha256::digest(format!("{}\n{}", caller.agent.name, caller.session));
    let name = format!("{DIR}/{}", hex(&digest).get(..32).unwrap_or_default());
    if let Some(bytes) = files::read(dir, &name, MAX_BYTES).map_err(failed)? {
        let path = (!bytes.is_empty()).then(|| PathBuf::from(OsString::from_vec(bytes)));
        return Ok(path);
    }
    forget_old(dir).map_err(failed)?;
    let bytes = now.map_or(&b""[..], |path| path.as_os_str().as_bytes());
    files::replace(dir, &name, bytes, Sync::Lazy).map_err(failed)?;
    Ok(now.map(Path::to_owned))
}

/// Takes away what sessions of long ago left.
fn forget_old(dir: BorrowedFd<'_>) -> Result<(), Errno> {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Realtime).tv_sec;
    for name in files::list(dir, DIR)? {
        let path = format!("{DIR}/{name}");
        let old =
            statat(dir, &path, AtFlags::SYMLINK_NOFOLLOW).is_ok_and(|stat| now - stat.st_mtime > KEPT_S);
        if old {
            files::remove(dir, &path)?;
        }
    }
    Ok(())
}
