//! A home with a workspace, and a server in it with the client's end of its pipes.

use crate::support::running::send;
use rustix::process::Signal;
use serde_json::{Value as Json, json};
use std::{
    io::{BufRead, BufReader, Write},
    path::PathBuf,
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    time::{Duration, Instant},
};

/// No answer takes longer.
const LIMIT: Duration = Duration::from_secs(20);

pub(crate) struct World {
    pub(crate) dir: tempfile::TempDir,
}

pub(crate) struct Server {
    pub(crate) child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<Json>,
    next: u64,
    /// What came beside the answers: notifications and requests of the server.
    pub(crate) beside: Vec<Json>,
    /// What every request carries in `_meta`, in the era without sessions.
    meta: Option<Json>,
    /// What a question of the server is answered with.
    pub(crate) answer: Option<Json>,
}

impl World {
    /// A home outside of `/tmp`, so that no rule for that speaks, with a git workspace and a ledger.
    pub(crate) fn new() -> Self {
        let base = crate::support::base();
        let world = Self {
            dir: tempfile::Builder::new()
                .prefix("wt-mcp-")
                .tempdir_in(base)
                .unwrap(),
        };
        world.repository("project");
        assert!(world.wt(&["init"]).status().unwrap().success());
        world
    }

    pub(crate) fn repository(&self, name: &str) -> PathBuf {
        let path = self.dir.path().join(name);
        std::fs::create_dir_all(path.join(".git")).unwrap();
        path
    }

    pub(crate) fn workspace(&self) -> PathBuf {
        self.dir.path().join("project")
    }

    pub(crate) fn wt(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wt"));
        command
            .args(args)
            .current_dir(self.workspace())
            .env_clear()
            .env("HOME", self.dir.path())
            .env("PATH", "/usr/bin:/bin")
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        command
    }

    pub(crate) fn output(&self, args: &[&str]) -> String {
        let output = self.wt(args).stdout(Stdio::piped()).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    /// The recorded calls, newest first.
    pub(crate) fn calls(&self) -> Vec<Json> {
        let text = self.output(&["recent", "-n", "100", "--json"]);
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    pub(crate) fn server(&self) -> Server {
        self.server_by(&[])
    }

    /// A server that another program starts.
    pub(crate) fn server_by(&self, words: &[&str]) -> Server {
        let mut command = self.wt(&["mcp"]);
        if let [program, rest @ ..] = words {
            let wt = std::mem::replace(&mut command, Command::new(program));
            command.args(rest).arg(wt.get_program()).args(wt.get_args());
            command.env_clear().current_dir(self.workspace());
            command.envs(wt.get_envs().filter_map(|(name, value)| Some((name, value?))));
        }
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = channel();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                if sender.send(serde_json::from_str(&line).unwrap()).is_err() {
                    return;
                }
            }
        });
        Server {
            stdin: child.stdin.take(),
            child,
            lines,
            next: 0,
            beside: Vec::new(),
            meta: None,
            answer: None,
        }
    }

    /// A server that was greeted in the way of the eras with sessions.
    pub(crate) fn greeted(&self, version: &str, capabilities: &Json) -> Server {
        let mut server = self.server();
        server.greet(version, capabilities);
        server
    }

    /// A server to a client of the era without sessions: every request says who asks and what it can do.
    pub(crate) fn stateless(&self, capabilities: &Json) -> Server {
        let mut server = self.server();
        server.meta = Some(json!({"io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": {"name": "tester", "version": "8"},
            "io.modelcontextprotocol/clientCapabilities": capabilities}));
        server
    }
}

impl Server {
    pub(crate) fn greet(&mut self, version: &str, capabilities: &Json) {
        let hello = json!({"protocolVersion": version, "capabilities": capabilities,
            "clientInfo": {"name": "tester", "version": "7"}});
        let said = self.ask("initialize", hello);
        assert_eq!(said["result"]["protocolVersion"], version, "{said}");
        self.tell("notifications/initialized", json!({}));
    }

    pub(crate) fn send(&mut self, message: &Json) {
        self.write(format!("{message}\n").as_bytes());
    }

    /// Sends bytes as they are.
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        let stdin = self.stdin.as_mut().unwrap();
        stdin.write_all(bytes).unwrap();
        stdin.flush().unwrap();
    }

    /// Sends nothing any more.
    pub(crate) fn close(&mut self) {
        self.stdin = None;
    }

    /// Whatever the server says next.
    pub(crate) fn next(&mut self) -> Json {
        self.lines.recv_timeout(LIMIT).expect("an answer")
    }

    pub(crate) fn kill(&self, signal: Signal) {
        send(self.child.id(), signal);
    }

    /// The exit code after a signal, which must come soon.
    pub(crate) fn is_sent(&mut self, signal: Signal) -> Option<i32> {
        self.kill(signal);
        self.ended()
    }

    pub(crate) fn tell(&mut self, method: &str, params: Json) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    /// Sends a request without waiting; its id.
    pub(crate) fn start(&mut self, method: &str, mut params: Json) -> u64 {
        self.next += 1;
        if let Some(meta) = &self.meta {
            let fields = params.as_object_mut().unwrap();
            let given = fields.entry("_meta").or_insert_with(|| json!({}));
            given
                .as_object_mut()
                .unwrap()
                .extend(meta.as_object().unwrap().clone());
        }
        let id = self.next;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        id
    }

    /// The answer to one of several requests that were sent at once, whichever is answered first.
    pub(crate) fn await_answer_of_any(&mut self, id: u64) -> Json {
        match self.beside.iter().position(|message| message["id"] == id) {
            Some(at) => self.beside.remove(at),
            None => self.await_answer(id),
        }
    }

    /// The answer to a request; what comes before it is kept, questions are answered.
    pub(crate) fn await_answer(&mut self, id: u64) -> Json {
        let until = Instant::now() + LIMIT;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let message = self
                .lines
                .recv_timeout(left)
                .unwrap_or_else(|_| panic!("no answer to {id}"));
            if message.get("method").is_none() && message["id"] == id {
                return message;
            }
            if let (Some(question), Some(answer)) = (message.get("id"), &self.answer) {
                let reply = json!({"jsonrpc": "2.0", "id": question, "result": answer});
                self.send(&reply);
            }
            self.beside.push(message);
        }
    }

    /// Waits until the server told of something so many times.
    pub(crate) fn await_told(&mut self, method: &str, times: usize) {
        let until = Instant::now() + LIMIT;
        while self.beside.iter().filter(|told| told["method"] == method).count() < times {
            let left = until.saturating_duration_since(Instant::now());
            self.beside.push(self.lines.recv_timeout(left).expect(method));
        }
    }

    pub(crate) fn ask(&mut self, method: &str, params: Json) -> Json {
        let id = self.start(method, params);
        self.await_answer(id)
    }

    pub(crate) fn call(&mut self, tool: &str, arguments: Json) -> Json {
        let said = self.ask("tools/call", json!({"name": tool, "arguments": arguments}));
        assert!(said.get("error").is_none(), "{said}");
        said["result"].clone()
    }

    /// The client goes; the server's exit code, which must come soon.
    pub(crate) fn leave(mut self) -> Option<i32> {
        self.close();
        self.ended()
    }

    fn ended(&mut self) -> Option<i32> {
        let until = Instant::now() + LIMIT;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            assert!(Instant::now() < until, "the server stays behind its client");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}
