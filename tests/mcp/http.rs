//! The server over HTTP: loopback alone, the token on every request, both eras.

use super::server::World;
use crate::support::running::{computes, send, until};
use rustix::process::Signal;
use serde_json::{Value as Json, json};
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
    time::Duration,
};

struct Http {
    child: Child,
    port: u16,
    token: String,
}

impl Http {
    fn start(world: &World) -> Self {
        let mut child = world
            .wt(&["mcp", "--http", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let told: Json = serde_json::from_str(&line).unwrap();
        let url = told["url"].as_str().unwrap();
        let port = url
            .strip_prefix("http://127.0.0.1:")
            .unwrap()
            .strip_suffix("/mcp")
            .unwrap();
        Self {
            child,
            port: port.parse().unwrap(),
            token: told["token"].as_str().unwrap().to_owned(),
        }
    }

    /// Posts a request; the status and all that was answered.
    fn post(&self, path: &str, headers: &[(&str, &str)], body: &Json) -> (u16, String) {
        self.post_to(
            &format!("127.0.0.1:{}", self.port),
            path,
            headers,
            &body.to_string(),
        )
    }

    /// The same of any body, under the name that a client believes the server to have.
    fn post_to(&self, host: &str, path: &str, headers: &[(&str, &str)], body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let mut head = format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nConnection: close\r\n\
             Accept: application/json, text/event-stream\r\nContent-Length: {}\r\n",
            body.len()
        );
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        stream.write_all(format!("{head}\r\n{body}").as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        (status, answer)
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.token)
    }
}

impl Drop for Http {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn hello() -> Json {
    json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": "2025-11-25",
        "capabilities": {}, "clientInfo": {"name": "tester", "version": "9"}}})
}

#[test]
fn only_who_has_the_token_is_answered() {
    let world = World::new();
    let server = Http::start(&world);
    let (kept, last) = server.token.split_at(server.token.len() - 1);
    let almost = format!("Bearer {kept}{}", if last == "0" { "1" } else { "0" });
    for headers in [
        &[][..],
        &[("Authorization", "Bearer ")],
        &[("Authorization", almost.as_str())],
    ] {
        assert_eq!(server.post("/mcp", headers, &hello()).0, 401);
    }
    let bearer = server.bearer();
    assert_eq!(server.post("/", &[("Authorization", &bearer)], &hello()).0, 404);
    let (status, answer) = server.post("/mcp", &[("Authorization", &bearer)], &hello());
    assert_eq!(status, 200, "{answer}");
    assert!(answer.contains(r#""name":"watchtower""#), "{answer}");
    let rebound = [
        ("Authorization", bearer.as_str()),
        ("Origin", "http://evil.example"),
    ];
    assert_eq!(server.post("/mcp", &rebound, &hello()).0, 403);
}

#[test]
fn a_page_that_was_led_here_under_another_name_is_refused() {
    let world = World::new();
    let server = Http::start(&world);
    let bearer = server.bearer();
    let authorized = [("Authorization", bearer.as_str())];
    for host in [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example:80",
    ] {
        let (status, answer) = server.post_to(host, "/mcp", &authorized, &hello().to_string());
        assert_eq!(status, 403, "{host}: {answer}");
    }
    assert_eq!(
        server
            .post_to("localhost", "/mcp", &authorized, &hello().to_string())
            .0,
        200
    );
    for origin in [
        "null",
        "file://",
        "http://localhost.evil.example",
        "http://127.0.0.1:1@evil.example",
    ] {
        let headers = [authorized[0], ("Origin", origin)];
        assert_eq!(server.post("/mcp", &headers, &hello()).0, 403, "{origin}");
    }
}

#[test]
fn connections_that_say_nothing_do_not_end_the_server() {
    let world = World::new();
    let server = Http::start(&world);
    let limit = Command::new("prlimit")
        .args(["--nofile=64", "--pid", &server.child.id().to_string()])
        .status();
    assert!(limit.unwrap().success());
    let silent: Vec<TcpStream> = (0..100)
        .map(|_| TcpStream::connect(("127.0.0.1", server.port)).unwrap())
        .collect();
    std::thread::sleep(Duration::from_millis(300));
    drop(silent);
    let bearer = server.bearer();
    assert_eq!(
        server.post("/mcp", &[("Authorization", &bearer)], &hello()).0,
        200
    );
}

#[test]
fn a_request_without_a_session_is_served_over_http() {
    let world = World::new();
    let server = Http::start(&world);
    let bearer = server.bearer();
    let call = |name: &str| {
        json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "safe_mkdir", "arguments": {"path": name},
            "_meta": {"io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientInfo": {"name": "tester", "version": "9"},
                "io.modelcontextprotocol/clientCapabilities": {}}}})
    };
    let headers = [
        ("Authorization", bearer.as_str()),
        ("MCP-Protocol-Version", "2026-07-28"),
        ("Mcp-Method", "tools/call"),
        ("Mcp-Name", "safe_mkdir"),
    ];
    for name in ["one", "two"] {
        let (status, answer) = server.post("/mcp", &headers, &call(name));
        assert_eq!(status, 200, "{answer}");
        assert!(answer.contains(r#""verdict":"allow""#), "{answer}");
        assert!(world.workspace().join(name).is_dir());
    }
    // Headers by which a gateway would route say the same as the body, or nothing is done.
    let routed = [headers[0], headers[1], headers[2], ("Mcp-Name", "rg_search")];
    let (status, answer) = server.post("/mcp", &routed, &call("three"));
    assert_eq!(status, 400, "{answer}");
    assert!(!world.workspace().join("three").exists());
    let calls = world.calls();
    assert_eq!(calls[0]["agent"], "tester/9");
    assert_eq!(
        calls[0]["session"], calls[1]["session"],
        "one process, one session"
    );
}

#[test]
fn a_body_that_is_no_request_is_refused_with_the_reason() {
    let world = World::new();
    let server = Http::start(&world);
    let bearer = server.bearer();
    let long = format!("\"{}\"", "x".repeat(4 << 20));
    for (body, status, code) in [
        ("{", 400, -32700),
        ("[]", 400, -32600),
        (r#"{"jsonrpc":"2.0","id":7}"#, 400, -32600),
        (long.as_str(), 413, -32600),
    ] {
        let (got, answer) = server.post_to("localhost", "/mcp", &[("Authorization", &bearer)], body);
        assert_eq!(got, status, "{answer}");
        let said: Json = serde_json::from_str(answer.split("\r\n\r\n").nth(1).unwrap()).unwrap();
        assert_eq!(said["error"]["code"], code, "{said}");
    }
    let (status, _) = server.post_to("localhost", "/mcp", &[("Authorization", &bearer)], "");
    assert_eq!(status, 400);
}

#[test]
fn a_signal_ends_the_server_and_what_it_does_is_recorded() {
    let world = World::new();
    std::fs::write(world.workspace().join("one"), "1").unwrap();
    let mut server = Http::start(&world);
    let bearer = server.bearer();
    let call = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "jq_query",
        "arguments": {"query": super::calls::ENDLESS, "file": "one"},
        "_meta": {"io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": {"name": "tester", "version": "9"},
            "io.modelcontextprotocol/clientCapabilities": {}}}});
    let headers = [
        ("Authorization", bearer.as_str()),
        ("MCP-Protocol-Version", "2026-07-28"),
        ("Mcp-Method", "tools/call"),
        ("Mcp-Name", "jq_query"),
    ];
    let code = std::thread::scope(|scope| {
        let pid = server.child.id();
        scope.spawn(move || {
            until("the tool computes", || computes(pid));
            send(pid, Signal::TERM);
        });
        // The connection ends with or without an answer.
        let _cut = std::panic::catch_unwind(|| server.post("/mcp", &headers, &call));
        server.child.wait().unwrap().code()
    });
    assert_eq!(code, Some(143));
    let outcomes = world.output(&["query", "--json", "--where", "kind == 'outcome'"]);
    assert!(outcomes.contains(r#""exit_code":143"#), "{outcomes}");
}

#[test]
fn other_addresses_than_loopback_are_refused() {
    let world = World::new();
    for (address, code) in [
        ("0.0.0.0:0", 64),
        ("[::]:0", 64),
        ("192.0.2.1:80", 64),
        ("here", 64),
    ] {
        let status = world
            .wt(&["mcp", "--http", address])
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert_eq!(status.code(), Some(code), "{address}");
    }
    let status = world
        .wt(&["mcp", "--http", "127.0.0.1:0"])
        .env("WT_MCP_TOKEN", "short")
        .stderr(Stdio::null())
        .status();
    assert_eq!(status.unwrap().code(), Some(64));
}
