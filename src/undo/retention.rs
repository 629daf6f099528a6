//! Lets go of kept objects that policy no longer keeps, without anybody asking. A call that kept something looks at
//! one time stamp and its own size, and where it is due starts a process of its own that nobody waits for. What
//! that deletes is decided, recorded and confined like any other work.

use super::{Item, Keep, beyond, erasing, items};
use crate::{
    caller::{Agent, Caller},
    engine,
    ground::Ground,
    outcome::{Outcome, Output},
    report::Failure,
    state::{Held, files, moment},
    withdrawal::Withdrawal,
    work::Work,
};
use policy::{Audit, Decision, Intent, Layer, MatchedRule, Risk, Target, TrashSettings, Verdict};
use rustix::fs::{AtFlags, OFlags, statat, statvfs};
use serde_json::{Value as Json, json};
use std::{
    os::{fd::AsFd, unix::process::CommandExt},
    process::{Command, Stdio},
};

/// Its time is when this was done last.
const MARK: &str = "state/tidied";
const LOCK: &str = "state/tidy.lock";
/// Seconds after which it is done again.
const EVERY_S: i64 = 3600;
/// It is done about once for each such part of what may be kept.
const PART: u64 = 16;
/// Objects that go by one decision.
const BATCH: usize = 500;
/// Decisions of one run; the next run does the rest.
const BATCHES: usize = 200;

/// After a call: where it kept something and a look is due, starts one. Whatever fails here is left to the next call.
pub fn after(ground: &Ground, seq: u64, outcome: &Outcome) {
    let kept = kept(&outcome.effects);
    let Some((store, bytes)) = kept else { return };
    if is_due(ground, seq, store, bytes) && mark(ground).is_some() {
        start(ground);
    }
}

/// The first quarantine that something was put into, and the bytes that all of it has.
fn kept(effects: &[Json]) -> Option<(&str, u64)> {
    let mut bytes = 0_u64;
    let mut first = None;
    for effect in effects {
        let places = [effect.get("kept"), effect.get("replaced")];
        let store = places
            .into_iter()
            .flatten()
            .find_map(|place| place.get("store")?.as_str());
        if store.is_some() {
            bytes = bytes.saturating_add(effect.get("bytes").and_then(Json::as_u64).unwrap_or(0));
            first = first.or(store);
        }
    }
    first.map(|first| (first, bytes))
}

fn is_due(ground: &Ground, seq: u64, store: &str, bytes: u64) -> bool {
    let last = match statat(&ground.home.dir, MARK, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(mark) => mark.st_mtime,
        // The first thing that is kept: it is counted from now.
        Err(_) => {
            mark(ground);
            moment::now() / 1_000_000
        }
    };
    let now = moment::now() / 1_000_000;
    if now - last >= EVERY_S || last > now {
        return true;
    }
    let settings = &ground.policy.settings().trash;
    let free = statvfs(store).map_or(u64::MAX, |fs| fs.f_bavail.saturating_mul(fs.f_frsize));
    is_drawn(seq, bytes, settings.max_bytes.min(free))
}

/// Draws lots, so that no count must be kept: the more a call keeps, the likelier, and once for each part on average.
fn is_drawn(seq: u64, bytes: u64, limit: u64) -> bool {
    let share = (limit / PART).max(1);
    let lot = seq.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23);
    u128::from(lot) * u128::from(share) < u128::from(bytes) * (1 << 64)
}

/// Notes that it is being done, so that of many calls one starts it.
fn mark(ground: &Ground) -> Option<()> {
    let flags = OFlags::WRONLY | OFlags::CREATE;
    let home = ground.home.dir.as_fd();
    let file = match files::open(home, MARK, flags).ok()? {
        Some(file) => file,
        None => {
            files::make_parents(home, MARK).ok()?;
            files::open(home, MARK, flags).ok()??
        }
    };
    file.set_modified(std::time::SystemTime::now()).ok()
}

fn start(ground: &Ground) {
    let mut command = Command::new("/proc/self/exe");
    command
        .arg0("wt")
        .arg("__tidy")
        .env_clear()
        .env("WATCHTOWER_DIR", &ground.home.path)
        .current_dir("/")
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if let Ok(mut child) = command.spawn() {
        // A server lives on and must not collect the dead; a call ends before this does.
        std::thread::spawn(move || child.wait());
    }
}

/// Lets go of what policy no longer keeps; what `wt __tidy` does.
///
/// # Errors
/// The trash or the ledger cannot be read, or the work was refused.
pub fn tidy() -> Result<(), Failure> {
    // Neither the terminal nor the speed of whoever made the call that started this is ours to take.
    rustix::process::setsid().ok();
    rustix::process::nice(10).ok();
    let caller = Caller {
        agent: Agent::default(),
        session: String::new(),
        ..Caller::of_this_process()?
    };
    let ground = Ground::of(&caller)?;
    let Some(_held) = Held::try_take_at(ground.home.dir.as_fd(), LOCK)? else {
        return Ok(());
    };
    let wanted = ground.policy.settings().trash.clone();
    let keep = Keep::Within {
        days: wanted.max_days,
        bytes: wanted.max_bytes,
    };
    let all = items(ground.home.dir.as_fd(), &ground.home.path, caller.uid)?;
    let mut going = beyond(all, keep);
    for _ in 0..BATCHES {
        if going.is_empty() {
            break;
        }
        let rest = going.split_off(going.len().min(BATCH));
        let batch = std::mem::replace(&mut going, rest);
        let outcome = let_go(&caller, batch, &wanted)?;
        // What could not be deleted now cannot be a moment later.
        if outcome.exit_code != 0 {
            break;
        }
    }
    Ok(())
}

fn let_go(caller: &Caller, batch: Vec<Item>, wanted: &TrashSettings) -> Result<Outcome, Failure> {
    let bytes = batch
        .iter()
        .fold(0, |sum: u64, item| sum.saturating_add(item.bytes));
    let intent = Intent {
        domain: "watchtower".into(),
        operation: "trash_retention".into(),
        targets: vec![Target {
            role: "trash".into(),
            domain: "watchtower".into(),
            operation: "trash_retention".into(),
            name: "trash".to_owned(),
            ..Target::default()
        }],
        params: [
            ("objects".to_owned(), json!(batch.len())),
            ("bytes".to_owned(), json!(bytes)),
        ]
        .into_iter()
        .collect(),
        tool: "wt".into(),
    };
    let decision = Decision {
        verdict: Verdict::Allow,
        matched_rules: vec![MatchedRule {
            layer: Layer::Builtin,
            rule: "trash-retention".to_owned(),
            verdict: Verdict::Allow,
            target: None,
        }],
        risk_score: 0.0,
        risk: Risk::default(),
        reasons: vec![format!(
            "policy keeps {} days, {} bytes, and no more than is free beside it",
            wanted.max_days, wanted.max_bytes
        )],
        hint: None,
        audit: Audit::Standard,
    };
    let (mut stdout, mut stderr) = (std::io::sink(), std::io::sink());
    let mut output = Output {
        stdout: &mut stdout,
        stderr: &mut stderr,
        terminal: false,
        json: false,
        withdrawal: Withdrawal::default(),
    };
    let work = Work::Undo(Box::new(erasing(batch)));
    engine::demanded(&intent, caller, work, decision, &mut output).map_err(|stop| stop.failure())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_is_due_about_once_for_each_part_of_what_is_kept() {
        let limit = 16 << 20;
        let looks = (1..=100_000_u64)
            .filter(|seq| is_drawn(*seq, 4096, limit))
            .count();
        // 100,000 times 4 KiB are 390 parts of 1 MiB.
        assert!((300..500).contains(&looks), "{looks}");
        assert!((1..1000).all(|seq| is_drawn(seq, (1 << 20) + 1, limit)));
        assert!((1..1000).all(|seq| !is_drawn(seq, 0, limit)));
        assert!((1..1000).all(|seq| is_drawn(seq, 1, 0) && is_drawn(seq, 2, 1)));
    }

    #[test]
    fn what_was_kept_is_found_among_the_effects() {
        let effects = [
            json!({"op": "create_dir", "path": "/w"}),
            json!({"op": "copy", "path": "/w/a", "bytes": 5, "replaced": {"store": "/t", "entry": "1.0"}}),
            json!({"op": "delete", "path": "/w/b", "bytes": 7, "kept": {"store": "/u", "entry": "1.1"}}),
        ];
        assert_eq!(kept(&effects), Some(("/t", 12)));
        assert_eq!(kept(&effects[..1]), None);
    }
}
