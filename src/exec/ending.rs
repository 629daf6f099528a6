//! How a tool ends: waited for until it ends by itself, its time is over or its call is taken back, or ended by force; and
//! in words which limit it was that ended it.

use super::output::Caps;
use crate::{
    report::{Exit, Failure},
    sandbox::Running,
    withdrawal::Withdrawal,
};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
    process::{Resource, Signal, getrlimit},
};
use std::{
    os::unix::process::ExitStatusExt,
    process::ExitStatus,
    time::{Duration, Instant},
};

/// The unit of processor times in `/proc` (`USER_HZ`), the same on every architecture of today.
const TICKS_PER_SECOND: u64 = 100;
/// What programs say when they get no more memory: jq, the runtimes of rg and kubectl, ssh.
const NO_MEMORY: [&str; 3] = ["allocate memory", "memory allocation of", "out of memory"];

/// How a tool ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// With a code.
    Exited(u8),
    /// By a signal that was not ours.
    Killed {
        /// Its number.
        signal: i32,
        /// The processor time that was used until then.
        used: Duration,
    },
    /// By our timeout.
    TimedOut,
    /// By us, because the call was taken back.
    Withdrawn,
}

impl End {
    /// What is told of an end that was not the tool's own: which limit it was, as far as that can be told, and what to do,
    /// `` for nothing. `said` is the tool's error output.
    pub(super) fn words(self, caps: &Caps, said: &[u8]) -> Option<(String, &'static str)> {
        Some(match self {
            Self::Exited(_) | Self::Withdrawn => return None,
            Self::TimedOut => (
                format!("timed out after {} s", caps.timeout.as_secs()),
                "ask for less, or raise `limits.timeout_s` in the policy",
            ),
            Self::Killed { signal, used } if is_of_processor_time(signal) && is_near(used, caps.cpu_s) => (
                format!(
                    "ended after {} s of processor time, the policy's `limits.cpu_s`",
                    caps.cpu_s
                ),
                "ask for less, or raise `limits.cpu_s` in the policy",
            ),
            Self::Killed { signal, used } if is_of_processor_time(signal) && is_near(used, own_limit()) => (
                format!("ended after {} s of processor time", own_limit()),
                "the limit is the caller's own, `ulimit -t`",
            ),
            Self::Killed { signal, .. } if signal == Signal::ABORT.as_raw() && is_out_of_memory(said) => (
                format!("ended by signal {signal}, with no more memory to be had"),
                "ask for less, or raise `limits.memory_bytes` in the policy",
            ),
            Self::Killed { signal, .. } if signal == Signal::KILL.as_raw() => (
                format!("ended by signal {signal} from outside"),
                "the kernel does so where the machine has no more memory; its log says so",
            ),
            Self::Killed { signal, .. } => (format!("ended by signal {signal}"), ""),
        })
    }
}

fn is_of_processor_time(signal: i32) -> bool {
    signal == Signal::KILL.as_raw() || signal == Signal::XCPU.as_raw()
}

/// Whether the time is that of the limit. The kernel counts ticks for the limit and nanoseconds for what is read here, so
/// that the two differ a little.
fn is_near(used: Duration, limit_s: u64) -> bool {
    used.as_millis() * 10 >= u128::from(limit_s) * 1000 * 9
}

/// The caller's own limit on processor time, which the tool inherits where it is the lower one.
fn own_limit() -> u64 {
    getrlimit(Resource::Cpu).maximum.unwrap_or(u64::MAX)
}

fn is_out_of_memory(said: &[u8]) -> bool {
    let said = String::from_utf8_lossy(said).to_lowercase();
    NO_MEMORY.iter().any(|words| said.contains(words))
}

/// Waits for a tool whose outputs have ended.
pub(crate) fn wait(
    running: &mut Running,
    withdrawal: &Withdrawal,
    deadline: Instant,
) -> Result<End, Failure> {
    let process = rustix::process::Pid::from_child(running.process());
    let held = rustix::process::pidfd_open(process, rustix::process::PidfdFlags::empty())
        .map_err(|errno| lost(&errno.to_string()))?;
    loop {
        let left = match time_left(running, withdrawal, deadline) {
            Ok(left) => left,
            Err(end) => return Ok(end),
        };
        let told = withdrawal.told();
        let mut wanted = vec![PollFd::new(&held, PollFlags::IN)];
        wanted.extend(told.as_ref().map(|told| PollFd::new(told, PollFlags::IN)));
        match poll(&mut wanted, Some(&left)) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(errno) => return Err(lost(&errno.to_string())),
        }
        if wanted.first().is_some_and(|held| !held.revents().is_empty()) {
            return reap(running);
        }
    }
}

/// The time that a tool still has; where it has none, or its call was taken back, it is ended.
pub(super) fn time_left(
    running: &mut Running,
    withdrawal: &Withdrawal,
    deadline: Instant,
) -> Result<Timespec, End> {
    let left = deadline
        .checked_duration_since(Instant::now())
        .and_then(|left| Timespec::try_from(left).ok());
    let end = match left {
        Some(left) if !withdrawal.is_given() => return Ok(left),
        Some(_) => End::Withdrawn,
        None => End::TimedOut,
    };
    end_by_force(running);
    Err(end)
}

/// The end of a tool that has ended; how long it computed can be read until it is reaped.
fn reap(running: &mut Running) -> Result<End, Failure> {
    let child = running.process();
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap_or_default();
    let status = child.wait().map_err(|error| lost(&error.to_string()))?;
    Ok(end_of(status, processor_time(&stat)))
}

/// The processor time of a process and of the children it waited for, from its `/proc/PID/stat` (proc_pid_stat(5));
/// none where that says nothing.
fn processor_time(stat: &str) -> Duration {
    // The name before it may hold anything, a parenthesis too.
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let times = fields.split_ascii_whitespace().skip(11).take(4);
    let ticks: u64 = times.filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks.saturating_mul(1000 / TICKS_PER_SECOND))
}

fn end_of(status: ExitStatus, used: Duration) -> End {
    match (status.code(), status.signal()) {
        (Some(code), _) => End::Exited(u8::try_from(code).unwrap_or(u8::MAX)),
        (None, signal) => End::Killed {
            signal: signal.unwrap_or(0),
            used,
        },
    }
}

/// Kills and reaps a tool.
pub(crate) fn end_by_force(running: &mut Running) {
    let child = running.process();
    // Killing fails only where it has been reaped already.
    child.kill().and_then(|()| child.wait().map(drop)).unwrap_or(());
}

/// A tool that can no longer be listened to.
pub(super) fn lost(why: &str) -> Failure {
    Failure::new(Exit::Sandbox, format!("the tool's output cannot be read: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CAPS: Caps = Caps {
        stdout_bytes: 0,
        stderr_bytes: 0,
        record_bytes: 0,
        timeout: Duration::from_secs(30),
        cpu_s: 20,
    };

    fn told(signal: i32, used_s: u64, said: &str) -> String {
        let used = Duration::from_secs(used_s);
        let (text, hint) = End::Killed { signal, used }
            .words(&CAPS, said.as_bytes())
            .unwrap();
        format!("{text}; {hint}")
    }

    #[test]
    fn the_limit_that_ended_a_tool_is_named_as_far_as_it_can_be_told() {
        for (signal, used, said, words) in [
            (
                9,
                20,
                "",
                "ended after 20 s of processor time, the policy's `limits.cpu_s`; ask",
            ),
            (
                24,
                19,
                "",
                "ended after 20 s of processor time, the policy's `limits.cpu_s`; ask",
            ),
            (9, 3, "", "ended by signal 9 from outside; the kernel"),
            (
                6,
                3,
                "error: cannot allocate memory\n",
                "ended by signal 6, with no more memory to be had; ask",
            ),
            (6, 3, "assertion failed\n", "ended by signal 6; "),
            (11, 20, "", "ended by signal 11; "),
        ] {
            assert!(
                told(signal, used, said).starts_with(words),
                "{}",
                told(signal, used, said)
            );
        }
        assert_eq!(End::Exited(2).words(&CAPS, b"out of memory"), None);
    }

    #[test]
    fn processor_time_is_read_whatever_the_name_of_the_process() {
        let stat = "7 (a) b) R) Z 1 2 3 4 5 6 7 8 9 10 150 25 30 5 20 0";
        assert_eq!(processor_time(stat), Duration::from_millis(2100));
        assert_eq!(processor_time(""), Duration::ZERO);
    }
}
