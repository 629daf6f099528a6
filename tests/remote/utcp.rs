//! Today's UTCP client against real servers: an sshd and an API server here, the client's own run in `tests/e2e`.

use super::{cluster::Cluster, server::Sshd};
use serde_json::json;
use std::{path::PathBuf, process::Command};

#[test]
#[ignore = "needs the client that tests/e2e/install.sh installs: WT_E2E_CLIENTS names the directory"]
fn the_utcp_client_calls_every_tool() {
    let clients = PathBuf::from(std::env::var_os("WT_E2E_CLIENTS").expect("WT_E2E_CLIENTS"));
    let (dir, cluster, sshd) = (tempfile::tempdir().unwrap(), Cluster::start(), Sshd::start());
    // Both write what a policy needs to know of them; the client's run puts it into the policy of its own home.
    cluster.policy(dir.path(), "{token: abc}", "");
    let servers = json!({
        "ssh": {
            "identity_files": [sshd.dir.path().join("user")],
            "known_hosts": [sshd.known_hosts()],
            "hosts": {"web": {"address": "127.0.0.1", "port": sshd.port, "user": "root"}},
        },
        "kubernetes": {"kubeconfig": dir.path().join("kubeconfig"), "insecure": true},
    });
    let status = Command::new(clients.join("venv/bin/python"))
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/e2e/utcp_client.py"))
        .env("WT_E2E_PROGRAM", env!("CARGO_BIN_EXE_wt"))
        .env("WT_E2E_CLIENTS", &clients)
        .env("WT_E2E_SERVERS", servers.to_string())
        .status()
        .unwrap();
    assert!(status.success(), "{status}");
    let asked = cluster.asked();
    for part in [
        "/pods/web-1?timeout",
        "/pods/web-1/log?",
        "command=cat&command=--&command=%2Fsrv%2Ffile",
    ] {
        assert!(asked.iter().any(|line| line.contains(part)), "{part}: {asked:?}");
    }
    // Whatever the client was given, nothing but reads reached the server.
    for line in &asked {
        let word = line.split(' ').next().unwrap();
        assert!(word == "GET" || line.contains("/exec?"), "{line}");
    }
}
