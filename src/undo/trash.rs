//! What the quarantines of this user hold, and what of it is to go. Looks only; what goes is deleted by a recorded
//! call like any other.

use super::{Place, Step, Work};
use crate::{
    quarantine::Site,
    report::Failure,
    resolve::{Kind, Status, status_at},
    state::{files, moment},
};
use serde_json::{Value as Json, json};
use std::{
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    path::Path,
    sync::Arc,
};

/// One object that can be taken back.
#[derive(Debug)]
pub struct Item {
    /// The decision that put it there.
    pub seq: u64,
    /// Where it is.
    pub place: Place,
    /// When it was put there, as far as the object itself tells.
    pub since: String,
    /// Bytes on the disk; of a directory, of its entry alone.
    pub bytes: u64,
    at: i64,
    status: Status,
}

/// What is kept.
#[derive(Clone, Copy, Debug)]
pub struct Keep {
    /// For how many days, none for no time at all.
    pub days: Option<u64>,
    /// How many bytes.
    pub bytes: u64,
}

impl Item {
    /// For `--json`.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let entry = self.place.name.to_string_lossy();
        json!({"seq": self.seq, "store": self.place.path, "entry": entry, "since": self.since,
            "kind": self.status.kind, "bytes": self.bytes})
    }
}

/// Everything in the quarantines of this user: Watchtower's own, and those at the top of other mounts.
///
/// # Errors
/// Watchtower's own is not private.
pub fn items(home: BorrowedFd<'_>, path: &Path, uid: u32) -> Result<Vec<Item>, Failure> {
    let mut items = Vec::new();
    if let Site::Open(store) = Site::in_home(home, path, uid)? {
        collect(&store.dir, &store.path, &mut items);
    }
    for top in mounts() {
        let name = Path::new(&top).join(format!(".watchtower-trash-{uid}"));
        let Ok(dir) = super::place::open_dir(&name) else {
            continue;
        };
        let private =
            crate::resolve::status_of(&dir).is_ok_and(|status| status.uid == uid && status.mode & 0o077 == 0);
        if private {
            collect(&Arc::new(dir), &name, &mut items);
        }
    }
    items.sort_by_key(|item| (item.at, item.seq));
    Ok(items)
}

/// Where file systems are mounted.
fn mounts() -> Vec<String> {
    let table = std::fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    let mut tops: Vec<String> = table
        .lines()
        .filter_map(|line| line.split(' ').nth(1))
        .filter(|top| !top.contains('\\'))
        .map(str::to_owned)
        .collect();
    tops.sort_unstable();
    tops.dedup();
    tops
}

fn collect(dir: &Arc<OwnedFd>, path: &Path, items: &mut Vec<Item>) {
    for name in files::list(dir.as_fd(), ".").unwrap_or_default() {
        let number = name
            .split_once('.')
            .filter(|(seq, _)| seq.len() == 20)
            .and_then(|(seq, _)| seq.parse().ok());
        let (Some(seq), Ok(status)) = (number, status_at(dir.as_fd(), name.as_str())) else {
            continue;
        };
        let at = rustix::fs::statat(dir, name.as_str(), rustix::fs::AtFlags::SYMLINK_NOFOLLOW)
            .map_or(0, |stat| stat.st_ctime);
        items.push(Item {
            seq,
            since: moment::text(at.saturating_mul(1_000_000)),
            bytes: status.blocks.saturating_mul(512),
            place: Place::within(
                dir,
                &name,
                policy::text::escape(path.as_os_str().as_encoded_bytes()),
            ),
            at,
            status,
        });
    }
}

/// What is not kept: what is too old, then the oldest of what is too much.
#[must_use]
pub fn beyond(items: Vec<Item>, keep: Keep) -> Vec<Item> {
    let days = keep
        .days
        .map(|days| i64::try_from(days.saturating_mul(86_400)).unwrap_or(i64::MAX));
    let oldest = days.map(|seconds| (moment::now() / 1_000_000).saturating_sub(seconds));
    let mut left: u64 = items.iter().map(|item| item.bytes).sum();
    items
        .into_iter()
        .filter(|item| {
            let goes = oldest.is_none_or(|oldest| item.at < oldest) || left > keep.bytes;
            if goes {
                left = left.saturating_sub(item.bytes);
            }
            goes
        })
        .collect()
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
