//! What GTFOBins says of one command: the functions a binary has, and those that this call uses.

/// What a binary can be made to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Function {
    /// Starts an interactive shell.
    Shell,
    /// Runs a command.
    Command,
    /// Connects a shell to a listener elsewhere.
    ReverseShell,
    /// Offers a shell on a port.
    BindShell,
    /// Hands over to another binary of the database.
    Inherit,
    /// Writes a file.
    FileWrite,
    /// Reads a file.
    FileRead,
    /// Loads a library.
    LibraryLoad,
    /// Changes who may do what.
    PrivilegeEscalation,
    /// Sends data out.
    Upload,
    /// Fetches data.
    Download,
}

/// How grave a finding is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Risk {
    /// Nothing known.
    #[default]
    None,
    /// Upload, download.
    Medium,
    /// Reads and writes files, loads libraries, raises privileges.
    High,
    /// Runs programs.
    Critical,
}

/// What is known of the situation a command runs in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Situation {
    /// It runs through sudo, doas, pkexec or the like.
    pub sudo: bool,
    /// The program file is set-user-ID.
    pub suid: bool,
    /// File capabilities of the program, as `CAP_SETUID`.
    pub capabilities: Vec<String>,
    /// A person types at its terminal.
    pub interactive: bool,
    /// Its input comes from a pipe, a redirection or a here-document.
    pub fed_stdin: bool,
    /// Environment variables set for it.
    pub env: Vec<String>,
}

/// One alert.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Name in the database.
    pub binary: &'static str,
    /// Its functions: all of them for a potential, those used for an invocation.
    pub functions: Vec<Function>,
    /// The gravest of them.
    pub risk: Risk,
    /// 0.0 to 1.0; sudo and set-user-ID add.
    pub score: f64,
    /// Options and variables that gave it away.
    pub flags: Vec<String>,
    /// Whether this call uses the functions, or cannot be shown not to.
    pub invoked: bool,
    /// Whether what it runs is judged on its own: the wrapped command, the project's own script. Such a
    /// finding is told but asks for nothing more.
    pub accounted: bool,
    /// One line.
    pub why: String,
}

impl Function {
    /// Every function, gravest first.
    pub const ALL: [Self; 11] = [
        Self::Shell,
        Self::Command,
        Self::ReverseShell,
        Self::BindShell,
        Self::Inherit,
        Self::FileWrite,
        Self::FileRead,
        Self::LibraryLoad,
        Self::PrivilegeEscalation,
        Self::Upload,
        Self::Download,
    ];

    /// The name in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Shell => "shell",
            Self::Command => "command",
            Self::ReverseShell => "reverse-shell",
            Self::BindShell => "bind-shell",
            Self::Inherit => "inherit",
            Self::FileWrite => "file-write",
            Self::FileRead => "file-read",
            Self::LibraryLoad => "library-load",
            Self::PrivilegeEscalation => "privilege-escalation",
            Self::Upload => "upload",
            Self::Download => "download",
        }
    }

    /// The function of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|f| f.name() == name)
    }

    /// How grave it is.
    pub fn risk(self) -> Risk {
        match self {
            Self::Shell | Self::Command | Self::ReverseShell | Self::BindShell | Self::Inherit => {
                Risk::Critical
            }
            Self::FileWrite | Self::FileRead | Self::LibraryLoad | Self::PrivilegeEscalation => Risk::High,
            Self::Upload | Self::Download => Risk::Medium,
        }
    }
}

impl Risk {
    /// The word in records and rules; empty for none.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// Its weight, 0.0 to 1.0, before the situation adds.
    pub fn score(self) -> f64 {
        match self {
            Self::None => 0.0,
            Self::Medium => 0.4,
            Self::High => 0.7,
            Self::Critical => 0.9,
        }
    }
}

impl Situation {
    /// What the situation adds to a score.
    pub(crate) fn weight(&self) -> f64 {
        if self.sudo || self.suid || !self.capabilities.is_empty() {
            0.1
        } else {
            0.0
        }
    }
}

impl Finding {
    /// A finding whose risk and score follow from its functions and the situation.
    pub(crate) fn new(
        binary: &'static str,
        functions: Vec<Function>,
        situation: &Situation,
        why: impl Into<String>,
    ) -> Self {
        let risk = functions.iter().map(|f| f.risk()).max().unwrap_or_default();
        let score = (risk.score() + situation.weight()).min(1.0);
        Self {
            binary,
            functions,
            risk,
            score,
            flags: Vec::new(),
            invoked: true,
            accounted: false,
            why: why.into(),
        }
    }

    /// The same finding, told only.
    pub(crate) fn accounted(mut self) -> Self {
        self.accounted = true;
        self
    }

    /// Whether it asks for a person on its own.
    pub fn is_floor(&self) -> bool {
        self.invoked && !self.accounted && self.risk == Risk::Critical
    }
}
