//! Telling somebody of an alarm: a command, a webhook, syslog or the desktop. A way that fails is said and never
//! stops the watching; nothing here waits longer than its limit.

use super::{Episode, rules::Urgency};
use crate::{
    report::{json_text, visible},
    view::words::count,
};
use std::{
    io::{Read, Write},
    net::{TcpStream, ToSocketAddrs},
    os::unix::net::UnixDatagram,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// No way takes longer.
const LIMIT: Duration = Duration::from_secs(10);
/// Facility `authpriv` of syslog (RFC 5424).
const AUTHPRIV: u8 = 10;

/// Where the machine takes what is told: the socket of syslog, what shows a message on the desktop, what speaks https.
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

/// Runs a program with the alarm as JSON on its stdin and an environment of its own.
fn run(program: &str, args: &[String], input: &str) -> Result<(), String> {
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
            Some(status) if status.success() => return Ok(()),
            Some(status) => return Err(format!("`{program}` failed: {status}")),
            None if begun.elapsed() < LIMIT => thread::sleep(Duration::from_millis(20)),
            None => {
                child.kill().map_err(|e| failed("stop", &e))?;
                child.wait().map_err(|e| failed("wait for", &e))?;
                return Err(format!("`{program}` took longer than {} s", LIMIT.as_secs()));
            }
        }
    }
}

/// Posts the alarm. Plain http is spoken here; https is left to the system's curl. The address is often a secret in
/// itself, so it stands neither in an argv, which others can see, nor in a message.
fn webhook(places: &Places<'_>, url: &str, json: &str) -> Result<(), String> {
    let Some(rest) = url.strip_prefix("http://") else {
        let args = [
            "-q",
            "-fsS",
            "--proto",
            "=https",
            "--max-time",
            "10",
            "--config",
            "-",
        ];
        let config = format!(
            "url = {}\nheader = \"content-type: application/json\"\ndata-binary = {}\n",
            config_text(url),
            config_text(json)
        );
        return run(places.curl, &args.map(str::to_owned), &config);
    };
    let shown = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let shown = shown.rsplit('@').next().unwrap_or_default();
    let failed = |e: &dyn std::fmt::Display| format!("cannot post to `http://{shown}`: {e}");
    let (host, path) = rest
        .split_once('/')
        .map_or((rest, String::from("/")), |(host, path)| {
            (host, format!("/{path}"))
        });
    let port_given = host
        .rsplit_once(':')
        .is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let address = if port_given {
        host.to_owned()
    } else {
        format!("{host}:80")
    };
    let address = address
        .to_socket_addrs()
        .map_err(|e| failed(&e))?
        .next()
        .ok_or_else(|| failed(&"no such host"))?;
    let mut stream = TcpStream::connect_timeout(&address, LIMIT).map_err(|e| failed(&e))?;
    stream.set_read_timeout(Some(LIMIT)).map_err(|e| failed(&e))?;
    stream.set_write_timeout(Some(LIMIT)).map_err(|e| failed(&e))?;
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n{json}",
        json.len()
    );
    stream.write_all(request.as_bytes()).map_err(|e| failed(&e))?;
    let mut answer = String::new();
    let read = stream.take(64).read_to_string(&mut answer);
    match answer.split(' ').nth(1) {
        Some(status) if status.starts_with('2') => Ok(()),
        Some(status) => Err(failed(&format!("it answered {status}"))),
        None => Err(failed(
            &read.map_or_else(|e| e.to_string(), |_| "it gave no answer".to_owned()),
        )),
    }
}

/// A text as curl's configuration has it.
fn config_text(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
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
