//! Namespaces of the confined child. A kernel or container that refuses one costs that layer, which is then
//! reported as missing; policy says whether that is fatal.

use super::{Enforcement, SandboxError, plan::Network};
use nix::sched::{CloneFlags, unshare};
use rustix::{
    fs::{CWD, Mode, OFlags, openat},
    io::write,
};

/// Namespaces that a child can have of its own, in the order in which they are recorded.
const KINDS: [(CloneFlags, &str); 5] = [
    (CloneFlags::CLONE_NEWUSER, "user"),
    (CloneFlags::CLONE_NEWNS, "mount"),
    (CloneFlags::CLONE_NEWIPC, "ipc"),
    (CloneFlags::CLONE_NEWUTS, "uts"),
    (CloneFlags::CLONE_NEWNET, "net"),
];

/// The names of all that a child wants: of the network only where it is to be cut off.
pub(crate) fn wanted(network: &Network) -> impl Iterator<Item = &'static str> {
    let cut = *network == Network::Cut;
    KINDS
        .into_iter()
        .map(|(_, name)| name)
        .filter(move |name| cut || *name != "net")
}

/// Enters the namespaces that are named. Without the user's none of the others is tried.
pub(crate) fn enter(named: &[String], enforced: &mut Enforcement) -> Result<(), SandboxError> {
    let (uid, gid) = (
        rustix::process::getuid().as_raw(),
        rustix::process::getgid().as_raw(),
    );
    let kinds: Vec<(CloneFlags, &str)> = KINDS
        .into_iter()
        .filter(|(_, name)| named.iter().any(|wanted| wanted == name))
        .collect();
    if !kinds.iter().any(|(_, name)| *name == "user") {
        return Ok(());
    }
    let flags = kinds.iter().fold(CloneFlags::empty(), |all, (flag, _)| all | *flag);
    if let Err(errno) = unshare(flags) {
        for (_, name) in kinds {
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
    enforced
        .namespaces
        .extend(kinds.into_iter().map(|(_, name)| name.to_owned()));
    Ok(())
}

/// Notes every namespace that the plan wants and that was not even tried.
pub(crate) fn note_left_out(network: &Network, enforced: &mut Enforcement) {
    for name in wanted(network) {
        let layer = format!("{name}ns");
        let known = enforced.has_namespace(name) || enforced.missing.iter().any(|miss| miss.layer == layer);
        if !known {
            enforced.miss(&layer, "left out");
        }
    }
}

fn put(path: &str, text: &str) -> Result<(), SandboxError> {
    let failed = |errno| SandboxError::kernel("mapping the user of the namespace", errno);
    let file = openat(CWD, path, OFlags::WRONLY | OFlags::CLOEXEC, Mode::empty()).map_err(failed)?;
    write(&file, text.as_bytes()).map_err(failed).map(drop)
}
