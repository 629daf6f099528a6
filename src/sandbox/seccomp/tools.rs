//! What the pinned tools call: ripgrep and jq without any network, ssh and kubectl with TCP and DNS.
//! No row starts a second program, forks, opens a socket family that is not needed, or reaches a keyring, a
//! tracer, a mount or an io_uring.

use super::{
    Mismatch, Profile, Row, When, row, row_when,
    runtime::{HELD, RUNTIME},
};
use nix::libc;

/// Where the pinned tool waits for its execveat: above the limit of open files that is set before, so that
/// the tool can never put another program there.
pub const TOOL_FD: i32 = 1000;

const AT_EMPTY_PATH: u64 = 0x1000;
const MAP_ANONYMOUS: u64 = 0x20;
const OPEN_TO_CHANGE: u64 = (libc::O_ACCMODE
    | libc::O_CREAT
    | libc::O_TRUNC
    | libc::O_APPEND
    | (libc::O_TMPFILE & !libc::O_DIRECTORY)) as u64;
const THREAD: u64 = libc::CLONE_THREAD as u64;
const THREAD_MASK: u64 = (libc::CLONE_THREAD
    | libc::CLONE_NEWUSER
    | libc::CLONE_NEWNS
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWCGROUP
    | libc::CLONE_PTRACE) as u64;
const SOCKET_KIND: u64 = 0xf;
const FAST_OPEN: u64 = 0x2000_0000;
const PR_SET_NAME: u64 = 15;
const PR_SET_VMA: u64 = 0x5356_4d41;
const TCGETS: u64 = 0x5401;
const TIOCGWINSZ: u64 = 0x5413;
const FIONREAD: u64 = 0x541b;
const FIONBIO: u64 = 0x5421;

/// Becoming the tool, and what its loader and runtime do first.
const START: &[Row] = &[
    row_when(
        libc::SYS_execveat,
        &[When::Is(0, TOOL_FD as u64), When::Is(4, AT_EMPTY_PATH)],
        "becomes the pinned tool, once: the number lies above the limit of open files",
    ),
    row_when(
        libc::SYS_mmap,
        &[When::Masked(3, MAP_ANONYMOUS, 0)],
        "maps program and libraries from files",
    ),
    row(libc::SYS_set_tid_address, "start of the C runtime"),
    row(libc::SYS_prlimit64, "stack size at start"),
    row(libc::SYS_rt_sigaction, "signal handlers of the tool itself"),
    row(libc::SYS_sched_getaffinity, "number of worker threads"),
    row(libc::SYS_uname, "version checks of runtimes"),
    row_when(
        libc::SYS_clone,
        &[When::Masked(0, THREAD_MASK, THREAD)],
        "threads, never processes; clone3, whose flags no filter can read, answers ENOSYS",
    ),
    row_when(libc::SYS_prctl, &[When::Is(0, PR_SET_NAME)], "names its threads"),
    row_when(libc::SYS_prctl, &[When::Is(0, PR_SET_VMA)], "names its memory"),
    row_when(
        libc::SYS_tgkill,
        &[When::IsOwnProcess(0)],
        "aborts itself, preempts its own threads",
    ),
    row(libc::SYS_nanosleep, "waits"),
    row(libc::SYS_getuid, "asks who it is"),
    row(libc::SYS_geteuid, "asks who it is"),
    row(libc::SYS_getgid, "asks who it is"),
    row(libc::SYS_getegid, "asks who it is"),
];

/// Reading below what Landlock and the mounts leave.
const READ: &[Row] = &[
    row(libc::SYS_readv, "reads into parts"),
    row(
        libc::SYS_statfs,
        "kind of file system; cgroup limits of a runtime",
    ),
    row(libc::SYS_faccessat, "asks whether a file is there"),
    row(libc::SYS_faccessat2, "asks whether a file is there"),
    row(libc::SYS_getcwd, "makes relative paths absolute"),
    row(libc::SYS_dup, "duplicates its own descriptors"),
    row(libc::SYS_fcntl, "flags of its own descriptors"),
    row_when(
        libc::SYS_ioctl,
        &[When::Is(1, TCGETS)],
        "asks whether its output is a terminal",
    ),
    row_when(
        libc::SYS_ioctl,
        &[When::Is(1, TIOCGWINSZ)],
        "asks for the width of a terminal",
    ),
    row_when(
        libc::SYS_ioctl,
        &[When::Is(1, FIONREAD)],
        "asks how much can be read",
    ),
    row_when(
        libc::SYS_ioctl,
        &[When::Is(1, FIONBIO)],
        "does not block on its own sockets and pipes",
    ),
    row(libc::SYS_ppoll, "waits for its descriptors"),
];

/// Older calls that x86-64 still has and newer architectures never had.
#[cfg(target_arch = "x86_64")]
const OLDER: &[Row] = &[
    row(libc::SYS_arch_prctl, "thread pointer at start"),
    row(libc::SYS_access, "the loader asks for a preload file"),
    row(libc::SYS_readlink, "reads a symbolic link"),
    row(libc::SYS_stat, "looks at a file by name"),
    row(libc::SYS_lstat, "looks at a file by name"),
    row(libc::SYS_poll, "checks descriptors 0 to 2 at start"),
    row(libc::SYS_dup2, "duplicates its own descriptors"),
    row(libc::SYS_time, "time where the vDSO cannot serve"),
    row(libc::SYS_gettimeofday, "time where the vDSO cannot serve"),
];
#[cfg(not(target_arch = "x86_64"))]
const OLDER: &[Row] = &[];

/// Opening to read only.
const OPEN_READ: &[Row] = &[row_when(
    libc::SYS_openat,
    &[When::Masked(2, OPEN_TO_CHANGE, 0)],
    "opens files and directories to read, never to change",
)];

/// Sockets for TCP and DNS, and the event loops around them.
const NET: &[Row] = &[
    row(
        libc::SYS_openat,
        "opens what Landlock grants, also /dev/null to write",
    ),
    row_when(libc::SYS_socket, INET_STREAM, "TCP over IPv4"),
    row_when(libc::SYS_socket, INET6_STREAM, "TCP over IPv6"),
    row_when(libc::SYS_socket, INET_DATAGRAM, "DNS over IPv4"),
    row_when(libc::SYS_socket, INET6_DATAGRAM, "DNS over IPv6"),
    row(libc::SYS_connect, "connects; Landlock names the TCP ports"),
    row(libc::SYS_bind, "source address of a DNS query"),
    row(libc::SYS_getsockname, "own address"),
    row(libc::SYS_getpeername, "address of the server"),
    row(libc::SYS_getsockopt, "result of a connection"),
    row(libc::SYS_setsockopt, "keep-alive and no-delay"),
    row_when(
        libc::SYS_sendto,
        &[When::Masked(3, FAST_OPEN, 0)],
        "sends; fast open would pass Landlock's ports",
    ),
    row_when(
        libc::SYS_sendmsg,
        &[When::Masked(2, FAST_OPEN, 0)],
        "sends; fast open would pass Landlock's ports",
    ),
    row_when(
        libc::SYS_sendmmsg,
        &[When::Masked(3, FAST_OPEN, 0)],
        "sends two DNS queries at once",
    ),
    row(libc::SYS_recvfrom, "receives"),
    row(libc::SYS_recvmsg, "receives"),
    row(libc::SYS_recvmmsg, "receives DNS answers"),
    row(libc::SYS_shutdown, "ends a connection"),
    row(libc::SYS_pselect6, "waits for its descriptors"),
    row(libc::SYS_epoll_create1, "event loop"),
    row(libc::SYS_epoll_ctl, "event loop"),
    row(libc::SYS_epoll_pwait, "event loop"),
    row(libc::SYS_eventfd2, "wakes its event loop"),
    row(libc::SYS_pipe2, "wakes its event loop"),
    row(libc::SYS_timer_create, "timers of its runtime"),
    row(libc::SYS_timer_settime, "timers of its runtime"),
    row(libc::SYS_timer_delete, "timers of its runtime"),
    row(libc::SYS_setitimer, "timers of its runtime"),
    row(libc::SYS_mincore, "checks of its memory"),
    row(libc::SYS_umask, "modes of what it makes"),
    row(libc::SYS_getppid, "seeds and messages"),
];

const IPPROTO_TCP: u64 = 6;
const IPPROTO_UDP: u64 = 17;
/// Protocol 0, 6 or 17 share no bit with what tells MPTCP (262) and SCTP (132) apart from TCP.
const PROTOCOLS: u64 = !(IPPROTO_TCP | IPPROTO_UDP) & 0xffff_ffff;
const INET: u64 = libc::AF_INET as u64;
const INET6: u64 = libc::AF_INET6 as u64;
const STREAM: u64 = libc::SOCK_STREAM as u64;
const DATAGRAM: u64 = libc::SOCK_DGRAM as u64;
const INET_STREAM: &[When] = &[
    When::Is(0, INET),
    When::Masked(1, SOCKET_KIND, STREAM),
    When::Masked(2, PROTOCOLS, 0),
];
const INET6_STREAM: &[When] = &[
    When::Is(0, INET6),
    When::Masked(1, SOCKET_KIND, STREAM),
    When::Masked(2, PROTOCOLS, 0),
];
const INET_DATAGRAM: &[When] = &[
    When::Is(0, INET),
    When::Masked(1, SOCKET_KIND, DATAGRAM),
    When::Masked(2, PROTOCOLS, 0),
];
const INET6_DATAGRAM: &[When] = &[
    When::Is(0, INET6),
    When::Masked(1, SOCKET_KIND, DATAGRAM),
    When::Masked(2, PROTOCOLS, 0),
];

#[cfg(target_arch = "x86_64")]
const OLDER_NET: &[Row] = &[
    row(libc::SYS_select, "waits for its descriptors"),
    row(libc::SYS_alarm, "connection timeout"),
    row(libc::SYS_getpgrp, "whether it runs in the foreground"),
    row(libc::SYS_pipe, "wakes its event loop"),
    row(libc::SYS_epoll_wait, "event loop"),
];
#[cfg(not(target_arch = "x86_64"))]
const OLDER_NET: &[Row] = &[];

/// What kubectl alone needs: its discovery cache.
const CACHE: &[Row] = &[
    row(libc::SYS_mkdirat, "its private cache directory"),
    row(libc::SYS_unlinkat, "its private cache directory"),
    row(libc::SYS_renameat, "its private cache directory"),
    row(libc::SYS_renameat2, "its private cache directory"),
    row(libc::SYS_fchmod, "modes in its private cache directory"),
    row(libc::SYS_fchmodat, "modes in its private cache directory"),
    row(libc::SYS_ftruncate, "files in its private cache directory"),
    row(libc::SYS_fsync, "files in its private cache directory"),
    row(libc::SYS_flock, "locks in its private cache directory"),
    row(libc::SYS_pwrite64, "files in its private cache directory"),
];

/// ripgrep and jq: no sockets, nothing opened to write.
pub const SEARCH: Profile = Profile {
    name: "search",
    mismatch: Mismatch::NotImplemented,
    rows: &[RUNTIME, HELD, START, READ, OLDER, OPEN_READ],
};

/// ssh: TCP to its host and DNS.
pub const SSH: Profile = Profile {
    name: "ssh",
    mismatch: Mismatch::NotImplemented,
    rows: &[RUNTIME, HELD, START, READ, OLDER, NET, OLDER_NET],
};

/// kubectl: TCP to its API server, DNS, and a private cache.
pub const KUBECTL: Profile = Profile {
    name: "kubectl",
    mismatch: Mismatch::NotImplemented,
    rows: &[RUNTIME, HELD, START, READ, OLDER, NET, OLDER_NET, CACHE],
};

/// ssh with the caller's agent, where policy allows it: also a local stream socket.
pub const SSH_AGENT: Profile = Profile {
    name: "ssh-agent",
    mismatch: Mismatch::NotImplemented,
    rows: &[RUNTIME, HELD, START, READ, OLDER, NET, OLDER_NET, LOCAL],
};

const LOCAL: &[Row] = &[row_when(
    libc::SYS_socket,
    &[
        When::Is(0, libc::AF_UNIX as u64),
        When::Masked(1, SOCKET_KIND, STREAM),
    ],
    "the agent's socket, the only one it can see",
)];

/// kubectl with a credential plugin that policy pins by path and digest: starts that one program.
pub const KUBECTL_PLUGIN: Profile = Profile {
    name: "kubectl-plugin",
    mismatch: Mismatch::NotImplemented,
    rows: &[RUNTIME, HELD, START, READ, OLDER, NET, OLDER_NET, CACHE, PLUGIN],
};

const PLUGIN: &[Row] = &[
    row(
        libc::SYS_execve,
        "starts the plugin: Landlock lets no other program run",
    ),
    row_when(
        libc::SYS_clone,
        &[When::Masked(0, THREAD_MASK, 0)],
        "the plugin's process",
    ),
    row(libc::SYS_wait4, "awaits the plugin"),
    row(libc::SYS_waitid, "awaits the plugin"),
    row(libc::SYS_kill, "ends the plugin"),
    row(libc::SYS_chdir, "directory of the plugin"),
];

/// Every tool profile.
pub(super) const TOOLS: [&Profile; 5] = [&SEARCH, &SSH, &SSH_AGENT, &KUBECTL, &KUBECTL_PLUGIN];
