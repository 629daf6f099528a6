//! A small Kubernetes API server of one test: discovery, one pod, one config map, logs, and exec over WebSocket.

use base64::{Engine, engine::general_purpose::STANDARD};
use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

/// A server on a loopback port, with what it was asked.
pub(crate) struct Cluster {
    pub(crate) port: u16,
    pub(crate) asked: Arc<Mutex<Vec<String>>>,
}

const POD: &str = r#"{"kind":"Pod","apiVersion":"v1","metadata":{"name":"web-1","namespace":"dev","annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{\"token\":\"hunter2\"}"}},"spec":{"containers":[{"name":"app","image":"app:1","env":[{"name":"DB_PASSWORD","value":"hunter2"},{"name":"COLOR","value":"blue"}]}]},"status":{"phase":"Running"}}"#;
const RESOURCES: &str = r#"{"kind":"APIResourceList","apiVersion":"v1","groupVersion":"v1","resources":[{"name":"pods","singularName":"pod","namespaced":true,"kind":"Pod","verbs":["get"],"shortNames":["po"]},{"name":"pods/log","singularName":"","namespaced":true,"kind":"Pod","verbs":["get"]},{"name":"pods/exec","singularName":"","namespaced":true,"kind":"PodExecOptions","verbs":["create","get"]},{"name":"configmaps","singularName":"configmap","namespaced":true,"kind":"ConfigMap","verbs":["get"],"shortNames":["cm"]},{"name":"secrets","singularName":"secret","namespaced":true,"kind":"Secret","verbs":["get"]}]}"#;

impl Cluster {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let log = Arc::clone(&log);
                std::thread::spawn(move || serve(stream.unwrap(), &log));
            }
        });
        Self { port, asked }
    }

    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    /// Writes a kubeconfig for this server and a policy that names it.
    pub(crate) fn policy(&self, dir: &Path, user: &str, more: &str) -> policy::Policy {
        let config = dir.join("kubeconfig");
        fs::write(
            &config,
            format!(
                "apiVersion: v1\nkind: Config\ncurrent-context: one\ncontexts:\n- {{name: one, context: {{cluster: c, user: u}}}}\n- {{name: two, context: {{cluster: c, user: u}}}}\n\
                 clusters:\n- name: c\n  cluster: {{server: \"http://127.0.0.1:{}\"}}\nusers:\n- name: u\n  user: {user}\n",
                self.port
            ),
        )
        .unwrap();
        crate::sandbox::policy(&document(&config, "", more))
    }
}

/// The text of a policy that allows everything and names a kubeconfig, with more about clusters and more of its own.
pub(crate) fn document(config: &Path, clusters: &str, more: &str) -> String {
    // Another version of kubectl than the machine's own can be put to the same tests.
    let tool = std::env::var("WT_TEST_KUBECTL").map_or_else(
        |_| String::new(),
        |path| format!(r#", "sandbox": {{"tools": {{"kubectl": "{path}"}}}}"#),
    );
    format!(
        r#"{{"version": "2.0.0",
            "policies": [{{"name": "all", "priority": 1, "match": {{}}, "condition": "True", "action": "allow"}}],
            "kubernetes": {{"kubeconfig": "{}", "insecure": true{clusters}}}{tool}{more}}}"#,
        config.display()
    )
}

/// Ends TLS before the server: without it kubectl sends no credentials.
pub(crate) struct Tls {
    port: u16,
    authority: String,
    process: Child,
    _dir: tempfile::TempDir,
}

const PROXY: &str = r#"
import socket, ssl, sys, threading
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[3] + "/tls.crt", sys.argv[3] + "/tls.key")
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
def pump(one, other):
    try:
        while True:
            data = one.recv(65536)
            if not data: break
            other.sendall(data)
    except OSError: pass
    try: other.shutdown(socket.SHUT_RDWR)
    except OSError: pass
def serve(raw):
    try: inner = context.wrap_socket(raw, server_side=True)
    except OSError: return
    outer = socket.create_connection(("127.0.0.1", int(sys.argv[2])))
    threading.Thread(target=pump, args=(inner, outer), daemon=True).start()
    pump(outer, inner)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
"#;

impl Cluster {
    pub(crate) fn tls(&self) -> Tls {
        let dir = tempfile::tempdir().unwrap();
        let made = Command::new("openssl")
            .args([
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
            ])
            .args([
                "-days",
                "2",
                "-subj",
                "/CN=cluster",
                "-addext",
                "subjectAltName=IP:127.0.0.1",
            ])
            .args(["-keyout", "tls.key", "-out", "tls.crt"])
            .current_dir(&dir)
            .output()
            .unwrap();
        assert!(made.status.success());
        let port = super::server::free_port();
        let process = Command::new("python3")
            .args(["-c", PROXY, &port.to_string(), &self.port.to_string()])
            .arg(dir.path())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        super::server::await_port(port);
        Tls {
            port,
            authority: STANDARD.encode(fs::read(dir.path().join("tls.crt")).unwrap()),
            process,
            _dir: dir,
        }
    }
}

impl Tls {
    /// A kubeconfig of one context for this server and a user.
    pub(crate) fn kubeconfig(&self, user: &str) -> String {
        format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: one\ncontexts: [{{name: one, context: {{cluster: c, user: u}}}}]\n\
             clusters: [{{name: c, cluster: {{server: \"https://127.0.0.1:{}\", certificate-authority-data: {}}}}}]\n\
             users: [{{name: u, user: {user}}}]\n",
            self.port, self.authority
        )
    }
}

impl Drop for Tls {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

fn serve(stream: TcpStream, log: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        let mut words = line.split_whitespace();
        let (method, path) = (words.next().unwrap().to_owned(), words.next().unwrap().to_owned());
        let (mut key, mut length, mut token) = (None, 0, String::new());
        loop {
            let mut header = String::new();
            if reader.read_line(&mut header).unwrap_or(0) == 0 {
                return;
            }
            let header = header.trim();
            if header.is_empty() {
                break;
            }
            let (name, value) = header.split_once(':').unwrap();
            match name.to_ascii_lowercase().as_str() {
                "sec-websocket-key" => key = Some(value.trim().to_owned()),
                "content-length" => length = value.trim().parse().unwrap(),
                "authorization" => token = value.trim().to_owned(),
                _ => {}
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        log.lock()
            .unwrap()
            .push(format!("{method} {path} {token}").trim().to_owned());
        let plain = path.split('?').next().unwrap();
        if plain.ends_with("/exec") {
            match key {
                Some(key) => return exec(&mut stream, &mut reader, &key, &path),
                None => answer(&mut stream, "400 Bad Request", "text/plain", "only WebSocket"),
            }
            continue;
        }
        match plain {
            "/version" => answer(
                &mut stream,
                "200 OK",
                "application/json",
                r#"{"major":"1","minor":"33","gitVersion":"v1.33.0"}"#,
            ),
            "/api" => answer(
                &mut stream,
                "200 OK",
                "application/json",
                r#"{"kind":"APIVersions","versions":["v1"]}"#,
            ),
            "/apis" => answer(
                &mut stream,
                "200 OK",
                "application/json",
                r#"{"kind":"APIGroupList","apiVersion":"v1","groups":[]}"#,
            ),
            "/api/v1" => answer(&mut stream, "200 OK", "application/json", RESOURCES),
            "/api/v1/namespaces/dev/pods/web-1" => answer(&mut stream, "200 OK", "application/json", POD),
            "/api/v1/namespaces/dev/pods/web-1/log" => {
                answer(
                    &mut stream,
                    "200 OK",
                    "text/plain",
                    "first\n\u{1b}]52;c;aGk=\u{7}second\n",
                );
            }
            "/api/v1/namespaces/dev/pods/hung/log" | "/api/v1/namespaces/dev/pods/hung" => {
                std::thread::sleep(Duration::from_secs(60))
            }
            _ => answer(
                &mut stream,
                "404 Not Found",
                "application/json",
                r#"{"kind":"Status","apiVersion":"v1","status":"Failure","message":"not there","reason":"NotFound","code":404}"#,
            ),
        }
    }
}

fn answer(stream: &mut TcpStream, status: &str, kind: &str, body: &str) {
    let text = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(text.as_bytes()).unwrap_or(());
}

fn exec(stream: &mut TcpStream, reader: &mut BufReader<TcpStream>, key: &str, path: &str) {
    let accept = STANDARD.encode(sha1(
        format!("{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11").as_bytes(),
    ));
    let text = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\nSec-WebSocket-Protocol: v5.channel.k8s.io\r\n\r\n"
    );
    stream.write_all(text.as_bytes()).unwrap();
    let frame = |channel: u8, bytes: &[u8]| {
        let mut out = vec![0x82, u8::try_from(bytes.len() + 1).unwrap(), channel];
        out.extend_from_slice(bytes);
        out
    };
    let command: Vec<&str> = path
        .split(['?', '&'])
        .filter_map(|part| part.strip_prefix("command="))
        .collect();
    stream
        .write_all(&frame(1, format!("ran {}\n", command.join(" ")).as_bytes()))
        .unwrap();
    stream
        .write_all(&frame(3, br#"{"metadata":{},"status":"Success"}"#))
        .unwrap();
    stream.write_all(&[0x88, 2, 0x03, 0xe8]).unwrap();
    let mut rest = [0; 256];
    while reader.read(&mut rest).unwrap_or(0) > 0 {}
}

/// SHA-1, which the WebSocket handshake asks for (RFC 6455, RFC 3174).
fn sha1(data: &[u8]) -> [u8; 20] {
    let mut state: [u32; 5] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];
    let mut message = data.to_vec();
    message.push(0x80);
    while message.len() % 64 != 56 {
        message.push(0);
    }
    message.extend((data.len() as u64 * 8).to_be_bytes());
    for block in message.chunks(64) {
        let mut w = [0u32; 80];
        for (word, bytes) in w.iter_mut().zip(block.chunks(4)) {
            *word = u32::from_be_bytes(bytes.try_into().unwrap());
        }
        for i in 16..80 {
            w[i] = (w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16]).rotate_left(1);
        }
        let [mut a, mut b, mut c, mut d, mut e] = state;
        for (i, word) in w.iter().enumerate() {
            let (f, k) = match i / 20 {
                0 => ((b & c) | (!b & d), 0x5a82_7999),
                1 => (b ^ c ^ d, 0x6ed9_eba1),
                2 => ((b & c) | (b & d) | (c & d), 0x8f1b_bcdc),
                _ => (b ^ c ^ d, 0xca62_c1d6),
            };
            let next = a
                .rotate_left(5)
                .wrapping_add(f)
                .wrapping_add(e)
                .wrapping_add(k)
                .wrapping_add(*word);
            (e, d, c, b, a) = (d, c, b.rotate_left(30), a, next);
        }
        for (sum, value) in state.iter_mut().zip([a, b, c, d, e]) {
            *sum = sum.wrapping_add(value);
        }
    }
    let mut out = [0; 20];
    for (bytes, word) in out.chunks_mut(4).zip(state) {
        bytes.copy_from_slice(&word.to_be_bytes());
    }
    out
}
