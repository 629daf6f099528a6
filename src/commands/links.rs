//! `wt links DIR`: makes, lists or removes the symlinks by which the applets and commands are called.
//! Replaces only links that lead to a `wt`; anything else of that name is left alone and said.

use super::{SUBCOMMANDS, show};
use crate::{
    report::{Exit, Failure},
    view::words::count,
};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use rustix::{
    fs::{AtFlags, CWD, Mode, OFlags, openat, readlinkat, statat, symlinkat, unlinkat},
    io::Errno,
};
use std::{
    os::{fd::OwnedFd, unix::ffi::OsStrExt},
    path::{Path, PathBuf},
    process::ExitCode,
};

pub(crate) fn build() -> Command {
    Command::new("links")
        .about("Make the links by which applets and commands are called")
        .arg(
            Arg::new("DIR")
                .required(true)
                .value_parser(value_parser!(PathBuf))
                .help("Directory for the links, usually one on PATH"),
        )
        .arg(
            Arg::new("remove")
                .long("remove")
                .action(ArgAction::SetTrue)
                .help("Remove the links instead"),
        )
        .arg(
            Arg::new("json")
                .long("json")
                .action(ArgAction::SetTrue)
                .help("Print JSON"),
        )
}

pub(crate) fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let path = matches.get_one::<PathBuf>("DIR").cloned().unwrap_or_default();
    let failed = |what: &str, e: Errno| Failure::new(Exit::Config, format!("cannot {what}: {e}"));
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let dir = openat(CWD, &path, flags, Mode::empty())
        .map_err(|e| failed(&format!("open `{}`", path.display()), e).hint("make the directory first"))?;
    let target = target(&dir)?;
    let mut done = Vec::new();
    for name in names() {
        let shown = path.join(&name);
        let changed = if matches.get_flag("remove") {
            remove(&dir, &name)
        } else {
            make(&dir, &name, &target)
        };
        match changed {
            Ok(true) => done.push(name),
            Ok(false) => {}
            Err(Errno::EXIST) => {
                return Err(failed(&format!("make `{}`", shown.display()), Errno::EXIST)
                    .hint("something else has that name; move it away, or choose another directory"));
            }
            Err(e) => {
                return Err(failed(&format!("change `{}`", shown.display()), e)
                    .hint("choose a directory that you may write"));
            }
        }
    }
    Ok(if matches.get_flag("json") {
        show(&format!(
            "{}\n",
            serde_json::json!({"dir": path, "changed": done})
        ))
    } else {
        let verb = if matches.get_flag("remove") {
            "removed"
        } else {
            "made"
        };
        show(&format!(
            "{verb} {} in {}\n",
            count(done.len() as u64, "link", "links"),
            path.display()
        ))
    })
}

/// Every name that `wt` answers to, other than its own.
pub(crate) fn names() -> Vec<String> {
    let applets = applets::all().iter().map(|applet| applet.name.to_owned());
    let commands = SUBCOMMANDS.iter().map(|command| format!("wt_{}", command.name));
    applets.chain(commands).collect()
}

/// What a link holds: `wt` where that file lies in the same directory, else this program's full path.
fn target(dir: &OwnedFd) -> Result<PathBuf, Failure> {
    let exe = std::env::current_exe()
        .map_err(|e| Failure::new(Exit::Config, format!("cannot tell where this program is: {e}")))?;
    let own = rustix::fs::stat(&exe)
        .map_err(|e| Failure::new(Exit::Config, format!("cannot examine `{}`: {e}", exe.display())))?;
    let beside = statat(dir, "wt", AtFlags::SYMLINK_NOFOLLOW);
    let same = beside.is_ok_and(|stat| (stat.st_dev, stat.st_ino) == (own.st_dev, own.st_ino));
    Ok(if same { PathBuf::from("wt") } else { exe })
}

/// Whether `name` is a symlink to something called `wt`.
fn leads_to_wt(dir: &OwnedFd, name: &str) -> Result<bool, Errno> {
    match readlinkat(dir, name, Vec::new()) {
        Ok(target) => {
            let target = target.into_bytes();
            let file = Path::new(std::ffi::OsStr::from_bytes(&target)).file_name();
            Ok(file.is_some_and(|file| file == "wt"))
        }
        Err(Errno::NOENT | Errno::INVAL) => Ok(false),
        Err(e) => Err(e),
    }
}

fn remove(dir: &OwnedFd, name: &str) -> Result<bool, Errno> {
    if !leads_to_wt(dir, name)? {
        return Ok(false);
    }
    unlinkat(dir, name, AtFlags::empty()).map(|()| true)
}

fn make(dir: &OwnedFd, name: &str, target: &Path) -> Result<bool, Errno> {
    match symlinkat(target, dir, name) {
        Err(Errno::EXIST) if leads_to_wt(dir, name)? => {
            if readlinkat(dir, name, Vec::new())?.as_bytes() == target.as_os_str().as_bytes() {
                return Ok(false);
            }
            unlinkat(dir, name, AtFlags::empty())?;
            symlinkat(target, dir, name).map(|()| true)
        }
        other => other.map(|()| true),
    }
}
