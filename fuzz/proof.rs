//! A proof of an entry, as anyone may send it: it proves the one entry under the one signed head, or nothing.
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

fuzz_target!(|data: &[u8]| ledger::fuzzing::proof(data));
