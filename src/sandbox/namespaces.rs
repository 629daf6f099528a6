//! Namespaces of the confined child. A kernel or container that refuses one costs that layer, which is then
//! reported as missing; policy says whether that is fatal.

use super::{Enforcement, SandboxError};
use nix::sched::{CloneFlags, unshare};
use rustix::{
    fs::{CWD, Mode, OFlags, openat},
    io::write,
};

/// Enters its own user, mount, IPC and UTS namespaces, and an empty network where `cut` asks for it.
pub(crate) fn enter(cut: bool, without: &[String], enforced: &mut Enforcement) -> Result<(), SandboxError> {
    let left_out = |name: &str| without.iter().any(|layer| layer == name);
    let (uid, gid) = (
        rustix::process::getuid().as_raw(),
        rustix::process::getgid().as_raw(),
    );
    let mut flags = CloneFlags::CLONE_NEWUSER;
    let mut names = vec!["user"];
    for (flag, name) in [
        (CloneFlags::CLONE_NEWNS, "mount"),
        (CloneFlags::CLONE_NEWIPC, "ipc"),
        (CloneFlags::CLONE_NEWUTS, "uts"),
        (CloneFlags::CLONE_NEWNET, "net"),
    ] {
        if name == "net" && !cut {
            continue;
        }
        if left_out(name) {
            enforced.miss(&format!("{name}ns"), "left out");
            continue;
        }
        flags |= flag;
        names.push(name);
    }
    let refused = if left_out("user") {
        Err(nix::errno::Errno::EPERM)
    } else {
        unshare(flags)
    };
    if let Err(errno) = refused {
        for name in names {
            enforced.miss(
                &format!("{name}ns"),
                format!("the kernel refuses it: {}", errno.desc()),
            );
        }
        return Ok(());
    }
    // Before PR_SET_DUMPABLE: a process that is not dumpable does not own its own /proc files.
    put("/proc/self/setgroups", "deny")?;
    put("/proc/self/uid_map", &format!("{uid} {uid} 1"))?;
    put("/proc/self/gid_map", &format!("{gid} {gid} 1"))?;
    enforced.namespaces.extend(names.into_iter().map(str::to_owned));
    Ok(())
}

fn put(path: &str, text: &str) -> Result<(), SandboxError> {
    let failed = |errno| SandboxError::kernel("mapping the user of the namespace", errno);
    let file = openat(CWD, path, OFlags::WRONLY | OFlags::CLOEXEC, Mode::empty()).map_err(failed)?;
    write(&file, text.as_bytes()).map_err(failed).map(drop)
}
