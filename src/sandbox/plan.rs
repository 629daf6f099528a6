//! What a confined child is told: the program to become, what it may see, and how much of everything.
//! Plain values that travel over a socket; nothing in a plan is taken from the caller without a judgement.

use super::Access;
use serde::{Deserialize, Serialize};

/// A path or argument, exact bytes.
pub type Bytes = Vec<u8>;

/// An object that the child sees, at the same content and nowhere else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bind {
    /// Where it is: an absolute path without symbolic links.
    pub source: Bytes,
    /// Where the child sees it: absolute.
    pub target: Bytes,
    /// Device and inode that were judged; none for fixed system paths.
    pub judged: Option<(u64, u64)>,
    /// Bits of the [`Access`] that Landlock grants there.
    pub access: u16,
    /// Whether its absence is no error: system files that a machine need not have.
    pub optional: bool,
}

impl Bind {
    /// A system object that need not exist, at its own path.
    #[must_use]
    pub fn system(path: &str, access: Access) -> Self {
        Self::found(path.as_bytes().to_vec(), access)
    }

    /// An object that need not exist, at its own path.
    #[must_use]
    pub fn found(path: Bytes, access: Access) -> Self {
        Self {
            source: path.clone(),
            target: path,
            judged: None,
            access: access.bits(),
            optional: true,
        }
    }

    /// A judged object.
    #[must_use]
    pub fn judged(source: Bytes, target: Bytes, id: (u64, u64), access: Access) -> Self {
        Self {
            source,
            target,
            judged: Some(id),
            access: access.bits(),
            optional: false,
        }
    }
}

/// A file that exists only for the child.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MadeFile {
    /// Absolute path.
    pub path: Bytes,
    /// Content.
    pub content: Bytes,
}

/// What the child sees of the file system.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct View {
    /// Objects from outside, parents before what lies in them.
    pub binds: Vec<Bind>,
    /// Symbolic links to make: (path, what it says).
    pub links: Vec<(Bytes, Bytes)>,
    /// Empty directories to make.
    pub dirs: Vec<Bytes>,
    /// Files to make.
    pub files: Vec<MadeFile>,
    /// Paths below binds that are covered by something empty.
    pub masks: Vec<Bytes>,
    /// Working directory.
    pub cwd: Bytes,
    /// Size of a private writable `/tmp`, 0 for an empty read-only one.
    pub tmp_bytes: u64,
}

/// Which network the child has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Network {
    /// None: an empty network namespace, and a profile without sockets.
    Cut,
    /// TCP to these ports, and DNS.
    Ports(Vec<u16>),
}

/// Whether the tool starts other programs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Programs {
    /// None.
    #[default]
    None,
    /// Some, which live in a PID namespace that ends with the tool.
    Some,
}

/// How much of everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Processor seconds.
    pub cpu_s: u64,
    /// Address space in bytes.
    pub memory_bytes: u64,
    /// Largest file it may write.
    pub file_bytes: u64,
    /// Processes and threads, where a user namespace makes them its own.
    pub processes: u64,
}

/// Everything that a confined child is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChildPlan {
    /// Arguments, the name first.
    pub argv: Vec<Bytes>,
    /// The whole environment.
    pub env: Vec<Bytes>,
    /// Name of the seccomp profile.
    pub profile: String,
    /// What it sees.
    pub view: View,
    /// What it reaches.
    pub network: Network,
    /// Whether it starts other programs.
    #[serde(default)]
    pub programs: Programs,
    /// How much of everything.
    pub limits: Limits,
    /// Whether the message also brings the program's standard input, after the tool itself.
    pub stdin: bool,
    /// Layers that tests leave out to be an older or stricter kernel; each is reported as missing.
    #[serde(default)]
    pub without: Vec<String>,
}
