//! Which of Watchtower's names the shell finds, and whether it finds Watchtower there. Looks along PATH as a
//! shell does and compares what it finds with the running program.

use crate::{caller::Caller, commands};
use rustix::fs::{Access, AtFlags, CWD, accessat, stat};
use serde::Serialize;
use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
};

/// A name that leads to another program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Shadowed {
    /// The name.
    pub(crate) name: String,
    /// What PATH has first.
    pub(crate) by: String,
}

/// How the names stand on PATH.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Links {
    /// How many names Watchtower answers to.
    pub(crate) known: usize,
    /// How many of them come first on PATH.
    pub(crate) first_on_path: usize,
    /// Directory of the first one found, none where none is.
    pub(crate) dir: Option<String>,
    /// Names of applets that PATH does not have.
    pub(crate) missing: Vec<String>,
    /// Names that lead elsewhere.
    pub(crate) shadowed: Vec<Shadowed>,
}

impl Links {
    /// Looks along the caller's PATH.
    pub(crate) fn find(caller: &Caller) -> Self {
        let path = caller.env.get(OsStr::new("PATH")).cloned().unwrap_or_default();
        let dirs: Vec<PathBuf> = std::env::split_paths(&path)
            .filter(|dir| dir.is_absolute())
            .collect();
        let own = std::env::current_exe().ok().and_then(|exe| identity(&exe));
        let names = commands::links::names();
        let mut links = Self {
            known: names.len(),
            ..Self::default()
        };
        for name in names {
            let Some(found) = first(&dirs, &name) else {
                if applets::find(&name).is_some() {
                    links.missing.push(name);
                }
                continue;
            };
            if own.is_some() && identity(&found) == own {
                links.first_on_path += 1;
                let dir = found.parent().unwrap_or(Path::new("/")).display().to_string();
                links.dir.get_or_insert(dir);
            } else {
                links.shadowed.push(Shadowed {
                    name,
                    by: found.display().to_string(),
                });
            }
        }
        links
    }
}

fn first(dirs: &[PathBuf], name: &str) -> Option<PathBuf> {
    let runs = |path: &PathBuf| accessat(CWD, path, Access::EXEC_OK, AtFlags::empty()).is_ok();
    dirs.iter().map(|dir| dir.join(name)).find(runs)
}

fn identity(path: &Path) -> Option<(u64, u64)> {
    stat(path).ok().map(|stat| (stat.st_dev, stat.st_ino))
}
