//! One call of a tool from its plan to its outcome: start the confined child, wait for the decision, let it go,
//! pass on what it says. The tool does not run before `go`.

use super::{
    digests::Digests,
    input::{Input, feed},
    kube::YamlFilter,
    output::{Caps, Io, Outcome, Sink, stream},
    tool::Tool,
};
use crate::{
    report::{Exit, Failure},
    sandbox::{Enforcement, Launcher, MinSandbox, Starting, Waiting, plan::ChildPlan},
};
use policy::Settings;
use serde_json::Value as Json;
use std::{
    os::fd::OwnedFd,
    path::PathBuf,
    time::{Duration, Instant},
};

/// A tool with its plan, its input and what happens to its output.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) tool: Tool,
    pub(super) plan: ChildPlan,
    pub(super) input: Input,
    pub(super) filter: Filter,
}

/// What happens to the output on its way.
#[derive(Debug)]
pub(super) enum Filter {
    /// Nothing.
    None,
    /// Secret-like fields of YAML are taken out.
    Yaml(Box<YamlFilter>),
}

/// What a call would do, or why it cannot be done; either way it is judged and recorded first.
#[derive(Debug)]
pub struct Work(Result<Prepared, Failure>);

#[derive(Debug)]
struct Prepared {
    job: Job,
    caps: Caps,
    min: MinSandbox,
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
    pub(super) fn of(job: Job, settings: &Settings) -> Self {
        let limits = &settings.limits;
        let demanded = &settings.sandbox.min_sandbox.exec;
        Self(Ok(Prepared {
            job,
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
        }))
    }

    pub(super) fn unready(failure: Failure) -> Self {
        Self(Err(failure))
    }

    /// Starts the child, which confines itself while the caller decides. Nothing of the intent happens yet.
    ///
    /// # Errors
    /// 69 where the tool is missing or no child can be started, 78 where a configuration cannot be used.
    pub fn start(self, setting: &Setting) -> Result<Working, Failure> {
        let Prepared { job, caps, min } = self.0?;
        let input = job.input.open()?;
        let plan = ChildPlan {
            without: setting.without.clone(),
            ..job.plan
        };
        let starting = setting
            .launcher
            .confine(&plan, &job.tool.fd, input.theirs.as_ref())?;
        // The child is at work meanwhile.
        let mut digests = setting.home.as_deref().map(Digests::read).unwrap_or_default();
        let digest = job.tool.digest(&mut digests)?;
        if let Some(home) = &setting.home {
            digests.keep(home);
        }
        let talk = Talk {
            ours: input.ours,
            input: job.input,
            filter: job.filter,
            caps,
            name: job.tool.name,
            tool: job.tool.record(&digest),
        };
        Ok(Working { starting, min, talk })
    }
}

/// What is needed once the tool runs.
#[derive(Debug)]
struct Talk {
    ours: Option<OwnedFd>,
    input: Input,
    filter: Filter,
    caps: Caps,
    name: &'static str,
    tool: Json,
}

/// A child that confines itself while the caller decides.
#[derive(Debug)]
pub struct Working {
    starting: Starting,
    min: MinSandbox,
    talk: Talk,
}

impl Working {
    /// What the record says of the tool: name, path, dev, ino, sha256.
    #[must_use]
    pub const fn tool(&self) -> &Json {
        &self.talk.tool
    }

    /// Waits until the child is confined.
    ///
    /// # Errors
    /// 69 where it cannot confine itself, or where less is enforced than policy demands.
    pub fn ready(self) -> Result<Ready, Failure> {
        Ok(Ready {
            waiting: self.starting.ready(&self.min)?,
            talk: self.talk,
        })
    }
}

/// A confined child that waits for the recorded decision.
#[derive(Debug)]
pub struct Ready {
    waiting: Waiting,
    talk: Talk,
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
        &self.talk.tool
    }

    /// Lets the tool run to its end. To be called only with the decision on record.
    ///
    /// # Errors
    /// 69 where the tool cannot be started or its output not be read.
    pub fn go(self, io: &mut Io<'_>) -> Result<Outcome, Failure> {
        let started = Instant::now();
        let mut running = self.waiting.go()?;
        let mut talk = self.talk;
        let mut sink = Sink::new(io, talk.caps);
        let mut unread = false;
        if let Input::Files { files, errors } = talk.input {
            for error in &errors {
                sink.err(error.as_bytes());
            }
            unread = !errors.is_empty();
            if let Some(writer) = talk.ours {
                // It ends by itself: at the end of the files, or when the tool no longer reads.
                std::thread::Builder::new()
                    .spawn(move || feed(&files, &writer))
                    .map_err(|error| Failure::new(Exit::Sandbox, format!("cannot feed the tool: {error}")))?;
            }
        }
        let end = stream(&mut running, &mut sink, started, |sink, bytes| {
            match &mut talk.filter {
                Filter::None => sink.out(bytes),
                Filter::Yaml(filter) => sink.out(&filter.feed(bytes)),
            }
        })?;
        if let Filter::Yaml(filter) = &mut talk.filter {
            let rest = filter.finish();
            sink.out(&rest);
            if filter.count() > 0 {
                sink.note(format!("{} secret-like values taken out", filter.count()));
            }
        }
        let mut outcome = sink.finish(talk.name, end, started.elapsed());
        if unread && outcome.exit_code == 0 {
            // As jq itself: 2 where a file could not be read.
            outcome.exit_code = 2;
        }
        Ok(outcome)
    }
}
