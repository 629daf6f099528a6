//! How much a confined child may use, and that it may do nothing that needs a privilege. Only ever lowers.

use super::{Enforcement, SandboxError, plan::ChildPlan, seccomp::TOOL_FD};
use rustix::{
    io::Errno,
    process::{Resource, Rlimit, setrlimit},
    thread::{CapabilitySet, CapabilitySets},
};
use std::os::fd::OwnedFd;

/// Open files of the tool.
const MAX_OPEN: u64 = 256;

/// Lets descriptors up to the tool's place exist, until `limit` lowers it for good.
pub(super) fn raise_open_limit(tool: OwnedFd) -> Result<OwnedFd, SandboxError> {
    let now = rustix::process::getrlimit(Resource::Nofile);
    let needed = u64::try_from(TOOL_FD).unwrap_or(u64::MAX) + 1;
    if let Some(hard) = now.maximum.filter(|hard| *hard < needed) {
        return Err(SandboxError::Refused {
            step: "placing the tool",
            why: format!("the hard limit on open files is {hard} and must be {needed}; raise `ulimit -Hn`"),
        });
    }
    if now.current.is_some_and(|current| current < needed) {
        let raised = Rlimit {
            current: Some(needed),
            maximum: now.maximum,
        };
        setrlimit(Resource::Nofile, raised)
            .map_err(|errno| SandboxError::kernel("raising the limit of open files", errno))?;
    }
    Ok(tool)
}

pub(super) fn limit(plan: &ChildPlan, enforced: &mut Enforcement) -> Result<(), SandboxError> {
    let limits = plan.limits;
    let mut all = vec![
        (Resource::Nofile, "open_files", MAX_OPEN),
        (Resource::Core, "core", 0),
        (Resource::Cpu, "cpu_s", limits.cpu_s),
        (Resource::As, "memory_bytes", limits.memory_bytes),
        (Resource::Fsize, "file_bytes", limits.file_bytes),
    ];
    if rustix::process::getuid().is_root() {
        // Whoever is root outside stays uncounted in any namespace.
        enforced.miss("processes", "the kernel does not limit the processes of root");
    } else if enforced.has_namespace("user") {
        all.push((Resource::Nproc, "processes", limits.processes));
    } else {
        enforced.miss(
            "processes",
            "without a user namespace they would be counted with the caller's own",
        );
    }
    for (resource, name, value) in all {
        let hard = rustix::process::getrlimit(resource)
            .maximum
            .map_or(value, |hard| hard.min(value));
        setrlimit(
            resource,
            Rlimit {
                current: Some(hard),
                maximum: Some(hard),
            },
        )
        .map_err(|errno| SandboxError::kernel("setting a resource limit", errno))?;
        enforced.limits.push(format!("{name}={hard}"));
    }
    Ok(())
}

pub(super) fn drop_capabilities(enforced: &mut Enforcement) -> Result<(), SandboxError> {
    for capability in CapabilitySet::all().iter() {
        match rustix::thread::remove_capability_from_bounding_set(capability) {
            // EINVAL: newer than the kernel. EPERM: it had none to begin with, and no_new_privs keeps it so.
            Ok(()) | Err(Errno::INVAL | Errno::PERM) => {}
            Err(errno) => return Err(SandboxError::kernel("dropping capabilities", errno)),
        }
    }
    let fail = |errno| SandboxError::kernel("dropping capabilities", errno);
    rustix::thread::clear_ambient_capability_set().map_err(fail)?;
    let none = CapabilitySet::empty();
    rustix::thread::set_capabilities(
        None,
        CapabilitySets {
            effective: none,
            permitted: none,
            inheritable: none,
        },
    )
    .map_err(fail)?;
    enforced.capabilities_dropped = true;
    Ok(())
}
