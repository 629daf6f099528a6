//! The trash keeps what policy says and no more, without anybody asking, and lets go of nothing else.

use super::world::{open_policy, world};
use crate::support::{Scratch, needs};
use serde_json::json;
use std::{
    fs,
    os::unix::fs::symlink,
    time::{Duration, Instant, SystemTime},
};

fn keeping(trash: &str) -> Scratch {
    let scratch = Scratch::new();
    scratch.policy(&open_policy(&format!(r#""trash": {{{trash}}},"#)));
    scratch
}

/// Content that a file system cannot make smaller.
fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let next = || {
        // Marsaglia's xorshift64.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[0]
    };
    std::iter::repeat_with(next).take(bytes).collect()
}

/// Waits for what nobody else waits for.
fn soon(what: &str, is: impl Fn() -> bool) {
    let since = Instant::now();
    while !is() {
        assert!(since.elapsed() < Duration::from_secs(30), "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// What the last automatic run recorded: its decision's number and its outcome.
fn retained(scratch: &Scratch) -> Option<(u64, serde_json::Value)> {
    let decision = scratch
        .entries_of("decision")
        .into_iter()
        .rfind(|entry| entry["data"]["intent"]["operation"] == "trash_retention")?;
    let seq = decision["seq"].as_u64()?;
    assert_eq!(
        decision["data"]["decision"]["matched_rules"][0]["rule"],
        "trash-retention"
    );
    assert_eq!(decision["data"]["decision"]["verdict"], "allow");
    let outcome = scratch
        .entries_of("outcome")
        .into_iter()
        .find(|entry| entry["data"]["of"] == seq)?;
    Some((seq, outcome["data"]["execution"].clone()))
}

#[test]
fn what_is_too_much_goes_by_itself_oldest_first_and_is_recorded() {
    let scratch = keeping(r#""max_bytes": 196000"#);
    let victim = scratch.write("outside", "not to be touched");
    for n in 0..5 {
        scratch.write(format!("t{n}/big"), noise(64 << 10));
        symlink("../outside", scratch.file(format!("t{n}/link"))).unwrap();
        scratch.expect(0, &["safe-rm", "-r", &format!("t{n}")]);
        std::thread::sleep(Duration::from_millis(1100));
    }
    // 64 KiB of content each: three do not fit, and two do with up to 32 KiB for a directory and a link in it.
    soon("what is too much stays", || scratch.kept().len() == 2);
    soon("it is not recorded", || retained(&scratch).is_some());
    let (_, done) = retained(&scratch).unwrap();
    assert_eq!(
        (&done["exit_code"], &done["effects"][0]["what"]),
        (&json!(0), &json!("erase"))
    );
    assert_eq!(fs::read(victim).unwrap(), b"not to be touched");
    assert_eq!(scratch.undo(&["--last"]).0, 0);
    assert!(scratch.file("t4/big").exists());
    assert_eq!(scratch.run(&["verify", "--deep"]).status.code(), Some(0));
}

#[test]
fn what_is_too_old_goes_once_an_hour_has_passed() {
    let scratch = keeping(r#""max_days": 0"#);
    scratch.write("a", "1");
    scratch.expect(0, &["safe-rm", "a"]);
    std::thread::sleep(Duration::from_millis(1100));
    let mark = scratch.state().join("state/tidied");
    assert!(mark.exists(), "the first thing that is kept starts the hour");
    assert_eq!(scratch.kept().len(), 1);
    let hour_ago = SystemTime::now() - Duration::from_secs(3601);
    fs::File::options()
        .write(true)
        .open(&mark)
        .unwrap()
        .set_modified(hour_ago)
        .unwrap();
    scratch.write("b", "2");
    scratch.expect(0, &["safe-rm", "b"]);
    soon("what is too old stays", || retained(&scratch).is_some());
    assert!(scratch.kept().len() <= 1, "{:?}", scratch.kept());
    assert!(fs::metadata(&mark).unwrap().modified().unwrap() > hour_ago + Duration::from_secs(60));
}

#[test]
fn nothing_goes_while_calls_are_stopped_and_nothing_that_policy_keeps() {
    let scratch = keeping(r#""max_bytes": 4096"#);
    let tidy = || {
        let mut command = scratch.wt(&["__tidy"]);
        command.status().unwrap().code()
    };
    scratch.write("small", "1");
    scratch.expect(0, &["safe-rm", "small"]);
    assert_eq!((tidy(), scratch.kept().len()), (Some(0), 1));
    assert!(retained(&scratch).is_none(), "nothing was to be done");
    scratch.write("big", vec![b'x'; 100]);
    fs::create_dir(scratch.state().join("trash/notes")).unwrap();
    fs::write(scratch.state().join("trash/7.0"), "").unwrap();
    scratch.expect(0, &["freeze"]);
    let policy = scratch.state().join("policy.json");
    fs::write(&policy, open_policy(r#""trash": {"max_bytes": 0},"#)).unwrap();
    assert_eq!((tidy(), scratch.kept().len()), (Some(77), 3), "stopped");
}

#[test]
fn a_crowded_file_system_is_not_filled_by_the_trash() {
    if !needs::private_mounts() {
        return;
    }
    let scratch = world();
    let other = scratch.file("other");
    fs::create_dir(&other).unwrap();
    let options = std::ffi::CString::new("size=8m,mode=0755").unwrap();
    rustix::mount::mount(
        "none",
        &other,
        "tmpfs",
        rustix::mount::MountFlags::empty(),
        options.as_c_str(),
    )
    .unwrap();
    let trash = other.join(format!(
        ".watchtower-trash-{}",
        rustix::process::getuid().as_raw()
    ));
    let entries = || fs::read_dir(&trash).map_or(0, Iterator::count);
    // Another of Watchtower's directories keeps something here, under a number that this one will use, too.
    let foreign = world();
    fs::write(other.join("theirs"), vec![b'x'; 1 << 20]).unwrap();
    foreign.expect(0, &["safe-rm", other.join("theirs").to_str().unwrap()]);
    let theirs = fs::read_dir(&trash).unwrap().next().unwrap().unwrap().file_name();
    for n in 0..12 {
        let name = format!("other/f{n}");
        scratch.write(&name, vec![b'x'; 1 << 20]);
        scratch.expect(0, &["safe-rm", &name]);
        // With less than a twentieth left even what is young goes.
        soon("the trash fills the disk", || {
            let fs = rustix::fs::statvfs(&other).unwrap();
            scratch.wt(&["__tidy"]).status().unwrap();
            fs.f_bavail * fs.f_frsize >= 1 << 20
        });
    }
    assert!(entries() < 9, "{}", entries());
    assert!(
        trash.join(&theirs).exists(),
        "another directory's object was let go of"
    );
    let listed = scratch.trash();
    assert_eq!(
        listed.len(),
        entries() - 1,
        "only what this ledger put there is listed"
    );
    scratch.expect(0, &["trash", "empty", "--all"]);
    assert_eq!(entries(), 1);
    assert_eq!(foreign.undo(&["--last"]).0, 0);
    assert_eq!(fs::metadata(other.join("theirs")).unwrap().len(), 1 << 20);
}
