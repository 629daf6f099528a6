//! Old modes, owners and times: from the record, compared with what is there now, and set again on the very object.

use super::kept::text;
use crate::resolve::{ObjectId, Status, status_of};
use rustix::{
    fs::{AtFlags, CWD, Gid, Mode, Timespec, Timestamps, UTIME_OMIT, Uid, chmod, chownat, utimensat},
    io::Errno,
};
use serde_json::Value as Json;
use std::os::fd::{AsRawFd, OwnedFd};

/// Set-user-ID and set-group-ID, which the kernel takes away when the owner changes (chown(2)).
const SPECIAL: u32 = 0o6000;

/// Attributes that are set again; none for those that stay.
#[derive(Clone, Copy, Debug, Default)]
pub struct Attributes {
    /// Permission bits, as they were and as the call left them.
    pub mode: Option<(u32, u32)>,
    /// Owner and group.
    pub owner: Option<Owner>,
    /// Last access and last change.
    pub times: Option<Times>,
}

/// Uid and gid.
#[derive(Clone, Copy, Debug)]
pub struct Owner {
    /// As they were.
    pub before: (u32, u32),
    /// As the call left them, none where that is not on record.
    pub left: Option<(u32, u32)>,
}

/// Seconds and nanoseconds.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// The last access, none where it stays.
    pub accessed: Option<(i64, i64)>,
    /// The last change.
    pub modified: (i64, i64),
    /// The last change as the call left it, none where that is not on record.
    pub left: Option<(i64, i64)>,
}

impl Attributes {
    /// From a recorded `chmod`, `chown` or `set_times`.
    ///
    /// # Errors
    /// What is not on record.
    pub(super) fn recorded(effect: &Json) -> Result<Self, String> {
        let none = Self::default();
        match text(effect, "op").unwrap_or_default() {
            "chmod" => {
                let mode = |key| text(effect, key).and_then(octal);
                let modes = mode("before").zip(mode("after"));
                Ok(Self {
                    mode: Some(modes.ok_or("its old mode is not on record")?),
                    ..none
                })
            }
            "chown" => {
                let owner = |key| {
                    let owner = effect.get(key)?;
                    small(owner.get("uid")?).zip(small(owner.get("gid")?))
                };
                let before = effect.get("before");
                let mode = before.and_then(|before| text(before, "mode")).and_then(octal);
                Ok(Self {
                    owner: Some(Owner {
                        before: owner("before").ok_or("its old owner is not on record")?,
                        left: owner("after"),
                    }),
                    mode: mode.map(|mode| (mode, mode)),
                    ..none
                })
            }
            _ => {
                let stamp = |when: &str, key: &str| {
                    let at = effect.get(when)?.get(key)?;
                    Some((at.get("sec")?.as_i64()?, at.get("nsec")?.as_i64()?))
                };
                Ok(Self {
                    times: Some(Times {
                        accessed: stamp("before", "accessed"),
                        modified: stamp("before", "modified").ok_or("its old times are not on record")?,
                        left: stamp("after", "modified"),
                    }),
                    ..none
                })
            }
        }
    }

    /// As they were before the first of two changes by one call, left as the `later` one left them.
    pub(super) fn of_an_earlier_change(&self, later: &Self) -> Self {
        let mode = self.mode.zip(later.mode);
        let owner = self.owner.zip(later.owner);
        let times = self.times.zip(later.times);
        Self {
            mode: mode.map(|((before, _), (_, left))| (before, left)),
            owner: owner.map(|(owner, later)| Owner {
                left: later.left,
                ..owner
            }),
            times: times.map(|(times, later)| Times {
                left: later.left,
                ..times
            }),
        }
    }

    /// Whether an object has them.
    pub(super) fn is_set(&self, now: &Status) -> bool {
        let modified = (now.modified.sec, i64::from(now.modified.nsec));
        let accessed = (now.accessed.sec, i64::from(now.accessed.nsec));
        self.mode.is_none_or(|(before, _)| before == now.mode)
            && self.owner.is_none_or(|owner| owner.before == (now.uid, now.gid))
            && self.times.is_none_or(|times| {
                times.modified == modified && times.accessed.is_none_or(|before| before == accessed)
            })
    }

    /// Whether an object still has the attributes that the call gave it.
    pub(super) fn fits(&self, now: &Status) -> bool {
        let stamp = (now.modified.sec, i64::from(now.modified.nsec));
        self.mode
            .filter(|_| self.owner.is_none())
            .is_none_or(|(_, left)| left == now.mode)
            && self
                .owner
                .and_then(|owner| owner.left)
                .is_none_or(|left| left == (now.uid, now.gid))
            && self
                .times
                .and_then(|times| times.left)
                .is_none_or(|left| left == stamp)
    }

    /// Sets attributes through `/proc`, on the object that the descriptor holds; on a link through the descriptor itself.
    pub(super) fn set(&self, object: &OwnedFd, id: ObjectId) -> Result<(), Errno> {
        let now = status_of(object)?;
        if now.id != id || !self.fits(&now) {
            return Err(Errno::STALE);
        }
        let path = format!("/proc/self/fd/{}", object.as_raw_fd());
        if let Some(owner) = self.owner {
            let (uid, gid) = (Uid::from_raw(owner.before.0), Gid::from_raw(owner.before.1));
            chownat(object, c"", Some(uid), Some(gid), AtFlags::EMPTY_PATH)?;
        }
        match (self.owner, self.mode) {
            (None, Some((mode, _))) => chmod(path.as_str(), Mode::from_raw_mode(mode))?,
            // The change of owner took these bits, and only these.
            (Some(_), Some((mode, _))) if mode & SPECIAL != 0 && now.mode == mode & !SPECIAL => {
                chmod(path.as_str(), Mode::from_raw_mode(mode))?;
            }
            (Some(_) | None, _) => (),
        }
        if let Some(times) = self.times {
            let spec = |(tv_sec, tv_nsec): (i64, i64)| Timespec { tv_sec, tv_nsec };
            let stays = Timespec {
                tv_sec: 0,
                tv_nsec: UTIME_OMIT,
            };
            let times = Timestamps {
                last_access: times.accessed.map_or(stays, spec),
                last_modification: spec(times.modified),
            };
            utimensat(CWD, path.as_str(), &times, AtFlags::empty())?;
        }
        Ok(())
    }
}

fn octal(text: &str) -> Option<u32> {
    u32::from_str_radix(text, 8).ok()
}

fn small(value: &Json) -> Option<u32> {
    value.as_u64().and_then(|value| u32::try_from(value).ok())
}
