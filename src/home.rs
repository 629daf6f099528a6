//! Watchtower's own directory: which one is used, whether it can be trusted, and the policy layers read from it
//! and beside it. Everything is opened once and checked on the descriptor; a doubt is a refusal.

use crate::{
    caller::Caller,
    record::hex,
    report::{Exit, Failure},
};
use policy::Layer;
use rustix::{
    fs::{CWD, FileType, Mode, OFlags, openat},
    io::Errno,
};
use sha2::{Digest, Sha256};
use std::{
    ffi::OsStr,
    fs::File,
    io::Read,
    os::{
        fd::{AsFd, BorrowedFd, OwnedFd},
        unix::ffi::OsStrExt,
    },
    path::{Path, PathBuf},
};

/// The system's policy layer.
const SYSTEM_POLICY: &str = "/etc/watchtower/policy.json";
/// A symlink that an administrator makes; where it exists it names the directory, whatever the caller says.
const SYSTEM_PIN: &str = "/etc/watchtower/home";
/// Name of the directory below a home.
pub(crate) const DEFAULT_NAME: &str = ".watchtower";
/// Name of a policy layer in Watchtower's directory and in a project's `.watchtower`.
pub(crate) const POLICY_NAME: &str = "policy.json";
/// No policy file is read beyond this.
pub const MAX_POLICY_BYTES: u64 = 4 << 20;

/// How the directory was chosen; recorded with every call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// `~/.watchtower`.
    Default,
    /// `$WATCHTOWER_DIR`.
    Environment,
    /// Pinned by the administrator.
    Pinned,
}

impl Chosen {
    /// The word in the record.
    pub fn word(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Environment => "environment",
            Self::Pinned => "pinned",
        }
    }
}

/// Watchtower's directory, opened and checked.
#[derive(Debug)]
pub struct Home {
    /// Opened for reading, so that it can be listed and synced.
    pub dir: OwnedFd,
    /// As named.
    pub path: PathBuf,
    /// How it was chosen.
    pub chosen: Chosen,
    /// Owner of the directory.
    pub owner: u32,
}

/// The bytes of one policy layer.
#[derive(Debug)]
pub struct LayerFile {
    /// Which layer.
    pub layer: Layer,
    /// Where it was read from.
    pub path: PathBuf,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Their SHA-256, hex.
    pub sha256: String,
}

/// Returns the directory that this caller's calls are recorded in, without opening it.
///
/// # Errors
/// No home is known, or `WATCHTOWER_DIR` is relative.
pub fn locate(caller: &Caller) -> Result<(PathBuf, Chosen), Failure> {
    if let Ok(target) = rustix::fs::readlinkat(CWD, SYSTEM_PIN, Vec::new()) {
        return Ok((
            PathBuf::from(OsStr::from_bytes(target.as_bytes())),
            Chosen::Pinned,
        ));
    }
    if let Some(dir) = caller
        .env
        .get(OsStr::new("WATCHTOWER_DIR"))
        .filter(|dir| !dir.is_empty())
    {
        let dir = PathBuf::from(dir);
        if !dir.is_absolute() {
            return Err(Failure::new(
                Exit::Config,
                format!("WATCHTOWER_DIR `{}` is not absolute", dir.display()),
            )
            .hint("give the full path, or unset it to use `~/.watchtower`"));
        }
        return Ok((dir, Chosen::Environment));
    }
    let home = caller
        .homes
        .iter()
        .find(|home| rustix::fs::stat(home.as_path()).is_ok_and(|stat| stat.st_uid == caller.uid))
        .ok_or_else(|| {
            Failure::new(
                Exit::Config,
                format!("`{}` owns no home directory", caller.principal),
            )
            .hint("set WATCHTOWER_DIR to a directory of your own")
        })?;
    Ok((home.join(DEFAULT_NAME), Chosen::Default))
}

impl Home {
    /// Opens the caller's directory.
    ///
    /// # Errors
    /// 78 where it does not exist, is a symlink, belongs to somebody else, or others may write to it.
    pub fn open(caller: &Caller) -> Result<Self, Failure> {
        let (path, chosen) = locate(caller)?;
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let dir = openat(CWD, &path, flags, Mode::empty()).map_err(|e| cannot_open(&path, e))?;
        let stat = rustix::fs::fstat(&dir).map_err(|e| cannot_open(&path, e))?;
        if stat.st_uid != caller.uid && stat.st_uid != 0 {
            return Err(Failure::new(
                Exit::Config,
                format!("`{}` belongs to another user", path.display()),
            )
            .hint("unset WATCHTOWER_DIR, or point it at a directory of your own"));
        }
        if stat.st_mode & 0o022 != 0 {
            return Err(Failure::new(
                Exit::Config,
                format!("`{}` can be written by others", path.display()),
            )
            .hint(format!("chmod 700 {}", path.display())));
        }
        Ok(Self {
            dir,
            path,
            chosen,
            owner: stat.st_uid,
        })
    }

    /// Reads the layers that hold everywhere: the system's, the user's, and the passwd home's where the directory
    /// was redirected.
    ///
    /// # Errors
    /// 78 where a file is not trustworthy or no layer exists.
    pub fn layers(&self, caller: &Caller) -> Result<Vec<LayerFile>, Failure> {
        let system = Path::new(SYSTEM_POLICY);
        let mut found = Vec::with_capacity(3);
        found.extend(read_layer(
            Layer::System,
            caller.uid,
            CWD,
            system,
            system.to_owned(),
        )?);
        let name = Path::new(POLICY_NAME);
        found.extend(read_layer(
            Layer::User,
            caller.uid,
            self.dir.as_fd(),
            name,
            self.path.join(name),
        )?);
        let own = caller
            .homes
            .last()
            .map(|home| home.join(DEFAULT_NAME))
            .filter(|own| *own != self.path);
        if let Some(path) = own.map(|own| own.join(name)) {
            found.extend(read_layer(Layer::User, caller.uid, CWD, &path, path.clone())?);
        }
        if found.is_empty() {
            return Err(
                Failure::new(Exit::Config, format!("no policy in `{}`", self.path.display()))
                    .hint("run `wt init` to write the default policy"),
            );
        }
        Ok(found)
    }

    /// Reads the project's layer below the workspace root `dir`, shown as `root`.
    ///
    /// # Errors
    /// 78 where the file is not trustworthy.
    pub fn project_layer(
        &self,
        caller: &Caller,
        dir: BorrowedFd<'_>,
        root: &Path,
    ) -> Result<Option<LayerFile>, Failure> {
        let name = Path::new(DEFAULT_NAME).join(POLICY_NAME);
        read_layer(Layer::Project, caller.uid, dir, &name, root.join(&name))
    }
}

fn cannot_open(path: &Path, e: Errno) -> Failure {
    let failure = Failure::new(Exit::Config, format!("cannot open `{}`: {e}", path.display()));
    match e {
        Errno::NOENT => failure.hint("run `wt init`"),
        Errno::LOOP | Errno::NOTDIR => failure.hint("it must be a directory, not a link or a file"),
        _ => failure,
    }
}

fn read_layer(
    layer: Layer,
    uid: u32,
    dir: BorrowedFd<'_>,
    name: &Path,
    shown: PathBuf,
) -> Result<Option<LayerFile>, Failure> {
    let config = |text: String| Failure::new(Exit::Config, text);
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let fd = match openat(dir, name, flags, Mode::empty()) {
        Ok(fd) => fd,
        Err(Errno::NOENT | Errno::NOTDIR) => return Ok(None),
        Err(e) => return Err(config(format!("cannot open policy `{}`: {e}", shown.display()))),
    };
    let stat = rustix::fs::fstat(&fd)
        .map_err(|e| config(format!("cannot examine policy `{}`: {e}", shown.display())))?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return Err(config(format!(
            "policy `{}` is not a regular file",
            shown.display()
        )));
    }
    if (stat.st_uid != uid && stat.st_uid != 0) || stat.st_mode & 0o022 != 0 {
        return Err(
            config(format!("policy `{}` can be changed by others", shown.display())).hint(format!(
                "it must be yours or root's: chmod go-w {}",
                shown.display()
            )),
        );
    }
    let mut bytes = Vec::with_capacity(usize::try_from(stat.st_size).unwrap_or(0).min(1 << 20) + 1);
    let mut file = File::from(fd).take(MAX_POLICY_BYTES + 1);
    file.read_to_end(&mut bytes)
        .map_err(|e| config(format!("cannot read policy `{}`: {e}", shown.display())))?;
    if bytes.len() as u64 > MAX_POLICY_BYTES {
        return Err(config(format!(
            "policy `{}` is larger than {MAX_POLICY_BYTES} bytes",
            shown.display()
        )));
    }
    Ok(Some(LayerFile {
        layer,
        path: shown,
        sha256: hex(&Sha256::digest(&bytes)),
        bytes,
    }))
}
