//! Confinement and the search tools, with the real kernel, the real rg and the real jq.

pub(crate) mod escape;
mod output;
mod process;
mod refusal;
mod search;

use std::{
    os::fd::OwnedFd,
    path::{Path, PathBuf},
};
use watchtower::{
    caller::Caller,
    exec::{Io, Outcome, Setting, gather},
    report::Failure,
    sandbox::{Enforcement, Launcher},
};

/// Builds a small C program of a test.
pub(crate) fn compiled(dir: &Path, name: &str, source: &str) -> PathBuf {
    let (text, program) = (dir.join(format!("{name}.c")), dir.join(name));
    std::fs::write(&text, source).unwrap();
    let built = std::process::Command::new("cc")
        .args(["-static", "-O1", "-w", "-pthread", "-o"])
        .args([&program, &text])
        .status()
        .unwrap();
    assert!(built.success());
    program
}

/// What is missing of a whole confinement: of root alone the kernel does not limit the processes.
pub(crate) fn missing(enforcement: &Enforcement) -> Vec<&str> {
    let all = enforcement.missing.iter().map(|missing| missing.layer.as_str());
    all.filter(|layer| *layer != "processes" || !rustix::process::geteuid().is_root())
        .collect()
}

/// A call of an applet from its argv to its outcome, without decision and record.
pub(crate) struct Done {
    pub(crate) outcome: Outcome,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
    pub(crate) enforcement: Enforcement,
    pub(crate) tool: serde_json::Value,
}

pub(crate) fn policy(document: &str) -> policy::Policy {
    let source = policy::Source {
        layer: policy::Layer::User,
        path: "test".to_owned(),
        bytes: document.as_bytes().to_vec(),
    };
    policy::load(&[source]).unwrap()
}

pub(crate) fn plain_policy() -> policy::Policy {
    policy(policy::default_document("default").unwrap())
}

pub(crate) fn setting() -> Setting {
    Setting {
        launcher: Launcher::of(env!("CARGO_BIN_EXE_wt")),
        home: None,
        without: Vec::new(),
    }
}

pub(crate) fn caller(cwd: &Path) -> Caller {
    let dir: OwnedFd = std::fs::File::open(cwd).unwrap().into();
    let mut caller = Caller::of_this_process().unwrap().at(dir);
    caller.homes.insert(0, cwd.join("home"));
    caller
}

pub(crate) fn call(
    cwd: &Path,
    policy: &policy::Policy,
    applet: &str,
    args: &[&str],
) -> Result<Done, Failure> {
    call_with(cwd, policy, applet, args, &[])
}

/// As `call`, with layers left out as an older or stricter kernel would.
pub(crate) fn call_with(
    cwd: &Path,
    policy: &policy::Policy,
    applet: &str,
    args: &[&str],
    without: &[&str],
) -> Result<Done, Failure> {
    call_on(cwd, policy, applet, args, without, false)
}

/// As `call_with`, with output that goes to a terminal or not.
pub(crate) fn call_on(
    cwd: &Path,
    policy: &policy::Policy,
    applet: &str,
    args: &[&str],
    without: &[&str],
    terminal: bool,
) -> Result<Done, Failure> {
    let args: Vec<std::ffi::OsString> = args.iter().map(Into::into).collect();
    let applets::Request::Call(request) = applets::find(applet).unwrap().parse(&args).unwrap() else {
        panic!("a call of {applet}");
    };
    let intent = request.intent;
    let gathered = gather(&intent, &caller(cwd), policy)?;
    assert_eq!(gathered.floors, []);
    let setting = Setting {
        without: without.iter().map(|&layer| layer.to_owned()).collect(),
        ..setting()
    };
    let ready = gathered.work.start(&setting, None)?.ready()?;
    let (enforcement, tool) = (ready.enforcement().clone(), ready.tool().clone());
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let mut io = Io {
        stdout: &mut stdout,
        stderr: &mut stderr,
        stdout_is_terminal: terminal,
        stderr_is_terminal: terminal,
        withdrawal: watchtower::withdrawal::Withdrawal::default(),
    };
    let outcome = ready.go(&mut io, &mut |_| Ok(()))?;
    Ok(Done {
        outcome,
        stdout,
        stderr: String::from_utf8(stderr).unwrap(),
        enforcement,
        tool,
    })
}
