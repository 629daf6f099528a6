//! Creates an empty file, or sets the times of the very object that was judged.
//! A name that appears meanwhile is left alone.

use super::{
    plan::{Time, Touch},
    run::{Fault, Run, left, object},
};
use crate::resolve::status_of;
use rustix::fs::{
    AtFlags, CWD, Mode, OFlags, Timespec, Timestamps, UTIME_NOW, UTIME_OMIT, futimens, openat, utimensat,
};
use serde_json::{Value as Json, json};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

pub(super) fn carry_out(run: &mut Run, touch: &Touch) {
    let what = if touch.object.is_some() {
        "setting times of"
    } else {
        "cannot touch"
    };
    match apply(run, touch) {
        Ok(effect) => run.record(effect),
        Err(fault) => run.fail(
            &format!("{what} {}: {}", touch.at.quoted(), fault.text()),
            &touch.at.path,
        ),
    }
}

fn apply(run: &mut Run, touch: &Touch) -> Result<Json, Fault> {
    let times = Timestamps {
        last_access: spec(touch.accessed),
        last_modification: spec(touch.modified),
    };
    if let Some((slot, judged)) = &touch.object {
        let held = run.fd(*slot)?;
        let before = status_of(&held)?;
        set_times(held.as_ref(), &times)?;
        let now = status_of(&held)?;
        return Ok(json!({
            "op": "set_times", "path": touch.at.path, "object": object(judged.id),
            "before": {"accessed": before.accessed, "modified": before.modified},
            "after": {"accessed": now.accessed, "modified": now.modified},
        }));
    }
    let dir = run.fd(touch.at.dir)?;
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let made = openat(
        &*dir,
        &touch.at.name,
        flags,
        Mode::from_raw_mode(0o666 & !run.owner_mask()),
    )?;
    if touch.accessed != Time::Now || touch.modified != Time::Now {
        futimens(&made, &times)?;
    }
    drop(made);
    let left = left(dir.as_fd(), &touch.at.name);
    Ok(json!({"op": "create_file", "path": touch.at.path, "left": left}))
}

/// Sets times through `/proc`: an `O_PATH` descriptor names its object exactly, and futimens refuses it.
fn set_times(object: &OwnedFd, times: &Timestamps) -> Result<(), Fault> {
    Ok(utimensat(
        CWD,
        format!("/proc/self/fd/{}", object.as_raw_fd()),
        times,
        AtFlags::empty(),
    )?)
}

fn spec(time: Time) -> Timespec {
    match time {
        Time::Now => Timespec {
            tv_sec: 0,
            tv_nsec: UTIME_NOW,
        },
        Time::Keep => Timespec {
            tv_sec: 0,
            tv_nsec: UTIME_OMIT,
        },
        Time::At(stamp) => Timespec {
            tv_sec: stamp.sec,
            tv_nsec: i64::from(stamp.nsec),
        },
    }
}
