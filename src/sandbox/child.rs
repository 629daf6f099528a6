//! `wt __confine`: the process that confines itself and then becomes the pinned tool. The order matters: what
//! needs a privilege comes before the step that gives it up, and nothing runs before the recorded decision.

use super::{
    Access, Enforcement, Grant, Mode as Where, SandboxError, close_inherited, first,
    landlock::{NEWEST, Outside, restrict},
    namespaces,
    native::install,
    plan::{Bytes, ChildPlan, Network, View},
    privilege::{drop_capabilities, limit, raise_open_limit},
    seccomp::{self, Profile, TOOL_FD},
    view,
    wire::Channel,
};
use landlock::ABI;
use nix::{fcntl::AtFlags, sys::signal::SigSet};
use rustix::{
    fs::{CWD, MemfdFlags, Mode, OFlags, memfd_create, openat},
    io::{Errno, FdFlags, fcntl_dupfd_cloexec, fcntl_setfd, write},
    process::{DumpableBehavior, Signal, chdir},
};
use std::{
    ffi::{CString, OsString},
    os::fd::{AsFd, AsRawFd, OwnedFd},
    process::ExitCode,
    sync::Arc,
};

/// Exit code where the tool could not be started.
const NOT_STARTED: u8 = 69;

/// What the child answers once, before it waits.
pub(crate) type Report = Result<Enforcement, String>;

/// Confines this process and becomes the tool; returns only where that fails. `args` name the namespaces to take
/// before the plan comes. Standard input is the socket to `wt`, which closes as the sign that the tool has begun.
pub fn main(args: &[OsString]) -> ExitCode {
    // A server holds signals back for itself; a tool takes them as any program does. No mask is ever refused.
    SigSet::empty().thread_set_mask().unwrap_or(());
    let Ok(socket) = fcntl_dupfd_cloexec(std::io::stdin(), 3) else {
        return ExitCode::from(NOT_STARTED);
    };
    let channel = Channel::from_fd(socket);
    let begun = match prepare(&channel, args) {
        Ok(begun) => begun,
        Err(error) => return unstarted(&channel, &error),
    };
    if begun.place == Place::Outside && begun.enforced.has_namespace(namespaces::PID) {
        return first::stand_by(channel, &begun.enforced)
            .unwrap_or_else(|(channel, error)| unstarted(&channel, &error));
    }
    match confine(&channel, begun).and_then(|ready| ready.become_tool(&channel)) {
        Ok(()) => ExitCode::from(NOT_STARTED),
        Err(error) => unstarted(&channel, &error),
    }
}

fn unstarted(channel: &Channel, error: &SandboxError) -> ExitCode {
    // Where nobody is left to tell, the other end sees the socket close.
    let told = answer(channel, &Err(error.to_string()));
    ExitCode::from(if told.is_ok() {
        NOT_STARTED
    } else {
        NOT_STARTED + 1
    })
}

pub(super) fn answer(channel: &Channel, report: &Report) -> Result<(), SandboxError> {
    let text = serde_json::to_vec(report).map_err(|error| SandboxError::Refused {
        step: "writing the report",
        why: error.to_string(),
    })?;
    channel.send(&text, &[])
}

/// Everything is enforced; only the decision is missing.
struct Ready {
    argv: Vec<CString>,
    env: Vec<CString>,
    tool: OwnedFd,
    stdin: OwnedFd,
    enforced: Enforcement,
    /// Files without a name, which live until the tool has them.
    _files: Vec<OwnedFd>,
}

/// Whether a child still has to make its namespaces.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Outside,
    Inside,
}

/// A child before its plan.
struct Begun {
    place: Place,
    enforced: Enforcement,
    network: Option<namespaces::Network>,
}

/// What needs no plan: nothing inherited, a session and namespaces of its own.
fn prepare(channel: &Channel, namespaces: &[OsString]) -> Result<Begun, SandboxError> {
    let fail = |step: &'static str| move |errno: Errno| SandboxError::kernel(step, errno);
    close_inherited(&[channel.as_fd().as_raw_fd()]).map_err(fail("closing inherited descriptors"))?;
    let mut named: Vec<String> = namespaces
        .iter()
        .filter_map(|name| name.to_str().map(str::to_owned))
        .collect();
    let mut enforced = Enforcement::none(Where::Child);
    if named.first().is_some_and(|word| word == first::INSIDE) {
        enforced.namespaces = named.split_off(1);
        return Ok(Begun {
            place: Place::Inside,
            enforced,
            network: None,
        });
    }
    rustix::process::setsid().map_err(fail("starting a session"))?;
    let network = namespaces::enter(&named, &mut enforced)?;
    Ok(Begun {
        place: Place::Outside,
        enforced,
        network,
    })
}

fn confine(channel: &Channel, begun: Begun) -> Result<Ready, SandboxError> {
    let Begun {
        mut enforced,
        network,
        ..
    } = begun;
    let lost = SandboxError::Lost {
        step: "it was told its plan",
    };
    let (text, mut descriptors) = channel.receive_with_descriptors()?.ok_or_else(|| lost.clone())?;
    let mut plan: ChildPlan = serde_json::from_slice(&text).map_err(|error| SandboxError::Refused {
        step: "reading the plan",
        why: error.to_string(),
    })?;
    if descriptors.len() != 1 + usize::from(plan.stdin) {
        return Err(lost);
    }
    let stdin = if plan.stdin { descriptors.pop() } else { None };
    let tool = descriptors.pop().ok_or(lost)?;
    let fail = |step: &'static str| move |errno: Errno| SandboxError::kernel(step, errno);

    // Privileges are still whole: the sight and the limits.
    let stdin = match stdin {
        Some(stdin) => stdin,
        None => openat(CWD, "/dev/null", OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())
            .map_err(fail("opening /dev/null"))?,
    };
    let profile = Profile::named(&plan.profile).ok_or(SandboxError::Refused {
        step: "choosing the profile",
        why: "no such profile".to_owned(),
    })?;
    let mut grants = Vec::with_capacity(plan.view.binds.len() + 4);
    let files = see(&mut plan, &mut enforced, &mut grants)?;
    if let Some(network) = network {
        network.enter(&mut enforced);
    }
    namespaces::note_left_out(&plan, &mut enforced);
    let tool = fcntl_dupfd_cloexec(raise_open_limit(tool)?, TOOL_FD).map_err(fail("placing the tool"))?;
    if tool.as_raw_fd() != TOOL_FD {
        return Err(SandboxError::Refused {
            step: "placing the tool",
            why: "its place is taken".to_owned(),
        });
    }
    limit(&plan, &mut enforced)?;

    // From here on privileges only go.
    drop_capabilities(&mut enforced)?;
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))
        .map_err(fail("tying it to its parent"))?;
    rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable)
        .map_err(fail("closing its memory"))?;
    rustix::thread::set_no_new_privs(true).map_err(fail("setting no_new_privs"))?;
    let copy = tool
        .try_clone()
        .map_err(|error| SandboxError::io("placing the tool", &error))?;
    grants.push(Grant::new(Arc::new(copy), Access::READ | Access::EXECUTE));
    let ports = match &plan.network {
        Network::Cut => &[][..],
        Network::Ports(ports) => ports,
    };
    let newest = if left_out(&plan, "landlock") {
        ABI::Unsupported
    } else {
        NEWEST
    };
    restrict(&grants, Outside { connect: ports }, newest, &mut enforced)?;
    drop(grants);
    let (argv, env) = (strings(plan.argv.clone())?, strings(plan.env.clone())?);
    if left_out(&plan, "seccomp") {
        enforced.miss("seccomp", "left out");
    } else {
        install(
            &seccomp::compile(profile, std::process::id())?,
            &seccomp::compile(profile, 0)?,
            &mut enforced,
        );
    }
    Ok(Ready {
        argv,
        env,
        tool,
        stdin,
        enforced,
        _files: files,
    })
}

fn left_out(plan: &ChildPlan, layer: &str) -> bool {
    plan.without.iter().any(|name| name == layer)
}

/// Enters the plan's view, or without a mount namespace stays in the common root, where Landlock alone holds
/// it; collects what Landlock is to grant, and returns files that have no name.
fn see(
    plan: &mut ChildPlan,
    enforced: &mut Enforcement,
    grants: &mut Vec<Grant>,
) -> Result<Vec<OwnedFd>, SandboxError> {
    let view = std::mem::take(&mut plan.view);
    let sources = view::open_sources(&view)?;
    if enforced.has_namespace("mount")
        && let Err(error) = view::enter(&view, &sources)
    {
        // A security module may give a user namespace and withhold its powers; what was begun is only ours.
        enforced.namespaces.retain(|name| name != "mount");
        enforced.miss("mountns", error.to_string());
        if rustix::fs::stat("/proc/self").is_err() {
            return Err(error);
        }
    }
    let fail = |step: &'static str| move |errno: Errno| SandboxError::kernel(step, errno);
    let open = |path: &[u8]| openat(CWD, path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty());
    let mut files = Vec::new();
    if enforced.has_namespace("mount") {
        for file in &view.files {
            let held = open(&file.path).map_err(fail("opening a private file"))?;
            grants.push(Grant::new(Arc::new(held), Access::READ));
        }
        if view.tmp_bytes > 0 {
            let access = Access::LOOK | Access::WRITE | Access::MAKE_FILE | Access::MAKE_DIR;
            let access = access | Access::REMOVE_FILE | Access::REMOVE_DIR | Access::REFER;
            grants.push(Grant::new(
                Arc::new(open(b"/tmp").map_err(fail("opening the private /tmp"))?),
                access,
            ));
        }
    } else {
        if !view.masks.is_empty() {
            return Err(SandboxError::Refused {
                step: "covering protected paths below an operand",
                why: "there is no mount namespace".to_owned(),
            });
        }
        files = nameless_files(plan, &view)?;
        chdir(view.cwd.as_slice()).map_err(fail("entering the working directory"))?;
    }
    for source in sources {
        if let Some(access) = Access::from_bits(source.access()) {
            grants.push(Grant::new(Arc::new(source.fd), access));
        }
    }
    Ok(files)
}

/// Puts private files into memory and their descriptor's name into argv in place of their path.
fn nameless_files(plan: &mut ChildPlan, view: &View) -> Result<Vec<OwnedFd>, SandboxError> {
    let fail = |errno| SandboxError::kernel("making a private file", errno);
    let mut out = Vec::new();
    for file in &view.files {
        let fd = memfd_create("wt", MemfdFlags::CLOEXEC).map_err(fail)?;
        let mut rest = file.content.as_slice();
        while !rest.is_empty() {
            let written = write(&fd, rest).map_err(fail)?;
            rest = rest.get(written..).unwrap_or_default();
        }
        fcntl_setfd(&fd, FdFlags::empty()).map_err(fail)?;
        let name = format!("/proc/self/fd/{}", fd.as_raw_fd());
        for word in &mut plan.argv {
            if let Some(start) = word.len().checked_sub(file.path.len())
                && word.ends_with(&file.path)
                && (start == 0 || word.get(start - 1) == Some(&b'='))
            {
                word.truncate(start);
                word.extend_from_slice(name.as_bytes());
            }
        }
        out.push(fd);
    }
    Ok(out)
}

fn strings(words: Vec<Vec<u8>>) -> Result<Vec<CString>, SandboxError> {
    words
        .into_iter()
        .map(CString::new)
        .collect::<Result<_, _>>()
        .map_err(|_| SandboxError::Refused {
            step: "preparing the arguments",
            why: "a NUL byte in an argument".to_owned(),
        })
}

impl Ready {
    /// Reports, waits for the word, and becomes the tool.
    fn become_tool(mut self, channel: &Channel) -> Result<(), SandboxError> {
        answer(channel, &Ok(self.enforced))?;
        let Some(text) = channel.receive()? else {
            return Ok(());
        };
        let last: Vec<(usize, Bytes)> =
            serde_json::from_slice(&text).map_err(|error| SandboxError::Refused {
                step: "reading the last words",
                why: error.to_string(),
            })?;
        for (place, word) in last {
            for (old, new) in self.argv.get_mut(place).into_iter().zip(strings(vec![word])?) {
                *old = new;
            }
        }
        rustix::stdio::dup2_stdin(&self.stdin)
            .map_err(|errno| SandboxError::kernel("giving it its input", errno))?;
        let Err(errno) = nix::unistd::execveat(
            self.tool.as_fd(),
            c"",
            &self.argv,
            &self.env,
            AtFlags::AT_EMPTY_PATH,
        );
        answer(
            channel,
            &Err(format!("the tool cannot be started: {}", errno.desc())),
        )
    }
}
