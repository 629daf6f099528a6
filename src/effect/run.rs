//! One effect under way: the descriptors it holds, what it has said, what it has changed.
//! Counts and records; never acts on its own.

use super::{
    Outcome,
    changes::Changes,
    plan::{Slot, Spot, Trouble},
    words::{quote, reason, way_out},
};
use crate::{
    quarantine::entry_name,
    resolve::{Kind, ObjectId, Stamp, status_at},
    withdrawal::Withdrawal,
};
use rustix::{
    io::Errno,
    time::{ClockId, clock_gettime},
};
use serde_json::{Value as Json, json};
use std::{
    ffi::{OsStr, OsString},
    os::{
        fd::{BorrowedFd, OwnedFd},
        unix::ffi::OsStrExt,
    },
    sync::Arc,
};

/// Bytes that are kept of each: what is said on stdout, and messages.
const MAX_MESSAGE_BYTES: usize = 1 << 20;

/// Names for kept objects that one call looks through.
const MAX_ENTRIES: u32 = 1 << 16;

/// Why a step could not be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The kernel's answer.
    Kernel(Errno),
    /// The name no longer led to the object that was judged; nothing was changed.
    Swapped,
    /// Something could not be put back: an object has a name of the quarantine, or of something unfinished.
    Stranded,
    /// Some objects of a tree failed; each was told.
    Told,
}

impl From<Errno> for Fault {
    fn from(errno: Errno) -> Self {
        Self::Kernel(errno)
    }
}

impl Fault {
    /// Whether what was made under a temporary name still has it, rather than something that was there before.
    pub(super) fn leaves_made(self) -> bool {
        self != Self::Stranded
    }

    pub(super) fn text(self) -> String {
        match self {
            Self::Kernel(errno) => reason(errno),
            Self::Swapped => "it is no longer the object that was judged; nothing was changed".to_owned(),
            Self::Stranded => {
                "it could be neither finished nor put back; it is in the trash, or beside its place as \
                `.wt-...tmp`"
                    .to_owned()
            }
            Self::Told => "not all of it".to_owned(),
        }
    }
}

/// See the module.
pub(super) struct Run {
    pub(super) verbose: bool,
    pub(super) umask: u32,
    pub(super) withdrawal: Withdrawal,
    held: Vec<Arc<OwnedFd>>,
    seq: u64,
    number: u32,
    /// Paths of directories that went.
    gone: Vec<String>,
    changes: Changes,
    outcome: Outcome,
    /// Bytes of the messages so far.
    told: usize,
}

impl Run {
    /// What the mask takes from the owner. The rest of it is in force in this process, so that the kernel applies it, or
    /// in its place the default access list of a directory (umask(2)).
    pub(super) const fn owner_mask(&self) -> u32 {
        self.umask & 0o700
    }

    pub(super) fn new(tool: String, verbose: bool, umask: u32, held: Vec<Arc<OwnedFd>>, seq: u64) -> Self {
        Self {
            verbose,
            umask,
            withdrawal: Withdrawal::default(),
            held,
            seq,
            number: 0,
            gone: Vec::new(),
            changes: Changes::default(),
            outcome: Outcome {
                name: tool,
                ..Outcome::default()
            },
            told: 0,
        }
    }

    pub(super) fn fd(&self, slot: Slot) -> Result<Arc<OwnedFd>, Errno> {
        self.held.get(slot.0).map(Arc::clone).ok_or(Errno::BADF)
    }

    /// Keeps in mind that a directory has left its place.
    pub(super) fn went(&mut self, kind: Kind, path: &str) {
        if kind == Kind::Dir {
            self.gone.push(path.to_owned());
        }
    }

    /// That a name did not leave with a directory that this call took away: it is judged where it was, and held.
    pub(super) fn still_there(&self, spot: &Spot) -> Result<(), Errno> {
        let below = |gone: &String| {
            spot.path
                .strip_prefix(gone.as_str())
                .is_some_and(|rest| rest.starts_with('/'))
        };
        if self.gone.iter().any(below) {
            return Err(Errno::NOENT);
        }
        Ok(())
    }

    /// The next name for an object in a quarantine.
    pub(super) fn entry(&mut self) -> String {
        let name = entry_name(self.seq, self.number);
        self.number = self.number.saturating_add(1);
        name
    }

    /// The next name that nothing in this quarantine has.
    pub(super) fn free_entry(&mut self, store: BorrowedFd<'_>) -> String {
        let mut entry = self.entry();
        while status_at(store, entry.as_str()).is_ok() && self.may_rename_entry() {
            entry = self.entry();
        }
        entry
    }

    /// Whether a name that was taken may be left for the next one; not without end.
    pub(super) fn may_rename_entry(&self) -> bool {
        self.number < MAX_ENTRIES
    }

    /// Leaves out the numbers below this one.
    pub(super) fn count_from(&mut self, number: u32) {
        self.number = self.number.max(number);
    }

    /// The next name for something unfinished beside its final name.
    pub(super) fn temporary(&mut self) -> OsString {
        let name = format!(".wt-{}-{}-{}.tmp", self.seq, std::process::id(), self.number);
        self.number = self.number.saturating_add(1);
        name.into()
    }

    pub(super) fn trouble(&mut self, trouble: &Trouble) {
        if trouble.fails {
            self.fail(&trouble.text, &trouble.path);
        } else if !trouble.text.is_empty() {
            self.note(&trouble.text);
        }
    }

    /// Tells of a failure and records it; the exit code is 1.
    pub(super) fn fail(&mut self, text: &str, path: &str) {
        self.note(text);
        self.outcome.exit_code = 1;
        self.record(json!({"op": "failed", "path": path, "error": text}));
    }

    /// The text of a fault. What to do about the first one is the call's hint.
    pub(super) fn because(&mut self, fault: Fault) -> String {
        match fault {
            Fault::Kernel(Errno::CANCELED) => self.withdrawal.words(),
            Fault::Kernel(errno) => {
                if self.outcome.hint.is_empty() {
                    self.outcome.hint = way_out(errno).unwrap_or_default().to_owned();
                }
                fault.text()
            }
            Fault::Swapped | Fault::Stranded | Fault::Told => fault.text(),
        }
    }

    /// Tells and records that the call was taken back before its next step.
    pub(super) fn withdrawn(&mut self) {
        let text = self.withdrawal.words();
        self.note(&text);
        self.record(json!({"op": "failed", "error": text}));
        self.outcome.exit_code = 1;
    }

    /// Tells something on stderr.
    pub(super) fn note(&mut self, text: &str) {
        if self.told + text.len() <= MAX_MESSAGE_BYTES {
            self.told += text.len();
            self.outcome.messages.push(text.to_owned());
        }
    }

    /// Tells of a change on stdout where that was asked for.
    pub(super) fn say(&mut self, text: impl FnOnce() -> String) {
        if self.verbose {
            let line = format!("{}\n", text());
            if self.outcome.stdout.len() + line.len() <= MAX_MESSAGE_BYTES {
                self.outcome.stdout.extend_from_slice(line.as_bytes());
            }
        }
    }

    /// Records a change.
    pub(super) fn record(&mut self, effect: Json) {
        self.changes.add(effect);
    }

    pub(super) fn finish(mut self) -> Outcome {
        self.outcome.effects = self.changes.finish();
        if self.outcome.exit_code != 0 {
            self.outcome.exit_code = self.withdrawal.exit_code().unwrap_or(self.outcome.exit_code);
        }
        self.outcome
    }
}

/// How something that was made is left, for an undo to tell whether anybody has changed it since: which object, what the
/// kernel stamped on the last change of it (statx(2), `stx_ctime`), and its size. For a tree it is the time now, which none of
/// those stamps can be beyond. Null where it cannot be looked at any more.
pub(super) fn left(dir: BorrowedFd<'_>, name: &OsStr) -> Json {
    match status_at(dir, name) {
        Ok(made) if made.kind == Kind::Dir => {
            let now = clock_gettime(ClockId::Realtime);
            let nsec = u32::try_from(now.tv_nsec).unwrap_or_default();
            json!({"object": object(made.id), "changed": Stamp { sec: now.tv_sec, nsec }})
        }
        Ok(made) => json!({"object": object(made.id), "changed": made.changed, "bytes": made.size}),
        Err(_) => Json::Null,
    }
}

/// An operand as messages show it.
pub(super) fn shown(operand: &OsStr) -> String {
    quote(operand.as_bytes())
}

/// A directory as messages show it: of several final slashes one is left.
pub(super) fn shown_directory(operand: &OsStr) -> String {
    let bytes = operand.as_bytes();
    let end = bytes.iter().rposition(|b| *b != b'/').map_or(0, |last| last + 1);
    quote(bytes.get(..end + 1).unwrap_or(bytes))
}

/// A path below an operand as messages show it.
pub(super) fn shown_below(operand: &OsStr, below: &[u8]) -> String {
    if below.is_empty() {
        return shown(operand);
    }
    let mut whole = operand.as_bytes().to_vec();
    while whole.len() > 1 && whole.ends_with(b"/") {
        whole.pop();
    }
    if !whole.ends_with(b"/") {
        whole.push(b'/');
    }
    whole.extend_from_slice(below);
    quote(&whole)
}

/// A resolved path and one below it, as the record has them.
pub(super) fn path_below(path: &str, below: &[u8]) -> String {
    if below.is_empty() {
        return path.to_owned();
    }
    format!("{}/{}", path.trim_end_matches('/'), policy::text::escape(below))
}

/// The identity of an object in the record.
pub(super) fn object(id: ObjectId) -> Json {
    json!({"dev": id.dev, "ino": id.ino})
}

impl Spot {
    pub(super) fn quoted(&self) -> String {
        shown(&self.shown)
    }
}
