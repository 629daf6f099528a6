//! How people are told: a command, a web address behind TLS, a desktop. What is told arrives whole, what is secret is
//! in no argv, and nothing that does not arrive changes anything.

use super::place::{Ask, Desk};
use crate::support::needs;
use policy::{ApprovalSettings, Webhook};
use rustix::mount::mount_bind;
use serde_json::Value as Json;
use std::{
    collections::BTreeMap,
    fs,
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use watchtower::state::{
    Request,
    notify::{Around, tell},
};

/// Takes one request after the other and writes down what came, and whose argv has the secret.
const SERVER: &str = r#"
import glob, http.server, json, ssl, sys
port, cert, key, out = int(sys.argv[1]), *sys.argv[2:5]
class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        seen = []
        for name in glob.glob("/proc/[0-9]*/cmdline"):
            try: line = open(name, "rb").read()
            except OSError: continue
            if b"s3" + b"cret" in line: seen.append(line.decode(errors="replace"))
        with open(out, "a") as file:
            file.write(json.dumps({"path": self.path, "headers": dict(self.headers), "body": body, "argv": seen}) + "\n")
        self.send_response(200); self.end_headers()
    def log_message(self, *rest): pass
server = http.server.HTTPServer(("127.0.0.1", port), Hook)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(cert, key)
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
"#;

struct Server {
    child: Child,
    dir: tempfile::TempDir,
    port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Server {
    /// With a certificate that it signed itself.
    fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        let made = Command::new("openssl")
            .args([
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=localhost",
            ])
            .args(["-addext", "subjectAltName=DNS:localhost"])
            .arg("-keyout")
            .arg(path("key"))
            .arg("-out")
            .arg(path("cert"))
            .output()
            .unwrap();
        assert!(made.status.success(), "{made:?}");
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let child = Command::new("python3")
            .args(["-c", SERVER, &port.to_string()])
            .args([path("cert"), path("key"), path("out")])
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let since = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(since.elapsed() < Duration::from_secs(20));
            std::thread::sleep(Duration::from_millis(20));
        }
        Self { child, dir, port }
    }

    fn secret(&self, name: &str, text: &str, mode: u32) -> String {
        let path = self.dir.path().join(name);
        fs::write(&path, format!("{text}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn url(&self) -> String {
        self.secret(
            "url",
            &format!("https://localhost:{}/hook/s3cret", self.port),
            0o600,
        )
    }

    fn got(&self) -> Vec<Json> {
        let text = fs::read_to_string(self.dir.path().join("out")).unwrap_or_default();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    fn got_within(&self, count: usize, wait: Duration) -> Vec<Json> {
        let since = Instant::now();
        while self.got().len() < count && since.elapsed() < wait {
            std::thread::sleep(Duration::from_millis(20));
        }
        self.got()
    }
}

fn request() -> Request {
    let desk = Desk::new();
    let id = desk.ask(&Ask::delete("/home/ada/\"quoted\" @everyone \\ name"));
    desk.state().request(&id).unwrap()
}

fn hook(format: &str, url_file: String, token_file: Option<String>) -> ApprovalSettings {
    ApprovalSettings {
        webhook: Some(Webhook {
            format: format.to_owned(),
            url_file,
            token_file,
        }),
        ..ApprovalSettings::default()
    }
}

/// Tools that a machine has, the right to its own mounts, and trust in the server's certificate.
fn trusting(server: &Server) {
    mount_bind(
        server.dir.path().join("cert"),
        "/etc/ssl/certs/ca-certificates.crt",
    )
    .unwrap();
}

fn is_ready() -> bool {
    let roots = Path::new("/etc/ssl/certs/ca-certificates.crt").exists();
    ["openssl", "curl", "python3"].into_iter().all(needs::program)
        && needs::met(roots, "the file of `ca-certificates`")
        && needs::private_mounts()
}

#[test]
fn each_kind_of_address_gets_what_it_understands_and_no_argv_has_the_secret() {
    if !is_ready() {
        return;
    }
    let server = Server::start();
    trusting(&server);
    let env = BTreeMap::new();
    let around = Around {
        env: &env,
        home: None,
    };
    let request = request();
    let token = server.secret("token", "s3cret-token", 0o600);
    for (count, format) in ["slack", "discord", "json"].iter().enumerate() {
        tell(&hook(format, server.url(), Some(token.clone())), &request, around);
        let got = server.got_within(count + 1, Duration::from_secs(20));
        let last = got
            .get(count)
            .unwrap_or_else(|| panic!("{format} did not arrive"));
        assert_eq!(last["path"], "/hook/s3cret");
        assert_eq!(last["headers"]["Content-Type"], "application/json");
        assert_eq!(last["headers"]["Authorization"], "Bearer s3cret-token");
        assert_eq!(last["argv"], serde_json::json!([]), "{format}");
        let body: Json = serde_json::from_str(last["body"].as_str().unwrap()).unwrap();
        let words = |text: &Json| {
            let text = text.as_str().unwrap().to_owned();
            assert!(text.contains(&format!("`wt approve {}`", request.id)), "{text}");
            assert!(text.contains(&request.summary()), "{text}");
        };
        match *format {
            "slack" => words(&body["text"]),
            "discord" => {
                words(&body["content"]);
                assert_eq!(body["allowed_mentions"], serde_json::json!({"parse": []}));
            }
            _ => {
                assert_eq!(body["type"], "approval.requested");
                assert_eq!(body["request"]["id"], request.id.as_str());
            }
        }
    }
}

#[test]
fn nothing_is_told_in_the_clear_to_strangers_or_from_a_file_that_others_read() {
    if !is_ready() {
        return;
    }
    let server = Server::start();
    let env = BTreeMap::new();
    let around = Around {
        env: &env,
        home: None,
    };
    let request = request();
    // A certificate that the machine does not trust.
    tell(&hook("json", server.url(), None), &request, around);
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(server.got(), Vec::<Json>::new());
    trusting(&server);
    let plain = server.secret("plain", &format!("http://localhost:{}/x", server.port), 0o600);
    let open = server.secret("open", &format!("https://localhost:{}/x", server.port), 0o644);
    for url in [plain, open, "/nowhere".to_owned()] {
        tell(&hook("json", url, None), &request, around);
    }
    // The last one arrives, and only that.
    tell(&hook("json", server.url(), None), &request, around);
    assert_eq!(server.got_within(1, Duration::from_secs(20)).len(), 1);
    std::thread::sleep(Duration::from_millis(500));
    let got = server.got();
    assert_eq!((got.len(), &got[0]["path"]), (1, &Json::from("/hook/s3cret")));
}

/// A program that writes down how it was called.
fn witness(dir: &Path, name: &str) -> PathBuf {
    let path = dir.join(name);
    let out = dir.join("called");
    let script = format!(
        "#!/bin/sh\n{{ printf '%s\\n' \"$@\"; env | sort; echo --; cat; }} > {0}.tmp; mv {0}.tmp {0}\n",
        out.display()
    );
    fs::write(&path, script).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

fn called(dir: &Path) -> Option<String> {
    let since = Instant::now();
    while since.elapsed() < Duration::from_secs(5) {
        if let Ok(text) = fs::read_to_string(dir.join("called")) {
            return Some(text);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    None
}

#[test]
fn the_command_that_policy_names_gets_the_request_on_stdin_and_no_environment_of_the_caller() {
    let dir = tempfile::tempdir().unwrap();
    let program = witness(dir.path(), "tell-me");
    let settings = ApprovalSettings {
        notify: vec![program.to_str().unwrap().to_owned(), "--urgent".to_owned()],
        ..ApprovalSettings::default()
    };
    let env = BTreeMap::from([("SECRET_TOKEN".into(), "s3cret".into())]);
    let request = request();
    tell(
        &settings,
        &request,
        Around {
            env: &env,
            home: Some(Path::new("/home/ada")),
        },
    );
    let text = called(dir.path()).unwrap();
    let (head, stdin) = text.split_once("--\n{").unwrap();
    assert!(
        head.starts_with("--urgent\n") && head.contains("HOME=/home/ada\n"),
        "{head}"
    );
    assert!(!head.contains("s3cret"), "{head}");
    let told: Json = serde_json::from_str(&format!("{{{stdin}")).unwrap();
    assert_eq!(told["id"], request.id.as_str());
    let relative = ApprovalSettings {
        notify: vec!["tell-me".to_owned()],
        ..ApprovalSettings::default()
    };
    fs::remove_file(dir.path().join("called")).unwrap();
    tell(
        &relative,
        &request,
        Around {
            env: &env,
            home: None,
        },
    );
    assert_eq!(
        called(dir.path()),
        None,
        "never found by a path that somebody chose"
    );
}

#[test]
fn a_desktop_is_told_by_the_systems_own_program() {
    if !needs::private_mounts() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let program = witness(dir.path(), "notify-send");
    mount_bind(dir.path(), "/usr/local/bin").unwrap();
    // In the place of one that this machine has of its own.
    for taken in ["/usr/bin/notify-send", "/bin/notify-send"] {
        if Path::new(taken).exists() {
            mount_bind(&program, taken).unwrap();
        }
    }
    let request = request();
    let desktop = BTreeMap::from([
        ("DBUS_SESSION_BUS_ADDRESS".into(), "unix:path=/run/bus".into()),
        ("DISPLAY".into(), ":0".into()),
        ("PATH".into(), "/tmp".into()),
    ]);
    let settings = ApprovalSettings::default();
    let none = BTreeMap::new();
    tell(
        &settings,
        &request,
        Around {
            env: &none,
            home: None,
        },
    );
    assert_eq!(called(dir.path()), None, "no desktop, no notice");
    tell(
        &settings,
        &request,
        Around {
            env: &desktop,
            home: None,
        },
    );
    let text = called(dir.path()).unwrap();
    assert!(
        text.contains(&format!("wt approve {}", request.id)) && text.contains("DISPLAY=:0"),
        "{text}"
    );
    fs::remove_file(dir.path().join("called")).unwrap();
    rustix::fs::chown(&program, Some(rustix::fs::Uid::from_raw(1234)), None).unwrap();
    tell(
        &settings,
        &request,
        Around {
            env: &desktop,
            home: None,
        },
    );
    assert_eq!(called(dir.path()), None, "somebody else's program");
}
