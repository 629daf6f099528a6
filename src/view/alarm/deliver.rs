//! Telling somebody of an alarm: a command, a webhook, syslog or the desktop. A way that fails is said and never
//! stops the watching; nothing here waits longer than its limit.

use super::{Episode, rules::Urgency};
use crate::{
    curl,
    report::{json_text, visible},
    view::words::count,
};
use std::{
    io::Write,
    os::unix::net::UnixDatagram,
    path::Path,
    process::{Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

/// No way takes longer.
const LIMIT: Duration = Duration::from_secs(curl::LIMIT_S);
/// Facility `authpriv` of syslog (RFC 5424).
const AUTHPRIV: u8 = 10;

/// Where the machine takes what is told: the socket of syslog, what shows a message on the desktop, what posts.
struct Places<'a> {
    log: &'a str,
    notify_send: &'a str,
    curl: &'a str,
}

const SYSTEM: Places<'static> = Places {
    log: "/dev/log",
    notify_send: "/usr/bin/notify-send",
    curl: "/usr/bin/curl",
};

/// Whether `notify` of a policy can be used.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn check(notify: &[String]) -> Result<(), String> {
    match notify {
        [] => Ok(()),
        [way] if way == "syslog" || way == "desktop" => Ok(()),
        [way, url] if way == "webhook" && (url.starts_with("http://") || url.starts_with("https://")) => {
            Ok(())
        }
        [program, ..] if program.starts_with('/') => Ok(()),
        _ => Err(
            "`notify` is [\"/absolute/program\", ...], [\"webhook\", URL], [\"syslog\"] or [\"desktop\"]"
                .into(),
        ),
    }
}

/// Tells of an episode in the way that its rule names.
///
/// # Errors
/// Why nobody was told, in one line.
pub(crate) fn deliver(notify: &[String], episode: &Episode) -> Result<(), String> {
    deliver_at(&SYSTEM, notify, episode)
}

fn deliver_at(places: &Places<'_>, notify: &[String], episode: &Episode) -> Result<(), String> {
    let json = format!("{}\n", json_text(&episode.to_json()));
    match notify {
        [] => Ok(()),
        [way] if way == "syslog" => syslog(places, episode),
        [way] if way == "desktop" => desktop(places, episode),
        [way, url] if way == "webhook" => webhook(places, url, &json),
        [program, args @ ..] => run(program, args, &json),
    }
}

/// The alarm in one line.
pub(crate) fn words(episode: &Episode) -> String {
    let agent = if episode.agent.is_empty() {
        "no known agent"
    } else {
        &episode.agent
    };
    let text = format!(
        "{}: {} ({}, {agent}, entry {})",
        episode.rule,
        episode.what,
        count(episode.count, "time", "times"),
        episode.last.0
    );
    visible(&text)
}

/// Runs a program that has to end well.
fn run(program: &str, args: &[String], input: &str) -> Result<(), String> {
    let status = ended(program, args, input)?;
    if status.success() {
        return Ok(());
    }
    Err(format!("`{program}` failed: {status}"))
}

/// How a program ended that got this on its stdin and an environment of its own.
fn ended(program: &str, args: &[String], input: &str) -> Result<ExitStatus, String> {
    let failed = |what: &str, e: &dyn std::fmt::Display| format!("cannot {what} `{program}`: {e}");
    let mut command = Command::new(program);
    command
        .args(args)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("LC_ALL", "C.UTF-8");
    for name in [
        "HOME",
        "DISPLAY",
        "WAYLAND_DISPLAY",
        "DBUS_SESSION_BUS_ADDRESS",
        "XDG_RUNTIME_DIR",
    ] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut child = command.spawn().map_err(|e| failed("run", &e))?;
    if let Some(mut stdin) = child.stdin.take()
        && let Err(e) = stdin.write_all(input.as_bytes())
        && e.kind() != std::io::ErrorKind::BrokenPipe
    {
        return Err(failed("write to", &e));
    }
    let begun = Instant::now();
    loop {
        match child.try_wait().map_err(|e| failed("wait for", &e))? {
            Some(status) => return Ok(status),
            None if begun.elapsed() < LIMIT => thread::sleep(Duration::from_millis(20)),
            None => {
                child.kill().map_err(|e| failed("stop", &e))?;
                child.wait().map_err(|e| failed("wait for", &e))?;
                return Err(format!("`{program}` took longer than {} s", LIMIT.as_secs()));
            }
        }
    }
}

/// Posts the alarm. The address is often a secret in itself, so no message has it.
fn webhook(places: &Places<'_>, url: &str, json: &str) -> Result<(), String> {
    let (scheme, rest) = url.split_once("://").unwrap_or_default();
    let config = curl::post(url, scheme, None, json);
    let status = ended(places.curl, &curl::ARGS.map(str::to_owned), &config)?;
    // EXIT CODES of curl(1).
    let why = match status.code() {
        Some(0) => return Ok(()),
        Some(6) => "no such host",
        Some(7) => "it cannot be reached",
        Some(22) => "it answered with an error",
        Some(28) => "it did not answer in time",
        Some(35 | 58 | 60) => "the two do not agree on TLS, or its certificate does not hold",
        _ => return Err(format!("`{}` failed: {status}", places.curl)),
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    Err(format!("cannot post to `{scheme}://{host}`: {why}"))
}

fn syslog(places: &Places<'_>, episode: &Episode) -> Result<(), String> {
    let severity = match episode.urgency {
        Urgency::Critical => 2,
        Urgency::High => 3,
        Urgency::Medium => 4,
        Urgency::Low => 5,
    };
    let message = format!(
        "<{}>wt[{}]: {}",
        AUTHPRIV * 8 + severity,
        std::process::id(),
        words(episode)
    );
    let path = Path::new(places.log);
    let failed = |e: std::io::Error| format!("cannot write to `{}`: {e}", path.display());
    let socket = UnixDatagram::unbound().map_err(failed)?;
    socket
        .send_to(message.as_bytes(), path)
        .map(|_| ())
        .map_err(failed)
}

fn desktop(places: &Places<'_>, episode: &Episode) -> Result<(), String> {
    let urgency = match episode.urgency {
        Urgency::Low => "low",
        Urgency::Medium => "normal",
        Urgency::High | Urgency::Critical => "critical",
    };
    let title = format!("Watchtower: {}", episode.urgency.word());
    let args = [
        "--app-name=Watchtower",
        "--urgency",
        urgency,
        "--",
        &title,
        &words(episode),
    ];
    run(places.notify_send, &args.map(str::to_owned), "")
}

#[cfg(test)]
mod tests;
