//! Makes links: a symbolic one with exactly the text given, or a further name of the object that was judged.
//! An existing name is replaced by an exchange, and what it named is kept.

use super::{
    plan::{Link, Referent},
    run::{Fault, Run, left, shown},
    settle::settle,
};
use rustix::fs::{AtFlags, CWD, linkat, symlinkat, unlinkat};
use serde_json::{Value as Json, json};
use std::{
    ffi::OsStr,
    os::fd::{AsFd, AsRawFd, BorrowedFd},
};

pub(super) fn carry_out(run: &mut Run, link: &Link) {
    let symbolic = matches!(link.referent, Referent::Text(_));
    match make(run, link) {
        Ok(replaced) => {
            let arrow = if symbolic { "->" } else { "=>" };
            run.say(|| format!("{} {arrow} {}", link.at.quoted(), shown(&link.shown)));
            let op = if symbolic { "symlink" } else { "link" };
            // A hard link changes with every other name of its object.
            let left = match run.fd(link.at.dir) {
                Ok(dir) if symbolic => left(dir.as_fd(), &link.at.name),
                _ => Json::Null,
            };
            run.record(json!({"op": op, "path": link.at.path, "replaced": replaced, "left": left}));
        }
        Err(fault) => {
            let kind = if symbolic { "symbolic" } else { "hard" };
            let text = format!(
                "failed to create {kind} link {}: {}",
                link.at.quoted(),
                fault.text()
            );
            run.fail(&text, &link.at.path);
        }
    }
}

fn make(run: &mut Run, link: &Link) -> Result<Json, Fault> {
    let dir = run.fd(link.at.dir)?;
    if link.replaced.is_none() {
        create(run, &link.referent, dir.as_fd(), &link.at.name)?;
        return Ok(Json::Null);
    }
    let temporary = run.temporary();
    create(run, &link.referent, dir.as_fd(), &temporary)?;
    let settled = settle(
        run,
        dir.as_fd(),
        &temporary,
        dir.as_fd(),
        &link.at.name,
        link.replaced.as_ref(),
    );
    if settled.as_ref().is_err_and(|fault| fault.leaves_made()) {
        unlinkat(&*dir, &temporary, AtFlags::empty())?;
    }
    settled
}

fn create(run: &Run, referent: &Referent, dir: BorrowedFd<'_>, name: &OsStr) -> Result<(), Fault> {
    match referent {
        Referent::Text(text) => symlinkat(text, dir, name)?,
        // Linking a descriptor itself needs a capability; its name in /proc does not (open(2), O_TMPFILE).
        Referent::Object(slot) => {
            let object = format!("/proc/self/fd/{}", run.fd(*slot)?.as_raw_fd());
            linkat(CWD, object, dir, name, AtFlags::SYMLINK_FOLLOW)?;
        }
    }
    Ok(())
}
