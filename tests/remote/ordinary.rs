//! All applets for an ordinary user under the default policy, on a machine with the tools installed and on one
//! without them; and what a hostile configuration of that user comes to.

use super::{
    cluster::Cluster,
    person::{PROJECT, Person, can_make},
    server::free_port,
};
use crate::support::needs;

fn words(line: &str) -> Vec<&str> {
    line.split(' ').collect()
}

/// Compares what held a call of a tool with the row of its applet in the documentation.
fn as_documented(data: &serde_json::Value) {
    let text = include_str!("../../docs/sandbox.md");
    let profile = data["enforcement"]["seccomp"]["profile"].as_str().unwrap();
    if profile == "native" {
        assert_eq!(data["enforcement"]["mode"], "thread");
        return;
    }
    let operation = data["intent"]["operation"].as_str().unwrap();
    let domain = data["intent"]["domain"].as_str().unwrap();
    let applet = applets::all()
        .iter()
        .find(|applet| applet.domain == domain && applet.operations.contains(&operation))
        .unwrap();
    let row = text
        .lines()
        .filter(|line| line.starts_with("| "))
        .map(|line| {
            line.trim_matches('|')
                .split('|')
                .map(str::trim)
                .collect::<Vec<_>>()
        })
        .find(|cells| {
            let named = |cell: &str| cell.split(", ").any(|name| name == applet.name);
            named(cells[0]) || cells[0] == "kubectl-*" && applet.name.starts_with("kubectl-")
        })
        .unwrap_or_else(|| panic!("no row for {}", applet.name));
    assert!(row[3].contains(&format!("`{profile}`")), "{row:?}");
    let enforcement = &data["enforcement"];
    let own = |name: &str| {
        enforcement["namespaces"]
            .as_array()
            .unwrap()
            .iter()
            .any(|own| own == name)
    };
    assert!(["user", "mount", "ipc", "uts"].iter().all(|name| own(name)));
    assert_eq!(own("net"), row[2] == "nothing");
    let granted: Vec<&str> = enforcement["landlock"]["granted"]
        .as_array()
        .unwrap()
        .iter()
        .map(|rule| rule.as_str().unwrap())
        .collect();
    let connects = granted.iter().any(|rule| rule.starts_with("connect tcp"));
    assert_eq!(connects, row[2].contains("TCP to"), "{granted:?}");
    assert_eq!(
        granted.contains(&"connect tcp 53"),
        row[2].contains("DNS"),
        "{granted:?}"
    );
    // Only the private /tmp of kubectl and /dev/null can be written to.
    let written = granted.iter().filter(|rule| rule.contains("make-file")).count();
    assert_eq!(written == 1, row[1].contains("a private `/tmp`"), "{granted:?}");
    // The program, and its loader where it has one.
    let executed = granted.iter().filter(|rule| rule.contains("execute")).count();
    assert!((1..=2).contains(&executed), "{granted:?}");
    assert_eq!(enforcement["capabilities_dropped"], true);
    assert_eq!(enforcement["seccomp"]["mismatch"], "ENOSYS");
}

#[test]
fn all_sixteen_applets_work_for_an_ordinary_user_under_the_default_policy() {
    if !can_make()
        || !["rg", "jq", "ssh", "sshd", "kubectl", "openssl", "python3"]
            .iter()
            .all(|tool| needs::program(tool))
    {
        return;
    }
    let person = Person::with("");
    let ssh_port = free_port();
    let _sshd = person.sshd("127.0.0.1", ssh_port, &["localhost"]);
    let cluster = Cluster::start();
    let tls = cluster.tls();
    person.root(&["mkdir", "-p", "/home/ada/.kube"]);
    person.write("/home/ada/.kube/config", &tls.kubeconfig("{token: abc}"));
    person.write(&format!("{PROJECT}/notes"), "needle in the hay\n");
    person.write(&format!("{PROJECT}/a.json"), "{\"name\": \"ada\"}\n");
    for line in [
        "safe-mkdir d",
        "safe-touch d/f",
        "safe-cp notes d/copy",
        "safe-mv d/copy d/moved",
        "safe-chmod 640 d/moved",
        "safe-chown ada d/moved",
        "safe-ln -s notes link",
        "safe-rm -r d",
    ] {
        person.expect(0, &words(line));
    }
    assert!(!person.has(&format!("{PROJECT}/d")) && person.has(&format!("{PROJECT}/link")));
    let here = ssh_port.to_string();
    let notes = format!("{PROJECT}/notes");
    let mut said = Vec::new();
    for args in [
        words("rg-search needle ."),
        words("jq-query -r .name a.json"),
        vec!["ssh-ls", "-p", &here, "localhost", PROJECT],
        vec!["ssh-cat", "-p", &here, "localhost", &notes],
        vec!["ssh-ps", "-p", &here, "localhost"],
        words("kubectl-get-yaml -n dev pods web-1"),
        words("kubectl-logs -n dev web-1"),
    ] {
        said.push(person.expect(0, &args));
    }
    for (text, part) in said.iter().zip([
        "./notes:needle in the hay\n",
        "ada\n",
        " a.json\n",
        "needle in the hay\n",
        "USER",
        "name: web-1",
        "first\n",
    ]) {
        assert!(text.contains(part), "{part}: {text}");
    }
    // Before 1.30 kubectl spoke SPDY to exec, which the server of the test does not: what is asked tells either way.
    person.run(&words("kubectl-exec-read -n dev web-1 cat /srv/file"));
    let asked = cluster.asked().pop().unwrap();
    assert!(
        asked.contains("/pods/web-1/exec?command=cat&command=--&command=%2Fsrv%2Ffile")
            && asked.ends_with("Bearer abc"),
        "{asked}"
    );
    let decisions = person.entries_of("decision");
    assert_eq!(decisions.len(), 16);
    for entry in &decisions {
        let data = &entry["data"];
        assert_eq!(data["decision"]["verdict"], "allow", "{entry}");
        assert_eq!(data["identity"]["uid"], 54321, "{entry}");
        assert_eq!(data["enforcement"].get("missing"), None, "{entry}");
    }
    for entry in &decisions {
        as_documented(&entry["data"]);
    }
    // A tool's version is known from its second call on.
    let versions: Vec<&str> = decisions
        .iter()
        .filter_map(|entry| entry["data"]["enforcement"]["tool"]["version"].as_str())
        .collect();
    assert_eq!(versions.len(), 4, "{versions:?}");
    assert!(
        versions[0].starts_with("OpenSSH_") && versions[2].starts_with("v1."),
        "{versions:?}"
    );
    let users: Vec<bool> = decisions
        .iter()
        .map(|entry| entry["data"]["enforcement"]["namespaces"][0] == "user")
        .collect();
    assert_eq!(users.iter().filter(|own| **own).count(), 8);
}

#[test]
fn a_missing_tool_is_one_line_with_69_and_the_package() {
    if !can_make() {
        return;
    }
    // A second layer over the programs, in which these are marked as gone; nothing is removed anywhere.
    let person = Person::with(
        "mount -t tmpfs tmpfs /mnt; mkdir /mnt/gone\n\
         for tool in rg jq ssh kubectl; do mknod /mnt/gone/$tool c 0 0; done\n\
         for dir in /usr/bin /usr/local/bin; do mount -t overlay -o ro,lowerdir=/mnt/gone:$dir overlay $dir; done",
    );
    person.write(&format!("{PROJECT}/a.json"), "{}\n");
    person.root(&["mkdir", "-p", "/home/ada/.kube"]);
    person.write(
        "/home/ada/.kube/config",
        "current-context: one\ncontexts: [{name: one, context: {cluster: c}}]\n\
         clusters: [{name: c, cluster: {server: \"https://127.0.0.1:1\"}}]\n",
    );
    for (line, tool, package) in [
        ("rg-search x .", "rg", "ripgrep"),
        ("jq-query . a.json", "jq", "jq"),
        ("ssh-ls host.example /tmp", "ssh", "openssh-client"),
        ("kubectl-logs -n dev web-1", "kubectl", "kubernetes-client"),
    ] {
        let out = person.run(&words(line));
        let said = String::from_utf8(out.stderr).unwrap();
        let applet = line.split(' ').next().unwrap();
        assert_eq!(
            (out.status.code(), out.stdout.as_slice()),
            (Some(69), &b""[..]),
            "{said}"
        );
        let lines: Vec<&str> = said.lines().collect();
        assert!(
            lines[0].starts_with(&format!("{applet}: {tool} is not installed")),
            "{said}"
        );
        assert!(
            lines[1].starts_with(&format!("hint: install the package `{package}`")) && lines.len() == 2,
            "{said}"
        );
    }
    let rules: Vec<_> = person
        .entries_of("decision")
        .iter()
        .map(|entry| entry["data"]["decision"]["matched_rules"][0]["rule"].clone())
        .collect();
    assert_eq!(rules, ["tool-setup"; 4]);
}

#[test]
fn nothing_of_a_hostile_ssh_configuration_is_obeyed() {
    if !can_make() || !needs::program("sshd") {
        return;
    }
    let person = Person::with("");
    let port = free_port();
    let _sshd = person.sshd("127.0.0.1", port, &["127.0.0.1"]);
    person.write(&format!("{PROJECT}/notes"), "plain\n");
    let touch = |name: &str| format!("/usr/bin/touch {PROJECT}/ran-{name}");
    person.write(
        "/home/ada/.ssh/config",
        &format!(
            "ProxyCommand {proxy}\nPermitLocalCommand yes\nLocalCommand {local}\nKnownHostsCommand {known}\n\
             Match exec \"{matched}\"\n    User root\nInclude ~/.ssh/more\n\
             Host web\n    HostName 127.0.0.1\n    Port {port}\n    User ada\n    IdentityFile ~/.ssh/id_ed25519\n    ProxyCommand {proxy}\n\
             Host *\n    ProxyJump evil.example\n    RemoteCommand {remote}\n    ControlPath /home/ada/control\n    ControlMaster auto\n",
            proxy = touch("proxy"),
            local = touch("local"),
            known = touch("known"),
            matched = touch("match"),
            remote = touch("remote"),
        ),
    );
    person.write(
        "/home/ada/.ssh/more",
        &format!("Match exec \"{}\"\n", touch("include")),
    );
    let ran = || {
        String::from_utf8(
            person
                .root(&["sh", "-c", &format!("cd {PROJECT}; ls -d ran-* || true")])
                .stdout,
        )
        .unwrap()
    };
    // The same by hand: these do run programs of that file.
    person.run(&words("ssh -o BatchMode=yes web"));
    assert_eq!(ran(), "ran-include\nran-match\nran-proxy\n");
    person.root(&[
        "sh",
        "-c",
        &format!("rm {PROJECT}/ran-include {PROJECT}/ran-match {PROJECT}/ran-proxy"),
    ]);
    let notes = format!("{PROJECT}/notes");
    assert_eq!(person.expect(0, &["ssh-cat", "web", &notes]), "plain\n");
    assert!(person.expect(0, &["ssh-ls", "web", PROJECT]).contains(" notes\n"));
    assert!(person.expect(0, &["ssh-ps", "web"]).starts_with("USER"));
    assert_eq!(ran(), "");
    assert!(!person.has("/home/ada/control"));
    for (host, user) in [
        ("-oProxyCommand=touch", ""),
        ("web", "ada\nProxyCommand touch x"),
        ("web", "-oProxyCommand=x"),
        ("$(id)", ""),
        ("web;id", ""),
    ] {
        let out = person.run(&[
            "wt",
            "ssh-cat",
            &notes,
            &format!("--host={host}"),
            &format!("--user={user}"),
        ]);
        assert_eq!(out.status.code(), Some(64), "{host} {user}");
    }
    assert_eq!(
        person
            .run(&["wt", "ssh-cat", "--", "-oProxyCommand=touch x", &notes])
            .status
            .code(),
        Some(64)
    );
    assert_eq!(ran(), "");
}

#[test]
fn programs_preloads_and_kubeconfigs_of_the_environment_are_not_taken() {
    if !can_make() || !needs::program("sshd") || !needs::program("kubectl") {
        return;
    }
    let person = Person::with("");
    let port = free_port();
    let _sshd = person.sshd("127.0.0.1", port, &["localhost"]);
    person.write(&format!("{PROJECT}/notes"), "plain\n");
    let evil = format!("#!/bin/sh\ntouch {PROJECT}/ran\n");
    person.root(&["mkdir", "-p", "/home/ada/evil"]);
    for name in ["ssh", "kubectl", "kubectl-get", "sh", "ps"] {
        person.write(&format!("/home/ada/evil/{name}"), &evil);
    }
    person.root(&["sh", "-c", "chmod 0755 /home/ada/evil/*"]);
    person.write(
        "/home/ada/evil/config",
        &format!(
            "current-context: one\ncontexts: [{{name: one, context: {{cluster: c, user: u}}}}]\nclusters: [{{name: c, cluster: {{server: \"https://127.0.0.1:1\"}}}}]\n\
             users: [{{name: u, user: {{exec: {{apiVersion: client.authentication.k8s.io/v1, command: touch, args: [{PROJECT}/ran]}}}}}}]\n"
        ),
    );
    let hostile = [
        ("PATH", "/home/ada/evil:/home/bin:/usr/bin:/bin"),
        ("LD_PRELOAD", "/home/ada/evil/evil.so"),
        ("BASH_ENV", "/home/ada/evil/sh"),
        ("ENV", "/home/ada/evil/sh"),
        ("SSH_ASKPASS", "/home/ada/evil/sh"),
        ("SSH_SK_PROVIDER", "/home/ada/evil/evil.so"),
        ("KUBECONFIG", "/home/ada/evil/config"),
        ("HTTPS_PROXY", "http://127.0.0.1:1"),
    ];
    let here = port.to_string();
    let notes = format!("{PROJECT}/notes");
    let out = person
        .command(
            &hostile,
            &["/home/bin/wt", "ssh-cat", "-p", &here, "localhost", &notes],
        )
        .output()
        .unwrap();
    assert_eq!(out.stdout, b"plain\n", "{}", String::from_utf8_lossy(&out.stderr));
    let out = person
        .command(&hostile, &["/home/bin/wt", "kubectl-logs", "-n", "dev", "web-1"])
        .output()
        .unwrap();
    let said = String::from_utf8(out.stderr).unwrap();
    assert_eq!(out.status.code(), Some(78), "{said}");
    assert!(said.contains("there is no kubeconfig"), "{said}");
    let decision = person.entries_of("decision").pop().unwrap();
    assert_eq!(decision["data"]["decision"]["verdict"], "deny");
    assert_eq!(
        decision["data"]["decision"]["matched_rules"][0]["rule"],
        "tool-setup"
    );
    assert!(!person.has(&format!("{PROJECT}/ran")));
}
