//! The one argv that ssh is given, and what its failures mean. Every option is a constant of this file; the caller's
//! words are a host, a user and a port that were checked, never an option.

use super::{Destination, address::is_literal};
use crate::{
    report::{Exit, Failure},
    sandbox::plan::Bytes,
};
use policy::text::escape;
use std::{net::IpAddr, os::unix::ffi::OsStrExt, path::Path};

/// What `ssh-ps` runs: one constant line without a word of the caller's.
const PS: &str = "LC_ALL=C ps -A -o user,pid,ppid,stat,etime,time,pcpu,pmem,args";
/// The option that says where a name leads.
const HOST_NAME: &str = "HostName=";
/// The one argv. The first value of an option holds for ssh, so nothing later could change one.
pub(super) fn of(
    to: &Destination,
    agent: Option<&Path>,
    connect_timeout_s: u64,
    sftp: bool,
) -> Result<Vec<Bytes>, Failure> {
    let mut out: Vec<Bytes> = ["ssh", "-F", "none", "-T", "-a", "-x"]
        .map(|word| word.as_bytes().to_vec())
        .to_vec();
    let mut option = |text: String| {
        out.push(b"-o".to_vec());
        out.push(text.into_bytes());
    };
    for fixed in [
        "BatchMode=yes",
        "StrictHostKeyChecking=yes",
        "UpdateHostKeys=no",
        "VerifyHostKeyDNS=no",
        "GlobalKnownHostsFile=none",
        "KnownHostsCommand=none",
        "AddKeysToAgent=no",
        "PKCS11Provider=none",
        "PreferredAuthentications=publickey",
        "PasswordAuthentication=no",
        "KbdInteractiveAuthentication=no",
        "ProxyCommand=none",
        "ProxyJump=none",
        "PermitLocalCommand=no",
        "RemoteCommand=none",
        "ClearAllForwardings=yes",
        "ForwardAgent=no",
        "Tunnel=no",
        "ControlMaster=no",
        "ControlPath=none",
        "ControlPersist=no",
        "CanonicalizeHostname=no",
        "EscapeChar=none",
        "RequestTTY=no",
        "ConnectionAttempts=1",
        "ServerAliveInterval=10",
        "LogLevel=ERROR",
    ] {
        option(fixed.to_owned());
    }
    option(format!("ConnectTimeout={connect_timeout_s}"));
    option(format!("User={}", to.user));
    option(format!("Port={}", to.port));
    // The agent's own keys, where policy lets it speak and nothing names another.
    let only = agent.is_none() || to.keys_are_named;
    option(format!("IdentitiesOnly={}", if only { "yes" } else { "no" }));
    option(match agent {
        Some(socket) => format!("IdentityAgent={}", word(socket)?),
        None => "IdentityAgent=none".to_owned(),
    });
    let known: Vec<String> = to
        .known_hosts
        .iter()
        .map(|file| word(file))
        .collect::<Result<_, _>>()?;
    option(format!("UserKnownHostsFile={}", known.join(" ")));
    if to.keys.is_empty() {
        option("IdentityFile=none".to_owned());
    }
    for key in &to.keys {
        option(format!("IdentityFile={}", word(key)?));
    }
    if !is_literal(&to.host) {
        option(format!("HostKeyAlias={}", known_as(to)));
        option(format!("{HOST_NAME}{}", to.host));
    }
    let rest: &[&str] = if sftp {
        &["-s", "--", &to.host, "sftp"]
    } else {
        &["--", &to.host, PS]
    };
    out.extend(rest.iter().map(|word| word.as_bytes().to_vec()));
    Ok(out)
}

/// The name under which the host's key is on file.
fn known_as(to: &Destination) -> String {
    let host = to.host.to_ascii_lowercase();
    if to.port == 22 {
        host
    } else {
        format!("[{host}]:{}", to.port)
    }
}

/// The place in an argv of the address to connect to, with the address that it is to be.
pub(in crate::exec) fn connect_to(argv: &[Bytes], address: IpAddr) -> Option<(usize, Bytes)> {
    let place = argv
        .iter()
        .position(|word| word.starts_with(HOST_NAME.as_bytes()))?;
    Some((place, format!("{HOST_NAME}{address}").into_bytes()))
}

/// A path as one word of an option: quoted, and without what ssh would expand.
fn word(path: &Path) -> Result<String, Failure> {
    let text = path
        .to_str()
        .filter(|text| !text.contains(['"', '\\', '$', '%']) && !text.chars().any(char::is_control));
    text.map(|text| format!("\"{text}\"")).ok_or_else(|| {
        Failure::new(
            Exit::Config,
            format!("`{}` cannot be named to ssh", escape(path.as_os_str().as_bytes())),
        )
        .hint("rename it without quotes, percent and dollar signs")
    })
}

/// What to do about a failed connection, from what ssh said of it.
pub(in crate::exec) fn advice(said: &[u8]) -> Option<&'static str> {
    let said = String::from_utf8_lossy(said);
    let about = |text: &str| said.contains(text);
    if about("HOST IDENTIFICATION HAS CHANGED") || about("Host key for") && about("has changed") {
        return Some(
            "the host's key is not the one on file: find out why before anything else; if it is meant, \
             remove the old key with `ssh-keygen -R HOST` and connect once by hand",
        );
    }
    if about("host key is known for") || about("Host key verification failed") {
        return Some(
            "the host's key is not known: connect once by hand and compare its fingerprint, or add it to a file of \
             the policy's `ssh.known_hosts`",
        );
    }
    about("Permission denied")
        .then_some("no key was accepted: name one in the policy's `ssh.identity_files`, or allow the agent with `ssh.agent`")
}
