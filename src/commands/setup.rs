//! `wt setup CLIENT`: enters Watchtower in an agent's own settings, or takes it out again. Shows what it
//! changes, keeps a copy of what was there, and does nothing where nothing is to do.

use super::show;
use crate::{
    agents::setup::{self, Change, Installed, Scope, Settings},
    caller::Caller,
    home::Home,
    report::{Exit, Failure},
};
use clap::{Arg, ArgAction, ArgMatches, Command, builder::PossibleValuesParser};
use rustix::{
    fs::{AtFlags, CWD, Mode, OFlags, mkdirat, openat, renameat, unlinkat},
    io::Errno,
};
use serde_json::json;
use std::{
    fs::File,
    io::{Read, Write},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::ExitCode,
};

/// No settings file is read beyond this.
const MAX_SETTINGS_BYTES: u64 = 8 << 20;

pub(crate) fn build() -> Command {
    let flag = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
    };
    Command::new("setup")
        .about("Enter Watchtower in an agent's settings")
        .arg(
            Arg::new("CLIENT")
                .required(true)
                .value_parser(PossibleValuesParser::new(setup::NAMES))
                .help("The agent"),
        )
        .arg(
            Arg::new("scope")
                .long("scope")
                .value_parser(PossibleValuesParser::new(["user", "project"]))
                .default_value("user")
                .help("The settings below your home, or below the working directory"),
        )
        .arg(flag("print", "Show what would change, and change nothing"))
        .arg(flag("remove", "Take Watchtower out of the settings"))
        .arg(flag("json", "Print JSON"))
}

pub(crate) fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let client = matches.get_one::<String>("CLIENT").map_or("", String::as_str);
    let caller = Caller::of_this_process()?;
    let installed = Installed {
        program: program()?,
        home: Home::open(&caller)?.path,
    };
    let project = std::env::current_dir()
        .map_err(|e| Failure::new(Exit::Config, format!("cannot read the working directory: {e}")))?;
    let home = caller.homes.first().ok_or_else(|| {
        Failure::new(Exit::Config, "there is no home directory").hint("set HOME, or use `--scope project`")
    })?;
    let scope = match matches.get_one::<String>("scope").map(String::as_str) {
        Some("project") => Scope::Project(&project),
        _ => Scope::User(home),
    };
    let settings = setup::settings_of(client, scope, &installed)
        .ok_or_else(|| Failure::new(Exit::Usage, format!("`{client}` is not a known client")))?;
    let remove = matches.get_flag("remove");
    let mut changes = Vec::new();
    for file in &settings {
        changes.push(planned(file, remove)?);
    }
    let print = matches.get_flag("print");
    if !print {
        for change in changes.iter().filter(|change| change.before != change.after) {
            carry_out(change)?;
        }
    }
    let text = if matches.get_flag("json") {
        as_json(client, &changes, print)
    } else {
        as_text(client, &changes, print, remove)
    };
    Ok(show(&text))
}

/// This very program, by the path that settings can name.
fn program() -> Result<PathBuf, Failure> {
    std::env::current_exe().map_err(|e| Failure::new(Exit::Config, format!("cannot find this program: {e}")))
}

fn planned(file: &Settings, remove: bool) -> Result<Change, Failure> {
    // A link to a file elsewhere stays a link; what it leads to is edited.
    let path = std::fs::canonicalize(&file.path).unwrap_or_else(|_| file.path.clone());
    let file = Settings {
        path,
        edits: file.edits.clone(),
    };
    let before = match openat(
        CWD,
        &file.path,
        OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK,
        Mode::empty(),
    ) {
        Ok(fd) => Some(read(File::from(fd)).map_err(|e| failed("read", &file.path, &e))?),
        Err(Errno::NOENT | Errno::NOTDIR) => None,
        Err(e) => return Err(failed("open", &file.path, &e)),
    };
    file.change(before, remove)
}

fn read(file: File) -> std::io::Result<String> {
    let mut text = String::new();
    let length = file.take(MAX_SETTINGS_BYTES + 1).read_to_string(&mut text)?;
    if length as u64 > MAX_SETTINGS_BYTES {
        return Err(std::io::Error::other("it is too large for a settings file"));
    }
    Ok(text)
}

fn carry_out(change: &Change) -> Result<(), Failure> {
    let path = &change.path;
    let mode = std::fs::metadata(path).map_or(0o600, |meta| meta.mode() & 0o777);
    if let Some(before) = &change.before {
        replace(&beside(path, "watchtower-backup"), before, mode)?;
    }
    match &change.after {
        Some(after) => replace(path, after, mode),
        None => match unlinkat(CWD, path, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(e) => Err(failed("remove", path, &e)),
        },
    }
}

/// Writes a file beside its place and renames it there, so that a reader sees the old text or the new.
fn replace(path: &Path, text: &str, mode: u32) -> Result<(), Failure> {
    make_parents(path)?;
    let fresh = beside(path, "watchtower-new");
    let result = (|| {
        match unlinkat(CWD, &fresh, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => {}
            Err(e) => return Err(std::io::Error::from(e)),
        }
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mut file = File::from(openat(CWD, &fresh, flags, Mode::from_raw_mode(mode))?);
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        renameat(CWD, &fresh, CWD, path)?;
        Ok(())
    })();
    result.map_err(|e| failed("write", path, &e))
}

fn make_parents(path: &Path) -> Result<(), Failure> {
    let parents: Vec<&Path> = path.ancestors().skip(1).collect();
    for parent in parents
        .into_iter()
        .rev()
        .filter(|parent| !parent.as_os_str().is_empty())
    {
        match mkdirat(CWD, parent, Mode::from_raw_mode(0o700)) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(e) => return Err(failed("make", parent, &e)),
        }
    }
    Ok(())
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{suffix}"));
    path.with_file_name(name)
}

fn failed(what: &str, path: &Path, e: &dyn std::fmt::Display) -> Failure {
    Failure::new(Exit::Config, format!("cannot {what} `{}`: {e}", path.display()))
}

fn as_text(client: &str, changes: &[Change], print: bool, remove: bool) -> String {
    let mut out = String::new();
    for change in changes {
        let before = change.before.as_deref().unwrap_or_default();
        let after = change.after.as_deref().unwrap_or_default();
        if change.before == change.after {
            out.push_str(&format!("{}: nothing to change\n", change.path.display()));
        } else {
            out.push_str(&format!(
                "{}:\n{}",
                change.path.display(),
                setup::diff(before, after)
            ));
        }
    }
    if print {
        out.push_str("nothing was changed\n");
    } else if !remove {
        out.push_str(next_step(client));
    }
    out
}

/// What the person does next.
fn next_step(client: &str) -> &'static str {
    match client {
        "opencode" => "next: `opencode mcp list` shows watchtower as connected\n",
        "claude-code" => "next: `claude mcp list` shows watchtower as connected; `/hooks` shows the hooks\n",
        "codex" => {
            "next: `codex mcp list` shows watchtower; start codex once and trust its hooks when asked\n"
        }
        "gemini" => "next: `gemini mcp list` shows watchtower; `/hooks panel` shows the hooks\n",
        _ => "next: restart the client; its settings list watchtower\n",
    }
}

fn as_json(client: &str, changes: &[Change], print: bool) -> String {
    let files: Vec<_> = changes
        .iter()
        .map(|change| {
            json!({"path": change.path.display().to_string(), "changed": change.before != change.after,
                "existed": change.before.is_some(), "removed": change.after.is_none() && change.before.is_some()})
        })
        .collect();
    format!(
        "{}\n",
        json!({"client": client, "written": !print, "files": files})
    )
}
