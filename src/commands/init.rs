//! `wt init`: Watchtower's directory, the policy to start from and the ledger's first entry. Touches nothing that
//! is there already: a second run makes only what is missing.

use super::show;
use crate::{
    caller::Caller,
    effect::{names::rename_free, words::way_out},
    home::{self, Home, POLICY_NAME},
    record::hex,
    report::{Exit, Failure},
};
use clap::{Arg, ArgAction, ArgMatches, Command, builder::PossibleValuesParser, parser::ValueSource};
use ledger::{Created, Genesis, Ledger, LedgerError};
use rustix::{
    fs::{AtFlags, CWD, Mode, OFlags, mkdirat, openat, statat, unlinkat},
    io::Errno,
};
use sha2::{Digest, Sha256};
use std::{
    ffi::OsStr,
    fs::File,
    io::Write,
    os::{fd::AsFd, unix::ffi::OsStrExt},
    path::Path,
    process::ExitCode,
};

pub(crate) fn build() -> Command {
    Command::new("init")
        .about("Make the directory, the default policy and the ledger")
        .arg(
            Arg::new("profile")
                .long("profile")
                .value_parser(PossibleValuesParser::new(policy::PROFILES.iter().copied()))
                .default_value(policy::PROFILES.first().copied().unwrap_or_default())
                .help("The policy to start from"),
        )
        .arg(
            Arg::new("if-absent")
                .long("if-absent")
                .action(ArgAction::SetTrue)
                .help("Succeed where everything is there already"),
        )
        .arg(
            Arg::new("seal")
                .long("seal")
                .action(ArgAction::SetTrue)
                .help("Seal every entry with an evolving key"),
        )
        .arg(
            Arg::new("json")
                .long("json")
                .action(ArgAction::SetTrue)
                .help("Print JSON"),
        )
}

pub(crate) fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let caller = Caller::of_this_process()?;
    let (path, _) = home::locate(&caller)?;
    let profile = matches.get_one::<String>("profile").map_or("", String::as_str);
    make_directory(&path)?;
    let home = Home::open(&caller)?;
    let wrote_policy = write_policy(&home, profile)?;
    let made = make_ledger(&home, &caller, matches.get_flag("seal"))?;
    if !wrote_policy && made.is_none() && !matches.get_flag("if-absent") {
        return Err(Failure::new(
            Exit::Config,
            format!("`{}` is initialised already", path.display()),
        )
        .hint("`wt status` shows it; `--if-absent` makes this no error"));
    }
    let is_seal_ignored = made.is_none() && matches.get_flag("seal");
    let seal_key = made.as_ref().and_then(|created| created.seal_key.clone());
    let vkey = made.map(|created| created.vkey);
    if matches.get_flag("json") {
        let value = serde_json::json!({"dir": path, "policy_written": wrote_policy, "profile": profile, "vkey": vkey,
            "seal_key": seal_key.as_deref()});
        return Ok(show(&format!("{value}\n")));
    }
    let mut text = String::new();
    if wrote_policy {
        text.push_str(&format!(
            "policy   {} (profile {profile})\n",
            path.join("policy.json").display()
        ));
    }
    if let Some(vkey) = &vkey {
        text.push_str(&format!("ledger   {}\nvkey     {vkey}\n", path.display()));
        text.push_str("Keep the vkey elsewhere: with it anyone can check a checkpoint of this ledger.\n");
        text.push_str(
            "approver none yet: `wt admin set` makes the key that approves what waits for a person.\n",
        );
        text.push_str(
            "Set it at a terminal of your own, before agents work: the first to set it is the approver.\n",
        );
    }
    if let Some(key) = &seal_key {
        text.push_str(&format!("seal key {}\n", key.as_str()));
        text.push_str("Shown this once. Keep it off this machine: only with it can the seals be checked.\n");
    }
    if text.is_empty() {
        text.push_str(&format!("{} is initialised already\n", path.display()));
    }
    if !wrote_policy && matches.value_source("profile") == Some(ValueSource::CommandLine) {
        text.push_str(&format!(
            "note: {} stays as it is; `--profile {profile}` is ignored\n",
            path.join("policy.json").display()
        ));
    }
    if is_seal_ignored {
        text.push_str("note: the ledger that is there stays as it was begun; `--seal` is ignored\n");
    }
    Ok(show(&text))
}

fn make_directory(path: &Path) -> Result<(), Failure> {
    let parent = path.parent().unwrap_or(Path::new("/"));
    let missing = |e: Errno| {
        Failure::new(Exit::Config, format!("cannot open `{}`: {e}", parent.display()))
            .hint("make the directory above it first")
    };
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let above = openat(CWD, parent, flags, Mode::empty()).map_err(missing)?;
    match mkdirat(&above, path.file_name().unwrap_or_default(), Mode::RWXU) {
        Ok(()) | Err(Errno::EXIST) => Ok(()),
        Err(e) => Err(Failure::new(
            Exit::Config,
            format!("cannot make `{}`: {e}", path.display()),
        )),
    }
}

/// Writes the profile's document where there is no policy, whole or not at all; says whether it did.
fn write_policy(home: &Home, profile: &str) -> Result<bool, Failure> {
    let shown = home.path.join("policy.json");
    let failed = |e: std::io::Error| {
        let hint = Errno::from_io_error(&e).and_then(way_out).unwrap_or_default();
        Failure::new(Exit::Config, format!("cannot write `{}`: {e}", shown.display())).hint(hint)
    };
    let document = policy::default_document(profile).ok_or_else(|| {
        Failure::new(Exit::Usage, format!("no profile is called `{profile}`"))
            .hint(format!("the profiles are {}", policy::PROFILES.join(", ")))
    })?;
    match statat(&home.dir, POLICY_NAME, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(_) => return Ok(false),
        Err(Errno::NOENT) => {}
        Err(e) => return Err(failed(e.into())),
    }
    let unfinished = format!(".{POLICY_NAME}-{}.tmp", std::process::id());
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::TRUNC | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let written = openat(&home.dir, &unfinished, flags, Mode::RUSR | Mode::WUSR)
        .map(File::from)
        .map_err(std::io::Error::from)
        .and_then(|mut file| file.write_all(document.as_bytes()).and_then(|()| file.sync_all()))
        .and_then(|()| {
            let dir = home.dir.as_fd();
            Ok(rename_free(
                dir,
                OsStr::new(&unfinished),
                dir,
                OsStr::new(POLICY_NAME),
            )?)
        });
    let Err(e) = written else { return Ok(true) };
    unlinkat(&home.dir, &unfinished, AtFlags::empty()).unwrap_or(());
    match Errno::from_io_error(&e) {
        // Another `wt init` was first.
        Some(Errno::EXIST) => Ok(false),
        _ => Err(failed(e)),
    }
}

/// Names the ledger by machine, account and place. White space, `+` and `%`, of which the first two may not stand in
/// the name of a key (c2sp.org/signed-note), are written as in a URI (RFC 3986), as is what is no UTF-8.
fn origin(host: &str, caller: &Caller, home: &Home) -> String {
    let encode = |name: &mut String, bytes: &[u8]| {
        for byte in bytes {
            name.push_str(&format!("%{byte:02X}"));
        }
    };
    let mut name = String::new();
    let parts = [
        host.as_bytes(),
        b"/",
        caller.principal.as_bytes(),
        home.path.as_os_str().as_bytes(),
    ];
    for chunk in parts.concat().utf8_chunks() {
        for c in chunk.valid().chars() {
            if c.is_whitespace() || c.is_control() || matches!(c, '+' | '%') {
                encode(&mut name, c.encode_utf8(&mut [0; 4]).as_bytes());
            } else {
                name.push(c);
            }
        }
        encode(&mut name, chunk.invalid());
    }
    name
}

/// Begins the ledger where there is none.
fn make_ledger(home: &Home, caller: &Caller, seal: bool) -> Result<Option<Created>, Failure> {
    let dir = rustix::io::fcntl_dupfd_cloexec(&home.dir, 0).map_err(|e| {
        Failure::new(
            Exit::Ledger,
            format!("cannot open `{}`: {e}", home.path.display()),
        )
    })?;
    let system = rustix::system::uname();
    let host = system.nodename().to_string_lossy().into_owned();
    let layers = home.layers(caller)?;
    let digests = layers
        .iter()
        .map(|file| {
            (
                file.path.display().to_string(),
                hex(&Sha256::digest(&file.bytes)).into(),
            )
        })
        .collect();
    let genesis = Genesis {
        origin: origin(&host, caller, home),
        host,
        policy: digests,
        approver_key: None,
        seal,
    };
    match Ledger::create(dir, &home.path, &genesis, ledger::Settings::default()) {
        Ok(created) => Ok(Some(created)),
        Err(LedgerError::Exists { .. }) => Ok(None),
        Err(e) => Err(e.into()),
    }
}
