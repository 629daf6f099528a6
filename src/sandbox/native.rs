//! The confined thread: it restricts itself, says what is enforced, waits for the recorded decision, and only
//! then runs the effect. Landlock and seccomp are per thread, so the rest of `wt` keeps its own rights.
//! The filter is the same for every effect and takes the kernel longest, so a thread may take it on before anyone
//! knows what it will do; Landlock follows with the grants, from inside the filter.

use super::{
    Enforcement, Grant, MinSandbox, Mode, SandboxError,
    enforcement::SeccompLayer,
    landlock::{NEWEST, Outside, restrict},
    seccomp::{self, Program},
};
use landlock::ABI;
use std::{
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread::{Builder, JoinHandle},
    time::Duration,
};

/// Stack of the confined thread: recursion over trees is bounded and keeps its state on the heap.
const STACK_BYTES: usize = 512 * 1024;

/// No kernel takes longer to confine a thread.
const LIMIT: Duration = Duration::from_secs(10);

type Job = Box<dyn FnOnce() + Send>;

/// What a native effect may do.
#[derive(Clone, Debug, Default)]
pub struct NativePlan {
    /// Rights by held descriptor; nothing else on any file system can be opened or changed by name.
    pub grants: Vec<Grant>,
}

/// A thread that has restricted itself for good and waits for its effect.
#[derive(Debug)]
pub struct Confined {
    enforcement: Enforcement,
    jobs: SyncSender<Job>,
    thread: JoinHandle<()>,
}

/// A thread within the filter that has no plan yet. Dropped, it ends.
#[derive(Debug)]
pub struct Ahead {
    plans: SyncSender<(NativePlan, ABI)>,
    confining: Confining,
}

/// A thread that is restricting itself while its caller does something else.
#[derive(Debug)]
pub struct Confining {
    reported: Receiver<Result<Enforcement, SandboxError>>,
    jobs: SyncSender<Job>,
    thread: JoinHandle<()>,
}

/// Starts the thread, which takes on its filter while nobody waits for it, and returns at once.
///
/// # Errors
/// [`SandboxError`] where no thread can be started.
pub fn start() -> Result<Ahead, SandboxError> {
    let (report, reported) = sync_channel::<Result<Enforcement, SandboxError>>(1);
    let (plans, planned) = sync_channel(1);
    let (jobs, next): (SyncSender<Job>, Receiver<Job>) = sync_channel(1);
    let thread = Builder::new()
        .stack_size(STACK_BYTES)
        .spawn(move || {
            let filtered = filter_thread();
            let Ok((plan, newest)) = planned.recv() else {
                return;
            };
            let enforced = filtered.and_then(|enforced| restrict_thread(plan, newest, enforced));
            let confined = enforced.is_ok();
            if report.send(enforced).is_ok()
                && confined
                && let Ok(job) = next.recv()
            {
                job();
            }
        })
        .map_err(|error| SandboxError::io("starting the confined thread", &error))?;
    let confining = Confining {
        reported,
        jobs,
        thread,
    };
    Ok(Ahead { plans, confining })
}

impl Ahead {
    /// Gives the thread its plan, by which it restricts itself for good, and returns at once; [`Confining::ready`]
    /// waits for it.
    ///
    /// # Errors
    /// [`SandboxError::Lost`] where the thread has gone.
    pub fn confine(self, plan: NativePlan) -> Result<Confining, SandboxError> {
        self.confine_up_to(plan, NEWEST)
    }

    /// As [`Self::confine`], with the kernel's Landlock ABI capped.
    fn confine_up_to(self, plan: NativePlan, newest: ABI) -> Result<Confining, SandboxError> {
        self.plans.send((plan, newest)).map_err(|_| SandboxError::Lost {
            step: "it was given its plan",
        })?;
        Ok(self.confining)
    }
}

impl Confining {
    /// Waits until the thread is confined.
    ///
    /// # Errors
    /// [`SandboxError`] where a layer fails in another way than by being absent, or where less is enforced than
    /// `min` demands; the thread then ends and nothing was done.
    pub fn ready(self, min: &MinSandbox) -> Result<Confined, SandboxError> {
        // A filter of the caller's may end the thread alone, which then reports nothing.
        let reported = self.reported.recv_timeout(LIMIT);
        let enforcement = reported.map_err(|_| SandboxError::Lost {
            step: "it was confined",
        })??;
        min.check(&enforcement)?;
        Ok(Confined {
            enforcement,
            jobs: self.jobs,
            thread: self.thread,
        })
    }
}

fn filter_thread() -> Result<Enforcement, SandboxError> {
    let program = seccomp::compile(&seccomp::NATIVE, 0)?;
    let mut enforced = Enforcement::none(Mode::Thread);
    install(&program, &program, &mut enforced);
    Ok(enforced)
}

fn restrict_thread(
    plan: NativePlan,
    newest: ABI,
    mut enforced: Enforcement,
) -> Result<Enforcement, SandboxError> {
    restrict(&plan.grants, Outside::default(), newest, &mut enforced)?;
    Ok(enforced)
}

/// Installs a program on the calling thread for good and reports the digest of `recorded`, which is the same
/// profile without the id of this process; a kernel without seccomp is noted as missing.
pub(crate) fn install(program: &Program, recorded: &Program, enforced: &mut Enforcement) {
    match seccompiler::apply_filter(program.code()) {
        Ok(()) => {
            enforced.seccomp = Some(SeccompLayer {
                profile: program.name().to_owned(),
                sha256: recorded.digest(),
                mismatch: program.mismatch().to_owned(),
            });
        }
        Err(error) => enforced.miss("seccomp", error.to_string()),
    }
}

impl Confined {
    /// What the kernel confirmed.
    #[must_use]
    pub const fn enforcement(&self) -> &Enforcement {
        &self.enforcement
    }

    /// Runs the effect on the confined thread and returns its value; the thread then ends.
    ///
    /// # Errors
    /// [`SandboxError::Lost`] where the thread ended without a value.
    pub fn perform<T, F>(self, effect: F) -> Result<T, SandboxError>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        let (done, value) = sync_channel(1);
        let lost = SandboxError::Lost {
            step: "the effect was done",
        };
        let job: Job = Box::new(move || {
            // A receiver that is gone means that nobody wants the value any more; the effect is done all the same.
            done.send(effect()).unwrap_or(());
        });
        self.jobs.send(job).map_err(|_| lost.clone())?;
        let value = value.recv().map_err(|_| lost);
        drop(self.jobs);
        drop(self.thread);
        value
    }
}

#[cfg(test)]
mod tests;
