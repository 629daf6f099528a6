//! What a program's own file gives whoever runs it: set-user-ID and file capabilities, read from the real file.
//! Looks only; a file that cannot be looked at gives nothing.

use gtfobins::shell::Rights;
use rustix::fs::{Mode, getxattr, stat};

/// Where capabilities are kept (capabilities(7)).
const ATTRIBUTE: &str = "security.capability";
/// Longest form of the attribute: revision 3, with the owner of its namespace.
const MAX_ATTRIBUTE_BYTES: usize = 24;
/// Revision 1 of the attribute holds one word each, later ones two.
const REVISION_1: u32 = 0x0100_0000;
const REVISION_2: u32 = 0x0200_0000;
const REVISION_3: u32 = 0x0300_0000;
/// The revision within the first word.
const REVISION_MASK: u32 = 0xff00_0000;
/// Names by number (linux/capability.h).
const NAMES: &[&str] = &[
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_DAC_READ_SEARCH",
    "CAP_FOWNER",
    "CAP_FSETID",
    "CAP_KILL",
    "CAP_SETGID",
    "CAP_SETUID",
    "CAP_SETPCAP",
    "CAP_LINUX_IMMUTABLE",
    "CAP_NET_BIND_SERVICE",
    "CAP_NET_BROADCAST",
    "CAP_NET_ADMIN",
    "CAP_NET_RAW",
    "CAP_IPC_LOCK",
    "CAP_IPC_OWNER",
    "CAP_SYS_MODULE",
    "CAP_SYS_RAWIO",
    "CAP_SYS_CHROOT",
    "CAP_SYS_PTRACE",
    "CAP_SYS_PACCT",
    "CAP_SYS_ADMIN",
    "CAP_SYS_BOOT",
    "CAP_SYS_NICE",
    "CAP_SYS_RESOURCE",
    "CAP_SYS_TIME",
    "CAP_SYS_TTY_CONFIG",
    "CAP_MKNOD",
    "CAP_LEASE",
    "CAP_AUDIT_WRITE",
    "CAP_AUDIT_CONTROL",
    "CAP_SETFCAP",
    "CAP_MAC_OVERRIDE",
    "CAP_MAC_ADMIN",
    "CAP_SYSLOG",
    "CAP_WAKE_ALARM",
    "CAP_BLOCK_SUSPEND",
    "CAP_AUDIT_READ",
    "CAP_PERFMON",
    "CAP_BPF",
    "CAP_CHECKPOINT_RESTORE",
];

/// The rights of a program: of the file itself where the name is a path, else of the first executable of that name
/// in the directories of `search`.
pub(super) fn of(program: &str, search: &str) -> Rights {
    if program.contains('/') {
        return of_file(program).unwrap_or_default();
    }
    let dirs = search.split(':').filter(|dir| dir.starts_with('/'));
    dirs.map(|dir| format!("{dir}/{program}"))
        .find_map(|path| of_file(&path))
        .unwrap_or_default()
}

/// None where there is no executable file.
fn of_file(path: &str) -> Option<Rights> {
    let status = stat(path).ok()?;
    let mode = Mode::from_raw_mode(status.st_mode);
    if !mode.intersects(Mode::XUSR | Mode::XGRP | Mode::XOTH) {
        return None;
    }
    let mut bytes = [0; MAX_ATTRIBUTE_BYTES];
    let length = getxattr(path, ATTRIBUTE, &mut bytes).unwrap_or(0);
    Some(Rights {
        suid: mode.contains(Mode::SUID),
        capabilities: permitted(bytes.get(..length).unwrap_or_default()),
    })
}

/// The capabilities in the permitted set of an attribute; none where it is not in a known form.
fn permitted(attribute: &[u8]) -> Vec<String> {
    let words: Vec<u32> = attribute
        .as_chunks::<4>()
        .0
        .iter()
        .map(|word| u32::from_le_bytes(*word))
        .collect();
    let set = match words.as_slice() {
        [head, low, _] if head & REVISION_MASK == REVISION_1 => u64::from(*low),
        [head, low, _, high, _] if head & REVISION_MASK == REVISION_2 => {
            u64::from(*low) | u64::from(*high) << 32
        }
        [head, low, _, high, _, _] if head & REVISION_MASK == REVISION_3 => {
            u64::from(*low) | u64::from(*high) << 32
        }
        _ => 0,
    };
    let held = |(bit, name): (usize, &&str)| (set >> bit & 1 == 1).then(|| (*name).to_owned());
    NAMES.iter().enumerate().filter_map(held).collect()
}

#[cfg(test)]
mod tests {
    use super::permitted;

    #[test]
    fn every_revision_of_the_attribute_is_read() {
        let setuid = ["CAP_SETUID"];
        assert_eq!(permitted(&[0, 0, 0, 1, 128, 0, 0, 0, 0, 0, 0, 0]), setuid);
        let mut second = vec![1, 0, 0, 2, 128, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        assert_eq!(permitted(&second), ["CAP_SETUID", "CAP_CHECKPOINT_RESTORE"]);
        second[3] = 3;
        second.extend([232, 3, 0, 0]);
        assert_eq!(permitted(&second), ["CAP_SETUID", "CAP_CHECKPOINT_RESTORE"]);
    }

    #[test]
    fn what_is_no_capability_attribute_gives_nothing() {
        for bytes in [
            &[][..],
            &[1, 0, 0, 2],
            &[9; 20],
            &[0, 0, 0, 2, 128, 0, 0, 0, 0, 0, 0],
        ] {
            assert_eq!(permitted(bytes), Vec::<String>::new());
        }
    }
}
