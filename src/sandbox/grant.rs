//! What an effect may do below a directory it holds open, in words that do not depend on a kernel feature.
//! Never names a path: a grant is a descriptor, so that it means the object that was judged.

use serde::{Serialize, Serializer};
use std::{
    ops::{BitOr, BitOrAssign},
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    sync::Arc,
};

/// Rights below one directory or on one file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Access(u16);

impl Access {
    /// No right at all: the object stays reachable only through descriptors that are already open.
    pub const NONE: Self = Self(0);
    /// Open regular files for reading.
    pub const READ: Self = Self(1);
    /// List directories.
    pub const LIST: Self = Self(1 << 1);
    /// Write to and truncate existing regular files.
    pub const WRITE: Self = Self(1 << 2);
    /// Create, link and rename regular files into place.
    pub const MAKE_FILE: Self = Self(1 << 3);
    /// Create and rename directories into place.
    pub const MAKE_DIR: Self = Self(1 << 4);
    /// Create and rename symbolic links into place.
    pub const MAKE_SYMLINK: Self = Self(1 << 5);
    /// Unlink and rename away files and symbolic links.
    pub const REMOVE_FILE: Self = Self(1 << 6);
    /// Remove and rename away directories.
    pub const REMOVE_DIR: Self = Self(1 << 7);
    /// Link or rename between directories; both need it, and both need equal rights for directories.
    pub const REFER: Self = Self(1 << 8);
    /// Execute files.
    pub const EXECUTE: Self = Self(1 << 9);
    /// Rename and link special files: what a move of a whole tree may meet.
    pub const MAKE_SPECIAL: Self = Self(1 << 10);
    /// Connect to sockets that have a name (Landlock ABI 9).
    pub const CONNECT: Self = Self(1 << 11);

    /// Read files and list directories.
    pub const LOOK: Self = Self(Self::READ.0 | Self::LIST.0);
    /// Everything that a rename of any entry between two directories needs.
    pub const MOVE: Self = Self(
        Self::MAKE_FILE.0
            | Self::MAKE_DIR.0
            | Self::MAKE_SYMLINK.0
            | Self::REMOVE_FILE.0
            | Self::REMOVE_DIR.0
            | Self::REFER.0,
    );

    const NAMES: [(Self, &'static str); 12] = [
        (Self::READ, "read"),
        (Self::LIST, "list"),
        (Self::WRITE, "write"),
        (Self::MAKE_FILE, "make-file"),
        (Self::MAKE_DIR, "make-dir"),
        (Self::MAKE_SYMLINK, "make-symlink"),
        (Self::REMOVE_FILE, "remove-file"),
        (Self::REMOVE_DIR, "remove-dir"),
        (Self::REFER, "refer"),
        (Self::EXECUTE, "execute"),
        (Self::MAKE_SPECIAL, "make-special"),
        (Self::CONNECT, "connect"),
    ];

    /// Whether every right of `other` is among these.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The rights by name, separated by spaces.
    #[must_use]
    pub fn names(self) -> String {
        let mut out = String::new();
        for (right, name) in Self::NAMES {
            if self.contains(right) {
                if !out.is_empty() {
                    out.push(' ');
                }
                out.push_str(name);
            }
        }
        out
    }

    /// The rights as they travel to a child.
    #[must_use]
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// The rights from their bits; none where an unknown bit is set.
    #[must_use]
    pub const fn from_bits(bits: u16) -> Option<Self> {
        if bits >> Self::NAMES.len() == 0 {
            Some(Self(bits))
        } else {
            None
        }
    }
}

impl BitOr for Access {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Access {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

impl Serialize for Access {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.names())
    }
}

/// Rights below one held directory, or on one held file.
#[derive(Clone, Debug)]
pub struct Grant {
    /// The object, as judged.
    pub dir: Arc<OwnedFd>,
    /// What may be done there.
    pub access: Access,
}

impl Grant {
    /// Grants `access` below `dir`.
    #[must_use]
    pub fn new(dir: Arc<OwnedFd>, access: Access) -> Self {
        Self { dir, access }
    }
}

impl AsFd for Grant {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.dir.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::Access;

    #[test]
    fn rights_are_named_and_travel_as_bits() {
        let access = Access::LOOK | Access::REFER;
        assert_eq!(access.names(), "read list refer");
        assert_eq!(Access::from_bits(access.bits()), Some(access));
        assert_eq!(Access::from_bits(1 << 12), None);
        assert!(Access::MOVE.contains(Access::REFER));
        assert!(!Access::MOVE.contains(Access::READ));
    }
}
