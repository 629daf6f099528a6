//! `wt __effect`: a native effect in a process of its own, for policies that want code execution confined too and
//! not only wrong paths. The same rights and profile as on the thread; the descriptors travel over the socket.

use super::{
    Access, Enforcement, Grant, Launcher, MinSandbox, Mode, SandboxError, child, close_inherited,
    landlock::{NEWEST, Outside, restrict},
    launch::{Guard, read_report},
    native::install,
    seccomp,
    wire::{Channel, MAX_DESCRIPTORS},
};
use rustix::{
    event::{PollFd, PollFlags, poll},
    io::{fcntl_dupfd_cloexec, retry_on_intr},
    process::{Signal, set_parent_process_death_signal},
};
use serde::{Deserialize, Serialize};
use std::{
    os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd},
    process::{ExitCode, Stdio},
    sync::Arc,
};

/// Carries out a work on the descriptors it names by number, under the number of its permit, and returns what it
/// has to say.
pub type Carry = fn(work: &[u8], held: Vec<OwnedFd>, seq: u64) -> Vec<u8>;

/// What an effect process is told.
#[derive(Debug)]
pub struct EffectPlan {
    /// Rights by held descriptor.
    pub grants: Vec<Grant>,
    /// Descriptors that the work names by number.
    pub held: Vec<Arc<OwnedFd>>,
    /// The work, in words that only its maker reads.
    pub work: Vec<u8>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    held: usize,
    grants: Vec<u16>,
    work: Vec<u8>,
}

/// A confined effect process that waits for the recorded decision.
#[derive(Debug)]
pub struct EffectProcess {
    channel: Channel,
    _guard: Guard,
    enforcement: Enforcement,
}

impl Launcher {
    /// Starts `wt __effect`, gives it its descriptors, and waits until it is confined.
    ///
    /// # Errors
    /// [`SandboxError`] where it cannot be started or confine itself, or less is enforced than `min` demands.
    pub fn effect(&self, plan: &EffectPlan, min: &MinSandbox) -> Result<EffectProcess, SandboxError> {
        let (channel, process) = self.start(["__effect"], Stdio::null)?;
        let guard = Guard(process);
        let told = Told {
            held: plan.held.len(),
            grants: plan.grants.iter().map(|grant| grant.access.bits()).collect(),
            work: plan.work.clone(),
        };
        channel.send(&written(&told)?, &[])?;
        let held = plan.held.iter().map(AsFd::as_fd);
        let all: Vec<BorrowedFd<'_>> = held.chain(plan.grants.iter().map(AsFd::as_fd)).collect();
        for batch in all.chunks(MAX_DESCRIPTORS) {
            channel.send(b"", batch)?;
        }
        let enforcement = read_report(&channel)?;
        min.check(&enforcement)?;
        Ok(EffectProcess {
            channel,
            _guard: guard,
            enforcement,
        })
    }
}

fn written(value: &impl Serialize) -> Result<Vec<u8>, SandboxError> {
    serde_json::to_vec(value).map_err(|error| SandboxError::Refused {
        step: "writing to the effect process",
        why: error.to_string(),
    })
}

impl EffectProcess {
    /// What the kernel confirmed.
    #[must_use]
    pub const fn enforcement(&self) -> &Enforcement {
        &self.enforcement
    }

    /// Lets the effect happen under the permit of that number, and returns what it has to say. The process is ended as
    /// soon as `told`, where there is one, becomes readable.
    ///
    /// # Errors
    /// [`SandboxError::Lost`] where the process ended before it was done.
    pub fn perform(self, seq: u64, told: Option<BorrowedFd<'_>>) -> Result<Vec<u8>, SandboxError> {
        self.channel.send(&seq.to_le_bytes(), &[])?;
        if let Some(told) = told {
            let channel = self.channel.as_fd();
            let mut wanted = [
                PollFd::new(&channel, PollFlags::IN),
                PollFd::new(&told, PollFlags::IN),
            ];
            retry_on_intr(|| poll(&mut wanted, None))
                .map_err(|errno| SandboxError::kernel("waiting for the effect process", errno))?;
            if wanted.first().is_none_or(|answer| answer.revents().is_empty()) {
                return Err(SandboxError::Lost {
                    step: "the effect was done: the call was taken back",
                });
            }
        }
        self.channel.receive()?.ok_or(SandboxError::Lost {
            step: "the effect was done",
        })
    }
}

/// Confines this process, waits for the word, and carries out what it was told.
pub fn main(carry: Carry) -> ExitCode {
    let Ok(socket) = fcntl_dupfd_cloexec(std::io::stdin(), 3) else {
        return ExitCode::FAILURE;
    };
    let channel = Channel::from_fd(socket);
    let done = match confine(&channel) {
        Ok((work, held, enforced)) => child::answer(&channel, &Ok(enforced)).and_then(|()| {
            let Some(word) = channel.receive()? else {
                return Ok(());
            };
            let seq = word.as_slice().try_into().map(u64::from_le_bytes);
            let seq = seq.map_err(|_| SandboxError::Lost {
                step: "it was given its permit",
            })?;
            channel.send(&carry(&work, held, seq), &[])
        }),
        Err(error) => child::answer(&channel, &Err(error.to_string())),
    };
    if done.is_ok() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn confine(channel: &Channel) -> Result<(Vec<u8>, Vec<OwnedFd>, Enforcement), SandboxError> {
    let lost = SandboxError::Lost {
        step: "it was told its work",
    };
    let text = channel.receive()?.ok_or_else(|| lost.clone())?;
    let told: Told = serde_json::from_slice(&text).map_err(|error| SandboxError::Refused {
        step: "reading the work",
        why: error.to_string(),
    })?;
    let wanted = told.held.saturating_add(told.grants.len());
    let mut held = Vec::new();
    while held.len() < wanted {
        let (_, batch) = channel.receive_with_descriptors()?.ok_or_else(|| lost.clone())?;
        if batch.is_empty() {
            return Err(lost);
        }
        held.extend(batch);
    }
    let mut keep: Vec<_> = held.iter().map(AsRawFd::as_raw_fd).collect();
    keep.push(channel.as_fd().as_raw_fd());
    close_inherited(&keep).map_err(|errno| SandboxError::kernel("closing inherited descriptors", errno))?;
    set_parent_process_death_signal(Some(Signal::KILL))
        .map_err(|errno| SandboxError::kernel("tying it to its parent", errno))?;
    let dirs = held.split_off(told.held.min(held.len()));
    let mut grants = Vec::with_capacity(dirs.len());
    for (dir, bits) in dirs.into_iter().zip(told.grants) {
        let access = Access::from_bits(bits).ok_or_else(|| lost.clone())?;
        grants.push(Grant::new(Arc::new(dir), access));
    }
    let mut enforced = Enforcement::none(Mode::Process);
    restrict(&grants, Outside::default(), NEWEST, &mut enforced)?;
    let program = seccomp::compile(&seccomp::NATIVE_PROCESS, 0)?;
    install(&program, &program, &mut enforced);
    Ok((told.work, held, enforced))
}
