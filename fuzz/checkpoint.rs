//! A signed head and a verifier key, as anyone may send them: nothing is accepted that nobody signed.
#![no_main]
#![expect(
    dead_code,
    reason = "the ledger alone is compiled here: the rest of the program would only take time to build"
)]

#[path = "../src/ledger/mod.rs"]
mod ledger;
#[path = "../src/report.rs"]
mod report;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| ledger::fuzzing::checkpoint(data));
