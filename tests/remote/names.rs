//! Where a host's name leads, and whose keys may open it: names that only a name server knows, and the ssh agent.

use super::person::{PROJECT, Person, can_make};
use crate::support::needs;

/// A name server: `here.example` is this machine's second address, `gone.example` is nobody.
const SERVER: &str = r#"
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 53))
while True:
    query, peer = s.recvfrom(4096)
    at, labels = 12, []
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode().lower())
        at += 1 + query[at]
    question = query[12:at + 5]
    kind = int.from_bytes(query[at + 1:at + 3], "big")
    known = ".".join(labels) == "here.example"
    records = b"\xc0\x0c\0\x01\0\x01\0\0\0\x05\0\x04" + bytes([10, 9, 8, 7]) if known and kind == 1 else b""
    head = query[:2] + (b"\x81\x80" if known else b"\x81\x83") + b"\0\x01" + (b"\0\x01" if records else b"\0\0") + b"\0\0\0\0"
    s.sendto(head + question + records, peer)
"#;

#[test]
fn a_name_that_only_a_name_server_knows_is_judged_as_this_machine_where_it_leads_here() {
    if !can_make() || !["sshd", "python3", "ip"].iter().all(|tool| needs::program(tool)) {
        return;
    }
    let person = Person::alone(
        "ip addr add 10.9.8.7/32 dev lo\necho 'nameserver 127.0.0.1' >/home/resolv.conf\n\
         mount --bind /home/resolv.conf /etc/resolv.conf",
    );
    let _dns = person.served(&["python3", "-c", SERVER]);
    let _sshd = person.sshd("10.9.8.7", 2222, &["here.example", "gone.example"]);
    let wait =
        "for n in $(seq 200); do grep -q ' 0100007F:0035 ' /proc/net/udp && exit 0; sleep 0.05; done; exit 1";
    assert!(person.root(&["bash", "-c", wait]).status.success());
    let notes = format!("{PROJECT}/notes");
    person.write(&notes, "plain\n");
    person.write("/home/ada/.netrc", "machine x password hunter2\n");
    assert_eq!(
        person.expect(0, &["ssh-cat", "-p", "2222", "here.example", &notes]),
        "plain\n"
    );
    let again: Vec<_> = person
        .entries_of("decision")
        .into_iter()
        .filter(|entry| entry["data"]["annotations"]["again"]["local"] == true)
        .collect();
    assert_eq!(again.len(), 1);
    let targets = again[0]["data"]["scope"]["targets"].as_array().unwrap();
    assert_eq!(targets.last().unwrap()["role"], "local");
    assert_eq!(targets.last().unwrap()["path"], notes.as_str());
    // A file that only a local read protects: outside every workspace and not a name that is secret everywhere.
    person.write("/home/ada/diary", "private\n");
    let local = person.run(&["rg-search", "private", "/home/ada/diary"]);
    let remote = person.run(&["ssh-cat", "-p", "2222", "here.example", "/home/ada/diary"]);
    assert_eq!(
        (remote.status.code(), remote.stdout.is_empty()),
        (local.status.code(), local.status.code() != Some(0)),
        "{}",
        String::from_utf8_lossy(&remote.stderr)
    );
    let gone = person.run(&["ssh-cat", "-p", "2222", "gone.example", &notes]);
    let said = String::from_utf8(gone.stderr).unwrap();
    assert_eq!(gone.status.code(), Some(255), "{said}");
    assert_eq!(said, "ssh: no address is known for `gone.example`\n");
}

#[test]
fn the_agent_speaks_only_where_policy_lets_it() {
    if !can_make()
        || !["sshd", "ssh-agent", "ssh-add"]
            .iter()
            .all(|tool| needs::program(tool))
    {
        return;
    }
    let person = Person::with("");
    let port = super::server::free_port();
    let _sshd = person.sshd("127.0.0.1", port, &["127.0.0.1"]);
    let notes = format!("{PROJECT}/notes");
    person.write(&notes, "plain\n");
    let agent = "ssh-agent -a /home/ada/agent >/dev/null && SSH_AUTH_SOCK=/home/ada/agent ssh-add -q ~/.ssh/id_ed25519";
    person.expect(0, &["sh", "-c", agent]);
    // From here on the agent alone has the key.
    person.expect(0, &["sh", "-c", "rm ~/.ssh/id_ed25519 ~/.ssh/id_ed25519.pub"]);
    let here = port.to_string();
    let print = || {
        person
            .command(
                &[("SSH_AUTH_SOCK", "/home/ada/agent")],
                &["ssh-cat", "-p", &here, "127.0.0.1", &notes],
            )
            .output()
            .unwrap()
    };
    let refused = print();
    assert_eq!(
        (refused.status.code(), refused.stdout.as_slice()),
        (Some(255), &b""[..])
    );
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("hint: no key was accepted"), "{said}");
    let document = policy::default_document("default").unwrap();
    let body = document.trim_start().trim_start_matches('{');
    person.write(
        "/home/ada/.watchtower/policy.json",
        &format!("{{\"ssh\": {{\"agent\": true}},{body}"),
    );
    let done = print();
    assert_eq!(
        done.stdout,
        b"plain\n",
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    let profiles: Vec<_> = person
        .entries_of("decision")
        .iter()
        .filter_map(|entry| {
            entry["data"]["enforcement"]["seccomp"]["profile"]
                .as_str()
                .map(str::to_owned)
        })
        .collect();
    assert_eq!(profiles, ["ssh", "ssh-agent"]);
    person.root(&["sh", "-c", "kill $(pgrep -u ada -x ssh-agent)"]);
}
