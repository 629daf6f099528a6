//! Events that are wrong, too large, or slow to arrive.

use super::World;
use serde_json::{Value, json};
use std::{
    io::Write,
    process::{Child, ChildStdin, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

#[test]
fn an_event_that_is_not_understood_is_refused_in_every_clients_form() {
    let world = World::new();
    for client in ["claude-code", "codex", "gemini", "cursor", "opencode", "copilot"] {
        let deep = [&b"["[..]].repeat(100_000).concat();
        for event in [
            &b""[..],
            b"{",
            b"[]",
            b"null",
            b"\xff",
            b"{}{}",
            b"\xef\xbb\xbf{}",
            &deep,
            b"{\"hook_event_name\":\"Surprise\"}",
            b"{\"toolName\":\"bash\",\"toolArgs\":[]}",
            b"{\"toolName\":\"bash\",\"toolArgs\":{\"command\":\"ls\"},\"cwd\":5}",
        ] {
            let (code, out) = world.wt(&["hook", client], event);
            let shown = String::from_utf8_lossy(event.get(..40).unwrap_or(event));
            assert!(out.contains("deny"), "{client}: {shown}: {out}");
            assert!(!out.contains("allow"), "{client}: {shown}: {out}");
            assert!(
                client == "copilot" || code == 2,
                "{client}: {shown}: {code} {out}"
            );
        }
    }
}

#[test]
fn arguments_that_name_nothing_that_can_be_judged_are_refused() {
    let world = World::new();
    for (tool, input) in [
        ("Bash", json!({})),
        ("Bash", json!({"command": 5})),
        ("Bash", json!({"command": ["ls", 5]})),
        ("Read", json!({"file_path": ["a"]})),
        ("Write", json!({"content": "x"})),
        (
            "apply_patch",
            json!({"input": "*** Begin Patch\n*** End Patch\n"}),
        ),
        ("WebFetch", json!({"url": "file:///etc/passwd"})),
        ("WebFetch", json!({"url": "https://good.example@evil.example/"})),
    ] {
        let (decision, reason) = world.ask(tool, &input, &world.workspace());
        assert_eq!(decision, "deny", "{tool} {input}");
        assert!(reason.ends_with("nothing was done"), "{tool} {input}: {reason}");
    }
}

#[test]
fn a_client_that_leaves_the_pipe_open_is_answered_all_the_same() {
    let world = World::new();
    for (event, expected) in [
        (json!({"hook_event_name": "SessionStart"}).to_string(), "{}\n"),
        (
            "{\"hook_event_name\": nonsense".to_owned(),
            "the event is not JSON",
        ),
    ] {
        // Two seconds are for what has not come; a busy machine may take as long for a process once, not each time.
        let took = (0..3).map(|_| {
            let mut hook = Held::new(&world);
            hook.stdin.write_all(event.as_bytes()).unwrap();
            let started = Instant::now();
            let output = hook.child.wait_with_output().unwrap();
            let said = String::from_utf8(output.stdout).unwrap();
            assert!(said.contains(expected), "{said}");
            started.elapsed()
        });
        let quickest = took.min().unwrap();
        assert!(quickest.as_millis() < 1500, "it waited for more: {quickest:?}");
    }
}

#[test]
fn an_event_that_is_too_large_is_refused() {
    let world = World::new();
    for (bytes, limit) in [(9 << 20, 4_194_304), (17 << 20, 16_777_216)] {
        let event = json!({"hook_event_name": "PreToolUse", "tool_name": "Write",
            "tool_input": {"file_path": "a", "content": "x".repeat(bytes)}});
        let (code, out) = world.wt(&["hook", "claude-code"], event.to_string().as_bytes());
        assert_eq!(code, 2, "{out}");
        assert!(out.contains(&format!("larger than {limit} bytes")), "{out}");
    }
}

#[test]
fn names_and_values_beyond_their_limits_are_refused_before_anything_is_made_of_them() {
    let world = World::new();
    let refuses = |client: &str, event: &str, reason: &str| {
        let (_, out) = world.wt(&["hook", client], event.as_bytes());
        assert!(
            out.contains("deny") && out.contains("nothing was done"),
            "{client}: {out}"
        );
        assert!(out.contains(reason), "{client}: {out}");
    };
    let long = "x".repeat(4097);
    let plain = json!({"hook_event_name": "PreToolUse", "tool_name": "Bash", "session_id": "s", "tool_use_id": "u",
        "cwd": ".", "tool_input": {"command": "true"}});
    for key in ["hook_event_name", "tool_name", "session_id", "tool_use_id", "cwd"] {
        let mut event = plain.clone();
        event[key] = long.as_str().into();
        refuses(
            "claude-code",
            &event.to_string(),
            &format!("the event's `{key}` is longer than 4096 bytes"),
        );
    }
    let mut event = plain.clone();
    event["tool_input"]["workdir"] = long.as_str().into();
    refuses(
        "claude-code",
        &event.to_string(),
        "`directory` is longer than 4096 bytes",
    );
    let server =
        json!({"hook_event_name": "beforeMCPExecution", "tool_name": "t", "command": "a ".repeat(3000)});
    refuses(
        "cursor",
        &server.to_string(),
        "`command` is longer than 4096 bytes",
    );
    let (deep, keys) = (
        "[".repeat(100) + &"]".repeat(100),
        "{\"\":".repeat(100) + "0" + &"}".repeat(100),
    );
    for many in [
        "0,".repeat(50_001) + "0",
        format!("{deep},").repeat(501) + "0",
        format!("{keys},").repeat(501) + "0",
    ] {
        let inside = plain
            .to_string()
            .replace("\"true\"", &format!("\"true\",\"more\":[{many}]"));
        refuses("claude-code", &inside, "the event has more than 50000 values");
        let text =
            json!({"toolName": "bash", "toolArgs": format!("{{\"command\":\"true\",\"more\":[{many}]}}")});
        refuses(
            "copilot",
            &text.to_string(),
            "the event has more than 50000 values",
        );
    }
}

#[test]
fn what_a_tool_has_done_is_never_said_to_be_refused() {
    let world = World::new();
    let ran = |lines: usize, bytes: usize| {
        json!({"hook_event_name": "PostToolUse", "session_id": "s", "tool_use_id": "u", "tool_name": "Write",
            "tool_input": {"file_path": "a", "content": "x".repeat(bytes)},
            "tool_response": {"lines": vec!["+"; lines], "originalFile": "x".repeat(bytes)}})
        .to_string()
    };
    for (event, said) in [
        (ran(100_000, 0), ""),
        (ran(1, 5 << 20), ""),
        (
            ran(300_000, 0),
            "the event has more than 250000 values; it is not recorded",
        ),
    ] {
        let output = world.output(&[], &["hook", "claude-code"], event.as_bytes());
        let out = String::from_utf8(output.stdout).unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), out.trim()), (Some(0), "{}"), "{err}");
        assert!(err.contains(said) && err.is_empty() == said.is_empty(), "{err}");
    }
}

#[test]
fn arguments_beyond_their_limit_are_refused_and_that_is_recorded() {
    let world = World::new();
    let long = "x".repeat((400 << 10) + 1);
    let marks = "\u{1}".repeat(70 << 10);
    let arguments = "the tool's arguments have more than 409600 bytes";
    let command = "the command is longer than 131072 bytes";
    for (tool, input, reason, domain, targets) in [
        (
            "Bash",
            json!({"command": format!("true {long}")}),
            command,
            "process",
            json!(["true"]),
        ),
        (
            "Bash",
            json!({"command": format!("true {marks}{marks}")}),
            command,
            "process",
            json!(["true"]),
        ),
        (
            "Read",
            json!({"file_path": format!("/{long}")}),
            "a path is longer than 4096 bytes",
            "filesystem",
            json!([]),
        ),
        (
            "WebFetch",
            json!({"url": format!("https://a.example/{long}"), "prompt": "p"}),
            arguments,
            "network",
            json!([]),
        ),
        (
            "mcp__other__call",
            json!({"deep": [{"text": long}]}),
            arguments,
            "mcp",
            json!(["other/call"]),
        ),
        (
            "mcp__other__call",
            json!({"numbers": vec![-1.234_567_890_123_456e-300; 40_000]}),
            arguments,
            "mcp",
            json!(["other/call"]),
        ),
        (
            "mcp__other__call",
            json!({"text": marks}),
            arguments,
            "mcp",
            json!(["other/call"]),
        ),
        (
            "Surprise",
            json!({long.clone(): 1}),
            arguments,
            "tool",
            json!(["Surprise"]),
        ),
    ] {
        let event = json!({"hook_event_name": "PreToolUse", "tool_name": tool, "tool_input": input});
        let (_, out) = world.wt(&["hook", "claude-code"], event.to_string().as_bytes());
        let reason = format!("denied: {reason} (rule `limit`");
        assert!(out.contains("\"deny\"") && out.contains(&reason), "{tool}: {out}");
        let (_, last) = world.wt(&["tail", "-n", "1", "--json"], b"");
        let entry: Value = serde_json::from_str(&last).unwrap();
        assert_eq!(
            (&entry["verdict"], &entry["rule"]),
            (&json!("deny"), &json!("limit")),
            "{last}"
        );
        assert_eq!(
            (&entry["domain"], &entry["targets"]),
            (&json!(domain), &targets),
            "{last}"
        );
    }
}

/// A hook whose standard input the test holds open.
struct Held {
    child: Child,
    stdin: ChildStdin,
}

impl Held {
    fn new(world: &World) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_wt"))
            .args(["hook", "claude-code"])
            .current_dir(world.workspace())
            .env_clear()
            .env("HOME", world.dir.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let stdin = child.stdin.take().unwrap();
        Self { child, stdin }
    }

    /// Sends these pieces with a pause before each; what the hook has answered by then is the answer.
    fn send(mut self, pieces: &[&[u8]], pause: Duration) -> String {
        for piece in pieces {
            sleep(pause);
            if self.stdin.write_all(piece).is_err() {
                break;
            }
        }
        let output = self.child.wait_with_output().unwrap();
        drop(self.stdin);
        String::from_utf8(output.stdout).unwrap()
    }
}

fn write_event(content: &str) -> Vec<u8> {
    let input = json!({"file_path": "a", "content": content});
    json!({"session_id": "s", "hook_event_name": "PreToolUse", "tool_name": "Write", "tool_input": input})
        .to_string()
        .into_bytes()
}

#[test]
fn half_an_event_is_refused_soon_though_the_pipe_stays_open() {
    let world = World::new();
    let event = write_event("x");
    let took: Vec<Duration> = (0..3)
        .map(|_| {
            let started = Instant::now();
            let said = Held::new(&world).send(&[&event[..event.len() / 2]], Duration::ZERO);
            assert!(
                said.contains("deny") && said.contains("stopped half-way"),
                "{said}"
            );
            started.elapsed()
        })
        .collect();
    // 40 ms of silence and the process itself; the bound is wide for a busy machine and below any other wait.
    assert!(
        took.iter().min().unwrap() < &Duration::from_millis(900),
        "{took:?}"
    );
}

#[test]
fn nothing_at_all_is_waited_for_and_then_refused() {
    let world = World::new();
    let started = Instant::now();
    let said = Held::new(&world).send(&[], Duration::ZERO);
    assert!(
        said.contains("deny") && said.contains("did not arrive in time"),
        "{said}"
    );
    assert!(started.elapsed() >= Duration::from_millis(1900));
}

#[test]
fn a_client_that_is_slow_is_not_refused() {
    let world = World::new();
    let small = write_event("x");
    let large = write_event(&"x".repeat(300_000));
    let pieces: Vec<&[u8]> = small.chunks(small.len() / 10).collect();
    let halves: Vec<&[u8]> = large.chunks(large.len() / 2 + 1).collect();
    for (name, pieces, pause) in [
        ("late", vec![&small[..]], Duration::from_millis(700)),
        ("in pieces", pieces, Duration::from_millis(10)),
        ("larger than the pipe", halves, Duration::from_millis(300)),
    ] {
        // The test's own pauses may be stretched on a busy machine, the pieces' beyond what is allowed.
        let said: Vec<String> = (0..4).map(|_| Held::new(&world).send(&pieces, pause)).collect();
        let allowed = |said: &String| said.contains("\"allow\"");
        assert!(said.iter().any(allowed), "{name}: {said:?}");
    }
}
