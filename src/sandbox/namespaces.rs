//! Namespaces of the confined child. A kernel or container that refuses one costs that layer, which is then
//! reported as missing; policy says whether that is fatal.

use super::{
    Enforcement, SandboxError,
    plan::{self, ChildPlan, Programs},
};
use nix::sched::{CloneFlags, setns, unshare};
use rustix::{
    fs::{CWD, Mode, OFlags, openat},
    io::{Errno, write},
};
use std::{
    os::fd::OwnedFd,
    thread::{Builder, JoinHandle},
};

const NET: &str = "net";
/// Only for a tool that starts programs; see [`super::first`].
pub(super) const PID: &str = "pid";
/// Stack of the thread that makes an empty network.
const STACK_BYTES: usize = 64 << 10;

/// Namespaces that a child can have of its own, in the order in which they are recorded.
const KINDS: [(CloneFlags, &str); 6] = [
    (CloneFlags::CLONE_NEWUSER, "user"),
    (CloneFlags::CLONE_NEWNS, "mount"),
    (CloneFlags::CLONE_NEWIPC, "ipc"),
    (CloneFlags::CLONE_NEWUTS, "uts"),
    (CloneFlags::CLONE_NEWPID, PID),
    (CloneFlags::CLONE_NEWNET, NET),
];

/// The names of all that a child wants: of the network where it is to be cut off, of processes where the tool starts
/// some.
pub(crate) fn wanted(network: &plan::Network, programs: Programs) -> impl Iterator<Item = &'static str> {
    let cut = *network == plan::Network::Cut;
    let starts = programs == Programs::Some;
    KINDS
        .into_iter()
        .map(|(_, name)| name)
        .filter(move |name| (cut || *name != NET) && (starts || *name != PID))
}

/// An empty network that a thread makes meanwhile: that alone takes longer than everything else here.
#[derive(Debug)]
pub(crate) struct Network(JoinHandle<Result<OwnedFd, Errno>>);

impl Network {
    fn begin() -> Result<Self, SandboxError> {
        // Held, because by the time that the thread reads it the root may be another.
        let held = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let threads = openat(CWD, "/proc/self/task", held, Mode::empty())
            .map_err(|errno| SandboxError::kernel("looking for the own namespaces", errno))?;
        let make = move || {
            unshare(CloneFlags::CLONE_NEWNET).map_err(|errno| Errno::from_raw_os_error(errno as i32))?;
            let own = format!("{}/ns/net", rustix::thread::gettid().as_raw_nonzero());
            openat(&threads, own, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())
        };
        let thread = Builder::new().stack_size(STACK_BYTES).spawn(make);
        thread
            .map(Self)
            .map_err(|error| SandboxError::io("starting a thread for the empty network", &error))
    }

    /// Moves this process there, once it is made. A kernel that refuses one costs that layer.
    pub(crate) fn enter(self, enforced: &mut Enforcement) {
        let made = self.0.join().unwrap_or(Err(Errno::SRCH));
        let entered = made.and_then(|network| {
            setns(network, CloneFlags::CLONE_NEWNET).map_err(|errno| Errno::from_raw_os_error(errno as i32))
        });
        match entered {
            Ok(()) => enforced.namespaces.push("net".to_owned()),
            Err(errno) => enforced.miss("netns", format!("the kernel refuses it: {errno}")),
        }
    }
}

/// Enters the namespaces that are named, and begins an empty network where it is among them. Without the user's
/// none of the others is tried.
pub(crate) fn enter(named: &[String], enforced: &mut Enforcement) -> Result<Option<Network>, SandboxError> {
    let (uid, gid) = (
        rustix::process::getuid().as_raw(),
        rustix::process::getgid().as_raw(),
    );
    let is_named = |name: &str| named.iter().any(|wanted| wanted == name);
    if !is_named("user") {
        return Ok(None);
    }
    let entered: Vec<(CloneFlags, &str)> = KINDS
        .into_iter()
        .filter(|(_, name)| *name != NET && is_named(name))
        .collect();
    let flags = entered
        .iter()
        .fold(CloneFlags::empty(), |all, (flag, _)| all | *flag);
    if let Err(errno) = unshare(flags) {
        for name in named {
            enforced.miss(
                &format!("{name}ns"),
                format!("the kernel refuses it: {}", errno.desc()),
            );
        }
        return Ok(None);
    }
    let network = is_named(NET).then(Network::begin).transpose()?;
    // Before PR_SET_DUMPABLE: a process that is not dumpable does not own its own /proc files.
    put("/proc/self/setgroups", "deny")?;
    put("/proc/self/uid_map", &format!("{uid} {uid} 1"))?;
    put("/proc/self/gid_map", &format!("{gid} {gid} 1"))?;
    enforced
        .namespaces
        .extend(entered.into_iter().map(|(_, name)| name.to_owned()));
    Ok(network)
}

/// Notes every namespace that the plan wants and that was not even tried.
pub(crate) fn note_left_out(plan: &ChildPlan, enforced: &mut Enforcement) {
    for name in wanted(&plan.network, plan.programs) {
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
