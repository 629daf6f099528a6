//! From an intent to the facts that policy judges and the work that an effect needs. Whatever is opened here is
//! what the effect later acts on; nothing is looked up twice.

mod clock;
pub mod command;
pub mod filesystem;
mod own;
pub mod workspace;

use crate::{caller::Caller, exec, ground::Ground, report::Failure, sandbox::landlock, work::Work};
use filesystem::{Gathered, Surroundings};
use policy::{
    EnforcementFacts, Floor, Gtfo, Identity, Intent, Places, Scope, Target, TargetFacts, Time, Verdict,
    Workspace, text::escape,
};
use serde_json::Value as Json;
use std::{
    collections::BTreeMap,
    ffi::OsStr,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

/// The facts of a call.
#[derive(Debug)]
pub struct Facts {
    /// What policy reads.
    pub scope: Scope,
    /// What an effect would do, on the descriptors that were judged.
    pub work: Work,
    /// GTFOBins alerts for the record.
    pub alerts: Vec<Json>,
}

/// Gathers the facts of `intent`.
///
/// # Errors
/// A fact that the judgement needs cannot be had; nothing was changed.
pub fn gather(intent: &Intent, caller: &Caller, ground: &Ground) -> Result<Facts, Failure> {
    let places = places(caller, ground);
    let (targets, mut floors, work) = match intent.domain.as_ref() {
        "filesystem" => {
            let around = Surroundings {
                caller,
                home: &ground.home,
                policy: &ground.policy,
                places: &places,
            };
            let Gathered {
                targets,
                floors,
                work,
            } = filesystem::gather(intent, around)?;
            (targets, floors, Work::Native(work))
        }
        "search" | "ssh" | "kubernetes" => {
            let exec::Gathered {
                targets,
                floors,
                work,
            } = exec::gather(intent, caller, &ground.policy)?;
            let setting = exec::Setting {
                home: Some(ground.home.path.clone()),
                ..exec::Setting::default()
            };
            (targets, floors, Work::Exec(Box::new(work), setting))
        }
        "watchtower" => {
            let around = Surroundings {
                caller,
                home: &ground.home,
                policy: &ground.policy,
                places: &places,
            };
            let (targets, floors) = own::gather(intent, around)?;
            (targets, floors, Work::None)
        }
        _ => (
            intent.targets.iter().map(as_given).collect(),
            Vec::new(),
            Work::None,
        ),
    };
    let most = ground.policy.settings().limits.max_targets;
    floors.extend(too_many_targets(intent.targets.len(), most));
    let scope = scope(intent, caller, ground, targets, places, floors);
    Ok(Facts {
        scope,
        work,
        alerts: command::potential(&intent.tool).into_iter().collect(),
    })
}

/// The floor of a call with more targets than the policy lets one have.
fn too_many_targets(targets: usize, most: u64) -> Option<Floor> {
    (targets as u64 > most).then(|| Floor {
        rule: "too-many-targets".to_owned(),
        verdict: Verdict::Deny,
        reason: format!("the call has {targets} targets, {most} are the limit"),
        hint: "split its operands, as `xargs -n` does, or raise `limits.max_targets`".to_owned(),
        target: None,
    })
}

/// What is known of a call whose facts could not be had.
pub(crate) fn as_told(intent: &Intent, caller: &Caller, ground: &Ground) -> Scope {
    let targets = intent.targets.iter().map(as_given).collect();
    scope(
        intent,
        caller,
        ground,
        targets,
        places(caller, ground),
        Vec::new(),
    )
}

fn scope(
    intent: &Intent,
    caller: &Caller,
    ground: &Ground,
    targets: Vec<TargetFacts>,
    places: Places,
    floors: Vec<Floor>,
) -> Scope {
    Scope {
        domain: intent.domain.to_string(),
        operation: intent.operation.to_string(),
        targets,
        identity: identity(caller, ground),
        params: intent.params.clone(),
        gtfo: Gtfo::default(),
        burst: 0,
        time: if ground.mentions("time.") || ground.mentions("expires") {
            clock::now()
        } else {
            Time::default()
        },
        env: environment(caller, &ground.policy.settings().env),
        workspace: workspace_facts(ground),
        places,
        enforcement: EnforcementFacts {
            level: ground.level(caller).to_owned(),
            landlock_abi: i64::from(landlock::abi().unwrap_or(0)),
        },
        floors,
        touched: Vec::new(),
    }
}

/// Gives a target the real path that the other side has for it, escaped; the path it was judged by stays as `given`.
pub(crate) fn name_anew(target: &mut TargetFacts, real: &str) {
    let path = Path::new(real);
    let part = |part: Option<&OsStr>| part.and_then(OsStr::to_str).unwrap_or_default().to_owned();
    let given = std::mem::replace(&mut target.path, real.to_owned());
    target.extra.insert("given".to_owned(), Json::from(given));
    target.name = part(path.file_name());
    target.parent = part(path.parent().map(Path::as_os_str));
    target.ext = part(path.extension()).to_lowercase();
}

/// The facts of a target that are known without looking anything up: its object is not on this machine, or somebody
/// else carries the call out.
fn as_given(target: &Target) -> TargetFacts {
    let path = target
        .path
        .as_deref()
        .map(|path| escape(path.as_bytes()))
        .unwrap_or_default();
    let as_path = Path::new(&path);
    let last = as_path.file_name().and_then(OsStr::to_str).unwrap_or_default();
    TargetFacts {
        role: target.role.to_string(),
        domain: target.domain.to_string(),
        operation: target.operation.to_string(),
        name: if target.name.is_empty() {
            last.to_owned()
        } else {
            target.name.clone()
        },
        parent: as_path
            .parent()
            .and_then(Path::to_str)
            .unwrap_or_default()
            .to_owned(),
        ext: as_path
            .extension()
            .and_then(OsStr::to_str)
            .unwrap_or_default()
            .to_lowercase(),
        host: target.host.clone(),
        user: target.user.clone(),
        port: target.port.map(i64::from).unwrap_or_default(),
        namespace: target.namespace.clone(),
        container: target.container.clone(),
        resource: target.resource.clone(),
        url: target.url.clone(),
        path,
        ..TargetFacts::default()
    }
}

fn identity(caller: &Caller, ground: &Ground) -> Identity {
    let mut identity = Identity {
        principal: caller.principal.clone(),
        uid: i64::from(caller.uid),
        agent: caller.agent.name.clone(),
        learnt: caller.agent.learnt.clone(),
        session: caller.session.clone(),
        capabilities: Vec::new(),
        attestation: "kernel".to_owned(),
        interactive: caller.interactive,
    };
    identity.capabilities = ground.policy.capabilities(&identity);
    identity
}

fn environment(caller: &Caller, names: &[String]) -> BTreeMap<String, String> {
    names
        .iter()
        .filter_map(|name| Some((name.clone(), escape(caller.env.get(OsStr::new(name))?.as_bytes()))))
        .collect()
}

fn workspace_facts(ground: &Ground) -> Workspace {
    ground
        .workspace
        .as_ref()
        .map_or_else(Workspace::default, |root| Workspace {
            root: escape(root.path.as_os_str().as_bytes()),
            branch: if ground.mentions("workspace.branch") {
                workspace::branch(root)
            } else {
                String::new()
            },
        })
}

fn places(caller: &Caller, ground: &Ground) -> Places {
    let shown = |path: &Path| escape(path.as_os_str().as_bytes());
    let real = |path: &PathBuf| workspace::resolve(path).unwrap_or_else(|| path.clone());
    let mut homes: Vec<String> = caller.homes.iter().map(|home| shown(&real(home))).collect();
    homes.dedup();
    let mut watchtower = vec![shown(&ground.home.path)];
    // The project's layer only tightens: taking it away would loosen.
    let workspace = ground.workspace.as_ref();
    watchtower.extend(workspace.map(|root| shown(&root.path.join(".watchtower"))));
    // The program itself, wherever it was installed: what a link to it leads to.
    watchtower.extend(rustix::fs::readlink("/proc/self/exe", Vec::new()).map(|exe| escape(exe.as_bytes())));
    Places { homes, watchtower }
}
