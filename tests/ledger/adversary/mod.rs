//! What somebody with intent can do to a ledger, and what each way of verifying says of it. Both are asserted: what
//! is detected, and what is not.

mod edits;
mod ends;
mod files;
mod rewritten;

use super::{
    place::{Place, remove},
    scene::{Scene, change, copy, forget_cache, scene, shell, verdicts},
};
use ledger::verify::{Options, State, verify_with};
use std::{fs, os::fd::AsFd, path::Path};

/// Name, what is done, and what is said: chain, signed, sealed, anchored, deep. A deep verification also finds what was
/// written anew where the roots that `checkpoint` entries tell were left as they were.
type Attack = (&'static str, fn(&Scene), [u8; 5]);

/// Entries under the head of the scene.
const SIGNED: usize = 21;

fn attacked(base: &Scene, attack: impl FnOnce(&Scene)) -> [u8; 5] {
    let (place, old) = (Place::new(), Place::new());
    copy(&base.place, &place);
    copy(&base.old, &old);
    let scene = Scene {
        place,
        old,
        key: base.key.clone(),
        note: base.note.clone(),
    };
    attack(&scene);
    verdicts(&scene)
}

#[test]
fn each_attack_is_detected_where_it_can_be_and_not_elsewhere() {
    let all = [edits::ATTACKS, ends::ATTACKS, rewritten::ATTACKS, files::ATTACKS].concat();
    assert!(all.len() >= 58);
    let base = scene(u64::MAX);
    assert_eq!(attacked(&base, |_| {}), [0; 5]);
    let mut wrong = Vec::new();
    for (name, attack, want) in all {
        let got = attacked(&base, attack);
        if got != want {
            wrong.push(format!("{name}: got {got:?}, want {want:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_cut_at_each_line_is_noticed_by_whatever_still_tells_of_more() {
    let base = scene(u64::MAX);
    let entries = super::scene::lines(&base).len();
    for left in 1..entries {
        let beyond = if left < SIGNED { 3 } else { 0 };
        let with_all = attacked(&base, |s| change(s, |all| all.truncate(left)));
        assert_eq!(with_all, [3; 5], "after {left}, cache and head left");
        let without_cache = attacked(&base, |s| {
            change(s, |all| all.truncate(left));
            forget_cache(s);
        });
        // The head beside the record is set aside for all but the second way to verify.
        assert_eq!(
            without_cache,
            [0, beyond, 0, beyond, 0],
            "after {left}, head left"
        );
        let without_both = attacked(&base, |s| {
            change(s, |all| all.truncate(left));
            forget_cache(s);
            remove(&s.place.path().join("tlog"));
        });
        assert_eq!(without_both, [0, 0, 0, beyond, 0], "after {left}, nothing left");
    }
}

#[test]
fn an_older_head_is_noticed_by_what_the_record_tells_of_it() {
    let scene = scene(u64::MAX);
    let verified = |place: &Place| {
        let options = Options {
            deep: true,
            ..Options::default()
        };
        verify_with(place.dir().as_fd(), place.path(), options).unwrap()
    };
    assert_eq!(verified(&scene.place).state, State::Whole);
    let old = fs::read(scene.old.path().join("tlog/checkpoint")).unwrap();
    fs::write(scene.place.path().join("tlog/checkpoint"), old).unwrap();
    let report = verified(&scene.place);
    assert_eq!(report.state, State::Tampered);
    let what = &report.findings[0].what;
    assert!(what.contains("tells of a later one"), "{what}");
    // The directory that the older head is from is whole.
    assert_eq!(verified(&scene.old).state, State::Whole);
}

#[test]
fn segments_cannot_be_taken_out_of_a_row() {
    let base = scene(3000);
    let firsts = || {
        (1..60)
            .filter(|&n| base.place.segment(n).exists())
            .collect::<Vec<u64>>()
    };
    let all = firsts();
    assert!(all.len() >= 4, "{all:?}");
    for (at, first) in all.iter().enumerate() {
        let bytes = fs::read(base.place.segment(*first)).unwrap();
        remove(&base.place.segment(*first));
        let want = match at {
            0 => 3,
            _ if at + 1 == all.len() => 3,
            _ => 1,
        };
        assert_eq!(base.place.exit_code(), want, "segment {at}");
        fs::write(base.place.segment(*first), bytes).unwrap();
        shell("chmod", &[Path::new("600"), &base.place.segment(*first)]);
    }
    assert_eq!(base.place.exit_code(), 0);
}
