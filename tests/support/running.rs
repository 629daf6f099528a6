//! Processes that a test has started: what runs below them, when it is at work, what they say as it comes, and signals.

use rustix::process::{Pid, Signal, kill_process};
use std::{
    fs,
    io::{BufRead, BufReader, Read},
    sync::mpsc::{Receiver, channel},
    time::{Duration, Instant},
};

/// Waits for what comes by itself, however busy the machine.
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < end, "{what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// The processes that one started and that are there, by `/proc`.
pub(crate) fn children(pid: u32) -> Vec<u32> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task"));
    let tasks = tasks.into_iter().flatten().flatten();
    let lists = tasks.map(|task| fs::read_to_string(task.path().join("children")).unwrap_or_default());
    lists
        .flat_map(|list| {
            let pids = list.split_whitespace().map(|pid| pid.parse().unwrap());
            pids.collect::<Vec<_>>()
        })
        .collect()
}

/// Those, and what they started.
pub(crate) fn all_below(pid: u32) -> Vec<u32> {
    let direct = children(pid);
    let further: Vec<u32> = direct.iter().copied().flat_map(all_below).collect();
    [direct, further].concat()
}

/// Whether a jq below the process computes.
pub(crate) fn computes(pid: u32) -> bool {
    all_below(pid).iter().any(|id| {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        // Ticks in user mode (proc_pid_stat(5)).
        stat.contains("(jq)") && stat.split(' ').nth(13).is_some_and(|ticks| ticks != "0")
    })
}

/// Lets this process and those that it starts have memory as they touch it: where the kernel gives it in huge pages, the
/// peak says how large these are.
pub(crate) fn forgo_huge_pages() {
    nix::sys::prctl::set_thp_disable(true).unwrap();
}

/// Sends a signal at once, without a program that is to be started first.
pub(crate) fn send(pid: u32, signal: Signal) {
    let pid = Pid::from_raw(pid.try_into().unwrap()).unwrap();
    kill_process(pid, signal).unwrap();
}

/// The lines of an output as they come, to be waited for no longer than one likes.
pub(crate) fn lines(output: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    lines
}
