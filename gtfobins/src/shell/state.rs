//! What a shell knows while a text is followed: directory, variables, functions, files made on the way.

use super::ast::Command;
use super::expand::MAX_FIELD_BYTES;
use std::{collections::BTreeMap, rc::Rc};

/// What the caller's shell is like before the command runs.
#[derive(Clone, Debug, Default)]
pub struct ShellScope {
    /// Working directory, absolute.
    pub cwd: String,
    /// Home directory, absolute.
    pub home: String,
    /// Root of the repository that holds `cwd`, where there is one.
    pub root: Option<String>,
    /// Environment variables whose value is known.
    pub env: BTreeMap<String, String>,
    /// Whether a person types at this shell.
    pub interactive: bool,
    /// The real path behind a path, for programs called through links of their own making.
    pub resolve: Option<fn(&str) -> Option<String>>,
    /// Where programs without a path are searched, as `PATH` has it.
    pub search: String,
    /// What the file of a program (absolute, or a name and where it is searched) gives whoever runs it.
    pub rights: Option<fn(program: &str, search: &str) -> Rights>,
}

/// Rights that a program gets from its own file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rights {
    /// The file is set-user-ID.
    pub suid: bool,
    /// Capabilities that the file permits, as `CAP_SETUID`.
    pub capabilities: Vec<String>,
}

/// A variable: its elements (one for a scalar) and whether children see it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Variable {
    pub(crate) elements: Vec<String>,
    pub(crate) exported: bool,
}

/// What a subshell inherits and cannot give back.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    /// None once a `cd` could not be followed.
    pub(crate) cwd: Option<String>,
    /// Directories that it may be in instead: a `cd` that fails, or is skipped, leaves it there.
    pub(crate) elsewhere: Vec<String>,
    /// What `pushd` put away, the latest last.
    pub(crate) stack: Vec<Option<String>>,
    pub(crate) variables: BTreeMap<String, Variable>,
    pub(crate) functions: BTreeMap<String, Rc<Command>>,
    pub(crate) positional: Option<Vec<String>>,
    /// Descriptors opened on the network by `exec 3<>/dev/tcp/...`.
    pub(crate) network_fds: Vec<u32>,
}

/// A file that the text itself made, and so controls.
#[derive(Clone, Debug, Default)]
pub(crate) struct Made {
    /// Its content where that is known.
    pub(crate) content: Option<String>,
    /// The file it is a copy of or a link to.
    pub(crate) copy_of: Option<String>,
}

/// What flows between commands: the standard input of one, or what one prints.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Stream {
    /// The caller's own input; for output, nothing.
    #[default]
    Inherited,
    /// This text.
    Text(String),
    /// One word a line: paths below these places.
    Paths(Vec<String>),
    /// The content of a file.
    File(String),
    /// Printed by an ordinary program, named.
    Output(String),
    /// Fetched, decoded or computed, by the program named.
    Decoded(String),
}

impl Stream {
    /// Whether something else than the caller's terminal feeds it.
    pub(crate) fn is_fed(&self) -> bool {
        match self {
            Self::Inherited => false,
            Self::File(path) => path != "/dev/null",
            Self::Text(_) | Self::Paths(_) | Self::Output(_) | Self::Decoded(_) => true,
        }
    }

    /// What two commands print one after the other.
    pub(crate) fn then(self, next: Self) -> Self {
        match (self, next) {
            (Self::Inherited, other) | (other, Self::Inherited) => other,
            (Self::Text(mut a), Self::Text(b)) => {
                if a.len() + b.len() > MAX_FIELD_BYTES {
                    return Self::Decoded("a loop".to_owned());
                }
                a.push_str(&b);
                Self::Text(a)
            }
            (Self::Paths(mut a), Self::Paths(b)) => {
                a.extend(b);
                a.truncate(64);
                Self::Paths(a)
            }
            (Self::Decoded(by), _) | (_, Self::Decoded(by)) => Self::Decoded(by),
            (Self::Output(by), _) | (_, Self::Output(by)) | (Self::File(by), _) | (_, Self::File(by)) => {
                Self::Output(by)
            }
            (Self::Text(_), Self::Paths(_)) | (Self::Paths(_), Self::Text(_)) => {
                Self::Output("a list".to_owned())
            }
        }
    }
}
