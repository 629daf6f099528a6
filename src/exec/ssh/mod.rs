//! The ssh applets: where a name leads, what may be used to get there, and the one argv that ssh is given. The
//! user's known hosts and keys are used; of ssh_config only four keywords of exact names are read, by `wt`.

mod address;
mod alias;
mod argv;
mod dns;
mod named;
pub(super) mod sftp;

pub(super) use argv::advice;
pub(super) use named::Named;

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
        plan::{Bind, ChildPlan, Limits, Network, Programs},
    },
};
use alias::{Alias, is_host, is_user};
use policy::{Floor, Intent, Policy, Settings, Target, TargetFacts, text::escape};
use serde_json::Value as Json;
use sftp::{Act, Wanted};
use std::{
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

/// Keys that are tried where neither policy nor an alias names one.
const USUAL_KEYS: [&str; 3] = [".ssh/id_ed25519", ".ssh/id_ecdsa", ".ssh/id_rsa"];
/// Known hosts where policy names none.
const USUAL_KNOWN_HOSTS: [&str; 2] = [".ssh/known_hosts", ".ssh/known_hosts2"];
const SYSTEM_KNOWN_HOSTS: &str = "/etc/ssh/ssh_known_hosts";
/// Address space of ssh.
const MEMORY: u64 = 1 << 30;

/// Where a call leads.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Destination {
    host: String,
    user: String,
    port: u16,
    keys: Vec<PathBuf>,
    /// Whether policy or an alias names them.
    keys_are_named: bool,
    known_hosts: Vec<PathBuf>,
}

/// Facts and work of an ssh applet.
pub(super) fn gather(
    intent: &Intent,
    caller: &Caller,
    policy: &Policy,
) -> Result<(Vec<TargetFacts>, Vec<Floor>, Work), Failure> {
    let settings = policy.settings();
    let first = intent.targets.first().cloned().unwrap_or_default();
    let destination = resolve(&first, caller, settings)?;
    let mut targets: Vec<TargetFacts> = intent
        .targets
        .iter()
        .map(|target| facts(target, &destination))
        .collect();
    let mut locals = local_reads(intent, &destination, caller)?;
    if address::is_local(&destination.host) {
        targets.append(&mut locals);
    }
    let work = match prepare(intent, &destination, caller, settings) {
        Ok(mut job) => {
            job.named = Named::of(&destination, &job.plan.argv, locals);
            Work::of(job, settings)
        }
        Err(failure) => Work::unready(failure),
    };
    Ok((targets, Vec::new(), work))
}

fn resolve(target: &Target, caller: &Caller, settings: &Settings) -> Result<Destination, Failure> {
    // The real ssh reads the passwd home, whatever $HOME says.
    let home = caller.homes.last().cloned().unwrap_or_else(|| PathBuf::from("/"));
    let policys = settings.ssh.hosts.get(&target.host);
    let alias = match policys {
        Some(named) => Alias {
            host: named.address.clone(),
            user: named.user.clone(),
            port: named.port,
            identity: named
                .identity_file
                .as_deref()
                .and_then(|path| super::named_path(path, caller)),
        },
        None => own_config(&home, caller)
            .map(|text| alias::read(&text, &target.host, &home))
            .unwrap_or_default(),
    };
    let host = alias.host.unwrap_or_else(|| target.host.clone());
    let user = Some(target.user.clone())
        .filter(|user| !user.is_empty())
        .or(alias.user)
        .unwrap_or_else(|| caller.principal.clone());
    if !is_host(&host) || !is_user(&user) {
        return Err(Failure::new(
            Exit::Usage,
            format!(
                "`{}@{}` is no plain host and user",
                escape(user.as_bytes()),
                escape(host.as_bytes())
            ),
        )
        .hint("letters, digits, dots, dashes and underscores only"));
    }
    let named = |paths: &[String]| -> Vec<PathBuf> {
        paths
            .iter()
            .filter_map(|path| super::named_path(path, caller))
            .collect()
    };
    let exist =
        |paths: Vec<PathBuf>| -> Vec<PathBuf> { paths.into_iter().filter(|path| path.is_file()).collect() };
    let keys_are_named = alias.identity.is_some() || !settings.ssh.identity_files.is_empty();
    let keys = match (&alias.identity, settings.ssh.identity_files.is_empty()) {
        (Some(key), _) => vec![key.clone()],
        (None, false) => named(&settings.ssh.identity_files),
        (None, true) => exist(USUAL_KEYS.iter().map(|key| home.join(key)).collect()),
    };
    let known_hosts = if settings.ssh.known_hosts.is_empty() {
        let usual = USUAL_KNOWN_HOSTS
            .iter()
            .map(|file| home.join(file))
            .chain([PathBuf::from(SYSTEM_KNOWN_HOSTS)]);
        exist(usual.collect())
    } else {
        named(&settings.ssh.known_hosts)
    };
    let port = target.port.or(alias.port).unwrap_or(22);
    Ok(Destination {
        host,
        user,
        port,
        keys,
        keys_are_named,
        known_hosts,
    })
}

/// The user's own configuration, where it is theirs and small enough.
fn own_config(home: &Path, caller: &Caller) -> Option<String> {
    let path = home.join(".ssh/config");
    let data = path.metadata().ok()?;
    let owner = std::os::unix::fs::MetadataExt::uid(&data);
    (data.is_file() && data.len() <= alias::MAX_BYTES && (owner == caller.uid || owner == 0))
        .then(|| std::fs::read(&path).ok())
        .flatten()
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

fn facts(target: &Target, destination: &Destination) -> TargetFacts {
    let path = target
        .path
        .as_deref()
        .map(|path| escape(path.as_bytes()))
        .unwrap_or_default();
    let as_path = Path::new(&path);
    let part = |part: Option<&std::ffi::OsStr>| {
        part.map_or_else(String::new, |part| part.to_string_lossy().into_owned())
    };
    let mut facts = TargetFacts {
        role: target.role.to_string(),
        domain: target.domain.to_string(),
        operation: target.operation.to_string(),
        name: part(as_path.file_name()),
        parent: part(as_path.parent().map(Path::as_os_str)),
        ext: part(as_path.extension()).to_lowercase(),
        host: destination.host.clone(),
        user: destination.user.clone(),
        port: i64::from(destination.port),
        entries: 1,
        path,
        ..TargetFacts::default()
    };
    if destination.host != target.host {
        facts
            .extra
            .insert("alias".to_owned(), Json::from(target.host.clone()));
    }
    facts
}

/// A host that is this machine: what is read there is read here, from the home of the remote user.
fn local_reads(
    intent: &Intent,
    destination: &Destination,
    caller: &Caller,
) -> Result<Vec<TargetFacts>, Failure> {
    let users = Users::read()?;
    let home = users
        .by_name(&destination.user)
        .map_or_else(|| PathBuf::from("/"), |user| user.home.clone());
    let operation = if intent.operation == "list" {
        "list"
    } else {
        "read"
    };
    let paths = intent.targets.iter().filter_map(|target| target.path.as_ref());
    paths
        .enumerate()
        .map(|(index, path)| {
            let path = home.join(path);
            let operand = Operand::look(&caller.cwd, path.as_os_str()).map_err(|errno| {
                Failure::new(
                    Exit::Sandbox,
                    format!("cannot look at `{}`: {errno}", path.display()),
                )
            })?;
            let target = Target::path("local", operation, path);
            Ok(operand.facts(&target, intent.targets.len() + index, &users).0)
        })
        .collect()
}

fn prepare(
    intent: &Intent,
    destination: &Destination,
    caller: &Caller,
    settings: &Settings,
) -> Result<Job, Failure> {
    let tool = Tool::find("ssh", "openssh-client", &settings.sandbox.tools)?;
    if destination.known_hosts.is_empty() {
        return Err(Failure::new(Exit::Config, "there is no file of known host keys").hint(format!(
            "connect to `{}` once by hand and check its key, or name a file in the policy's `ssh.known_hosts`",
            destination.host
        )));
    }
    let agent = settings
        .ssh
        .agent
        .then(|| {
            caller
                .env
                .get(std::ffi::OsStr::new("SSH_AUTH_SOCK"))
                .map(PathBuf::from)
        })
        .flatten();
    let mut view = base(&tool, Path::new("/"));
    network(&mut view);
    for file in ["/etc/passwd", "/etc/group"] {
        view.binds.push(Bind::system(file, Access::READ));
    }
    for file in destination.keys.iter().chain(&destination.known_hosts) {
        let real = std::fs::canonicalize(file).map_err(|error| {
            Failure::new(Exit::Config, format!("cannot read `{}`: {error}", file.display()))
        })?;
        let mut bind = Bind::found(real.into_os_string().into_encoded_bytes(), Access::READ);
        bind.target = file.as_os_str().as_bytes().to_vec();
        view.binds.push(bind);
    }
    if let Some(socket) = &agent {
        view.binds.push(Bind::found(
            socket.as_os_str().as_bytes().to_vec(),
            Access::READ | Access::CONNECT,
        ));
    }
    order(&mut view);
    let limits = &settings.limits;
    let wanted = match intent.operation.as_ref() {
        "ps" => None,
        _ => Some(wanted(intent)),
    };
    let plan = ChildPlan {
        argv: argv::of(
            destination,
            agent.as_deref(),
            settings.ssh.connect_timeout_s,
            wanted.is_some(),
        )?,
        env: ["PATH=/usr/bin", "LC_ALL=C.UTF-8", "HOME=/tmp"]
            .map(|word| word.as_bytes().to_vec())
            .to_vec(),
        profile: if agent.is_some() { "ssh-agent" } else { "ssh" }.to_owned(),
        view,
        network: Network::Ports(vec![destination.port, 53]),
        programs: Programs::None,
        limits: Limits {
            cpu_s: limits.cpu_s,
            memory_bytes: limits.memory_bytes.max(MEMORY),
            file_bytes: 0,
            processes: 64,
        },
        stdin: wanted.is_some(),
        without: Vec::new(),
    };
    let (input, filter) = match wanted {
        Some(wanted) => (Input::Conversation, Filter::Sftp(wanted)),
        None => (Input::Nothing, Filter::None),
    };
    Ok(Job {
        tool,
        plan,
        input,
        filter,
        named: None,
    })
}

fn wanted(intent: &Intent) -> Wanted {
    let number = |name: &str| intent.params.get(name).and_then(Json::as_u64);
    let act = if intent.operation == "list" {
        Act::List
    } else {
        Act::Print {
            offset: number("offset").unwrap_or(0),
            limit: number("limit"),
            total: number("max_bytes"),
        }
    };
    let paths = intent.targets.iter().filter_map(|target| target.path.as_ref());
    Wanted {
        paths: paths.map(|path| path.as_bytes().to_vec()).collect(),
        act,
    }
}
