//! What native filesystem effects call beyond what every profile has.
//! No row opens a socket, starts a program, maps executable memory or touches another process.

use super::{
    Mismatch, Profile, Row, When, row, row_when,
    runtime::{HELD, RUNTIME},
};
use nix::libc;

/// `FICLONE`: share extents between two held files.
const FICLONE: u64 = 0x4004_9409;

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
    row(libc::SYS_pwrite64, "writes a held file at an offset"),
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
    row(libc::SYS_fsync, "makes a copy durable before it takes its name"),
    row(
        libc::SYS_fdatasync,
        "makes a copy durable before it takes its name",
    ),
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
    row(libc::SYS_getxattr, "reads extended attributes that a copy keeps"),
    row(libc::SYS_listxattr, "lists extended attributes that a copy keeps"),
    row(libc::SYS_fsetxattr, "sets extended attributes on a copy"),
    row(
        libc::SYS_fremovexattr,
        "strips access lists and file capabilities from a copy",
    ),
    row(libc::SYS_umask, "exact modes of what is made"),
    row(libc::SYS_geteuid, "whether an owner can be kept"),
];

/// Landlock of the calling thread alone, which is taken on after the filter: none of these gives a thread anything.
const RESTRICT: &[Row] = &[
    row_when(
        libc::SYS_prctl,
        &[When::Is(0, libc::PR_SET_NO_NEW_PRIVS as u64)],
        "what Landlock demands first",
    ),
    row(
        libc::SYS_landlock_create_ruleset,
        "names the rights that are restricted",
    ),
    row(libc::SYS_landlock_add_rule, "grants them below a held directory"),
    row_when(
        libc::SYS_landlock_restrict_self,
        &[When::Is(1, 0)],
        "restricts the thread for good, and no other one",
    ),
];

/// Native effects on a thread: EPERM, so that an outcome is still recorded.
pub const NATIVE: Profile = Profile {
    name: "native",
    mismatch: Mismatch::NotPermitted,
    rows: &[RUNTIME, HELD, FILES, RESTRICT],
};

/// The same in a process of its own, which takes on Landlock first.
pub const NATIVE_PROCESS: Profile = Profile {
    name: "native-process",
    mismatch: Mismatch::NotPermitted,
    rows: &[RUNTIME, HELD, FILES],
};
