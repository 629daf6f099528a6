//! Sets modes on the very objects that were judged, through their descriptors.
//! Never gives set-user-ID, set-group-ID or world-writable bits that an object does not have.

use super::{
    plan::SetMode,
    run::{Fault, Run, object, path_below, shown_below},
    tree::change_all,
    words::letters,
};
use crate::resolve::{Kind, Status};
use applets::mode::Mode as Asked;
use rustix::{
    fs::{AtFlags, CWD, Mode, chmodat},
    io::Errno,
};
use serde_json::json;
use std::os::fd::{AsRawFd, BorrowedFd};

/// Bits of `new` that give rights nobody may give: set-user-ID, set-group-ID, and writing for everyone without the
/// sticky bit; those that the object has already are not counted.
#[must_use]
pub(crate) fn hazards(old: u32, new: u32) -> u32 {
    let open = |mode: u32| if mode & 0o1002 == 0o002 { 0o002 } else { 0 };
    let bad = |mode: u32| (mode & 0o6000) | open(mode);
    bad(new) & !bad(old)
}

pub(super) fn carry_out(run: &mut Run, set: &SetMode) {
    let Some(asked) = Asked::parse(&set.mode) else {
        return run.fail(&format!("invalid mode: {}", set.mode), &set.at.path);
    };
    let mut change = |run: &mut Run, fd: BorrowedFd<'_>, path: &[u8], status: &Status| {
        apply(run, set, &asked, fd, path, status)
    };
    let object = (set.object, set.judged.kind);
    change_all(
        run,
        object,
        &set.at,
        &set.scope,
        "changing permissions of",
        &mut change,
    );
}

fn apply(
    run: &mut Run,
    set: &SetMode,
    asked: &Asked,
    fd: BorrowedFd<'_>,
    path: &[u8],
    status: &Status,
) -> Result<(), Fault> {
    let new = asked.apply(status.mode, status.kind == Kind::Dir, run.umask);
    if hazards(status.mode, new) != 0 {
        return Err(Fault::Kernel(Errno::PERM));
    }
    // chmod of the descriptor itself works for files that may not be opened (fchmod refuses O_PATH).
    let link = format!("/proc/self/fd/{}", fd.as_raw_fd());
    chmodat(CWD, link, Mode::from_raw_mode(new), AtFlags::empty())?;
    let name = || shown_below(&set.at.shown, path);
    let old = status.mode;
    if new == old {
        run.say(|| format!("mode of {} retained as {old:04o} ({})", name(), letters(old)));
        return Ok(());
    }
    run.say(|| {
        format!(
            "mode of {} changed from {old:04o} ({}) to {new:04o} ({})",
            name(),
            letters(old),
            letters(new)
        )
    });
    run.record(json!({
        "op": "chmod", "path": path_below(&set.at.path, path), "object": object(status.id),
        "before": format!("{old:04o}"), "after": format!("{new:04o}"),
    }));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::hazards;

    #[test]
    fn only_bits_that_are_new_and_dangerous_count() {
        for (old, new, bits) in [
            (0o644, 0o755, 0),
            (0o755, 0o4755, 0o4000),
            (0o4755, 0o4700, 0),
            (0o755, 0o2755, 0o2000),
            (0o755, 0o777, 0o002),
            (0o755, 0o1777, 0),
            (0o1777, 0o777, 0o002),
            (0o666, 0o646, 0),
            (0o644, 0o6777, 0o6002),
        ] {
            assert_eq!(hazards(old, new), bits, "{old:o} -> {new:o}");
        }
    }
}
