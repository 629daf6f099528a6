//! The side of `wt` that starts a confined child, learns what holds it, and lets it go.
//! Gives nothing but the plan, the tool and its input; a child that is dropped before it is let go is killed.

use super::{
    Enforcement, MinSandbox, SandboxError,
    child::Report,
    namespaces,
    plan::{Bytes, ChildPlan, Limits, Network, Programs, View},
    wire::Channel,
};
use std::{
    os::{
        fd::{AsFd, OwnedFd},
        unix::process::CommandExt,
    },
    path::PathBuf,
    process::{Child, Command, Stdio},
};

/// The program that becomes the child: this one, unless a test names another build of it.
#[derive(Clone, Debug)]
pub struct Launcher(PathBuf);

impl Default for Launcher {
    fn default() -> Self {
        Self(PathBuf::from("/proc/self/exe"))
    }
}

impl Launcher {
    /// Starts children from another build of `wt`.
    #[must_use]
    pub fn of(program: impl Into<PathBuf>) -> Self {
        Self(program.into())
    }

    /// Starts `wt WORDS` with an empty environment and the socket as its standard input.
    pub(crate) fn start<'a>(
        &self,
        words: impl IntoIterator<Item = &'a str>,
        output: fn() -> Stdio,
    ) -> Result<(Channel, Child), SandboxError> {
        let (channel, theirs) = Channel::pair()?;
        let child = Command::new(&self.0)
            .arg0("wt")
            .args(words)
            .env_clear()
            .stdin(Stdio::from(theirs))
            .stdout(output())
            .stderr(output())
            .spawn()
            .map_err(|error| SandboxError::io("starting the confined process", &error))?;
        Ok((channel, child))
    }

    /// Starts a child that takes namespaces of its own and then awaits its plan, so that it is on its way while the
    /// call is still judged. It knows nothing of the call; dropped, it is killed.
    ///
    /// # Errors
    /// [`SandboxError`] where no process can be started.
    pub fn ahead(&self, network: &Network) -> Result<Ahead, SandboxError> {
        self.ahead_with(namespaces::wanted(network, Programs::None))
    }

    fn ahead_with<'a>(&self, namespaces: impl Iterator<Item = &'a str>) -> Result<Ahead, SandboxError> {
        let (channel, child) = self.start(std::iter::once("__confine").chain(namespaces), Stdio::piped)?;
        Ok(Ahead {
            channel,
            guard: Guard(child),
        })
    }

    /// Starts a child that confines itself by `plan`. `tool` is what it will become.
    ///
    /// # Errors
    /// [`SandboxError`] where no process can be started.
    pub fn confine(
        &self,
        plan: &ChildPlan,
        tool: &OwnedFd,
        stdin: Option<&OwnedFd>,
    ) -> Result<Starting, SandboxError> {
        let left_out = |name: &&str| !plan.without.iter().any(|layer| layer == name);
        self.ahead_with(namespaces::wanted(&plan.network, plan.programs).filter(left_out))?
            .confine(plan, tool, stdin)
    }
}

/// A child that has no plan yet.
#[derive(Debug)]
pub struct Ahead {
    channel: Channel,
    guard: Guard,
}

impl Ahead {
    /// Gives the child its plan, what it will become, and its standard input.
    ///
    /// # Errors
    /// [`SandboxError`] where it has gone.
    pub fn confine(
        self,
        plan: &ChildPlan,
        tool: &OwnedFd,
        stdin: Option<&OwnedFd>,
    ) -> Result<Starting, SandboxError> {
        let text = serde_json::to_vec(plan).map_err(|error| SandboxError::Refused {
            step: "writing the plan",
            why: error.to_string(),
        })?;
        let mut descriptors = vec![tool.as_fd()];
        descriptors.extend(stdin.map(AsFd::as_fd));
        self.channel.send(&text, &descriptors)?;
        Ok(Starting {
            channel: self.channel,
            guard: self.guard,
        })
    }
}

/// What holds a tool on this machine, found out by a child that confines itself and then ends.
///
/// # Errors
/// [`SandboxError`] where no child can be confined at all.
pub fn probe() -> Result<Enforcement, SandboxError> {
    let own = std::fs::File::open("/proc/self/exe")
        .map_err(|error| SandboxError::io("opening this program", &error))?;
    let plan = ChildPlan {
        argv: Vec::new(),
        env: Vec::new(),
        profile: super::seccomp::SEARCH.name.to_owned(),
        view: View {
            cwd: b"/".to_vec(),
            ..View::default()
        },
        network: Network::Cut,
        programs: Programs::None,
        limits: Limits {
            cpu_s: 1,
            memory_bytes: 1 << 30,
            file_bytes: 0,
            processes: 1,
        },
        stdin: false,
        without: Vec::new(),
    };
    let none = MinSandbox {
        landlock_abi: 0,
        seccomp: false,
        network: false,
        namespaces: &[],
    };
    let ready = Launcher::default()
        .confine(&plan, &own.into(), None)?
        .ready(&none)?;
    Ok(ready.enforcement)
}

/// Kills and reaps a child that nobody took over.
#[derive(Debug)]
pub(crate) struct Guard(pub(crate) Child);

impl Drop for Guard {
    fn drop(&mut self) {
        // Killing fails only where the child has been reaped already.
        self.0.kill().and_then(|()| self.0.wait().map(drop)).unwrap_or(());
    }
}

/// A child that is confining itself while its parent does something else.
#[derive(Debug)]
pub struct Starting {
    channel: Channel,
    guard: Guard,
}

impl Starting {
    /// Waits until the child is confined.
    ///
    /// # Errors
    /// [`SandboxError`] where it could not confine itself, or where less is enforced than `min` demands.
    pub fn ready(self, min: &MinSandbox) -> Result<Waiting, SandboxError> {
        let enforcement = read_report(&self.channel)?;
        min.check(&enforcement)?;
        Ok(Waiting {
            channel: self.channel,
            guard: self.guard,
            enforcement,
        })
    }
}

/// The report of a child of either kind.
pub(crate) fn read_report(channel: &Channel) -> Result<Enforcement, SandboxError> {
    let lost = SandboxError::Lost {
        step: "it was confined",
    };
    let text = channel.receive()?.ok_or(lost)?;
    let report: Report = serde_json::from_slice(&text).map_err(|error| SandboxError::Refused {
        step: "reading the report",
        why: error.to_string(),
    })?;
    report.map_err(|why| SandboxError::Refused {
        step: "in the confined process",
        why,
    })
}

/// A confined child that waits for the recorded decision.
#[derive(Debug)]
pub struct Waiting {
    channel: Channel,
    guard: Guard,
    enforcement: Enforcement,
}

impl Waiting {
    /// What the kernel confirmed.
    #[must_use]
    pub const fn enforcement(&self) -> &Enforcement {
        &self.enforcement
    }

    /// Lets the child become the tool and returns it. `words` are words of its argv, by number, that were not known
    /// when the plan was made.
    ///
    /// # Errors
    /// [`SandboxError`] where the tool cannot be started.
    pub fn go(self, words: &[(usize, Bytes)]) -> Result<Running, SandboxError> {
        let text = serde_json::to_vec(words).map_err(|error| SandboxError::Refused {
            step: "writing the last words",
            why: error.to_string(),
        })?;
        self.channel.send(&text, &[])?;
        match self.channel.receive()? {
            None => Ok(Running { guard: self.guard }),
            Some(text) => {
                let why = serde_json::from_slice::<Report>(&text)
                    .map_or_else(|e| e.to_string(), |report| report.err().unwrap_or_default());
                Err(SandboxError::Refused {
                    step: "starting the tool",
                    why,
                })
            }
        }
    }
}

/// The pinned tool, running confined; killed when dropped.
#[derive(Debug)]
pub struct Running {
    guard: Guard,
}

impl Running {
    /// The process, with its output pipes.
    pub fn process(&mut self) -> &mut Child {
        &mut self.guard.0
    }
}
