//! The kubectl applets: facts, floors, the private configuration, and the argv that is built from the intent.

mod argv;
mod config;
mod redact;

use super::{
    input::Input,
    operand::Operand,
    tool::Tool,
    view::{base, network, order},
    work::{Filter, Job, Work},
};
use crate::{
    accounts::Users,
    caller::Caller,
    report::{Exit, Failure},
    sandbox::{
        Access,
        plan::{Bind, ChildPlan, Limits, MadeFile, Network, Programs},
    },
};
use config::{Chosen, Part, choose};
use policy::{Floor, Intent, Policy, Settings, Target, TargetFacts, Verdict, text::escape};
use redact::Redactor;
use rustix::{
    fs::{FileType, Mode, OFlags, fstat, open},
    io::pread,
};
use serde_json::Value as Json;
use std::{
    ffi::OsStr,
    os::{fd::OwnedFd, unix::ffi::OsStrExt},
    path::{Path, PathBuf},
};

/// Size of its private `/tmp`.
const TMP_BYTES: u64 = 64 << 20;
/// A Go program reserves address space freely.
const MEMORY: u64 = 16 << 30;

/// Facts, floors and work of a kubectl applet. What is wrong with the configuration comes out when the work is
/// started, so that the call is judged and recorded all the same.
pub(super) fn gather(
    intent: &Intent,
    caller: &Caller,
    policy: &Policy,
) -> Result<(Vec<TargetFacts>, Vec<Floor>, Work), Failure> {
    let mut targets: Vec<TargetFacts> = intent.targets.iter().map(facts).collect();
    let mut floors: Vec<Floor> = targets
        .iter()
        .enumerate()
        .filter_map(|(index, target)| secret(index, target))
        .collect();
    let settings = policy.settings();
    let prepared = prepare(intent, caller, settings, &mut targets, &mut floors);
    let work = match prepared {
        Ok(job) => Work::of(job, settings),
        Err(failure) => Work::unready(failure),
    };
    Ok((targets, floors, work))
}

fn facts(target: &Target) -> TargetFacts {
    let path = target
        .path
        .as_deref()
        .map(|path| escape(path.as_bytes()))
        .unwrap_or_default();
    let part =
        |part: Option<&OsStr>| part.map_or_else(String::new, |part| part.to_string_lossy().into_owned());
    let as_path = Path::new(&path);
    TargetFacts {
        role: target.role.to_string(),
        domain: target.domain.to_string(),
        operation: target.operation.to_string(),
        name: target.name.clone(),
        parent: part(as_path.parent().map(Path::as_os_str)),
        ext: part(as_path.extension()).to_lowercase(),
        namespace: target.namespace.clone(),
        container: target.container.clone(),
        resource: target.resource.clone(),
        entries: 1,
        path,
        ..TargetFacts::default()
    }
}

/// Secrets of the cluster, by kind and by where containers find them.
fn secret(index: usize, target: &TargetFacts) -> Option<Floor> {
    let floor = |reason: String, hint: &str| Floor {
        rule: "kubernetes-secret".to_owned(),
        verdict: Verdict::Deny,
        reason,
        hint: hint.to_owned(),
        target: Some(index),
    };
    let kind = target.resource.split('.').next().unwrap_or_default();
    if matches!(kind, "secret" | "secrets") {
        return Some(floor(
            "secrets are never given".to_owned(),
            "ask a person for what the secret is needed for",
        ));
    }
    if target.path.is_empty() {
        return None;
    }
    let parts: Vec<&str> = target
        .path
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
        .collect();
    if parts.contains(&"..") || !target.path.starts_with('/') {
        return Some(floor(
            format!("`{}` is not a plain absolute path", target.path),
            "name it without `..`",
        ));
    }
    let mounted = matches!(
        parts.as_slice(),
        ["var", "run", "secrets", ..] | ["run", "secrets", ..]
    );
    let process = matches!(parts.as_slice(), ["proc", _, rest @ ..] if !matches!(rest, [] | ["status" | "stat" | "limits" | "mounts" | "cgroup" | "uptime"]))
        && parts.get(1).is_some_and(|id| {
            *id == "self" || *id == "thread-self" || id.bytes().all(|byte| byte.is_ascii_digit())
        });
    (mounted || process).then(|| {
        floor(
            format!("`{}` holds secrets of the pod", target.path),
            "mounted secrets and processes' memory are never given",
        )
    })
}

fn prepare(
    intent: &Intent,
    caller: &Caller,
    settings: &Settings,
    targets: &mut Vec<TargetFacts>,
    floors: &mut Vec<Floor>,
) -> Result<Job, Failure> {
    let path = kubeconfig(caller, settings)?;
    let text = trusted(&path, caller)?;
    let wanted = intent.params.get("context").and_then(Json::as_str);
    let chosen = choose(&text, &path, wanted, &settings.kubernetes)?;
    let allowed = &settings.kubernetes.contexts;
    if !(chosen.is_current && allowed.is_empty() || allowed.contains(&chosen.context)) {
        floors.push(Floor {
            rule: "kubernetes-context".to_owned(),
            verdict: Verdict::Escalate,
            reason: format!("`{}` is not the current context", chosen.context),
            hint: "the policy's `kubernetes.contexts` lists what may be used".to_owned(),
            target: None,
        });
    }
    for target in targets.iter_mut() {
        target.host.clone_from(&chosen.host);
        target.port = i64::from(chosen.port);
    }
    let files = referenced(&chosen, &path, caller, targets)?;
    let tool = Tool::find("kubectl", "kubernetes-client", &settings.sandbox.tools)?;
    let plan = plan(intent, &chosen, &files, &tool, settings)?;
    let filter = if intent.operation == "get" {
        Filter::Yaml(Box::default())
    } else {
        Filter::None
    };
    Ok(Job {
        tool,
        plan,
        input: Input::Nothing,
        filter,
        named: None,
    })
}

/// The kubeconfig: policy's, or that of a home which the caller owns.
fn kubeconfig(caller: &Caller, settings: &Settings) -> Result<PathBuf, Failure> {
    let own = |home: &&PathBuf| rustix::fs::stat(home.as_path()).is_ok_and(|stat| stat.st_uid == caller.uid);
    let hint = "log in to a cluster as yourself, or name the file in the policy's `kubernetes.kubeconfig`";
    match &settings.kubernetes.kubeconfig {
        Some(named) => super::named_path(named, caller).ok_or_else(|| {
            Failure::new(
                Exit::Config,
                format!("policy names `{named}`, which is no absolute path"),
            )
            .hint(hint)
        }),
        None => caller
            .homes
            .iter()
            .filter(own)
            .map(|home| home.join(".kube/config"))
            .find(|path| path.symlink_metadata().is_ok())
            .ok_or_else(|| Failure::new(Exit::Config, "there is no kubeconfig").hint(hint)),
    }
}

/// Reads a file that must be the caller's or root's and not for others to write.
fn trusted(path: &Path, caller: &Caller) -> Result<Vec<u8>, Failure> {
    let (file, stat) = open_file(path)?;
    if stat.st_uid != caller.uid && stat.st_uid != 0 || stat.st_mode & 0o022 != 0 {
        let message = format!("`{}` can be changed by others", path.display());
        return Err(Failure::new(Exit::Config, message).hint(format!("chmod go-w {}", path.display())));
    }
    read_whole(&file, path)
}

fn open_file(path: &Path) -> Result<(OwnedFd, rustix::fs::Stat), Failure> {
    let failed = |why: &dyn std::fmt::Display| {
        Failure::new(Exit::Config, format!("cannot read `{}`: {why}", path.display()))
    };
    let file = open(
        path,
        OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK,
        Mode::empty(),
    )
    .map_err(|errno| failed(&errno))?;
    let stat = fstat(&file).map_err(|errno| failed(&errno))?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return Err(failed(&"it is not a regular file"));
    }
    if u64::try_from(stat.st_size).unwrap_or(u64::MAX) > config::MAX_BYTES {
        return Err(failed(&"it is too large"));
    }
    Ok((file, stat))
}

fn read_whole(file: &OwnedFd, path: &Path) -> Result<Vec<u8>, Failure> {
    let limit = usize::try_from(config::MAX_BYTES).unwrap_or(usize::MAX);
    let mut out = Vec::new();
    let mut buffer = vec![0u8; 64 << 10];
    loop {
        let got = pread(file, &mut buffer, out.len() as u64).map_err(|errno| {
            Failure::new(Exit::Config, format!("cannot read `{}`: {errno}", path.display()))
        })?;
        if got == 0 || out.len() > limit {
            return Ok(out);
        }
        out.extend_from_slice(buffer.get(..got).unwrap_or_default());
    }
}

/// Reads the files that the context names. Those beside a kubeconfig in the caller's home belong to it; any other
/// is judged as a read of its own, since it would travel to the server.
fn referenced(
    chosen: &Chosen,
    kubeconfig: &Path,
    caller: &Caller,
    targets: &mut Vec<TargetFacts>,
) -> Result<Vec<(Part, Vec<u8>)>, Failure> {
    let users = Users::read()?;
    let beside = kubeconfig.parent().filter(|dir| {
        caller
            .homes
            .iter()
            .any(|home| dir.starts_with(home.join(".kube")))
    });
    let mut out = Vec::new();
    for (part, path) in chosen.files() {
        let operand = Operand::look(&caller.cwd, path.as_os_str()).map_err(|errno| {
            Failure::new(Exit::Config, format!("cannot read `{}`: {errno}", path.display()))
        })?;
        let own = beside.is_some_and(|dir| operand.real.starts_with(dir));
        if !own {
            let target = Target::path("kubeconfig-file", "read", path.clone());
            targets.push(operand.facts(&target, targets.len(), &users).0);
        }
        let (file, _) = open_file(&operand.real)?;
        out.push((part, read_whole(&file, &path)?));
    }
    Ok(out)
}

fn plan(
    intent: &Intent,
    chosen: &Chosen,
    files: &[(Part, Vec<u8>)],
    tool: &Tool,
    settings: &Settings,
) -> Result<ChildPlan, Failure> {
    let mut view = base(tool, Path::new("/"));
    network(&mut view);
    view.files.push(MadeFile {
        path: argv::KUBECONFIG.as_bytes().to_vec(),
        content: chosen.private(files),
    });
    view.tmp_bytes = TMP_BYTES;
    let mut ports = vec![chosen.port, 53];
    let profile = match &chosen.plugin {
        None => "kubectl",
        Some(pinned) => {
            let plugin = Tool::plugin(Path::new(&pinned.path), &pinned.sha256)?;
            view.binds.push(Bind::found(
                pinned.path.clone().into_bytes(),
                Access::READ | Access::EXECUTE,
            ));
            if let Some(loader) = plugin.loader {
                view.binds
                    .push(Bind::found(loader, Access::READ | Access::EXECUTE));
            }
            ports.push(443);
            "kubectl-plugin"
        }
    };
    order(&mut view);
    let limits = &settings.limits;
    Ok(ChildPlan {
        argv: argv::of(intent, limits.timeout_s),
        env: [
            "PATH=/usr/bin",
            "LC_ALL=C.UTF-8",
            "HOME=/tmp",
            "KUBERC=off",
            "KUBECTL_KUBERC=false",
        ]
        .map(|word| word.as_bytes().to_vec())
        .to_vec(),
        profile: profile.to_owned(),
        view,
        network: Network::Ports(ports),
        programs: if chosen.plugin.is_some() {
            Programs::Some
        } else {
            Programs::None
        },
        limits: Limits {
            cpu_s: limits.cpu_s,
            memory_bytes: limits.memory_bytes.max(MEMORY),
            file_bytes: TMP_BYTES,
            processes: 256,
        },
        stdin: false,
        without: Vec::new(),
    })
}

/// The redactor of a stream, as the streaming side sees it.
#[derive(Clone, Debug, Default)]
pub(super) struct YamlFilter(Redactor);

impl YamlFilter {
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.0.feed(bytes)
    }

    pub(super) fn finish(&mut self) -> Vec<u8> {
        self.0.finish()
    }

    /// How many values were taken out.
    pub(super) const fn count(&self) -> u64 {
        self.0.count
    }
}
