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
use crate::withdrawal::Withdrawal;
use nix::sys::signal::SigSet;
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::{fcntl_dupfd_cloexec, retry_on_intr},
    process::{Pid, Signal, kill_process, set_parent_process_death_signal},
};
use serde::{Deserialize, Serialize};
use std::{
    os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd},
    process::{ExitCode, Stdio},
    sync::Arc,
};

/// Carries out a work on the descriptors it names by number, under the number of its permit, as long as it is not taken
/// back, and returns what it has to say.
pub type Carry = fn(work: &[u8], held: Vec<OwnedFd>, seq: u64, withdrawal: Withdrawal) -> Vec<u8>;

/// How long an effect that is told to stop may take to say what it did until then.
const GRACE: Timespec = Timespec {
    tv_sec: 2,
    tv_nsec: 0,
};

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
    guard: Guard,
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
            guard,
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

    /// Lets the effect happen under the permit of that number, and returns what it has to say. As soon as `told`, where
    /// there is one, becomes readable, it is told to stop; what it did until then it says all the same.
    ///
    /// # Errors
    /// [`SandboxError::Lost`] where the process ended before it was done, or did not stop in time.
    pub fn perform(self, seq: u64, told: Option<BorrowedFd<'_>>) -> Result<Vec<u8>, SandboxError> {
        self.channel.send(&seq.to_le_bytes(), &[])?;
        if let Some(told) = told
            && !self.answers(Some(told), None)?
        {
            // It may have ended meanwhile.
            kill_process(Pid::from_child(&self.guard.0), Signal::TERM).unwrap_or(());
            if !self.answers(None, Some(&GRACE))? {
                return Err(SandboxError::Lost {
                    step: "the effect stopped",
                });
            }
        }
        self.channel.receive()?.ok_or(SandboxError::Lost {
            step: "the effect was done",
        })
    }

    /// Waits for the answer, or its end; false where `told` or the time comes first.
    fn answers(&self, told: Option<BorrowedFd<'_>>, limit: Option<&Timespec>) -> Result<bool, SandboxError> {
        let channel = self.channel.as_fd();
        let mut wanted = vec![PollFd::new(&channel, PollFlags::IN)];
        wanted.extend(told.as_ref().map(|told| PollFd::new(told, PollFlags::IN)));
        retry_on_intr(|| poll(&mut wanted, limit))
            .map_err(|errno| SandboxError::kernel("waiting for the effect process", errno))?;
        Ok(wanted.first().is_some_and(|answer| !answer.revents().is_empty()))
    }
}

/// Confines this process, waits for the word, and carries out what it was told.
pub fn main(carry: Carry) -> ExitCode {
    // A server holds signals back for itself. No mask is ever refused.
    SigSet::empty().thread_set_mask().unwrap_or(());
    let Ok(socket) = fcntl_dupfd_cloexec(std::io::stdin(), 3) else {
        return ExitCode::FAILURE;
    };
    let channel = Channel::from_fd(socket);
    let done = match confine(&channel) {
        Ok((told, enforced)) => child::answer(&channel, &Ok(enforced)).and_then(|()| {
            let Some(word) = channel.receive()? else {
                return Ok(());
            };
            let seq = word.as_slice().try_into().map(u64::from_le_bytes);
            let seq = seq.map_err(|_| SandboxError::Lost {
                step: "it was given its permit",
            })?;
            channel.send(&carry(&told.work, told.held, seq, told.withdrawal), &[])
        }),
        Err(error) => child::answer(&channel, &Err(error.to_string())),
    };
    if done.is_ok() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// What the process does once it has the word.
struct Duty {
    work: Vec<u8>,
    held: Vec<OwnedFd>,
    withdrawal: Withdrawal,
}

fn confine(channel: &Channel) -> Result<(Duty, Enforcement), SandboxError> {
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
    // Stopped by its own `wt`, or by the terminal that both belong to; afterwards nothing can be opened for that.
    let mut withdrawal = Withdrawal::by_signals();
    withdrawal.heed();
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
    let duty = Duty {
        work: told.work,
        held,
        withdrawal,
    };
    Ok((duty, enforced))
}
