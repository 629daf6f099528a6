//! What the quarantines of this user hold, and what of it is to go. Looks only; what goes is deleted by a recorded
//! call like any other. At the top of a mount several of Watchtower's directories may keep things: only what this
//! directory's ledger put there is counted, shown or let go of.

mod own;

use super::{Place, Step, Work, step::GOING};
use crate::{
    quarantine::Site,
    report::Failure,
    resolve::{Flow, Kind, Status, Visitor, status_at, walk},
    state::moment,
};
use ledger::read::Reader;
use rustix::{
    fs::{Dir, Mode, OFlags, fstatvfs, openat},
    io::Errno,
};
use serde_json::{Value as Json, json};
use std::{
    ffi::{OsStr, OsString},
    os::{
        fd::{AsFd, BorrowedFd, OwnedFd},
        unix::ffi::OsStrExt,
    },
    path::Path,
    sync::Arc,
};

/// Objects of one kept tree that are looked at for its size.
const MAX_COUNTED: u64 = 4 << 20;
/// Seconds for which an object is spared while its file system has room.
const GRACE_S: i64 = 3600;

/// One object that can be taken back.
#[derive(Debug)]
pub struct Item {
    /// The decision that put it there.
    pub seq: u64,
    /// Where it is.
    pub place: Place,
    /// When it was put there, as far as the object itself tells.
    pub since: String,
    /// Bytes on the disk, of a directory with everything in it.
    pub bytes: u64,
    at: i64,
    status: Status,
    /// Whether somebody was stopped while it was deleted, or it is a note of something that is gone.
    is_going: bool,
}

/// What is kept.
#[derive(Clone, Copy, Debug)]
pub enum Keep {
    /// For so many days and up to so many bytes, and no more than is free beside it.
    Within {
        /// Days.
        days: u64,
        /// Bytes.
        bytes: u64,
    },
    /// Nothing.
    Nothing,
}

impl Item {
    /// Whether it is what is left of something that cannot be taken back any more.
    #[must_use]
    pub fn is_remnant(&self) -> bool {
        self.is_going
    }

    /// For `--json`; `origin` is where it was before.
    #[must_use]
    pub fn to_json(&self, origin: &str) -> Json {
        let entry = self.place.name.to_string_lossy();
        json!({"seq": self.seq, "path": origin, "store": self.place.path, "entry": entry, "since": self.since,
            "kind": self.status.kind, "bytes": self.bytes})
    }
}

/// What the ledger says of an item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// Where it was before, `` where the ledger does not tell.
    pub path: String,
    /// Whether its number is that of a call that can be taken back, and not of what took one back.
    pub comes_back: bool,
}

/// What the ledger in `home` says of each item.
///
/// # Errors
/// The ledger cannot be read.
pub fn origins(home: BorrowedFd<'_>, path: &Path, items: &[Item]) -> Result<Vec<Origin>, Failure> {
    own::origins(&Reader::open(home, path)?, items)
}

/// Everything in the quarantines of this user that the ledger in `home` put there, oldest first: Watchtower's own,
/// and those at the top of other mounts.
///
/// # Errors
/// Watchtower's own is not private; the ledger cannot be read.
pub fn items(home: BorrowedFd<'_>, path: &Path, uid: u32) -> Result<Vec<Item>, Failure> {
    let mut items = Vec::new();
    let mut own = None;
    if let Site::Open(store) = Site::in_home(home, path, uid)? {
        own = status_at(store.dir.as_fd(), c".").ok().map(|status| status.id);
        collect(&store.dir, &store.path, &mut items);
    }
    let mut shared = Vec::new();
    for top in mounts() {
        let name = Path::new(OsStr::from_bytes(&top)).join(format!(".watchtower-trash-{uid}"));
        let Ok(dir) = super::place::open_dir(&name) else {
            continue;
        };
        let private = crate::resolve::status_of(&dir)
            .is_ok_and(|status| status.uid == uid && status.mode & 0o077 == 0 && Some(status.id) != own);
        if private {
            collect(&Arc::new(dir), &name, &mut shared);
        }
    }
    if !shared.is_empty() {
        items.extend(own::of_this_ledger(&Reader::open(home, path)?, shared)?);
    }
    items.sort_by_key(|item| (item.at, item.seq));
    Ok(items)
}

/// Where file systems are mounted; the table writes blanks and backslashes as octal numbers (proc_pid_mounts(5)).
fn mounts() -> Vec<Vec<u8>> {
    let table = std::fs::read("/proc/self/mounts").unwrap_or_default();
    let mut tops: Vec<Vec<u8>> = table
        .split(|b| *b == b'\n')
        .filter_map(|line| line.split(|b| *b == b' ').nth(1))
        .map(unescape)
        .collect();
    tops.sort_unstable();
    tops.dedup();
    tops
}

fn unescape(field: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((&byte, after)) = rest.split_first() {
        let octal = after
            .get(..3)
            .filter(|_| byte == b'\\')
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 8).ok());
        match octal {
            Some(decoded) => {
                out.push(decoded);
                rest = after.get(3..).unwrap_or_default();
            }
            None => {
                out.push(byte);
                rest = after;
            }
        }
    }
    out
}

/// The call whose entry has this name, and whether that is being deleted.
fn number(name: &str) -> Option<(u64, bool)> {
    let (name, is_going) = name
        .strip_suffix(GOING)
        .map_or((name, false), |name| (name, true));
    let (seq, number) = name.split_once('.')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    (seq.len() == 20 && digits(seq) && digits(number)).then_some((seq.parse().ok()?, is_going))
}

fn collect(dir: &Arc<OwnedFd>, path: &Path, items: &mut Vec<Item>) {
    let shown = policy::text::escape(path.as_os_str().as_bytes());
    let names = names(dir);
    let has = |name: &str| names.iter().any(|known| known == name);
    for name in &names {
        let text = name.to_str();
        let note = text
            .and_then(|name| name.strip_suffix(".from"))
            .filter(|of| !has(of) && !has(&format!("{of}{GOING}")))
            .and_then(number)
            .map(|(seq, _)| (seq, true));
        let entry = text.and_then(number).or(note);
        let (Some((seq, is_going)), Ok(status)) = (entry, status_at(dir.as_fd(), name.as_os_str())) else {
            continue;
        };
        let at = status.changed.sec;
        items.push(Item {
            seq,
            since: moment::text(at.saturating_mul(1_000_000)),
            bytes: whole(dir.as_fd(), name, &status),
            place: Place::within(dir, name, shown.clone()),
            at,
            status,
            is_going,
        });
    }
}

fn names(dir: &Arc<OwnedFd>) -> Vec<OsString> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let Ok(listing) = openat(dir, c".", flags, Mode::empty()).and_then(Dir::new) else {
        return Vec::new();
    };
    listing
        .filter_map(Result::ok)
        .map(|entry| OsStr::from_bytes(entry.file_name().to_bytes()).to_owned())
        .collect()
}

/// Bytes that an object occupies with everything in it, as far as it can be looked at.
fn whole(dir: BorrowedFd<'_>, name: &OsStr, status: &Status) -> u64 {
    let own = status.blocks.saturating_mul(512);
    if status.kind != Kind::Dir {
        return own;
    }
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let Ok(root) = openat(dir, name, flags, Mode::empty()) else {
        return own;
    };
    let mut size = Size { bytes: 0, objects: 0 };
    // What cannot be counted in full is at least so large.
    walk(root.as_fd(), &mut size).unwrap_or(());
    size.bytes.max(own)
}

struct Size {
    bytes: u64,
    objects: u64,
}

/// There is too much to count.
struct Enough;

impl Size {
    fn add(&mut self, status: &Status) -> Result<(), Enough> {
        self.bytes = self.bytes.saturating_add(status.blocks.saturating_mul(512));
        self.objects += 1;
        if self.objects < MAX_COUNTED {
            Ok(())
        } else {
            Err(Enough)
        }
    }
}

impl Visitor for Size {
    type Stop = Enough;

    fn enter(&mut self, _: BorrowedFd<'_>, _: &[u8], status: &Status) -> Result<Flow, Enough> {
        self.add(status).map(|()| Flow::Descend)
    }

    fn entry(&mut self, _: BorrowedFd<'_>, _: &OsStr, _: &[u8], status: &Status) -> Result<(), Enough> {
        self.add(status)
    }

    fn leave(&mut self, _: &[u8], _: &Status) -> Result<(), Enough> {
        Ok(())
    }

    fn trouble(&mut self, _: &[u8], _: Errno) -> Result<(), Enough> {
        Ok(())
    }
}

/// What is free beside one quarantine, and what that holds.
struct Room {
    store: String,
    held: u64,
    free: u64,
    is_scarce: bool,
}

/// What is not kept, oldest first: what is too old, then the oldest of what is too much. On its file system the trash
/// has no more than is left free; what is younger than an hour is spared from that as long as a twentieth is free.
#[must_use]
pub fn beyond(items: Vec<Item>, keep: Keep) -> Vec<Item> {
    let Keep::Within { days, bytes } = keep else {
        return items;
    };
    let now = moment::now() / 1_000_000;
    let age = i64::try_from(days.saturating_mul(86_400)).unwrap_or(i64::MAX);
    let mut rooms = rooms(&items);
    let mut left: u64 = items
        .iter()
        .fold(0, |sum: u64, item| sum.saturating_add(item.bytes));
    items
        .into_iter()
        .filter(|item| {
            let room = rooms.iter_mut().find(|room| room.store == item.place.path);
            let crowded = room
                .as_ref()
                .is_some_and(|room| room.held > room.free && (room.is_scarce || item.at < now - GRACE_S));
            let goes = item.is_going || item.at < now.saturating_sub(age) || left > bytes || crowded;
            if goes {
                left = left.saturating_sub(item.bytes);
                if let Some(room) = room {
                    room.held = room.held.saturating_sub(item.bytes);
                    room.free = room.free.saturating_add(item.bytes);
                }
            }
            goes
        })
        .collect()
}

fn rooms(items: &[Item]) -> Vec<Room> {
    let mut rooms: Vec<Room> = Vec::new();
    for item in items {
        if let Some(room) = rooms.iter_mut().find(|room| room.store == item.place.path) {
            room.held = room.held.saturating_add(item.bytes);
        } else if let Ok(fs) = fstatvfs(&item.place.dir) {
            rooms.push(Room {
                store: item.place.path.clone(),
                held: item.bytes,
                free: fs.f_bavail.saturating_mul(fs.f_frsize),
                is_scarce: fs.f_bavail < fs.f_blocks / 20,
            });
        }
    }
    rooms
}

/// The work of deleting objects for good.
#[must_use]
pub fn erasing(items: Vec<Item>) -> Work {
    let steps = items.into_iter().map(|item| {
        let kind: Kind = item.status.kind;
        Step::Erase(item.place, kind, item.status.id)
    });
    Work {
        steps: steps.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::{number, unescape};

    #[test]
    fn only_names_of_kept_objects_are_taken_for_some() {
        for (name, seq) in [
            ("00000000000000000007.0", Some((7, false))),
            ("00000000000000000007.12.going", Some((7, true))),
            ("00000000000000000007.0.from", None),
            ("00000000000000000007.", None),
            ("7.0", None),
            ("+0000000000000000007.0", None),
            ("00000000000000000007.x", None),
            ("notes", None),
        ] {
            assert_eq!(number(name), seq, "{name}");
        }
    }

    #[test]
    fn a_mount_point_with_a_blank_is_read_as_it_is() {
        assert_eq!(unescape(br"/media/my\040disk\134x"), b"/media/my disk\\x");
        assert_eq!(unescape(br"/a\"), br"/a\");
    }
}
