//! What a full state costs a call.

use super::place::{Ask, Desk, HOUR};
use policy::Verdict;
use std::time::{Duration, Instant};

/// Most that a call may pay for the state.
const LIMIT: Duration = Duration::from_micros(100);

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn timed(mut call: impl FnMut()) -> Duration {
    median(
        (0..51)
            .map(|_| {
                let since = Instant::now();
                call();
                since.elapsed()
            })
            .collect(),
    )
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
    println!("allowed {allowed:?}, granted {granted:?}, waiting {waiting:?}, new {fresh:?}");
    let slack = if cfg!(debug_assertions) { 20 } else { 1 };
    for time in [allowed, granted, waiting, fresh] {
        assert!(time <= LIMIT * slack, "{time:?}");
    }
}
