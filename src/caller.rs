//! Who calls, from where: gathered once by a front end and handed to the engine as a value.
//! The uid and the parents come from the kernel; environment markers and claims are recorded as what they are.

use crate::{
    accounts::Users,
    effect::words::reason,
    facts::workspace::real_path,
    report::{Exit, Failure},
};
use policy::text::escape;
use rustix::{
    fs::{Mode, OFlags},
    io::Errno,
};
use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs::File,
    io::{IsTerminal, Read},
    os::{fd::OwnedFd, unix::ffi::OsStrExt},
    path::PathBuf,
    sync::OnceLock,
};

/// How many ancestors are looked at for an agent.
const MAX_ANCESTORS: usize = 8;
/// Enough of `/proc/PID/stat` for the name and the parent, in one read.
const MAX_STAT_BYTES: usize = 256;

/// Who asks, and from which directory. The engine reads nothing of the process itself.
#[derive(Debug)]
pub struct Caller {
    /// User name of the real uid, `uid:N` where it has none.
    pub principal: String,
    /// Real uid.
    pub uid: u32,
    /// Working directory that relative operands start from, opened `O_PATH`.
    pub cwd: OwnedFd,
    /// Where the workspace is looked for instead of there: sessions of agents hold to the one of their first call.
    pub root: Option<OwnedFd>,
    /// `$HOME` where it is set and absolute, then the passwd home.
    pub homes: Vec<PathBuf>,
    /// The agent that runs the call.
    pub agent: Agent,
    /// The agent's session, `` for none.
    pub session: String,
    /// Set by front ends that number their requests.
    pub request_id: String,
    /// A name claimed by `--identity`; recorded, never believed.
    pub claimed: String,
    /// Whether a person sits at a terminal.
    pub interactive: bool,
    /// The front end it comes through.
    pub front: Front,
    /// The environment, of which only names that policy lists are ever used.
    pub env: BTreeMap<OsString, OsString>,
    /// File mode creation mask.
    pub umask: u32,
}

/// The way a call came in, which decides what can be promised of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Front {
    /// A program on PATH: whoever calls it could have called another.
    Shell,
    /// A tool server: the agent has no other tools.
    Server,
    /// An agent's own hook, which the agent may ignore.
    Hook,
}

/// An agent and how it was learnt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agent {
    /// `claude-code`, `opencode`, `codex`, ... or ``.
    pub name: String,
    /// `parent`, `environment`, `mcp`, `hook`, or ``.
    pub learnt: String,
}

/// Environment variables that agents set for the commands they run, and names of their processes.
const MARKERS: &[(&str, &str)] = &[
    ("CLAUDECODE", "claude-code"),
    ("OPENCODE", "opencode"),
    ("CODEX_SANDBOX", "codex"),
    ("CODEX_THREAD_ID", "codex"),
    ("GEMINI_CLI", "gemini"),
    ("CURSOR_AGENT", "cursor"),
    ("COPILOT_CLI", "copilot"),
    ("AIDER_MODEL", "aider"),
    ("GOOSE_TERMINAL", "goose"),
];
const PROCESSES: &[(&str, &str)] = &[
    ("claude", "claude-code"),
    ("opencode", "opencode"),
    ("codex", "codex"),
    ("gemini", "gemini"),
    ("cursor-agent", "cursor"),
    ("copilot", "copilot"),
    ("aider", "aider"),
    ("goose", "goose"),
];

/// Environment variables in which agents name their session.
const SESSIONS: &[&str] = &[
    "CLAUDE_CODE_SESSION_ID",
    "CLAUDE_SESSION_ID",
    "OPENCODE_SESSION_ID",
    "CODEX_THREAD_ID",
    "GEMINI_SESSION_ID",
];

impl Caller {
    /// Gathers the caller of this very process.
    ///
    /// # Errors
    /// The working directory or `/etc/passwd` cannot be read.
    pub fn of_this_process() -> Result<Self, Failure> {
        let env: BTreeMap<OsString, OsString> = std::env::vars_os().collect();
        let uid = rustix::process::getuid().as_raw();
        let users = Users::read()?;
        let cwd = rustix::fs::open(
            ".",
            OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC,
            Mode::empty(),
        )
        .map_err(unusable)?;
        let mut homes: Vec<PathBuf> = Vec::with_capacity(2);
        let claimed_home = env.get(&OsString::from("HOME")).map(PathBuf::from);
        homes.extend(claimed_home.filter(|home| home.is_absolute()));
        let passwd_home = users.by_uid(uid).map(|user| user.home);
        homes.extend(passwd_home.filter(|home| home.is_absolute() && !homes.contains(home)));
        Ok(Self {
            principal: users.name_of(uid),
            uid,
            cwd,
            root: None,
            homes,
            agent: agent_of(&env),
            session: SESSIONS
                .iter()
                .find_map(|name| env.get(&OsString::from(name)))
                .map(|value| escape(value.as_bytes()))
                .unwrap_or_default(),
            request_id: String::new(),
            claimed: String::new(),
            interactive: std::io::stdin().is_terminal() && std::io::stderr().is_terminal(),
            front: Front::Shell,
            env,
            umask: umask(),
        })
    }

    /// Whether the working directory still has a name: nothing can be judged by a path from one that has none, nor a tool
    /// be started in it.
    ///
    /// # Errors
    /// 64 where it was removed.
    pub fn placed(&self) -> Result<(), Failure> {
        let links = rustix::fs::fstat(&self.cwd).map_err(unusable)?.st_nlink;
        // Some file systems count no links at all.
        if links == 0 && real_path(&self.cwd).is_none_or(|path| !path.exists()) {
            return Err(unusable(Errno::NOENT));
        }
        Ok(())
    }

    /// The same caller in another working directory.
    #[must_use]
    pub fn at(self, cwd: OwnedFd) -> Self {
        Self { cwd, ..self }
    }
}

/// A working directory that cannot be worked in, and what to do.
fn unusable(errno: Errno) -> Failure {
    let (why, hint) = match errno {
        Errno::NOENT => ("it was removed".to_owned(), "change to a directory that exists"),
        Errno::ACCESS => (
            "you may not enter it".to_owned(),
            "change to a directory that you may enter, or give yourself the right: `chmod u+x`",
        ),
        other => (reason(other).to_lowercase(), "change to another directory"),
    };
    Failure::new(Exit::Usage, format!("cannot use the working directory: {why}")).hint(hint)
}

/// The caller's mask, found once: it is read by setting it, the only way there is, which no two threads may do at the
/// same time. What it takes from the owner stays out of force, since Watchtower must be able to read its own files.
pub(crate) fn umask() -> u32 {
    static FOUND: OnceLock<u32> = OnceLock::new();
    *FOUND.get_or_init(|| {
        let found = rustix::process::umask(Mode::from_raw_mode(0o077));
        rustix::process::umask(found & Mode::from_raw_mode(0o077));
        found.as_raw_mode()
    })
}

fn agent_of(env: &BTreeMap<OsString, OsString>) -> Agent {
    if let Some(name) = agent_among_parents() {
        return Agent {
            name: name.to_owned(),
            learnt: "parent".to_owned(),
        };
    }
    MARKERS
        .iter()
        .find(|(variable, _)| env.contains_key(&OsString::from(variable)))
        .map(|(_, name)| Agent {
            name: (*name).to_owned(),
            learnt: "environment".to_owned(),
        })
        .unwrap_or_default()
}

fn agent_among_parents() -> Option<&'static str> {
    let mut pid = rustix::process::getppid()?.as_raw_nonzero().get();
    for _ in 0..MAX_ANCESTORS {
        if pid <= 1 {
            return None;
        }
        let mut stat = [0; MAX_STAT_BYTES];
        let length = File::open(format!("/proc/{pid}/stat"))
            .ok()?
            .read(&mut stat)
            .ok()?;
        let (comm, parent) = parse_stat(stat.get(..length)?)?;
        if let Some((_, agent)) = PROCESSES.iter().find(|(process, _)| process.as_bytes() == comm) {
            return Some(agent);
        }
        pid = parent;
    }
    None
}

/// Splits `/proc/PID/stat` into the command name and the parent's pid. The name may hold spaces and
/// parentheses, so the last `)` ends it (proc_pid_stat(5)).
fn parse_stat(stat: &[u8]) -> Option<(&[u8], i32)> {
    let open = stat.iter().position(|b| *b == b'(')?;
    let close = stat.iter().rposition(|b| *b == b')')?;
    let comm = stat.get(open + 1..close)?;
    let rest = std::str::from_utf8(stat.get(close + 1..)?).ok()?;
    Some((comm, rest.split_ascii_whitespace().nth(1)?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::parse_stat;

    #[test]
    fn a_process_name_with_parentheses_does_not_hide_its_parent() {
        assert_eq!(
            parse_stat(b"77 (a) R 1 (x) S 42 77 77 0"),
            Some((&b"a) R 1 (x"[..], 42))
        );
        assert_eq!(parse_stat(b"77 broken"), None);
    }
}
