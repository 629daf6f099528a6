//! From the parts of an analysed command to the scopes that policy judges. Paths are resolved as the kernel would,
//! without holding anything: a command that another program runs is judged, never carried out here.

mod arrivals;
mod operands;
pub mod part;
mod place;
mod rights;
mod touched;

use super::{as_given, clock, environment, identity, places, workspace_facts};
use crate::{caller::Caller, ground::Ground, level, sandbox::landlock};
use gtfobins::{Analysis, Effect, Finding, Part, Weight, shell::ShellScope};
use place::Resolver;
use policy::{
    EnforcementFacts, Floor, Gtfo, Intent, Protect, Scope, Target, TargetFacts, Time, Verdict, text::escape,
};
use rustix::fs::{Mode, OFlags};
use serde_json::{Map, Value as Json, json};
use std::{
    cell::Cell,
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    os::{fd::OwnedFd, unix::ffi::OsStrExt},
    path::Path,
};

/// Variables that commands see with the value they have here: names and places, never secrets.
const KNOWN_VARIABLES: &[&str] = &[
    "TMPDIR",
    "USER",
    "LOGNAME",
    "OLDPWD",
    "XDG_CONFIG_HOME",
    "XDG_CACHE_HOME",
    "XDG_DATA_HOME",
    "XDG_STATE_HOME",
    "XDG_RUNTIME_DIR",
    "WATCHTOWER_DIR",
    "CLAUDE_CONFIG_DIR",
    "CODEX_HOME",
    "GEMINI_CLI_HOME",
    "COPILOT_HOME",
    "GNUPGHOME",
    "KUBECONFIG",
    "DOCKER_CONFIG",
    "CARGO_HOME",
    "NPM_CONFIG_USERCONFIG",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "HISTFILE",
    "ZDOTDIR",
    "VIRTUAL_ENV",
    "GITHUB_WORKSPACE",
    "GITHUB_OUTPUT",
    "GITHUB_ENV",
    "GITHUB_PATH",
    "GITHUB_STEP_SUMMARY",
    "RUNNER_TEMP",
    "CI_PROJECT_DIR",
];

/// What stays the same for every command that one caller has judged.
#[derive(Debug)]
pub struct Surroundings {
    base: Scope,
    shell: ShellScope,
    resolver: Resolver,
    protect: Protect,
    max_targets: u64,
    /// How many entries of trees one command may still have looked at.
    entries_left: Cell<u64>,
}

/// One thing a part does, ready to be judged.
#[derive(Debug)]
pub struct Step {
    /// The intent, for the answer.
    pub intent: Intent,
    /// The facts.
    pub scope: Scope,
    /// Whether the command may only mean it: of a guess what no rule may lower counts, and nothing else.
    pub guessed: bool,
}

impl Surroundings {
    /// The surroundings of `caller`.
    pub fn of(caller: &Caller, ground: &Ground) -> Self {
        let cwd = super::workspace::real_path(&caller.cwd).unwrap_or_default();
        let text = |path: &Path| path.to_string_lossy().into_owned();
        let home = caller.homes.first().map(|home| text(home)).unwrap_or_default();
        let env: BTreeMap<String, String> = KNOWN_VARIABLES
            .iter()
            .filter_map(|name| {
                Some((
                    (*name).to_owned(),
                    caller.env.get(OsStr::new(name))?.to_str()?.to_owned(),
                ))
            })
            .collect();
        let root = ground.workspace.as_ref().map(|root| text(&root.path));
        let base = Scope {
            identity: identity(caller, ground),
            time: if ground.mentions("time.") || ground.mentions("expires") {
                clock::now()
            } else {
                Time::default()
            },
            env: environment(caller, &ground.policy.settings().env),
            workspace: workspace_facts(ground),
            places: places(caller, ground),
            enforcement: EnforcementFacts {
                level: level::of(ground.home.owner, caller).level.to_owned(),
                landlock_abi: i64::from(landlock::abi().unwrap_or(0)),
            },
            ..Scope::default()
        };
        let shell = ShellScope {
            cwd: text(&cwd),
            home,
            root,
            env,
            interactive: caller.interactive,
            resolve: Some(place::real_program),
            search: caller
                .env
                .get(OsStr::new("PATH"))
                .and_then(|path| path.to_str())
                .unwrap_or_default()
                .to_owned(),
            rights: Some(rights::of),
        };
        Self {
            base,
            shell,
            resolver: Resolver::default(),
            protect: ground.policy.protect().clone(),
            max_targets: ground.policy.settings().limits.max_targets,
            entries_left: Cell::new(0),
        }
    }

    /// Takes a command text apart.
    pub fn analyse(&self, text: &str) -> Analysis {
        self.entries_left.set(arrivals::MAX_ENTRIES);
        gtfobins::shell::analyse(text, &self.shell)
    }

    /// The scopes of one part: at least one, so that every part is judged.
    pub fn steps(&self, part: &Part) -> Vec<Step> {
        let mut floors = floors(part);
        floors.extend(operands::floors(
            part,
            &self.protect,
            &self.base.places,
            &self.resolver,
        ));
        floors.extend(super::too_many_targets(part.effects.len(), self.max_targets));
        let gtfo = gtfo(part);
        let program = part.argv.first().cloned().unwrap_or_default();
        let mut steps: Vec<Step> = Vec::with_capacity(part.effects.len() + 1);
        for effect in &part.effects {
            steps.extend(self.effect(effect, &program));
        }
        let runs = part.effects.iter().any(|e| e.domain == "process");
        if steps.iter().all(|step| step.guessed) || !part.argv.is_empty() && !runs {
            steps.push(self.step(execution(&program), None));
        }
        if let Some(first) = steps.iter_mut().find(|step| !step.guessed) {
            floors.append(&mut first.scope.floors);
            first.scope.floors = floors;
            first.scope.gtfo = gtfo;
        }
        steps
    }

    /// The objects that the parts touch, as they are now: `judged`, which their effects are about, and whatever else
    /// they name. None where those are more than a person's yes can hold for.
    pub fn touched(&self, parts: &[Part], judged: Vec<TargetFacts>) -> Option<Vec<TargetFacts>> {
        touched::objects(parts, judged, self).ok()
    }

    fn effect(&self, effect: &Effect, program: &str) -> Vec<Step> {
        if effect.domain == "filesystem" && !effect.arrivals.is_empty() {
            return self.arrivals(effect, program);
        }
        vec![self.step(intent(effect, program), Some(effect))]
    }

    fn step(&self, intent: Intent, effect: Option<&Effect>) -> Step {
        let local = effect.is_some_and(|e| e.domain == "filesystem");
        let targets = intent
            .targets
            .iter()
            .map(|target| {
                if local {
                    self.resolver.facts(target)
                } else {
                    as_given(target)
                }
            })
            .collect();
        let scope = Scope {
            domain: intent.domain.to_string(),
            operation: intent.operation.to_string(),
            targets,
            params: intent.params.clone(),
            ..self.base.clone()
        };
        Step {
            intent,
            scope,
            guessed: effect.is_some_and(|effect| effect.guessed),
        }
    }
}

fn execution(program: &str) -> Intent {
    let target = Target {
        role: "program".into(),
        domain: "process".into(),
        operation: "exec".into(),
        name: program.to_owned(),
        ..Target::default()
    };
    Intent {
        domain: "process".into(),
        operation: "exec".into(),
        targets: vec![target],
        params: Map::new(),
        tool: program.to_owned().into(),
    }
}

/// An effect as the typed intent that an applet would have.
fn intent(effect: &Effect, program: &str) -> Intent {
    let target = Target {
        role: effect.role.into(),
        domain: effect.domain.into(),
        operation: effect.operation.into(),
        path: effect.path.as_ref().map(OsString::from),
        host: effect.host.clone(),
        user: effect.user.clone(),
        port: effect.port,
        namespace: effect.namespace.clone(),
        container: effect.container.clone(),
        resource: effect.resource.clone(),
        name: effect.name.clone(),
        url: effect.url.clone(),
    };
    let mut params = Map::new();
    for (key, value) in &effect.params {
        let value = if value == "true" {
            Json::Bool(true)
        } else {
            Json::String(value.clone())
        };
        params.insert((*key).to_owned(), value);
    }
    Intent {
        domain: effect.domain.into(),
        operation: effect.operation.into(),
        targets: vec![target],
        params,
        tool: program.to_owned().into(),
    }
}

/// Verdicts that the part itself demands.
fn floors(part: &Part) -> Vec<Floor> {
    let concerns = part.concerns.iter().map(|concern| Floor {
        rule: concern.rule.to_owned(),
        verdict: match concern.weight {
            Weight::Escalate => Verdict::Escalate,
            Weight::Deny => Verdict::Deny,
        },
        reason: concern.why.clone(),
        hint: String::new(),
        target: None,
    });
    let findings = part
        .findings
        .iter()
        .filter(|f| f.is_floor())
        .map(|finding| Floor {
            rule: "gtfobins".to_owned(),
            verdict: Verdict::Escalate,
            reason: finding.why.clone(),
            hint: String::new(),
            target: None,
        });
    concerns.chain(findings).collect()
}

/// The gravest finding that asks for an answer, as rules read it.
fn gtfo(part: &Part) -> Gtfo {
    let asking = part.findings.iter().filter(|f| f.invoked && !f.accounted);
    let Some(worst) = asking.max_by(|a, b| a.risk.cmp(&b.risk)) else {
        return Gtfo::default();
    };
    Gtfo {
        risk: worst.risk.name().to_owned(),
        invoked: true,
        functions: worst.functions.iter().map(|f| f.name().to_owned()).collect(),
        binary: worst.binary.to_owned(),
        score: worst.score,
    }
}

/// A finding as records and answers show it.
pub fn alert(finding: &Finding) -> Json {
    json!({
        "binary": finding.binary,
        "functions": finding.functions.iter().map(|f| f.name()).collect::<Vec<_>>(),
        "risk": finding.risk.name(),
        "score": finding.score,
        "flags": finding.flags,
        "invoked": finding.invoked,
        "accounted": finding.accounted,
        "why": finding.why,
    })
}

/// What the program behind an applet could be made to do, as the record of every call notes it. The applet builds its
/// own argv, so nothing of it is in use.
pub fn potential(tool: &str) -> Option<Json> {
    let program = match tool.split_once('-') {
        Some(("safe", program)) => program,
        Some((program @ ("ssh" | "kubectl" | "rg" | "jq"), _)) => program,
        _ => tool,
    };
    gtfobins::potential(program).map(|finding| alert(&finding))
}

/// An intent as answers show it.
pub fn shown(intent: &Intent) -> Json {
    let mut out = Map::new();
    out.insert("domain".into(), json!(intent.domain));
    out.insert("operation".into(), json!(intent.operation));
    let targets: Vec<Json> = intent.targets.iter().map(target).collect();
    out.insert("targets".into(), Json::Array(targets));
    if !intent.params.is_empty() {
        out.insert("params".into(), Json::Object(intent.params.clone()));
    }
    out.insert("tool".into(), json!(intent.tool));
    Json::Object(out)
}

fn target(target: &Target) -> Json {
    let mut out = Map::new();
    out.insert("role".into(), json!(target.role));
    out.insert("operation".into(), json!(target.operation));
    if let Some(path) = &target.path {
        out.insert("path".into(), json!(escape(path.as_bytes())));
    }
    for (key, value) in [
        ("host", &target.host),
        ("user", &target.user),
        ("namespace", &target.namespace),
        ("container", &target.container),
        ("resource", &target.resource),
        ("name", &target.name),
        ("url", &target.url),
    ] {
        if !value.is_empty() {
            out.insert(key.into(), json!(value));
        }
    }
    Json::Object(out)
}

/// A path as the working directory of a command, opened; none where it is no directory.
pub fn directory(path: &str) -> Option<OwnedFd> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    rustix::fs::open(path, flags, Mode::empty()).ok()
}
