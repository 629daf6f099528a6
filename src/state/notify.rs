//! Tells people that something waits: the command that policy names, a web address, the desktop. Each is a process
//! of its own that nobody waits for; what it is told goes through its stdin, never its argv. A notice that does not
//! arrive changes nothing.

use super::{Request, moment::text};
use crate::curl;
use policy::{ApprovalSettings, Webhook};
use rustix::fs::{CWD, FileType, Mode, OFlags, openat};
use serde_json::{Value as Json, json};
use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    fs::File,
    io::{Read, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// No address and no token is longer.
const MAX_SECRET: u64 = 4096;
/// Where the programs are that this calls by itself.
const PROGRAMS: &[&str] = &["/usr/bin", "/bin", "/usr/local/bin"];

/// What a notice needs of the caller.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    /// The caller's environment: a desktop is found from it, and no secret is read from it.
    pub env: &'a BTreeMap<OsString, OsString>,
    /// The home that `~` means in policy.
    pub home: Option<&'a Path>,
}

/// Tells everyone whom policy names, and the desktop where there is one.
pub fn tell(settings: &ApprovalSettings, request: &Request, around: Around<'_>) {
    if let Some((program, args)) = settings.notify.split_first()
        && program.starts_with('/')
    {
        let mut command = Command::new(program);
        command.args(args);
        start(command, around, format!("{}\n", request.to_json()).as_bytes());
    }
    if let Some(hook) = &settings.webhook {
        post(hook, request, around);
    }
    desktop(request, around);
}

fn words(request: &Request) -> String {
    format!(
        "{} asks to {}. Answer with `wt approve {id}` or `wt deny {id}` until {}.",
        request.asker(),
        request.summary(),
        text(request.span.to),
        id = request.id,
    )
}

/// The body that an address understands.
fn body(format: &str, request: &Request) -> Json {
    match format {
        // No name in a path and no word of a command may call people.
        "slack" => {
            json!({"text": words(request).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")})
        }
        "discord" => json!({"content": words(request), "allowed_mentions": {"parse": []}}),
        _ => json!({"type": "approval.requested", "request": request.to_json()}),
    }
}

fn post(hook: &Webhook, request: &Request, around: Around<'_>) {
    let Some(program) = program("curl") else { return };
    let Some(url) = secret(&hook.url_file, around).filter(|url| url.starts_with("https://")) else {
        return;
    };
    let token = hook.token_file.as_deref().and_then(|file| secret(file, around));
    let body = body(&hook.format, request).to_string();
    let mut command = Command::new(program);
    command.args(curl::ARGS);
    let config = curl::post(&url, "https", token.as_deref(), &body);
    start(command, around, config.as_bytes());
}

fn desktop(request: &Request, around: Around<'_>) {
    let has = |name: &str| {
        around
            .env
            .get(OsStr::new(name))
            .is_some_and(|value| !value.is_empty())
    };
    if !(has("DBUS_SESSION_BUS_ADDRESS") && (has("DISPLAY") || has("WAYLAND_DISPLAY"))) {
        return;
    }
    let Some(notify) = program("notify-send") else {
        return;
    };
    let mut command = Command::new(notify);
    command
        .args([
            "--app-name=Watchtower",
            "--urgency=critical",
            "--",
            "An agent asks",
        ])
        .arg(words(request));
    for name in [
        "DBUS_SESSION_BUS_ADDRESS",
        "DISPLAY",
        "WAYLAND_DISPLAY",
        "XDG_RUNTIME_DIR",
    ] {
        command.envs(around.env.get(OsStr::new(name)).map(|value| (name, value)));
    }
    start(command, around, b"");
}

/// A program in a directory of the system, never one that the caller's PATH leads to.
fn program(name: &str) -> Option<PathBuf> {
    PROGRAMS
        .iter()
        .map(|dir| Path::new(dir).join(name))
        .find(|path| rustix::fs::stat(path).is_ok_and(|stat| stat.st_uid == 0 && stat.st_mode & 0o022 == 0))
}

fn start(mut command: Command, around: Around<'_>, input: &[u8]) {
    let kept: Vec<(OsString, OsString)> = command
        .get_envs()
        .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
        .collect();
    command
        .env_clear()
        .envs(kept)
        .env("PATH", "/usr/bin:/bin")
        .env("LC_ALL", "C.UTF-8");
    command.envs(around.home.map(|home| ("HOME", home)));
    command
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if let Ok(mut child) = command.spawn()
        && let Some(mut stdin) = child.stdin.take()
    {
        drop(stdin.write_all(input));
        drop(stdin);
        // A server lives on and must not collect the dead; a call ends before this does.
        std::thread::spawn(move || child.wait());
    }
}

/// The first line of a private file.
fn secret(file: &str, around: Around<'_>) -> Option<String> {
    let path = match file.strip_prefix("~/") {
        Some(below) => around.home?.join(below),
        None => PathBuf::from(file),
    };
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let fd = openat(CWD, &path, flags, Mode::empty()).ok()?;
    let stat = rustix::fs::fstat(&fd).ok()?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile || stat.st_mode & 0o077 != 0 {
        return None;
    }
    let mut text = String::new();
    File::from(fd).take(MAX_SECRET).read_to_string(&mut text).ok()?;
    text.lines()
        .next()
        .map(|line| line.trim().to_owned())
        .filter(|line| !line.is_empty())
}
