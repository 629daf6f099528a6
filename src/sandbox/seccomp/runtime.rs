//! What every profile has: the runtimes' own calls, and reading and writing what is open already.
//! Nothing here opens anything, reaches outside the process, or maps executable memory.

use super::{Row, When, row, row_when};
use nix::libc;

const PROT_EXEC: u64 = 4;

/// Memory, locks and the end of a thread: nothing here reaches outside the process.
pub(super) const RUNTIME: &[Row] = &[
    row(
        libc::SYS_futex,
        "locks and the hand-over of results between threads",
    ),
    row_when(
        libc::SYS_mmap,
        &[When::Masked(2, PROT_EXEC, 0)],
        "heap and stacks, never executable",
    ),
    row_when(
        libc::SYS_mprotect,
        &[When::Masked(2, PROT_EXEC, 0)],
        "heap growth and guard pages, never executable",
    ),
    row(libc::SYS_munmap, "frees heap and stacks"),
    row(libc::SYS_mremap, "grows large buffers"),
    row(libc::SYS_madvise, "gives stacks and heap back"),
    row(libc::SYS_brk, "heap of the main arena"),
    row(
        libc::SYS_sigaltstack,
        "takes down the guard stack at the end of a thread",
    ),
    row(
        libc::SYS_rt_sigprocmask,
        "signal mask while a thread starts or ends",
    ),
    row(libc::SYS_rt_sigreturn, "return from a signal handler"),
    row(libc::SYS_rseq, "registration at the end of a thread"),
    row(libc::SYS_set_robust_list, "thread start"),
    row(libc::SYS_sched_yield, "spins briefly before a lock sleeps"),
    row(
        libc::SYS_restart_syscall,
        "the kernel's own resumption after a stop",
    ),
    row(libc::SYS_clock_gettime, "time stamps where the vDSO cannot serve"),
    row(libc::SYS_clock_nanosleep, "waits"),
    row(libc::SYS_getrandom, "names of temporary files and hash seeds"),
    row(libc::SYS_getpid, "identity of the process itself"),
    row(libc::SYS_gettid, "identity of the thread itself"),
    row(libc::SYS_exit, "end of the thread"),
    row(libc::SYS_exit_group, "end of the process"),
];

/// Work on what is open, and looking at names.
pub(super) const HELD: &[Row] = &[
    row(libc::SYS_close, "closes what was opened"),
    row(libc::SYS_read, "reads what is open"),
    row(libc::SYS_pread64, "reads a file at an offset"),
    row(libc::SYS_write, "writes what is open"),
    row(libc::SYS_writev, "writes from parts"),
    row(libc::SYS_lseek, "finds its place, and holes, in a file"),
    row(libc::SYS_fadvise64, "tells the kernel that it reads ahead"),
    row(libc::SYS_getdents64, "lists an open directory"),
    row(libc::SYS_fstat, "looks at what is open"),
    row(libc::SYS_newfstatat, "looks at a name"),
    row(libc::SYS_statx, "looks at a name, with mount id and birth time"),
    row(libc::SYS_fstatfs, "kind and free space of a file system"),
    row(libc::SYS_readlinkat, "reads a symbolic link"),
    row(libc::SYS_dup3, "duplicates an open descriptor"),
];
