//! What an allowed call would do, and the confinement it is done in. Confined before the decision is recorded, so
//! that the record says what holds it; carried out only with the permit that the record gives.

mod ahead;
mod confining;

pub use ahead::Ahead;
pub use confining::Confining;

use crate::{
    effect, exec,
    outcome::{Outcome, Output},
    product::Product,
    record::hex,
    report::{Exit, Failure},
    sandbox::{
        Grant, Launcher, MinSandbox, SandboxError,
        native::{self, Confined, NativePlan},
        process::{EffectPlan, EffectProcess},
    },
    undo,
    withdrawal::Withdrawal,
};
use confining::Begun;
use ledger::Permit;
use policy::{Audit, Decision, NativeSandbox, Settings, Verdict, text::escape};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use std::{os::fd::OwnedFd, sync::Arc, time::Instant};

/// What a call would do.
#[derive(Debug)]
pub enum Work {
    /// System calls of `wt` itself on held descriptors.
    Native(effect::Work),
    /// A pinned tool in a confined child.
    Exec(Box<exec::Work>, exec::Setting),
    /// Taking back what an earlier call did.
    Undo(Box<undo::Work>),
    /// Making a file of `wt`'s own.
    Make(Box<Product>),
    /// What one of `wt`'s own commands does to Watchtower's own files; not confined.
    Own(Own),
    /// Nothing: nobody carries it out.
    None,
}

/// Work in its confinement, waiting for a permit.
#[derive(Debug)]
pub enum Ready {
    /// A thread that has restricted itself.
    Thread(Box<Confined>, effect::Work),
    /// The same, to take something back.
    Undoing(Box<Confined>, Box<undo::Work>),
    /// The same, to make a file.
    Making(Box<Confined>, Box<Product>),
    /// A process of its own that has restricted itself and holds the work.
    Process(Box<EffectProcess>),
    /// A child that has restricted itself; with whether its output goes into the record.
    Child(Box<exec::Ready>, Keep),
    /// A command of `wt` itself.
    Own(Own),
    /// Refused, or nothing to do.
    Nothing,
    /// Allowed by policy, but not to be confined as policy demands.
    Unconfined(Failure),
}

/// What of a tool's output the record keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Its digest.
    Digest,
    /// Also its beginning.
    Beginning,
}

/// The act of one of `wt`'s own commands; done once, with the permit.
pub struct Own(Box<dyn FnOnce(&Permit) -> Outcome>);

impl std::fmt::Debug for Own {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Own")
    }
}

impl Work {
    /// The act of one of `wt`'s own commands.
    pub(crate) fn own(act: impl FnOnce(&Permit) -> Outcome + 'static) -> Self {
        Self::Own(Own(Box::new(act)))
    }

    /// Begins to confine what an allowing decision is about to do, and returns at once. `ahead` is what was
    /// started for it meanwhile.
    pub fn confine(self, decision: Decision, settings: &Settings, ahead: Option<Ahead>) -> Confining {
        let least = least(settings);
        let is_ready = !matches!(&self, Self::Exec(work, _) if !work.is_ready());
        let begun = match (decision.verdict, self) {
            (Verdict::Deny | Verdict::Escalate, _) | (_, Self::None) => Ok(Begun::Done(Ready::Nothing)),
            (Verdict::Allow | Verdict::Shadow, Self::Native(work)) => {
                native_begun(work, settings, &least, ahead)
            }
            (Verdict::Allow | Verdict::Shadow, Self::Undo(work)) => {
                on_thread(ahead, work.grants()).map(|thread| Begun::Undoing(thread, work))
            }
            (Verdict::Allow | Verdict::Shadow, Self::Make(product)) => {
                on_thread(ahead, product.grants()).map(|thread| Begun::Making(thread, product))
            }
            (Verdict::Allow | Verdict::Shadow, Self::Own(own)) => Ok(Begun::Done(Ready::Own(own))),
            (Verdict::Allow | Verdict::Shadow, Self::Exec(work, setting)) => {
                in_child(*work, &setting, &decision, ahead)
            }
        };
        // What is missing before there is anything to confine is told by a name of its own.
        let rule = match &begun {
            Err(_) if !is_ready => "tool-setup",
            Err(failure) if failure.code != Exit::Sandbox as u8 => "quarantine",
            _ => "min-sandbox",
        };
        Confining {
            decision,
            begun,
            least,
            rule,
        }
    }
}

fn on_thread(ahead: Option<Ahead>, grants: Vec<Grant>) -> Result<native::Confining, Failure> {
    Ok(Ahead::or_thread(ahead)?.confine(NativePlan { grants })?)
}

fn native_begun(
    mut work: effect::Work,
    settings: &Settings,
    least: &MinSandbox,
    ahead: Option<Ahead>,
) -> Result<Begun, Failure> {
    work.prepare()?;
    if settings.sandbox.native == NativeSandbox::Process {
        return in_process(work, least).map(Begun::Done);
    }
    on_thread(ahead, work.grants()).map(|thread| Begun::Thread(thread, work))
}

fn in_process(work: effect::Work, least: &MinSandbox) -> Result<Ready, Failure> {
    let grants = work.grants();
    let (plan, held) = work.into_parts();
    let work = serde_json::to_vec(&plan)
        .map_err(|error| Failure::new(Exit::Sandbox, format!("the work cannot be handed over: {error}")))?;
    let plan = EffectPlan { grants, held, work };
    let process = Launcher::default().effect(&plan, least)?;
    Ok(Ready::Process(Box::new(process)))
}

/// Carries out a work that another process holds the permit for; what `wt __effect` does.
pub(crate) fn carry_out(work: &[u8], held: Vec<OwnedFd>, seq: u64, withdrawal: Withdrawal) -> Vec<u8> {
    let done = match serde_json::from_slice(work) {
        Ok(plan) => {
            let held = held.into_iter().map(Arc::new).collect();
            effect::carry_out_parts(plan, held, seq, withdrawal)
        }
        Err(error) => effect::Outcome {
            exit_code: Exit::Sandbox as u8,
            name: "wt".to_owned(),
            messages: vec![format!("the work cannot be read: {error}")],
            ..effect::Outcome::default()
        },
    };
    serde_json::to_vec(&done).unwrap_or_default()
}

fn carried(
    process: EffectProcess,
    permit: Permit,
    withdrawal: &Withdrawal,
) -> Result<effect::Outcome, SandboxError> {
    let text = process.perform(permit.seq(), withdrawal.told())?;
    let mut done: effect::Outcome = serde_json::from_slice(&text).map_err(|error| SandboxError::Refused {
        step: "reading what the effect did",
        why: error.to_string(),
    })?;
    if done.exit_code != 0 {
        done.exit_code = withdrawal.exit_code().unwrap_or(done.exit_code);
    }
    Ok(done)
}

fn in_child(
    work: exec::Work,
    setting: &exec::Setting,
    decision: &Decision,
    ahead: Option<Ahead>,
) -> Result<Begun, Failure> {
    let wanted = decision.verdict == Verdict::Shadow || decision.audit == Audit::Full;
    let keep = if wanted { Keep::Beginning } else { Keep::Digest };
    Ok(Begun::Child(
        Box::new(work.start(setting, Ahead::child(ahead))?),
        keep,
    ))
}

fn least(settings: &Settings) -> MinSandbox {
    let wanted = &settings.sandbox.min_sandbox.native;
    MinSandbox {
        landlock_abi: u8::try_from(wanted.landlock_abi).unwrap_or(u8::MAX),
        seccomp: wanted.seccomp,
        ..MinSandbox::NATIVE
    }
}

impl Ready {
    /// What the kernel confirmed, as recorded; null where nothing is confined.
    pub fn enforcement(&self) -> Json {
        match self {
            Self::Thread(confined, _) => json!(confined.enforcement()),
            Self::Undoing(confined, _) => json!(confined.enforcement()),
            Self::Making(confined, _) => json!(confined.enforcement()),
            Self::Process(process) => json!(process.enforcement()),
            Self::Child(child, _) => {
                let mut enforced = json!(child.enforcement());
                if let Some(fields) = enforced.as_object_mut() {
                    fields.insert("tool".to_owned(), child.tool().clone());
                }
                enforced
            }
            Self::Own(_) | Self::Nothing | Self::Unconfined(_) => Json::Null,
        }
    }

    /// Why the sandbox could not be had.
    pub fn failure(self) -> Option<Failure> {
        match self {
            Self::Unconfined(failure) => Some(failure),
            Self::Thread(..)
            | Self::Undoing(..)
            | Self::Making(..)
            | Self::Process(_)
            | Self::Child(..)
            | Self::Own(_)
            | Self::Nothing => None,
        }
    }

    /// Does the work. The permit is the proof that it was allowed and recorded; `again` judges what only shows
    /// while it is done.
    pub fn perform(self, permit: Permit, output: &mut Output<'_>, again: &mut exec::Again<'_>) -> Outcome {
        let started = Instant::now();
        let done = match self {
            Self::Thread(confined, work) => {
                if work.looks_often() {
                    output.withdrawal.heed();
                }
                let withdrawal = output.withdrawal.clone();
                let done = confined.perform(move || work.carry_out(&permit, withdrawal));
                printed_native(done, output)
            }
            Self::Undoing(confined, work) => {
                printed_native(confined.perform(move || work.carry_out(&permit)), output)
            }
            Self::Making(confined, product) => {
                printed_native(confined.perform(move || product.carry_out(&permit)), output)
            }
            Self::Process(process) => {
                output.withdrawal.heed();
                let done = carried(*process, permit, &output.withdrawal);
                printed_native(done, output)
            }
            Self::Child(child, keep) => tool(*child, keep, permit, output, again),
            Self::Own(Own(act)) => act(&permit),
            Self::Nothing | Self::Unconfined(_) => Outcome::default(),
        };
        let duration_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        Outcome { duration_us, ..done }
    }
}

/// What a native effect did, or that its thread was lost.
fn printed_native(done: Result<effect::Outcome, SandboxError>, output: &mut Output<'_>) -> Outcome {
    match done {
        Ok(done) => printed(done, output),
        Err(lost) => {
            let effects = vec![json!({"op": "lost", "error": lost.to_string()})];
            let failure = Failure::from(lost);
            let exit_code = output.withdrawal.exit_code().unwrap_or_else(|| {
                output.tell("wt", &failure).unwrap_or(());
                failure.code
            });
            Outcome {
                exit_code,
                effects,
                ..Outcome::default()
            }
        }
    }
}

/// Lets a tool run. The permit is used up by it.
fn tool(
    child: exec::Ready,
    keep: Keep,
    permit: Permit,
    output: &mut Output<'_>,
    again: &mut exec::Again<'_>,
) -> Outcome {
    drop(permit);
    output.withdrawal.heed();
    let name = child.name();
    let mut io = exec::Io {
        stdout_is_terminal: output.terminal,
        stderr_is_terminal: output.terminal,
        stdout: &mut *output.stdout,
        stderr: &mut *output.stderr,
        withdrawal: output.withdrawal.clone(),
    };
    match child.go(&mut io, again) {
        Ok(done) => {
            let mut effects: Vec<Json> = done.notes.iter().map(|note| json!({"note": note})).collect();
            effects.extend(done.version.map(|version| json!({"tool_version": version})));
            if keep == Keep::Beginning {
                effects.push(json!({"stdout": escape(&done.kept)}));
            }
            Outcome {
                exit_code: done.exit_code,
                signal: done.signal,
                stdout_sha256: done.stdout_sha256,
                stdout_bytes: done.stdout_bytes,
                truncated: done.truncated,
                effects,
                ..Outcome::default()
            }
        }
        Err(failure) => {
            // A closed error output changes nothing about the failure, which is recorded.
            output.tell(name, &failure).unwrap_or(());
            Outcome {
                exit_code: failure.code,
                effects: vec![json!({"error": failure.message})],
                ..Outcome::default()
            }
        }
    }
}

/// Passes on what a native effect said. A reader that has gone changes nothing about what was done.
fn printed(done: effect::Outcome, output: &mut Output<'_>) -> Outcome {
    let stdout = output
        .stdout
        .write_all(&done.stdout)
        .and_then(|()| output.stdout.flush());
    let stderr = done
        .told()
        .map_or(Ok(()), |failure| output.tell(&done.name, &failure));
    Outcome {
        exit_code: done.exit_code,
        stdout_sha256: if done.stdout.is_empty() {
            String::new()
        } else {
            hex(&Sha256::digest(&done.stdout))
        },
        stdout_bytes: done.stdout.len() as u64,
        truncated: stdout.is_err() || stderr.is_err(),
        effects: done.effects,
        ..Outcome::default()
    }
}
