//! docker and kubectl: containers see other files, unless the host's are given to them.

use super::clusters::kubectl;
use super::options::{Grammar, Options};
use crate::analysis::Effect;
use crate::shell::call::Call;
use crate::shell::paths::Access;
use crate::shell::state::Stream;
use crate::shell::value;
use crate::shell::walk::{Place, Walk};

/// docker and kubectl: containers see other files, unless the host's are given to them.
pub(crate) fn contained(walk: &mut Walk<'_>, name: &str, call: &mut Call) -> Stream {
    let kubernetes = matches!(name, "kubectl" | "oc");
    let args = call.args().to_vec();
    let globals = Grammar {
        values: if kubernetes { "nsfoLlvc" } else { "cHlfp" },
        long_values: &[
            "namespace",
            "context",
            "kubeconfig",
            "server",
            "token",
            "config",
            "host",
            "log-level",
            "file",
            "project-name",
            "profile",
            "env-file",
            "project-directory",
            "as",
            "cluster",
            "user",
            "container",
        ],
        in_order: true,
        ..Grammar::default()
    };
    let mut options = Options::parse(&args, &globals);
    let mut words = std::mem::take(&mut options.operands);
    if words.first().is_some_and(|w| w == "compose" || w == "container") {
        words.remove(0);
        let more = Options::parse(&words, &globals);
        options.flags.extend(more.flags);
        words = more.operands;
    }
    let verb = words.first().cloned().unwrap_or_default();
    if value::is_open(&verb) {
        call.part.concern(
            "unresolved-command",
            format!("the `{name}` subcommand is only known when it runs"),
        );
    }
    if matches!(verb.as_str(), "exec" | "run" | "debug") && !(kubernetes && verb == "run") {
        let values = if kubernetes { "cnf" } else { "aehlmpuvwce" };
        let long: &[&str] = &[
            "volume",
            "mount",
            "env",
            "env-file",
            "name",
            "network",
            "net",
            "user",
            "workdir",
            "entrypoint",
            "publish",
            "platform",
            "memory",
            "cpus",
            "label",
            "hostname",
            "add-host",
            "device",
            "cap-add",
            "cap-drop",
            "security-opt",
            "pid",
            "ipc",
            "userns",
            "restart",
            "gpus",
            "tmpfs",
            "shm-size",
            "ulimit",
            "volumes-from",
            "container",
            "namespace",
            "image",
            "target",
            "cidfile",
            "log-driver",
            "detach-keys",
            "index",
            "pull",
            "runtime",
            "uts",
            "group-add",
            "dns",
            "expose",
        ];
        let inner = Options::parse(
            words.get(1..).unwrap_or_default(),
            &Grammar {
                values,
                long_values: long,
                in_order: true,
                ..Grammar::default()
            },
        );
        let shared = mounts(walk, name, &inner, call);
        let mut command = inner.operands.get(1..).unwrap_or_default().to_vec();
        command.retain({
            let mut first = true;
            move |w| !(std::mem::replace(&mut first, false) && w == "--")
        });
        if let Some(program) = inner.value(&["--entrypoint"]) {
            command.insert(0, program.to_owned());
        }
        if kubernetes {
            kubectl_exec(walk, &inner, &options, &command, call);
        } else if !command.is_empty() && !shared {
            in_container(walk, command, call);
        }
        return Stream::Output(name.to_owned());
    }
    super::program(call);
    if kubernetes {
        kubectl(walk, &args, call);
    } else if verb == "cp" {
        for word in words
            .iter()
            .skip(1)
            .filter(|w| !w.contains(':') && !w.starts_with('-'))
        {
            let access = if words.last() == Some(word) {
                Access::CopyTo
            } else {
                Access::CopySource
            };
            walk.access(word, access, &mut call.part);
        }
    }
    Stream::Output(name.to_owned())
}

/// What of the host a container is given. Returns whether it is the whole of it.
pub(super) fn mounts(walk: &mut Walk<'_>, name: &str, options: &Options, call: &mut Call) -> bool {
    let mut whole = false;
    for flag in [
        "--privileged",
        "--cap-add",
        "--device",
        "--pid",
        "--ipc",
        "--userns",
        "--security-opt",
    ] {
        if options.has(&[flag])
            && options.value(&[flag]).is_none_or(|v| {
                v.contains("host")
                    || v.contains("SYS_")
                    || v.contains("ALL")
                    || v.contains('/')
                    || v.contains("unconfined")
            })
        {
            call.part.class(
                "host-access",
                format!("`{name} {flag}` gives the container the host"),
            );
            whole = true;
        }
    }
    let mut sources: Vec<String> = options
        .all(&["-v", "--volume"])
        .into_iter()
        .map(|v| v.split(':').next().unwrap_or_default().to_owned())
        .collect();
    for mount in options.all(&["--mount"]) {
        sources.extend(
            mount
                .split(',')
                .filter_map(|kv| kv.split_once('='))
                .filter(|(k, _)| matches!(*k, "src" | "source"))
                .map(|(_, v)| v.to_owned()),
        );
    }
    for source in sources {
        let is_path = source.starts_with(['/', '.', '~']) || value::is_open(&source);
        if is_path {
            if source.contains("docker.sock") || source == "/" {
                call.part.class(
                    "host-access",
                    format!("`{name}` gives the container `{source}` of the host"),
                );
                whole = true;
            }
            walk.access(&source, Access::Write, &mut call.part);
        }
    }
    whole
}

pub(super) fn in_container(walk: &mut Walk<'_>, command: Vec<String>, call: &Call) {
    let saved = (
        std::mem::replace(&mut walk.place, Place::Container),
        walk.state.clone(),
    );
    walk.state.cwd = Some("/app".to_owned());
    if walk.enter() {
        walk.call(Call::inner(command, Stream::Text(String::new()), &call.part.text));
        walk.calls -= 1;
    }
    (walk.place, walk.state) = saved;
}

pub(super) fn kubectl_exec(
    walk: &mut Walk<'_>,
    inner: &Options,
    outer: &Options,
    command: &[String],
    call: &mut Call,
) {
    let namespace = inner
        .value(&["-n", "--namespace"])
        .or_else(|| outer.value(&["-n", "--namespace"]))
        .unwrap_or("default")
        .to_owned();
    let pod = inner.operands.first().cloned().unwrap_or_default();
    let program = command
        .first()
        .map(|w| value::base(w).to_owned())
        .unwrap_or_default();
    let reads = matches!(
        program.as_str(),
        "cat" | "ls" | "head" | "tail" | "stat" | "ps" | "env" | "df" | "date" | "id" | "whoami" | "hostname"
    );
    call.part.effects.push(Effect {
        domain: "kubernetes",
        operation: if reads { "exec" } else { "exec-any" },
        role: "pod",
        name: value::show(&pod),
        namespace,
        path: command
            .iter()
            .skip(1)
            .find(|w| w.starts_with('/'))
            .map(|w| value::show(w)),
        params: vec![("why", format!("it runs `{program}` in a pod"))],
        ..Effect::default()
    });
    in_container(walk, command.to_vec(), call);
}
