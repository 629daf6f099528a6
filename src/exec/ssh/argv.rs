//! The one argv that ssh is given, and what its failures mean. Every option is a constant of this file; the caller's
//! words are a host, a user and a port that were checked, never an option.

use super::Destination;
use crate::{
    report::{Exit, Failure},
    sandbox::plan::Bytes,
};
use policy::text::escape;
use std::{os::unix::ffi::OsStrExt, path::Path};

/// What `ssh-ps` runs: one constant line without a word of the caller's.
const PS: &str = "LC_ALL=C ps -A -o user,pid,ppid,stat,etime,time,pcpu,pmem,args";
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
        "IdentitiesOnly=yes",
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
    let rest: &[&str] = if sftp {
        &["-s", "--", &to.host, "sftp"]
    } else {
        &["--", &to.host, PS]
    };
    out.extend(rest.iter().map(|word| word.as_bytes().to_vec()));
    Ok(out)
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
