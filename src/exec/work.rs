//! One call of a tool from its plan to its outcome: start the confined child, wait for the decision, let it go,
//! pass on what it says. The tool does not run before `go`.

use super::{
    digests::Digests,
    ending::{End, end_by_force, wait},
    input::{Input, feed},
    kube::YamlFilter,
    output::{Caps, Io, Outcome, Sink},
    ssh::{self, Named, sftp},
    stream::stream,
    tool::Tool,
    version::Learning,
};
use crate::{
    report::{Exit, Failure},
    sandbox::{
        Ahead, Enforcement, Launcher, MinSandbox, Running, Starting, Waiting,
        plan::{ChildPlan, Programs},
    },
};
use policy::{Settings, TargetFacts};
use serde_json::Value as Json;
use std::{
    os::fd::OwnedFd,
    path::PathBuf,
    time::{Duration, Instant},
};

/// What ssh itself ends with where it cannot connect.
const NO_CONNECTION: u8 = 255;

/// A tool with its plan, its input and what happens to its output.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) tool: Tool,
    pub(super) plan: ChildPlan,
    pub(super) input: Input,
    pub(super) filter: Filter,
    /// The host, where it is known by its name only.
    pub(super) named: Option<Named>,
}

/// What happens to the output on its way.
#[derive(Debug)]
pub(super) enum Filter {
    /// Nothing.
    None,
    /// Secret-like fields of YAML are taken out.
    Yaml(Box<YamlFilter>),
    /// It is a conversation, of which `wt` writes the output.
    Sftp(sftp::Wanted),
}

/// What only shows while a call is carried out.
#[derive(Clone, Copy, Debug)]
pub enum Seen<'a> {
    /// The real path of a target, as the other side names it, before it is opened.
    Path {
        /// The target's number in the intent.
        index: usize,
        /// The path, escaped.
        real: &'a str,
    },
    /// The host is this machine: these are read here.
    Local(&'a [TargetFacts]),
}

/// Judges and records what shows, before anything more is done.
pub type Again<'a> = dyn FnMut(Seen<'_>) -> Result<(), Failure> + 'a;

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
        Self(Ok(Prepared {
            job,
            caps: Caps {
                stdout_bytes: limits.stdout_bytes,
                stderr_bytes: limits.stderr_bytes,
                record_bytes: limits.record_bytes,
                timeout: Duration::from_secs(limits.timeout_s),
                cpu_s: limits.cpu_s,
            },
            min: MinSandbox::of_tools(settings),
        }))
    }

    pub(super) fn unready(failure: Failure) -> Self {
        Self(Err(failure))
    }

    /// Whether the tool and its configuration are there.
    pub fn is_ready(&self) -> bool {
        self.0.is_ok()
    }

    /// Tells the child its plan, by which it confines itself while the caller does something else; starts one where
    /// none is `ahead`. Nothing of the intent happens yet.
    ///
    /// # Errors
    /// 69 where the tool is missing or no child can be started, 78 where a configuration cannot be used.
    pub fn start(self, setting: &Setting, ahead: Option<Ahead>) -> Result<Working, Failure> {
        let Prepared { job, caps, min } = self.0?;
        let input = job.input.open()?;
        let plan = ChildPlan {
            without: setting.without.clone(),
            ..job.plan
        };
        let (tool, stdin) = (&job.tool.fd, input.theirs.as_ref());
        let starting = match ahead {
            Some(ahead) if plan.programs == Programs::None => ahead.confine(&plan, tool, stdin)?,
            Some(_) | None => setting.launcher.confine(&plan, tool, stdin)?,
        };
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
            named: job.named,
            caps,
            name: job.tool.name,
            tool: job.tool.record(&digest, digests.version(&digest)),
            learning: Learning::begin(job.tool, digest, digests, setting),
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
    named: Option<Named>,
    caps: Caps,
    name: &'static str,
    tool: Json,
    learning: Option<Learning>,
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

    /// The tool's name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.talk.name
    }

    /// Lets the tool run to its end. To be called only with the decision on record.
    ///
    /// # Errors
    /// 69 where the tool cannot be started or its output not be read; a refusal of `again`, after which nothing
    /// more was opened.
    pub fn go(mut self, io: &mut Io<'_>, again: &mut Again<'_>) -> Result<Outcome, Failure> {
        let learning = self.talk.learning.take();
        let mut outcome = self.run(io, again)?;
        if !io.withdrawal.is_given() {
            outcome.version = learning.and_then(Learning::ask);
        }
        Ok(outcome)
    }

    fn run(self, io: &mut Io<'_>, again: &mut Again<'_>) -> Result<Outcome, Failure> {
        let started = Instant::now();
        let mut talk = self.talk;
        let mut sink = Sink::new(io, talk.caps);
        let mut words = Vec::new();
        if let Some(named) = &talk.named {
            let found = named.find(started + talk.caps.timeout, sink.withdrawal(), again)?;
            words.extend(found);
        }
        if sink.withdrawal().is_given() {
            return Ok(sink.finish(talk.name, End::Withdrawn, started.elapsed()));
        }
        if let Some(named) = talk.named.as_ref().filter(|_| words.is_empty()) {
            sink.err(format!("{}: {}", talk.name, named.unknown()).as_bytes());
            return Ok(sink.finish(talk.name, End::Exited(NO_CONNECTION), started.elapsed()));
        }
        let mut running = self.waiting.go(&words)?;
        let mut unread = false;
        match talk.input {
            Input::Conversation => {
                let Filter::Sftp(wanted) = &talk.filter else {
                    return Err(Failure::new(Exit::Sandbox, "a conversation about nothing"));
                };
                return converse(wanted, talk.ours, &mut running, sink, started, again);
            }
            Input::Files { files, errors } => {
                for error in &errors {
                    sink.err(error.as_bytes());
                }
                unread = !errors.is_empty();
                if let Some(writer) = talk.ours {
                    // It ends by itself: at the end of the files, or when the tool no longer reads.
                    std::thread::Builder::new()
                        .spawn(move || feed(&files, &writer))
                        .map_err(|error| {
                            Failure::new(Exit::Sandbox, format!("cannot feed the tool: {error}"))
                        })?;
                }
            }
            Input::Nothing => {}
        }
        let end = stream(&mut running, &mut sink, started, |sink, bytes| {
            match &mut talk.filter {
                Filter::None | Filter::Sftp(_) => sink.out(bytes),
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
        if talk.name == "ssh"
            && let Some(advice) = ssh::advice(sink.said())
        {
            sink.err(format!("hint: {advice}\n").as_bytes());
        }
        let mut outcome = sink.finish(talk.name, end, started.elapsed());
        if unread && outcome.exit_code == 0 {
            // As jq itself: 2 where a file could not be read.
            outcome.exit_code = 2;
        }
        Ok(outcome)
    }
}

/// Time that ssh has to end by itself after the conversation is over.
const FAREWELL: Duration = Duration::from_secs(2);

fn converse(
    wanted: &sftp::Wanted,
    ours: Option<OwnedFd>,
    running: &mut Running,
    mut sink: Sink<'_, '_>,
    started: Instant,
    again: &mut Again<'_>,
) -> Result<Outcome, Failure> {
    let to = ours.ok_or_else(|| Failure::new(Exit::Sandbox, "a conversation without a socket"))?;
    let deadline = started + sink.caps().timeout;
    let applet = match wanted.act {
        sftp::Act::List => "ssh-ls",
        sftp::Act::Print { .. } => "ssh-cat",
    };
    let talked = sftp::talk(wanted, running.process(), to, &mut sink, deadline, applet, again);
    let end = if let Some(end) = talked.ended {
        end_by_force(running);
        end
    } else {
        let own = wait(
            running,
            sink.withdrawal(),
            deadline.min(Instant::now() + FAREWELL),
        )?;
        match own {
            // ssh's own failures are 255; what it says at the end of a whole conversation does not matter.
            End::Exited(code) if talked.gone => End::Exited(if code == 0 { 255 } else { code }),
            End::Killed { .. } if talked.gone => own,
            _ => End::Exited(talked.exit_code),
        }
    };
    if let Some(advice) = ssh::advice(sink.said()) {
        sink.err(format!("hint: {advice}\n").as_bytes());
    }
    for real in talked.real {
        sink.note(format!("read `{real}`"));
    }
    let outcome = sink.finish(applet, end, started.elapsed());
    match talked.refused {
        Some(failure) => Err(failure),
        None => Ok(outcome),
    }
}
