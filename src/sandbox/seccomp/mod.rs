//! System call allow-lists: a profile is a table of rows, each with the reason why it is needed.
//! Whatever has no row meets the profile's errno; the x32 bit makes a number no row has, and a foreign
//! architecture is killed before any row is read. Nothing here ever lists what is forbidden.

mod native;
mod numbers;
mod program;
mod runtime;
mod tools;

pub use native::{NATIVE, NATIVE_PROCESS};
pub use program::{Program, compile};
pub use tools::{KUBECTL, KUBECTL_PLUGIN, SEARCH, SSH, SSH_AGENT, TOOL_FD};

/// What an argument must be. A row passes only if all its conditions hold.
#[derive(Clone, Copy, Debug)]
pub enum When {
    /// The low 32 bits equal the value: how the kernel itself reads `int` arguments and ioctl numbers.
    Is(u8, u64),
    /// The low 32 bits, masked, equal the value.
    Masked(u8, u64, u64),
    /// The low 32 bits are the id of the process that installs the filter.
    IsOwnProcess(u8),
}

/// One admitted system call. Several rows for one call are alternatives.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Its number on this architecture.
    pub number: i64,
    /// Conditions on its arguments, all of which must hold.
    pub when: &'static [When],
    /// Why the profile needs it.
    pub reason: &'static str,
}

/// What a call without a row returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// `EPERM`: our own code, which records the outcome.
    NotPermitted,
    /// `ENOSYS`: other people's programs, whose runtimes then take the older call.
    NotImplemented,
}

impl Mismatch {
    const fn name(self) -> &'static str {
        match self {
            Self::NotPermitted => "EPERM",
            Self::NotImplemented => "ENOSYS",
        }
    }

    const fn number(self) -> u32 {
        match self {
            Self::NotPermitted => 1,
            Self::NotImplemented => 38,
        }
    }
}

/// A named allow-list.
#[derive(Clone, Copy, Debug)]
pub struct Profile {
    /// Name in the record.
    pub name: &'static str,
    /// What any other call returns.
    pub mismatch: Mismatch,
    /// The admitted calls, in tables that profiles share.
    pub rows: &'static [&'static [Row]],
}

impl Profile {
    /// The profile of that name, as a plan names it.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        tools::TOOLS.into_iter().find(|profile| profile.name == name)
    }
}

/// A row without conditions.
const fn row(number: i64, reason: &'static str) -> Row {
    Row {
        number,
        when: &[],
        reason,
    }
}

/// A row with conditions.
const fn row_when(number: i64, when: &'static [When], reason: &'static str) -> Row {
    Row { number, when, reason }
}
