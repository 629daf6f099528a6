//! Kubeconfigs of every kind, harmless and hostile.

use super::*;

fn config(cluster: &str, user: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: one\ncontexts:\n- name: one\n  context: {{cluster: c, user: u, namespace: n}}\n\
         clusters:\n- name: c\n  cluster:\n{cluster}users:\n- name: u\n  user:\n{user}preferences: {{}}\n"
    )
}

fn chosen(cluster: &str, user: &str) -> Result<Chosen, Failure> {
    choose(
        config(cluster, user).as_bytes(),
        Path::new("/home/u/.kube/config"),
        None,
        &KubernetesSettings::default(),
    )
}

const SERVER: &str = "    server: https://k8s.example:6443\n";

#[test]
fn only_what_is_known_to_be_harmless_is_passed_on() {
    let one = chosen(&format!("{SERVER}    extensions: []\n"), "    token: abc\n").unwrap();
    assert_eq!(
        (one.host.as_str(), one.port, one.is_current),
        ("k8s.example", 6443, true)
    );
    let private: Json = serde_json::from_slice(&one.private(&[])).unwrap();
    assert_eq!(private["users"][0]["user"], json!({"token": "abc"}));
    assert_eq!(
        private["clusters"][0]["cluster"],
        json!({"server": "https://k8s.example:6443"})
    );
}

#[test]
fn what_runs_programs_or_goes_around_verification_is_refused() {
    for (cluster, user, message) in [
        (
            SERVER,
            "    exec: {command: /tmp/evil, apiVersion: v1}\n",
            "context `one` runs the credential plugin `/tmp/evil`",
        ),
        (
            SERVER,
            "    auth-provider: {name: gcp}\n",
            "context `one` uses an `auth-provider`, which can run programs",
        ),
        (
            SERVER,
            "    token: x\n    as: admin\n",
            "context `one` impersonates somebody",
        ),
        (
            "    server: https://a\n    proxy-url: http://p\n",
            "    token: x\n",
            "context `one` goes through a `proxy-url`, which is not honoured",
        ),
        (
            "    server: https://a\n    insecure-skip-tls-verify: true\n",
            "    token: x\n",
            "context `one` does not verify its server",
        ),
        (
            "    server: http://a\n",
            "    token: x\n",
            "context `one` speaks plain http",
        ),
        (
            "    server: https://a@b\n",
            "    token: x\n",
            "the server of context `one` is no plain URL",
        ),
        (
            "    server: unix:///x\n",
            "    token: x\n",
            "the server of context `one` is no https URL",
        ),
    ] {
        assert_eq!(chosen(cluster, user).unwrap_err().message, message);
    }
}

#[test]
fn files_are_named_from_the_directory_of_the_kubeconfig() {
    let one = chosen(
        &format!("{SERVER}    certificate-authority: ca.crt\n"),
        "    tokenFile: /etc/shadow\n",
    )
    .unwrap();
    assert_eq!(
        one.files(),
        [
            (Part::Authority, "/home/u/.kube/ca.crt".into()),
            (Part::Token, "/etc/shadow".into())
        ]
    );
    let private: Json = serde_json::from_slice(
        &one.private(&[(Part::Authority, b"PEM".to_vec()), (Part::Token, b"t\n".to_vec())]),
    )
    .unwrap();
    assert_eq!(
        private["clusters"][0]["cluster"]["certificate-authority-data"],
        "UEVN"
    );
    assert_eq!(private["users"][0]["user"]["token"], "t");
}

#[test]
fn yaml_that_explodes_is_refused() {
    let mut bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n".to_owned();
    for (name, of) in ["b", "c", "d", "e", "f", "g", "h", "i"]
        .iter()
        .zip(["a", "b", "c", "d", "e", "f", "g", "h"])
    {
        bomb.push_str(&format!(
            "{name}: &{name} [*{of},*{of},*{of},*{of},*{of},*{of},*{of},*{of},*{of}]\n"
        ));
    }
    let failure = choose(
        bomb.as_bytes(),
        Path::new("/k"),
        None,
        &KubernetesSettings::default(),
    )
    .unwrap_err();
    assert_eq!(failure.code, 78);
}
