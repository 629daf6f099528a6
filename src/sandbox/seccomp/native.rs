//! What native filesystem effects call, and what the Rust and C runtimes call under them on their thread.
//! No row opens a socket, starts a program, maps executable memory or touches another process.

use super::{Mismatch, Profile, Row, When, row, row_when};
use nix::libc;

/// `FICLONE`: share extents between two held files.
const FICLONE: u64 = 0x4004_9409;
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

/// Work on descriptors and on names below held directories.
const FILES: &[Row] = &[
    row(
        libc::SYS_openat2,
        "opens below a held directory, with its resolution flags",
    ),
    row(
        libc::SYS_openat,
        "opens directories of a tree and temporary files below a held one",
    ),
    row(libc::SYS_close, "closes what was opened"),
    row(libc::SYS_dup3, "duplicates a held descriptor"),
    row_when(
        libc::SYS_fcntl,
        &[When::Is(1, libc::F_DUPFD_CLOEXEC as u64)],
        "duplicates a held descriptor",
    ),
    row_when(
        libc::SYS_fcntl,
        &[When::Is(1, libc::F_GETFL as u64)],
        "reads the flags of a held descriptor",
    ),
    row_when(
        libc::SYS_fcntl,
        &[When::Is(1, libc::F_GETFD as u64)],
        "debug assertion of the runtime before a close",
    ),
    row(libc::SYS_read, "reads a held file"),
    row(libc::SYS_pread64, "reads a held file at an offset"),
    row(libc::SYS_write, "writes a held file"),
    row(libc::SYS_pwrite64, "writes a held file at an offset"),
    row(libc::SYS_writev, "writes a held file from parts"),
    row(libc::SYS_lseek, "finds data and holes of sparse files"),
    row(
        libc::SYS_copy_file_range,
        "copies between held files within the kernel",
    ),
    row(libc::SYS_sendfile, "copies where copy_file_range cannot"),
    row_when(
        libc::SYS_ioctl,
        &[When::Is(1, FICLONE)],
        "shares extents between held files",
    ),
    row(libc::SYS_fallocate, "reserves space before a copy; keeps holes"),
    row(
        libc::SYS_ftruncate,
        "sets the length of a copy that ends in a hole",
    ),
    row(libc::SYS_fadvise64, "tells the kernel that a copy reads ahead"),
    row(libc::SYS_fsync, "makes a copy durable before it takes its name"),
    row(
        libc::SYS_fdatasync,
        "makes a copy durable before it takes its name",
    ),
    row(libc::SYS_getdents64, "lists a held directory"),
    row(libc::SYS_fstat, "compares device and inode"),
    row(libc::SYS_newfstatat, "looks at a name below a held directory"),
    row(libc::SYS_statx, "looks at a name, with mount id and birth time"),
    row(libc::SYS_fstatfs, "free space and kind of the file system"),
    row(libc::SYS_readlinkat, "copies a symbolic link as one"),
    row(libc::SYS_unlinkat, "removes a name below a held directory"),
    row(libc::SYS_renameat, "moves a name between held directories"),
    row(
        libc::SYS_renameat2,
        "moves a name without replacing, or exchanges two",
    ),
    row(libc::SYS_mkdirat, "makes a directory below a held one"),
    row(libc::SYS_linkat, "links below a held directory"),
    row(
        libc::SYS_symlinkat,
        "makes a symbolic link below a held directory",
    ),
    row(libc::SYS_fchmod, "sets the mode of a held file"),
    row(
        libc::SYS_fchmodat,
        "sets a mode through the descriptor's own name",
    ),
    row(libc::SYS_fchown, "sets the owner of a held file"),
    row(libc::SYS_fchownat, "sets the owner of a symbolic link"),
    row(libc::SYS_utimensat, "sets times"),
    row(libc::SYS_fgetxattr, "reads extended attributes that a copy keeps"),
    row(
        libc::SYS_flistxattr,
        "lists extended attributes that a copy keeps",
    ),
    row(libc::SYS_fsetxattr, "sets extended attributes on a copy"),
    row(libc::SYS_fremovexattr, "strips file capabilities from a copy"),
    row(libc::SYS_umask, "exact modes of what is made"),
    row(libc::SYS_geteuid, "whether an owner can be kept"),
];

/// Native effects: EPERM, so that an outcome is still recorded.
pub const NATIVE: Profile = Profile {
    name: "native",
    mismatch: Mismatch::NotPermitted,
    rows: &[RUNTIME, FILES],
};
