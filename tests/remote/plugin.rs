//! Credential plugins of a kubeconfig: only the one that policy pins by path and content runs, and nothing of it
//! outlives the call.

use super::{
    cluster::{Cluster, document},
    ends::{alive, await_end, await_start},
};
use crate::{
    sandbox::{call, compiled, policy},
    support::{Scratch, needs},
};
use std::{fs, path::Path};

const SOURCE: &str = include_str!("plugin.c");

fn user(plugin: &Path, act: &str) -> String {
    format!(
        "{{exec: {{apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: \"{}\", args: [{act}]}}}}",
        plugin.display()
    )
}

fn pinned(plugin: &Path, sha256: &str) -> String {
    format!(
        ", \"exec_plugins\": [{{\"path\": \"{}\", \"sha256\": \"{sha256}\"}}]",
        plugin.display()
    )
}

fn sha256(file: &Path) -> String {
    let out = std::process::Command::new("sha256sum")
        .arg(file)
        .output()
        .unwrap();
    String::from_utf8(out.stdout)
        .unwrap()
        .split(' ')
        .next()
        .unwrap()
        .to_owned()
}

#[test]
fn a_pinned_plugin_gives_its_token_and_any_other_never_runs() {
    if !["kubectl", "cc", "openssl", "python3"]
        .iter()
        .all(|tool| needs::program(tool))
    {
        return;
    }
    let (dir, cluster) = (tempfile::tempdir().unwrap(), Cluster::start());
    let plugin = compiled(dir.path(), "plugin", SOURCE);
    let tls = cluster.tls();
    let config = dir.path().join("kubeconfig");
    fs::write(&config, tls.kubeconfig(&user(&plugin, "give"))).unwrap();
    let try_with = |clusters: &str| {
        let policy = policy(&document(&config, clusters, ""));
        call(dir.path(), &policy, "kubectl-logs", &["-n", "dev", "web-1"])
    };
    let refused = try_with("").err().unwrap();
    assert_eq!(
        (refused.code, refused.message),
        (
            78,
            format!("context `one` runs the credential plugin `{}`", plugin.display())
        )
    );
    let other = pinned(&plugin, &"0".repeat(64));
    let refused = try_with(&other).err().unwrap();
    assert_eq!(
        (refused.code, refused.message),
        (
            78,
            format!("`{}` is not the plugin that policy pins", plugin.display())
        )
    );
    assert_eq!(cluster.asked().len(), 0);
    let done = try_with(&pinned(&plugin, &sha256(&plugin))).unwrap();
    assert_eq!(done.outcome.exit_code, 0, "{}", done.stderr);
    assert!(done.stdout.starts_with(b"first\n"));
    assert!(
        cluster
            .asked()
            .iter()
            .all(|line| line.ends_with("Bearer from-plugin"))
    );
    assert_eq!(
        done.enforcement.seccomp.as_ref().unwrap().profile,
        "kubectl-plugin"
    );
    assert_eq!(
        done.enforcement.namespaces,
        ["user", "mount", "ipc", "uts", "pid"]
    );
    assert_eq!(crate::sandbox::missing(&done.enforcement), [] as [&str; 0]);
}

#[test]
fn what_a_plugin_left_running_ends_with_the_call_and_with_watchtower() {
    if !["kubectl", "cc", "openssl", "python3"]
        .iter()
        .all(|tool| needs::program(tool))
    {
        return;
    }
    let (desk, cluster) = (Scratch::new(), Cluster::start());
    let name = format!("wtplug{}", std::process::id());
    let plugin = compiled(&desk.project(), &name, SOURCE);
    let (tls, config) = (cluster.tls(), desk.home().join("kubeconfig"));
    fs::write(&config, tls.kubeconfig(&user(&plugin, "hang"))).unwrap();
    let clusters = pinned(&plugin, &sha256(&plugin));
    let wt = |limits: &str| {
        desk.policy(&document(&config, &clusters, limits));
        desk.wt(&["kubectl-logs", "-n", "dev", "web-1"])
    };
    let out = wt(r#", "limits": {"timeout_s": 2}"#).output().unwrap();
    assert_eq!(
        out.status.code(),
        Some(124),
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
    await_end(&name);
    let mut held = wt("").spawn().unwrap();
    await_start(&name);
    held.kill().unwrap();
    held.wait().unwrap();
    await_end(&name);
    assert_eq!(alive(&name).len(), 0);
}
