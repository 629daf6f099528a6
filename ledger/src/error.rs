//! Why the ledger cannot be written or read, in words for a person, each with a way out.

use rustix::io::Errno;
use std::{fmt, io, path::Path, path::PathBuf};

/// The way out of a record that nothing can be written after.
pub const ASIDE: &str = "move Watchtower's directory aside and keep it; `wt init` makes a new record, \
     and `wt verify` with `WATCHTOWER_DIR` set to the old one says what of it holds";

/// A ledger that cannot be written or read. Nothing was done by the call that met it.
#[derive(Debug)]
#[non_exhaustive]
pub enum LedgerError {
    /// An operation on a file failed.
    Io {
        /// What was tried: `open`, `write`, `sync`, ...
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// What the kernel said.
        source: io::Error,
    },
    /// There is no ledger here.
    Missing {
        /// The directory.
        path: PathBuf,
    },
    /// There is nothing of the Python predecessor here.
    NoLegacy {
        /// The directory.
        path: PathBuf,
    },
    /// There is a ledger here already.
    Exists {
        /// The directory.
        path: PathBuf,
    },
    /// Other writers held the lock for too long.
    Busy {
        /// The lock file.
        path: PathBuf,
        /// How long was waited.
        seconds: u64,
    },
    /// A file is not what a ledger may consist of: a link, a fifo, a file of somebody else.
    Unfit {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The end of the ledger is not as the last writer left it.
    Tampered {
        /// The file.
        path: PathBuf,
        /// What was expected and what is there.
        why: String,
    },
    /// An entry before the last is damaged, so that none can be written after it.
    Broken {
        /// The segment.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// There was a ledger, and none of its segments is left.
    Emptied {
        /// The directory.
        path: PathBuf,
    },
    /// A sync failed earlier; what is on the disk is not known.
    Poisoned {
        /// The marker.
        path: PathBuf,
    },
    /// Policy demands a seal that this ledger does not have, or its key is gone.
    Unsealed {
        /// The directory.
        path: PathBuf,
        /// What is missing.
        why: &'static str,
    },
    /// An entry that cannot be written.
    Draft {
        /// What is wrong with it.
        why: String,
    },
    /// What was asked for cannot be had of this ledger.
    Asked {
        /// Why.
        why: String,
    },
    /// Calls were stopped while this one was being judged.
    Stopped {
        /// The entry that stopped them.
        seq: u64,
    },
    /// The disk is full; the reserve was used to say so.
    Suspended {
        /// The directory.
        path: PathBuf,
    },
}

impl LedgerError {
    /// An operation on a file of the ledger that failed: the verb for it, the file, and the error, `errno` or other.
    pub fn io(doing: &'static str, path: &Path, source: impl Into<io::Error>) -> Self {
        Self::Io {
            doing,
            path: path.to_path_buf(),
            source: source.into(),
        }
    }

    /// The kernel's errno, where it is one.
    pub(super) fn errno(&self) -> Option<Errno> {
        match self {
            Self::Io { source, .. } => source.raw_os_error().map(Errno::from_raw_os_error),
            _ => None,
        }
    }

    /// What a person can do about it: one line, lower case, no final period, `` where the message says all there is.
    pub fn hint(&self) -> String {
        match self {
            Self::Io { path, source, .. } => match source.raw_os_error().map(Errno::from_raw_os_error) {
                Some(Errno::NOSPC | Errno::DQUOT) => {
                    "free some space; nothing was done and nothing recorded is lost".to_owned()
                }
                Some(Errno::FBIG) => {
                    "raise the limit on file sizes, `ulimit -f`, for whoever calls; nothing was done and \
                     nothing recorded is lost"
                        .to_owned()
                }
                Some(Errno::ACCESS | Errno::PERM) => format!("check who owns `{}`", path.display()),
                Some(Errno::ROFS) => "the file system is read-only; mount it read-write".to_owned(),
                Some(Errno::MFILE | Errno::NFILE) => "too many files are open; raise `ulimit -n`".to_owned(),
                _ => "run `wt doctor`".to_owned(),
            },
            Self::Missing { .. } => "run `wt init`; if there was a ledger, restore it first".to_owned(),
            Self::NoLegacy { .. } => {
                "its files are named `ledger-YYYYmmdd-HHMMSS.jsonl`; name their directory, or one of them"
                    .to_owned()
            }
            Self::Exists { .. } => "`wt status` shows it; `wt verify` checks it".to_owned(),
            Self::Busy { .. } => {
                "another `wt` holds the lock; see `fuser` on that file, then try again".to_owned()
            }
            Self::Unfit { path, .. } => format!(
                "find out who made `{}` what it is, then restore it",
                path.display()
            ),
            Self::Tampered { .. } => {
                "run `wt verify`; `wt clean --recover --reason WHY` records the loss and goes on".to_owned()
            }
            Self::Broken { .. } | Self::Emptied { .. } => ASIDE.to_owned(),
            Self::Poisoned { .. } => {
                "check the disk, then `wt verify`; `wt clean --recover --reason WHY` goes on".to_owned()
            }
            Self::Unsealed { .. } => {
                "restore `keys/seal`, or start a sealed ledger with `wt init --seal`".to_owned()
            }
            Self::Draft { .. } => {
                "say less in one call: split its operands, as `xargs -n 400` does".to_owned()
            }
            Self::Asked { .. } => String::new(),
            Self::Stopped { .. } => "`wt status` says why; `wt thaw` lets calls go on".to_owned(),
            Self::Suspended { .. } => "free some space; the next call goes on and says so".to_owned(),
        }
    }
}

impl fmt::Display for LedgerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { doing, path, source } => {
                let text = source.to_string();
                let text = text.split(" (os error").next().unwrap_or_default().to_lowercase();
                write!(f, "cannot {doing} `{}`: {text}", path.display())
            }
            Self::Missing { path } => write!(f, "no ledger in `{}`", path.display()),
            Self::NoLegacy { path } => {
                write!(f, "no ledger of the Python predecessor in `{}`", path.display())
            }
            Self::Exists { path } => write!(f, "there is a ledger in `{}` already", path.display()),
            Self::Busy { path, seconds } => {
                write!(f, "the ledger lock `{}` was held for {seconds} s", path.display())
            }
            Self::Unfit { path, why } => write!(f, "`{}` {why}", path.display()),
            Self::Tampered { path, why } | Self::Broken { path, why } => {
                write!(f, "`{}` {why}", path.display())
            }
            Self::Emptied { path } => {
                write!(f, "`{}` had a ledger, and its segments are gone", path.display())
            }
            Self::Poisoned { path } => {
                write!(
                    f,
                    "a sync of the ledger failed earlier, as `{}` says",
                    path.display()
                )
            }
            Self::Unsealed { path, why } => write!(f, "the ledger in `{}` {why}", path.display()),
            Self::Draft { why } => write!(f, "the entry cannot be recorded: {why}"),
            Self::Asked { why } => f.write_str(why),
            Self::Stopped { seq } => write!(f, "calls are stopped since entry {seq}"),
            Self::Suspended { path } => {
                write!(f, "the disk of the ledger in `{}` is full", path.display())
            }
        }
    }
}

impl std::error::Error for LedgerError {}
