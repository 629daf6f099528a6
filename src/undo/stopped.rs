//! A call that was stopped before it could record what it did. Its decision names the objects that were judged, and
//! whatever it took away or had not finished carries its number: each object is looked for and goes back.

use super::{
    Attributes, Owner, Place, Plan, Step, Times,
    kept::{self, Quarantine, object_at, text, words},
    plan::{Owning, set_aside},
    unchanged::{changed_since, micros},
};
use crate::resolve::{ObjectId, status_at};
use ledger::read::Entry;
use rustix::{
    fs::{AtFlags, StatxFlags, statx},
    io::Errno,
    process::{Pid, test_kill_process},
};
use serde_json::Value as Json;
use std::os::fd::AsFd;

/// What is at a name counts as put there by the call when it has not changed since the old object went, give or take
/// the grain of the kernel's clock.
const GRAIN_US: i64 = 20_000;

/// One operand as the decision has it.
struct Operand<'a> {
    path: &'a str,
    operation: &'a str,
    /// The object that had the name.
    id: Option<ObjectId>,
    facts: &'a Json,
    place: Place,
}

impl<'a> Operand<'a> {
    fn new(facts: &'a Json, place: Place, path: &'a str, operation: &'a str) -> Self {
        let object = facts.get("extra").and_then(|extra| extra.get("object"));
        Self {
            path,
            operation,
            id: object.and_then(kept::id),
            facts,
            place,
        }
    }
}

/// Where an object is now.
enum Where {
    /// Under its name.
    Home,
    /// Here.
    At(Place),
    /// Nowhere that is known.
    Lost,
}

/// Plans how such a call is taken back.
pub(super) fn plan(decision: &Entry, owning: Owning<'_>) -> Plan {
    let mut plan = Plan::default();
    let scope = decision.data.get("scope").unwrap_or(&Json::Null);
    let operation = text(scope, "operation").unwrap_or_default();
    let targets = scope
        .get("targets")
        .and_then(Json::as_array)
        .map_or(&[][..], Vec::as_slice);
    let mut operands: Vec<Operand<'_>> = Vec::new();
    // In directories that are not there now.
    let mut buried: Vec<(&str, &Json)> = Vec::new();
    for facts in targets {
        let path = text(facts, "path").unwrap_or_default();
        let operation = text(facts, "operation").unwrap_or_default();
        // An overwritten file is judged for more than one thing.
        let known = operands.iter().any(|operand| operand.path == path);
        if reads(operation) || known || buried.iter().any(|(known, _)| *known == path) {
            continue;
        }
        match Place::open(path) {
            Ok(place) => operands.push(Operand::new(facts, place, path, operation)),
            Err(_) => buried.push((path, facts)),
        }
    }
    if matches!(operation, "chmod" | "chown" | "create_file") {
        for operand in operands.iter().filter(|operand| operand.id.is_some()) {
            let made = attributes(&plan, operand, operation);
            plan.take(operand.path, made);
        }
        if scope.pointer("/params/recursive").and_then(Json::as_bool) == Some(true) {
            plan.left
                .push("what is below was not recorded before the call was stopped".to_owned());
        }
        made(&mut plan, &operands, &[]);
        for (path, _) in buried {
            plan.left.push(format!("{path}: its directory is not there now"));
        }
        return plan;
    }
    let seq = decision.seq;
    let places: Vec<&Place> = operands.iter().map(|operand| &operand.place).collect();
    let stores = Quarantine::all(&places, owning.home, owning.uid);
    let mut parts: Vec<(Place, u32)> = Vec::new();
    for place in &places {
        let beside = kept::unfinished(&place.dir, &place.path, seq);
        let below = kept::unfinished_below(place, seq);
        for part in beside.into_iter().chain(below) {
            if !parts.iter().any(|(known, _)| known.path == part.0.path) {
                parts.push(part);
            }
        }
    }
    if let Some((part, _)) = parts.iter().find(|(_, process)| runs(*process)) {
        plan.left
            .push(format!("{}: the call is still being done", part.path));
        plan.is_unsure = true;
        return plan;
    }
    let mut candidates: Vec<Place> = stores.iter().flat_map(|store| store.entries(seq)).collect();
    candidates.extend(parts.iter().map(|(place, _)| place.clone()));
    let mut used: Vec<ObjectId> = Vec::new();
    // What moved goes back first, so that the name it took is free again.
    operands.sort_by_key(|operand| operand.operation != "delete");
    let mut freed: Vec<&str> = Vec::new();
    let mut bring = |plan: &mut Plan, operand: &Operand<'_>| {
        let Some(id) = operand.id else {
            return;
        };
        let others = operands.iter().map(|other| &other.place);
        let found = whereabouts(id, operand, candidates.iter().chain(others));
        if let Where::At(at) = &found {
            used.push(id);
            freed.extend(
                operands
                    .iter()
                    .filter(|other| other.place.path == at.path)
                    .map(|other| other.path),
            );
        }
        let made = back(operand, id, found, &freed, owning);
        plan.take(operand.path, made);
    };
    for operand in &operands {
        bring(&mut plan, operand);
    }
    // The upper ones first: what is in them is found where they are.
    buried.sort_unstable_by_key(|(path, _)| path.len());
    for (path, facts) in buried {
        let operation = text(facts, "operation").unwrap_or_default();
        match plan.place(path) {
            Ok(place) => bring(&mut plan, &Operand::new(facts, place, path, operation)),
            Err(e) => plan
                .left
                .push(format!("{path}: its directory cannot be opened: {}", words(e))),
        }
    }
    noted(&mut plan, &stores, decision, owning);
    plan.left
        .extend(operands.iter().filter_map(|operand| added(operand, decision)));
    for (part, _) in parts {
        match object_at(&part) {
            Ok(Some(id)) if !used.contains(&id) && !plan.names(&part.path) => {
                let path = part.path.clone();
                plan.take(&path, set_aside(part, id, owning).map(|step| vec![step]));
            }
            _ => (),
        }
    }
    made(&mut plan, &operands, &freed);
    plan
}

/// What was not there before and is now may be anybody's.
fn made(plan: &mut Plan, operands: &[Operand<'_>], freed: &[&str]) {
    for operand in operands.iter().filter(|operand| operand.id.is_none()) {
        if matches!(object_at(&operand.place), Ok(Some(_))) && !freed.contains(&operand.path) {
            let why = "it is there now, and whether the call made it is not on record";
            plan.left.push(format!("{}: {why}", operand.path));
            plan.is_unsure = true;
        }
    }
}

fn reads(operation: &str) -> bool {
    matches!(operation, "read" | "list")
}

/// Whether a process of this number runs; one of another program counts too, which errs on the safe side. One that has
/// ended and that nobody has asked after does not (`Z` and `X` of proc_pid_stat(5)).
fn runs(process: u32) -> bool {
    let Some(id) = i32::try_from(process).ok().and_then(Pid::from_raw) else {
        return false;
    };
    let stat = || std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let has_ended = |stat: &str| {
        stat.rsplit_once(") ")
            .is_some_and(|(_, rest)| rest.starts_with(['Z', 'X']))
    };
    test_kill_process(id) != Err(Errno::SRCH) && !has_ended(&stat())
}

fn whereabouts<'p>(
    id: ObjectId,
    operand: &Operand<'_>,
    mut candidates: impl Iterator<Item = &'p Place>,
) -> Where {
    if matches!(object_at(&operand.place), Ok(Some(now)) if now == id) {
        return Where::Home;
    }
    candidates
        .find(|place| matches!(object_at(place), Ok(Some(now)) if now == id))
        .map_or(Where::Lost, |place| Where::At(place.clone()))
}

fn back(
    operand: &Operand<'_>,
    id: ObjectId,
    found: Where,
    freed: &[&str],
    owning: Owning<'_>,
) -> Result<Vec<Step>, String> {
    let to = operand.place.clone();
    let at = match found {
        Where::Home => return Ok(Vec::new()),
        Where::Lost => return Err("it is neither in its place nor in the trash".to_owned()),
        Where::At(at) => at,
    };
    let now = if freed.contains(&operand.path) {
        None
    } else {
        object_at(&to)?
    };
    match now {
        // A name outside the quarantine: the object was moved there.
        None if at.path.contains("/.wt-") || is_entry(&at) => Ok(vec![Step::Restore(at, to)]),
        None => Ok(vec![Step::MoveBack(at, to, id)]),
        Some(now) if since(&to) <= since(&at).saturating_add(GRAIN_US) => {
            let newer = Step::Exchange(at.clone(), to, now);
            if is_entry(&at) {
                return Ok(vec![newer]);
            }
            // What the call had put there is unfinished business now.
            Ok(vec![newer, set_aside(at, now, owning)?])
        }
        Some(_) => Err(format!(
            "something else stands there now; it is kept as `{}`",
            shown(&at)
        )),
    }
}

fn shown(at: &Place) -> String {
    if is_entry(at) {
        format!("{}/{}", at.path, at.name.to_string_lossy())
    } else {
        at.path.clone()
    }
}

/// Entries of a quarantine are shown by the quarantine's path, which does not end with their name.
fn is_entry(at: &Place) -> bool {
    at.name.to_str().is_some_and(|name| !at.path.ends_with(name))
}

/// When an object was last changed, moved or renamed.
fn since(at: &Place) -> i64 {
    status_at(at.dir.as_fd(), at.name.as_os_str()).map_or(i64::MAX, |status| micros(status.changed))
}

/// When an object was made, where the file system knows (statx(2), `stx_btime`).
fn born(at: &Place) -> Option<(i64, u32)> {
    let flags = AtFlags::SYMLINK_NOFOLLOW;
    let found = statx(&at.dir, at.name.as_os_str(), flags, StatxFlags::BTIME).ok()?;
    let known = StatxFlags::from_bits_retain(found.stx_mask).contains(StatxFlags::BTIME);
    known.then_some((found.stx_btime.tv_sec, found.stx_btime.tv_nsec))
}

/// Overwritten files of a tree that the decision does not name: each has a note of where it was.
fn noted(plan: &mut Plan, stores: &[Quarantine], decision: &Entry, owning: Owning<'_>) {
    let begun = decision.micros().saturating_sub(GRAIN_US);
    for (entry, path) in stores.iter().flat_map(|store| store.noted(decision.seq)) {
        let made = Place::open(&path)
            .map_err(words)
            .and_then(|to| overwritten(&entry, to, decision.seq, begun, owning));
        plan.take(&path, made);
    }
}

fn overwritten(
    entry: &Place,
    to: Place,
    seq: u64,
    begun: i64,
    owning: Owning<'_>,
) -> Result<Vec<Step>, String> {
    let now = object_at(&to)?;
    if object_at(entry)?.is_some() {
        return match now {
            None => Ok(vec![Step::Restore(entry.clone(), to)]),
            Some(now) if since(&to) <= since(entry).saturating_add(GRAIN_US) => {
                Ok(vec![Step::Exchange(entry.clone(), to, now)])
            }
            Some(_) => Err(format!("it has changed since; it is kept as `{}`", shown(entry))),
        };
    }
    // Not in the quarantine yet: the old object has the name of something unfinished, or still its own.
    let mut steps = Vec::new();
    for (part, _) in kept::unfinished(&to.dir, &to.path, seq) {
        let (Some(now), Some(old)) = (now, object_at(&part)?) else {
            continue;
        };
        // The call made its object after the old one; clocks decide only where births are not known or the same.
        let replaced = match (born(&to), born(&part)) {
            (Some(there), Some(aside)) if there != aside => there > aside,
            _ => since(&to) >= begun,
        };
        if replaced {
            steps.push(Step::Exchange(part.clone(), to.clone(), now));
            steps.push(set_aside(part, now, owning)?);
        } else {
            steps.push(set_aside(part, old, owning)?);
        }
    }
    Ok(steps)
}

/// What was added in a directory that was there before is not on record before the call's end.
fn added(operand: &Operand<'_>, decision: &Entry) -> Option<String> {
    let is_dir = text(operand.facts, "kind") == Some("dir") && operand.operation != "delete";
    let begun = decision.micros().saturating_sub(GRAIN_US);
    (is_dir && changed_since(&operand.place, begun)).then(|| {
        format!(
            "{}: something in it has changed since, and whether the call did it is not on record",
            operand.path
        )
    })
}

/// Old modes, owners and times are in the decision; what the call would have left is not.
fn attributes(plan: &Plan, operand: &Operand<'_>, operation: &str) -> Result<Vec<Step>, String> {
    let number = |key: &str| operand.facts.get(key).and_then(Json::as_u64);
    let object = operand.facts.get("extra").and_then(|extra| extra.get("object"));
    let of_object = |key: &str| object.and_then(|object| object.get(key));
    let id = operand.id.ok_or("the record does not name its object")?;
    let mode = number("mode").and_then(|mode| u32::try_from(mode).ok());
    let small = |key: &str| {
        of_object(key)
            .and_then(Json::as_u64)
            .and_then(|id| u32::try_from(id).ok())
    };
    let now = status_at(operand.place.dir.as_fd(), operand.place.name.as_os_str()).map_err(words)?;
    let old = match operation {
        "chmod" => Attributes {
            mode: mode.map(|mode| (mode, now.mode)),
            ..Attributes::default()
        },
        "chown" => Attributes {
            owner: small("uid")
                .zip(small("gid"))
                .map(|before| Owner { before, left: None }),
            mode: mode.map(|mode| (mode, mode)),
            times: None,
        },
        _ => {
            let stamp = of_object("modified").and_then(Json::as_array);
            let part = |at: usize| stamp.and_then(|stamp| stamp.get(at)).and_then(Json::as_i64);
            Attributes {
                times: part(0).zip(part(1)).map(|modified| Times {
                    accessed: None,
                    modified,
                    left: None,
                }),
                ..Attributes::default()
            }
        }
    };
    plan.attributes(operand.path, id, old)
}

#[cfg(test)]
mod tests {
    use super::runs;
    use std::{
        process::{Command, Stdio},
        time::{Duration, Instant},
    };

    #[test]
    fn a_process_that_ended_and_that_nobody_asked_after_does_not_run() {
        let mut child = Command::new("/bin/cat").stdin(Stdio::piped()).spawn().unwrap();
        assert!(runs(child.id()));
        drop(child.stdin.take());
        let until = Instant::now() + Duration::from_secs(10);
        while runs(child.id()) {
            assert!(Instant::now() < until, "a zombie does not run");
            std::thread::sleep(Duration::from_millis(5));
        }
        // It was a zombie until now.
        assert!(child.wait().unwrap().success());
    }
}
