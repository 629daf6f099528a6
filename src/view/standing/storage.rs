//! What the record lies on, where that promises less than a disk of this machine does.

use rustix::fs::fstatfs;
use std::os::fd::AsFd;

/// A kind of file system and what it does not promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Storage {
    /// Its name.
    pub(crate) name: &'static str,
    /// What is not to be had there.
    pub(crate) why: &'static str,
}

const OVER_A_NETWORK: &str = "locks and syncs hold as far as its server holds them, and a writer on another machine may not see the last entries";
const BY_A_PROGRAM: &str = "locks and syncs hold as far as the program behind it holds them";
const IN_MEMORY: &str = "a restart of the machine empties it";

/// `f_type` of statfs(2), from linux/magic.h and those file systems themselves.
const KINDS: &[(u32, &str, &str)] = &[
    (0x0000_6969, "NFS", OVER_A_NETWORK),
    (0xff53_4d42, "SMB", OVER_A_NETWORK),
    (0xfe53_4d42, "SMB", OVER_A_NETWORK),
    (0x0000_517b, "SMB", OVER_A_NETWORK),
    (0x00c3_6400, "Ceph", OVER_A_NETWORK),
    (0x0102_1997, "9P", OVER_A_NETWORK),
    (0x5346_414f, "AFS", OVER_A_NETWORK),
    (0x7375_7245, "Coda", OVER_A_NETWORK),
    (0x0bd0_0bd0, "Lustre", OVER_A_NETWORK),
    (0x4750_4653, "GPFS", OVER_A_NETWORK),
    (0x7461_636f, "OCFS2", OVER_A_NETWORK),
    (0x0116_1970, "GFS2", OVER_A_NETWORK),
    (0x6573_5546, "FUSE", BY_A_PROGRAM),
    (0x0102_1994, "tmpfs", IN_MEMORY),
    (0x8584_58f6, "ramfs", IN_MEMORY),
];

impl Storage {
    /// What an open directory lies on; none for a disk of this machine, and for what the kernel does not tell.
    pub(crate) fn of(dir: impl AsFd) -> Option<Self> {
        // The kernel's type is signed on some machines; the numbers have 32 bits.
        fstatfs(dir)
            .ok()
            .and_then(|found| Self::named(found.f_type as u32))
    }

    fn named(magic: u32) -> Option<Self> {
        let (_, name, why) = *KINDS.iter().find(|(known, ..)| *known == magic)?;
        Some(Self { name, why })
    }
}

#[cfg(test)]
mod tests {
    use super::{IN_MEMORY, OVER_A_NETWORK, Storage};

    #[test]
    fn networks_and_memory_are_told_from_disks() {
        let told = |magic| Storage::named(magic).map(|storage| (storage.name, storage.why));
        assert_eq!(told(0x6969), Some(("NFS", OVER_A_NETWORK)));
        assert_eq!(told(0xff53_4d42), Some(("SMB", OVER_A_NETWORK)));
        assert_eq!(told(0x0102_1994), Some(("tmpfs", IN_MEMORY)));
        // ext4, XFS, btrfs, overlayfs.
        for disk in [0xef53, 0x5846_5342, 0x9123_683e, 0x794c_7630] {
            assert_eq!(told(disk), None, "{disk:#x}");
        }
    }
}
