//! Which program an applet runs: found in policy or in a fixed list of directories, never by the caller's PATH,
//! held open from here to its start, and identified by its content.

use super::{
    digests::Digests,
    elf::{self, Kind},
};
use crate::report::{Exit, Failure};
use policy::text::escape;
use rustix::{
    fs::{Access, AtFlags, CWD, FileType, Mode, OFlags, Stat, accessat, fstat, openat},
    io::{Errno, pread},
};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    os::{
        fd::{AsFd, OwnedFd},
        unix::ffi::OsStrExt,
    },
    path::{Path, PathBuf},
};

/// Where tools are looked for.
const DIRECTORIES: [&str; 3] = ["/usr/local/bin", "/usr/bin", "/bin"];
/// Mode bits that let others than the owner change a file.
const WRITABLE: u32 = 0o022;

/// A pinned tool.
#[derive(Debug)]
pub(crate) struct Tool {
    /// Name of the applet table: `rg`, `kubectl`.
    pub(crate) name: &'static str,
    /// Where it really is.
    pub(crate) path: PathBuf,
    /// The program itself.
    pub(crate) fd: OwnedFd,
    /// Its loader, none for a static program.
    pub(crate) loader: Option<Vec<u8>>,
    stat: Stat,
    trusted: bool,
}

impl Tool {
    /// Finds and opens a tool. `named` holds policy's absolute paths; `package` is what to install.
    ///
    /// # Errors
    /// 69 where it is not installed, 78 where what policy names cannot be used.
    pub(crate) fn find(
        name: &'static str,
        package: &str,
        named: &BTreeMap<String, String>,
    ) -> Result<Self, Failure> {
        let path = match named.get(name) {
            Some(path) if path.starts_with('/') => PathBuf::from(path),
            Some(path) => {
                return Err(Failure::new(
                    Exit::Config,
                    format!("policy names `{path}` for {name}, which is no absolute path"),
                )
                .hint("`sandbox.tools` takes absolute paths"));
            }
            None => search(name).ok_or_else(|| {
                Failure::new(Exit::Sandbox, format!("{name} is not installed")).hint(format!(
                    "install the package `{package}`, or name the program in the policy's `sandbox.tools`"
                ))
            })?,
        };
        let real = std::fs::canonicalize(&path).map_err(|error| unusable(name, &path, &error.to_string()))?;
        let real = if named.contains_key(name) {
            real
        } else {
            behind_dispatcher(name, real)
        };
        Self::open(name, real, named.contains_key(name))
    }

    fn open(name: &'static str, path: PathBuf, named: bool) -> Result<Self, Failure> {
        let failed = |errno: Errno| unusable(name, &path, &errno.to_string());
        let fd = openat(
            CWD,
            &path,
            OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW,
            Mode::empty(),
        )
        .map_err(failed)?;
        let stat = fstat(&fd).map_err(failed)?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Err(unusable(name, &path, "it is not a regular file"));
        }
        let trusted =
            path.ancestors().skip(1).all(root_owned) && stat.st_uid == 0 && stat.st_mode & WRITABLE == 0;
        if !trusted && !named {
            return Err(
                unusable(name, &path, "others than root can change it").hint(format!(
                    "name it in the policy's `sandbox.tools.{name}` if it is meant"
                )),
            );
        }
        if rustix::fs::stat("/proc/self/exe")
            .is_ok_and(|own| (own.st_dev, own.st_ino) == (stat.st_dev, stat.st_ino))
        {
            return Err(unusable(name, &path, "it is Watchtower itself"));
        }
        let Kind::Program(loader) = elf::kind(fd.as_fd()).map_err(failed)? else {
            return Err(
                unusable(name, &path, "it is a script or a program for another machine").hint(format!(
                    "name the real program in the policy's `sandbox.tools.{name}`"
                )),
            );
        };
        Ok(Self {
            name,
            path,
            fd,
            loader,
            stat,
            trusted,
        })
    }

    /// A credential plugin that policy pins by path and content.
    ///
    /// # Errors
    /// 78 where the file is not what policy pins.
    pub(crate) fn plugin(path: &Path, sha256: &str) -> Result<Self, Failure> {
        let plugin = Self::open("a credential plugin", path.to_owned(), true)?;
        let digest = plugin.digest(&mut Digests::default())?;
        if digest.eq_ignore_ascii_case(sha256) {
            return Ok(plugin);
        }
        let shown = path.display();
        Err(Failure::new(
            Exit::Config,
            format!("`{shown}` is not the plugin that policy pins"),
        )
        .hint(format!(
            "its sha256 is {digest}; `kubernetes.exec_plugins` names another"
        )))
    }

    /// What the record says of it.
    pub(crate) fn record(&self, digest: &str, version: Option<&str>) -> Json {
        json!({
            "name": self.name,
            "path": escape(self.path.as_os_str().as_bytes()),
            "dev": self.stat.st_dev,
            "ino": self.stat.st_ino,
            "sha256": digest,
            "version": version,
        })
    }

    /// SHA-256 of the program, from `cache` where the same file was hashed before and only root can change it.
    ///
    /// # Errors
    /// 69 where it cannot be read.
    pub(crate) fn digest(&self, cache: &mut Digests) -> Result<String, Failure> {
        let key = format!(
            "{}:{}:{}:{}.{}:{}.{}",
            self.stat.st_dev,
            self.stat.st_ino,
            self.stat.st_size,
            self.stat.st_mtime,
            self.stat.st_mtime_nsec,
            self.stat.st_ctime,
            self.stat.st_ctime_nsec
        );
        if self.trusted
            && let Some(known) = cache.known.get(&key)
        {
            return Ok(known.clone());
        }
        let digest = hash(&self.fd).map_err(|errno| unusable(self.name, &self.path, &errno.to_string()))?;
        if self.trusted {
            cache.known.insert(key, digest.clone());
            cache.changed = true;
        }
        Ok(digest)
    }
}

fn hash(file: &OwnedFd) -> Result<String, Errno> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0u8; 1 << 18];
    let mut at = 0u64;
    loop {
        let got = pread(file, &mut buffer, at)?;
        if got == 0 {
            return Ok(record::hash::text(&hash.finalize()));
        }
        hash.update(buffer.get(..got).unwrap_or_default());
        at += got as u64;
    }
}

fn unusable(name: &str, path: &Path, why: &str) -> Failure {
    let path = escape(path.as_os_str().as_bytes());
    Failure::new(Exit::Sandbox, format!("`{path}` cannot be used as {name}: {why}"))
}

fn search(name: &str) -> Option<PathBuf> {
    DIRECTORIES
        .iter()
        .map(|dir| Path::new(dir).join(name))
        .find(|path| accessat(CWD, path, Access::EXEC_OK, AtFlags::empty()).is_ok() && path.is_file())
}

fn root_owned(dir: &Path) -> bool {
    rustix::fs::stat(dir).is_ok_and(|stat| stat.st_uid == 0 && stat.st_mode & WRITABLE == 0)
}

/// Some installations have a `kubectl` that only starts the `kubectl.1.NN` beside it that fits the server: the
/// newest of those is the real program.
fn behind_dispatcher(name: &str, real: PathBuf) -> PathBuf {
    let Some(dir) = real.parent().filter(|_| name == "kubectl") else {
        return real;
    };
    let Ok(entries) = std::fs::read_dir(dir) else {
        return real;
    };
    let minor = |file: &std::ffi::OsStr| file.to_str()?.strip_prefix("kubectl.1.")?.parse::<u32>().ok();
    entries
        .filter_map(Result::ok)
        .filter_map(|entry| Some((minor(&entry.file_name())?, entry.path())))
        .max()
        .map_or(real, |(_, path)| path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_tool_names_the_package() {
        let failure = Tool::find("no-such-tool", "no-such-package", &BTreeMap::new()).unwrap_err();
        assert_eq!(
            (failure.code, failure.message.as_str()),
            (69, "no-such-tool is not installed")
        );
        assert!(failure.hint.contains("`no-such-package`"));
    }

    #[test]
    fn a_tool_that_its_user_can_change_is_only_taken_from_policy() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("rg");
        std::fs::write(&path, std::fs::read("/bin/sh").unwrap()).unwrap();
        let refused = Tool::open("rg", path.clone(), false).unwrap_err();
        assert!(
            refused.message.ends_with("others than root can change it"),
            "{}",
            refused.message
        );
        assert!(Tool::open("rg", path, true).is_ok());
    }

    #[test]
    fn a_script_is_not_a_tool() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("jq");
        std::fs::write(&path, "#!/bin/sh\n").unwrap();
        let refused = Tool::open("jq", path, true).unwrap_err();
        assert!(
            refused
                .message
                .ends_with("it is a script or a program for another machine"),
            "{}",
            refused.message
        );
    }

    #[test]
    fn a_digest_is_remembered_only_where_root_alone_can_change_the_file() {
        let mut cache = Digests::default();
        let shell = Tool::open("sh", std::fs::canonicalize("/bin/sh").unwrap(), false).unwrap();
        let digest = shell.digest(&mut cache).unwrap();
        assert_eq!((digest.len(), cache.known.len()), (64, 1));
        for known in cache.known.values_mut() {
            *known = "remembered".to_owned();
        }
        assert_eq!(shell.digest(&mut cache).unwrap(), "remembered");
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("sh");
        std::fs::write(&path, std::fs::read("/bin/sh").unwrap()).unwrap();
        assert_eq!(
            Tool::open("sh", path, true).unwrap().digest(&mut cache).unwrap(),
            digest
        );
        assert_eq!(cache.known.len(), 1);
    }
}
