//! Programs that talk to other machines: who looks into them, and those that open plain connections.

use super::curl::curl;
use super::fetching::{fetcher, wget};
use super::leaving::gives_away;
use super::options::{Grammar, Options};
use super::remote::{copy, ssh};
use crate::host::canonical_host;
use crate::shell::call::Call;
use crate::shell::paths::Access;
use crate::shell::state::Stream;
use crate::shell::walk::Walk;

const KNOWN: &[&str] = &[
    "curl", "wget", "ssh", "scp", "sftp", "rsync", "nc", "ncat", "netcat", "socat", "telnet", "ping", "dig",
    "nslookup", "host", "whois", "ftp", "mosh", "autossh", "http", "https", "xh", "aria2c",
];

pub(crate) fn is_known(name: &str) -> bool {
    KNOWN.contains(&name)
}

pub(crate) fn run(walk: &mut Walk<'_>, name: &str, call: &mut Call) -> Option<Stream> {
    match name {
        "curl" => curl(walk, call),
        "wget" => wget(walk, call),
        "http" | "https" | "xh" | "aria2c" => fetcher(walk, call),
        "ssh" | "mosh" | "autossh" => ssh(walk, name, call),
        "scp" | "rsync" | "sftp" => copy(walk, name, call),
        "nc" | "ncat" | "netcat" | "socat" | "telnet" | "ftp" => raw(walk, name, call),
        "ping" | "dig" | "nslookup" | "host" | "whois" | "drill" => lookup(walk, name, call),
        "logger" => log(walk, call),
        _ => return None,
    }
    Some(Stream::Decoded(name.to_owned()))
}

/// `logger` to another machine: a file's lines, or what another command prints.
fn log(walk: &mut Walk<'_>, call: &mut Call) {
    let grammar = Grammar {
        values: "fnPptTSu",
        long_values: &[
            "file", "server", "port", "priority", "tag", "socket", "size", "msgid", "id", "rfc5424",
        ],
        ..Grammar::default()
    };
    let options = Options::parse(call.args(), &grammar);
    let file = options.value(&["-f", "--file"]);
    if let Some(file) = file {
        walk.access(file, Access::Read, &mut call.part);
    }
    let sent = || options.operands.iter().any(|word| gives_away(walk, call, word));
    let there = options.value(&["-n", "--server"]).filter(|host| !is_local(host));
    if there.is_some() && (file.is_some() || call.stdin.is_fed() || sent()) {
        call.part
            .class("upload", "`logger` sends what it reads to another machine");
    } else {
        super::program(call);
    }
}

/// The host of an address.
pub(crate) fn host_of(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let rest = rest.rsplit('@').next().unwrap_or(rest);
    let host = if rest.starts_with('[') {
        rest.split_inclusive(']').next()
    } else {
        rest.split(':').next()
    };
    canonical_host(host.unwrap_or(rest))
}

/// Whether a host is this machine.
pub(crate) fn is_local(host: &str) -> bool {
    matches!(
        host,
        "localhost" | "127.0.0.1" | "[::1]" | "::1" | "0.0.0.0" | "" | "host.docker.internal"
    ) || host.starts_with("127.")
        || host.ends_with(".localhost")
}

fn raw(walk: &mut Walk<'_>, name: &str, call: &mut Call) {
    let args = call.args().to_vec();
    let operands: Vec<&String> = args.iter().filter(|a| !a.starts_with('-')).collect();
    let scans = args
        .iter()
        .any(|a| a.starts_with('-') && !a.starts_with("--") && a.contains('z'));
    let local = operands.iter().any(|o| is_local(o));
    let runs = args.iter().any(|a| {
        a.starts_with('-') && !a.starts_with("--") && a.contains(['e', 'c'])
            || a == "--exec"
            || a == "--sh-exec"
    }) && name != "telnet"
        || name == "socat";
    if name == "socat" {
        for word in &operands {
            let upper = word.to_ascii_uppercase();
            for kind in ["OPEN:", "CREATE:", "FILE:"] {
                if upper.starts_with(kind) {
                    let path = word
                        .get(kind.len()..)
                        .unwrap_or_default()
                        .split(',')
                        .next()
                        .unwrap_or_default()
                        .to_owned();
                    walk.access(&path, Access::Write, &mut call.part);
                }
            }
        }
    }
    if runs {
        call.part.concern(
            "runs-program",
            format!("`{name}` connects a program to the network"),
        );
    } else if !(scans || local && !call.stdin.is_fed()) {
        call.part
            .class("raw-network", format!("`{name}` opens a network connection"));
    } else {
        super::program(call);
    }
}

fn lookup(walk: &mut Walk<'_>, name: &str, call: &mut Call) {
    let args = call.args().to_vec();
    let lists = matches!(name, "dig" | "drill");
    let listed = args.iter().position(|a| lists && a == "-f");
    if let Some(file) = listed.and_then(|at| args.get(at + 1)) {
        walk.access(file, Access::Read, &mut call.part);
        call.part.class("upload", "it asks for names that a file holds");
    } else if args.iter().any(|a| gives_away(walk, call, a)) {
        call.part.class("upload", "it carries data in a host name");
    } else {
        super::program(call);
    }
}
