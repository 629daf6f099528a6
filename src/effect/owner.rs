//! Sets owners on the very objects that were judged, through their descriptors.
//! A symbolic link that was named is changed itself, never what it leads to.

use super::{
    plan::SetOwner,
    run::{Fault, Run, object, path_below, shown_below},
    tree::change_all,
};
use crate::resolve::Status;
use rustix::fs::{AtFlags, Gid, Uid, chownat};
use serde_json::json;
use std::os::fd::BorrowedFd;

pub(super) fn carry_out(run: &mut Run, set: &SetOwner) {
    let mut change =
        |run: &mut Run, fd: BorrowedFd<'_>, path: &[u8], status: &Status| apply(run, set, fd, path, status);
    let object = (set.object, set.judged.kind);
    change_all(
        run,
        object,
        &set.at,
        &set.scope,
        "changing ownership of",
        &mut change,
    );
}

fn apply(
    run: &mut Run,
    set: &SetOwner,
    fd: BorrowedFd<'_>,
    path: &[u8],
    status: &Status,
) -> Result<(), Fault> {
    let (uid, gid) = (set.uid.unwrap_or(status.uid), set.gid.unwrap_or(status.gid));
    if (uid, gid) == (status.uid, status.gid) {
        // Nor does the kernel take set-ID bits away, as it does for an owner who is given what is his.
        run.say(|| {
            format!(
                "ownership of {} retained as {uid}:{gid}",
                shown_below(&set.at.shown, path)
            )
        });
        return Ok(());
    }
    chownat(
        fd,
        c"",
        set.uid.map(Uid::from_raw),
        set.gid.map(Gid::from_raw),
        AtFlags::EMPTY_PATH,
    )?;
    run.say(|| {
        let name = shown_below(&set.at.shown, path);
        format!(
            "changed ownership of {name} from {}:{} to {uid}:{gid}",
            status.uid, status.gid
        )
    });
    run.record(json!({
        "op": "chown", "path": path_below(&set.at.path, path), "object": object(status.id),
        "before": {"uid": status.uid, "gid": status.gid, "mode": format!("{:04o}", status.mode)},
        "after": {"uid": uid, "gid": gid},
    }));
    Ok(())
}
