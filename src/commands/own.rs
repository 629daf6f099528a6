//! A command of `wt` itself as a call: judged by policy, recorded, and done only with the permit that the record
//! gives. It is not confined: what it does, it does to Watchtower's own files, and to the output it was judged by.

use crate::{
    caller::Caller,
    engine,
    outcome::{Outcome, Output},
    report::Failure,
    withdrawal::Withdrawal,
    work::Work,
};
use policy::{Intent, Target};
use rustix::{
    fs::{AtFlags, CWD, Mode, OFlags, openat, statat},
    io::Errno,
};
use serde_json::{Map, Value, json};
use std::{
    fs::File,
    io::IsTerminal,
    os::fd::{AsRawFd, OwnedFd},
    path::{Path, PathBuf},
    sync::mpsc,
};

/// What a command did: what it found, and its effects for the record.
pub(super) type Done<T> = Result<(T, Vec<Value>), Failure>;

/// The intent of a command on the record itself.
pub(super) fn intent(operation: &'static str, params: Value) -> Intent {
    Intent {
        domain: "watchtower".into(),
        operation: operation.into(),
        targets: vec![Target {
            role: "ledger".into(),
            domain: "watchtower".into(),
            operation: operation.into(),
            name: "ledger".to_owned(),
            ..Target::default()
        }],
        params: match params {
            Value::Object(members) => members,
            _ => Map::new(),
        },
        tool: "wt".into(),
    }
}

/// Has a command judged and recorded, and carries it out if it was allowed.
pub(super) fn carry<T: 'static>(
    intent: &Intent,
    caller: &Caller,
    act: impl FnOnce() -> Done<T> + 'static,
) -> Result<T, Failure> {
    let (told, found) = mpsc::channel();
    let work = Work::own(move |_| {
        let done = act();
        let outcome = match &done {
            Ok((_, effects)) => Outcome {
                effects: effects.clone(),
                ..Outcome::default()
            },
            Err(failure) => Outcome {
                exit_code: failure.code,
                effects: vec![json!({"op": "failed", "error": failure.message})],
                ..Outcome::default()
            },
        };
        // Whoever called waits for it below.
        drop(told.send(done));
        outcome
    });
    let (mut quiet, mut stderr) = (std::io::sink(), std::io::stderr());
    let mut output = Output {
        stdout: &mut quiet,
        stderr: &mut stderr,
        terminal: std::io::stdout().is_terminal(),
        json: false,
        withdrawal: Withdrawal::default(),
    };
    engine::carry(intent, caller, work, &mut output).map_err(|stop| stop.failure())?;
    match found.try_recv() {
        Ok(done) => done.map(|(value, _)| value),
        Err(_) => Err(Failure::new(
            crate::report::Exit::Ledger,
            "the command was allowed and not carried out",
        )),
    }
}

/// A directory that a command writes to, held from before it is judged.
pub(super) struct Held {
    /// The directory.
    pub(super) dir: OwnedFd,
    /// Where it is, with nothing left to resolve.
    pub(super) path: PathBuf,
}

impl Held {
    /// Opens it.
    ///
    /// # Errors
    /// It cannot be opened, or its path cannot be told.
    pub(super) fn open(path: &Path) -> Result<Self, Errno> {
        let path = if path.as_os_str().is_empty() {
            Path::new(".")
        } else {
            path
        };
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let dir = openat(CWD, path, flags, Mode::empty())?;
        let path = place_of(&dir)?;
        Ok(Self { dir, path })
    }

    /// Whether something has that name in it.
    ///
    /// # Errors
    /// It cannot be looked at.
    pub(super) fn has(&self, name: &Path) -> Result<bool, Errno> {
        match statat(&self.dir, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(_) => Ok(true),
            Err(Errno::NOENT) => Ok(false),
            Err(errno) => Err(errno),
        }
    }

    /// Makes a new file in it, for its owner alone. A directory that was moved since it was judged is refused.
    ///
    /// # Errors
    /// There is such a name, or it cannot be made.
    pub(super) fn create(&self, name: &Path) -> Result<File, Errno> {
        if place_of(&self.dir)? != self.path {
            return Err(Errno::STALE);
        }
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        openat(&self.dir, name, flags, Mode::RUSR | Mode::WUSR).map(File::from)
    }
}

fn place_of(dir: &OwnedFd) -> Result<PathBuf, Errno> {
    std::fs::read_link(format!("/proc/self/fd/{}", dir.as_raw_fd()))
        .map_err(|e| Errno::from_io_error(&e).unwrap_or(Errno::IO))
}
