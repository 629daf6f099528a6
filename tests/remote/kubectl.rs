//! The kubectl applets with the real kubectl against an API server of our own.

use super::cluster::Cluster;
use crate::sandbox::{call, call_on, caller};
use crate::support::needs;
use policy::Verdict;
use std::{fs, path::PathBuf};

#[test]
fn an_object_is_printed_as_yaml_without_its_secrets() {
    if !needs::program("kubectl") {
        return;
    }
    let (dir, cluster) = (tempfile::tempdir().unwrap(), Cluster::start());
    let policy = cluster.policy(dir.path(), "{token: abc}", "");
    let done = call(
        dir.path(),
        &policy,
        "kubectl-get-yaml",
        &["-n", "dev", "pods", "web-1"],
    )
    .unwrap();
    let text = String::from_utf8(done.stdout).unwrap();
    assert_eq!((done.outcome.exit_code, done.stderr.as_str()), (0, ""), "{text}");
    assert!(
        text.contains("name: web-1") && text.contains("value: blue"),
        "{text}"
    );
    assert!(!text.contains("hunter2"), "{text}");
    assert_eq!(done.outcome.notes, ["2 secret-like values taken out"]);
    let pod = "GET /api/v1/namespaces/dev/pods/web-1";
    assert!(cluster.asked().iter().any(|line| line.starts_with(pod)));
    assert_eq!(crate::sandbox::missing(&done.enforcement), [] as [&str; 0]);
    assert_eq!(done.enforcement.seccomp.unwrap().profile, "kubectl");
    assert!(
        !done.tool["path"].as_str().unwrap().ends_with("/bin/kubectl")
            || !dispatcher()
            || std::env::var_os("WT_TEST_KUBECTL").is_some(),
        "{}",
        done.tool
    );
}

/// Whether this machine's kubectl only starts another one.
fn dispatcher() -> bool {
    fs::canonicalize("/usr/bin/kubectl").is_ok_and(|real| {
        fs::read_dir(real.parent().unwrap()).unwrap().any(|entry| {
            entry
                .unwrap()
                .file_name()
                .to_string_lossy()
                .starts_with("kubectl.1.")
        })
    })
}

#[test]
fn a_log_is_printed_and_its_escape_sequences_are_only_shown_on_a_terminal() {
    if !needs::program("kubectl") {
        return;
    }
    let (dir, cluster) = (tempfile::tempdir().unwrap(), Cluster::start());
    let policy = cluster.policy(dir.path(), "{token: abc}", "");
    let args = [
        "-n",
        "dev",
        "-c",
        "app",
        "--tail",
        "7",
        "--since=5m",
        "--previous",
        "web-1",
    ];
    let done = call(dir.path(), &policy, "kubectl-logs", &args).unwrap();
    assert_eq!(done.stdout, b"first\n\x1b]52;c;aGk=\x07second\n");
    let shown = call_on(dir.path(), &policy, "kubectl-logs", &args, &[], true).unwrap();
    assert_eq!(
        String::from_utf8(shown.stdout).unwrap(),
        "first\n^[]52;c;aGk=^Gsecond\n"
    );
    let asked = cluster
        .asked()
        .into_iter()
        .find(|line| line.contains("/log?"))
        .unwrap();
    for part in [
        "container=app",
        "tailLines=7",
        "sinceSeconds=300",
        "previous=true",
    ] {
        assert!(asked.contains(part), "{asked}");
    }
}

#[test]
fn a_file_of_a_container_is_read_by_a_constant_command() {
    if !needs::program("kubectl") {
        return;
    }
    let (dir, cluster) = (tempfile::tempdir().unwrap(), Cluster::start());
    let policy = cluster.policy(dir.path(), "{token: abc}", "");
    for (cmd, ran) in [
        ("cat", "cat -- "),
        ("ls", "ls -la -- "),
        ("head", "head -- "),
        ("stat", "stat -- "),
    ] {
        let args = ["-n", "dev", "web-1", cmd, "/srv/-x"];
        let done = call(dir.path(), &policy, "kubectl-exec-read", &args).unwrap();
        let asked = cluster.asked().pop().unwrap();
        let command: Vec<&str> = asked
            .split(['?', '&', ' '])
            .filter_map(|part| part.strip_prefix("command="))
            .collect();
        assert_eq!(
            format!("{} ", command.join(" ")),
            format!("{ran}%2Fsrv%2F-x "),
            "{asked}"
        );
        // Before 1.30 kubectl spoke SPDY, which this server does not.
        if asked.starts_with("GET ") {
            assert_eq!(
                String::from_utf8(done.stdout).unwrap(),
                format!("ran {ran}%2Fsrv%2F-x\n"),
                "{}",
                done.stderr
            );
        }
    }
    let asked = cluster
        .asked()
        .into_iter()
        .find(|line| line.contains("/exec?"))
        .unwrap();
    assert!(
        !asked.contains("stdin=true") && !asked.contains("tty=true"),
        "{asked}"
    );
}

/// Every kubectl of this machine: the one that is pinned, those beside a dispatcher, and those that `WT_TEST_KUBECTLS`
/// names, separated by colons.
fn versions() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::env::var("WT_TEST_KUBECTLS")
        .unwrap_or_default()
        .split(':')
        .filter(|path| !path.is_empty())
        .map(PathBuf::from)
        .collect();
    let real = fs::canonicalize("/usr/bin/kubectl").unwrap();
    let beside = fs::read_dir(real.parent().unwrap()).unwrap();
    let beside: Vec<PathBuf> = beside
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with("kubectl.1."))
        })
        .collect();
    found.extend(if beside.is_empty() { vec![real] } else { beside });
    found
}

#[test]
fn every_version_of_kubectl_here_asks_the_same() {
    if !needs::program("kubectl") || std::env::var_os("WT_TEST_KUBECTL").is_some() {
        return;
    }
    for kubectl in versions() {
        let (dir, cluster) = (tempfile::tempdir().unwrap(), Cluster::start());
        let tool = format!(
            r#", "sandbox": {{"tools": {{"kubectl": "{}"}}}}"#,
            kubectl.display()
        );
        let policy = cluster.policy(dir.path(), "{}", &tool);
        let run = |applet: &str, args: &[&str]| call(dir.path(), &policy, applet, args).unwrap();
        let shown = kubectl.display();
        let got = run("kubectl-get-yaml", &["-n", "dev", "pods", "web-1"]);
        let text = String::from_utf8(got.stdout).unwrap();
        assert_eq!(got.outcome.exit_code, 0, "{shown}: {}", got.stderr);
        assert!(
            text.contains("name: web-1") && !text.contains("hunter2"),
            "{shown}: {text}"
        );
        let log = run("kubectl-logs", &["-n", "dev", "--tail=3", "web-1"]);
        assert_eq!(
            (log.outcome.exit_code, log.stdout.starts_with(b"first\n")),
            (0, true),
            "{shown}: {}",
            log.stderr
        );
        run("kubectl-exec-read", &["-n", "dev", "web-1", "cat", "/srv/-x"]);
        let asked = cluster.asked();
        for part in [
            "GET /api/v1/namespaces/dev/pods/web-1",
            "GET /api/v1/namespaces/dev/pods/web-1/log?",
            "/api/v1/namespaces/dev/pods/web-1/exec?command=cat&command=--&command=%2Fsrv%2F-x",
        ] {
            assert!(
                asked.iter().any(|line| line.contains(part)),
                "{shown}: {part}: {asked:?}"
            );
        }
        assert_eq!(
            crate::sandbox::missing(&got.enforcement),
            [] as [&str; 0],
            "{shown}"
        );
    }
}

#[test]
fn a_hung_server_ends_at_the_timeout_with_124() {
    if !needs::program("kubectl") {
        return;
    }
    let (dir, cluster) = (tempfile::tempdir().unwrap(), Cluster::start());
    let policy = cluster.policy(dir.path(), "{token: abc}", r#", "limits": {"timeout_s": 3}"#);
    let done = call(dir.path(), &policy, "kubectl-logs", &["-n", "dev", "hung"]).unwrap();
    assert_eq!(
        (done.outcome.exit_code, done.outcome.timed_out),
        (124, true),
        "{}",
        done.stderr
    );
    assert!(done.stderr.contains("timed out after 3 s"), "{}", done.stderr);
}

#[test]
fn a_kubeconfig_that_runs_a_program_is_refused_before_anything_runs() {
    if !needs::program("kubectl") {
        return;
    }
    let (dir, cluster) = (tempfile::tempdir().unwrap(), Cluster::start());
    let marker = dir.path().join("marker");
    let user = format!(
        "{{exec: {{apiVersion: client.authentication.k8s.io/v1, command: touch, args: [\"{}\"]}}}}",
        marker.display()
    );
    let policy = cluster.policy(dir.path(), &user, "");
    let failure = call(dir.path(), &policy, "kubectl-logs", &["-n", "dev", "web-1"])
        .err()
        .unwrap();
    assert_eq!(
        (failure.code, failure.message.as_str()),
        (78, "context `one` runs the credential plugin `touch`")
    );
    assert!(!marker.exists());
    assert_eq!(cluster.asked().len(), 0);
}

/// The floors of a call, without starting it.
fn floors(policy: &policy::Policy, applet: &str, args: &[&str]) -> Vec<(String, Verdict)> {
    let args: Vec<std::ffi::OsString> = args.iter().map(Into::into).collect();
    let applets::Request::Call(request) = applets::find(applet).unwrap().parse(&args).unwrap() else {
        panic!("a call of {applet}");
    };
    let gathered = watchtower::exec::gather(&request.intent, &caller("/".as_ref()), policy).unwrap();
    gathered
        .floors
        .into_iter()
        .map(|floor| (floor.rule, floor.verdict))
        .collect()
}

#[test]
fn secrets_have_a_floor_that_no_rule_lowers() {
    let (dir, cluster) = (tempfile::tempdir().unwrap(), Cluster::start());
    let policy = cluster.policy(dir.path(), "{token: abc}", "");
    let secret = [("kubernetes-secret".to_owned(), Verdict::Deny)];
    assert_eq!(floors(&policy, "kubectl-get-yaml", &["secret", "db"]), secret);
    for path in [
        "/var/run/secrets/kubernetes.io/serviceaccount/token",
        "//run//secrets/x",
        "/proc/1/environ",
        "/proc/self/mem",
    ] {
        assert_eq!(
            floors(&policy, "kubectl-exec-read", &["web-1", "cat", path]),
            secret,
            "{path}"
        );
    }
    assert_eq!(
        floors(&policy, "kubectl-exec-read", &["web-1", "cat", "/proc/meminfo"]),
        []
    );
    assert_eq!(
        floors(&policy, "kubectl-logs", &["--context=two", "web-1"]),
        [("kubernetes-context".to_owned(), Verdict::Escalate)]
    );
}

#[test]
fn every_file_that_a_kubeconfig_names_is_judged_as_a_read() {
    let (dir, cluster) = (tempfile::tempdir().unwrap(), Cluster::start());
    let policy = cluster.policy(dir.path(), "{tokenFile: /etc/hostname}", "");
    let applets::Request::Call(request) = applets::find("kubectl-logs")
        .unwrap()
        .parse(&["web-1".into()])
        .unwrap()
    else {
        panic!("a call");
    };
    let gathered = watchtower::exec::gather(&request.intent, &caller("/".as_ref()), &policy).unwrap();
    let read = gathered.targets.last().unwrap();
    assert_eq!(
        (read.domain.as_str(), read.operation.as_str(), read.path.as_str()),
        ("filesystem", "read", "/etc/hostname")
    );
}

#[test]
fn names_that_look_like_options_never_reach_kubectl() {
    for args in [
        &["--kubeconfig=x"][..],
        &["--", "--kubeconfig=x"],
        &["a b"],
        &["../x"],
        &["-n", "dev", "--", "-f"],
    ] {
        let args: Vec<std::ffi::OsString> = args.iter().map(Into::into).collect();
        assert!(
            applets::find("kubectl-logs").unwrap().parse(&args).is_err(),
            "{args:?}"
        );
    }
}
