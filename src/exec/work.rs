//! One call of a tool from its plan to its outcome: start the confined child, wait for the decision, let it go,
//! pass on what it says. The tool does not run before `go`.

use super::{
    output::{Caps, Io, Outcome, Sink, stream},
    tool::{Digests, Tool},
};
use crate::{
    report::{Exit, Failure},
    sandbox::{Enforcement, Launcher, MinSandbox, Starting, Waiting, plan::ChildPlan},
};
use policy::Settings;
use rustix::{fs::fstat, io::write};
use serde_json::Value as Json;
use std::{
    os::fd::OwnedFd,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// How many bytes of a multi-file input are passed on at once.
const FEED: usize = 64 << 10;
/// File in Watchtower's directory that remembers digests of tools.
const DIGESTS: &str = "tools.json";
/// Largest such file.
const MAX_DIGESTS: u64 = 1 << 20;

/// A tool with everything it needs.
#[derive(Debug)]
pub struct Work {
    tool: Tool,
    plan: ChildPlan,
    input: Input,
    caps: Caps,
    min: MinSandbox,
}

/// What the tool reads.
#[derive(Debug)]
enum Input {
    Nothing,
    Files {
        files: Vec<OwnedFd>,
        errors: Vec<String>,
    },
}

/// The surroundings of a start that are not part of the intent.
#[derive(Clone, Debug, Default)]
pub struct Setting {
    /// The program that becomes the child.
    pub launcher: Launcher,
    /// Watchtower's directory, where digests of tools are remembered; none to remember nothing.
    pub home: Option<PathBuf>,
    /// Layers to leave out, as an older or stricter kernel would: each is reported as missing, and policy's
    /// `min_sandbox` decides as it does there.
    pub without: Vec<String>,
}

impl Work {
    pub(super) fn rg(tool: Tool, plan: ChildPlan, settings: &Settings) -> Self {
        Self::new(tool, plan, Input::Nothing, settings)
    }

    pub(super) fn jq(
        tool: Tool,
        plan: ChildPlan,
        files: Vec<OwnedFd>,
        errors: Vec<String>,
        settings: &Settings,
    ) -> Self {
        Self::new(tool, plan, Input::Files { files, errors }, settings)
    }

    fn new(tool: Tool, plan: ChildPlan, input: Input, settings: &Settings) -> Self {
        let limits = &settings.limits;
        let demanded = &settings.sandbox.min_sandbox.exec;
        Self {
            tool,
            plan,
            input,
            caps: Caps {
                stdout_bytes: limits.stdout_bytes,
                stderr_bytes: limits.stderr_bytes,
                record_bytes: limits.record_bytes,
                timeout: Duration::from_secs(limits.timeout_s),
            },
            min: MinSandbox {
                landlock_abi: u8::try_from(demanded.landlock_abi).unwrap_or(u8::MAX),
                seccomp: demanded.seccomp,
                network: true,
                namespaces: if demanded.namespaces {
                    &["user", "mount"]
                } else {
                    &[]
                },
            },
        }
    }

    /// Starts the child, which confines itself while the caller decides. Nothing of the intent happens yet.
    ///
    /// # Errors
    /// 69 where no child can be started or an input not be prepared.
    pub fn start(self, setting: &Setting) -> Result<Working, Failure> {
        let (stdin, feed) = match &self.input {
            Input::Nothing => (None, None),
            Input::Files { files, .. } => open_input(files)?,
        };
        let plan = ChildPlan {
            without: setting.without.clone(),
            ..self.plan
        };
        let starting = setting.launcher.confine(&plan, &self.tool.fd, stdin.as_ref())?;
        let mut digests = setting.home.as_deref().map(read_digests).unwrap_or_default();
        let digest = self.tool.digest(&mut digests)?;
        if digests.changed
            && let Some(home) = &setting.home
        {
            write_digests(home, &digests);
        }
        let tool = self.tool.record(&digest);
        Ok(Working {
            starting,
            tool,
            feed,
            caps: self.caps,
            min: self.min,
            input: self.input,
            name: self.tool.name,
        })
    }
}

/// The standard input for some files: the one file itself, or a pipe that they are written to in order.
fn open_input(files: &[OwnedFd]) -> Result<(Option<OwnedFd>, Option<OwnedFd>), Failure> {
    let failed = |why: String| Failure::new(Exit::Sandbox, format!("cannot prepare the tool's input: {why}"));
    if let [only] = files {
        return Ok((
            Some(only.try_clone().map_err(|error| failed(error.to_string()))?),
            None,
        ));
    }
    let (reader, writer) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)
        .map_err(|errno| failed(errno.to_string()))?;
    Ok((Some(reader), Some(writer)))
}

fn read_digests(home: &Path) -> Digests {
    let path = home.join(DIGESTS);
    let small = path
        .symlink_metadata()
        .is_ok_and(|data| data.is_file() && data.len() <= MAX_DIGESTS);
    let known = small
        .then(|| std::fs::read(&path).ok())
        .flatten()
        .and_then(|text| serde_json::from_slice(&text).ok());
    Digests {
        known: known.unwrap_or_default(),
        changed: false,
    }
}

/// Keeps what was learnt. Failing only means to hash again.
fn write_digests(home: &Path, digests: &Digests) {
    let Ok(text) = serde_json::to_vec(&digests.known) else {
        return;
    };
    let Ok(dir) = rustix::fs::open(
        home,
        rustix::fs::OFlags::PATH | rustix::fs::OFlags::DIRECTORY | rustix::fs::OFlags::CLOEXEC,
        rustix::fs::Mode::empty(),
    ) else {
        return;
    };
    let temporary = format!("{DIGESTS}.{}", std::process::id());
    let flags = rustix::fs::OFlags::CREATE
        | rustix::fs::OFlags::EXCL
        | rustix::fs::OFlags::WRONLY
        | rustix::fs::OFlags::CLOEXEC;
    let Ok(file) = rustix::fs::openat(
        &dir,
        &temporary,
        flags,
        rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
    ) else {
        return;
    };
    if write(&file, &text) != Ok(text.len()) || rustix::fs::renameat(&dir, &temporary, &dir, DIGESTS).is_err()
    {
        rustix::fs::unlinkat(&dir, &temporary, rustix::fs::AtFlags::empty()).unwrap_or(());
    }
}

/// A child that confines itself while the caller decides.
#[derive(Debug)]
pub struct Working {
    starting: Starting,
    tool: Json,
    feed: Option<OwnedFd>,
    caps: Caps,
    min: MinSandbox,
    input: Input,
    name: &'static str,
}

impl Working {
    /// What the record says of the tool: name, path, dev, ino, sha256.
    #[must_use]
    pub const fn tool(&self) -> &Json {
        &self.tool
    }

    /// Waits until the child is confined.
    ///
    /// # Errors
    /// 69 where it cannot confine itself, or where less is enforced than policy demands.
    pub fn ready(self) -> Result<Ready, Failure> {
        let waiting = self.starting.ready(&self.min)?;
        Ok(Ready {
            waiting,
            feed: self.feed,
            caps: self.caps,
            input: self.input,
            name: self.name,
            tool: self.tool,
        })
    }
}

/// A confined child that waits for the recorded decision.
#[derive(Debug)]
pub struct Ready {
    waiting: Waiting,
    feed: Option<OwnedFd>,
    caps: Caps,
    input: Input,
    name: &'static str,
    tool: Json,
}

impl Ready {
    /// What holds the child, for the record.
    #[must_use]
    pub const fn enforcement(&self) -> &Enforcement {
        self.waiting.enforcement()
    }

    /// What the record says of the tool.
    #[must_use]
    pub const fn tool(&self) -> &Json {
        &self.tool
    }

    /// Lets the tool run to its end. To be called only with the decision on record.
    ///
    /// # Errors
    /// 69 where the tool cannot be started or its output not be read.
    pub fn go(self, io: &mut Io<'_>) -> Result<Outcome, Failure> {
        let started = Instant::now();
        let mut running = self.waiting.go()?;
        let mut sink = Sink::new(io, self.caps);
        let mut unread = false;
        if let Input::Files { files, errors } = self.input {
            for error in &errors {
                sink.err(error.as_bytes());
            }
            unread = !errors.is_empty();
            if let Some(writer) = self.feed {
                // It ends by itself: at the end of the files, or when the tool no longer reads.
                std::thread::Builder::new()
                    .spawn(move || feed(&files, &writer))
                    .map_err(|error| Failure::new(Exit::Sandbox, format!("cannot feed the tool: {error}")))?;
            }
        }
        let end = stream(&mut running, &mut sink, started, |sink, bytes| sink.out(bytes))?;
        let mut outcome = sink.finish(self.name, end, started.elapsed());
        if unread && outcome.exit_code == 0 {
            // As jq itself: 2 where a file could not be read.
            outcome.exit_code = 2;
        }
        Ok(outcome)
    }
}

fn feed(files: &[OwnedFd], to: &OwnedFd) {
    let mut buffer = vec![0u8; FEED];
    for file in files {
        let size = fstat(file).map_or(0, |stat| stat.st_size);
        let mut at = 0u64;
        while let Ok(got @ 1..) = rustix::io::pread(file, &mut buffer, at) {
            let mut rest = buffer.get(..got).unwrap_or_default();
            while !rest.is_empty() {
                match write(to, rest) {
                    Ok(written) => rest = rest.get(written..).unwrap_or_default(),
                    Err(_) => return,
                }
            }
            at += got as u64;
            // A file that grows while it is read would never end.
            if size > 0 && at >= u64::try_from(size).unwrap_or(0) {
                break;
            }
        }
    }
}
