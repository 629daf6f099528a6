//! What a full state costs a call.

use super::place::{Ask, Desk, HOUR};
use policy::Verdict;
use std::time::{Duration, Instant};
use watchtower::state::{Extent, Freeze, Terms};

/// Most that a call may pay for the state.
const LIMIT: Duration = Duration::from_micros(100);

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// The best of three medians: what else the machine does is no cost of ours.
fn timed(mut call: impl FnMut()) -> Duration {
    let mut once = || {
        let since = Instant::now();
        call();
        since.elapsed()
    };
    let medians = (0..3).map(|_| median((0..51).map(|_| once()).collect()));
    medians.min().unwrap()
}

#[test]
fn a_thousand_requests_and_ten_thousand_grants_cost_a_call_little() {
    let full = std::env::var_os("WT_TEST_FULL").is_some();
    let (requests, grants) = if full { (1000, 10_000) } else { (100, 200) };
    let desk = Desk::new();
    for n in 0..grants {
        let id = desk.ask(&Ask::delete(&format!("/home/ada/granted/{n}")));
        desk.approve(&id, HOUR);
    }
    let dir = Terms {
        extent: Extent::Dir,
        ..HOUR
    };
    desk.approve(&desk.ask(&Ask::delete("/home/ada/below/a/b/c")), dir);
    for n in 0..requests {
        desk.ask(&Ask::delete(&format!("/home/ada/asked/{n}")));
    }
    let mut ledger = desk.ledger();
    let mut settle =
        |ask: &Ask, verdict| timed(|| assert_eq!(desk.settle(&mut ledger, ask).decision.verdict, verdict));
    let allowed = settle(
        &Ask {
            verdict: Verdict::Allow,
            ..Ask::delete("/w/x")
        },
        Verdict::Allow,
    );
    let granted = settle(&Ask::delete("/home/ada/granted/77"), Verdict::Allow);
    let waiting = settle(&Ask::delete("/home/ada/asked/77"), Verdict::Escalate);
    let fresh = settle(&Ask::delete("/home/ada/new/a"), Verdict::Escalate);
    let below = settle(&Ask::delete("/home/ada/below/a/b/other"), Verdict::Allow);
    println!(
        "allowed {allowed:?}, granted {granted:?}, by directory {below:?}, waiting {waiting:?}, new {fresh:?}"
    );
    let slack = if cfg!(debug_assertions) { 20 } else { 1 };
    for time in [allowed, granted, below, waiting, fresh] {
        assert!(time <= LIMIT * slack, "{time:?}");
    }
    // A freeze that was lifted is checked at every call that changes something: its thaw is signed too.
    let stop = Freeze {
        seq: 0,
        principal: String::new(),
        agent: String::new(),
        reason: "look".to_owned(),
    };
    let mut other = desk.ledger();
    desk.state().freeze(&mut other, &stop).unwrap();
    desk.state().thaw(&mut other, desk.approver(), "").unwrap();
    let thawed = timed(|| {
        let ask = Ask {
            verdict: Verdict::Allow,
            ..Ask::delete("/w/x")
        };
        assert_eq!(desk.settle(&mut other, &ask).decision.verdict, Verdict::Allow);
    });
    let both = timed(|| {
        let ask = Ask::delete("/home/ada/granted/77");
        assert_eq!(desk.settle(&mut other, &ask).decision.verdict, Verdict::Allow);
    });
    println!("after a thaw: allowed {thawed:?}, granted {both:?}");
    assert!(thawed <= LIMIT * slack, "{thawed:?}");
}
