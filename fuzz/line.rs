//! A line of the ledger, as anyone may have changed it: what is accepted has one spelling.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| ledger::fuzzing::line(data));
