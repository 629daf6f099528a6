//! Every way to tell somebody, and exactly what reaches him: programs, sockets and servers of the tests' own stand in
//! for those of the machine.

use super::{Episode, Places, Urgency, deliver_at};
use rustix::net::{AddressFamily, SocketAddrV4, SocketType};
use std::{
    io::{Read, Write},
    net::{Ipv4Addr, TcpListener},
    os::unix::{fs::PermissionsExt, net::UnixDatagram},
    path::PathBuf,
    thread,
};
use tempfile::TempDir;

/// An alarm whose text a terminal, a shell and an option parser could each misread.
fn episode() -> Episode {
    Episode {
        rule: "credential-path".to_owned(),
        urgency: Urgency::High,
        agent: "claude-code".to_owned(),
        count: 3,
        first: (10, "2026-03-04T05:06:07.000000Z".to_owned()),
        last: (14, "2026-03-04T05:06:09.000000Z".to_owned()),
        told: 0,
        told_at: None,
        what: "safe-rm --\"$(id)\"\u{1b}]0;x\u{7}".to_owned(),
    }
}

const JSON: &str = concat!(
    r#"{"rule":"credential-path","level":"high","agent":"claude-code","count":3,"#,
    r#""first":{"seq":10,"timestamp":"2026-03-04T05:06:07.000000Z"},"#,
    r#""last":{"seq":14,"timestamp":"2026-03-04T05:06:09.000000Z"},"#,
    r#""what":"safe-rm --\"$(id)\"\u001b]0;x\u0007"}"#,
    "\n"
);
const WORDS: &str = "credential-path: safe-rm --\"$(id)\"\\u{1b}]0;x\\u{7} (3 times, claude-code, entry 14)";

/// Programs that write down how they were called.
struct Machine {
    dir: TempDir,
}

impl Machine {
    fn new() -> Self {
        let machine = Self {
            dir: tempfile::tempdir().unwrap(),
        };
        for name in ["curl", "notify-send", "page-me"] {
            let path = machine.path(name);
            let script = format!(
                "#!/bin/sh\nfor word; do printf '%s\\n' \"$word\"; done >{0}.argv\ncat >{0}.stdin\nenv >{0}.env\n",
                path.display()
            );
            std::fs::write(&path, script).unwrap();
            let file = std::fs::File::open(&path).unwrap();
            file.set_permissions(PermissionsExt::from_mode(0o755)).unwrap();
        }
        machine
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn deliver(&self, notify: &[&str]) -> Result<(), String> {
        self.deliver_by(&self.path("curl").display().to_string(), notify)
    }

    fn deliver_by(&self, curl: &str, notify: &[&str]) -> Result<(), String> {
        let text = |name: &str| self.path(name).display().to_string();
        let (log, notify_send) = (text("log"), text("notify-send"));
        let places = Places {
            log: &log,
            notify_send: &notify_send,
            curl,
        };
        let notify: Vec<String> = notify.iter().map(|word| (*word).to_owned()).collect();
        deliver_at(&places, &notify, &episode())
    }

    fn saw(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }
}

#[test]
fn a_command_gets_its_own_words_the_alarm_on_stdin_and_a_small_environment() {
    let machine = Machine::new();
    let program = machine.path("page-me").display().to_string();
    machine.deliver(&[&program, "--team", "infra; rm"]).unwrap();
    assert_eq!(machine.saw("page-me.argv"), "--team\ninfra; rm\n");
    assert_eq!(machine.saw("page-me.stdin"), JSON);
    for line in machine.saw("page-me.env").lines() {
        let name = line.split('=').next().unwrap();
        assert!(
            [
                "PATH",
                "LC_ALL",
                "HOME",
                "DISPLAY",
                "WAYLAND_DISPLAY",
                "DBUS_SESSION_BUS_ADDRESS",
                "XDG_RUNTIME_DIR",
                "PWD",
                "SHLVL",
                "_",
                "OLDPWD"
            ]
            .contains(&name),
            "{line}"
        );
    }
}

#[test]
fn the_desktop_gets_plain_text_that_is_no_option() {
    let machine = Machine::new();
    machine.deliver(&["desktop"]).unwrap();
    assert_eq!(
        machine.saw("notify-send.argv"),
        format!("--app-name=Watchtower\n--urgency\ncritical\n--\nWatchtower: high\n{WORDS}\n")
    );
}

#[test]
fn syslog_gets_one_datagram_of_its_facility_and_severity() {
    let machine = Machine::new();
    let socket = UnixDatagram::bind(machine.path("log")).unwrap();
    machine.deliver(&["syslog"]).unwrap();
    let mut bytes = [0; 4096];
    let length = socket.recv(&mut bytes).unwrap();
    assert_eq!(
        String::from_utf8_lossy(&bytes[..length]),
        format!("<83>wt[{}]: {WORDS}", std::process::id())
    );
}

#[test]
fn curl_posts_and_neither_address_nor_alarm_stands_in_its_argv() {
    let machine = Machine::new();
    machine
        .deliver(&["webhook", "https://hooks.example/T0/SECRET"])
        .unwrap();
    assert_eq!(machine.saw("curl.argv"), "--disable\n--config\n-\n");
    let told = machine.saw("curl.stdin");
    let escaped = JSON.trim_end().replace('\\', "\\\\").replace('"', "\\\"");
    for line in [
        "url = \"https://hooks.example/T0/SECRET\"",
        "proto = \"=https\"",
        "fail",
        &format!("data-raw = \"{escaped}\\n\""),
    ] {
        assert!(told.lines().any(|told| told == line), "{line}: {told}");
    }
}

const CURL: &str = "/usr/bin/curl";

/// Whether the machine's own curl can be tried.
fn has_curl() -> bool {
    let there = std::path::Path::new(CURL).exists();
    if !there {
        assert!(
            std::env::var_os("WT_TEST_REQUIRE_ALL").is_none(),
            "this test needs `curl`"
        );
        eprintln!("NOT RUN: `curl` is not installed");
    }
    there
}

#[test]
fn the_real_curl_posts_the_alarm_as_it_is() {
    if !has_curl() {
        return;
    }
    // Over http, so that no certificate is needed to see the bytes.
    let (address, server) = serve("HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n");
    Machine::new()
        .deliver_by(CURL, &["webhook", &format!("http://{address}/T0/hook?k=SECRET")])
        .unwrap();
    let request = server.join().unwrap();
    assert!(
        request.starts_with("POST /T0/hook?k=SECRET HTTP/1.1\r\n"),
        "{request}"
    );
    let named = |line: &str| request.to_lowercase().contains(&format!("\r\n{line}\r\n"));
    assert!(
        named(&format!("host: {address}")) && named("content-type: application/json"),
        "{request}"
    );
    assert!(request.ends_with(&format!("\r\n\r\n{JSON}")), "{request}");
}

#[test]
fn what_keeps_a_webhook_from_being_told_is_said_without_the_secret_of_its_address() {
    if !has_curl() {
        return;
    }
    let post = |url: &str| Machine::new().deliver_by(CURL, &["webhook", url]);
    let (address, server) = serve("HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n");
    assert_eq!(
        post(&format!("http://me:SECRET@{address}/SECRET?SECRET")),
        Err(format!(
            "cannot post to `http://{address}`: it answered with an error"
        ))
    );
    server.join().unwrap();
    // Nobody listens there, and nobody else can.
    let socket = rustix::net::socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
    rustix::net::bind(&socket, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = SocketAddrV4::try_from(rustix::net::getsockname(&socket).unwrap()).unwrap();
    assert_eq!(
        post(&format!("http://{address}/SECRET")),
        Err(format!("cannot post to `http://{address}`: it cannot be reached"))
    );
    assert_eq!(
        post("http://no-such-host.invalid#SECRET"),
        Err("cannot post to `http://no-such-host.invalid`: no such host".to_owned())
    );
}

#[test]
fn a_way_that_fails_says_why() {
    let machine = Machine::new();
    let gone = machine.path("log").display().to_string();
    assert_eq!(
        machine.deliver(&["syslog"]),
        Err(format!(
            "cannot write to `{gone}`: No such file or directory (os error 2)"
        ))
    );
    let moved = machine.path("elsewhere");
    rustix::fs::renameat(
        rustix::fs::CWD,
        machine.path("notify-send"),
        rustix::fs::CWD,
        moved,
    )
    .unwrap();
    let gone = machine.path("notify-send").display().to_string();
    assert_eq!(
        machine.deliver(&["desktop"]),
        Err(format!(
            "cannot run `{gone}`: No such file or directory (os error 2)"
        ))
    );
}

/// A server that takes one request and gives this answer; its address, and the request.
fn serve(answer: &'static str) -> (String, thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        while !request.ends_with(JSON.as_bytes()) {
            let mut some = [0; 4096];
            let length = stream.read(&mut some).unwrap();
            assert!(length > 0, "the request ends early");
            request.extend_from_slice(&some[..length]);
        }
        stream.write_all(answer.as_bytes()).unwrap();
        String::from_utf8(request).unwrap()
    });
    (address, server)
}
