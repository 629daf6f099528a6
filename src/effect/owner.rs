//! Sets owners on the very objects that were judged, through their descriptors.
//! A symbolic link that was named is changed itself, never what it leads to.

use super::{
    plan::SetOwner,
    run::{Fault, Run, object, path_below, shown_below},
    tree::change_tree,
};
use crate::resolve::{Kind, Status, status_of};
use rustix::fs::{AtFlags, Gid, Uid, chownat};
use serde_json::json;
use std::os::fd::{AsFd, BorrowedFd};

pub(super) fn carry_out(run: &mut Run, set: &SetOwner) {
    let what = "changing ownership of";
    let held = match run.fd(set.object) {
        Ok(held) => held,
        Err(errno) => {
            let text = format!("{what} {}: {}", set.at.quoted(), Fault::Kernel(errno).text());
            return run.fail(&text, &set.at.path);
        }
    };
    let mut change =
        |run: &mut Run, fd: BorrowedFd<'_>, path: &[u8], status: &Status| apply(run, set, fd, path, status);
    if set.scope.recursive && set.judged.kind == Kind::Dir {
        change_tree(run, held.as_fd(), &set.at, &set.scope, what, &mut change);
    } else {
        // As it is now: the call may name an object twice.
        let done = status_of(&held)
            .map_err(Fault::from)
            .and_then(|now| change(run, held.as_fd(), b"", &now));
        if let Err(fault) = done {
            run.fail(
                &format!("{what} {}: {}", set.at.quoted(), fault.text()),
                &set.at.path,
            );
        }
    }
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
