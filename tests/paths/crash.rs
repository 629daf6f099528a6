//! Killed at any instant, a call leaves either no effect or a recorded decision, and a ledger that verifies.

use super::site::Site;
use std::{collections::HashSet, thread::sleep, time::Instant};

const KILLS: u32 = 120;

#[test]
fn a_killed_call_leaves_no_unrecorded_effect() {
    let site = Site::new();
    // What this machine needs for a call, thrice.
    let begun = Instant::now();
    for name in ["a", "b", "c"] {
        site.file(name, "x");
        site.wt(&["safe-rm", name]).is(0);
    }
    let whole = begun.elapsed() / 3;
    let (mut gone, mut there) = (0, 0);
    for n in 0..KILLS {
        let name = format!("f{n}");
        site.file(&name, "x");
        let mut child = site.command().args(["safe-rm", &name]).spawn().unwrap();
        // From before it has read its policy to after it has ended.
        sleep(whole * 2 * n / KILLS);
        child.kill().unwrap_or(());
        child.wait().unwrap();
        if site.exists(&name) { there += 1 } else { gone += 1 }
    }
    // The next call recovers a torn end, and the whole verifies.
    site.file("last", "x");
    site.wt(&["safe-rm", "last"]).is(0);
    site.wt(&["verify"]).is(0);
    let decided: HashSet<String> = site
        .entries()
        .iter()
        .filter(|entry| {
            entry["data"]["kind"] == "decision" && entry["data"]["decision"]["verdict"] == "allow"
        })
        .filter_map(|entry| {
            entry["data"]["scope"]["targets"][0]["name"]
                .as_str()
                .map(str::to_owned)
        })
        .collect();
    for n in 0..KILLS {
        let name = format!("f{n}");
        assert!(
            site.exists(&name) || decided.contains(&name),
            "{name} is gone without a decision"
        );
    }
    // The kept object is named after its decision, so that it can be found without an outcome.
    let kept = std::fs::read_dir(site.home.join(".watchtower/trash"))
        .unwrap()
        .count();
    assert_eq!(kept, gone + 4);
    assert!(gone > 0, "gone {gone}, there {there}");
}
