//! ssh, scp, rsync, sftp: what they do on another machine, and what their options run on this one.

use super::options::{Grammar, Options};
use super::transfers::synced;
use crate::analysis::Effect;
use crate::shell::call::Call;
use crate::shell::environment::is_harmless_program;
use crate::shell::paths::Access;
use crate::shell::state::Stream;
use crate::shell::value::{self, CONTENT, DECODED};
use crate::shell::walk::{Place, Walk};

/// Options of ssh whose value runs or loads something here.
pub(super) fn ssh_option(text: &str) -> bool {
    let key = text
        .split(['=', ' '])
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let value = text
        .split_once(['=', ' '])
        .map(|(_, v)| v.trim().to_ascii_lowercase())
        .unwrap_or_default();
    matches!(
        key.as_str(),
        "proxycommand"
            | "localcommand"
            | "knownhostscommand"
            | "pkcs11provider"
            | "securitykeyprovider"
            | "xauthlocation"
            | "include"
            | "match"
            | "proxyusefdpass"
    ) && value != "none"
        || key == "permitlocalcommand" && value == "yes"
}

pub(super) fn ssh(walk: &mut Walk<'_>, name: &str, call: &mut Call) {
    let grammar = Grammar {
        values: "bBcDEeFIiJLlmOoPpQRSwW",
        long_values: &["ssh", "server", "client"],
        in_order: true,
        ..Grammar::default()
    };
    let args = call.args().to_vec();
    let options = Options::parse(&args, &grammar);
    for option in options.all(&["-o"]) {
        if ssh_option(option) {
            call.part.concern(
                "runs-program",
                format!("`{name} -o {}` runs a program here", value::show(option)),
            );
        }
    }
    for (flag, what) in [
        ("-F", "obeys the configuration in"),
        ("-I", "loads the library"),
        ("-S", "speaks to the socket"),
        ("--ssh", "runs"),
        ("--server", "runs"),
        ("--client", "runs"),
    ] {
        if let Some(value) = options.value(&[flag])
            && value != "none"
            && value != "/dev/null"
        {
            call.part.concern(
                "runs-program",
                format!("`{name} {flag}` {what} `{}`", value::show(value)),
            );
        }
    }
    for file in options.all(&["-E"]) {
        walk.access(file, Access::Write, &mut call.part);
    }
    if options.has(&["-L", "-R", "-D", "-W", "-J", "-w"]) {
        call.part.class("tunnel", format!("`{name}` opens a tunnel"));
    }
    let Some((destination, command)) = options.operands.split_first() else {
        return super::program(call);
    };
    // More options may follow the host.
    let after = Options::parse(command, &grammar);
    let command = if command.first().is_some_and(|w| w.starts_with('-')) {
        after.operands.clone()
    } else {
        command.to_vec()
    };
    for option in after.all(&["-o"]) {
        if ssh_option(option) {
            call.part.concern(
                "runs-program",
                format!("`{name} -o {}` runs a program here", value::show(option)),
            );
        }
    }
    let (user, host) = destination
        .rsplit_once('@')
        .map_or(("", destination.as_str()), |(u, h)| (u, h));
    if destination.starts_with('-') || host.starts_with('-') {
        call.part
            .concern("runs-program", "the host name begins with a dash");
    }
    let effect = |operation: &'static str, why: &str| Effect {
        domain: "ssh",
        operation,
        role: "host",
        host: value::show(host),
        user: value::show(user),
        params: vec![("why", why.to_owned())],
        ..Effect::default()
    };
    if command.is_empty() {
        call.part
            .effects
            .push(effect("shell", "it opens a shell on another machine"));
        if call.stdin.is_fed() {
            call.part
                .class("remote-shell", "a remote shell runs what is fed to it");
        }
        return;
    }
    let text = command.join(" ");
    if value::is_open(&text) && text.contains([DECODED, CONTENT]) {
        call.part.concern(
            "unresolved-command",
            "the remote command is only known when it runs",
        );
    }
    let at = walk.out.parts.len();
    let saved = std::mem::replace(&mut walk.place, Place::Remote(value::show(host)));
    let state = walk.state.clone();
    walk.state.cwd = Some("/home/remote".to_owned());
    if walk.enter() {
        walk.nested_script(&value::show(&text), Stream::Inherited);
        walk.calls -= 1;
    }
    walk.state = state;
    walk.place = saved;
    let looks = walk
        .out
        .parts
        .get(at..)
        .unwrap_or_default()
        .iter()
        .all(remote_look);
    let feeds = matches!(
        call.stdin,
        Stream::File(_) | Stream::Paths(_) | Stream::Output(_) | Stream::Decoded(_) | Stream::Text(_)
    );
    let operation = if looks && !feeds {
        "look"
    } else if feeds && text.trim_start().starts_with("cat >") {
        "upload"
    } else {
        "exec"
    };
    call.part
        .effects
        .push(effect(operation, "it runs a command on another machine"));
}

/// Remote commands that only look.
pub(super) fn remote_look(part: &crate::analysis::Part) -> bool {
    const LOOKS: &[&str] = &[
        "ls",
        "cat",
        "head",
        "tail",
        "ps",
        "df",
        "du",
        "uptime",
        "free",
        "uname",
        "whoami",
        "id",
        "hostname",
        "date",
        "stat",
        "wc",
        "grep",
        "pwd",
        "echo",
        "which",
        "w",
        "who",
        "last",
        "ss",
        "netstat",
        "lsblk",
        "cd",
        "true",
        "test",
        "docker",
        "systemctl",
        "journalctl",
        "kubectl",
        "top",
        "find",
        "sort",
        "uniq",
        "cut",
        "awk",
        "sed",
        "tr",
        "git",
        "env",
        "printf",
        "ip",
        "nproc",
        "lscpu",
        "vmstat",
        "iostat",
        "dmesg",
        "less",
    ];
    let Some(program) = part.argv.first() else {
        return true;
    };
    let writes = part.effects.iter().any(|e| {
        !matches!(
            (e.domain, e.operation),
            ("ssh", "read" | "list") | ("process", "exec")
        )
    });
    let classed = part
        .effects
        .iter()
        .any(|e| e.params.iter().any(|(k, v)| *k == "class" && !v.is_empty()));
    let systemctl = value::base(program) != "systemctl"
        || part
            .argv
            .get(1)
            .is_some_and(|w| matches!(w.as_str(), "status" | "is-active" | "list-units" | "show"));
    LOOKS.contains(&value::base(program)) && !writes && !classed && part.concerns.is_empty() && systemctl
}

pub(super) fn copy(walk: &mut Walk<'_>, name: &str, call: &mut Call) {
    let grammar = if name == "rsync" {
        Grammar {
            values: "efTBM@",
            long_values: &[
                "rsh",
                "rsync-path",
                "exclude",
                "include",
                "exclude-from",
                "include-from",
                "files-from",
                "filter",
                "log-file",
                "bwlimit",
                "password-file",
                "compare-dest",
                "copy-dest",
                "link-dest",
                "temp-dir",
                "partial-dir",
                "backup-dir",
                "suffix",
                "chmod",
                "chown",
                "out-format",
                "port",
                "timeout",
                "remote-option",
                "write-batch",
                "read-batch",
            ],
            ..Grammar::default()
        }
    } else {
        Grammar {
            values: "cDFiJloPSXbBsR",
            ..Grammar::default()
        }
    };
    let args = call.args().to_vec();
    let options = Options::parse(&args, &grammar);
    for program in options.all(if name == "rsync" {
        &["-e", "--rsh", "--rsync-path"][..]
    } else {
        &["-S", "-D", "-F"][..]
    }) {
        if !is_harmless_program(program) && !matches!(program, "rsync" | "sudo rsync") {
            call.part.concern(
                "runs-program",
                format!("`{name}` runs or obeys `{}`", value::show(program)),
            );
        }
    }
    for option in options.all(if name == "rsync" { &[][..] } else { &["-o"][..] }) {
        if ssh_option(option) {
            call.part.concern(
                "runs-program",
                format!("`{name} -o {}` runs a program here", value::show(option)),
            );
        }
    }
    if name == "sftp" {
        call.part.class(
            if call.stdin.is_fed() || options.has(&["-b"]) {
                "upload"
            } else {
                "remote-shell"
            },
            "`sftp` moves files to and from another machine",
        );
        return;
    }
    let remote = |word: &String| {
        word.contains("://")
            || word
                .split_once(':')
                .is_some_and(|(host, _)| !host.is_empty() && !host.contains('/'))
    };
    let mut operands = options.operands.clone();
    let destination = operands.pop();
    for source in &operands {
        if remote(source) {
            remote_effect("read", source, call);
        } else {
            walk.access(source, Access::CopySource, &mut call.part);
        }
    }
    if options.has(&[
        "--delete",
        "--delete-before",
        "--delete-after",
        "--delete-during",
        "--delete-excluded",
        "--remove-source-files",
    ]) {
        let class = format!("`{name}` deletes files that the other side does not have");
        match &destination {
            Some(dest) if !remote(dest) => {
                walk.access(&format!("{dest}/{}", value::STAR), Access::Delete, &mut call.part)
            }
            _ => call.part.class("destructive", class),
        }
    }
    if let Some(dest) = destination {
        if remote(&dest) {
            remote_effect("upload", &dest, call);
        } else {
            walk.access(&dest, Access::CopyTo, &mut call.part);
            let local: Vec<String> = operands.into_iter().filter(|source| !remote(source)).collect();
            synced(walk, name, &dest, &local, &options, call);
        }
    }
}

pub(super) fn remote_effect(operation: &'static str, spec: &str, call: &mut Call) {
    let (host, path) = spec.split_once(':').unwrap_or((spec, ""));
    let (user, host) = host.rsplit_once('@').unwrap_or(("", host));
    call.part.effects.push(Effect {
        domain: "ssh",
        operation,
        role: "path",
        path: Some(value::show(path)),
        host: value::show(host),
        user: value::show(user),
        params: vec![(
            "why",
            if operation == "upload" {
                format!("it sends files to `{}`", value::show(host))
            } else {
                String::new()
            },
        )],
        ..Effect::default()
    });
}
